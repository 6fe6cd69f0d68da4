#!/bin/bash
# How often verdicts are wrong, on 200 populations a scenario (docs/verdict.md):
# validate_verdicts.sh PROGRAM SOURCE_FOLDER [POPULATIONS [FIRST_SEED]]
# The thresholds were chosen on seeds 1 to 200 and others below 200001: those counted here are fresh.
# About ten minutes.
set -u
rates=$(dirname "$1")/tests/verdict_rates
[ -x "$rates" ] || rates=$2/build-test/tests/verdict_rates
[ -x "$rates" ] || {
    echo "skipped: $rates is not built (make test builds it)"
    exit 77
}
number=${3:-200} seed=${4:-300001} table=$(mktemp)
trap 'rm -f "$table"' EXIT
"$rates" --populations="$number" --first-seed="$seed" | tee "$table" || exit 1
"$rates" --populations="$number" --first-seed="$seed" --mixed stable drift sparsify drift-slow sparsify-small | tee -a "$table" || exit 1

# share SCENARIO WORDS: "count low high" of a line of the table, in %, or of both directed drifts.
share() {
    awk -v scenario="$1" -v words="$2" '
        /^[^ ]/ { here = ($0 == scenario) }
        here && index($0, "  " words) == 1 { sub(/^  [^0-9]*/, ""); print $1 / $3 * 100, $NF + 0 }' "$table" | head -1
}
failed=0
at_least() {
    local found
    found=$(share "$1" "$2" | cut -d' ' -f1)
    awk -v f="$found" -v b="$3" 'BEGIN { exit !(f >= b) }' || { echo "FAILED $1: $2 in $found %, at least $3 wanted"; failed=1; }
}
# The upper end of the interval.
at_most() {
    local found
    found=$(share "$1" "$2" | cut -d' ' -f2)
    awk -v f="$found" -v b="$3" 'BEGIN { exit !(f <= b) }' || { echo "FAILED $1: $2 up to $found %, at most $3 wanted"; failed=1; }
}
for scenario in stable drift less-running least-running lost-registration fading tilting moving-stretch day-effects animals-leave bursts; do
    at_most $scenario "any directed drift" 10
    at_most $scenario "activity rises" 10
    at_most $scenario "information falls" 10
    at_most $scenario "information rises" 10
    [ $scenario = drift ] || at_most $scenario "null drift" 10
    case $scenario in fading | lost-registration) ;; *) at_most $scenario "activity falls" 10 ;; esac
done
at_most "stable, mixed" "any directed drift" 10
at_most "drift, mixed" "any directed drift" 10
at_least stable stable 75
for small in drift-slow:stable sparsify-small:"null drift"; do
    share=$(share "${small%%:*}" "${small#*:}" | cut -d' ' -f1)
    awk -v f="$share" 'BEGIN { exit !(f <= 10) }' || { echo "FAILED ${small%%:*}: ${small#*:} in $share %, at most 10 wanted"; failed=1; }
done
for said in stable:"changed running"; do
    share=$(share "${said%%:*}" "${said#*:}" | cut -d' ' -f1)
    awk -v f="$share" 'BEGIN { exit !(f <= 10) }' || { echo "FAILED ${said%%:*}: ${said#*:} in $share %, at most 10 wanted"; failed=1; }
done
at_least drift "null drift" 80
at_least less-running-drift "null drift" 80
at_least sparsify "any directed drift" 80
at_least more-running-sparsify "any directed drift" 80
at_least less-running "changed running" 80
at_least less-running-drift "changed running" 80
at_least fading "fading detection" 80
at_least lost-registration "lost registration" 80
at_least "stable, mixed" stable 60
at_least "drift, mixed" "null drift" 60
at_least "sparsify, mixed" "any directed drift" 60
exit $failed
