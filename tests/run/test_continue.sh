#!/bin/bash
# nulldrift run --continue: a run that is gone on with is the run that would have been made in one go,
# every variable bit for bit; files of 0.1.0 go on in law, and say so.
. "$2/tests/support/shell.sh"
python=${PYTHON:-/usr/bin/python3}
"$python" -c 'import netCDF4, numpy' 2>/dev/null || skip "python3-netcdf4 is not here"
cat >same.py <<'END'
import sys, netCDF4, numpy
one, other = (netCDF4.Dataset(path) for path in sys.argv[1:3])
assert set(one.variables) == set(other.variables), set(one.variables) ^ set(other.variables)
for name in one.variables:
    a, b = one[name][...], other[name][...]
    assert a.shape == b.shape and a.tobytes() == b.tobytes(), f"{name} differs"
for name in set(one.ncattrs()) - {"history", "wall_time_seconds"}:
    assert one.getncattr(name) == other.getncattr(name), f":{name} differs"
END
same() { check "$1 and $2 are one run" "$python" same.py "$1" "$2"; }

# legs KEY=VALUE...: a run to 40000 steps gone on with in two legs, and one in one go
legs() {
    local sets=()
    for set in "$@"; do sets+=(--set "$set"); done
    rm -f run.nc whole.nc
    succeeds run small.yaml "${sets[@]}" -o whole.nc -q --set run.steps=40000 --set run.records=41 --set run.snapshots=9
    succeeds run small.yaml "${sets[@]}" -o run.nc -q --set run.steps=10000 --set run.records=11 --set run.snapshots=3
    succeeds run --continue run.nc -q --set run.steps=20000
    succeeds run --continue run.nc -q --set run.steps=40000
    check "nothing is said" test ! -s err
    same whole.nc run.nc
}
cat >small.yaml <<'END'
seed: 3
world: {task: random, samples: 6, input_dim: 8, output_dim: 4}
network: {hidden: 40}
learning: {learning_rate: 0.1}
END
legs learning.update_noise=0.05 # units fall asleep
legs learning.update_noise=0.3
legs learning.label_noise=0.5
legs learning.rule=adam learning.learning_rate=0.001 learning.update_noise=0.01
legs learning.rule=rmsprop learning.learning_rate=0.001 learning.label_noise=0.1
legs learning.rule=sed learning.learning_rate=0.9
legs run.precision=single learning.update_noise=0.05
legs network.activation=gelu learning.update_noise=0.02
legs world.samples=40 learning.update_noise=0.05 learning.dropout=0.1

# the reference engine; other numbers of records; another file
rm -f whole.nc
reference=(--set run.engine=reference --set learning.update_noise=0.05)
succeeds run small.yaml "${reference[@]}" -o whole.nc -q --set run.steps=400 --set run.records=5 --set run.snapshots=3
succeeds run small.yaml "${reference[@]}" -o short.nc -q --set run.steps=200 --set run.records=5 --set run.snapshots=5
cp short.nc before.nc
succeeds run --continue short.nc -o longer.nc -q --set run.steps=400 --set run.records=5 --set run.snapshots=3
same whole.nc longer.nc
check "the earlier file is left as it is" cmp short.nc before.nc
succeeds run --continue short.nc -o longer.nc -q --set run.steps=400 --set run.records=5 --set run.snapshots=3
same whole.nc longer.nc

# interrupted, the same command goes on; the earlier file is there until then
rm -f run.nc whole.nc
noisy=(--set learning.update_noise=0.02)
succeeds run small.yaml "${noisy[@]}" -o whole.nc -q --set run.steps=3000000 --set run.records=31 --set run.snapshots=4
succeeds run small.yaml "${noisy[@]}" -o run.nc -q --set run.steps=1000000 --set run.records=11 --set run.snapshots=2
cp run.nc before.nc
"$program" run --continue run.nc -q --set run.steps=3000000 --checkpoint-every 0.02 &
job=$!
until_there run.nc.ckpt $job
kill -9 $job
wait $job 2>/dev/null
check "the earlier file stays" cmp run.nc before.nc
succeeds run --continue run.nc -q --set run.steps=3000000
same whole.nc run.nc
check "nothing is left beside it" test -z "$(ls | grep -E 'run\.nc\..*')"

# what cannot be gone on with
refuses 1 "would make another run" run --continue run.nc -q --set learning.update_noise=0.1
refuses 1 "has made 3000000 steps already" run --continue run.nc -q --set run.steps=1000
refuses 1 "holds no record of step" run --continue run.nc -q --set run.steps=3100000 --set run.records=31
refuses 1 "whole.nc: is the run of another experiment" run --continue before.nc -o whole.nc -q --set run.steps=2000000
refuses 2 "takes no experiment" run small.yaml --continue run.nc
"$program" run small.yaml -o wild.nc -q --set learning.learning_rate=1e6 2>/dev/null
refuses 1 "did not end well" run --continue wild.nc --set run.steps=2000000

# a file without its final state, as those of 0.1.0: in law only, told under -q too, kept in the file
"$python" - <<'END'
import netCDF4
old, new = netCDF4.Dataset("before.nc"), netCDF4.Dataset("old.nc", "w")
for name, dimension in old.dimensions.items():
    new.createDimension(name, len(dimension))
new.setncatts(old.__dict__)
for name, variable in old.variables.items():
    new.createVariable(name, variable.dtype, variable.dimensions)[...] = variable[...]
END
succeeds run --continue old.nc -q --set run.steps=2000000
says "old.nc: goes on from step 1000000 in law only" err
succeeds info old.nc --attribute continued
says "in law only"
check "its past is kept, its future is other noise" "$python" - <<'END'
import netCDF4, numpy
old, whole = netCDF4.Dataset("old.nc"), netCDF4.Dataset("whole.nc")
assert (old["step"][:] == whole["step"][:21]).all()
assert (old["loss"][:11] == whole["loss"][:11]).all() and (old["loss"][11:] != whole["loss"][11:21]).all()
assert (old["input_weights"][1] == whole["input_weights"][1]).all() and old.dimensions["snapshot"].size == 3
assert numpy.isfinite(old["loss"][:]).all()
END
