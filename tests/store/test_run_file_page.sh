#!/bin/bash
# docs/run-file.md tells of every variable and attribute that a measured run file holds.
program=$1 source=$2
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
"$program" run "$source/examples/figure-2.yaml" -o "$folder/run.nc" --quiet --set run.steps=40 \
    --set run.records=21 --set run.snapshots=3 --set network.hidden=20 \
    --set world.environments=2 && "$program" measure "$folder/run.nc" --quiet || exit 1
missing=0
for name in $("$program" info "$folder/run.nc" |
    sed -nE '/^attributes/,/^variables/s/^  ([a-z_0-9]+) .*/\1/p; /^variables/,$s/^  ([a-z_0-9]+)\(.*/\1/p'); do
    grep -qE "\`$name[\`(]" "$source/docs/run-file.md" || { echo "not told of: $name"; missing=1; }
done
exit $missing
