#!/bin/bash
# nulldrift info: every variable with its units, the course of a measured run, and an experiment
# that makes the same run again.
program=$1 source=$2
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failed=0
fail() { echo "FAILED: $*"; failed=1; }
small=(--quiet --set run.steps=20 --set run.records=5 --set run.snapshots=3 --set network.hidden=20)
"$program" run "$source/examples/figure-2.yaml" -o run.nc "${small[@]}" || exit 1
"$program" info run.nc >bare || fail "a bare run"
grep -q "input_weights(snapshot,unit,input) \[1\]" bare || fail "no variables"
grep -q "course:" bare && fail "a course before measuring"
"$program" measure run.nc --quiet && "$program" info run.nc >measured || fail "a measured run"
grep -q "spatial_information(snapshot,unit) \[bit per unit activity\]" measured || fail "no measures"
grep -q "sparsity     fraction active units" measured || fail "no course"
"$program" info run.nc --experiment >again.yaml || fail "no experiment"
"$program" run again.yaml -o again.nc --quiet && "$program" measure again.nc --quiet || fail "run again"
"$program" info again.nc | sed -n '/^course/,$p' >again
sed -n '/^course/,$p' measured | cmp -s - again || fail "the same experiment took another course"
[ "$("$program" info run.nc --attribute seed)" = 1 ] || fail "attribute seed"
"$program" info again.yaml | grep -q experiment || fail "an experiment is not recognised"
echo nonsense >foreign
"$program" info foreign 2>stderr
[ $? = 1 ] && grep -q netCDF stderr || fail "foreign bytes: $(cat stderr)"
"$program" info missing.nc 2>/dev/null
[ $? = 1 ] || fail "a missing file"
"$program" info run.nc --attribute nonsense 2>/dev/null
[ $? = 1 ] || fail "a missing attribute"
# Under a short name the program's command line is still its own (it is kept in `history`).
ln -s "$program" n
(PATH=$PWD; n run again.yaml -o short.nc --quiet) || fail "a short name"
"$program" info short.nc --attribute history | grep -q ": nulldrift run again.yaml -o short.nc --quiet" ||
    fail "history: $("$program" info short.nc --attribute history)"
exit $failed
