"""Suite2p's folder: planes joined, cells by iscell or by the classifier's probability, time by ops.npy,
recordings joined in one run; tables that follow cells beside it; and pickles that are none of its."""
import io
import os
import pickle
import struct

import numpy as np

from cases.made import Structs, information, mat5


def _ops(lab, name, protocol=3, **entries):
    """A dictionary as np.save writes it, with arrays and nested values as Suite2p's own has."""
    ops = {"look_one_level_down": False, "data_path": ["D:/mouse/day1", "D:/mouse/day2"], "nplanes": 1,
           "meanImg": np.random.default_rng(3).random((40, 30)).astype("f4"), "tau": 1.25, "badframes": np.zeros(600, bool),
           "date_proc": None, "filelist": ("a.tif", "b.tif"), "ops_path": "\N{GREEK SMALL LETTER MU}", "big": 1 << 40,
           "neg": -5, "timing": {"registration": 3.5, "deep": [{}, [], ()]}, "xrange": [np.int64(0), np.int64(512)]}
    ops.update(entries)
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "|O", "fortran_order": False, "shape": ()})
    with open(lab.at(name), "wb") as file:
        file.write(head.getvalue() + pickle.dumps(np.array(ops, object), protocol=protocol))


def _plane(lab, folder, activity, cells=None, probability=None, protocol=3, **entries):
    """One plane: `activity` is frames x ROIs."""
    rois = activity.shape[1]
    cells = np.ones(rois) if cells is None else np.asarray(cells, float)
    probability = np.where(cells > 0, 0.9, 0.1) if probability is None else probability
    lab.save(folder + "/spks.npy", activity.T.astype("f4"))
    lab.save(folder + "/F.npy", (activity.T + 5).astype("f4"))
    lab.save(folder + "/Fneu.npy", np.ones(activity.T.shape, "f4"))
    lab.save(folder + "/iscell.npy", np.column_stack([cells, probability]))
    _ops(lab, folder + "/ops.npy", protocol, **entries)


def _noise(t, rois, seed):
    return np.random.default_rng(seed).poisson(1.0, (t.n, rois))


def two_planes_joined_and_cells_by_iscell(lab):
    t = lab.track
    one, two = np.column_stack([t.a[:, 0], _noise(t, 1, 1)[:, 0], t.a[:, 1]]), np.column_stack([_noise(t, 1, 2)[:, 0], t.a[:, 2]])
    _plane(lab, "suite2p/plane0", one, [1, 0, 1], fs=20.0)
    _plane(lab, "suite2p/plane1", two, [0, 1], fs=np.float64(20))
    lab.save("x.npy", t.x)
    text = "sessions:\n  - {file: suite2p, position: {file: x.npy%s}}\n"
    lab.right(text % "", frames=600)
    lab.checked(text % "", "keep: 3 of 5 are cells by iscell.npy")
    # By the classifier, whose threshold is the laboratory's.
    lab.right(text.replace("position", "keep: {column: probability, threshold: 0.5}, position") % "", frames=600)
    lab.right(text.replace("position", "keep: {column: probability, threshold: 0}, position") % "",
              information(t.x, np.column_stack([one, two])))
    lab.right(text.replace("position", "keep: {column: iscell, equals: 0}, position") % "",
              information(t.x, np.column_stack([one[:, 1], two[:, 0]])))
    lab.refused(text.replace("position", "keep: {column: probability, threshold: 0.95}, position") % "", "none of the 5 cells", "threshold")
    lab.refused(text.replace("position", "keep: {column: red}, position") % "", "iscell.npy has no column 'red'")
    lab.refused(text.replace("position", "keep: {threshold: 0.5, equals: 1}, position") % "", "both given")
    # Fluorescence is not events, and is said to be none.
    lab.right(text.replace("position", "activity: {name: F}, position") % "", information(t.x, t.a + 5), frames=600)
    lab.checked(text.replace("position", "activity: {name: F}, position") % "", "F.npy is fluorescence, not events")
    lab.refused(text.replace("position", "activity: {name: dff}, position") % "", "plane0 has no dff.npy")


def time_by_the_options_in_every_protocol(lab):
    """fs is Python's or NumPy's number; positions on their own clock meet the frames at the right time."""
    t = lab.track
    lab.save("x.npy", t.x[::2])
    lab.save("xt.npy", t.t[::2])
    xi = np.interp(t.t[:-1], t.t[::2], t.x[::2])
    for protocol, fs in ((2, 20.0), (3, np.float32(20)), (4, 20), (5, np.float64(20)), (4, np.int64(20))):
        _plane(lab, "suite2p/plane0", t.a, protocol=protocol, fs=fs)
        lab.right("range: [0, 100]\nsessions:\n  - {file: suite2p, position: {file: x.npy, times: xt.npy}}\n",
                  information(xi, t.a[:-1], 0, 100), frames=599)
    os.remove(lab.at("suite2p/plane0/ops.npy"))
    lab.save("x.npy", t.x)
    lab.refused("sessions:\n  - {file: suite2p, position: {file: x.npy}}\n", "has no times for the frames", "frame_seconds")
    lab.right("sessions:\n  - {file: suite2p, frame_seconds: 0.05, position: {file: x.npy}}\n")


def three_days_joined_in_one_run(lab):
    """ops.npy says how many frames each day has; --scan's manifest runs as it is, with the cells followed."""
    t = lab.track
    days = [(0, 200), (200, 350), (350, 600)]
    _plane(lab, "mouse/suite2p/plane0", np.column_stack([t.a, _noise(t, 1, 4)]), [1, 1, 1, 0], fs=20.0,
           frames_per_folder=np.array([200, 150, 250]))
    for k, (a, b) in enumerate(days):
        lab.table(f"mouse/day{k + 1}.csv", "time,x", [t.t[a:b] - t.t[a], t.x[a:b]])
    lab.text("mouse/movie.tif", "not looked at")
    assert lab.run("record", "--scan", "mouse", "-o", "mouse.yaml") == 0, lab.said
    assert lab.out == "", lab.out
    text = open(lab.at("mouse.yaml"), encoding="utf-8").read()
    for words in ("frames: [1, 200]", "frames: [201, 350]", "frames: [351, 600]", "ids: {kind: order}", "day2.csv", ".tif"):
        assert words in text, text
    assert lab.run("record", "mouse.yaml", "-o", "out", "--picture", "none") == 0, lab.said
    expected = [information(t.x[a:b], t.a[a:b], t.x.min(), t.x.max()) for a, b in days]
    found = lab.rows("out_cells.csv")
    values = {(int(r["day"]), r["cell"]): float(r["si_bit_spike"]) for r in found}
    assert np.allclose(sorted(values.values()), sorted(np.ravel(expected)), atol=1e-6), (values, expected)
    # One file of all positions, as long as all days together.
    lab.save("x.npy", t.x)
    lab.right("range: [0, 100]\nsessions:\n  - {file: mouse/suite2p, activity: {frames: [201, 350]}, position: {file: x.npy, frames: [201, 350]}}\n",
              information(t.x[200:350], t.a[200:350], 0, 100), frames=150)
    lab.refused("sessions:\n  - {file: mouse/suite2p, activity: {frames: [201, 700]}, position: {file: x.npy}}\n", "frames up to 700", "has 600")
    lab.refused("sessions:\n  - {file: mouse/suite2p, activity: {frames: [201, 300]}, position: {file: x.npy, frames: [300, 201]}}\n", "the first and the last frame")
    lab.refused("sessions:\n  - {file: mouse/suite2p, activity: {frames: [201]}, position: {file: x.npy}}\n", "the first and the last frame")


def joined_days_with_a_table_beside_them_ask(lab):
    """One question, with its choices; the manifest is refused until it is answered, and each answer runs."""
    t = lab.track
    _plane(lab, "m/suite2p/plane0", t.a, fs=20.0, frames_per_folder=[300, 300])
    mat5(lab.at("m/cellRegistered.mat"), cell_registered_struct=Structs([{"cell_to_index_map": np.array([[1, 1], [2, 3], [3, 2]])}]))
    for k in range(2):
        lab.table(f"m/day{k + 1}.csv", "time,x", [t.t[:300], t.x[300 * k:300 * k + 300]])
    assert lab.run("record", "--scan", "m", "-o", "m.yaml") == 0, lab.said
    for words in ("QUESTION", "ids: {kind: order}", "registration", "cellRegistered.mat"):
        assert words in lab.out, lab.out
    assert lab.run("record", "m.yaml", "--check", "--picture", "none") == 1
    assert "question" in lab.said and len(lab.said.splitlines()) == 1, lab.said
    text = open(lab.at("m.yaml"), encoding="utf-8").read()
    lab.text("a.yaml", text.replace("registered: ask", "registered: true").replace("#  ids:", "  ids:"))
    assert lab.run("record", "a.yaml", "--check", "--picture", "none") == 0, lab.said
    lab.text("b.yaml", text.replace("registered: ask", "registered: true").replace("#    registration:", "    registration:"))
    assert lab.run("record", "b.yaml", "--check", "--picture", "none") == 0, lab.said


def three_runs_followed_by_a_table(lab):
    """CellReg's table counts the ROIs that are cells, as its number of cells says."""
    t = lab.track
    order = [[0, 1, 2], [2, 0, 1], [1, 2, 0]]
    for k in range(3):
        _plane(lab, f"mouse/day{k + 1}/suite2p/plane0", np.column_stack([_noise(t, 1, 5)[:, 0], t.a[:, order[k]]]), [0, 1, 1, 1], fs=20.0)
        lab.table(f"mouse/day{k + 1}/pos.csv", "time,x", [t.t, t.x])
    table = np.array([[order[k].index(c) + 1 for k in range(3)] for c in range(3)])
    mat5(lab.at("mouse/cellRegistered.mat"), cell_registered_struct=Structs([{"cell_to_index_map": table}]))
    assert lab.run("record", "--scan", "mouse", "-o", "mouse.yaml") == 0, lab.said
    assert lab.run("record", "mouse.yaml", "-o", "out", "--picture", "none") == 0, lab.said
    right = information(t.x, t.a)
    rows = lab.rows("out_cells.csv")
    by_id = {}
    for row in rows:
        by_id.setdefault(row["id"], []).append(float(row["si_bit_spike"]))
    assert sorted(len(v) for v in by_id.values()) == [3, 3, 3], rows
    assert all(np.allclose(by_id[str(c + 1)], right[c], atol=1e-6) for c in range(3)), (by_id, right)
    # A table that might count either is asked about, and both answers are taken.
    few = "sessions:\n" + "".join("  - {file: mouse/day%d/suite2p, registered: true, position: {file: mouse/day%d/pos.csv}, registration: {file: r.npy, column: %d%s}}\n"
                                  % (k + 1, k + 1, k + 1, "%s") for k in range(2))
    lab.save("r.npy", np.array([[0, 1], [1, -1], [-1, 2]]))
    lab.refused(few % ("", ""), "3 of 4 cells count", "of: kept, or of: all")
    lab.checked(few % (", of: kept", ", of: kept"), "3 cells")
    lab.checked(few % (", of: all", ", of: all"), "3 cells")


def tables_with_none_as_track2p_writes_them(lab):
    """An array of objects, None where a cell was not found; other objects are refused."""
    t = lab.track
    for k in range(2):
        _plane(lab, f"d{k + 1}/suite2p/plane0", t.a, fs=20.0)
        lab.table(f"d{k + 1}/pos.csv", "time,x", [t.t, t.x])
    np.save(lab.at("track2p/plane0_suite2p_indices.npy"), np.array([[0, 2], [1, None], [2, 0]], object))
    text = "sessions:\n" + "".join("  - {file: d%d/suite2p, registered: true, position: {file: d%d/pos.csv}, registration: {file: track2p/plane0_suite2p_indices.npy, column: %d}}\n" % (k, k, k) for k in (1, 2))
    lab.record(text)
    ids = [[row["id"] for row in lab.cells if row["day"] == d] for d in ("1", "2")]
    assert ids[0] == ["1", "2", "3"] and ids[1][2] == "1" and ids[1][0] == "3", ids
    assert ids[1][1] not in ids[0], ids
    np.save(lab.at("track2p/plane0_suite2p_indices.npy"), np.array([[0, "two"], [1, None], [2, 0]], object))
    lab.refused(text, "holds Python objects that are no numbers")


def pickles_run_nothing(lab):
    """What a pickle names is never called; what is more than plain values is refused by name; and a pickle cut
    short or made of nonsense is one line."""
    t = lab.track
    _plane(lab, "suite2p/plane0", t.a, fs=20.0)
    lab.save("x.npy", t.x)
    text = "sessions:\n  - {file: suite2p, position: {file: x.npy}}\n"

    class Evil:
        def __reduce__(self):
            return os.system, (f"touch {lab.folder}/ran",)

    _ops(lab, "suite2p/plane0/ops.npy", fs=20.0, evil=Evil())
    lab.right(text)
    assert not os.path.exists(lab.at("ran"))
    good = open(lab.at("suite2p/plane0/ops.npy"), "rb").read()
    start = good.index(b"\n") + 1
    for cut in (start + 1, start + 40, len(good) // 2, len(good) - 1):
        with open(lab.at("suite2p/plane0/ops.npy"), "wb") as file:
            file.write(good[:cut])
        lab.refused(text, "ops.npy", "its pickle ends too early")
    for body, words in ((b"\x80\x04P1\n.", "opcode 'P'"), (b"\x80\x04\x82\x01.", "opcode 0x82"), (b"\x80\x04.", "it holds nothing"),
                        (b"\x80\x04h\x07.", "memo"), (b"\x80\x04t.", "mark"), (b"\x80\x04a.", "stack is empty"),
                        (b"\x80\x04X" + struct.pack("<I", 1 << 31) + b"a.", "ends too early"), (b"\x80\x04" + b"N" * 2000000 + b".", "more than")):
        with open(lab.at("suite2p/plane0/ops.npy"), "wb") as file:
            file.write(good[:start] + body)
        lab.refused(text, "ops.npy", words)
    # A list that holds itself ends.
    with open(lab.at("suite2p/plane0/ops.npy"), "wb") as file:
        file.write(good[:start] + b"\x80\x02}q\x00(X\x02\x00\x00\x00fs]q\x01h\x01aX\x01\x00\x00\x00dh\x00u.")
    lab.refused(text, "has no times for the frames")


def lying_folders(lab):
    t = lab.track
    _plane(lab, "suite2p/plane0", t.a, fs=20.0, frames_per_folder=[100, 100])
    lab.save("x.npy", t.x)
    text = "sessions:\n  - {file: suite2p, position: {file: x.npy}}\n"
    lab.scanned(["suite2p"], "600|spks", "activity")
    assert "frames: [" not in lab.out, lab.out  # they do not add up
    lab.save("suite2p/plane0/iscell.npy", np.ones((7, 2)))
    lab.refused(text, "iscell.npy", "7 x 2", "3 ROIs")
    lab.save("suite2p/plane0/iscell.npy", np.ones((3, 2)))
    lab.save("suite2p/plane0/spks.npy", t.a[:, 0])
    lab.refused(text, "spks.npy", "1 dimensions")
    lab.text("empty/readme.txt", "nothing")
    lab.run("record", "--scan", "empty")
    assert lab.code == 1 and "holds no file of a kind that is read" in lab.said, lab.said
    lab.refused("sessions:\n  - {file: empty, position: {file: x.npy}}\n", "is not a file, but a folder of no kind that is read")


def the_public_sample(lab):
    """Of pynapple's test data: 219 ROIs, 20 of them cells; skipped where it is absent."""
    sample = os.path.join(lab.source, "../shared/reference/recordings/public/suite2p")
    if not os.path.isdir(sample):
        print("skipped: suite2p.the_public_sample: no reference data")
        return
    spikes, cells = np.load(sample + "/plane0/spks.npy"), np.load(sample + "/plane0/iscell.npy")[:, 0] == 1
    x = 50 + 50 * np.sin(np.arange(spikes.shape[1]) / 40)
    lab.save("x.npy", x)
    lab.right(f"sessions:\n  - {{file: {sample}, frame_seconds: 0.05, position: {{file: x.npy}}}}\n",
              information(x, spikes[cells].T.astype(float)), within=1e-5)
