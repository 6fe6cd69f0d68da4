#!/bin/bash
# nulldrift info: the course of a measured run, and an experiment that makes the same run again. Its
# words are in said_info.txt.
. "$2/tests/support/shell.sh"
small=(--quiet --set run.steps=20 --set run.records=5 --set run.snapshots=3 --set network.hidden=20)
succeeds run "$source/examples/figure-2.yaml" -o run.nc "${small[@]}"
succeeds info run.nc
says "input_weights(snapshot,unit,input) [1]"
check "no course before measuring" test -z "$(grep course: out)"
succeeds measure run.nc --quiet
succeeds info run.nc
cp out measured
says "spatial_information(snapshot,unit) [bit per unit activity]" measured
says "sparsity     fraction active units" measured
succeeds info run.nc --experiment
cp out again.yaml
says "heading_noise: 0" again.yaml
check "keys that nothing honours are left out" test -z "$(grep -E "output_dim|path|smooth_factor" again.yaml)"
succeeds run again.yaml -o again.nc --quiet
succeeds measure again.nc --quiet
succeeds info again.nc
check "the same experiment takes the same course" \
    test "$(sed -n '/^course/,$p' out)" = "$(sed -n '/^course/,$p' measured)"
check "attribute seed" test "$(nulldrift info run.nc --attribute seed)" = 1
succeeds run again.yaml -o seeded.nc --quiet --set seed=18446744073709551615
check "all 64 bits of a seed" test "$(nulldrift info seeded.nc --attribute seed)" = 18446744073709551615
succeeds info again.yaml
says "experiment"
echo nonsense >foreign
refuses 1 "netCDF" info foreign
refuses 1 "missing.nc" info missing.nc
refuses 1 "nonsense" info run.nc --attribute nonsense
# Under a short name the program's command line is still its own (it is kept in `history`).
ln -s "$program" n
check "a short name" env PATH="$PWD" n run again.yaml -o short.nc --quiet
succeeds info short.nc --attribute history
says ": nulldrift run again.yaml -o short.nc --quiet"
