"""NWB as laboratories write it: several planes, units observed for a part of the time, and files in the layouts
of the Allen Institute, the Buzsaki laboratory, the IBL and pynapple."""
import h5py
import numpy as np

from cases.made import Nwb, information


def _texts(group, name, words):
    group[name] = np.array(words, h5py.string_dtype())


def _electrodes(nwb, locations, ids=None):
    table = nwb.group("general/extracellular_ephys/electrodes", "DynamicTable")
    table["id"] = np.arange(len(locations)) if ids is None else np.asarray(ids)
    _texts(table, "location", locations)
    return table


def _intervals(nwb, path, starts, stops):
    table = nwb.group(path, "TimeIntervals")
    table["id"] = np.arange(len(starts))
    table["start_time"], table["stop_time"] = np.asarray(starts, float), np.asarray(stops, float)
    return table


def units_observed_for_a_part_of_the_time(lab):
    """Frames in which not all units were observed do not count; units without intervals are not asked; where
    nothing is shared, that is said."""
    t = lab.track
    with Nwb(lab.at("u.nwb")) as nwb:
        units = nwb.units(t)
        units["obs_intervals"] = [[0.0, 10.0], [9.0, 20.0], [5.0, 12.0], [15.0, 30.0]]
        units["obs_intervals_index"] = [2, 4, 4]
        _texts(units, "location", ["CA1", "CA3", "CA1"])
        nwb.position(t.x, t.t)
    text = f"range: [{t.x.min()}, {t.x.max()}]\nsessions:\n  - {{file: u.nwb, %s}}\n"
    k = ((t.t >= 5) & (t.t < 12)) | ((t.t >= 15) & (t.t < 20))
    lab.right(text % "label: a", information(t.x[k], t.a[k], t.x.min(), t.x.max()), frames=int(k.sum()))
    lab.checked(text % "label: a", f"{int((~k).sum())} of 600 frames lie outside obs_intervals")
    k = t.t < 20  # unit 1 is of another area: its intervals are not asked
    lab.right(text % "cells: {area: CA1}", information(t.x[k], t.a[k][:, [0, 2]], t.x.min(), t.x.max()), frames=int(k.sum()))
    for intervals, index, words in (([[0.0, 10.0], [10.0, 20.0]], [1, 2, 2], ("no time is shared",)), ([[0.0, 10.0]], [1, 1], ("intervals of 2 units, of 3",)),
                                    ([[0.0, 10.0]], [1, 9, 9], ("ends unit 2 at 9 of 1 intervals",)), ([[50.0, 60.0]], [1, 1, 1], ("not all units were observed",))):
        with h5py.File(lab.at("u.nwb"), "r+") as file:
            for name in ("obs_intervals", "obs_intervals_index"):
                del file["units"][name]
            file["units/obs_intervals"], file["units/obs_intervals_index"] = intervals, index
        lab.refused(text % "label: a", "u.nwb", *words)


def _plane(nwb, number, a, lying=False, accepted=None, rate=20.0):
    table = nwb.group(f"processing/ophys/ImageSegmentation/Plane{number}", "PlaneSegmentation")
    table["id"] = np.arange(a.shape[1])
    if accepted is not None:
        table["accepted"] = np.asarray(accepted)
    series = nwb.series(f"processing/ophys/Deconvolved/Plane{number}", "RoiResponseSeries", (a.T if lying else a).astype("f4"), rate=rate)
    series["rois"] = np.arange(a.shape[1])
    series["rois"].attrs["table"] = table.ref
    nwb.typed(series["rois"], "DynamicTableRegion")


def several_planes_joined(lab):
    """A pattern joins them, each lying as it lies; `keep` by a column of all their segments; --scan writes it."""
    t = lab.track
    noise = np.random.default_rng(3).poisson(1.0, (t.n, 2))
    with Nwb(lab.at("p.nwb")) as nwb:
        _plane(nwb, 0, np.column_stack([t.a[:, :2], noise[:, 0]]), accepted=[1, 1, 0])
        _plane(nwb, 1, np.column_stack([noise[:, 1], t.a[:, 2]]), lying=True, accepted=[0, 1])
        nwb.position(t.x, t.t)
    text = "sessions:\n  - {file: p.nwb, activity: {name: %s}%s}\n"
    everyone = np.column_stack([t.a[:, :2], noise, t.a[:, 2]])
    lab.right(text % ("Deconvolved/Plane*", ""), information(t.x, everyone), frames=600)
    lab.right(text % ("Deconvolved/*", ", keep: {column: accepted}"), frames=600)
    lab.right(text % ("/processing/ophys/Deconvolved/*", ", registered: true"), information(t.x, everyone))
    assert [row["id"] for row in lab.cells] == ["0", "1", "2", "3", "4"], lab.cells
    lab.checked(text % ("Deconvolved/*", ""), "2 planes joined, 5 cells")
    lab.refused(text % ("Deconvolved/*", ", keep: {column: iscell}"), "the segments of /processing/ophys/Deconvolved/Plane0 have no column 'iscell'")
    lab.refused(text % ("Fluorescence/*", ""), "has no RoiResponseSeries named 'Fluorescence/*'")
    lab.refused("sessions:\n  - {file: p.nwb}\n", "the activity could be", "Plane0", "Plane1")
    assert lab.run("record", "--scan", "p.nwb", "-o", "scan.yaml") == 0, lab.said
    assert lab.run("record", "scan.yaml", "-o", "out", "--picture", "none", "--force") == 0, (lab.said, open(lab.at("scan.yaml")).read())
    assert np.allclose([float(row["si_bit_spike"]) for row in lab.rows("out_cells.csv")], information(t.x, everyone), atol=1e-5)
    with Nwb(lab.at("p.nwb")) as nwb:
        _plane(nwb, 0, t.a[:, :2])
        _plane(nwb, 1, t.a[:500])
        nwb.position(t.x, t.t)
    lab.refused(text % ("Deconvolved/*", ""), "has 600 frames", "500", "not planes of one recording")


def _allen(lab):
    t = lab.track
    with Nwb(lab.at("allen.nwb")) as nwb:
        units = nwb.units(t)
        units["id"][...] = [950911986, 950911993, 950911999]
        units["peak_channel_id"] = [850261194, 850261196, 850261202]
        units["snr"] = [3.2, 1.5, 2.8]
        _texts(units, "quality", ["good", "noise", "good"])
        _electrodes(nwb, ["VISp", "CA1", "CA1", "DG"], [850261190, 850261194, 850261196, 850261202])
        nwb.group("processing/running", "ProcessingModule")
        nwb.series("processing/running/running_speed", "TimeSeries", np.ones(t.n), t.t)
        nwb.series("processing/running/running_wheel_rotation", "TimeSeries", t.x, t.t)
        _intervals(nwb, "intervals/spontaneous_presentations", [0, 20], [10, 30])


def of_the_allen_institute(lab):
    """Neuropixels: units by quality, of an area by peak_channel_id into electrodes' ids; the wheel as the place,
    blocks of stimuli as trials. Ophys: events in a type of its own beside dff."""
    t = lab.track
    _allen(lab)
    right = np.array(information(t.x, t.a))
    text = "sessions:\n  - {file: allen.nwb, position: {name: /processing/running/running_wheel_rotation}, %s}\n"
    lab.right(text % "keep: {column: quality, equals: good}", right[[0, 2]])
    lab.right(text % "keep: {column: snr, threshold: 2}", right[[0, 2]])
    lab.right(text % "cells: {area: CA1}", right[[0, 1]])
    lab.right(text % "cells: {area: CA1}, keep: {column: quality, equals: good}, registered: true", right[[0]])
    assert lab.cells[0]["id"] == "950911986", lab.cells
    lab.refused(text % "cells: {area: CA3}", "none of the 3 units is of area 'CA3'", "CA1, DG")
    k = (t.t < 10) | (t.t >= 20)
    lab.right(f"range: [{t.x.min()}, {t.x.max()}]\n" + text % "trials: {name: spontaneous_presentations}", information(t.x[k], t.a[k], t.x.min(), t.x.max()), frames=int(k.sum()))
    with Nwb(lab.at("ophys.nwb")) as nwb:
        table = nwb.group("processing/ophys/image_segmentation/cell_specimen_table", "PlaneSegmentation")
        table["id"], table["valid_roi"] = [101, 102, 103], [True, False, True]
        for path, kind, values in (("dff/traces", "RoiResponseSeries", t.a + 7.0), ("event_detection", "OphysEventDetection", t.a + 0.0)):
            series = nwb.series("processing/ophys/" + path, kind, values, t.t)
            series["rois"] = np.arange(3)
            series["rois"].attrs["table"] = table.ref
            nwb.typed(series["rois"], "DynamicTableRegion")
        nwb.group("processing/running", "ProcessingModule")
        nwb.series("processing/running/speed", "TimeSeries", np.ones(t.n), t.t)
        nwb.position(t.x, t.t)
    text = "sessions:\n  - {file: ophys.nwb, activity: {name: %s}, registered: true, keep: {column: valid_roi}}\n"
    lab.right(text % "/processing/ophys/event_detection", right[[0, 2]])
    assert [row["id"] for row in lab.cells] == ["101", "103"], lab.cells
    lab.right(text % "traces", np.array(information(t.x, t.a + 7))[[0, 2]])


def _buzsaki(lab):
    t = lab.track
    with Nwb(lab.at("buzsaki.nwb")) as nwb:
        units = nwb.units(t)
        units["shank_id"], units["global_id"] = [0, 1, 1], [12, 15, 18]
        _texts(units, "cell_type", ["pyramidal cell", "narrow waveform cell", "pyramidal cell"])
        _electrodes(nwb, ["unknown"] * 4)
        nwb.group("processing/behavior", "ProcessingModule")
        nwb.group("processing/behavior/SubjectPosition", "Position")
        nwb.series("processing/behavior/SubjectPosition/EightMazePosition_spatial_series", "SpatialSeries", t.x / 100, t.t)
        epochs = _intervals(nwb, "intervals/epochs", [0, 5], [5, 30])
        _texts(epochs, "label", ["homecage", "maze"])
        states = _intervals(nwb, "processing/behavior/states", [0], [30])
        _texts(states, "label", ["awake"])


def of_the_buzsaki_laboratory(lab):
    """Positions in SubjectPosition, in metres; cells by type, the maze's epoch by its label, ids of the whole."""
    t = lab.track
    _buzsaki(lab)
    k = t.t >= 5
    head = f"range: [{t.x.min() / 100}, {t.x.max() / 100}]\n"
    text = head + "sessions:\n  - {file: buzsaki.nwb, keep: {column: cell_type, equals: pyramidal cell}, ids: {name: /units/global_id}, registered: true, trials: {name: intervals/epochs, column: label, equals: maze}}\n"
    lab.right(text, information(t.x[k], t.a[k][:, [0, 2]], t.x.min(), t.x.max()), frames=int(k.sum()))
    assert [row["id"] for row in lab.cells] == ["12", "18"], lab.cells


def _ibl(lab):
    t = lab.track
    with Nwb(lab.at("ibl.nwb")) as nwb:
        units = nwb.units(t)
        units["label"] = [1.0, 1.0, 0.667]
        _texts(units, "beryl_location", ["CA1", "DG", "CA1"])
        nwb.group("processing/wheel", "ProcessingModule")
        nwb.group("processing/wheel/WheelPosition", "CompassDirection")
        nwb.series("processing/wheel/WheelPosition/WheelPositionSeries", "SpatialSeries", t.x, rate=20.0)
        trials = _intervals(nwb, "intervals/trials", np.arange(0, 30, 3), np.arange(3, 33, 3))
        trials["probability_left"] = np.where(np.arange(10) % 2, 0.8, 0.2)


def of_the_ibl(lab):
    """Units by label and atlas region; the wheel, which is in a CompassDirection and so no place by itself; trials
    by a condition."""
    t = lab.track
    _ibl(lab)
    right = np.array(information(t.x, t.a))
    text = f"range: [{t.x.min()}, {t.x.max()}]\nsessions:\n  - {{file: ibl.nwb, %s}}\n"
    wheel = "position: {name: WheelPositionSeries}, "
    lab.right(text % (wheel + "keep: {column: beryl_location, equals: CA1}"), right[[0, 2]])
    lab.right(text % (wheel + "keep: {column: label, threshold: 0.9}"), right[[0, 1]])
    lab.refused(text % "label: a", "holds no position")
    k = np.floor(t.t / 3 + 1e-9) % 2 == 1
    lab.right(text % (wheel + "trials: {name: trials, column: probability_left, equals: 0.8}"), information(t.x[k], t.a[k], t.x.min(), t.x.max()), frames=int(k.sum()))


def _pynapple(lab):
    t = lab.track
    with Nwb(lab.at("pynapple.nwb")) as nwb:
        units = nwb.units(t)
        _texts(units, "location", ["adn", "ca1", "adn"])
        units["group"] = [1, 1, 2]
        nwb.group("processing/behavior", "ProcessingModule")
        nwb.group("processing/behavior/Position", "Position")
        nwb.group("processing/behavior/CompassDirection", "CompassDirection")
        for name, values in (("x", t.x), ("y", np.full(t.n, 3.0)), ("z", np.sin(t.t))):
            nwb.series("processing/behavior/Position/" + name, "SpatialSeries", values, t.t)
        for name in ("rx", "ry", "rz"):
            nwb.series("processing/behavior/CompassDirection/" + name, "SpatialSeries", np.cos(t.t), t.t)
        epochs = _intervals(nwb, "intervals/epochs", [0, 15], [15, 30])
        _texts(epochs, "tags", ["sleep", "wake"])
        epochs["tags_index"] = [1, 2]
        _intervals(nwb, "processing/behavior/position_time_support", [0], [30])


def of_pynapple(lab):
    """Each coordinate a series of its own beside the head's angles; epochs by tags; units with their location."""
    t = lab.track
    _pynapple(lab)
    right = np.array(information(t.x, t.a))
    lab.right("sessions:\n  - {file: pynapple.nwb, cells: {area: adn}}\n", right[[0, 2]])
    k = t.t >= 15
    lab.right(f"range: [{t.x.min()}, {t.x.max()}]\nsessions:\n  - {{file: pynapple.nwb, trials: {{name: epochs, column: tags, equals: wake}}}}\n",
              information(t.x[k], t.a[k], t.x.min(), t.x.max()), frames=int(k.sum()))
    assert lab.run("record", "--scan", "pynapple.nwb", "-o", "scan.yaml") == 0, lab.said
    assert lab.run("record", "scan.yaml", "-o", "out", "--picture", "none", "--force") == 0, (lab.said, open(lab.at("scan.yaml")).read())
    assert np.allclose([float(row["si_bit_spike"]) for row in lab.rows("out_cells.csv")], right, atol=1e-6)


def the_ready_manifests(lab):
    """examples/recordings of NWB, on such files."""
    t = lab.track
    for write in (_allen, _buzsaki, _ibl, _pynapple):
        write(lab)
    with Nwb(lab.at("mouse1.nwb")) as nwb:
        _plane(nwb, 0, t.a[:, :2], accepted=[1, 0])
        _plane(nwb, 1, t.a[:, 2:], accepted=[1])
        nwb.position(t.x, t.t)
    lab.ready("nwb-laboratories", "allen 1", "buzsaki 2", "ibl 3", "pynapple 4")
    lab.ready("nwb-planes", "2 of 3 cells")
