#!/bin/bash
# A run begun on one instruction set is not gone on with on another, whose rounding differs, unless
# that is asked for; then its file says so. A sweep begins such a run anew, and says so. The slower set
# is the one that is stopped.
. "$2/tests/support/shell.sh"
needs ncdump
grep -q avx2 /proc/cpuinfo || skip "this processor has one instruction set only"
cat >run.yaml <<'Y'
name: small
world: {task: random, samples: 5, input_dim: 4, output_dim: 3}
network: {hidden: 30}
learning: {update_noise: 0.01}
run: {steps: 100000000, records: 11, snapshots: 3, divergence: 0}
Y
sed -i 's/, divergence: 0//' run.yaml
cat >hebbian.yaml <<'Y'
name: ring
network: {model: hebbian, inputs: ring, neurons: 10}
learning: {learning_rate: 0.05, noise_forward: 0.01}
run: {steps: 10000000, settle: 100, records: 11, snapshots: 3}
Y
stop_at_checkpoint() { # FILE COMMAND...
    local file=$1 job
    shift
    "$@" >said 2>err &
    job=$!
    check "it is under way" until_there "$file" $job
    kill -INT $job
    wait $job
    check "stopped at a checkpoint" test $? -eq 3
}
for command in run hebbian; do
    export NULLDRIFT_INSTRUCTIONS=baseline
    stop_at_checkpoint $command.nc.ckpt "$program" $command $command.yaml -o $command.nc --quiet --checkpoint-every 0.05
    export NULLDRIFT_INSTRUCTIONS=avx2
    refuses 1 "was made with the instruction set baseline; here it is avx2, whose rounding differs; resume it on a machine like the first, or here with --resume-here" $command $command.yaml -o $command.nc --quiet
    # an end that comes soon: the same run, stopped again, tells where it changed when it ends
    "$program" $command $command.yaml -o $command.nc --resume-here --checkpoint-every 0.05 >said 2>err &
    job=$!
    check "it goes on" until_said "going on with $command.nc" err $job
    kill -INT $job
    wait $job
    check "goes on when asked to" test $? -eq 3
done
cat >short.yaml <<'Y'
name: short
world: {task: random, samples: 5, input_dim: 4, output_dim: 3}
network: {hidden: 30}
learning: {update_noise: 0.01}
run: {steps: 1500000, records: 11, snapshots: 3}
Y
NULLDRIFT_INSTRUCTIONS=baseline stop_at_checkpoint short.nc.ckpt "$program" run short.yaml -o short.nc --quiet --checkpoint-every 0.01
NULLDRIFT_INSTRUCTIONS=avx2
succeeds run short.yaml -o short.nc --quiet --resume-here
check "its file says so" test -n "$(ncdump -h short.nc | grep 'resumed = "from step .* on instruction set avx2, before on baseline"')"

cat >sweep.yaml <<'Y'
base: |
  world: {task: random, samples: 5, input_dim: 4, output_dim: 3}
  network: {hidden: 30}
  learning: {update_noise: 0.01}
  run: {steps: 3000000, records: 11}
grid: [{key: seed, values: [1]}]
Y
export NULLDRIFT_INSTRUCTIONS=baseline
stop_at_checkpoint sweep/run-0.ckpt "$program" sweep run sweep.yaml -o sweep --jobs 1 --quiet --checkpoint-every 0.01
export NULLDRIFT_INSTRUCTIONS=avx2
succeeds sweep run sweep.yaml -o sweep --jobs 1 --quiet
says "was made with the instruction set baseline; here it is avx2 (the run is begun anew)" err
