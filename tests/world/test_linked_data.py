#!/usr/bin/env python3
"""A world's data file leads to other files only where --follow-links says so, then to regular files
alone, and every one of them is said."""
import os
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
tried = failures = 0


def nulldrift(*arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120)


def check(name, fine, done):
    global tried, failures
    tried += 1
    if not fine:
        failures += 1
        print(f"FAILED: {name}: {done.returncode}: {done.stdout[-300:]} {done.stderr[-600:]}")


def data(path, names=("inputs", "targets")):
    with netCDF4.Dataset(path, "w") as file:
        for dimension, length in (("sample", 6), ("input", 2), ("output", 1)):
            file.createDimension(dimension, length)
        for name, columns in (("inputs", "input"), ("targets", "output")):
            if name in names:
                made = file.createVariable(name, "f8", ("sample", columns))
                made[...] = np.random.RandomState(len(name)).rand(*made.shape)


def linked(path, target, inside="/inputs"):
    data(path, ["targets"])
    with h5py.File(path, "r+") as file:
        file["inputs"] = h5py.ExternalLink(target, inside)


def run(path, *arguments):
    if os.path.exists("out.nc"):
        os.remove("out.nc")
    return nulldrift("run", "e.yaml", "--set", f"world.path={path}", "-o", "out.nc", "--quiet", *arguments)


def refused(name, path, words, follow=True):
    done = run(path, *(["--follow-links"] if follow else []))
    said = done.stderr.strip()
    check(name, done.returncode == 1 and words in said and "\n" not in said and not os.path.exists("out.nc"), done)


open("e.yaml", "w").write("world: {task: file, path: near.nc}\nnetwork: {hidden: 3}\n"
                          "run: {steps: 20, records: 3, snapshots: 2}\n")
os.mkdir("far")
data("whole.nc")
data("far/raw.nc")
linked("near.nc", "far/raw.nc")
here = os.getcwd()

refused("a link is refused, and how it is followed is said", "near.nc", "--follow-links", follow=False)
done = run("near.nc", "--follow-links")
check("it is followed where that is asked", done.returncode == 0, done)
check("and said, under --quiet, too", f"near.nc: links in it led to {here}/far/raw.nc" in done.stderr, done)
check("a file without links leads nowhere", "led to" not in run("whole.nc", "--follow-links").stderr, done)
nulldrift("run", "e.yaml", "--set", "world.path=whole.nc", "-o", "whole-run.nc", "--quiet")
nulldrift("run", "e.yaml", "-o", "run.nc", "--quiet", "--follow-links")
with netCDF4.Dataset("whole-run.nc") as one, netCDF4.Dataset("run.nc") as other:
    check("values are those of the file led to", np.array_equal(one["inputs"][:], other["inputs"][:]) and
          np.array_equal(one["output_weights"][:], other["output_weights"][:]), done)
longer = ["run", "--continue", "run.nc", "--set", "run.steps=40", "--quiet", "-o", "longer.nc"]
done = nulldrift(*longer)
check("going on needs it again", done.returncode == 1 and "--follow-links" in done.stderr, done)
done = nulldrift(*longer, "--follow-links")
check("and goes on with it", done.returncode == 0 and "led to" in done.stderr, done)

open("s.yaml", "w").write("name: s\nbase: |\n" + "".join(f"  {line}\n" for line in open("e.yaml")) +
                          "grid: [{key: seed, values: [1, 2]}]\n")
done = nulldrift("sweep", "run", "s.yaml", "-o", "refusing", "--quiet", "--json")
check("runs of a sweep are refused it", '"failed": 2' in done.stdout, done)
done = nulldrift("sweep", "run", "s.yaml", "-o", "following", "--quiet", "--json", "--follow-links")
check("and are given it", '"done": 2' in done.stdout and "led to" in done.stderr, done)

# A key of the experiment's own does not: the file is anybody's.
open("own.yaml", "w").write(open("e.yaml").read().replace("near.nc", "near.nc, follow_links: true"))
done = nulldrift("run", "own.yaml", "-o", "own.nc", "--quiet")
check("no key of an experiment follows", done.returncode == 1 and "follow_links" in done.stderr, done)

# What a link may not lead to.
linked("nothing.nc", "far/nothing.nc")
refused("a file that is not there", "nothing.nc", "is not there")
os.mkfifo("far/pipe")
linked("pipe.nc", "far/pipe")
refused("a pipe", "pipe.nc", "no regular file")
linked("device.nc", "/dev/zero")
refused("a device", "device.nc", "no regular file")
linked("folder.nc", "far")
refused("a folder", "folder.nc", "no regular file")
data("far/passwd.nc", ["targets"])
with h5py.File("far/passwd.nc", "r+") as file:
    file.create_dataset("inputs", (6, 2), "u1", external=[("/etc/passwd", 0, 12)])
linked("passwd.nc", "far/passwd.nc")
refused("numbers kept elsewhere by the file led to", "passwd.nc", "keeps its numbers in other files")
linked("far/second.nc", "pipe")
linked("second.nc", "far/second.nc")
refused("a link in the file led to", "second.nc", "no regular file")
with h5py.File("far/loop.nc", "w") as file:
    file["inputs"] = h5py.ExternalLink("../loop.nc", "/inputs")
linked("loop.nc", "far/loop.nc")
refused("a circle", "loop.nc", "loop.nc")

# Further files are followed, and said.
linked("far/on.nc", "raw.nc")
linked("on.nc", "far/on.nc")
done = run("on.nc", "--follow-links")
check("a link to a link", done.returncode == 0 and "far/on.nc" in done.stderr and "far/raw.nc" in done.stderr, done)
for text in "\x1b[31m", "`touch CANARY`":
    data(f"far/{text}.nc")
    linked("named.nc", f"far/{text}.nc")
    done = run("named.nc", "--follow-links")
    check("its name is shown, not obeyed", done.returncode == 0 and "led to" in done.stderr and
          "\x1b" not in done.stderr and not os.path.exists("CANARY"), done)

print(f"{tried} checks, {failures} failed")
sys.exit(failures > 0)
