"""NumPy's archives, .npz, as np.savez and np.savez_compressed write them; and tables that are refused by name."""
import zipfile

import numpy as np

from cases.made import information


def _save(lab, name, compressed, **arrays):
    (np.savez_compressed if compressed else np.savez)(lab.at(name), **arrays)


def arrays_by_name_packed_or_not(lab):
    """Frames by cells, cells by frames, Fortran's order; times by name; spikes as two vectors; several sessions."""
    t = lab.track
    spikes = t.spike_list()
    for compressed in (False, True):
        _save(lab, "d.npz", compressed, events=t.a.astype("f4"), turned=np.asfortranarray(t.a.T), position=t.x, time=t.t, cluster=spikes[:, 1].astype("i4"), when=spikes[:, 0], label=np.array(["a", "b"]))
        lab.right("sessions:\n  - {file: d.npz, activity: {times: time}, position: {times: time}}\n", frames=600)
        lab.right("sessions:\n  - {file: d.npz, activity: {name: turned, orientation: cells-first}, frame_seconds: 0.05}\n", frames=600)
        lab.right("sessions:\n  - {activity: {file: d.npz, name: when, kind: spike-times}, ids: {file: d.npz, name: cluster}, position: {file: d.npz, times: {name: time}}}\n", frames=600)
        lab.refused("sessions:\n  - {file: d.npz, activity: {name: rates}, frame_seconds: 0.05}\n", "has no array 'rates'", "events", "turned")
        lab.refused("sessions:\n  - {file: d.npz, activity: {name: label}, frame_seconds: 0.05}\n", "d.npz: label", "texts")
        assert lab.run("record", "--scan", "d.npz", "-o", "scan.yaml", "--force") == 0, lab.said
        assert lab.run("record", "scan.yaml", "-o", "out", "--picture", "none", "--force") == 0, (lab.said, open(lab.at("scan.yaml")).read())
        assert np.allclose([float(row["si_bit_spike"]) for row in lab.rows("out_cells.csv")], information(t.x, t.a), atol=1e-6)
    _save(lab, "two.npz", True, spikes=t.a, activity=t.a, position=t.x)
    lab.refused("sessions:\n  - {file: two.npz, frame_seconds: 0.05}\n", "several arrays could be the activity", "spikes", "activity")


def damaged_archives(lab):
    t = lab.track
    _save(lab, "d.npz", True, events=t.a, position=t.x)
    text = "sessions:\n  - {file: d.npz, frame_seconds: 0.05}\n"
    good = open(lab.at("d.npz"), "rb").read()
    middle = len(good) // 4
    for bad in (good[:middle], good[:-30], good[:middle] + b"\xff" * 40 + good[middle + 40:]):
        with open(lab.at("d.npz"), "wb") as file:
            file.write(bad)
        lab.refused(text, "d.npz", "copy it again")
    with zipfile.ZipFile(lab.at("d.npz"), "w") as file:
        file.writestr("events.npy", np.lib.format.magic(1, 0) + b"\x10\x00{'descr': '<f8'}")
    lab.refused(text, "d.npz: events")
    np.savez(lab.at("d.npz"), events=np.array([None, 1], object), position=t.x)
    lab.refused(text, "Python objects")


def tables_of_others_are_refused_by_name(lab):
    """Excel's sheets and Parquet (clusters.metrics.pqt of the IBL) say what to write instead."""
    with zipfile.ZipFile(lab.at("sheet.xlsx"), "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
    lab.save("x.npy", lab.track.x)
    text = "sessions:\n  - {activity: {file: %s}, frame_seconds: 0.05, position: {file: x.npy}}\n"
    lab.refused(text % "sheet.xlsx", "Excel", ".csv")
    with open(lab.at("clusters.metrics.pqt"), "wb") as file:
        file.write(b"PAR1\x15\x04\x15\x10" + bytes(100) + b"PAR1")
    lab.refused(text % "clusters.metrics.pqt", "Parquet", "to_csv")
