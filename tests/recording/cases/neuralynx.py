"""Neuralynx's video tracking, .nvt, as its file formats are described."""
import struct

import numpy as np

from cases.made import information


def _nvt(lab, name, t, x, y):
    head = b"######## Neuralynx Data File Header\r\n## File Name VT1.nvt\r\n-SamplingFrequency 30\r\n"
    with open(lab.at(name), "wb") as file:
        file.write(head.ljust(16384, b"\0"))
        for k in range(len(t)):
            file.write(struct.pack("<HHHQ", 2048, 1, 1820, round(1e6 * t[k])) + bytes(1600) + struct.pack("<hiii", 0, int(x[k]), int(y[k]), 90) + bytes(200))


def tracking_with_lost_places(lab):
    t = lab.track
    lost = np.random.default_rng(2).random(t.n) < 0.1
    x, y = np.round(100 + 5 * t.x), np.full(t.n, 240)
    start = 1000.0
    _nvt(lab, "m/VT1.nvt", start + t.t, np.where(lost, 0, x), np.where(lost, 0, y))
    lab.table("m/act.csv", "time,cell_1,cell_2,cell_3", [start + t.t, *t.a.T])
    text = "range: [0, 700]\nsessions:\n  - {activity: {file: m/act.csv}, position: {file: m/VT1.nvt, %s}}\n"
    k = ~lost
    lab.right(text % "column: x", information(x[k], t.a[k], 0, 700), frames=int(k.sum()))
    lab.checked(text % "column: x", f"{int(lost.sum())} of 600 places are 0, 0")
    lab.right(text % "column: 1", information(x[k], t.a[k], 0, 700))
    lab.refused(text % "columns: [x, y]", "2 columns; expected one")
    lab.refused(text % "column: z", "column 'z'")
    lab.refused(text % "column: x, body: [nose]", "body")
    lab.refused("sessions:\n  - {file: m/VT1.nvt}\n", "no activity")
    lab.scanned(["m"], "VT1.nvt", "column: \"x\"")
    good = open(lab.at("m/VT1.nvt"), "rb").read()
    for cut in (100, 16384, 16384 + 1000, len(good) - 1):
        with open(lab.at("m/VT1.nvt"), "wb") as file:
            file.write(good[:cut])
        lab.refused(text % "column: x", "VT1.nvt", "whole records")
