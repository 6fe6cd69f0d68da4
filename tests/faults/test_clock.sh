#!/bin/bash
# A clock that is set back while a sweep waits for its workers: it goes on looking at them, says how far
# they are, and is stopped as ever.
. "$2/tests/support/shell.sh"
compiler=${CC:-cc}
needs "$compiler"
"$compiler" -std=gnu17 -O1 -D_GNU_SOURCE -fPIC -shared -o clock.so "$source/tests/faults/clock.c" || exit 1
check "the clock is ahead" test $(($(LD_PRELOAD=./clock.so bash -c 'printf "%(%s)T" -1') - $(printf '%(%s)T' -1))) -gt 3000
cat >long.yaml <<'Y'
name: long
base: |
  world: {task: random, samples: 3, input_dim: 4, output_dim: 2}
  network: {hidden: 100}
  run: {steps: 3000000, records: 5}
grid:
  - {key: learning.update_noise, values: [0.01]}
Y
LD_PRELOAD=./clock.so "$program" sweep run long.yaml -o sweep --jobs 1 --progress 0.01 >said 2>err &
job=$!
check "it tells how far it is" until_said " of 3e+06 steps" err $job
matches "^sweep: +[0-9]+% +[0-9.e+]+ of 3e\+06 steps" err
check "the run is going on" kill -TERM $job
wait $job
check "stopped: exit code 3, not $?" test $? -eq 3
