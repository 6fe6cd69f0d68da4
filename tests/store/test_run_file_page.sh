#!/bin/bash
# docs/run-file.md tells of every variable and attribute that a measured run file holds.
. "$2/tests/support/shell.sh"
succeeds run "$source/examples/figure-2.yaml" -o run.nc --quiet --set run.steps=40 \
    --set run.records=21 --set run.snapshots=3 --set network.hidden=20 --set world.environments=2
succeeds measure run.nc --quiet
succeeds info run.nc
for name in $(sed -nE '/^attributes/,/^variables/s/^  ([a-z_0-9]+) .*/\1/p; /^variables/,$s/^  ([a-z_0-9]+)\(.*/\1/p' out); do
    check "docs/run-file.md tells of $name" grep -qE "\`$name[\`(]" "$source/docs/run-file.md"
done
