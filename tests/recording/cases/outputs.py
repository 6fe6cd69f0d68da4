"""Results never touch an input, and replace nothing but earlier results."""
import hashlib
import os

import h5py
import numpy as np

from cases.made import HEAD, Nwb, mat5, mat73


def _digest(path):
    with open(path, "rb") as file:
        return hashlib.sha1(file.read()).hexdigest()


def _table(lab, name="mouse.csv"):
    t = lab.track
    lab.table(name, "time,x,cell_1,cell_2,cell_3", [t.t, t.x, *t.a.T])
    return lab.at(name)


def _kept(lab, path, *arguments, why="would replace an input"):
    before = _digest(path)
    lab.run(*arguments)
    assert lab.code == 1 and why in lab.said, (lab.code, lab.said, lab.out)
    assert _digest(path) == before


def a_table_of_results_is_not_the_recording(lab):
    path = _table(lab)
    lab.text("m.yaml", HEAD + "sessions:\n  - {file: mouse.csv}\n")
    _kept(lab, path, "record", "m.yaml", "-o", "mouse", "--picture", "none")
    _kept(lab, path, "record", "m.yaml", "-o", "mouse", "--picture", "none", "--force")


def links_are_the_files_they_lead_to(lab):
    path = _table(lab)
    lab.text("m.yaml", HEAD + "sessions:\n  - {file: mouse.csv}\n")
    os.symlink("mouse.csv", lab.at("soft_cells.csv"))
    os.link(path, lab.at("hard_statistics.csv"))
    _kept(lab, path, "record", "m.yaml", "-o", "soft", "--picture", "none", "--force")
    _kept(lab, path, "record", "m.yaml", "-o", "hard", "--picture", "none", "--force")


def pictures_and_times_elsewhere_are_looked_at_too(lab):
    t = lab.track
    lab.save("a.npy", t.a)
    lab.save("x.npy", t.x)
    np.save(lab.at("times"), t.t)
    os.rename(lab.at("times.npy"), lab.at("r_maps.png"))
    lab.text("m.yaml", HEAD + "sessions:\n  - {activity: {file: a.npy, times: {file: r_maps.png}}, position: {file: x.npy}}\n")
    _kept(lab, lab.at("r_maps.png"), "record", "m.yaml", "-o", "r")


def a_manifest_is_an_input(lab):
    _table(lab)
    lab.text("run.csv", HEAD + "sessions:\n  - {file: mouse.csv}\n")
    _kept(lab, lab.at("run.csv"), "record", "run.csv", "-o", "run", "--picture", "none")


def scan_does_not_write_over_what_it_scans(lab):
    path = _table(lab)
    _kept(lab, path, "record", "--scan", "mouse.csv", "-o", "mouse.csv", "--force")


def other_files_need_force_and_results_do_not(lab):
    _table(lab)
    lab.text("m.yaml", HEAD + "sessions:\n  - {file: mouse.csv}\n")
    lab.text("out.csv", "notes of last year\n")
    lab.run("record", "m.yaml", "-o", "out", "--picture", "none")
    assert lab.code == 1 and "no earlier result" in lab.said, lab.said
    assert not os.path.exists(lab.at("out.nc"))
    for more in (["--force"], [], []):
        lab.run("record", "m.yaml", "-o", "out", "--picture", "none", *more)
        assert lab.code == 0, lab.said


def what_lies_beside_a_result_is_not_all_its_own(lab):
    """The manifest or experiment of a result's name is what it was made from."""
    _table(lab)
    lab.text("m.yaml", HEAD + "sessions:\n  - {file: mouse.csv}\n")
    lab.run("record", "m.yaml", "-o", "m", "--picture", "none")
    assert lab.code == 0, lab.said
    for output in ("m.yaml", "m.txt", "m"):
        lab.text(output, HEAD + "sessions:\n  - {file: mouse.csv}\n")
        for command in (("record", "--scan", "mouse.csv"), ("datasets", "m.nc")):
            _kept(lab, lab.at(output), *command, "-o", output, why="no earlier result")
    for _ in range(2):
        lab.run("datasets", "m.nc", "-o", "m.csv")
        assert lab.code == 0, lab.said


def a_foreign_nc_is_no_result(lab):
    _table(lab)
    lab.text("m.yaml", HEAD + "sessions:\n  - {file: mouse.csv}\n")
    lab.text("out.nc", "CDF\x01 of another program")
    lab.run("record", "m.yaml", "-o", "out", "--picture", "none")
    assert lab.code == 1 and "no earlier result" in lab.said, lab.said


def figures_and_tables_of_other_commands(lab):
    _table(lab)
    lab.text("m.yaml", HEAD + "sessions:\n  - {file: mouse.csv}\n")
    lab.run("record", "m.yaml", "-o", "out", "--picture", "none")
    _kept(lab, lab.at("out.nc"), "figure", "fig3", "out.nc", "-o", "out.nc")
    _kept(lab, lab.at("out.nc"), "datasets", "out.nc", "-o", "out.nc", "--force")
    lab.text("photo.png", "not ours")
    lab.run("figure", "fig3", "out.nc", "-o", "photo.png")
    assert lab.code == 1 and "--force" in lab.said, lab.said
    lab.text("traces.csv", "step,log10_loss,fraction_active_units,active_fraction\n" + "".join(
        f"{k},{-3 * min(1, k / 40)},{1 - k / 400},{0.5 - k / 800}\n" for k in range(100)))
    _kept(lab, lab.at("traces.csv"), "phases", "traces.csv", "-o", "traces.csv")


def a_matlab_recording_of_the_results_name(lab):
    t = lab.track
    mat5(lab.at("out_cells.csv"), spikes=t.a, x=t.x, t=t.t)
    lab.text("m.yaml", HEAD + "sessions:\n  - {file: out_cells.csv, activity: {name: spikes, times: t}, position: {name: x, times: t}}\n")
    _kept(lab, lab.at("out_cells.csv"), "record", "m.yaml", "-o", "out", "--picture", "none")


def what_a_link_led_to_is_an_input(lab):
    t = lab.track
    with Nwb(lab.at("raw.nwb")) as nwb:
        nwb.position(t.x, t.t, "pos")
    os.rename(lab.at("raw.nwb"), lab.at("out_statistics.csv"))
    with Nwb(lab.at("d.nwb")) as nwb:
        nwb.units(t)
        nwb.group("processing/behavior", "ProcessingModule")
        nwb.file["processing/behavior/Position"] = h5py.ExternalLink("out_statistics.csv", "/processing/behavior/Position")
    lab.text("m.yaml", HEAD + "sessions:\n  - {file: d.nwb}\n")
    _kept(lab, lab.at("out_statistics.csv"), "record", "m.yaml", "-o", "out", "--picture", "none", "--force")
    os.symlink("out_statistics.csv", lab.at("page_check.png"))
    _kept(lab, lab.at("out_statistics.csv"), "record", "m.yaml", "--check", "-o", "page", "--force")
    lab.run("record", "m.yaml", "-o", "other", "--picture", "none")
    assert lab.code == 0, lab.said


def links_in_matlab_files_are_not_followed(lab):
    t = lab.track
    mat73(lab.at("far/raw.mat"), x=t.x)
    mat73(lab.at("near/d.mat"), spikes=t.a.astype(float), t=t.t)
    with h5py.File(lab.at("near/d.mat"), "a") as file:
        file["x"] = h5py.ExternalLink("../far/raw.mat", "/x")
    lab.text("near/m.yaml", "sessions:\n  - {file: d.mat, activity: {name: spikes, times: t}, position: {name: x, times: t}}\n")
    lab.run("record", "near/m.yaml", "--check", "--picture", "none")
    assert lab.code == 1 and "x is a link to another file" in lab.said, (lab.out, lab.said)
    lab.run("record", "--scan", "near/d.mat")
    assert "x is a link to another file" in lab.out + lab.said, (lab.out, lab.said)
    mat73(lab.at("near/d.mat"), spikes=t.a.astype(float), t=t.t)
    t.x.tofile(lab.at("far/x.raw"))
    with h5py.File(lab.at("near/d.mat"), "a") as file:
        file.create_dataset("x", (1, t.n), "f8", external=[(lab.at("far/x.raw"), 0, 8 * t.n)])
    lab.run("record", "near/m.yaml", "--check", "--picture", "none")
    assert lab.code == 1 and "x keeps its numbers in other files" in lab.said, (lab.out, lab.said)
