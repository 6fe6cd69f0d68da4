#!/usr/bin/env python3
"""What the tools of laboratories let a user write (scorers, body parts, tracks, names of arrays, of
columns, of units, of folders, entries of pickles, headers) is text: in every layout that is read no command
of it is carried out, no control of it reaches a terminal or a drafted manifest, and pictures come out.
Where ND_EVERY is 3, a layout is tried with every third text: the first with the first, the next with the next."""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
from cases import hdf5, neuralynx, suite2p, vectors, zarr  # noqa: E402
from cases.made import Lab  # noqa: E402

program, source = map(os.path.realpath, sys.argv[1:3])
CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]")
TEXTS = ["`touch CANARY`$(touch CANARY)", "'; system('touch CANARY'); '", "\x1b[31m\x07\x1b]0;x\x07", "a\n!touch CANARY\nb",
         "\u009b31m\u202e", "x: {y: [%s%n \"#\\"]
EVERY = int(os.environ.get("ND_EVERY", "1"))
tried = failures = fine = 0


def failed(lab, text, words):
    global failures
    failures += 1
    print(f"FAILED: {text!r}: {words}")


def call(lab, text, *arguments):
    """Ends with code 0 or 1, says nothing that a terminal obeys, leaves no canary anywhere."""
    global tried, fine
    tried += 1
    done = subprocess.run([program, *arguments], cwd=lab.folder, capture_output=True, timeout=300)
    out = done.stdout + done.stderr
    fine += done.returncode == 0
    if done.returncode not in (0, 1) or CONTROL.search(out):
        failed(lab, text, f"{arguments}: {done.returncode}: {out[:500]!r}")
    for folder, _, files in os.walk(lab.folder):
        if "CANARY" in files:
            failed(lab, text, f"{arguments}: a canary in {folder}")
            os.remove(os.path.join(folder, "CANARY"))
    return done


def follow(lab, text, what):
    """Listed, drafted, checked, analysed and drawn, as it lies."""
    call(lab, text, "record", "--scan", what, "-o", "scan.yaml", "--force")
    if not os.path.exists(lab.at("scan.yaml")):
        return
    with open(lab.at("scan.yaml"), "rb") as file:
        drafted = file.read()
    if CONTROL.search(drafted):
        failed(lab, text, f"a drafted manifest holds controls: {drafted[:500]!r}")
    analyse(lab, text)


def analyse(lab, text):
    call(lab, text, "record", "scan.yaml", "--check", "--picture", "svg", "-o", "check", "--force")
    done = call(lab, text, "record", "scan.yaml", "-o", "out", "--picture", "svg", "--force", "--threads", "1")
    if done.returncode == 0:
        call(lab, text, "datasets", "out.nc")
        call(lab, text, "info", "out.nc")
        if not os.path.getsize(lab.at("out.svg")):
            failed(lab, text, "no picture")
    os.remove(lab.at("scan.yaml"))


def within(text):
    """As a name of a file, a folder or a group."""
    return text.replace("/", "|")


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


def suite2p_of(lab, text):
    t = lab.track
    suite2p._plane(lab, f"{within(text)}/suite2p/plane0", t.a, fs=20.0, date_proc=text, data_path=[text], ops_path=text,
                   **{text + "!": {text: text}})
    lab.save(f"{within(text)}/x.npy", t.x)


def deeplabcut_of(lab, text):
    t = lab.track
    q, other = quoted(text), quoted(text + " 2")
    head = [f"scorer{(',' + q) * 6}", f"bodyparts{(',' + q) * 3}{(',' + other) * 3}", "coords" + ",x,y,likelihood" * 2]
    lab.table(f"{within(text)}/videoDLC.csv", "\n".join(head),
              [np.arange(t.n), t.x, np.ones(t.n), np.ones(t.n), t.x, np.ones(t.n), np.ones(t.n)])
    lab.save(f"{within(text)}/activity.npy", t.a)
    lab.table(f"{within(text)}/timeStamps.csv", f"Frame Number,Time Stamp (ms),{q}",
              [np.arange(t.n), 1000 * t.t, np.zeros(t.n)])


def sleap_of(lab, text):
    t = lab.track
    q, other = quoted(text + ".x"), quoted(text + ".y")
    lab.table(f"{within(text)}/poses.csv", f"track,frame_idx,instance.score,{q},{other},{quoted(text + '.score')}",
              [[quoted(text)] * t.n, np.arange(t.n), np.ones(t.n), t.x, np.ones(t.n), np.ones(t.n)])
    with h5py.File(lab.at(f"{within(text)}/poses.h5"), "w") as file:
        file["tracks"] = np.stack([t.x, np.ones(t.n)])[None, :, None, :]
        file["node_names"] = np.array([text.encode()], dtype=h5py.string_dtype())
        file["track_names"] = np.array([text.encode()], dtype=h5py.string_dtype())
        file["track_occupancy"] = np.ones((t.n, 1), "u1")
        file["video_path"] = file["labels_path"] = file["provenance"] = text
    lab.save(f"{within(text)}/activity.npy", t.a)


def caiman_of(lab, text):
    t = lab.track
    hdf5._caiman(lab, f"{within(text)}/caiman.hdf5", t.a, [0, 1, 2])
    with h5py.File(lab.at(f"{within(text)}/caiman.hdf5"), "r+") as file:
        file["params/data/fnames"] = text
        file["estimates/" + within(text)] = t.a.T
        file[within(text)] = t.a
        file.attrs[text] = text
        file["estimates"].attrs[text] = text
        file["estimates/S"].attrs["unit"] = text
    lab.save(f"{within(text)}/x.npy", t.x)


def plain_hdf5_of(lab, text):
    """Named by a manifest: JSON's texts are YAML's."""
    t = lab.track
    inside, name = within(text), json.dumps(f"{within(text)}/plain.h5")
    with h5py.File(lab.at(f"{inside}/plain.h5"), "w") as file:
        file[f"{inside}/{inside} activity"] = t.a
        file[f"{inside}/position"] = t.x
        file[f"{inside}/position"].attrs["unit"] = text
    for activity in (f"/{inside}/{inside} activity", f"/{inside}/none"):
        lab.text("scan.yaml", f"sessions:\n  - {{frame_seconds: 0.05, label: {json.dumps(text)}, "
                              f"activity: {{file: {name}, name: {json.dumps(activity)}}}, "
                              f"position: {{file: {name}, name: {json.dumps(f'/{inside}/position')}}}}}\n")
        analyse(lab, text)


def minian_of(lab, text):
    t = lab.track
    zarr._store(lab, f"{within(text)}/minian/S.zarr", t.a.astype("f8"))
    zarr._array(lab, f"{within(text)}/minian/S.zarr/{within(text)}", t.a.T.astype("f8"), (2, 250), dims=[text, text])
    lab.text(f"{within(text)}/minian/S.zarr/.zattrs", json.dumps({text: text, "session": text}))
    lab.text(f"{within(text)}/minian/S.zarr/S/.zattrs", json.dumps({"_ARRAY_DIMENSIONS": ["unit_id", "frame"], text: text}))
    zarr._array(lab, f"{within(text)}/odd.zarr", t.a.T.astype("f8"), (2, 250), dims=[text], more={"compressor": {"id": text}})
    zarr._array(lab, f"{within(text)}/odder.zarr", t.a.T.astype("f8"), (2, 250), dims=[text], more={"dtype": text})
    lab.save(f"{within(text)}/x.npy", t.x)


def neuralynx_of(lab, text):
    t = lab.track
    name = f"{within(text)}/VT1.nvt"
    neuralynx._nvt(lab, name, t.t, np.round(100 + 5 * t.x), np.full(t.n, 240))
    with open(lab.at(name), "r+b") as file:
        file.write(f"######## Neuralynx Data File Header\r\n## File Name {text}\r\n-{text} {text}\r\n".encode())
    lab.table(f"{within(text)}/act.csv", ",".join(["time", *(quoted(f"{text}{c}") for c in range(3))]), [t.t, *t.a.T])


def phy_of(lab, text):
    vectors._phy(lab, within(text))
    one_line = text.replace("\n", "\r")
    lab.text(f"{within(text)}/cluster_group.tsv", f"cluster_id\tgroup\n2\t{one_line}\n5\tgood\n7\tgood\n3\t{one_line}\n")
    lab.text(f"{within(text)}/cluster_{within(text)}.tsv", f"cluster_id\t{one_line}\n2\t{one_line}\n")
    lab.text(f"{within(text)}/params.py", f"dat_path = '{one_line}'\nsample_rate = 30000.\n{one_line} = 1\n")
    lab.table(f"{within(text)}/position.csv", "time,x", [lab.track.t, lab.track.x])


def cellreg_of(lab, text):
    t = lab.track
    lab.table(f"{within(text)}/day1.csv", ",".join(["time", "x", *(quoted(f"{text}{c}") for c in range(3))]), [t.t, t.x, *t.a.T])
    lab.table(f"{within(text)}/day2.csv", ",".join(["time", "x", *(quoted(f"{text}{c}") for c in range(3))]), [t.t, t.x, *t.a.T])
    lab.table(f"{within(text)}/registration.csv", f"{quoted(text + ' 1')},{quoted(text + ' 2')}", [[1, 2, 3], [2, 3, 1]])


LAYOUTS = [suite2p_of, deeplabcut_of, sleap_of, caiman_of, plain_hdf5_of, minian_of, neuralynx_of, phy_of, cellreg_of]
for number, make in enumerate(LAYOUTS):
    before = fine
    texts = TEXTS[number % EVERY::EVERY]
    for text in texts:
        with Lab(program, source) as lab:
            make(lab, text)
            what = within(text)
            follow(lab, text, what)
            for name in sorted(os.listdir(lab.at(what))):
                call(lab, text, "record", "--scan", os.path.join(what, name))
    print(f"{make.__name__}: {fine - before} calls did what was asked")
    if not texts or fine - before < len(texts):
        failed(None, make.__name__, "hardly anything was read")

print(f"{tried} calls, {fine} did what was asked, {failures} failed")
sys.exit(failures > 0)
