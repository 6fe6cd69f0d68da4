#!/bin/bash
# Bad input: one clear line on standard error, exit code 1 (2 for wrong usage), nothing left behind.
# test_bad_input.sh PROGRAM SOURCE_FOLDER
set -u
program=$(realpath "$1")
folder=$(mktemp -d)
trap 'umount "$folder/tiny" 2>/dev/null; rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0

# expect CODE "WORDS" ARGUMENTS...: the exit code, one line holding the words, no new file
expect() {
    local code=$1 words=$2 before after
    shift 2
    before=$(find . -type f | sort)
    "$program" "$@" >out 2>err
    local got=$?
    after=$(find . -type f ! -name out ! -name err | sort)
    before=$(grep -v -e '^./out$' -e '^./err$' <<<"$before")
    if [ "$got" -ne "$code" ] || [ "$(wc -l <err)" -ne 1 ] || ! grep -qF -- "$words" err; then
        echo "FAILED: $* : exit code $got (wanted $code), said:"
        cat err
        failures=$((failures + 1))
    elif [ "$before" != "$after" ]; then
        echo "FAILED: $* : left files behind: $after"
        failures=$((failures + 1))
    fi
}

cat >good.yaml <<'Y'
name: good
world: {task: random, samples: 5, input_dim: 4, output_dim: 3}
network: {hidden: 10}
learning: {update_noise: 0.01}
run: {steps: 200, records: 11, snapshots: 3}
Y
expect 2 "no command" frobnicate
expect 2 "argument is missing" run
expect 2 "unknown option" run good.yaml --frobnicate
expect 2 "value is missing" run good.yaml -o
expect 1 "absent.yaml: cannot be opened" run absent.yaml
expect 1 "'AZ' names no case by 'Z'" bench --cases AZ
expect 1 "absent.py: cannot be opened" bench --cases A --peer absent.py
printf '\x89PNG\r\n\x1a\n\0\0' >picture.yaml
expect 1 "picture.yaml" run picture.yaml
echo 'just words' >words.yaml
expect 1 "words.yaml" run words.yaml
sed 's/hidden/hiden/' good.yaml >key.yaml
expect 1 "unknown key 'hiden'" run key.yaml
sed 's/hidden: 10/hidden: many/' good.yaml >type.yaml
expect 1 "type.yaml, line 3, network.hidden: is 'many'" run type.yaml
sed 's/0.01/-0.01/' good.yaml >negative.yaml
expect 1 "negative.yaml, line 4, learning.update_noise: is '-0.01'" run negative.yaml
sed 's/hidden: 10/hidden: 0/' good.yaml >zero.yaml
expect 1 "network.hidden: is '0'" run zero.yaml
expect 1 "its folder" run good.yaml -o nowhere/run.nc
expect 1 "network.hidden" run good.yaml --set network.hidden=1000000000000
expect 1 "cannot be opened" run good.yaml --set world.task=file --set world.path=absent.nc
cp good.yaml not-netcdf.nc
expect 1 "cannot be read as netCDF" run good.yaml --set world.task=file --set world.path=not-netcdf.nc

# A run file that is truncated, foreign, or of another experiment is refused and stays as it is.
"$program" run good.yaml -o good.nc --quiet || failures=$((failures + 1))
head -c 3000 good.nc >truncated.nc
cp truncated.nc truncated.before
expect 1 "truncated.nc" run good.yaml -o truncated.nc
cmp -s truncated.nc truncated.before || { echo "FAILED: truncated.nc was changed"; failures=$((failures + 1)); }
expect 1 "cannot be read as netCDF" run good.yaml -o not-netcdf.nc
expect 1 "another experiment" run good.yaml -o good.nc --set seed=2
cp good.nc good.before
"$program" run good.yaml -o good.nc --quiet || { echo "FAILED: a finished run is not accepted"; failures=$((failures + 1)); }
cmp -s good.nc good.before || { echo "FAILED: a finished run was rewritten"; failures=$((failures + 1)); }

# A checkpoint of another experiment, and damaged checkpoints.
interrupt() { # leaves half.nc.ckpt and half.nc.part behind
    rm -f half.nc*
    "$program" run good.yaml -o half.nc --set run.steps=50000000 --set run.engine=reference \
        --checkpoint-every 0.05 --quiet >/dev/null 2>&1 &
    local job=$!
    for _ in $(seq 200); do [ -e half.nc.ckpt.1 ] && break; sleep 0.05; done
    kill -9 $job
    wait $job 2>/dev/null
}
interrupt
expect 1 "belongs to another experiment" run good.yaml -o half.nc --set seed=9
printf 'damage' | dd of=half.nc.ckpt bs=1 seek=40 conv=notrunc 2>/dev/null
cp half.nc.ckpt half.nc.ckpt.1
expect 1 "half.nc.ckpt: is a damaged checkpoint" run good.yaml -o half.nc \
    --set run.steps=50000000 --set run.engine=reference
rm -f half.nc*

# Divergence stops the run, keeps the records so far and says so.
"$program" run good.yaml -o wild.nc --set learning.learning_rate=1000 --quiet 2>err
[ $? -eq 1 ] && grep -q diverged err && [ -s wild.nc ] && [ ! -e wild.nc.part ] || {
    echo "FAILED: divergence: $(cat err)"
    failures=$((failures + 1))
}

# A disk that fills up: a clear word, and the run can be resumed once there is room.
mkdir -p tiny
if mount -t tmpfs -o size=64k tmpfs tiny 2>/dev/null; then
    cp good.yaml tiny
    "$program" run tiny/good.yaml -o tiny/run.nc --set network.hidden=500 --quiet 2>err
    code=$?
    if [ $code -ne 1 ] || [ "$(wc -l <err)" -ne 1 ] || [ -e tiny/run.nc ] ||
        ls tiny/*.tmp-* >/dev/null 2>&1; then
        echo "FAILED: full disk: exit code $code, $(cat err), left: $(ls tiny)"
        failures=$((failures + 1))
    fi
    mount -o remount,size=64m tiny
    "$program" run tiny/good.yaml -o tiny/run.nc --set network.hidden=500 --quiet || {
        echo "FAILED: a run is not resumed when there is room again"
        failures=$((failures + 1))
    }
else
    echo "not tried: a full disk (mounting a tmpfs needs root)"
fi
echo "$failures failures"
[ $failures -eq 0 ]
