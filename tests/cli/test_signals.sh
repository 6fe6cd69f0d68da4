#!/bin/bash
# Closed descriptors, signals, pipes that nobody reads, files that may not grow: one clear line, and
# nothing lost.
. "$2/tests/support/shell.sh"
needs ncdump
cat >small.yaml <<'Y'
name: small
world: {task: random, samples: 5, input_dim: 4, output_dim: 3}
network: {hidden: 30}
learning: {update_noise: 0.01}
run: {steps: 300000, records: 11, snapshots: 3}
Y
contents() { ncdump "$1" | grep -v -e history -e wall_time -e '^netcdf'; }

# With descriptors closed the first file opened would get one of their numbers, and what is said would
# go into it.
succeeds run small.yaml -o open.nc --progress 0.01 --checkpoint-every 0.01
matches "run: +[0-9]+% .* of 3e.05 steps" err
for closed in "0<&-" "1>&-" "2>&-" "0<&- 1>&- 2>&-"; do
    eval '"$program" run small.yaml -o closed.nc --progress 0.001 --checkpoint-every 0.01' "$closed" >/dev/null 2>&1 "$closed"
    check "with $closed: exit code 0" test $? -eq 0
    check "with $closed: the same run" cmp <(contents open.nc) <(contents closed.nc)
    rm -f closed.nc
done
refuses 2 "expected a number from 0 to 1e+06" run small.yaml -o x.nc --progress often

# A pipe that nobody reads.
unread "$program" figure --list 2>err
check "a pipe that nobody reads: exit code 1" test $? -eq 1
says "standard output: cannot be written" err
check "in one line" test "$(wc -l <err)" -eq 1

# A file that may not grow.
(ulimit -f 20; exec "$program" run small.yaml -o long.nc --set network.hidden=2000 --set learning.learning_rate=0.0001 --set run.steps=20 --quiet) >said 2>err
check "a file that may not grow: exit code 1" test $? -eq 1
check "in one line" test "$(wc -l <err)" -eq 1
says "File too large" err
check "no file of that name" test ! -e long.nc
succeeds run small.yaml -o long.nc --set network.hidden=2000 --set learning.learning_rate=0.0001 --set run.steps=20 --quiet

# What does not come to a safe point within a second is ended all the same: one snapshot's exact
# spectrum takes much longer. The run file is as it was.
succeeds run small.yaml -o wide.nc --set world.samples=60 --set world.input_dim=40 --set world.output_dim=40 \
    --set network.hidden=100 --set learning.learning_rate=0.0001 --set run.steps=20 --quiet
cp wide.nc before.nc
"$program" spectrum wide.nc --exact --quiet >said 2>err &
job=$!
check "it is under way" until_there wide.nc.lock $job
kill -TERM $job
wait $job
check "SIGTERM ends it: exit code 143" test $? -eq 143
check "the file is as it was" cmp wide.nc before.nc
succeeds phases wide.nc --quiet
check "and the next command removes the lock" test ! -e wide.nc.lock
