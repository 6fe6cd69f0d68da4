#!/bin/bash
# Bad input: one clear line on standard error, exit code 1 (2 for wrong usage), nothing left behind.
# The lines themselves are in said_errors.txt.
. "$2/tests/support/shell.sh"

cat >good.yaml <<'Y'
name: good
world: {task: random, samples: 5, input_dim: 4, output_dim: 3}
network: {hidden: 10}
learning: {update_noise: 0.01}
run: {steps: 200, records: 11, snapshots: 3}
Y
refuses 2 "no command" frobnicate
refuses 2 "argument is missing" run
refuses 2 "unknown option" run good.yaml --frobnicate
refuses 2 "value is missing" run good.yaml -o
refuses 1 "absent.yaml: cannot be opened" run absent.yaml
refuses 1 "'AZ' names no case by 'Z'" bench --cases AZ
refuses 1 "absent.py: cannot be opened" bench --cases A --peer absent.py
printf '\x89PNG\r\n\x1a\n\0\0' >picture.yaml
refuses 1 "picture.yaml" run picture.yaml
echo 'just words' >words.yaml
refuses 1 "words.yaml" run words.yaml
sed 's/hidden/hiden/' good.yaml >key.yaml
refuses 1 "unknown key 'hiden'" run key.yaml
sed 's/hidden: 10/hidden: many/' good.yaml >type.yaml
refuses 1 "type.yaml, line 3, network.hidden: is 'many'" run type.yaml
sed 's/0.01/-0.01/' good.yaml >negative.yaml
refuses 1 "negative.yaml, line 4, learning.update_noise: is '-0.01'" run negative.yaml
sed 's/hidden: 10/hidden: 0/' good.yaml >zero.yaml
refuses 1 "network.hidden: is '0'" run zero.yaml
refuses 1 "its folder" run good.yaml -o nowhere/run.nc
refuses 1 "network.hidden" run good.yaml --set network.hidden=1000000000000
refuses 1 "cannot be opened" run good.yaml --set world=default --set world.task=file --set world.path=absent.nc
cp good.yaml not-netcdf.nc
refuses 1 "cannot be read as netCDF" run good.yaml --set world=default --set world.task=file --set world.path=not-netcdf.nc

# A run file that is truncated, foreign, or of another experiment is refused and stays as it is.
succeeds run good.yaml -o good.nc --quiet
head -c 3000 good.nc >truncated.nc
cp truncated.nc truncated.before
refuses 1 "truncated.nc" run good.yaml -o truncated.nc
check "truncated.nc is not changed" cmp -s truncated.nc truncated.before
refuses 1 "is no run file" run good.yaml -o not-netcdf.nc
refuses 1 "another experiment" run good.yaml -o good.nc --set seed=2
cp good.nc good.before
succeeds run good.yaml -o good.nc --quiet
check "a finished run is not rewritten" cmp -s good.nc good.before

# A checkpoint of another experiment, and damaged checkpoints.
interrupt() { # leaves half.nc.ckpt and half.nc.part behind
    rm -f half.nc*
    "$program" run good.yaml -o half.nc --set run.steps=50000000 --set run.engine=reference \
        --checkpoint-every 0.05 --quiet >/dev/null 2>&1 &
    local job=$!
    until_there half.nc.ckpt.1 $job
    kill -9 $job
    wait $job 2>/dev/null
}
interrupt
refuses 1 "belongs to another experiment" run good.yaml -o half.nc --set seed=9
printf 'damage' | dd of=half.nc.ckpt bs=1 seek=40 conv=notrunc 2>/dev/null
[ half.nc.ckpt -ef half.nc.ckpt.1 ] || cp half.nc.ckpt half.nc.ckpt.1
refuses 1 "half.nc.ckpt: is a damaged checkpoint" run good.yaml -o half.nc \
    --set run.steps=50000000 --set run.engine=reference
rm -f half.nc*

# Divergence stops the run, keeps the records so far and says so.
nulldrift run good.yaml -o wild.nc --set learning.learning_rate=1000 --quiet 2>err
check "divergence is exit code 1" test $? -eq 1
says "diverged" err
check "the records until divergence are kept" test -s wild.nc -a ! -e wild.nc.part
refuses 1 "it is there already, and was not run again" run good.yaml -o wild.nc --set learning.learning_rate=1000 --quiet
