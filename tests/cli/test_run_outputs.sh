#!/bin/bash
# `run` and `hebbian` replace no input, under their result's name or those of the files kept beside it
# until the run is whole, through whatever links; and nothing that is there and no run.
. "$2/tests/support/shell.sh"

experiment() { # experiment NAME WORLD
    printf 'name: %s\nseed: 3\nworld: %s\nnetwork: {hidden: 12}\nrun: {steps: 200, records: 11, snapshots: 3}\n' \
        "$1" "$2" >"$1.yaml"
}
experiment data '{task: predictive-track, samples: 40, input_dim: 7}'
succeeds run data.yaml -o data.nc -q
experiment track '{task: file, path: data.nc}'
ln -s data.nc symbolic.nc
ln data.nc hard.nc
ln -s track.yaml experiment.nc
ln -s data.nc aside.nc.part
ln data.nc kept.nc.ckpt
ln -s track.yaml older.nc.ckpt.1
md5sum data.nc track.yaml >sums
unharmed() { check "$1: the inputs are as they were" md5sum --quiet -c sums; }

for output in data.nc symbolic.nc hard.nc experiment.nc track.yaml aside.nc kept.nc older.nc; do
    refuses 1 "a result would replace an input: it is the same file as" run track.yaml -o "$output" -q
    unharmed "$output"
done
check "links are links still" test -L aside.nc.part -a -L symbolic.nc -a -L older.nc.ckpt.1
refuses 1 "symbolic.nc: is the run of a feed-forward network" hebbian "$source/examples/hebbian-ring.yaml" -o symbolic.nc -q
cp "$source/examples/hebbian-ring.yaml" ring.yaml
refuses 1 "a result would replace an input: it is the same file as ring.yaml" hebbian ring.yaml -o ring.yaml -q

# The experiment's own name with .nc, where no output is given.
echo "by hand" >track.nc
refuses 1 "track.nc: exists already, and is no run file" run track.yaml -q
check "a file of another kind is as it was" test "$(cat track.nc)" = "by hand"
mkdir folder.nc
refuses 1 "folder.nc: exists already, and is no run file" run track.yaml -o folder.nc -q

# Nor is anything written through a link that happens to lie where a run's journal goes.
echo "mine" >mine
ln -s mine other.nc.part
refuses 1 "other.nc.part: is a link" run data.yaml -o other.nc -q
check "what it leads to is as it was" test "$(cat mine)" = mine

# Nor in place of a file of somebody's that has this name.
cp mine foreign.nc.part
refuses 1 "foreign.nc.part: exists already, and is not of this run" run data.yaml -o foreign.nc -q
check "which is as it was" cmp mine foreign.nc.part

# A finished run is finished; going on with it does not use it up.
succeeds run data.yaml -o data.nc -q
unharmed "a finished run"
cp data.nc longer.nc.part
refuses 1 "a result would replace an input: it is the same file as longer.nc.part" run --continue longer.nc.part --set run.steps=400 -o longer.nc -q
succeeds run --continue data.nc --set run.steps=400 -o longer-too.nc -q
unharmed "a run gone on with elsewhere"
