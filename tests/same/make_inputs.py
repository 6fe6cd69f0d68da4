"""Writes the files that experiments.txt reads into a folder: data for the world `file`, a session
for `nulldrift tuning`, and recordings of an animal on a track in each format, with manifests."""
import struct
import sys
from pathlib import Path

import h5py
import netCDF4
import numpy

folder = Path(sys.argv[1])
random = numpy.random.default_rng(7)


def netcdf(name, dimensions, variables):
    with netCDF4.Dataset(folder / name, "w") as file:
        for dimension, length in dimensions.items():
            file.createDimension(dimension, length)
        for variable, (along, values) in variables.items():
            file.createVariable(variable, "f8", along)[:] = values


def matlab(name, **matrices):
    """MATLAB version 4: a header of five integers, a name, and the numbers by columns."""
    with open(folder / name, "wb") as file:
        for matrix, values in matrices.items():
            rows, columns = values.shape
            file.write(struct.pack("<5i", 0, rows, columns, 0, len(matrix) + 1))
            file.write(matrix.encode() + b"\0" + values.astype("<f8").tobytes(order="F"))


def session(shift, frames=1500, cells=8):
    """Times (s), position (0 to 1, back and forth, a moment outside and one unknown), velocity, events."""
    times = 0.05 * numpy.arange(frames)
    phase = (times / 6 + 0.03 * numpy.cumsum(random.normal(size=frames)) / 10) % 2
    position = numpy.where(phase < 1, phase, 2 - phase)
    velocity = numpy.where(phase < 1, 0.2, -0.2) * (1 + 0.3 * random.normal(size=frames))
    centres = (numpy.arange(cells) + 0.5 + shift) / cells % 1
    rate = 0.6 * numpy.exp(-((position[:, None] - centres) / 0.08) ** 2) + 0.01
    rate[:, -1] = 0 if shift else 0.05  # the last cell is silent in later sessions
    return times, position, velocity, random.poisson(rate)


def table(name, times, position, velocity, activity):
    head = "time,position,velocity," + ",".join(f"cell_{c + 1}" for c in range(activity.shape[1]))
    rows = numpy.column_stack([times, position, velocity, activity])
    numpy.savetxt(folder / name, rows, delimiter=",", header=head, comments="", fmt="%.6g")


def typed(place, kind):
    place.attrs["neurodata_type"], place.attrs["namespace"] = kind, "core"
    return place


def nwb(name, times, position, velocity, activity):
    with h5py.File(folder / name, "w") as file:
        file.attrs["nwb_version"] = "2.5.0"
        typed(file, "NWBFile")
        segmentation = typed(file.create_group("processing/ophys/Segmentation/Plane"), "PlaneSegmentation")
        segmentation["id"] = numpy.arange(activity.shape[1]) + 10
        typed(file["processing/ophys"], "ProcessingModule")
        typed(file["processing/ophys/Segmentation"], "ImageSegmentation")
        responses = typed(file.create_group("processing/ophys/Fluorescence/Deconvolved"), "RoiResponseSeries")
        typed(file["processing/ophys/Fluorescence"], "Fluorescence")
        responses.create_dataset("data", data=activity.astype("f8"), chunks=(200, 8), compression="gzip")
        responses["rois"] = numpy.arange(activity.shape[1])
        responses["rois"].attrs["table"] = segmentation.ref
        typed(responses["rois"], "DynamicTableRegion")
        responses["timestamps"] = times
        places = typed(file.create_group("processing/behavior/Position/position"), "SpatialSeries")
        typed(file["processing/behavior"], "ProcessingModule")
        typed(file["processing/behavior/Position"], "Position")
        places["data"], places["timestamps"] = position, times
        places["data"].attrs["unit"] = "m"
        speed = typed(file.create_group("processing/behavior/velocity"), "TimeSeries")
        speed["data"], speed["timestamps"] = velocity, times
        speed["data"].attrs["unit"] = "m/s"


samples, inputs, outputs, units = 11, 4, 3, 20
netcdf("inputs.nc", dict(sample=samples, input=inputs, output=outputs, unit=units), {
    "inputs": (("sample", "input"), random.uniform(-1, 1, (samples, inputs))),
    "targets": (("sample", "output"), random.uniform(-1, 1, (samples, outputs))),
    "position": (("sample",), numpy.linspace(0, 1, samples)),
    "init_input_weights": (("unit", "input"), random.normal(size=(units, inputs))),
    "init_bias": (("unit",), random.normal(size=units)),
    "init_output_weights": (("output", "unit"), random.normal(size=(outputs, units)) / units)})

days = [session(0.0), session(0.3), session(0.5)]
times, position, velocity, activity = days[0]
netcdf("session.nc", dict(sample=len(times), unit=activity.shape[1]), {
    "position": (("sample",), position), "activity": (("sample", "unit"), activity)})
for day, values in enumerate(days, 1):
    table(f"day{day}.csv", *values)
    nwb(f"day{day}.nwb", *values)
numpy.save(folder / "activity.npy", activity.T)
numpy.save(folder / "position.npy", position)
numpy.save(folder / "times.npy", times)
matlab("day1.mat", activity=activity, position=position[:, None], speed=velocity[:, None])
matlab("maps.mat", maps=random.uniform(0, 3, (6, 20)), occupancy=random.uniform(1, 2, (1, 20)))
y = 0.5 + 0.4 * numpy.sin(times)
numpy.savetxt(folder / "tracking.csv", numpy.column_stack([times, position, y]), delimiter=",",
              header="time,x,y", comments="", fmt="%.6g")
frame, cell = numpy.nonzero(activity)
numpy.savetxt(folder / "spikes.csv", numpy.column_stack([times[frame] + 0.01, cell + 1]), delimiter=",",
              header="time,cell", comments="", fmt="%.6g")

asked = "significance: {shuffles: 60}\ncorrections: {methods: [SR, SSR, AE, BAE], repetitions: 10}\n"
many = "".join(f"  - {{day: {d}, file: day{d}.csv}}\n" for d in (1, 2, 3))
manifests = {
    "tables": "range: [0, 1]\ndirections: separate\nminimum_speed: 0.05\n" + asked +
    "defaults: {animal: one, registered: true, speed: {column: velocity}}\nsessions:\n" + many,
    "joint": "directions: joint\nbins: 12\nsmoothing: 1\npooling: cells\nsignificance: {shuffles: 60, kind: random}\n"
    "defaults: {animal: one, registered: true}\nsessions:\n" + many,
    "field": "bins: 6\nbins_y: 6\n" + asked + "sessions:\n"
    "  - {file: day1.csv, position: {file: tracking.csv, columns: [x, y]}}\n",
    "spikes": "bins: 10\nbins_y: 5\nminimum_speed: 0.01\n" + asked + "defaults: {frame_seconds: 0.1}\n"
    "sessions:\n  - activity: {file: spikes.csv, kind: spike-list}\n"
    "    position: {file: tracking.csv, columns: [x, y]}\n",
    "arrays": asked + "sessions:\n  - activity: {file: activity.npy, times: times.npy, orientation: cells-first}\n"
    "    position: {file: position.npy, times: times.npy}\n",
    "matlab": asked + "sessions:\n  - frame_seconds: 0.05\n    activity: {file: day1.mat, name: activity}\n"
    "    position: {file: day1.mat, name: position}\n    speed: {file: day1.mat, name: speed}\n",
    "nwb": "minimum_speed: 0.05\n" + asked + "defaults: {animal: one, registered: true}\nsessions:\n" +
    many.replace(".csv", ".nwb"),
    "maps": "active: {frames: 0, rate: 0.01}\nsessions:\n  - rate_maps: {file: maps.mat, name: maps}\n"
    "    occupancy: {file: maps.mat, name: occupancy}\n"}
for name, text in manifests.items():
    (folder / f"{name}.yaml").write_text(f"name: {name}\n" + text)
