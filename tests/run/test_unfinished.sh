#!/bin/bash
# An unfinished run is told of: where it writes, how far it is, whether a process is at it; stopped at
# a checkpoint the exit code is 3, and the same command goes on.
. "$2/tests/support/shell.sh"
long=("$source/examples/figure-2.yaml" -o run.nc --set network.hidden=20 --set run.steps=1000000000
    --set run.records=100001 --set run.snapshots=2 --checkpoint-every 0.05)
"$program" run "${long[@]}" >said 2>err &
job=$!
check "the first checkpoint comes" until_there run.nc.ckpt $job
says "writing run.nc" err
succeeds info run.nc.part
says "run.nc: an unfinished run, at step"
matches "process +one is at it"
for path in run.nc run.nc.ckpt; do
    succeeds info $path
    matches "loss +log10 -?[0-9.]+, active units"
    matches "rate +[0-9.e+]+ steps/s, some [0-9.]+ (s|min|h) left"
done
kill -INT $job
wait $job
check "stopped at a checkpoint: exit code 3, not $?" test $? -eq 3
cat err >>said # there, should this machine be too busy for a checkpoint within a second
says "run the same command again" said
succeeds info run.nc --json
says '"process": false'
says '"steps": 1e+09'
succeeds info run.nc
matches "process +none is at it; the command that began it goes on"
"$program" run "${long[@]}" >said 2>err &
job=$!
check "it goes on" until_said "going on with run.nc" err $job
kill -INT $job
wait $job
check "going on and stopped again: exit code 3" test $? -eq 3
printf 'x' >run.nc.ckpt
rm -f run.nc.ckpt.1
refuses 1 "run.nc.ckpt: is a damaged checkpoint" info run.nc
refuses 1 "neither sweep.sqlite nor shards" info .

# A sweep that is going on.
cat >sweep.yaml <<'Y'
name: some
base: |
  world: {task: random, samples: 3, input_dim: 4, output_dim: 2}
  network: {hidden: 10}
  run: {steps: 200, records: 20}
grid:
  - {key: run.steps, values: [200, 100000000000]}
order: stated
Y
"$program" sweep run sweep.yaml -o sweep --jobs 1 --quiet >said 2>err &
job=$!
for ((i = 0; i < 500; i++)); do
    nulldrift info sweep >out 2>err2 && grep -q ", 1 running, 1 done" out && break
    sleep 0.02
done
says "a sweep of 2 runs"
matches "processes +1 at it"
matches "rate .* left"
kill -INT $job
wait $job
check "a stopped sweep: exit code 3" test $? -eq 3
succeeds info sweep
matches "processes +0 at it; .nulldrift sweep run. with the same arguments goes on"
