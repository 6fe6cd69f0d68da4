#!/bin/bash
# What measure says of the end of a run: never that the tuning is at rest where one snapshot was
# compared with itself.
. "$2/tests/support/shell.sh"
tuning() { # tuning SNAPSHOTS: what is said of the tuning of a run that drifts to its end
    succeeds run "$source/examples/figure-2.yaml" -o run$1.nc --quiet --set run.steps=2000 \
        --set run.records=11 --set run.snapshots=$1 --set network.hidden=40 \
        --set learning.update_noise=0.05
    succeeds measure run$1.nc
    said=$(grep '^  tuning' out)
    check "$1 snapshots: $said" test -n "$said"
}
for snapshots in 2 3 4 5 11; do
    tuning $snapshots
    check "$snapshots snapshots of a run that drifts: '$said' does not claim rest" \
        test -z "$(grep 'at rest' <<<"$said")"
    check "$snapshots snapshots: no snapshot is compared with itself" \
        awk '{ for (i = 1; i + 2 <= NF; i++) if ($(i + 1) == "and" && $i == $(i + 2)) exit 1 }' <<<"$said"
done
tuning 3
check "of three snapshots the last two are compared" grep -q "at 1000 and 2000 correlate" <<<"$said"
tuning 2
check "two say that more would be needed" grep -q "more snapshots would tell" <<<"$said"
