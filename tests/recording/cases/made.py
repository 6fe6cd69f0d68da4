"""What the tests of misreading share: an animal on a track, files of it as laboratories write them, and
the program run on a manifest. Every number that is expected is computed here, by numpy alone."""
import csv
import os
import re
import struct
import subprocess
import tempfile

import numpy as np

HEAD = "significance: {shuffles: 5}\ncorrections: {methods: [SR], repetitions: 2}\nactive: {frames: 1}\n"


class Track:
    """600 frames at 20 a second, up and down a track of 100, and three place cells' counts."""

    def __init__(self, frames=600, centres=(20, 50, 80), seed=1):
        random = np.random.default_rng(seed)
        self.n = frames
        self.t = 0.05 * np.arange(frames)
        way = (self.t / 5) % 2
        self.x = np.round(100 * np.where(way < 1, way, 2 - way), 3)
        self.a = np.stack([random.poisson(2 * np.exp(-((self.x - c) ** 2) / 200)) for c in centres], 1)

    def spikes(self):
        """Each cell's spike times, 20 ms into their frames."""
        return [self.t[np.repeat(np.arange(self.n), self.a[:, c])] + 0.02 for c in range(self.a.shape[1])]

    def spike_list(self, first=0):
        return np.array(sorted((s, c + first) for c, times in enumerate(self.spikes()) for s in times))


def information(x, a, low=None, high=None, bins=20):
    """Spatial information of each cell, bit per spike."""
    low, high = (x.min() if low is None else low), (x.max() if high is None else high)
    at = np.clip(((x - low) / (high - low) * bins).astype(int), 0, bins - 1)
    visits = np.bincount(at, minlength=bins)
    found = []
    for c in range(a.shape[1]):
        q = np.bincount(at, a[:, c], bins) / np.maximum(visits, 1) / a[:, c].mean()
        k = q > 0
        found.append(float(np.sum(visits[k] / visits.sum() * q[k] * np.log2(q[k]))))
    return found


class Lab:
    """A folder to make files in, and the program."""

    def __init__(self, program, source):
        self.program, self.source = program, source
        self.track = Track()

    def __enter__(self):
        self.home = tempfile.TemporaryDirectory(prefix="nulldrift-test-")
        self.folder = self.home.name
        return self

    def __exit__(self, *_):
        self.home.cleanup()

    def at(self, name):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def text(self, name, text, encoding="utf-8"):
        with open(self.at(name), "w", encoding=encoding, newline="") as file:
            file.write(text)

    def save(self, name, array):
        np.save(self.at(name), array)

    def table(self, name, header, columns, separator=",", end="\n", mark="", decimal="."):
        """A table of text: a header line ('' for none) and columns of numbers or words."""

        def cell(value):
            if isinstance(value, str):
                return value
            text = f"{value:.10g}"
            return text.replace(".", decimal)

        rows = [header] if header else []
        rows += [separator.join(cell(v) for v in row) for row in zip(*columns)]
        self.text(name, mark + end.join(rows) + end)

    def run(self, *arguments):
        done = subprocess.run([self.program, *arguments], cwd=self.folder, capture_output=True,
                              text=True, errors="replace", timeout=300, check=False)
        self.code, self.out, self.said = done.returncode, done.stdout, done.stderr
        return self.code

    def manifest(self, text):
        self.text("m.yaml", HEAD + text)

    def record(self, text, *more):
        """Analyses a manifest; the tables' rows as dictionaries."""
        self.manifest(text)
        self.run("record", "m.yaml", "-o", "out", "--picture", "none", "--force", *more)
        assert self.code == 0, f"exit code {self.code}: {self.said}"
        self.cells = self.rows("out_cells.csv")
        self.sessions = self.rows("out.csv")

    def rows(self, name):
        with open(self.at(name), encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    # --- what is expected

    def right(self, text, expected=None, frames=None, within=1e-6):
        """The spatial information of the manifest's cells, in order, is the expected."""
        expected = information(self.track.x, self.track.a) if expected is None else expected
        self.record(text)
        found = [float(row["si_bit_spike"]) for row in self.cells]
        assert len(found) == len(expected), f"{len(found)} cells, {len(expected)} expected"
        assert np.allclose(found, expected, atol=within), f"{found}, {expected} expected"
        if frames is not None:
            assert int(self.sessions[0]["frames"]) == frames, self.sessions[0]["frames"]

    def refused(self, text, *words):
        """One line of error with all the words, and nothing written."""
        self.manifest(text)
        self.run("record", "m.yaml", "-o", "none", "--picture", "none")
        assert self.code == 1, f"exit code {self.code}: {self.out}"
        lines = self.said.strip().splitlines()
        assert len(lines) == 1, self.said
        for word in words:
            assert word in self.said, f"'{word}' not in: {self.said}"
        assert not os.path.exists(self.at("none.csv"))

    def checked(self, text, *words):
        """--check finds these words in what it says."""
        self.manifest(text)
        self.run("record", "m.yaml", "--check", "--picture", "none")
        assert self.code == 0, self.said
        for word in words:
            assert word in self.out, f"'{word}' not in: {self.out}"

    def ready(self, name, *words):
        """A ready manifest, on files as it names them, is found right."""
        with open(os.path.join(self.source, "examples", "recordings", name + ".yaml"), encoding="utf-8") as file:
            self.text(name + ".yaml", file.read())
        self.run("record", name + ".yaml", "--check", "--picture", "none")
        assert self.code == 0, (name, self.said)
        for word in words:
            assert word in self.out, (name, self.out)

    def scanned(self, files, *words):
        self.run("record", "--scan", *files)
        assert self.code == 0, self.said
        for word in words:
            assert re.search(word, self.out), f"'{word}' not in: {self.out}"


# --- MATLAB 5 and 4, written as their format descriptions say


def _element(kind, data):
    body = struct.pack("<II", kind, len(data)) + data
    return body + bytes(-len(body) % 8)


class Cells(list):
    """A cell array, 1 x n, or of `shape`."""

    shape = None


class Structs(list):
    """A structure array, 1 x n: a list of dictionaries with the same keys."""


class Sparse:
    def __init__(self, full):
        self.full = np.asarray(full)


_CLASSES = {"f8": (6, 9), "f4": (7, 7), "i1": (8, 1), "u1": (9, 2), "i2": (10, 3), "u2": (11, 4),
            "i4": (12, 5), "u4": (13, 6), "i8": (14, 12), "u8": (15, 13)}


def _columns(array):
    return np.asarray(array).tobytes(order="F")


def _matrix(name, value):
    def begin(kind, shape, flags=0, most=0):
        return (_element(6, struct.pack("<II", kind | flags << 8, most))
                + _element(5, struct.pack(f"<{len(shape)}i", *shape)) + _element(1, name.encode()))

    if isinstance(value, Cells):
        shape = value.shape or (1, len(value))
        body = begin(1, shape) + b"".join(_matrix("", part) for part in value)
    elif isinstance(value, Structs):
        fields = list(value[0])
        wide = 32
        names = b"".join(f.encode().ljust(wide, b"\0") for f in fields)
        body = (begin(2, (1, len(value))) + struct.pack("<HHI", 5, 4, wide) + _element(1, names)
                + b"".join(_matrix("", one[f]) for one in value for f in fields))
    elif isinstance(value, dict):
        return _matrix(name, Structs([value]))
    elif isinstance(value, str):
        body = begin(4, (1, len(value))) + _element(4, value.encode("utf-16-le"))
    elif isinstance(value, Sparse):
        full = value.full
        complex_ = np.iscomplexobj(full)
        rows, columns = np.nonzero(full.T)[1], np.nonzero(full.T)[0]
        starts = np.searchsorted(columns, np.arange(full.shape[1] + 1))
        numbers = full[rows, columns]
        body = (begin(5, full.shape, 8 if complex_ else 0, len(rows))
                + _element(5, rows.astype("<i4").tobytes()) + _element(5, starts.astype("<i4").tobytes())
                + _element(9, numbers.real.astype("<f8").tobytes()))
        if complex_:
            body += _element(9, numbers.imag.astype("<f8").tobytes())
    else:
        array = np.atleast_2d(np.asarray(value))
        if np.asarray(value).ndim == 1:
            array = array.T
        logical = array.dtype == bool
        array = array.astype("u1") if logical else array
        complex_ = np.iscomplexobj(array)
        code = "f8" if complex_ else array.dtype.str[1:]
        kind, number = _CLASSES[code]
        body = begin(kind, array.shape, (2 if logical else 0) | (8 if complex_ else 0))
        body += _element(number, _columns(array.real))
        if complex_:
            body += _element(9, _columns(array.imag))
    return _element(14, body)


def mat5(path, **variables):
    with open(path, "wb") as file:
        file.write(b"MATLAB 5.0 MAT-file, made for a test".ljust(124) + struct.pack("<HH", 0x0100, 0x4D49))
        for name, value in variables.items():
            file.write(_matrix(name, value))


def mat4(path, **variables):
    with open(path, "wb") as file:
        for name, value in variables.items():
            sparse = isinstance(value, Sparse)
            array = np.asarray(value.full if sparse else value, float)
            array = array.reshape(len(array), -1)
            if sparse:
                rows, columns = np.nonzero(array)
                order = np.lexsort((rows, columns))
                entries = np.column_stack([rows[order] + 1, columns[order] + 1, array[rows[order], columns[order]]])
                array = np.vstack([entries, [array.shape[0], array.shape[1], 0]])
            file.write(struct.pack("<5i", 2 if sparse else 0, *array.shape, 0, len(name) + 1))
            file.write(name.encode() + b"\0" + _columns(array))


def mat73(path, classes=True, terminated=True, **variables):
    """MATLAB 7.3: HDF5 with MATLAB's own first 512 bytes."""
    import h5py

    with h5py.File(path, "w", userblock_size=512) as file:
        for name, value in variables.items():
            array = np.asarray(value)
            array = array[:, None] if array.ndim == 1 else array
            data = file.create_dataset(name, data=array.T)
            word = {"f8": "double", "f4": "single", "i4": "int32", "u1": "uint8", "i8": "int64"}[array.dtype.str[1:]]
            if classes:
                data.attrs.create("MATLAB_class", np.bytes_(word),
                                  dtype=None if terminated == "padded" else h5py.string_dtype("ascii", len(word) + terminated))
    head = b"MATLAB 7.3 MAT-file, made for a test".ljust(116) + bytes(8) + b"\x00\x02IM"
    with open(path, "r+b") as file:
        file.write(head.ljust(512, b"\0"))


# --- NWB


class Nwb:
    """An NWB file under way: groups with neurodata types, as pynwb lays them out."""

    def __init__(self, path):
        import h5py

        self.file = h5py.File(path, "w")
        self.file.attrs["nwb_version"] = "2.6.0"
        self.typed(self.file, "NWBFile")
        self.file["session_start_time"] = "2024-03-05T10:00:00+00:00"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    @staticmethod
    def typed(thing, kind):
        thing.attrs["neurodata_type"] = kind
        thing.attrs["namespace"] = "core"

    def group(self, path, kind):
        group = self.file.require_group(path)
        self.typed(group, kind)
        return group

    def series(self, path, kind, values, times=None, rate=None, conversion=1.0, **options):
        group = self.group(path, kind)
        data = group.create_dataset("data", data=values, **options)
        data.attrs["unit"] = "n.a."
        data.attrs["conversion"] = conversion
        if times is not None:
            group["timestamps"] = times
        if rate:
            group["starting_time"] = 0.0
            group["starting_time"].attrs["rate"] = float(rate)
        return group

    def position(self, values, times, name="SpatialSeries", box="Position", **options):
        self.group("processing/behavior", "ProcessingModule")
        self.group("processing/behavior/" + box, box)
        return self.series(f"processing/behavior/{box}/{name}", "SpatialSeries", values, times, **options)

    def units(self, track):
        group = self.group("units", "Units")
        spikes = track.spikes()
        group["id"] = np.arange(len(spikes))
        group["spike_times"] = np.concatenate(spikes)
        group["spike_times_index"] = np.cumsum([len(s) for s in spikes])
        return group

    def rois(self, track, values, times=None, rate=None, ids=None, **options):
        cells = track.a.shape[1]
        table = self.group("processing/ophys/ImageSegmentation/PlaneSegmentation", "PlaneSegmentation")
        table["id"] = np.arange(cells) if ids is None else np.asarray(ids)
        series = self.series("processing/ophys/Deconvolved/Deconvolved", "RoiResponseSeries", values, times, rate,
                             **options)
        series["rois"] = np.arange(cells)
        series["rois"].attrs["table"] = table.ref
        self.typed(series["rois"], "DynamicTableRegion")
        return series
