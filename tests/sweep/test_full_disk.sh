#!/bin/bash
# A disk that fills up: the sweep stops with one line, and its store still opens.
. "$2/tests/support/shell.sh"
may_mount "$@"
trap 'umount "$folder/disk" 2>/dev/null; at_end' EXIT

cat >large.yaml <<'END'
name: large
base: |
  world: {task: random, samples: 3, input_dim: 4, output_dim: 2}
  network: {hidden: 30}
  run: {steps: 400, records: 400}
samples: 2000
draw:
  - {key: learning.update_noise, log-uniform: [0.001, 0.1]}
END
mkdir disk
check "a disk is mounted" mount -t tmpfs -o size=12m none disk
"$program" sweep run large.yaml -o disk/sweep --quiet >said 2>&1 &
process=$!
until_there disk/sweep/sweep.sqlite $process
head -c 20000000 /dev/zero >disk/ballast 2>/dev/null
wait $process
check "a disk that fills up is told" test $? = 1
says "full" said
rm -f disk/ballast
check "and the store still opens" "$program" sweep status disk/sweep
check "a smaller disk is mounted" eval 'umount disk && mount -t tmpfs -o size=200k none disk'
nulldrift sweep run large.yaml -o disk/sweep --quiet 2>said
check "a disk too small for the store is told" test $? = 1 -a "$(wc -l <said)" = 1
check "and nothing half-made is left" test ! -e disk/sweep/sweep.sqlite
