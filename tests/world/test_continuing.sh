#!/bin/bash
# docs/worlds.md's command for going on with a network trained elsewhere, run as it is printed; and
# what a data file holds that is not used is told, under --quiet too.
. "$2/tests/support/shell.sh"
python=${PYTHON:-/usr/bin/python3}
"$python" -c 'import netCDF4' 2>/dev/null || skip "python3-netcdf4 is not here"
"$python" - <<'END'
import netCDF4, numpy
random = numpy.random.default_rng(1)
file = netCDF4.Dataset("data.nc", "w")
for name, length in dict(sample=6, input=4, output=3, unit=20).items():
    file.createDimension(name, length)
def put(name, *dimensions):
    shape = [len(file.dimensions[d]) for d in dimensions]
    file.createVariable(name, "f8", dimensions)[:] = random.uniform(-1, 1, shape)
put("inputs", "input", "sample")  # as MATLAB lists them
put("targets", "sample", "output")
put("init_input_weights", "unit", "input")
put("init_bias", "unit")
put("init_output_weights", "unit", "output")
put("speed", "sample")
END
cat >mine.yaml <<'END'
world: {task: random, samples: 5, input_dim: 4, output_dim: 3}
network: {hidden: 8}
run: {steps: 20, records: 3, snapshots: 2}
END
command=$(sed -n '/^## file/,/^###/p' "$source/docs/worlds.md" | sed -n 's/^    nulldrift //p')
check "the page has one command" test "$(wc -l <<<"$command")" = 1
succeeds $command -o run.nc --quiet
says "data.nc: not used: variable speed" err
check "in one line" test "$(wc -l <err)" = 1
check "the run begins with the file's network and data" "$python" - <<'END'
import netCDF4, numpy
data, run = netCDF4.Dataset("data.nc"), netCDF4.Dataset("run.nc")
same = numpy.array_equal
assert same(run["input_weights"][0], data["init_input_weights"][:])
assert same(run["bias"][0], data["init_bias"][:])
assert same(run["output_weights"][0], data["init_output_weights"][:].T)
assert same(run["inputs"][:], data["inputs"][:].T)
END
set -- --set world=default --set world.task=file
succeeds run mine.yaml "$@" --set world.path=data.nc -o afresh.nc --quiet
says "data.nc: not used: variable speed; initial weights (network.initialisation is rich; file would take them)" err
check "in one line, too" test "$(wc -l <err)" = 1
succeeds run mine.yaml "$@" --set world.path=run.nc -o again.nc --quiet
says "run.nc is a run file: its data set is used, its network is not" err
check "in one line" test "$(wc -l <err)" = 1
