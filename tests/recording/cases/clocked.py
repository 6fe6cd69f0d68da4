"""Times that another machine kept: Neuralynx's and Open Ephys' events, Open Ephys' clock of samples, and
Bonsai's tables with dates."""
import datetime
import struct

import numpy as np

from cases.made import information
from cases.neuralynx import _nvt

FRAME = "TTL Input on AcqSystem1_0 board 0 port 1 value (0x0001)."


def _nev(lab, name, events):
    """`events`: time in seconds, state of the inputs, text."""
    head = b"######## Neuralynx Data File Header\r\n## File Name Events.nev\r\n"
    with open(lab.at(name), "wb") as file:
        file.write(head.ljust(16384, b"\0"))
        for time, state, text in events:
            file.write(struct.pack("<hhhQhhhhh8i128s", 0, 2, 0, round(1e6 * time), 11, state, 0, 0, 0, *[0] * 8, text.encode()))


def neuralynx_events_are_times(lab):
    """One pulse a video frame, other events between them: chosen by text or by state."""
    t = lab.track
    events = [(s, 1, FRAME) for s in t.t] + [(s + 0.01, 0, FRAME.replace("1).", "0).")) for s in t.t] + [(3.333, 0, "Starting Recording")]
    _nev(lab, "m/Events.nev", sorted(events))
    lab.table("m/spikes.csv", "time,cell", list(lab.track.spike_list().T))
    lab.save("m/place.npy", t.x)
    text = "sessions:\n  - {activity: {file: m/spikes.csv, kind: spike-list}, position: {file: m/place.npy, times: {file: m/Events.nev%s}}}\n"
    for chosen in (f', equals: "{FRAME}"', ", equals: 1"):
        lab.right(text % chosen, frames=600)
    lab.refused(text % "", "1201 times for 600 rows")
    lab.refused(text % ", equals: Stopping", "none of its 1201 events is 'Stopping'")
    lab.refused("sessions:\n  - {file: m/Events.nev, position: {file: m/place.npy}}\n", "no activity")
    lab.refused("sessions:\n  - {activity: {file: m/spikes.csv, kind: spike-list}, position: {file: m/place.npy, times: {file: m/spikes.csv, column: time, equals: 1}}}\n", "not chosen by equals")
    lab.scanned(["m"], "Events.nev.*TTL Input on AcqSystem1_0 board 0 port 1 value .0x0001.*600 events", "Starting Recording")
    good = open(lab.at("m/Events.nev"), "rb").read()
    for cut in (100, 16384, len(good) - 1):
        with open(lab.at("m/Events.nev"), "wb") as file:
            file.write(good[:cut])
        lab.refused(text % "", "Events.nev", "whole records")


def open_ephys_clock_and_pulses(lab):
    """Kilosort's samples through the recording's timestamps.npy, which has a gap; the camera's pulses as times
    of the positions: those that went on. Seconds, and the older format's samples."""
    t = lab.track
    rate = 1000.0
    clock = 50.0 + np.arange(25000) / rate
    clock[10000:] += 5.0  # the recording was paused for five seconds
    spikes = lab.track.spike_list()
    samples = np.searchsorted(clock, 50.0 + spikes[:, 0] - 1e-9)
    inside = samples < len(clock)
    spikes, samples = spikes[inside], samples[inside]
    there = np.isclose(clock[samples], 50.0 + spikes[:, 0], atol=1e-6)  # none is from the pause
    spikes, samples = spikes[there], samples[there]
    lab.save("m/kilosort/spike_times.npy", samples.astype("u8"))
    lab.save("m/kilosort/spike_clusters.npy", spikes[:, 1].astype("i4"))
    lab.save("m/continuous/timestamps.npy", clock)
    pulses = np.ravel(np.column_stack([50.0 + t.t, 50.01 + t.t]))
    lab.save("m/events/TTL/timestamps.npy", pulses)
    lab.save("m/events/TTL/states.npy", np.tile([1, -1], t.n).astype("i2"))
    lab.save("m/place.npy", t.x)
    text = ("sessions:\n  - {activity: {file: m/kilosort/spike_times.npy, kind: spike-times, time_unit: samples, rate: 1000, times: {file: m/continuous/timestamps.npy}}, "
            "ids: {file: m/kilosort/spike_clusters.npy}, position: {file: m/place.npy, times: {file: m/events/TTL/timestamps.npy%s}}}\n")
    counts = np.stack([np.histogram(spikes[spikes[:, 1] == c, 0], np.append(t.t, t.t[-1] + 0.05))[0] for c in range(3)], 1)
    lab.right(text % ", equals: 1", information(t.x, counts), frames=600)
    lab.refused(text % "", "1200 times for 600 rows")
    lab.refused(text % ", equals: 2", "none of its 1200 states is 2")
    lab.save("m/continuous/timestamps.npy", np.round(clock * rate).astype("i8"))
    lab.right(text % ", equals: 1", information(t.x, counts), frames=600)
    lab.save("m/continuous/timestamps.npy", clock[:3])
    lab.refused(text % ", equals: 1", "timestamps.npy has 3")
    lab.save("m/continuous/timestamps.npy", clock)
    lab.refused(text.replace("time_unit: samples, rate: 1000, ", "") % ", equals: 1", "time_unit: samples")


def bonsai_writes_dates(lab):
    """Centroid.X, Centroid.Y and an ISO 8601 time with seven digits and a zone; --scan's manifest runs."""
    t = lab.track
    start = datetime.datetime(2024, 2, 29, 23, 59, 50, tzinfo=datetime.timezone(datetime.timedelta(hours=1)))

    def iso(seconds):
        when = start + datetime.timedelta(seconds=float(seconds))
        return when.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0+01:00"

    for separator in (",", " "):
        lab.table("m/tracking.csv", separator.join(["Centroid.X", "Centroid.Y", "Timestamp"]), [t.x, np.full(t.n, 3.0), [iso(s) for s in t.t]], separator=separator)
        lab.table("m/activity.csv", "time,cell_1,cell_2,cell_3", [[f"{start.timestamp() + s:.6f}" for s in t.t], *t.a.T])
        lab.right("sessions:\n  - {activity: {file: m/activity.csv}, position: {file: m/tracking.csv, column: Centroid.X}}\n", frames=600)
        assert lab.run("record", "--scan", "m", "-o", "scan.yaml", "--force") == 0, lab.said
        assert "QUESTION" not in lab.out and "Centroid.X" in open(lab.at("scan.yaml")).read(), lab.out
        assert lab.run("record", "scan.yaml", "-o", "out", "--picture", "none", "--force") == 0, (lab.said, open(lab.at("scan.yaml")).read())
        assert np.allclose([float(row["si_bit_spike"]) for row in lab.rows("out_cells.csv")], information(t.x, t.a), atol=1e-6)
    # A date that is none is a word, and said so.
    lab.table("m/tracking.csv", "Centroid.X,Timestamp", [t.x, [iso(s) if k != 5 else "2024-13-01T00:00:00" for k, s in enumerate(t.t)]])
    lab.refused("sessions:\n  - {activity: {file: m/activity.csv}, position: {file: m/tracking.csv, column: Centroid.X}}\n", "m/tracking.csv", "2024-13-01")


def the_ready_manifests(lab):
    """examples/recordings of Open Ephys, Neuralynx and SLEAP, on such files."""
    import h5py

    t = lab.track
    spikes = t.spike_list()
    lab.save("kilosort/spike_times.npy", np.round(spikes[:, 0] * 30000).astype("u8"))
    lab.save("kilosort/spike_clusters.npy", spikes[:, 1].astype("i4"))
    lab.save("continuous/timestamps.npy", 7.0 + np.arange(30 * 30000) / 30000)
    lab.save("events/TTL/timestamps.npy", np.ravel(np.column_stack([7.0 + t.t, 7.01 + t.t])))
    lab.save("events/TTL/states.npy", np.tile([1, -1], t.n).astype("i2"))
    half = np.full(t.n, 50.0)
    lab.table("DLC.csv", "scorer,net,net,net\nbodyparts,head,head,head\ncoords,x,y,likelihood", [np.arange(t.n), t.x, half, np.ones(t.n)])
    lab.ready("open-ephys", "3 cells, 600 of 600")
    _nvt(lab, "VT1.nvt", t.t, np.round(100 + 5 * t.x), half)
    lab.table("spikes.csv", "time,cell", [1e6 * spikes[:, 0], spikes[:, 1]])
    lab.ready("neuralynx", "3 cells, 600 of 600")
    with h5py.File(lab.at("video.analysis.h5"), "w") as file:
        file["tracks"] = np.stack([[t.x], [half]])[None]
        file["node_names"] = np.array(["nose"], "S")
        file["point_scores"] = np.ones((1, 1, t.n))
    lab.table("timeStamps.csv", "Frame Number,Time Stamp (ms),Buffer Index", [np.arange(t.n), 1000 * t.t, half])
    lab.table("activity.csv", "time,cell_1,cell_2,cell_3", [t.t, *t.a.T])
    lab.ready("sleap", "3 cells, 600 of 600")
    with h5py.File(lab.at("session.h5"), "w") as file:
        file["results/spikes"], file["results/time"], file["behaviour/x"] = t.a, t.t, t.x
    lab.ready("hdf5", "3 cells, 600 of 600")
