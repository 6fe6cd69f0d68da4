"""What --scan takes for one recording: parts by folders, names and lengths; a question, or one line, where
nothing tells; and the tables of ROIMatch and track2p."""
import os

import numpy as np

from cases.made import Structs, information, mat5
from cases.suite2p import _noise, _plane
from cases.zarr import _array


def _scans(lab, folder, code=0):
    assert lab.run("record", "--scan", folder, "-o", "scan.yaml", "--force") == code, lab.said + lab.out
    return open(lab.at("scan.yaml"), encoding="utf-8").read() if code == 0 else ""


def _refused(lab, *words):
    assert lab.run("record", "scan.yaml", "-o", "out", "--picture", "none", "--force") == 1, lab.out
    assert len(lab.said.strip().splitlines()) == 1, lab.said
    for word in words:
        assert word in lab.said, lab.said


def _runs(lab, expected):
    assert lab.run("record", "scan.yaml", "-o", "out", "--picture", "none", "--force") == 0, (lab.said, open(lab.at("scan.yaml")).read())
    found = {}
    for row in lab.rows("out_cells.csv"):
        found.setdefault(row["day"], []).append(float(row["si_bit_spike"]))
    found = [found[day] for day in sorted(found, key=float)]
    assert len(found) == len(expected) and all(np.allclose(f, e, atol=1e-6) for f, e in zip(found, expected)), (found, expected, open(lab.at("scan.yaml")).read())


def days_by_the_words_of_their_names(lab):
    """Neither the start of the names nor the number of rows tells: the day does, in any folder."""
    t = lab.track
    for k, turn in ((1, 0), (2, 250), (10, 400)):
        x, a = np.roll(t.x, turn), np.roll(t.a, turn, 0)
        lab.table(f"m/activity/spikes_day{k}.csv", "time,cell_1,cell_2,cell_3", [t.t, *a.T])
        lab.table(f"m/tracking/arena-day{k}-x.csv", "time,x", [t.t, np.round(x + k, 3)])
    text = _scans(lab, "m")
    assert "QUESTION" not in lab.out, text
    assert [line.split() for line in text.splitlines() if "day:" in line] == [
        ["day:", str(k), "#", "by", "its", "name"] for k in (1, 2, 10)], text
    low, high = t.x.min(), t.x.max()
    lab.text("scan.yaml", text.replace("# range: [0, 1] ", f"range: [{low}, {high + 10}]"))
    _runs(lab, [information(np.roll(t.x, turn) + k, np.roll(t.a, turn, 0), low, high + 10) for k, turn in ((1, 0), (2, 250), (10, 400))])


def days_by_the_dates_of_their_names(lab):
    """A date in every name, or in every folder's: days are counted from the first. Where the names tell nothing of
    some sessions, or the same of all, the sessions are counted."""
    t = lab.track
    for folder, names, days in (
            ("m", ("A_20240228", "A_20240229", "A_20240305"), (1, 2, 7)),
            ("n", ("2024-02-28/a", "2024-03-01/a"), (1, 3)),
            ("day3", ("one", "two"), (1, 2)),
            ("o", ("today1", "today4"), (1, 2)),
            ("p", ("day2", "other"), (1, 2))):
        for name in names:
            lab.table(f"{folder}/{name}.csv", "time,x,cell_1,cell_2,cell_3", [t.t, t.x, *t.a.T])
        text = _scans(lab, folder)
        found = [int(line.split()[1]) for line in text.splitlines() if line.startswith("    day:")]
        assert found == list(days), (folder, text)
        assert ("by its name" in text) == (folder in "mn"), text


def positions_that_nothing_gives_to_a_session_are_asked_for(lab):
    """One file of positions, two recordings; two files of positions, one recording: one question that names
    them, and the manifest is refused until it is answered."""
    t = lab.track
    for name in ("first", "second"):
        lab.table(f"m/{name}.csv", "time,cell_1,cell_2,cell_3", [t.t, *t.a.T])
    lab.table("m/place.csv", "time,x", [t.t, t.x])
    text = _scans(lab, "m")
    assert lab.out.count("QUESTION") == 1 and "m/place.csv" in lab.out and "of 2 of the sessions" in lab.out, lab.out
    _refused(lab, "question of the scan", "sessions.0.position")
    lines = text.splitlines()
    answered = [line[1:] if line.startswith("#    position: {") else line for line in lines if "{file: ask}" not in line or line.startswith("#")]
    lab.text("scan.yaml", "\n".join(answered) + "\n")
    _runs(lab, [information(t.x, t.a)] * 2)

    lab.table("n/first.csv", "time,cell_1,cell_2,cell_3", [t.t, *t.a.T])
    lab.table("n/here.csv", "time,x", [t.t, t.x])
    lab.table("n/there.csv", "time,x", [t.t, 100 - t.x])
    text = _scans(lab, "n")
    assert lab.out.count("QUESTION") == 1 and "n/here.csv" in lab.out and "n/there.csv" in lab.out, lab.out
    _refused(lab, "question of the scan")


def another_recordings_positions_are_not_taken(lab):
    """What lies nearer to another recording is not this one's: its session has no position, and that is said."""
    t = lab.track
    for day in (1, 2):
        lab.table(f"m/day{day}/activity.csv", "time,cell_1,cell_2,cell_3", [t.t, *t.a.T])
    lab.table("m/day1/position.csv", "time,x", [t.t, t.x])
    text = _scans(lab, "m")
    assert text.count("day1/position.csv") == 1 and text.count("no position was found") == 1, text
    _refused(lab, "position")


def recordings_of_several_kinds_are_refused(lab):
    """Suite2p of one, minian's C of another with positions beside it: one line that names both, and nothing
    is written; each by itself is scanned."""
    t = lab.track
    _plane(lab, "m/a/suite2p/plane0", t.a, fs=20.0)
    lab.text("m/b/C.zarr/.zgroup", "{\"zarr_format\": 2}")
    _array(lab, "m/b/C.zarr/C", t.a.T.astype("f8"), (2, 250), dims=["unit_id", "frame"])
    lab.table("m/b/pos.csv", "time,x", [t.t, t.x])
    _scans(lab, "m", code=1)
    assert len(lab.said.strip().splitlines()) == 1, lab.said
    for word in ("several recordings lie here", "m/a/suite2p", "m/b/C.zarr"):
        assert word in lab.said, lab.said
    assert not os.path.exists(lab.at("scan.yaml"))
    assert "pos.csv" in _scans(lab, "m/b")


def _days(lab, orders):
    """A Suite2p folder a day, its ROIs in another order each day."""
    t = lab.track
    for k, order in enumerate(orders):
        _plane(lab, f"m/day{k + 1}/suite2p/plane0", t.a[:, order], fs=20.0)
        lab.table(f"m/day{k + 1}/pos.csv", "time,x", [t.t, t.x])


def _followed(lab, expected):
    ids = {}
    for row in lab.rows("out_cells.csv"):
        ids.setdefault(row["day"], []).append(row["id"])
    assert [ids[day] for day in sorted(ids, key=float)] == expected, ids


def roimatch_beside_the_days(lab):
    t = lab.track
    orders = ([0, 1, 2], [2, 0, 1])
    _days(lab, orders)
    # Rows are cells 0, 1, 2; each column the cell's place that day, from 1.
    table = np.array([[order.index(c) + 1 for order in orders] for c in range(3)], float)
    mat5(lab.at("m/roiMatching.mat"), roiMatchData=Structs([{"allSessionMapping": table, "comparisonMatrix": np.array([[1.0, 2.0]])}]))
    text = _scans(lab, "m")
    assert "QUESTION" not in lab.out and text.count("roiMatchData.allSessionMapping") == 2, text
    _runs(lab, [np.array(information(t.x, t.a))[order] for order in orders])
    _followed(lab, [["1", "2", "3"], ["3", "1", "2"]])


def track2p_beside_the_days(lab):
    """plane0_suite2p_indices.npy counts all ROIs, plane0_match_mat.npy those that are cells; None: not found."""
    t = lab.track
    orders = ([0, 1, 2], [2, 0, 1])
    _days(lab, orders)
    table = np.array([[order.index(c) for order in orders] for c in range(3)], object)
    table[1, 1] = None
    np.save(lab.at("m/track2p/plane0_suite2p_indices.npy"), table)
    np.save(lab.at("m/track2p/track_ops.npy"), np.array({"all_ds_path": ["day1", "day2"], "nplanes": 1}, object), allow_pickle=True)
    text = _scans(lab, "m")
    assert "QUESTION" not in lab.out and text.count("registration: {file: \"m/track2p/plane0_suite2p_indices.npy\"") == 2, text
    _runs(lab, [np.array(information(t.x, t.a))[order] for order in orders])
    _followed(lab, [["1", "2", "3"], ["3", "1", lab.rows("out_cells.csv")[-1]["id"]]])
    assert lab.rows("out_cells.csv")[-1]["id"] not in ("1", "2", "3")
    # A table for each plane cannot follow planes that are joined: it is said, not taken.
    np.save(lab.at("m/track2p/plane1_suite2p_indices.npy"), table)
    text = _scans(lab, "m")
    assert "    registration:" not in text and "registered: false" in text and "Also found" in text, text


def three_days_joined_with_cellreg(lab):
    """Suite2p run on three days together, and CellReg's table beside it: one question, two answers, and each
    gives the days' cells."""
    t = lab.track
    days = [(0, 200), (200, 350), (350, 600)]
    _plane(lab, "m/suite2p/plane0", np.column_stack([t.a, _noise(t, 1, 4)]), [1, 1, 1, 0], fs=20.0, frames_per_folder=np.array([200, 150, 250]))
    for k, (a, b) in enumerate(days):
        lab.table(f"m/day{k + 1}.csv", "time,x", [t.t[a:b] - t.t[a], t.x[a:b]])
    table = np.array([[1, 2, 3], [2, 3, 1], [3, 1, 2]], float)
    mat5(lab.at("m/cellRegistered.mat"), cell_registered_struct=Structs([{"cell_to_index_map": table, "cell_scores": np.ones((3, 1))}]))
    text = _scans(lab, "m")
    assert lab.out.count("QUESTION") == 1, lab.out
    for words in ("ids: {kind: order}", "registration: ...", "cellRegistered.mat"):
        assert words in lab.out, lab.out
    _refused(lab, "question of the scan", "registered")
    expected = [information(t.x[a:b], t.a[a:b], t.x.min(), t.x.max()) for a, b in days]
    text = text.replace("registered: ask", "registered: true")
    lab.text("scan.yaml", text.replace("#  ids: {kind: order}", "  ids: {kind: order}"))
    _runs(lab, expected)
    _followed(lab, [["1", "2", "3"]] * 3)
    lab.text("scan.yaml", text.replace("#    registration:", "    registration:"))
    _runs(lab, expected)
    _followed(lab, [[str(int(np.flatnonzero(table[:, day] == c + 1)[0]) + 1) for c in range(3)] for day in range(3)])


def the_ready_manifests(lab):
    """examples/recordings of track2p and ROIMatch, on such files."""
    t = lab.track
    for day in (1, 2):
        _plane(lab, f"day{day}/suite2p/plane0", t.a, fs=20.0)
        lab.table(f"day{day}/position.csv", "time,x", [t.t, t.x])
    np.save(lab.at("track2p/plane0_suite2p_indices.npy"), np.array([[0, 2], [1, None], [2, 0]], object))
    mat5(lab.at("roiMatching.mat"), roiMatchData=Structs([{"allSessionMapping": np.array([[1.0, 3.0], [2.0, 2.0]])}]))
    lab.ready("track2p", "1 of 3 cells are in no row of the table")
    lab.ready("roimatch", "1 of 3 cells are in no row of the table")
