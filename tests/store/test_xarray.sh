#!/bin/bash
# xarray and h5py read every variable of a measured run, with its dimensions, units and definition.
. "$2/tests/support/shell.sh"
python=${PYTHON:-/usr/bin/python3}
"$python" -c 'import xarray, h5py, netCDF4' 2>/dev/null ||
    "$python" -c 'import xarray, h5py, h5netcdf' 2>/dev/null ||
    skip "python3-xarray and python3-h5py are not here"
for environments in 1 2; do
    succeeds run "$source/examples/figure-2.yaml" -o run$environments.nc --quiet --set run.steps=20 \
        --set run.records=5 --set run.snapshots=3 --set network.hidden=40 \
        --set world.environments=$environments
    succeeds measure run$environments.nc --quiet
done
check "every variable is read, with its dimensions, units and definition" "$python" - "$folder" <<'EOF'
import sys, warnings
import h5py, numpy, xarray
warnings.simplefilter("ignore")  # newer xarray remarks on the two snapshot dimensions
def stored(file, name):
    # netCDF's name in HDF5 for a variable called as a dimension that it does not lie along
    return file["_nc4_non_coord_" + name if name == "environment" else name]

sizes = dict(record=5, snapshot=3, sample=150, input=18, output=17, unit=40, bin=100)
common = {
    "step": "record", "loss": "record", "active_fraction": "record",
    "fraction_active_units": "record", "snapshot_step": "snapshot",
    "input_weights": "snapshot unit input", "bias": "snapshot unit",
    "output_weights": "snapshot output unit", "inputs": "sample input",
    "targets": "sample output", "final_state": "state_byte", "position": "sample", "heading": "sample",
    "wall_texture": "environment texture", "rate_map_correlation": "snapshot snapshot",
    "population_vector_correlation": "snapshot snapshot"}
one = {"occupancy": "bin", "bin_position": "bin", "tuning_curves": "snapshot unit bin",
       "tuned": "snapshot unit"}
two = {"occupancy": "environment bin", "bin_position": "environment bin",
       "tuning_curves": "snapshot environment unit bin",
       "tuned": "snapshot environment unit",
       "environment_correlation": "snapshot environment environment", "environment": "sample"}
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
EOF
