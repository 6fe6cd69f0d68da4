#!/usr/bin/env python3
"""Result files are checked, not believed: whatever shapes, kinds and values a file of results has,
each command that reads it ends with exit code 0 or 1 and at most a line or two, never by a signal.
With ND_ALL=1 every file is tried, which takes minutes."""
import os
import struct
import subprocess
import sys
import tempfile
import time
import zlib

try:
    import netCDF4
    import numpy as np
except ImportError:
    print("skipped: there is no netCDF4 for Python")
    sys.exit(77)

program, source = map(os.path.realpath, sys.argv[1:3])
os.chdir(tempfile.mkdtemp(prefix="nulldrift-test-"))
asked = tried = failures = refused = 0


def call(*arguments):
    return subprocess.run([program, *arguments], capture_output=True, timeout=120)


def make(*arguments):
    done = call(*arguments)
    if done.returncode:
        sys.exit(f"{arguments}: {done.stderr.decode(errors='replace')}")


def rewritten(old, *changes, **more):
    """What makes h.nc, a copy of a netCDF file with other lengths of dimensions, values and attributes."""
    return lambda: rewrite(old, *changes, **more)


def rewrite(old, lengths={}, change={}, drop=(), attributes={}):
    with netCDF4.Dataset(old) as a, netCDF4.Dataset("h.nc", "w") as b:
        a.set_auto_mask(False)
        b.set_auto_mask(False)
        a.set_auto_chartostring(False)
        b.set_auto_chartostring(False)
        for name in a.ncattrs():
            b.setncattr(name, attributes.get(name, a.getncattr(name)))
        for name, dimension in a.dimensions.items():
            length = lengths.get(name, len(dimension))
            b.createDimension(name, length or None)
        for name, variable in a.variables.items():
            if name in drop:
                continue
            fill = {}
            to = b.createVariable(name, variable.dtype, variable.dimensions, **fill)
            for key in variable.ncattrs():
                if key != "_FillValue":
                    to.setncattr(key, variable.getncattr(key))
            values = variable[...]
            if name in change:
                values = change[name](np.array(values, dtype=float)).astype(variable.dtype)
            shape = [lengths.get(d, len(a.dimensions[d])) for d in variable.dimensions]
            if 0 in shape or np.prod([float(n) for n in shape]) > 1e7:
                continue
            for axis, length in enumerate(shape):
                reps = -(-length // max(1, values.shape[axis]))
                values = np.repeat(values, reps, axis=axis).take(range(length), axis=axis)
            to[...] = values
    return "h.nc"


def put(value):
    return lambda values: np.full_like(values, value)


def at(index, value):
    def change(values):
        values.flat[index] = value
        return values
    return change


def attempt(what, path, commands, words=None):
    """path: of the file, or what makes it and returns its path; words: what at least one of the commands must say,
    refusing."""
    global asked, tried, failures, refused
    asked += 1
    if not words and asked % 5 and not os.environ.get("ND_ALL"):
        return
    said = ""
    path = path() if callable(path) else path
    for command in commands:
        tried += 1
        try:
            done = call(*[part.replace("FILE", path) for part in command])
            error = done.stderr.decode(errors="replace")
            code = done.returncode
        except subprocess.TimeoutExpired:
            code, error = "still running", ""
        said += error
        refused += code == 1
        if code not in (0, 1) or len(error.splitlines()) > 3:
            failures += 1
            print(f"FAILED: {what}: {' '.join(command)}: {code}: {error[:400]}")
    if words and words not in said:
        failures += 1
        print(f"FAILED: {what}: nobody said '{words}': {said[:400]}")


# ---- runs ----
open("run.yaml", "w").write("""
world: {task: predictive-track, samples: 20, input_dim: 4, size_x: 1, size_y: 4}
network: {hidden: 6}
learning: {learning_rate: 0.05, update_noise: 0.01}
run: {steps: 200, records: 5, snapshots: 3, engine: fast}
""")
make("run", "run.yaml", "-o", "run.nc", "--quiet")
subprocess.run(["cp", "run.nc", "measured.nc"], check=True)
make("measure", "measured.nc", "--quiet")
RUN = [["info", "FILE"], ["measure", "FILE", "--quiet"], ["phases", "FILE"],
       ["figure", "fig2", "FILE", "-o", "x.svg", "--force"], ["figure", "fig6", "FILE", "-o", "x.svg", "--force"],
       ["figure", "figS2", "FILE", "-o", "x.svg", "--force"], ["spectrum", "FILE", "--quiet"],
       ["run", "--continue", "FILE", "--set", "run.steps=400", "--quiet"]]
SHORT = RUN[:5]
for dimension in ("record", "snapshot", "unit", "sample", "input", "output"):
    attempt(f"run, {dimension} 0", rewritten("run.nc", {dimension: 0}), SHORT[1:])
    attempt(f"measured, {dimension} 97", rewritten("measured.nc", {dimension: 97}), SHORT[3:4])
attempt("no snapshots", rewritten("run.nc", {"snapshot": 0}), [["figure", "fig2", "FILE", "-o", "x.svg", "--force"]],
        "holds no snapshots")
attempt("no units", rewritten("run.nc", {"unit": 0}), SHORT, "its dimension unit, 0, is none of a run")
attempt("other units", rewritten("run.nc", {"unit": 7}), SHORT, "do not fit its experiment")
attempt("runs as they are", "run.nc", RUN)
attempt("huge units", rewritten("run.nc", {"unit": 2**40}), SHORT[:2])
for name, change in (("step", put(np.nan)), ("step", put(-5)), ("step", at(2, 1e300)),
                     ("snapshot_step", put(3)), ("snapshot_step", at(0, np.inf)),
                     ("position", put(np.nan)), ("position", at(0, 1e308)),
                     ("loss", put(np.nan)), ("input_weights", put(np.inf)),
                     ("inputs", put(np.nan)), ("targets", put(0))):
    attempt(f"{name} changed", rewritten("run.nc", change={name: change}), SHORT[2:4])
for name in ("tuned", "rate_map_correlation", "bin_position", "tuning_curves", "occupancy"):
    attempt(f"{name} is NaN", rewritten("measured.nc", change={name: put(np.nan)}), SHORT[:1])
    attempt(f"no {name}", rewritten("measured.nc", drop=[name]), SHORT[3:4])
for length in (0, 1, 3):
    attempt(f"bin {length}", rewritten("measured.nc", {"bin": length}), SHORT[3:4])
for text in ("", "{", "world: {task: nothing}", "a: [" * 2000, "network: {model: hebbian}"):
    attempt(f"experiment {text[:20]}", rewritten("run.nc", attributes={"experiment": text}), SHORT[:3])

# ---- Hebbian runs ----
open("ring.yaml", "w").write("""
network: {model: hebbian, inputs: ring, input_count: 16, neurons: 5}
learning: {learning_rate: 0.02, noise_forward: 0.01, noise_lateral: 0.01}
run: {settle: 50, steps: 100, records: 20, snapshots: 6}
""")
make("hebbian", "ring.yaml", "-o", "ring.nc", "--quiet")
HEBBIAN = [["info", "FILE"], ["figure", "fig4c", "FILE", "-o", "x.svg", "--force"],
           ["figure", "hebbian-drift", "FILE", "-o", "x.svg", "--force"]]
for dimension in ("record", "snapshot", "unit", "sample", "lag"):
    for length in (0, 67):
        attempt(f"ring, {dimension} {length}", rewritten("ring.nc", {dimension: length}), HEBBIAN)

# ---- landscapes ----
make("landscape", "-o", "land.nc", "--walkers", "5", "--steps", "50", "--records", "6", "--quiet")
LAND = [["info", "FILE"], ["figure", "landscape", "FILE", "-o", "x.svg", "--force"],
        ["figure", "fig1", "FILE", "-o", "x.svg", "--force"]]
for dimension in ("walker", "record"):
    for length in (0, 1, 2**40):
        attempt(f"landscape, {dimension} {length}", rewritten("land.nc", {dimension: length}), LAND)
attempt("landscape, step NaN", rewritten("land.nc", change={"step": put(np.nan)}), LAND, "are none of a landscape")
attempt("landscape, start NaN", rewritten("land.nc", attributes={"start_x": np.nan}), LAND, "are none of a landscape")

# ---- recordings ----
for day in range(3):
    with open(f"day{day}.csv", "w") as out:
        out.write("time,position,velocity,cell_1,cell_2\n")
        for f in range(400):
            p = (f % 200 + 0.5) / 100
            x = p if p < 1 else 2 - p
            cells = ",".join(str(int(abs(x - (c + 0.5) / 2) < 0.1 and (f * 7919 + c) % 5 < 3))
                             for c in range(2))
            out.write(f"{f * 0.05},{x:.4f},{0.2 if p < 1 else -0.2},{cells}\n")
open("m.yaml", "w").write("""
name: m
bins: 10
range: [0, 1]
significance: {shuffles: 5, threshold: 1}
defaults: {animal: a, registered: true}
sessions: [{day: 1, file: day0.csv}, {day: 2, file: day1.csv}, {day: 3, file: day2.csv}]
""")
make("record", "m.yaml", "-o", "rec", "--quiet", "--picture", "none")
RECORDING = [["info", "FILE"], ["figure", "recording", "FILE", "-o", "x.svg", "--force"],
             ["figure", "fig3", "FILE", "-o", "x.svg", "--force"], ["datasets", "FILE"],
             ["figure", "beside", "measured.nc", "FILE", "-o", "x.svg", "--force"]]
for name, change, words in (
        ("bins_y", put(1000), "do not add up to bins_x x bins_y x bins_direction"),
        ("bins_x", put(0), "do not add up to bins_x x bins_y x bins_direction"),
        ("bins_direction", put(2**62), "do not add up to bins_x x bins_y x bins_direction"),
        ("bins", at(1, 5), "bins"), ("bins", put(0), "bins"),
        ("cell_rows", put(1000), "its cells do not add up"), ("cell_rows", put(0), None),
        ("group_first_session", put(3), "do not add up"),
        ("group_first_session", put(2**40), "do not add up"),
        ("group_sessions", put(0), "do not add up"), ("group_sessions", put(9), "do not add up"),
        ("curve_points", put(0), "do not add up"), ("curve_points", put(10**6), "do not add up"),
        ("curve_first_group", put(7), "do not add up"), ("curve_groups", put(-1), None),
        ("curve_time", put(np.nan), None), ("curve_level", put(99), None),
        ("day", put(np.nan), None), ("cell_id", put(-2**62), None),
        ("cell_index", put(2**60), None), ("rate_maps", put(np.inf), None),
        ("session_kind", put(9), None), ("map_correlation", put(np.nan), None)):
    with netCDF4.Dataset("rec.nc") as there:
        if name not in there.variables:
            if words:
                sys.exit(f"results hold no {name}: the test is of another format")
            continue
    attempt(f"recording, {name}", rewritten("rec.nc", change={name: change}), RECORDING[1:2], words)
for dimension in ("session", "other_session", "group", "cell", "bin", "curve", "point"):
    for length in (0, 50):
        attempt(f"recording, {dimension} {length}", rewritten("rec.nc", {dimension: length}), RECORDING[1:2])
    attempt(f"recording, {dimension} huge", rewritten("rec.nc", {dimension: 2**45}), RECORDING[1:2])

# ---- checkpoints, forged with a right checksum ----
open("long.yaml", "w").write(open("run.yaml").read().replace("steps: 200", "steps: 2000000000"))


def begin(name):
    """The long run, begun: it has ended, or has told how far it is and left a checkpoint, and so hears a signal."""
    with open("said", "wb") as said:
        often = ["--progress", "0.01", "--checkpoint-every", "0.1"]
        run = subprocess.Popen([program, "run", "long.yaml", "-o", name, *often],
                               stdout=subprocess.DEVNULL, stderr=said)
    deadline = time.monotonic() + 300
    while run.poll() is None and time.monotonic() < deadline:
        if os.path.exists(name + ".ckpt") and b"of 2e+09 steps" in open("said", "rb").read():
            break
        time.sleep(0.02)
    return run


def ends(run):
    """Whether a run ends within a minute when it is told to."""
    run.terminate()
    try:
        run.wait(60)
    except subprocess.TimeoutExpired:
        run.kill()
        run.wait()
        return False
    return True


def forged(path, where, value):
    whole = bytearray(open(path, "rb").read())
    identity, state, _ = struct.unpack_from("<QQQ", whole, 8)
    begin = 32 + identity
    if where + len(value) > state:
        return False
    whole[begin + where:begin + where + len(value)] = value
    struct.pack_into("<Q", whole, 24, zlib.crc32(bytes(whole[32:])))
    open(path, "wb").write(whole)
    return True


if ends(begin("kept.nc")) and os.path.exists("kept.nc.ckpt"):
    words = 24  # bytes of the session's part; the course's begins there
    places = [(words + 8 * i, struct.pack("<Q", 2**63 - 1)) for i in (0, 1, 8)]
    with open("kept.nc.ckpt", "rb") as file:
        head = file.read(32)
    size = struct.unpack_from("<Q", head, 16)[0]
    places += [(words + 80 + 8 * i, struct.pack("<Q", 2**63 + 5))
               for i in range(0, min(60, (size - words - 80) // 8), 8)]
    how = {}
    for where, value in places:
        for ending in (".part", ".ckpt"):
            subprocess.run(["cp", "kept.nc" + ending, "forged.nc" + ending], check=True)
        for leftover in ("forged.nc", "forged.nc.ckpt.1"):
            if os.path.exists(leftover):
                os.remove(leftover)
        if not forged("forged.nc.ckpt", where, value):
            continue
        tried += 1
        run = begin("forged.nc")
        if not ends(run):  # a loop without work hears nothing
            failures += 1
            print(f"FAILED: checkpoint, byte {where}: the run does not end")
        elif run.returncode not in (0, 1, 3):
            failures += 1
            print(f"FAILED: checkpoint, byte {where}: code {run.returncode}")
        how[run.returncode] = how.get(run.returncode, 0) + 1
    print("  forged checkpoints, by exit code: " + ", ".join(f"{code}: {count}" for code, count in sorted(how.items())))
else:
    failures += 1
    print("FAILED: no checkpoint was left")

attempt("recordings as they are", "rec.nc", RECORDING)
print(f"{tried} attempts, {refused} refused, {failures} failed; of {asked} files those that must be refused with "
      "certain words, and every fifth of the others (all with ND_ALL=1)")
sys.exit(failures > 0)
