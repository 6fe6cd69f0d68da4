"""Numbers that are not what they seem."""
import numpy as np

from cases.made import Cells, Nwb, Sparse, Structs, information, mat4, mat5, mat73


def structure_arrays_whole(lab):
    t = lab.track
    units = Structs({"id": float(c + 1), "times": s[:, None]} for c, s in enumerate(t.spikes()))
    mat5(lab.at("d.mat"), units=units, x=t.x, t=t.t)
    for name in ("units", "units.times"):
        lab.right("sessions:\n  - {file: d.mat, activity: {name: %s}, position: {name: x, times: t}}\n" % name)
    lab.right("sessions:\n  - {file: d.mat, activity: {name: units(2).times, kind: spike-times}, position: {name: x, times: t}}\n", information(t.x, t.a[:, 1:2]))


def structure_arrays_of_other_fields(lab):
    t = lab.track
    mat5(lab.at("d.mat"), S=Structs({"SpikeTimes": s[None, :], "area": "CA1" if c else "CA3"} for c, s in enumerate(t.spikes())),
         pos=Structs([{"x": t.x, "t": t.t}, {"x": t.x[::-1], "t": t.t}]))
    lab.right("sessions:\n  - {file: d.mat, activity: {name: S.SpikeTimes}, position: {name: pos(1).x, times: pos(1).t}}\n")
    lab.refused("sessions:\n  - {file: d.mat, activity: {name: S.SpikeTimes}, position: {name: pos.x, times: pos(1).t}}\n", "array of 2 structures", "which")
    lab.refused("sessions:\n  - {file: d.mat, activity: {name: S}, position: {name: pos(1).x, times: pos(1).t}}\n", "without a field")


def structures_in_cells(lab):
    t = lab.track
    mat5(lab.at("d.mat"), spikes=Cells({"data": s[:, None]} for s in t.spikes()), x=t.x, t=t.t)
    lab.right("sessions:\n  - {file: d.mat, activity: {name: spikes}, position: {name: x, times: t}}\n")
    mat5(lab.at("d.mat"), spikes=Cells(s[None, :] for s in t.spikes()), x=t.x, t=t.t)
    lab.right("sessions:\n  - {file: d.mat, activity: {name: spikes}, position: {name: x, times: t}}\n")


def complex_activity(lab):
    t = lab.track
    mat5(lab.at("dense.mat"), spikes=t.a + 0j, x=t.x)
    mat5(lab.at("sparse.mat"), spikes=Sparse(t.a + 0j), x=t.x)
    mat5(lab.at("cells.mat"), spikes=Cells(s[:, None] + 0j for s in t.spikes()), x=t.x, t=t.t)
    for name in ("dense", "sparse"):
        lab.refused("sessions:\n  - {file: %s.mat, frame_seconds: 0.05, activity: {threshold: 0}}\n" % name, "complex")
    lab.refused("sessions:\n  - {file: cells.mat, activity: {name: spikes}, position: {name: x, times: t}}\n", "complex")
    lab.save("a.npy", t.a + 0j)
    lab.save("x.npy", t.x)
    lab.refused("sessions:\n  - {frame_seconds: 0.05, activity: {file: a.npy}, position: {file: x.npy}}\n", "complex")


def sparse_matrices(lab):
    t = lab.track
    mat5(lab.at("five.mat"), spikes=Sparse(t.a.astype(float)), x=t.x)
    mat4(lab.at("four.mat"), spikes=Sparse(t.a), x=t.x)
    for name in ("five", "four"):
        lab.right("sessions:\n  - {file: %s.mat, frame_seconds: 0.05, activity: {name: spikes}, position: {name: x}}\n" % name, frames=600)


def matlab_4(lab):
    t = lab.track
    mat4(lab.at("four.mat"), spikes=t.a, x=t.x, t=t.t)
    lab.right("sessions:\n  - {file: four.mat, activity: {name: spikes, times: t}, position: {name: x, times: t}}\n", frames=600)


def whole_numbers_of_all_sizes(lab):
    t = lab.track
    for kind in ("u1", "i2", "u2", "i4", "i8", "f4", "?"):
        a = (t.a > 0) if kind == "?" else t.a.astype(kind)
        mat5(lab.at("d.mat"), spikes=a, x=t.x, t=t.t)
        lab.save("a.npy", a)
        lab.save("x.npy", t.x)
        expected = information(t.x, a.astype(float))
        lab.right("sessions:\n  - {file: d.mat, activity: {name: spikes, times: t}, position: {name: x, times: t}}\n", expected)
        lab.right("sessions:\n  - {frame_seconds: 0.05, activity: {file: a.npy}, position: {file: x.npy}}\n", expected)
    for kind in (">f8", ">i4"):
        lab.save("a.npy", t.a.astype(kind))
        lab.right("sessions:\n  - {frame_seconds: 0.05, activity: {file: a.npy}, position: {file: x.npy}}\n")
    np.save(lab.at("a.npy"), np.asfortranarray(t.a))
    lab.right("sessions:\n  - {frame_seconds: 0.05, activity: {file: a.npy}, position: {file: x.npy}}\n")


def error_values_of_spreadsheets_are_missing(lab):
    t = lab.track
    for word in ("#N/A", "#DIV/0!", "NaN", "NA", "", "null", "None", "N/A", "-"):
        x = [word if i % 7 == 2 else f"{v}" for i, v in enumerate(t.x)]
        keep = np.arange(t.n) % 7 != 2
        lab.table("d.csv", "x,time,cell_1,cell_2,cell_3", [x, t.t, *t.a.T])
        lab.right("sessions:\n  - {file: d.csv}\n", information(t.x[keep], t.a[keep]), frames=int(keep.sum()))


def round_off_below_zero(lab):
    t = lab.track
    a = t.a.astype(float)
    a[a == 0] = -9e-19
    lab.save("a.npy", a)
    lab.save("x.npy", t.x)
    text = "sessions:\n  - {frame_seconds: 0.05, activity: {file: a.npy}, position: {file: x.npy}}\n"
    lab.right(text)
    assert "round-off" in lab.out
    a[5, 1] = -1e-6
    lab.save("a.npy", a)
    lab.refused(text, "cell 2 in frame 6 is -1e-06", "threshold")
    with Nwb(lab.at("d.nwb")) as nwb:
        nwb.rois(t, np.where(t.a == 0, -3e-17, t.a), t.t)
        nwb.position(t.x, t.t)
    lab.right("sessions:\n  - {file: d.nwb}\n")


def decimal_commas(lab):
    t = lab.track
    lab.table("d.csv", "time;x;cell_1;cell_2;cell_3", [t.t, t.x, *t.a.T], separator=";", decimal=",")
    lab.right("sessions:\n  - {file: d.csv}\n", frames=600)
    lab.table("d.tsv", "time\tx\tcell_1\tcell_2\tcell_3", [t.t, t.x, *t.a.T], separator="\t", decimal=",", end="\r\n")
    lab.right("sessions:\n  - {file: d.tsv}\n", frames=600)


def missing_in_activity(lab):
    t = lab.track
    a = t.a.astype(float)
    a[::9] = -1
    keep = np.arange(t.n) % 9 != 0
    lab.save("a.npy", a)
    lab.save("x.npy", t.x)
    lab.right("sessions:\n  - {frame_seconds: 0.05, activity: {file: a.npy, missing: -1}, position: {file: x.npy}}\n",
              information(t.x[keep], t.a[keep]), frames=int(keep.sum()))


def spike_times_filled_up(lab):
    t = lab.track
    spikes = t.spikes()
    padded = np.full((3, max(map(len, spikes))), np.nan)
    for c, s in enumerate(spikes):
        padded[c, : len(s)] = s
    lab.save("s.npy", padded)
    lab.save("x.npy", t.x)
    lab.save("t.npy", t.t)
    rest = "position: {file: x.npy, times: t.npy}}\n"
    lab.right("sessions:\n  - {activity: {file: s.npy, kind: spike-times, orientation: cells-first}, " + rest)
    lab.save("s.npy", np.nan_to_num(padded.T, nan=-1))
    lab.right("sessions:\n  - {activity: {file: s.npy, kind: spike-times, orientation: cells-last, missing: -1}, " + rest)


def matlab_7_3_of_other_writers(lab):
    t = lab.track
    text = "sessions:\n  - {file: d.mat, frame_seconds: 0.05, activity: {name: spikes}, position: {name: x}}\n"
    for how in ({"terminated": "padded"}, {"terminated": False}, {"terminated": True}):
        mat73(lab.at("d.mat"), spikes=t.a.astype(float), x=t.x, **how)
        lab.right(text, frames=600)
    # Without the attribute newer versions of matio read nothing; then the attribute is named.
    mat73(lab.at("d.mat"), spikes=t.a.astype(float), x=t.x, classes=False)
    lab.manifest(text)
    if lab.run("record", "m.yaml", "--check", "--picture", "none") == 0:
        lab.right(text, frames=600)
    else:
        lab.refused(text, "MATLAB_class", "h5py")
    mat73(lab.at("d.mat"), terminated="padded", spikes=t.a.astype("i4"), x=t.x)
    lab.right(text, frames=600)


def amounts_of_frames_in_cells(lab):
    """A cell array with a vector of frames for each cell is no list of spike times."""
    t = lab.track
    mat5(lab.at("d.mat"), spikes=Cells([c.astype(float) for c in t.a.T]), x=t.x, t=t.t,
         units=Structs([{"times": c.astype(float)} for c in t.a.T]), rows=Cells([c[None, :].astype(float) for c in t.a.T]),
         matrix=t.a)
    for name in ("spikes", "rows", "units.times"):
        lab.refused("sessions:\n  - {file: d.mat, activity: {name: %s}, position: {name: x, times: t}}\n" % name,
                    "3 cells each hold 600 numbers that rise and fall", "matrix")
    lab.right("sessions:\n  - {file: d.mat, activity: {name: matrix, times: t}, position: {name: x, times: t}}\n")
    mat5(lab.at("d.mat"), spikes=Cells(t.spikes()), x=t.x, t=t.t)
    lab.right("sessions:\n  - {file: d.mat, activity: {name: spikes}, position: {name: x, times: t}}\n")
