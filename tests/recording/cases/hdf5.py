"""CaImAn's results, SLEAP's analysis files and plain arrays in HDF5."""
import h5py
import numpy as np

from cases.made import information


def _caiman(lab, name, a, accepted=None, rate=20.0):
    """As CaImAn's save writes a CNMF object: components x frames."""
    with h5py.File(lab.at(name), "w") as file:
        estimates = file.create_group("estimates")
        estimates["C"] = a.T + 3.0
        estimates["S"] = a.T.astype("f4")
        estimates["F_dff"] = a.T + 1.0
        estimates["YrA"] = np.zeros(a.T.shape)
        estimates.create_group("A")["data"] = np.ones(7)
        estimates["idx_components"] = np.array(accepted) if accepted is not None else "NoneType"
        estimates["idx_components_bad"] = "NoneType"
        data = file.create_group("params/data")
        data["fr"] = rate
        data["decay_time"] = 0.4
        file["dims"] = np.array([512, 512])


def caiman_of_accepted_components(lab):
    t = lab.track
    noise = np.random.default_rng(1).poisson(1.0, (t.n, 2))
    a = np.column_stack([noise[:, 0], t.a[:, 0], t.a[:, 1], noise[:, 1], t.a[:, 2]])
    lab.save("x.npy", t.x)
    text = "sessions:\n  - {file: c.hdf5, %sposition: {file: x.npy}}\n"
    _caiman(lab, "c.hdf5", a, [1, 2, 4])
    lab.right(text % "", frames=600)
    lab.checked(text % "", "3 of 5 are cells by estimates/idx_components")
    lab.right(text % "activity: {name: C}, ", information(t.x, t.a + 3))
    lab.right(text % "activity: {name: F_dff}, ", information(t.x, t.a + 1))
    lab.right(text % "activity: {name: /estimates/S}, frame_seconds: 0.05, ", information(t.x, a))
    _caiman(lab, "c.hdf5", a)
    lab.right(text % "", information(t.x, a))
    _caiman(lab, "c.hdf5", a, [1, 9])
    lab.refused(text % "", "names component 9 of 5")
    # The frame rate meets a clock of the position's own.
    _caiman(lab, "c.hdf5", t.a, [0, 1, 2])
    lab.save("xt.npy", t.t)
    lab.right(text.replace("{file: x.npy}", "{file: x.npy, times: xt.npy}") % "", frames=600)


def caiman_with_deeplabcut_and_timestamps(lab):
    """The folder as it lies, and --scan's manifest as it is."""
    t = lab.track
    noise = np.random.default_rng(1).poisson(1.0, (t.n, 1))
    _caiman(lab, "m/day1/caiman.hdf5", np.column_stack([t.a, noise]), [0, 1, 2])
    head = "scorer,net,net,net\nbodyparts,head,head,head\ncoords,x,y,likelihood"
    k = np.arange(0, t.n, 2)
    lab.table("m/day1/videoDLC.csv", head, [np.arange(len(k)), t.x[k], np.ones(len(k)), np.ones(len(k))])
    lab.table("m/day1/Miniscope/timeStamps.csv", "Frame Number,Time Stamp (ms),Buffer Index", [np.arange(t.n), 1000 * t.t, np.zeros(t.n)])
    lab.table("m/day1/BehavCam/timeStamps.csv", "Frame Number,Time Stamp (ms),Buffer Index", [np.arange(len(k)), 1000 * t.t[k], np.zeros(len(k))])
    assert lab.run("record", "--scan", "m", "-o", "scan.yaml") == 0, lab.said
    text = open(lab.at("scan.yaml"), encoding="utf-8").read()
    assert "QUESTION" not in lab.out and text.count("Time Stamp (ms)") >= 2, text
    lab.text("scan.yaml", text.replace("# range: [0, 1]", "range: [-0.3, 100.4]"))
    assert lab.run("record", "scan.yaml", "-o", "out", "--picture", "none") == 0, (lab.said, text)
    xi = np.interp(t.t[:-1], t.t[k], t.x[k])
    assert np.allclose([float(r["si_bit_spike"]) for r in lab.rows("out_cells.csv")], information(xi, t.a[:-1], -0.3, 100.4), atol=1e-6), text


def plain_hdf5_by_path(lab):
    t = lab.track
    with h5py.File(lab.at("d.h5"), "w") as file:
        file["results/deconvolved"] = t.a.T.astype("f8")
        file["behaviour/x"] = t.x
        file["behaviour/t"] = t.t
    lab.right("sessions:\n  - {file: d.h5, activity: {name: /results/deconvolved, orientation: cells-first, times: /behaviour/t}, "
              "position: {name: /behaviour/x, times: /behaviour/t}}\n", frames=600)
    lab.refused("sessions:\n  - {file: d.h5, activity: {name: /results/none}, position: {name: /behaviour/x}}\n", "whole paths")


def sleap_analysis_files(lab):
    t = lab.track
    random = np.random.default_rng(3)
    lab.table("act.csv", "time,cell_1,cell_2,cell_3", [t.t, *t.a.T])

    def write(tracks):
        with h5py.File(lab.at("s.h5"), "w") as file:
            file["tracks"] = tracks
            file["node_names"] = np.array([b"nose", b"tail"])
            file["point_scores"] = np.repeat(likely[None, None], len(tracks), 0).repeat(2, 1)

    likely = np.where(random.random(t.n) < 0.2, 0.1, 0.9)
    write(np.stack([[t.x, random.random(t.n)], [np.full(t.n, 7.0), random.random(t.n)]])[None])
    k = likely >= 0.5
    text = "range: [0, 100]\nsessions:\n  - {activity: {file: act.csv}, position: {file: s.h5, body: [%s], likelihood: 0.5, rate: 20}}\n"
    lab.right(text % "nose", information(t.x[k], t.a[k], 0, 100), frames=int(k.sum()))
    lab.refused(text % "ear", "no body part 'ear'")
    write(np.zeros((2, 2, 2, t.n)))
    lab.refused(text % "nose", "2 animals", "one animal")


def damaged_files(lab):
    t = lab.track
    lab.save("x.npy", t.x)
    _caiman(lab, "c.hdf5", t.a, [0, 1, 2])
    good = open(lab.at("c.hdf5"), "rb").read()
    for cut in (300, len(good) // 2, len(good) - 100):
        with open(lab.at("c.hdf5"), "wb") as file:
            file.write(good[:cut])
        lab.refused("sessions:\n  - {file: c.hdf5, position: {file: x.npy}}\n", "c.hdf5")


def columns_of_nwb_as_filters(lab):
    """quality of units, iscell (two numbers a row) and accepted of segments, by their name alone; epochs by tag."""
    import h5py as h5
    from cases.made import Nwb

    t = lab.track
    with Nwb(lab.at("u.nwb")) as nwb:
        units = nwb.units(t)
        units["quality"] = np.array(["good", "mua", "good"], h5.string_dtype())
        nwb.position(t.x, t.t)
        nwb.typed(nwb.group("intervals", "x"), "x")
        epochs = nwb.group("intervals/epochs", "TimeIntervals")
        epochs["start_time"], epochs["stop_time"] = [0.0, 10.0, 20.0], [10.0, 20.0, 30.0]
        epochs["tags"] = np.array(["track", "awake", "rest", "track"], h5.string_dtype())
        epochs["tags_index"] = [2, 3, 4]
        epochs["correct"] = np.array([True, False, True])
    text = "sessions:\n  - {file: u.nwb, %s}\n"
    right = np.array(information(t.x, t.a))
    lab.right(text % "keep: {column: quality, equals: good}", right[[0, 2]])
    lab.refused(text % "keep: {column: mood, equals: good}", "no", "column 'mood'")
    k = (t.t < 10) | (t.t >= 20)
    head = f"range: [{t.x.min()}, {t.x.max()}]\n"
    for part in ("trials: {name: epochs, column: tags, equals: track}", "trials: {name: /intervals/epochs, column: correct}"):
        lab.right(head + text % part, information(t.x[k], t.a[k], t.x.min(), t.x.max()), frames=int(k.sum()))
    lab.refused(text % "trials: {name: epochs, column: tags, equals: swim}", "none of the 3 intervals")
    lab.refused(text % "trials: {name: epochs, column: mood}", "no column 'mood'")
    with Nwb(lab.at("r.nwb")) as nwb:
        nwb.rois(t, t.a.astype(float), t.t)
        plane = nwb.file["processing/ophys/ImageSegmentation/PlaneSegmentation"]
        plane["iscell"] = np.array([[1, 0.9], [0, 0.7], [1, 0.6]])
        plane["accepted"] = np.array([0, 1, 1])
        nwb.position(t.x, t.t)
    text = "sessions:\n  - {file: r.nwb, keep: {%s}}\n"
    lab.right(text % "column: iscell", right[[0, 2]])
    lab.right(text % "column: iscell, threshold: 0.65", right[[0, 1]])
    lab.right(text % "column: accepted", right[[1, 2]])
