#!/bin/bash
# nulldrift hebbian as a user meets it: a run, its summary, and one clear line for bad input.
. "$2/tests/support/shell.sh"
short=(--set run.settle=20 --set run.steps=40 --set run.records=3 --set run.snapshots=3)
for inputs in ring place; do
    succeeds hebbian "$source/examples/hebbian-$inputs.yaml" "${short[@]}"
    says "similarity error"
    says "restarted from Euler steps"
    check "$inputs: a run file" test -s "hebbian-$inputs.nc"
done
ring=$source/examples/hebbian-ring.yaml
refuses 1 "network.inputs" hebbian "$ring" -o refused.nc --set network.inputs=square
refuses 1 "network.neurons" hebbian "$ring" -o refused.nc --set network.neurons=0
refuses 1 "network.regularisation_l2" hebbian "$ring" -o refused.nc --set network.regularisation_l2=0
refuses 1 "learning.learning_rate" hebbian "$ring" -o refused.nc --set learning.learning_rate=1.5
refuses 1 "learning.noise_lateral" hebbian "$ring" -o refused.nc --set learning.noise_lateral=-1
refuses 1 "nulldrift run" hebbian "$source/examples/figure-2.yaml" -o refused.nc
refuses 1 "cannot be" hebbian nowhere.yaml -o refused.nc
printf 'network: {model: hebbian, hidden: 5}\n' >keys.yaml
refuses 1 "hidden" hebbian keys.yaml -o refused.nc
refuses 1 "nulldrift hebbian" run "$ring"
