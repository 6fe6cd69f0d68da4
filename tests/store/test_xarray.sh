#!/bin/bash
# xarray and h5py read every variable of a measured run, with its dimensions, units and definition.
. "$2/tests/support/shell.sh"
python=${PYTHON:-/usr/bin/python3}
"$python" -c 'import xarray, h5py, netCDF4' 2>/dev/null ||
    "$python" -c 'import xarray, h5py, h5netcdf' 2>/dev/null ||
    skip "python3-xarray and python3-h5py are not here"
short=(--quiet --set run.steps=20 --set run.records=5 --set run.snapshots=3 --set network.hidden=40)
for environments in 1 2; do
    succeeds run "$source/examples/figure-2.yaml" -o run$environments.nc --quiet --set run.steps=20 \
        --set run.records=5 --set run.snapshots=3 --set network.hidden=40 \
        --set world.environments=$environments
    succeeds measure run$environments.nc --quiet
done
check "every variable is read, with its dimensions, units and definition" "$python" - "$folder" <<'EOF'
import sys, warnings
import h5py, numpy, xarray
warnings.simplefilter("error", UserWarning)  # xarray has nothing to remark on
def stored(file, name):
    # netCDF's name in HDF5 for a variable called as a dimension that it does not lie along
    return file["_nc4_non_coord_" + name if name == "environment" else name]

sizes = dict(record=5, snapshot=3, sample=150, input=18, output=17, unit=40, bin=100)
common = {
    "step": "record", "loss": "record", "active_fraction": "record",
    "fraction_active_units": "record", "snapshot_step": "snapshot",
    "input_weights": "snapshot unit input", "bias": "snapshot unit",
    "output_weights": "snapshot output unit", "inputs": "sample input",
    "targets": "sample output", "position": "sample", "heading": "sample",
    "wall_texture": "environment texture", "unit": "unit",
    "other_snapshot_step": "other_snapshot", "rate_map_correlation": "snapshot other_snapshot",
    "population_vector_correlation": "snapshot other_snapshot",
    "published_rate_map_correlation": "snapshot other_snapshot",
    "published_population_vector_correlation": "snapshot other_snapshot"}
one = {"occupancy": "bin", "bin_position": "bin", "tuning_curves": "snapshot unit bin",
       "tuned": "snapshot unit"}
two = {"occupancy": "environment bin", "bin_position": "environment bin",
       "tuning_curves": "snapshot environment unit bin",
       "tuned": "snapshot environment unit",
       "environment_correlation": "snapshot environment other_environment", "environment": "sample"}
for measure in ("spatial_information", "spatial_sparsity", "mean_activity", "peak_activity"):
    one[measure] = "snapshot unit"
    two[measure] = "snapshot environment unit"
for environments, own in ((1, one), (2, two)):
    path = f"{sys.argv[1]}/run{environments}.nc"
    expected = {**common, **own}
    with xarray.open_dataset(path) as data, h5py.File(path) as file:
        assert set(data.variables) == set(expected), set(data.variables) ^ set(expected)
        for name, dimensions in expected.items():
            variable = data[name]
            assert variable.dims == tuple(dimensions.split()), (name, variable.dims)
            for dimension, length in zip(variable.dims, variable.shape):
                assert sizes.get(dimension, length) == length, (name, dimension)
            assert variable.attrs["units"] and variable.attrs["long_name"], name
            values = variable.values
            assert numpy.array_equal(values, stored(file, name)[()], equal_nan=values.dtype.kind == "f"), name
        assert "experiment" in data.attrs and "network:" in data.attrs["experiment"]
        assert abs(data.rate_map_correlation.values.diagonal() - 1).max() < 1e-9
        curves, occupancy = data.tuning_curves.values, data.occupancy.values
        visited = numpy.broadcast_to((occupancy > 0)[..., None, :], curves.shape)
        assert not visited.all() and numpy.array_equal(numpy.isnan(curves), ~visited)
EOF

# What docs/getting-started.md and docs/run-file.md say of steps, of several seeds and of pictures.
for seed in 1 2 3; do
    succeeds run "$source/examples/figure-2.yaml" -o seed$seed.nc "${short[@]}" --set seed=$seed
    succeeds measure seed$seed.nc --quiet
done
check "steps, bins and units are coordinates" "$python" - <<'EOF'
import numpy, xarray
run = xarray.open_dataset("seed1.nc")
assert set(run.coords) >= {"step", "snapshot_step", "other_snapshot_step", "bin_position", "unit"}
assert list(run.loss.coords) == ["step"], run.loss.coords
late = run.loss.swap_dims(record="step").sel(step=16, method="nearest")
assert int(late.step) == 15 and float(late) == float(run.loss[3])
last = run.tuning_curves.swap_dims(snapshot="snapshot_step").sel(snapshot_step=1e9, method="nearest")
assert numpy.array_equal(last, run.tuning_curves[-1], equal_nan=True) and "bin_position" in last.coords
assert run.rate_map_correlation.to_pandas().shape == (3, 3)
seeds = xarray.concat([xarray.open_dataset(f"seed{i}.nc") for i in (1, 2, 3)], dim="seed")
assert seeds.loss.dims == ("seed", "record") and seeds.step.dims == ("record",)
assert seeds.rate_map_correlation.dims == ("seed", "snapshot", "other_snapshot")
assert float(seeds.loss.std("seed")[-1]) > 0
EOF
if "$python" -c 'import dask' 2>/dev/null; then
    check "three files are opened as one" "$python" - <<'EOF'
import xarray
seeds = xarray.open_mfdataset("seed*.nc", combine="nested", concat_dim="seed")
assert seeds.sizes["seed"] == 3 and seeds.loss.mean("seed").compute().shape == (5,)
EOF
else
    echo "not tried: open_mfdataset, for python3-dask is not here"
fi
if "$python" -c 'import matplotlib' 2>/dev/null; then
    check "loss over steps and a matrix are drawn" env MPLBACKEND=agg "$python" - <<'EOF'
import matplotlib.pyplot as plot, xarray
run = xarray.open_dataset("seed1.nc")
run.loss.plot(x="step")
assert plot.gca().get_lines()[0].get_xdata()[-1] == 20
plot.figure()
run.rate_map_correlation.plot(x="snapshot_step", y="other_snapshot_step")
plot.figure()
run.tuning_curves.isel(snapshot=-1).plot()
EOF
else
    echo "not tried: pictures by xarray, for python3-matplotlib is not here"
fi
