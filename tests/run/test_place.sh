#!/bin/bash
# A file that appears at -o while a command works stays, and so does the finished run; what a result
# replaces hands on its mode, and the links that lead to it.
. "$2/tests/support/shell.sh"
needs ncdump
cat >run.yaml <<'Y'
name: small
world: {task: random, samples: 5, input_dim: 4, output_dim: 3}
network: {hidden: 30}
learning: {update_noise: 0.01}
run: {steps: 2000000, records: 11, snapshots: 3}
Y
cat >hebbian.yaml <<'Y'
name: ring
network: {model: hebbian, inputs: ring, neurons: 10}
learning: {learning_rate: 0.05, noise_forward: 0.01}
run: {steps: 60000, settle: 100, records: 11, snapshots: 3}
Y
contents() { ncdump "$1" | grep -v -e history -e wall_time -e '^netcdf'; }

for command in run hebbian; do
    succeeds $command $command.yaml -o whole.nc --quiet
    "$program" $command $command.yaml -o new.nc --quiet --checkpoint-every 0.01 >said 2>err &
    job=$!
    check "$command: it is under way" until_there new.nc.ckpt $job
    kill -STOP $job
    echo "years of work" >new.nc
    kill -CONT $job
    wait $job
    check "$command: a file that appeared is exit code 1" test $? -eq 1
    check "in one line" test "$(wc -l <err)" -eq 1
    says "new.nc: another file appeared there meanwhile, and stays as it is; the run, at its end, stays as new.nc.part" err
    check "it stays" grep -qx "years of work" new.nc
    mv new.nc mine.txt
    succeeds $command $command.yaml -o new.nc --quiet
    check "$command: then the finished run is taken" cmp <(contents whole.nc) <(contents new.nc)
    check "and nothing is left beside it" test -z "$(find . -name 'new.nc?*')"
    rm whole.nc new.nc
done

# Modes and links. A link that leads nowhere yet is followed.
mkdir scratch shown
sed 's/2000000/2000/; s/random, samples: 5, input_dim: 4, output_dim: 3/predictive-track, samples: 20, input_dim: 3/' run.yaml >track.yaml
ln -s scratch/run.nc link.nc
ln -s ../link.nc shown/again.nc
succeeds run track.yaml -o link.nc --quiet
check "the link is followed" test -L link.nc -a -f scratch/run.nc
chmod 640 scratch/run.nc
succeeds measure link.nc --quiet
succeeds phases shown/again.nc --quiet
succeeds spectrum scratch/run.nc --quiet
check "the links are links" test -L link.nc -a -L shown/again.nc
check "and lead to the file that was amended" test -n "$(ncdump -h scratch/run.nc | grep tuning_curves)"
check "by every command" test -n "$(ncdump -h scratch/run.nc | grep eigenvalues)"
check "its mode is kept" test "$(stat -c %a scratch/run.nc)" = 640
succeeds figure fig2 link.nc -o picture.svg
chmod 600 picture.svg
ln -s ../picture.svg shown/picture.svg
succeeds figure fig2 link.nc -o shown/picture.svg --force
check "a picture's, too" test "$(stat -c %a picture.svg)" = 600 -a -L shown/picture.svg
check "nothing else came" test "$(find scratch shown | wc -l)" -eq 5
ln -s circle.nc circle.nc
refuses 1 "circle.nc: where it should go cannot be looked at" run track.yaml -o circle.nc --quiet
