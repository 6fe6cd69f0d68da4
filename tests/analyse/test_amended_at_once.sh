#!/bin/bash
# Two commands that amend one file at once: the second waits, saying so, and what both add is kept.
. "$2/tests/support/shell.sh"
needs ncdump
needs flock
cat >track.yaml <<'Y'
name: track
world: {task: predictive-track, samples: 60, input_dim: 3}
network: {hidden: 30}
learning: {update_noise: 0.01}
run: {steps: 2000, records: 21, snapshots: 5}
Y
succeeds run track.yaml -o run.nc --quiet
ln -s run.nc link.nc

# Another command's hold, for as long as this shell likes.
exec 8>run.nc.lock
flock 8
for command in measure spectrum phases drift-direction; do
    refuses 1 "another command amends it at present; leave --no-wait out to wait for it" $command link.nc --no-wait --quiet
done
refuses 1 "another command amends it at present" run --continue run.nc --set run.steps=4000 --no-wait --quiet
"$program" measure run.nc --quiet >said 2>err 8>&- &
first=$!
"$program" spectrum link.nc --quiet >said2 2>err2 8>&- &
second=$!
check "the first waits" until_said "another command amends it; waiting for that to end" err $first
check "and the second" until_said "another command amends it; waiting for that to end" err2 $second
check "nothing was added meanwhile" test -z "$(ncdump -h run.nc | grep -e tuning_curves -e hessian_trace)"
exec 8>&-
wait $first
check "the first succeeds" test $? -eq 0
wait $second
check "and the second" test $? -eq 0
for name in tuning_curves hessian_trace; do
    check "$name is there" test -n "$(ncdump -h run.nc | grep "$name(")"
done
check "nothing is left beside it" test -z "$(find . -name 'run.nc?*')"

# Whoever waits can be stopped.
exec 8>run.nc.lock
flock 8
"$program" measure run.nc --quiet >said 2>err3 8>&- &
job=$!
check "it waits" until_said "waiting for that to end" err3 $job
kill -TERM $job
wait $job
check "stopped while waiting: of the signal" test $? -eq 143
says "stopped while another command amends it" err3
exec 8>&-

# A file of the user's own that has the lock's name.
echo mine >run.nc.lock
refuses 1 "run.nc.lock: has the name of the empty file that keeps other commands off" measure run.nc
check "it stays as it was" test "$(cat run.nc.lock)" = mine
rm run.nc.lock

# Two merges at once.
cat >sweep.yaml <<'Y'
base: |
  world: {task: random, samples: 3, input_dim: 4, output_dim: 2}
  run: {steps: 10, records: 2}
grid: [{key: seed, values: [1, 2]}]
Y
succeeds sweep run sweep.yaml -o shards --shard 1/2 --quiet
succeeds sweep run sweep.yaml -o shards --shard 2/2 --quiet
exec 8>shards/sweep.sqlite.lock
flock 8
refuses 1 "another command amends it at present" sweep merge shards --no-wait
exec 8>&-
succeeds sweep merge shards
