#!/bin/bash
# How far information corrected for limited sampling is off, over all active cells, on 100 populations
# of known information (docs/information.md): validate_information.sh PROGRAM SOURCE_FOLDER
# [POPULATIONS [FIRST_SEED]]. A few minutes.
set -u
bias=$(dirname "$1")/tests/information_bias
[ -x "$bias" ] || bias=$2/build-test/tests/information_bias
[ -x "$bias" ] || {
    echo "skipped: $bias is not built (make test builds it)"
    exit 77
}
number=${3:-100} seed=${4:-400001} failed=0
# check SCENARIO FRAMES SSR BAE: the most that the mean may be off, in bit.
check() {
    local line name most found
    line=$("$bias" --populations="$number" --first-seed="$seed" "$1" "$2") || exit 1
    echo "$line"
    for name in SSR:$3 BAE:$4; do
        most=${name#*:} name=${name%:*}
        found=$(grep -o " $name [+-][0-9.]*" <<<"$line" | head -1 | grep -o '[0-9.]*$')
        awk -v f="$found" -v m="$most" 'BEGIN { exit !(f != "" && f <= m) }' ||
            { echo "FAILED $1, $2 frames: $name is off by $found bit, at most $most wanted"; failed=1; }
    done
}
check stable 1500 0.03 0.08
check stable 6000 0.03 0.03
check stable 12000 0.03 0.03
check bursts 12000 0.03 0.03
exit $failed
