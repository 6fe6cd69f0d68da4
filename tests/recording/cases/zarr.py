"""minian's Zarr stores, versions 2 and 3, with the codecs that its writers use; and the public sample."""
import json
import os
import zlib

import numpy as np

from cases.made import information

try:
    import numcodecs
except ImportError:
    numcodecs = None


def _pack(codec, raw, size):
    if codec is None:
        return raw
    if codec == "gzip":
        maker = zlib.compressobj(wbits=31)
        return maker.compress(raw) + maker.flush()
    if codec == "zlib":
        return zlib.compress(raw)
    if codec == "zstd":
        return bytes(numcodecs.zstd.compress(raw, 3))
    name, shuffle = codec.split(":")
    return bytes(numcodecs.Blosc(name, 5, int(shuffle)).encode(np.frombuffer(raw, f"u{size}") if int(shuffle) else raw))


def _array(lab, folder, a, chunks, codec=None, version=2, order="C", dims=None, fill=0, byte_order="<", empty=False, more=None):
    """An array written as the specification of either version says; `empty`: chunks of zeros are left out."""
    a = np.asarray(a)
    stored = a.astype(a.dtype.newbyteorder(byte_order))
    if version == 2:
        ids = {None: None, "zlib": {"id": "zlib", "level": 1}, "gzip": {"id": "gzip", "level": 1}, "zstd": {"id": "zstd", "level": 3}}
        compressor = ids[codec] if codec in ids else {"id": "blosc", "cname": codec.split(":")[0], "clevel": 5, "shuffle": int(codec.split(":")[1])}
        kind = ("|" if a.dtype.itemsize == 1 else byte_order) + a.dtype.str[1:]
        lab.text(folder + "/.zarray", json.dumps({"chunks": list(chunks), "compressor": compressor, "dtype": kind, "fill_value": fill, "filters": None,
                                                  "order": order, "shape": list(a.shape), "zarr_format": 2, **(more or {})}))
        if dims:
            lab.text(folder + "/.zattrs", json.dumps({"_ARRAY_DIMENSIONS": dims}))
    else:
        codecs = [{"name": "bytes", "configuration": {"endian": "big" if byte_order == ">" else "little"}}]
        if codec:
            codecs.append({"name": codec.split(":")[0] if codec in ("gzip", "zstd") else "blosc", "configuration": {}})
        lab.text(folder + "/zarr.json", json.dumps({"shape": list(a.shape), "data_type": a.dtype.name, "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(chunks)}},
                                                    "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}}, "fill_value": fill, "codecs": codecs,
                                                    "dimension_names": dims, "attributes": {}, "zarr_format": 3, "node_type": "array", **(more or {})}))
    counts = [-(-n // c) for n, c in zip(a.shape, chunks)]
    for index in np.ndindex(*counts):
        whole = np.full(chunks, 0, stored.dtype)
        part = stored[tuple(slice(i * c, (i + 1) * c) for i, c in zip(index, chunks))]
        whole[tuple(slice(0, n) for n in part.shape)] = part
        if empty and not whole.any():
            continue
        key = ".".join(map(str, index)) if version == 2 else "c/" + "/".join(map(str, index))
        with open(lab.at(f"{folder}/{key}"), "wb") as file:
            file.write(_pack(codec, whole.tobytes(order=order), a.dtype.itemsize))


def _codecs():
    if numcodecs:
        return [None, "zlib", "gzip", "zstd", "lz4:1", "lz4:0", "zstd:2", "zlib:1", "blosclz:1", "lz4hc:1"]
    print("skipped: zarr: Zstandard and Blosc, for want of python3-numcodecs")
    return [None, "zlib", "gzip"]


def _store(lab, folder, a, version=2, ids=(3, 8, 11), **options):
    lab.text(folder + ("/.zgroup" if version == 2 else "/zarr.json"), json.dumps({"zarr_format": version, "node_type": "group"}))
    name = os.path.basename(folder).split(".")[0]
    _array(lab, f"{folder}/{name}", a.T, options.pop("chunks", (2, 250)), version=version, dims=["unit_id", "frame"], **options)
    _array(lab, f"{folder}/unit_id", np.array(ids), (len(ids),), version=version, dims=["unit_id"])
    _array(lab, f"{folder}/frame", np.arange(len(a)), (len(a),), version=version, dims=["frame"])


TEXT = "sessions:\n  - {file: S.zarr, frame_seconds: 0.05, %sposition: {file: x.npy}}\n"


def both_versions_and_every_codec(lab):
    t = lab.track
    lab.save("x.npy", t.x)
    for version in (2, 3):
        for codec in _codecs():
            if version == 3 and codec == "zlib":
                continue
            lab.home.cleanup()
            os.makedirs(lab.folder)
            lab.save("x.npy", t.x)
            _store(lab, "S.zarr", t.a.astype("f4" if version == 3 else "f8"), version, codec=codec)
            lab.right(TEXT % "", frames=600)
    lab.right(TEXT % "registered: true, ", frames=600)
    assert [row["id"] for row in lab.cells] == ["3", "8", "11"], lab.cells


def orders_types_and_chunks(lab):
    t = lab.track
    for dtype, options in (("f4", {"order": "F"}), ("i4", {"byte_order": ">"}), ("u2", {"chunks": (3, 600)}), ("u1", {"chunks": (1, 77)}), ("i8", {"chunks": (5, 1000)}),
                           ("f8", {"empty": True, "chunks": (1, 5)})):
        lab.home.cleanup()
        os.makedirs(lab.folder)
        lab.save("x.npy", t.x)
        _store(lab, "S.zarr", t.a.astype(dtype), **options)
        lab.right(TEXT % "", frames=600)
    lab.home.cleanup()
    os.makedirs(lab.folder)
    lab.save("x.npy", t.x)
    _array(lab, "S.zarr/S", t.a.astype("f8"), (100, 2), dims=["frame", "unit_id"])
    lab.text("S.zarr/.zgroup", "{\"zarr_format\": 2}")
    lab.right(TEXT % "", frames=600)
    _array(lab, "one", t.a.astype("f8"), (100, 2))
    lab.right("sessions:\n  - {activity: {file: one}, frame_seconds: 0.05, position: {file: x.npy}}\n", frames=600)
    lab.refused(TEXT % "activity: {name: T}, ", "has no array 'T'", "S")


def minians_folder_as_it_lies(lab):
    """S, C and YrA, each a store, DeepLabCut's positions and the clocks of both cameras: --scan's manifest runs."""
    t = lab.track
    for name, a in (("A", np.ones((4, 3))), ("C", t.a + 5.0), ("S", t.a + 0.0), ("YrA", t.a - 1.0)):
        _store(lab, f"m/minian/{name}.zarr", a)
    head = "scorer,net,net,net\nbodyparts,head,head,head\ncoords,x,y,likelihood"
    k = np.arange(0, t.n, 2)
    lab.table("m/videoDLC.csv", head, [np.arange(len(k)), t.x[k], np.ones(len(k)), np.ones(len(k))])
    lab.table("m/Miniscope/timeStamps.csv", "Frame Number,Time Stamp (ms),Buffer Index", [np.arange(t.n), 1000 * t.t, np.zeros(t.n)])
    lab.table("m/BehavCam/timeStamps.csv", "Frame Number,Time Stamp (ms),Buffer Index", [np.arange(len(k)), 1000 * t.t[k], np.zeros(len(k))])
    assert lab.run("record", "--scan", "m", "-o", "scan.yaml") == 0, lab.said
    text = open(lab.at("scan.yaml"), encoding="utf-8").read()
    assert "QUESTION" not in lab.out and "S.zarr" in text, text
    lab.text("scan.yaml", text.replace("# range: [0, 1]", "range: [-0.3, 100.4]"))
    assert lab.run("record", "scan.yaml", "-o", "out", "--picture", "none") == 0, (lab.said, text)
    xi = np.interp(t.t[:-1], t.t[k], t.x[k])
    assert np.allclose([float(r["si_bit_spike"]) for r in lab.rows("out_cells.csv")], information(xi, t.a[:-1], -0.3, 100.4), atol=1e-6), ([float(r["si_bit_spike"]) for r in lab.rows("out_cells.csv")], information(xi, t.a[:-1], -0.3, 100.4), text)


def what_is_not_read_is_refused_by_name(lab):
    t = lab.track
    lab.save("x.npy", t.x)
    a = t.a.astype("f8")
    shards = [{"name": "sharding_indexed", "configuration": {"chunk_shape": [1, 10]}}]
    for options, words in (({"version": 3, "codecs": shards}, ("sharding_indexed",)),
                           ({"version": 3, "codecs": [{"name": "transpose"}, {"name": "bytes"}]}, ("transpose",)),
                           ({"version": 3, "data_type": "complex128"}, ("complex128",)),
                           ({"version": 3, "chunk_grid": {"name": "rectilinear"}}, ("rectilinear",)),
                           ({"compressor": {"id": "lzma"}}, ("lzma",)), ({"filters": [{"id": "delta"}]}, ("delta",)),
                           ({"dtype": "<c16"}, ("<c16",)), ({"shape": [3, -1]}, ("shape",)), ({"chunks": [1 << 30, 1 << 30]}, ("larger than 1 GB",)),
                           ({"shape": [1, 2, 3, 4]}, ("shape",)), ({"chunks": [0, 5]}, ("shape and chunks",))):
        lab.home.cleanup()
        os.makedirs(lab.folder)
        lab.save("x.npy", t.x)
        version = options.pop("version", 2)
        _array(lab, "S.zarr", a.T, (2, 250), dims=["unit_id", "frame"], version=version, more=options)
        lab.refused(TEXT % "", "S.zarr", *words)
    for body in ("[1, 2", "[]", "{", "\x00\xff", "[" * 5000):
        lab.text("S.zarr/.zarray", body)
        lab.refused(TEXT % "", "zarr", "JSON")


def damaged_chunks(lab):
    t = lab.track
    for codec in _codecs():
        lab.home.cleanup()
        os.makedirs(lab.folder)
        lab.save("x.npy", t.x)
        _array(lab, "S.zarr", t.a.T.astype("f8"), (3, 600), codec, dims=["unit_id", "frame"])
        good = open(lab.at("S.zarr/0.0"), "rb").read()
        for bad in (good[:len(good) // 2], b"", good[:10], os.urandom(200), good[:4] + b"\xff" * 12 + good[16:]):
            with open(lab.at("S.zarr/0.0"), "wb") as file:
                file.write(bad)
            if codec is None and len(bad) == len(good):
                continue
            lab.refused(TEXT % "", "S.zarr/0.0")


def the_public_sample(lab):
    """minian's C as Zarr 3 with Zstandard, from miniscope/placecell's tests; skipped where it is absent."""
    sample = os.path.join(lab.source, "../shared/reference/recordings/public/miniscope/neural_data/C.zarr")
    if not os.path.isdir(sample) or not numcodecs:
        print("skipped: zarr.the_public_sample: no reference data, or no numcodecs")
        return
    with open(sample + "/C/c/0/0", "rb") as file:
        a = np.frombuffer(bytes(numcodecs.zstd.decompress(file.read())), "<f4").reshape(10, 1000).T.astype(float)
    x = 50 + 50 * np.sin(np.arange(1000) / 40)
    lab.save("x.npy", x)
    seen = ~np.isnan(a).all(0)
    a = np.where(a > 0, a, 0)[:, seen]
    lab.right(f"sessions:\n  - {{file: {sample}, frame_seconds: 0.05, activity: {{threshold: 0}}, position: {{file: x.npy}}}}\n", information(x, a), within=1e-5)
