"""Positions as trackers of poses write them, by body part, likelihood and short gaps, in centimetres; and
positions brought onto a path."""
import os

import numpy as np

from cases.made import information

ACTIVITY = "activity: {file: act.csv}, "


def _activity(lab):
    t = lab.track
    lab.table("act.csv", "time,cell_1,cell_2,cell_3", [t.t, *t.a.T])


def _joined(t, x, longest):
    """Gaps of at most so many seconds joined by straight lines, written apart from the program's way."""
    good = np.flatnonzero(np.isfinite(x))
    out = x.copy()
    for a, b in zip(good[:-1], good[1:]):
        if b - a > 1 and t[b] - t[a] <= longest + 1e-9:
            out[a + 1:b] = np.interp(t[a + 1:b], [t[a], t[b]], [x[a], x[b]])
    return out


def _deeplabcut(lab, name, parts):
    """`parts`: name, x, y, likelihood."""
    head = ["scorer" + ",net" * 3 * len(parts), "bodyparts" + "".join(f",{p[0]}" * 3 for p in parts), "coords" + ",x,y,likelihood" * len(parts)]
    lab.table(name, "\n".join(head), [np.arange(len(parts[0][1])), *[column for part in parts for column in part[1:]]])


def deeplabcut_by_likelihood_over_short_gaps(lab):
    t = lab.track
    _activity(lab)
    random = np.random.default_rng(5)
    likely = np.where(random.random(t.n) < 0.3, 0.2, 0.99)
    likely[200:240] = 0.1  # two seconds: too long to join
    pixels = 40 + 3 * t.x
    wrong = np.where(likely < 0.9, random.random(t.n) * 500, pixels)
    _deeplabcut(lab, "DLC.csv", [("nose", wrong, np.full(t.n, 50.0), likely), ("tail", pixels - 30, np.full(t.n, 50.0), np.full(t.n, 0.95))])
    lab.table("timestamps.csv", "frame,time", [np.arange(t.n), t.t])
    start = "range: [0, 120]\nsessions:\n  - {" + ACTIVITY + "position: {file: DLC.csv, times: {file: timestamps.csv, column: time}, %s}}\n"
    seen = np.where(likely >= 0.9, np.round(pixels, 10), np.nan)
    for gap in (0, 0.2, 0.5, 5):
        x = (_joined(t.t, seen, gap) if gap else seen) / 3
        k = np.isfinite(x)
        part = "body: [nose], likelihood: 0.9, calibration: [40, 50, 340, 50, 100]" + (f", gap: {gap}" if gap else "")
        lab.right("range: [10, 120]\n" + (start % part).split("\n", 1)[1], information(x[k], t.a[k], 10, 120), frames=int(k.sum()))
    lab.checked(start % "body: [nose], likelihood: 0.9, gap: 0.5, calibration: [40, 50, 340, 50, 100]", "less likely than 0.9 in", "joined over")
    # The mean of two, where both are seen.
    x = (seen + pixels - 30) / 2
    k = np.isfinite(x)
    lab.right("range: [0, 400]\n" + (start % "body: [nose, tail], likelihood: 0.9").split("\n", 1)[1], information(x[k], t.a[k], 0, 400), frames=int(k.sum()))
    lab.right("range: [0, 400]\n" + (start % "body: [tail], scale: 2").split("\n", 1)[1], _scaled(t, pixels))
    lab.refused(start % "body: [ear]", "no body part 'ear'", "'nose', 'tail'")
    lab.refused(start % "body: [nose], column: z", "a body part has x and y")
    lab.refused(start % "column: nose.x, likelihood: 0.9", "likelihood is not used")
    lab.refused(start % "body: [nose], calibration: [1, 2, 3]", "two points and their distance")
    lab.refused(start % "body: [nose], calibration: [1, 2, 1, 2, 10]", "two points and their distance")
    lab.refused(start % "body: [nose], scale: 2, calibration: [40, 50, 340, 50, 100]", "both given")
    lab.save("x.npy", t.x)
    lab.refused("sessions:\n  - {" + ACTIVITY + "position: {file: x.npy, body: [nose]}}\n", "has no body parts")
    lab.refused("circular: true\n" + start % "body: [nose], gap: 0.5", "circle")


def _pandas(lab, name, parts, fixed=False, individuals=False):
    """DeepLabCut's .h5 as pandas' to_hdf lays it out: rows of a table, whose columns' names are pickled by
    protocol 0 as PyTables does; or fixed, with levels and labels."""
    import pickle

    import h5py

    levels = [("net",) + (("mouse1",) if individuals else ()) + (part[0], end) for part in parts for end in ("x", "y", "likelihood")]
    values = np.column_stack([column for part in parts for column in part[1:]])
    with h5py.File(lab.at(name), "w") as file:
        group = file.create_group("df_with_missing")
        group.attrs["pandas_type"] = np.bytes_(b"frame" if fixed else b"frame_table")
        if fixed:
            group["block0_values"] = values
            for k in range(len(levels[0])):
                words = sorted({level[k] for level in levels})
                group[f"block0_items_level{k}"] = np.array(words, "S")
                group[f"block0_items_label{k}"] = np.array([words.index(level[k]) for level in levels], "i1")
            return
        rows = np.zeros(len(values), [("index", "<i8"), ("values_block_0", "<f8", (values.shape[1],))])
        rows["index"], rows["values_block_0"] = np.arange(len(values)), values
        table = group.create_dataset("table", data=rows, chunks=(100,), compression="gzip")
        table.attrs["values_block_0_kind"] = np.bytes_(pickle.dumps(levels, 0))
        table.attrs["values_block_0_dtype"] = np.bytes_(b"float64")


def deeplabcut_in_pandas_hdf5(lab):
    """The same numbers as from the table of text; names of two levels where there are individuals."""
    t = lab.track
    _activity(lab)
    random = np.random.default_rng(5)
    likely = np.where(random.random(t.n) < 0.3, 0.2, 0.99)
    pixels = 40 + 3 * t.x
    parts = [("nose", np.where(likely < 0.9, 0, pixels), np.full(t.n, 50.0), likely), ("tail base", pixels - 30, np.full(t.n, 7.0), np.full(t.n, 0.95))]
    k = likely >= 0.9
    text = "range: [0, 500]\nsessions:\n  - {" + ACTIVITY + "position: {file: DLC.h5, rate: 20, body: [%s], likelihood: 0.9%s}}\n"
    for fixed, individuals in ((False, False), (True, False), (False, True)):
        _pandas(lab, "DLC.h5", parts, fixed, individuals)
        first = "mouse1." if individuals else ""
        lab.right(text % (first + "nose", ""), information(pixels[k], t.a[k], 0, 500), frames=int(k.sum()))
        lab.right(text % (first + "tail base", ", column: x"), information(pixels - 30, t.a, 0, 500))
        lab.refused(text % ("ear", ""), "no body part 'ear'", f"'{first}nose', '{first}tail base'")
    lab.refused("sessions:\n  - {file: DLC.h5, position: {file: DLC.h5, body: [nose]}}\n", "DLC.h5")
    _pandas(lab, "m/DLC.h5", parts[1:])
    lab.save("m/activity.npy", t.a)
    lab.table("m/timestamps.csv", "frame,time", [np.arange(t.n), t.t])
    lab.scanned(["m"], r'body: \["tail base"\].*timestamps.csv')
    import h5py
    for pickled in (b"(lp0\n(Vnet\nVnose\nVx\ntp1\na.", b"(lp0\n", b"cos\nsystem\n(Vtouch ran\ntR.", b"I12\n."):
        with h5py.File(lab.at("DLC.h5"), "r+") as file:
            file["df_with_missing/table"].attrs["values_block_0_kind"] = np.bytes_(pickled)
        lab.refused(text % ("nose", ""), "DLC.h5")
    assert not os.path.exists(lab.at("ran"))


def _scaled(t, pixels):
    x = 2 * (pixels - 30)
    k = (x >= 0) & (x <= 400)
    return information(x[k], t.a[k], 0, 400)


def gaps_of_any_position(lab):
    """Also where no tracker is named: a position with NaN, rows of a known length."""
    t = lab.track
    _activity(lab)
    x = np.where(np.arange(t.n) % 10 == 3, np.nan, t.x)
    lab.save("x.npy", x)
    lab.right("range: [0, 100]\nsessions:\n  - {" + ACTIVITY + "position: {file: x.npy, rate: 20, gap: 0.2}}\n",
              information(_joined(t.t, x, 0.2), t.a, 0, 100), frames=600)
    lab.refused("sessions:\n  - {" + ACTIVITY + "position: {file: x.npy, gap: 0.2}}\n", "gap", "how long a row lasts")


def sleap_leaves_out_rows(lab):
    """Rows in which nothing was found are not there: each row is put where its frame is."""
    t = lab.track
    _activity(lab)
    there = np.random.default_rng(6).random(t.n) < 0.8
    there[[0, -1]] = True
    f = np.flatnonzero(there)
    lab.table("s.csv", "track,frame_idx,instance.score,nose.x,nose.y,nose.score", [["track_0"] * len(f), f, np.ones(len(f)), t.x[f], np.full(len(f), 3.0), np.full(len(f), 0.9)])
    part = "sessions:\n  - {" + ACTIVITY + "position: {file: s.csv, body: [nose], rate: 20}}\n"
    lab.right("range: [0, 100]\n" + part, information(t.x[f], t.a[f], 0, 100), frames=len(f))
    lab.table("s.csv", "track,frame_idx,instance.score,nose.x,nose.y,nose.score", [["a", "b"] * 3, [0, 0, 1, 1, 2, 2], np.ones(6), np.ones(6), np.ones(6), np.ones(6)])
    lab.refused(part, "s.csv", "frames do not increase", "one animal")


def scanned_with_its_clock(lab):
    """--scan finds the body part, and the table of times with as many rows; its manifest runs."""
    t = lab.track
    lab.save("m/activity.npy", t.a)
    _deeplabcut(lab, "m/videoDLC.csv", [("LED", t.x, np.full(t.n, 3.0), np.full(t.n, 0.99))])
    lab.table("m/timeStamps.csv", "Frame Number,Time Stamp (ms),Buffer Index", [np.arange(t.n), 1000 * t.t, np.zeros(t.n)])
    assert lab.run("record", "--scan", "m", "-o", "scan.yaml") == 0, lab.said
    text = open(lab.at("scan.yaml"), encoding="utf-8").read()
    assert 'body: ["LED"]' in text and "Time Stamp (ms)" in text, text
    assert lab.run("record", "scan.yaml", "-o", "out", "--picture", "none") == 0, (lab.said, text)
    assert np.allclose([float(r["si_bit_spike"]) for r in lab.rows("out_cells.csv")], information(t.x, t.a), atol=1e-6)


def the_public_sample(lab):
    """DeepLabCut's positions and two clocks of one miniscope recording, as published; skipped where absent."""
    sample = os.path.join(lab.source, "../shared/reference/recordings/public/miniscope")
    if not os.path.isdir(sample):
        print("skipped: tracked.the_public_sample: no reference data")
        return
    position = np.genfromtxt(sample + "/behavior/behavior_position.csv", delimiter=",", skip_header=3)
    clock = np.genfromtxt(sample + "/behavior/behavior_timestamp.csv", delimiter=",", skip_header=1)[:, 1]
    frames = np.genfromtxt(sample + "/neural_data/neural_timestamp.csv", delimiter=",", skip_header=1)[:, 1]
    a = np.random.default_rng(7).poisson(1.0, (len(frames), 3))
    lab.save("a.npy", a)
    x = np.where(position[:, 3] >= 0.9, position[:, 1], np.nan)
    k = (frames >= clock[0]) & (frames <= clock[-1])
    x = np.interp(frames, clock, _joined(clock, x, 0.5)) if np.isfinite(_joined(clock, x, 0.5)).all() else None
    if x is None:
        print("skipped: tracked.the_public_sample: long gaps")
        return
    low, high = np.floor(x[k].min()) - 1, np.ceil(x[k].max()) + 1
    lab.right(f"range: [{low}, {high}]\nsessions:\n  - {{activity: {{file: a.npy, times: {{file: {sample}/neural_data/neural_timestamp.csv, column: timestamp_first}}}}, "
              f"position: {{file: {sample}/behavior/behavior_position.csv, body: [LED_clean], likelihood: 0.9, gap: 0.5, times: {{file: {sample}/behavior/behavior_timestamp.csv, column: unix_time}}}}}}\n",
              information(x[k], a[k], low, high), frames=int(k.sum()), within=1e-5)


def _along(points, xy, closed=False):
    """Densely sampled path: the way along it of the nearest sample, and how far away that is."""
    points = np.asarray(points, float)
    ends = np.vstack([points, points[:1]]) if closed else points
    samples, way, start = [], [], 0.0
    gone = set()
    for a, b in zip(ends[:-1], ends[1:]):
        length = np.hypot(*(b - a))
        if (tuple(b), tuple(a)) in gone:
            continue
        gone.add((tuple(a), tuple(b)))
        part = np.linspace(0, 1, 20001)
        samples.append(a + part[:, None] * (b - a))
        way.append(start + part * length)
        start += length
    samples, way = np.vstack(samples), np.concatenate(way)
    off = [np.hypot(samples[:, 0] - x, samples[:, 1] - y) for x, y in xy]
    at = [o.argmin() for o in off]
    return way[at], np.array([o[k] for o, k in zip(off, at)]), start


def onto_a_path(lab):
    """A loop, a W-track whose middle arm is gone back over, and a T-maze, against a densely sampled path."""
    t = lab.track
    _activity(lab)
    random = np.random.default_rng(9)
    loop = [[0, 0], [60, 0], [60, 40], [0, 40]]
    w = [[0, 50], [0, 0], [40, 0], [40, 50], [40, 0], [80, 0], [80, 50]]
    maze = [[-30, 60], [0, 60], [0, 0], [0, 60], [30, 60]]
    for points, closed in ((loop, True), (w, False), (maze, False)):
        k = random.integers(len(points) - (not closed), size=t.n)
        a, b = np.array(points)[k], np.array(points)[(k + 1) % len(points)]
        xy = np.round(a + random.random((t.n, 1)) * (b - a) + random.normal(0, 2, (t.n, 2)), 6)
        lab.table("xy.csv", "time,x,y", [t.t, *xy.T])
        way, far, length = _along(points, xy, closed)
        for width in (0, 3):
            keep = far <= width if width else np.full(t.n, True)
            head = f"range: [0, {length}]\n" + ("circular: true\n" if closed else "")
            path = "linearise: {points: %s%s%s}" % (points, ", closed: true" if closed else "", f", width: {width}" if width else "")
            for part in ("position: {file: xy.csv, columns: [x, y]}", "position: {file: xy.csv, column: x}, position_y: {file: xy.csv, column: y}"):
                text = head + "sessions:\n  - {" + ACTIVITY + part + ", " + path + "}\n"
                lab.right(text, information(np.clip(way[keep], 0, length), t.a[keep], 0, length), frames=int(keep.sum()), within=2e-2)
            lab.checked(text, f"the path is {length:g} long", *(["farther than 3 away: missing"] if width else []))
    text = "sessions:\n  - {" + ACTIVITY + "position: {file: xy.csv, columns: [x, y]}, linearise: {%s}}\n"
    lab.refused(text % "points: [[0, 0]]", "points")
    lab.refused(text % "points: [[0, 0], [1]]", "points")
    lab.refused(text % "closed: true", "points")
    lab.refused("bins_y: 10\n" + text % "points: [[0, 0], [1, 1]]", "linearise is not used")
    lab.refused(text.replace("columns: [x, y]", "column: x") % "points: [[0, 0], [1, 1]]", "a path is in two dimensions")
    lab.refused(text % "points: [[500, 500], [600, 600]], width: 1", "have no position")
