#!/bin/bash
# How to mend a fault is said in the words of the program's own options, whichever command meets it: those
# of the command that is named, else of the one that runs; no command is told of an option it has not.
. "$2/tests/support/shell.sh"
printf 'world: {task: random, samples: 10, input_dim: 4, output_dim: 2}\nnetwork: {hidden: 10}\nrun: {steps: 10, snapshots: 3}\n' >good.yaml
nulldrift run good.yaml -o good.nc --quiet
mkdir empty
printf 'world: {task: random, samples: 50, input_dim: 300, output_dim: 20}\nnetwork: {hidden: 60}\nrun: {steps: 2, snapshots: 2}\n' >large.yaml
nulldrift run large.yaml -o large.nc --quiet

refuses 1 "take --lanczos (extreme eigenvalues, trace and density), fewer --snapshots, or a larger --memory" \
    spectrum large.nc --exact --memory 0.02
refuses 1 "give some noise with --update-noise or --label-noise" drift-direction good.nc --quiet
refuses 1 "nulldrift: --snapshot: '9' is no list" drift-direction good.nc --snapshot 9 --quiet
refuses 1 "nulldrift: --snapshots: '9' is no list" spectrum good.nc --snapshots 9
refuses 1 'run `nulldrift sweep run` into it first, with --shard I/N' sweep merge empty
refuses 1 "take a smaller --learning-rate, less --noise or a nearer --start-x" \
    landscape --learning-rate 5 --steps 100 --noise 3 --walkers 2 --drift-walkers 0 -o walks.nc
refuses 1 '`nulldrift measure` with --drift' figure drift-measures good.nc -o x.svg
refuses 1 'make one with `nulldrift landscape`, -o landscape.nc' figure landscape good.nc -o x.svg
refuses 1 "give a larger number of steps with --set run.steps=N" run --continue good.nc --set run.steps=5 -o on.nc
refuses 1 "nulldrift: --set learning.rule=adam: would make another run" \
    run --continue good.nc --set learning.rule=adam -o on.nc
refuses 1 "nulldrift: -o: the name is empty" run good.yaml -o ""
echo mine >mine.csv
refuses 1 "choose another name with -o, or give --force" landscape --steps 10 -o mine.csv
# amended where it lies: there is no other name to choose
cp good.nc alone.nc
(ulimit -f 8 && trap '' XFSZ && nulldrift measure alone.nc --drift 2>err)
check "measure fails on a disk without room" grep -q "alone.nc" err
check "and tells of no option that it has not" bash -c "! grep -qE -- '-o|\`[a-z_]+\`' err"
# what is said while nothing fails
printf 'world: {task: file, path: good.nc}\nnetwork: {hidden: 10}\nrun: {steps: 10}\n' >again.yaml
nulldrift run again.yaml -o again.nc --quiet 2>err
check "a note names the option, too" grep -qF '(`nulldrift run` with --continue goes on with it)' err
refuses 1 "take it back with --set world.task=default" run good.yaml --set network.model=hebbian
