#!/usr/bin/env python3
"""How fast recordings are read, and how much memory that takes: bench/readers.py PROGRAM [--cells N] [--frames N]

For each layout a file of events (2 in 100 of cells x frames) is made, and `record --check` is timed on it: a child,
its start, the position and all that --check counts included. Beside it numpy's or h5py's own reading of the same
numbers, and the largest memory of any process of the program. MB are those of the numbers, unpacked; of text and of
spikes, of the files. The last line: a file four times as large with as many
events takes the memory of its events, not of its bytes.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np

HEAD = "name: bench\nbins: 20\nrange: [0, 100]\nsessions:\n  - {%s, frame_seconds: 0.05}\n"


# The program reads in a process of its own: both are looked at while they work, by a small Python whose own memory
# the program does not inherit.
SMALL = """
import os, sys, time
def peak(pid):
    most = 0
    try:
        with open(f"/proc/{pid}/status") as file:
            most = max([int(line.split()[1]) for line in file if line.startswith("VmHWM")] or [0])
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            below = file.read().split()
    except OSError:
        return most
    return max([most] + [peak(one) for one in below])
before, most, status = time.perf_counter(), 0, None
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
while status is None:
    done, found = os.waitpid(child, os.WNOHANG)
    status = found if done else None
    most = max(most, peak(child))
    time.sleep(0.002)
print(time.perf_counter() - before, most / 1024)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def program_run(program, folder, text):
    """Seconds and the largest memory in MB, of the program or its reader."""
    with open(os.path.join(folder, "m.yaml"), "w", encoding="utf-8") as file:
        file.write(HEAD % text)
    done = subprocess.run([sys.executable, "-S", "-E", "-c", SMALL, program, "record", "m.yaml", "--check", "--picture", "none"],
                          cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"bench/readers.py: {text}: {done.stderr}")
    seconds, memory = done.stdout.split()
    return float(seconds), float(memory)


def events(cells, frames, count, seed=1):
    random = np.random.default_rng(seed)
    a = np.zeros((cells, frames), "f4")
    a.ravel()[random.choice(a.size, count, replace=False)] = 1 + random.random(count)
    return a


def nwb(path, a, **options):
    with h5py.File(path, "w") as file:
        file.attrs["nwb_version"] = "2.6.0"
        series = file.create_group("processing/ophys/Deconvolved/Deconvolved")
        series.attrs["neurodata_type"] = "RoiResponseSeries"
        series.create_dataset("data", data=a.T, **options)


def layouts(folder, a):
    """Name, the session's text, the file that counts, and the peer's reading."""
    def at(name):
        return os.path.join(folder, name)

    position = "position: {file: x.npy}"
    np.save(at("x.npy"), 50 + 50 * np.sin(np.arange(a.shape[1]) / 40))
    np.save(at("a.npy"), a)
    yield (".npy", f"activity: {{file: a.npy, orientation: cells-first}}, {position}", ["a.npy"], "numpy.load", lambda: np.load(at("a.npy")).sum())
    np.savez(at("a.npz"), events=a)
    yield (".npz", f"activity: {{file: a.npz, orientation: cells-first}}, {position}", ["a.npz"], "numpy.load", lambda: np.load(at("a.npz"))["events"].sum())
    np.savez_compressed(at("p.npz"), events=a)
    yield (".npz, packed", f"activity: {{file: p.npz, orientation: cells-first}}, {position}", ["a.npy"], "numpy.load", lambda: np.load(at("p.npz"))["events"].sum())
    os.makedirs(at("suite2p/plane0"))
    os.link(at("a.npy"), at("suite2p/plane0/spks.npy"))
    yield ("Suite2p", f"file: suite2p, {position}", ["a.npy"], "numpy.load", lambda: np.load(at("a.npy")).sum())
    nwb(at("a.nwb"), a, chunks=(1000, min(100, a.shape[0])), compression="gzip", compression_opts=1)
    yield ("NWB, gzip", f"file: a.nwb, {position}", ["a.npy"], "h5py", lambda: h5py.File(at("a.nwb"))["processing/ophys/Deconvolved/Deconvolved/data"][...].sum())
    with h5py.File(at("a.hdf5"), "w") as file:
        file["estimates/C"] = file["estimates/S"] = a
    yield ("CaImAn, HDF5", f"file: a.hdf5, {position}", ["a.npy"], "h5py", lambda: h5py.File(at("a.hdf5"))["estimates/S"][...].sum())
    os.makedirs(at("S.zarr/S"))
    with open(at("S.zarr/.zgroup"), "w", encoding="utf-8") as file:
        json.dump({"zarr_format": 2}, file)
    step = max(1, a.shape[0] // 8)
    with open(at("S.zarr/S/.zarray"), "w", encoding="utf-8") as file:
        json.dump({"zarr_format": 2, "shape": a.shape, "chunks": [step, a.shape[1]], "dtype": "<f4", "order": "C", "compressor": None, "filters": None, "fill_value": 0}, file)
    with open(at("S.zarr/S/.zattrs"), "w", encoding="utf-8") as file:
        json.dump({"_ARRAY_DIMENSIONS": ["unit_id", "frame"]}, file)
    chunks = range(-(-a.shape[0] // step))
    for k in chunks:
        part = np.zeros((step, a.shape[1]), "<f4")
        here = a[k * step:(k + 1) * step]
        part[:len(here)] = here
        part.tofile(at(f"S.zarr/S/{k}.0"))
    yield ("Zarr", f"file: S.zarr, {position}", [f"S.zarr/S/{k}.0" for k in chunks], "numpy.fromfile",
           lambda: sum(np.fromfile(at(f"S.zarr/S/{k}.0"), "<f4").sum() for k in chunks))
    cells, frames = np.nonzero(a)
    order = np.argsort(frames, kind="stable")
    np.save(at("spike_times.npy"), frames[order].astype("u8") * 1500 + 100)
    np.save(at("spike_clusters.npy"), cells[order].astype("i4"))
    yield ("Kilosort", f"activity: {{file: spike_times.npy, kind: spike-times, time_unit: samples, rate: 30000}}, ids: {{file: spike_clusters.npy}}, {position}",
           ["spike_times.npy", "spike_clusters.npy"], "numpy.load", lambda: np.load(at("spike_times.npy")).sum() + np.load(at("spike_clusters.npy")).sum())
    few = a[:, :max(1, a.shape[1] // 10)]
    np.save(at("few.npy"), 50 + 50 * np.sin(np.arange(few.shape[1]) / 40))
    np.savetxt(at("a.csv"), few.T, "%.4g", ",", header=",".join(f"cell_{c}" for c in range(few.shape[0])), comments="")
    yield ("CSV", "activity: {file: a.csv}, position: {file: few.npy}", ["a.csv"], "numpy.loadtxt", lambda: np.loadtxt(at("a.csv"), delimiter=",", skiprows=1).sum())


def timed(call):
    before = time.perf_counter()
    call()
    return time.perf_counter() - before


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--cells", type=int, default=400)
    parser.add_argument("--frames", type=int, default=40000)
    asked = parser.parse_args()
    program = os.path.abspath(asked.program)
    count = asked.cells * asked.frames // 50
    print("layout        file     nulldrift            peer                        memory")
    with tempfile.TemporaryDirectory() as folder:
        for name, text, files, peer, read in layouts(folder, events(asked.cells, asked.frames, count)):
            megabytes = sum(os.path.getsize(os.path.join(folder, one)) for one in files) / 1e6
            runs = [program_run(program, folder, text) for _ in range(3)]
            own = statistics.median(run[0] for run in runs)
            others = statistics.median(timed(read) for _ in range(3))
            print(f"{name:12} {megabytes:6.1f} MB  {own:5.2f} s {megabytes / own:7.1f} MB/s  {peer:14} {others:5.2f} s {megabytes / others:7.1f} MB/s  "
                  f"{max(run[1] for run in runs):5.0f} MB", flush=True)
    sizes = []
    for times in (1, 4):
        with tempfile.TemporaryDirectory() as folder:
            a = events(asked.cells * times, asked.frames, count)
            np.save(os.path.join(folder, "a.npy"), a)
            np.save(os.path.join(folder, "x.npy"), 50 + 50 * np.sin(np.arange(asked.frames) / 40))
            memory = program_run(program, folder, "activity: {file: a.npy, orientation: cells-first}, position: {file: x.npy}")[1]
            sizes.append((a.nbytes / 1e6, memory))
    print(f"memory: {count} events in {sizes[0][0]:.0f} MB take {sizes[0][1]:.0f} MB, in {sizes[1][0]:.0f} MB {sizes[1][1]:.0f} MB")


main()
