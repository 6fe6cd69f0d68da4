#!/usr/bin/env python3
"""Names of variables, attributes, cells, columns and files of every format are text: no command of
them is carried out, and no control of theirs reaches a terminal."""
import os
import re
import subprocess
import sys
import tempfile

try:
    import h5py
    import netCDF4
    import numpy as np
except ImportError:
    print("skipped: there is no h5py or netCDF4 for Python")
    sys.exit(77)

program, source = map(os.path.realpath, sys.argv[1:3])
os.chdir(tempfile.mkdtemp(prefix="nulldrift-test-"))
tried = failures = fine = 0
CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]")
TEXTS = ["plain", "`touch CANARY`", "'; system('touch CANARY'); '", "$(touch CANARY)", "\x1b[31m\x07\x1b]0;x\x07",
         "a\n!touch CANARY\nb", "\u009b31m\u202e", "a'); DROP TABLE run; --", "x: {y: [", "\"quoted\" #"]


def call(*arguments):
    """Ends by itself, with code 0 or 1; says nothing that a terminal obeys; leaves no canary."""
    global tried, failures, fine
    tried += 1
    done = subprocess.run([program, *arguments], capture_output=True, timeout=120)
    out = done.stdout + done.stderr
    fine += done.returncode == 0
    if done.returncode not in (0, 1, 2) or CONTROL.search(out):
        failures += 1
        print(f"FAILED: {arguments}: {done.returncode}: {out[:600]!r}")
    canaries = [f for f in os.listdir(".") if "CANARY" in f and "touch" not in f]
    if canaries:
        failures += 1
        print(f"FAILED: {arguments}: {canaries}")
    return done


frames, cells = 400, 3
time = np.arange(frames) * 0.05
phase = (np.arange(frames) % 200 + 0.5) / 100
position = np.where(phase < 1, phase, 2 - phase)
active = np.array([[int(abs(x - (c + 0.5) / cells) < 0.1 and (f * 7919 + c) % 5 < 3)
                    for c in range(cells)] for f, x in enumerate(position)], dtype=float)


def nwb(path, text):
    inside = text.replace("/", "|").replace("\0", "")
    with h5py.File(path, "w") as f:
        f.attrs["nwb_version"] = "2.4.0"
        f.attrs[inside] = text
        f["session_description"] = text
        f["session_start_time"] = text
        f["identifier"] = text
        f["general/subject/subject_id"] = text
        where = f.create_group("processing/behavior/" + inside)
        for name, values in ((inside, position), ("activity " + inside, active)):
            series = where.create_group(name)
            series.attrs["neurodata_type"] = "TimeSeries"
            series.attrs["description"] = text
            series.create_dataset("data", data=values)
            series["data"].attrs["unit"] = text
            series.create_dataset("timestamps", data=time)
            series["timestamps"].attrs["unit"] = text


def manifest(text, **parts):
    def quoted(value):
        out = "".join(c if 32 <= ord(c) < 127 and c not in '"\\' else f"\\U{ord(c):08x}" for c in value)
        return f'"{out}"'
    lines = ["bins: 10", "significance: {shuffles: 3}", "sessions:",
             f"  - day: 1\n    animal: {quoted(text)}\n    label: {quoted(text)}"]
    for part, keys in parts.items():
        if isinstance(keys, dict):
            lines.append(f"    {part}: {{" + ", ".join(f"{k}: {quoted(v)}" for k, v in keys.items()) + "}")
        else:
            lines.append(f"    {part}: {quoted(keys)}")
    open("m.yaml", "w").write("\n".join(lines) + "\n")


for number, text in enumerate(TEXTS):
    path = f"{number}.nwb"
    nwb(path, text)
    call("record", "--scan", path)
    call("record", "--scan", path, "-o", f"scan-{number}.yaml")
    call("record", f"scan-{number}.yaml", "--check", "--picture", "none")
    manifest(text, file=path, activity={"name": text})
    call("record", "m.yaml", "--check", "--picture", "none")
    # a table: names of columns, and of cells
    header = ['"' + f"{name}".replace('"', '""') + '"'
              for name in ("time", "position", text, text + " 2", "cell_3")]
    with open(f"{number}.csv", "w") as table:
        table.write(",".join(header) + "\n")
        for f in range(frames):
            table.write(f"{time[f]:g},{position[f]:g}," + ",".join("%d" % v for v in active[f]) + "\n")
    call("record", "--scan", f"{number}.csv")
    manifest(text, file=f"{number}.csv")
    call("record", "m.yaml", "--check", "--picture", "svg", "-o", f"check{number}")
    manifest(text, file=f"{number}.csv", position={"column": text + "?"})
    call("record", "m.yaml", "--check", "--picture", "none")
    # an array whose file is called so
    name = text.replace("/", "|") + ".npy"
    np.save(name, active)
    call("record", "--scan", name)
    manifest(text, file=name, position={"file": name + "x"})
    call("record", "m.yaml", "--check", "--picture", "none")
    # netCDF: attributes, units, names of variables, data files
    with netCDF4.Dataset("data.nc", "w") as f:
        for dimension, length in (("sample", 40), ("input", 3), ("output", 2), ("unit", 2)):
            f.createDimension(dimension, length)
        for variable, shape in (("inputs", ("sample", "input")), ("targets", ("sample", "output")),
                                ("position", ("sample",)), ("activity", ("sample", "unit"))):
            made = f.createVariable(variable, "f8", shape)
            made[...] = np.random.RandomState(1).rand(*made.shape)
            made.units = made.long_name = text
        f.experiment = f.status = f.title = text
    with h5py.File("data.nc", "r+") as f: # names that netCDF would not write itself
        f.attrs["attribute " + text.replace("/", "|")] = text
        f.create_dataset("variable " + text.replace("/", "|"), data=np.zeros(3))
    call("info", "data.nc")
    call("info", "data.nc", "--json")
    call("info", "data.nc", "--attribute", "experiment")
    call("tuning", "data.nc", "-o", "tuned.nc", "--force")
    call("info", "tuned.nc")
    call("measure", "data.nc")
    open("e.yaml", "w").write("world: {task: file, path: data.nc}\nnetwork: {hidden: 4}\n"
                              "run: {steps: 20, records: 3, snapshots: 2}\n")
    run = f"run{number}.nc"
    call("run", "e.yaml", "-o", run, "--quiet")
    if os.path.exists(run):
        call("info", run)
        call("figure", "fig2", run, "-o", f"fig{number}.svg")
    call("run", f"{text}.yaml", "-o", "x.nc")
    call("run", "e.yaml", "--set", f"{text}=1", "-o", "x.nc")
    call("figure", text, run, "-o", "x.svg")
    call("sweep", "status", text)

print(f"{tried} calls, {fine} did what was asked, {failures} failed")
sys.exit(failures > 0 or fine < 10 * len(TEXTS))
