"""Clocks, and tracks that close on themselves or lose the animal."""
import numpy as np

from cases.made import Nwb, information, mat5


def milliseconds_beside_seconds(lab):
    t = lab.track
    lab.table("act.csv", "time,cell_1,cell_2,cell_3", [t.t, *t.a.T])
    lab.table("pos.csv", "Frame Number,Time Stamp (ms),x", [np.arange(t.n), 1000 * t.t, t.x])
    start = "sessions:\n  - {activity: {file: act.csv}, position: {file: pos.csv, column: x, times: Time Stamp (ms)%s}}\n"
    lab.right(start % ", time_unit: ms", frames=600)
    lab.right(start % "", frames=600)  # the column's name says so
    lab.checked(start % "", "taken for milliseconds")
    lab.refused(start % ", time_unit: s", "time_unit: ms")


def clocks_without_names(lab):
    t = lab.track
    lab.save("a.npy", t.a)
    lab.save("t.npy", t.t)
    lab.save("x.npy", t.x)
    for unit, factor in (("ms", 1e3), ("us", 1e6), ("samples, rate: 30000", 30000)):
        lab.save("u.npy", factor * t.t)
        start = "sessions:\n  - {activity: {file: a.npy, times: t.npy}, position: {file: x.npy, times: u.npy%s}}\n"
        lab.right(start % f", time_unit: {unit}", frames=600)
        lab.refused(start % "", "time_unit")
        both = "sessions:\n  - {activity: {file: a.npy, times: u.npy%s}, position: {file: x.npy, times: u.npy%s}}\n"
        lab.right(both % ((f", time_unit: {unit}",) * 2), frames=600)
        lab.checked(both % ("", ""), "if the times are not seconds")


def microseconds_in_matlab(lab):
    t = lab.track
    mat5(lab.at("n.mat"), spikes=t.a, t=t.t, x=t.x, t_us=(1e6 * t.t).astype("i8"))
    lab.right("sessions:\n  - {file: n.mat, activity: {name: spikes, times: t}, position: {name: x, times: t_us, time_unit: us}}\n", frames=600)
    lab.right("sessions:\n  - {file: n.mat, activity: {name: spikes, times: t}, position: {name: x, times: t_us}}\n", frames=600)


def clocks_that_share_nothing(lab):
    t = lab.track
    lab.save("a.npy", t.a)
    lab.save("t.npy", t.t)
    lab.save("x.npy", t.x)
    lab.save("u.npy", t.t + 1764635175.0)
    lab.refused("sessions:\n  - {activity: {file: a.npy, times: t.npy}, position: {file: x.npy, times: u.npy}}\n",
                "nothing in common", "29.95", "1764635175")
    with Nwb(lab.at("day1.nwb")) as nwb:
        nwb.units(t)
        nwb.position(t.x, t.t + 5000)
    lab.refused("sessions:\n  - {file: day1.nwb}\n", "spikes", "nothing in common", "5000")
    mat5(lab.at("s.mat"), spikes=t.spike_list(1) * [30000, 1], x=t.x, t=t.t)
    lab.refused("sessions:\n  - {file: s.mat, activity: {name: spikes, kind: spike-list}, position: {name: x, times: t}}\n",
                "in common", "time_unit")
    lab.right("sessions:\n  - {file: s.mat, activity: {name: spikes, kind: spike-list, time_unit: samples, rate: 30000}, position: {name: x, times: t}}\n")


def _belt(lab, length=180.0):
    random = np.random.default_rng(1)
    tp = np.arange(0, 120, 0.033)
    u = np.cumsum(20 + 8 * np.sin(tp / 7)) * 0.033
    ta = np.arange(0, 119, 0.1)
    xa = np.interp(ta, tp, u) % length
    d = np.abs(xa[:, None] - [5, 90, 175])
    cells = random.poisson(1.5 * np.exp(-(np.minimum(d, length - d) ** 2) / 128))
    lab.table("pos.csv", "time,x", [tp, np.round(u % length, 6)])
    lab.table("act.csv", "time,cell_1,cell_2,cell_3", [ta, *cells.T])
    lab.save("pos.npy", u % length)
    lab.save("tp.npy", tp)
    lab.save("act.npy", cells)
    lab.save("ta.npy", ta)
    return tp, u % length, ta, xa, cells


SESSION = "sessions:\n  - {activity: {file: act.csv}, position: {file: pos.csv}}\n"


def a_belt(lab):
    tp, position, ta, xa, cells = _belt(lab)
    lab.right("circular: true\nrange: [0, 180]\n" + SESSION, information(xa, cells, 0, 180), frames=len(ta), within=2e-3)
    lab.record("circular: true\nrange: [0, 180]\ndirections: separate\n" + SESSION)
    assert [row["direction"] for row in lab.sessions] == ["up"]
    assert int(lab.sessions[0]["frames"]) == len(ta)


def a_belt_that_nobody_says_is_one(lab):
    tp, position, ta, xa, cells = _belt(lab)
    later = np.searchsorted(tp, ta, side="right") - 1
    gone = np.abs(position[np.minimum(later + 1, len(tp) - 1)] - position[later]) > 90
    gone &= tp[later] != ta
    joined = xa[~gone]
    lab.right("range: [0, 180]\n" + SESSION, information(joined, cells[~gone], 0, 180), frames=int(np.sum(~gone)), within=2e-3)
    assert "circular: true" in lab.out
    lab.record("range: [0, 180]\ndirections: separate\n" + SESSION)
    assert [row["direction"] for row in lab.sessions] == ["up"]


def a_belt_whose_length_is_a_guess(lab):
    """The animal may not have seen all of the belt: how long it is taken to be is said, or given."""
    _belt(lab)
    for kind in ("csv", "npy"):
        part = SESSION if kind == "csv" else ("sessions:\n  - {activity: {file: act.npy, times: ta.npy}, "
                                              "position: {file: pos.npy, times: tp.npy}}\n")
        lab.checked("circular: true\n" + part, "its length a guess: 179.", "give range: [FROM, TO]")
        lab.record("circular: true\n" + part)
        assert "its length a guess" in lab.out, lab.out
        lab.checked("circular: true\nrange: [0, 180]\n" + part)
        assert "a guess" not in lab.out, lab.out


def a_belt_in_numpy_at_speed(lab):
    tp, position, ta, xa, cells = _belt(lab)
    lab.record("circular: true\nrange: [0, 180]\nminimum_speed: 5\nsessions:\n"
               "  - {activity: {file: act.npy, times: ta.npy}, position: {file: pos.npy, times: tp.npy}}\n")
    assert int(lab.sessions[0]["frames"]) == len(ta)  # never slower than 12 a second, at the seam neither


def a_belt_smoothed_around_its_seam(lab):
    """Halves of the recording agree at the seam as elsewhere: maps smoothed with and without it differ there."""
    _belt(lab)
    found = []
    for circular in ("true", "false"):
        lab.record(f"circular: {circular}\nrange: [0, 180]\nsmoothing: 2\n" + SESSION)
        found.append(float(lab.sessions[0]["map_reliability"]))
    assert found[0] != found[1]


def times_that_go_back(lab):
    t = lab.track
    q = t.t.copy()
    q[300] = q[299] - 0.02
    lab.save("tq.npy", q + 1764635175.0)
    lab.save("t.npy", t.t + 1764635175.0)
    lab.save("x.npy", t.x)
    lab.save("a.npy", t.a)
    start = "sessions:\n  - {activity: {file: a.npy, times: tq.npy%s}, position: {file: x.npy, times: t.npy}}\n"
    lab.refused(start % "", "frame 301", "-0.02", "bad_times: drop")
    lab.record(start % ", bad_times: drop")
    assert int(lab.sessions[0]["frames"]) == 599 and int(lab.sessions[0]["frames_read"]) == 600
    assert "1 of 600 times go back" in lab.out
    keep = np.arange(t.n) != 300
    lab.right(start % ", bad_times: drop", information(t.x[keep], t.a[keep]))


def a_clock_that_leaps_and_returns(lab):
    t = lab.track
    q = t.t.copy()
    q[100:103] += 3200  # three frames of another hour: those go, not all that follow
    keep = np.ones(t.n, bool)
    keep[100:103] = False
    lab.table("act.csv", "time,cell_1,cell_2,cell_3", [q, *t.a.T])
    lab.table("pos.csv", "time,x", [t.t, t.x])
    lab.right("sessions:\n  - {activity: {file: act.csv, bad_times: drop}, position: {file: pos.csv}}\n", information(t.x[keep], t.a[keep]), frames=597)


def positions_whose_times_go_back(lab):
    t = lab.track
    q = t.t.copy()
    q[[50, 400]] = q[[49, 399]]
    with Nwb(lab.at("day1.nwb")) as nwb:
        nwb.rois(t, t.a, t.t)
        nwb.position(t.x, q)
    lab.refused("sessions:\n  - {file: day1.nwb}\n", "do not increase", "frame 51")
    lab.checked("sessions:\n  - {file: day1.nwb, position: {bad_times: drop}}\n", "600 of 600 frames", "2 of 600 times")
    q[10] = np.nan
    lab.save("x.npy", t.x)
    lab.save("q.npy", q)
    lab.save("a.npy", t.a)
    lab.save("t.npy", t.t)
    lab.checked("sessions:\n  - {activity: {file: a.npy, times: t.npy}, position: {file: x.npy, times: q.npy, bad_times: drop}}\n", "3 of 600 times")


def lost_tracking_as_minus_one(lab):
    t = lab.track
    random = np.random.default_rng(1)
    lost = random.random(t.n) < 0.1
    xl = np.where(lost, -1, t.x)
    lab.save("x.npy", xl)
    lab.save("tb.npy", t.t + 0.02)
    lab.save("t.npy", t.t)
    lab.save("a.npy", t.a)
    start = "range: [0, 100]\nsessions:\n  - {activity: {file: a.npy, times: t.npy}, position: {file: x.npy, times: tb.npy%s}}\n"
    xn = np.where(lost, np.nan, t.x)
    xi = xn[:-1] + 0.6 * (xn[1:] - xn[:-1])
    k = np.isfinite(xi)
    lab.right(start % ", missing: -1", information(xi[k], t.a[1:][k], 0, 100), frames=int(k.sum()))
    lab.checked(start % "", "are -1", "missing: -1")


def lost_tracking_as_zero_in_two_dimensions(lab):
    t = lab.track
    random = np.random.default_rng(2)
    lost = random.random(t.n) < 0.1
    place = np.where(lost[:, None], 0, np.column_stack([200 + t.x, 300 + t.x]))
    mat5(lab.at("vt.mat"), spikes=t.a, xy=place, t=t.t)
    start = "bins_y: 20\nsessions:\n  - {file: vt.mat, activity: {name: spikes, times: t}, position: {name: xy, times: t%s}}\n"
    lab.right(start % ", missing: 0", information(t.x[~lost], t.a[~lost]), frames=int((~lost).sum()))
    lab.checked(start % "", "missing: 0")


def resting_at_the_end_is_no_lost_tracking(lab):
    t = lab.track
    x = np.clip(t.x, 5, 90)
    lab.table("d.csv", "time,x,cell_1,cell_2,cell_3", [t.t, x, *t.a.T])
    lab.checked("sessions:\n  - {file: d.csv}\n", "600 of 600")
    assert "missing" not in lab.out and "jumps" not in lab.out


def missing_is_of_the_numbers_as_they_stand(lab):
    t = lab.track
    xl = np.where(np.arange(t.n) % 10 == 3, -1, t.x)
    keep = xl >= 0
    with Nwb(lab.at("day1.nwb")) as nwb:
        nwb.rois(t, t.a, t.t)
        nwb.position(xl, t.t, conversion=0.01)
    lab.right("sessions:\n  - {file: day1.nwb, position: {missing: -1}}\n", information(t.x[keep], t.a[keep]), frames=int(keep.sum()))


def a_few_positions_far_outside(lab):
    """Three frames of 600 stretch the range of the others a hundredfold: told, with the number."""
    t = lab.track
    x = t.x.copy()
    x[100:103] = 9999
    lab.table("d.csv", "time,x,cell_1,cell_2,cell_3", [t.t, x, *t.a.T])
    lab.save("x.npy", x)
    lab.save("a.npy", t.a)
    mat5(lab.at("d.mat"), spikes=t.a, x=x, t=t.t)
    for part in ("file: d.csv%s", "activity: {file: a.npy}, frame_seconds: 0.05, position: {file: x.npy%s}",
                 "file: d.mat, activity: {name: spikes, times: t}, position: {name: x, times: t%s}"):
        lab.checked("sessions:\n  - {%s}\n" % (part % ""), "3 of 600 lie far outside", "missing: 9999")
        if "position" in part:
            kept = np.arange(t.n) < 100
            kept |= np.arange(t.n) >= 103
            lab.right("sessions:\n  - {%s}\n" % (part % ", missing: 9999"), information(t.x[kept], t.a[kept]))
            assert "far outside" not in lab.out, lab.out
