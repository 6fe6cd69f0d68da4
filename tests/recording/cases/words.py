"""What is read that was refused, and refusals that say what is the matter."""
import os

import h5py
import numpy as np

from cases.made import Nwb, Structs, information, mat5


def commas_within_quotes(lab):
    t = lab.track
    lab.table("day1.csv", '"time,s\\cell#",x,4,69,92', [t.t, t.x, *t.a.T])
    lab.right('sessions:\n  - {file: day1.csv, activity: {times: "1", columns: ["4", "69", "92"]}, position: {times: "1", column: x}}\n', frames=600)


def quotes_line_ends_and_doubled_quotes(lab):
    t = lab.track
    lab.table("d.csv", 'time,"x ""raw""","cell\n1",cell_2,cell_3', [t.t, t.x, *t.a.T])
    lab.right("sessions:\n  - {file: d.csv, activity: {columns: [3, 4, 5]}, position: {column: 'x \"raw\"'}}\n", frames=600)
    lab.table("d.csv", '"time","x","cell_1","cell_2","cell_3"', [[f'"{v}"' for v in column] for column in (t.t, t.x, *t.a.T)])
    lab.right("sessions:\n  - {file: d.csv}\n", frames=600)
    lab.text("d.csv", 'time,x,cell_1\n1,2,"3\n')
    lab.refused("sessions:\n  - {file: d.csv}\n", "line 2", "never closed")


def line_ends_of_three_systems(lab):
    t = lab.track
    for end in ("\n", "\r\n", "\r"):
        lab.table("d.csv", "time,x,cell_1,cell_2,cell_3", [t.t, t.x, *t.a.T], end=end)
        lab.right("sessions:\n  - {file: d.csv}\n", frames=600)


def blanks_separate_too(lab):
    t = lab.track
    np.savetxt(lab.at("d.txt"), np.column_stack([t.t, t.x, t.a]), header="time x cell_1 cell_2 cell_3", comments="", fmt="%12.4f")
    lab.right("sessions:\n  - {file: d.txt}\n", frames=600)


def tables_of_deeplabcut(lab):
    t = lab.track
    random = np.random.default_rng(8)
    columns = [np.arange(t.n), t.x, np.full(t.n, 50), np.full(t.n, 1), random.random(t.n), random.random(t.n), np.full(t.n, 1)]
    lab.table("DLC.csv", "scorer,net,net,net,net,net,net\nbodyparts,LED,LED,LED,tail,tail,tail\ncoords,x,y,likelihood,x,y,likelihood", columns)
    lab.table("timestamps.csv", "frame_index,unix_time", [np.arange(t.n), [f"{1764635174 + s:.4f}" for s in t.t]])
    lab.table("act.csv", "time,cell_1,cell_2,cell_3", [[f"{1764635174 + s:.4f}" for s in t.t], *t.a.T])
    start = "sessions:\n  - {activity: {file: act.csv}, position: {file: DLC.csv, %s}}\n"
    for part in ('column: "2", rate: 20', "column: LED.x, times: timestamps.csv", "column: 2, skip_rows: 3, times: {file: timestamps.csv, column: unix_time}",
                 "column: LED.x, times: {file: timestamps.csv, column: 2}"):
        lab.right(start % part, frames=600)
    lab.refused(start % "column: x, times: timestamps.csv", "column 'x'")
    lab.refused(start % "column: LED.x, times: {file: timestamps.csv, column: clock}", "clock")


def tables_of_one_body_part_and_of_several_animals(lab):
    t = lab.track
    half = np.full(t.n, 50)
    lab.table("one.csv", "scorer,net,net,net\nbodyparts,LED,LED,LED\ncoords,x,y,likelihood", [np.arange(t.n), t.x, half, half])
    lab.table("act.csv", "time,cell_1,cell_2,cell_3", [t.t, *t.a.T])
    lab.right("sessions:\n  - {activity: {file: act.csv}, position: {file: one.csv, column: LED.x}}\n", frames=600)
    lab.table("two.csv", "scorer,net,net,net,net\nindividuals,m1,m1,m2,m2\nbodyparts,nose,nose,nose,nose\ncoords,x,y,x,y",
              [np.arange(t.n), half, half, t.x, half])
    lab.right("sessions:\n  - {activity: {file: act.csv}, position: {file: two.csv, column: m2.nose.x}}\n", frames=600)
    lab.refused("sessions:\n  - {activity: {file: act.csv}, position: {file: two.csv, column: nose.x}}\n", "no one column 'nose.x'")


def lines_before_the_header(lab):
    t = lab.track
    lab.table("d.csv", "Exported by a microscope;version 3\nmouse;12;;\n\ntime;x;cell_1;cell_2;cell_3", [t.t, t.x, *t.a.T], separator=";")
    lab.right("sessions:\n  - {file: d.csv, activity: {skip_rows: 2}, position: {skip_rows: 2}}\n", frames=600)


def times_of_other_files(lab):
    t = lab.track
    mat5(lab.at("clock.mat"), frame=Structs([{"t": t.t}]))
    lab.save("a.npy", t.a)
    lab.table("x.csv", "x", [t.x])
    lab.right("sessions:\n  - {activity: {file: a.npy, times: {file: clock.mat, name: frame.t}}, position: {file: x.csv, times: {file: clock.mat, name: frame.t}}}\n", frames=600)
    with Nwb(lab.at("d.nwb")) as nwb:
        nwb.units(t)
        nwb.file["clock"] = t.t
        nwb.file["place"] = t.x
    lab.right("sessions:\n  - {file: d.nwb, position: {name: /place, times: {name: /clock}}}\n")
    lab.refused("sessions:\n  - {activity: {file: a.npy, times: {file: clock.mat, name: frame}}, position: {file: x.csv}}\n", "frame is a structure")


def paths_are_the_manifests(lab):
    t = lab.track
    lab.save("data/a.npy", t.a.T)
    lab.save("data/t.npy", t.t)
    lab.save("data/x.npy", t.x)
    lab.right("sessions:\n  - {activity: {file: data/a.npy, times: data/t.npy, orientation: cells-first}, position: {file: data/x.npy, times: data/t.npy}}\n", frames=600)
    lab.right("sessions:\n  - {activity: {file: data/a.npy, times: t.npy}, position: {file: data/x.npy, times: t.npy}}\n", frames=600)
    assert "beside" in lab.out
    lab.refused("sessions:\n  - {activity: {file: data/a.npy, times: u.npy}, position: {file: data/x.npy, times: data/t.npy}}\n",
                "sessions.0.activity.times", "u.npy", "manifest's folder")


def areas_of_electrodes(lab):
    t = lab.track
    with Nwb(lab.at("d.nwb")) as nwb:
        units = nwb.units(t)
        nwb.position(t.x, t.t)
        table = nwb.group("general/extracellular_ephys/electrodes", "DynamicTable")
        table["id"] = np.arange(2)
        table.create_dataset("location", data=np.array(["CA1", "CA3"], dtype=object), dtype=h5py.string_dtype())
        units["electrodes"] = np.array([0, 0, 1])
        units["electrodes"].attrs["table"] = table.ref
        units["electrodes_index"] = np.arange(1, 4)
    lab.right("sessions:\n  - {file: d.nwb, cells: {area: CA1}}\n", information(t.x, t.a[:, :2]))
    lab.right("sessions:\n  - {file: d.nwb, cells: {area: ca3}}\n", information(t.x, t.a[:, 2:]))
    lab.refused("sessions:\n  - {file: d.nwb, cells: {area: DG}}\n", "none of the 3 units", "CA1, CA3")


def areas_of_columns_and_planes(lab):
    t = lab.track
    with Nwb(lab.at("d.nwb")) as nwb:
        units = nwb.units(t)
        nwb.position(t.x, t.t)
        units.create_dataset("brain_area", data=np.array(["VISp", "CA1", "VISp"], dtype=object), dtype=h5py.string_dtype())
        units.create_dataset("quality", data=np.array(["good", "good", "mua"], dtype=object), dtype=h5py.string_dtype())
    lab.right("sessions:\n  - {file: d.nwb, cells: {area: VISp}}\n", information(t.x, t.a[:, [0, 2]]))
    lab.right("sessions:\n  - {file: d.nwb, keep: {name: quality, equals: good}}\n", information(t.x, t.a[:, :2]))
    with Nwb(lab.at("i.nwb")) as nwb:
        nwb.rois(t, t.a, t.t)
        nwb.position(t.x, t.t)
        plane = nwb.group("general/optophysiology/plane", "ImagingPlane")
        plane["location"] = "CA1"
        nwb.file["processing/ophys/ImageSegmentation/PlaneSegmentation/imaging_plane"] = h5py.SoftLink("/general/optophysiology/plane")
    lab.right("sessions:\n  - {file: i.nwb, cells: {area: CA1}}\n")
    lab.refused("sessions:\n  - {file: i.nwb, cells: {area: CA3}}\n", "'CA1', not 'CA3'")
    with Nwb(lab.at("n.nwb")) as nwb:
        nwb.units(t)
        nwb.position(t.x, t.t)
    lab.refused("sessions:\n  - {file: n.nwb, cells: {area: CA1}}\n", "nothing says of which area")


def filters_are_named(lab):
    t = lab.track
    with Nwb(lab.at("d.nwb")) as nwb:
        nwb.units(t)
        group = nwb.position(t.x, t.t)
        del group["data"]
        group.create_dataset("data", data=np.round(t.x), compression="lzf", chunks=(100,))
    lab.manifest("sessions:\n  - {file: d.nwb}\n")
    lab.run("record", "m.yaml", "--check", "--picture", "none")
    if lab.code != 0:  # where the plugin is there it is read
        assert "LZF (32000)" in lab.said and "hdf5-plugin-lzf" in lab.said, lab.said
    for number, word in ((32001, "Blosc"), (32015, "Zstandard"), (32099, "32099")):
        with Nwb(lab.at("d.nwb")) as nwb:
            nwb.units(t)
            group = nwb.position(t.x, t.t)
            del group["data"]
            plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            plan.set_chunk((100,))
            plan.set_filter(number, h5py.h5z.FLAG_OPTIONAL, (0, 0, 0, 0))
            h5py.h5d.create(group.id, b"data", h5py.h5t.NATIVE_DOUBLE, h5py.h5s.create_simple((t.n,)), plan)
        lab.run("record", "m.yaml", "--check", "--picture", "none")
        assert lab.code == 0 or (word in lab.said and "install" in lab.said), lab.said


def speeds_nobody_asked_for(lab):
    t = lab.track
    with Nwb(lab.at("d1.nwb")) as nwb:
        nwb.units(t)
        nwb.position(t.x, t.t)
        nwb.series("processing/behavior/velocity", "TimeSeries", np.zeros((t.n, 2)), t.t)
    with Nwb(lab.at("d2.nwb")) as nwb:
        nwb.units(t)
        nwb.position(t.x, t.t)
        for name in ("wheel_speed", "ball_speed"):
            nwb.series("processing/behavior/" + name, "TimeSeries", np.ones(t.n), t.t)
    for name in ("d1", "d2"):
        lab.right("sessions:\n  - {file: %s.nwb}\n" % name)
        lab.checked("minimum_speed: 1\nsessions:\n  - {file: %s.nwb}\n" % name, "computed from the position")
        lab.refused("minimum_speed: 1\nsessions:\n  - {file: %s.nwb, speed: {scale: 1}}\n" % name, "speed")


def speeds_of_other_lengths(lab):
    t = lab.track
    mat5(lab.at("d.mat"), spikes=t.a, x=t.x, t=t.t, speed=np.ones((77, 1)))
    lab.right("sessions:\n  - {file: d.mat, activity: {name: spikes, times: t}, position: {name: x, times: t}}\n")


def links_to_files_beside(lab):
    t = lab.track
    with Nwb(lab.at("raw.nwb")) as nwb:
        nwb.position(t.x, t.t, "pos")
    with Nwb(lab.at("d.nwb")) as nwb:
        nwb.units(t)
        nwb.group("processing/behavior", "ProcessingModule")
        nwb.group("processing/behavior/Position", "Position")
        nwb.file["processing/behavior/Position/pos"] = h5py.ExternalLink("raw.nwb", "/processing/behavior/Position/pos")
    for name in ("", ", position: {name: pos}", ", position: {name: /processing/behavior/Position/pos}"):
        lab.right("sessions:\n  - {file: d.nwb%s}\n" % name)
        assert "followed to" in lab.out and "raw.nwb" in lab.out
    lab.scanned(["d.nwb"], r"position: \{name: ./processing/behavior/Position/pos")


def links_elsewhere_are_refused(lab):
    t = lab.track
    with Nwb(lab.at("far/raw.nwb")) as nwb:
        nwb.position(t.x, t.t, "pos")
    with Nwb(lab.at("near/d.nwb")) as nwb:
        nwb.units(t)
        nwb.group("processing/behavior", "ProcessingModule")
        nwb.file["processing/behavior/Position"] = h5py.ExternalLink("../far/raw.nwb", "/processing/behavior/Position")
        nwb.file["soft"] = h5py.SoftLink("/processing/behavior/Position/pos")
    os.rename(lab.at("near/d.nwb"), lab.at("near/d.nwb"))
    lab.text("near/m.yaml", "sessions:\n  - {file: d.nwb, position: {name: /processing/behavior/Position/pos}}\n")
    lab.run("record", "near/m.yaml", "--check", "--picture", "none")
    assert lab.code == 1 and "far/raw.nwb" in lab.said and "--follow-links" in lab.said, lab.said
    lab.run("record", "near/m.yaml", "--check", "--picture", "none", "--follow-links")
    assert lab.code == 0 and "far/raw.nwb" in lab.out, lab.said
    lab.text("near/m.yaml", "sessions:\n  - {file: d.nwb, position: {name: /soft}}\n")
    lab.run("record", "near/m.yaml", "--check", "--picture", "none")
    assert lab.code == 1 and "--follow-links" in lab.said, lab.said


def numbers_kept_in_other_files(lab):
    t = lab.track
    with Nwb(lab.at("d.nwb")) as nwb:
        nwb.units(t)
        group = nwb.position(t.x, t.t)
        del group["data"]
        layout = h5py.VirtualLayout(shape=(t.n,), dtype="f8")
        layout[:] = h5py.VirtualSource(lab.at("other.h5"), "x", shape=(t.n,))
        group.create_virtual_dataset("data", layout)
    lab.refused("sessions:\n  - {file: d.nwb}\n", "other files")
    with Nwb(lab.at("e.nwb")) as nwb:
        nwb.units(t)
        group = nwb.position(t.x, t.t)
        del group["data"]
        t.x.tofile(lab.at("raw.bin"))
        group.create_dataset("data", shape=(t.n,), dtype="f8", external=[(lab.at("raw.bin"), 0, 8 * t.n)])
    lab.refused("sessions:\n  - {file: e.nwb}\n", "other files")


def links_that_lead_nowhere_or_in_circles(lab):
    t = lab.track
    with Nwb(lab.at("d.nwb")) as nwb:
        nwb.units(t)
        nwb.position(t.x, t.t)
        nwb.file["processing/behavior/gone"] = h5py.ExternalLink("nothing.nwb", "/x")
        nwb.file["processing/behavior/loop"] = h5py.SoftLink("/processing/behavior/loop")
        nwb.file["processing/behavior/up"] = h5py.SoftLink("/processing")
    lab.right("sessions:\n  - {file: d.nwb}\n")
    lab.refused("sessions:\n  - {file: d.nwb, position: {name: gone}}\n", "nothing.nwb")


def scan_always_says_what_is_there(lab):
    t = lab.track
    mat5(lab.at("run.mat"), Qrun=t.a, Theta=t.x)
    lab.scanned(["run.mat"], r"Qrun \(numbers, 600 x 3\)", r"Theta \(numbers, 600 x 1\)")
    lab.save("spks.npy", t.a.T)
    np.save(lab.at("stat.npy"), np.array([{"npix": 3}] * 3, dtype=object), allow_pickle=True)
    lab.scanned(["spks.npy", "stat.npy"], "3 x 600", "Not read: .*stat.npy.*pickle")
    lab.run("record", "--scan", "stat.npy")
    assert lab.code == 1 and "pickle" in lab.said
    with Nwb(lab.at("d.nwb")) as nwb:
        nwb.series("acquisition/wheel", "TimeSeries", t.x, t.t)
    lab.scanned(["d.nwb"], r"/acquisition/wheel \(TimeSeries, 600")
    lab.table("d.csv", "time,x,cell_1,cell_2,cell_3", [t.t, t.x, *t.a.T])
    lab.scanned(["d.csv"], r'position: \{column: "x"\}.*sure', "activity: 3 columns, 600 rows; sure")


def spikes_as_two_vectors(lab):
    t = lab.track
    spikes = t.spike_list()
    lab.save("spikes.times.npy", spikes[:, 0])
    lab.save("spikes.clusters.npy", spikes[:, 1].astype(int))
    lab.save("spike_times.npy", np.round(spikes[:, 0] * 30000).astype("u8")[:, None])
    lab.save("spike_clusters.npy", spikes[:, 1].astype("i4"))
    lab.text("cluster_group.tsv", "cluster_id\tgroup\n0\tgood\n1\tmua\n2\tgood\n")
    mat5(lab.at("hc11.mat"), sessInfo={"Spikes": {"SpikeTimes": spikes[:, :1], "SpikeIDs": spikes[:, 1:]},
                                       "Position": {"TimeStamps": t.t, "OneDLocation": t.x}})
    lab.save("x.npy", t.x)
    lab.save("t.npy", t.t)
    rest = "position: {file: x.npy, times: t.npy}%s}\n"
    lab.right("sessions:\n  - {activity: {file: spikes.times.npy, kind: spike-list}, ids: {file: spikes.clusters.npy}, " + rest % "")
    phy = "sessions:\n  - {activity: {file: spike_times.npy, kind: spike-times, time_unit: samples, rate: 30000}, ids: {file: spike_clusters.npy}, "
    lab.right(phy + rest % "")
    lab.right(phy + rest % ", keep: {file: cluster_group.tsv, column: group, equals: good}", information(t.x, t.a[:, [0, 2]]))
    lab.text("cluster_group.tsv", "cluster_id\tgroup\n2\tgood\n0\tgood\n1\tmua\n")  # rows in any order
    lab.right(phy + rest % ", keep: {file: cluster_group.tsv, column: group, equals: good}", information(t.x, t.a[:, [0, 2]]))
    lab.right("sessions:\n  - {file: hc11.mat, activity: {name: sessInfo.Spikes.SpikeTimes, kind: spike-list}, "
              "ids: {name: sessInfo.Spikes.SpikeIDs}, position: {name: sessInfo.Position.OneDLocation, times: sessInfo.Position.TimeStamps}}\n")
    lab.refused("sessions:\n  - {activity: {file: spikes.times.npy, kind: spike-list}, " + rest % "", "nothing says whose")
    lab.refused("sessions:\n  - {activity: {file: spikes.times.npy, kind: spike-list}, ids: {file: t.npy}, " + rest % "", "lengths disagree")
    lab.save("spikes.clusters.npy", spikes[:, 1] + 0.5)
    lab.refused("sessions:\n  - {activity: {file: spikes.times.npy, kind: spike-list}, ids: {file: spikes.clusters.npy}, " + rest % "", "whole numbers")


def columns_of_a_list_by_their_names(lab):
    t = lab.track
    spikes = t.spike_list(1)
    lab.table("s.csv", "unit,time", [spikes[:, 1], spikes[:, 0]])
    lab.table("track.csv", "time,x", [t.t, t.x])
    lab.right("sessions:\n  - {activity: {file: s.csv, kind: spike-list}, position: {file: track.csv}}\n")
    lab.table("s.csv", "", [spikes[:, 1], spikes[:, 0]])
    lab.refused("sessions:\n  - {activity: {file: s.csv, kind: spike-list}, position: {file: track.csv}}\n", "whole numbers", "columns")
    lab.table("s.csv", "amplitude,spike_time,cluster_id", [np.full(len(spikes), 0.3), spikes[:, 0], spikes[:, 1]])
    lab.right("sessions:\n  - {activity: {file: s.csv, kind: spike-list}, position: {file: track.csv}}\n")


def files_of_other_kinds_are_named(lab):
    t = lab.track
    lab.text("a.zip", "PK\3\4 and what is packed")
    lab.text("u.csv", "time,x,cell_1\n1,2,3\n", encoding="utf-16")
    np.save(lab.at("w.npy"), np.array(["a", "b"]))
    np.save(lab.at("r.npy"), np.zeros(3, dtype=[("t", "f8"), ("x", "f8")]))
    for name, word in (("a.zip", "ZIP"), ("u.csv", "UTF-16"), ("w.npy", "texts"), ("r.npy", "structured")):
        lab.refused("sessions:\n  - {frame_seconds: 0.05, activity: {file: %s}, position: {file: w.npy}}\n" % name, word)
    with h5py.File(lab.at("c.hdf5"), "w") as file:
        file["estimates/S"] = t.a
    lab.refused("sessions:\n  - {file: c.hdf5}\n", "not NWB")


def the_ready_manifests(lab):
    """examples/recordings, on files in their layouts."""
    t = lab.track
    spikes = t.spike_list()
    lab.save("spike_times.npy", np.round(spikes[:, 0] * 30000).astype("u8"))
    lab.save("spike_clusters.npy", spikes[:, 1].astype("i4"))
    lab.text("cluster_group.tsv", "cluster_id\tgroup\n0\tgood\n1\tmua\n2\tgood\n")
    lab.save("position.npy", t.x)
    lab.save("times.npy", t.t)
    for day in (1, 2, 3, 4):
        mat5(lab.at(f"day{day}.mat"), events=t.a, x=t.x, t=t.t)
    mat5(lab.at("cellRegistered.mat"), cell_registered_struct={"cell_to_index_map": np.repeat([[1.0], [2], [3]], 4, 1)})
    lab.table("traces.csv", "time,cell_1,cell_2,cell_3", [1000 * t.t, *t.a.T])
    half = np.full(t.n, 50)
    lab.table("DLC.csv", "scorer,net,net,net\nbodyparts,LED,LED,LED\ncoords,x,y,likelihood", [np.arange(t.n), t.x, half, half])
    lab.table("timeStamps.csv", "Frame Number,Time Stamp (ms),Buffer Index", [np.arange(t.n), 1000 * t.t, half])
    lab.save("alf/spikes.times.npy", spikes[:, 0])
    lab.save("alf/spikes.clusters.npy", spikes[:, 1].astype("u4"))
    lab.save("alf/clusters.channels.npy", np.array([4, 7, 4]))
    lab.save("alf/channels.brainLocationIds_ccf_2017.npy", np.array([0, 0, 0, 0, 382, 0, 0, 463]))
    lab.table("position.csv", "time,x", [t.t, t.x])
    mat5(lab.at("sessInfo.mat"), sessInfo={"Spikes": {"SpikeTimes": spikes[:, 0], "SpikeIDs": spikes[:, 1], "PyrIDs": np.array([0.0, 2.0])},
                                           "Position": {"OneDLocation": t.x, "TimeStamps": t.t}, "Epochs": {"MazeEpoch": np.array([[0.0, 15.0]])}})
    np.savez(lab.at("session.npz"), events=t.a, position=t.x, time=t.t)
    lab.table("activity.csv", "time,cell_1,cell_2,cell_3", [[f"{1.7e9 + s:.3f}" for s in t.t], *t.a.T])
    lab.table("tracking.csv", "Centroid.X,Centroid.Y,Timestamp", [t.x, half, [f"{np.datetime64(1700000000, 's') + np.timedelta64(round(1000 * s), 'ms')}Z" for s in t.t]])
    for name, words in (("two-vectors", "2 cells, 600 of 600"), ("cellreg", "mouse1 4 "), ("deeplabcut", "3 cells, 600 of 600"), ("alf", "2 of 3 are of area '382'"),
                        ("hc-11", "300 of 600"), ("archive", "3 cells, 600 of 600"), ("bonsai", "3 cells, 600 of 600")):
        with open(os.path.join(lab.source, "examples", "recordings", name + ".yaml"), encoding="utf-8") as file:
            lab.text(name + ".yaml", file.read())
        lab.run("record", name + ".yaml", "--check", "--picture", "none")
        assert lab.code == 0 and words in lab.out, (name, lab.said, lab.out)


def dates_and_times_of_day_are_named(lab):
    t = lab.track
    for first in ("2024-01-01T25:00", "01/02/2024 12:00", "12:00:01.5", "2024-01-01"):
        lab.table("d.csv", "time,x,cell_1", [[first] * 9, t.x[:9], t.a[:9, 0]])
        lab.refused("sessions:\n  - {file: d.csv}\n", first, "a date or a time of day", "seconds")
    lab.save("a.npy", t.a)
    lab.save("x.npy", t.x)
    lab.save("t.npy", np.datetime64("2024-01-01") + (t.t * 1000).astype("timedelta64[ms]"))
    lab.refused("sessions:\n  - {activity: {file: a.npy, times: t.npy}, position: {file: x.npy, times: t.npy}}\n", "dates")


def damaged_files_that_fuzzing_found(lab):
    folder = os.path.join(lab.source, "tests", "data", "damaged")
    for name in sorted(os.listdir(folder)):
        lab.run("record", "--scan", os.path.join(folder, name))
        assert lab.code == 0 and "failed" not in lab.said, (name, lab.said)


def a_row_of_units_below_the_names(lab):
    t = lab.track
    for units, times, said in (("s,cm,spikes,spikes,spikes", t.t, ""), ("ms,cm,,,", 1000 * t.t, "milliseconds"),
                               ("sec,-,counts,counts,counts", t.t, "")):
        lab.table("d.csv", "time,x,cell_1,cell_2,cell_3\n" + units, [times, t.x, *t.a.T])
        lab.right("sessions:\n  - {file: d.csv}\n")
        assert said in lab.out, lab.out
        lab.right("sessions:\n  - {file: d.csv, position: {column: x}, activity: {columns: [cell_1, cell_2, cell_3]}}\n")
