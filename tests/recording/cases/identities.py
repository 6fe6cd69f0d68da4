"""Which cell is which in another session."""
import numpy as np

from cases.made import Nwb, mat5, information

ORDERS = [[0, 1, 2, 3, 4], [1, 2, 3, 4, 0], [2, 0, 1, 4, 3], [4, 2, 0, 1, 3]]


def _days(lab, orders):
    """Days of the same five cells in other orders, in MATLAB; the table of where each cell is, from 0."""
    t = lab.track
    random = np.random.default_rng(1)
    cells = np.stack([random.poisson(2 * np.exp(-((t.x - c) ** 2) / 200)) for c in (10, 30, 50, 70, 90)], 1)
    table = np.full((5, len(orders)), np.nan)
    for day, order in enumerate(orders):
        mat5(lab.at(f"d{day + 1}.mat"), spikes=cells[:, order], x=t.x, t=t.t)
        for k, cell in enumerate(order):
            table[cell, day] = k
    return cells, table


def _manifest(days, part):
    return "defaults: {registered: true, animal: m}\nsessions:\n" + "".join(
        f"  - {{day: {d + 1}, file: d{d + 1}.mat, activity: {{name: spikes, times: t}}, position: {{name: x, times: t}}, {part % (d + 1)}}}\n"
        for d in range(days))


def _same_maps(lab):
    first = [float(row["map_correlation_with_first"]) for row in lab.sessions]
    assert np.allclose(first, 1, atol=1e-9), first


def cellreg(lab):
    orders = [[0, 1, 2], [2, 0, 3], [3, 2, 1]]
    _, table = _days(lab, orders)
    indices = np.nan_to_num(table[:4] + 1)  # from 1, 0 where not found
    mat5(lab.at("reg.mat"), cell_registered_struct={"cell_to_index_map": indices})
    part = "%s: {file: reg.mat, name: cell_registered_struct.cell_to_index_map, column: %%d}"
    lab.refused(_manifest(3, part % "ids"), "registration")
    lab.record(_manifest(3, part % "registration"))
    ids = [int(row["id"]) for row in lab.cells]
    assert ids == [c + 1 for order in orders for c in order], ids
    assert float(lab.sessions[0]["fraction_active"]) == 0.75
    _same_maps(lab)


def cellreg_of_cells_found_every_day(lab):
    _, table = _days(lab, ORDERS)
    mat5(lab.at("reg.mat"), cell_registered_struct={"cell_to_index_map": table + 1})
    part = "%s: {file: reg.mat, name: cell_registered_struct.cell_to_index_map, column: %%d}"
    lab.refused(_manifest(4, part % "ids"), "sessions.0.ids", "registration")
    lab.record(_manifest(4, part % "registration"))
    _same_maps(lab)


def identities_one_by_one(lab):
    _days(lab, ORDERS)
    for day, order in enumerate(ORDERS):
        lab.save(f"ids{day + 1}.npy", np.array(order) + 1)
    lab.record(_manifest(4, "ids: {file: ids%d.npy}"))
    _same_maps(lab)


def caiman_counts_from_0_and_has_nan(lab):
    orders = [[0, 1, 2], [2, 0, 3], [3, 2, 1]]
    _, table = _days(lab, orders)
    lab.save("assignments.npy", table[:4])
    lab.record(_manifest(3, "registration: {file: assignments.npy, column: %d}"))
    _same_maps(lab)
    lab.save("from1.npy", table[:4] + 1)
    lab.refused(_manifest(3, "registration: {file: from1.npy, column: %d}"), "sessions.0.registration", "counted from 0")
    lab.record(_manifest(3, "registration: {file: from1.npy, column: %d, base: 1}"))
    _same_maps(lab)
    lab.save("assignments.npy", np.nan_to_num(table[:4], nan=-1).astype(int))
    lab.record(_manifest(3, "registration: {file: assignments.npy, column: %d}"))
    _same_maps(lab)


def a_registration_table_as_csv(lab):
    _, table = _days(lab, ORDERS)
    lab.table("reg.csv", "day1,day2,day3,day4", list(table.T))
    lab.record(_manifest(4, "registration: {file: reg.csv, column: day%d}"))
    _same_maps(lab)
    lab.table("reg.csv", "cell,day1,day2,day3,day4", [np.arange(5), *(table + 1).T])
    lab.record(_manifest(4, "registration: {file: reg.csv, column: day%d, base: 1}"))
    _same_maps(lab)
    lab.refused(_manifest(4, "ids: {file: reg.csv, column: day%d}"), "registration")


def cells_in_no_row_are_cells_of_their_own(lab):
    _, table = _days(lab, ORDERS)
    mat5(lab.at("reg.mat"), allSessionMapping=table[:3] + 1)  # ROIMatch keeps those found in all
    lab.record(_manifest(4, "registration: {file: reg.mat, name: allSessionMapping, column: %d}"))
    _same_maps(lab)
    assert "2 of 5 cells are in no row" in lab.out
    assert abs(float(lab.sessions[0]["fraction_active"]) - 5 / 11) < 1e-9, lab.sessions[0]["fraction_active"]


def tables_that_cannot_be(lab):
    _, table = _days(lab, ORDERS)
    indices = table + 1
    mat5(lab.at("reg.mat"), m=indices, v=np.arange(1, 6), twice=np.column_stack([[1, 1, 2, 3, 4]] * 4), far=indices + 3,
         half=indices + 0.5)
    part = "registration: {file: reg.mat, name: %s, column: %%d}"
    lab.refused(_manifest(4, part % "v"), "sessions.0.registration", "ids")
    lab.refused(_manifest(4, part % "twice"), "rows 1 and 2", "both cell 1")
    lab.refused(_manifest(4, part % "far"), "the session has 5")
    lab.refused(_manifest(4, part % "half"), "the session has 5")
    lab.refused(_manifest(4, "label: s%d, registration: {file: reg.mat, name: m}"), "column")
    lab.refused(_manifest(4, "ids: {kind: order}, registration: {file: reg.mat, name: m, column: %d}"), "sessions.0.ids", "not used")


def registered_needs_identities(lab):
    t = lab.track
    for day in (1, 2, 3, 4):
        seen = t.a.astype(float)
        seen[:, day % 3] = np.nan
        mat5(lab.at(f"d{day}.mat"), spikes=seen, position=t.x, t=t.t)
        lab.save(f"a{day}.npy", seen)
    lab.save("x.npy", t.x)
    lab.save("t.npy", t.t)
    matlab = "".join(f"  - {{day: {d}, file: d{d}.mat, activity: {{times: t}}, position: {{times: t}}}}\n" for d in (1, 2, 3, 4))
    arrays = "".join(f"  - {{day: {d}, activity: {{file: a{d}.npy, times: t.npy}}, position: {{file: x.npy, times: t.npy}}}}\n" for d in (1, 2, 3, 4))
    for sessions in (matlab, arrays):
        lab.refused("defaults: {registered: true, animal: m}\nsessions:\n" + sessions, "line 4", "registered", "kind: order")
        lab.record("defaults: {registered: true, animal: m, ids: {kind: order}}\nsessions:\n" + sessions)
        assert [float(row["fraction_active"]) for row in lab.sessions] == [float(f"{2 / 3:.10g}")] * 4
        assert [row["id"] for row in lab.cells[:2]] == ["1", "3"]
        _same_maps(lab)


def order_is_of_equally_many_cells(lab):
    t = lab.track
    lab.save("a1.npy", t.a)
    lab.save("a2.npy", t.a[:, :2])
    lab.save("x.npy", t.x)
    sessions = "".join(f"  - {{day: {d}, frame_seconds: 0.05, activity: {{file: a{d}.npy}}, position: {{file: x.npy}}}}\n" for d in (1, 2))
    lab.refused("defaults: {animal: m, ids: {kind: order}}\nsessions:\n" + sessions, "ids.kind", "3 cells", "2")


def registered_tables_without_numbers(lab):
    t = lab.track
    lab.table("d1.csv", "time,x,neuron A,neuron B,neuron C", [t.t, t.x, *t.a.T])
    lab.refused("sessions:\n  - {file: d1.csv, registered: true}\n", "sessions.0.registered", "which cell is which")
    lab.table("d1.csv", "time,x,p0_cell1,p1_cell1,p1_cell2", [t.t, t.x, *t.a.T])
    lab.refused("sessions:\n  - {file: d1.csv, registered: true}\n", "identity 1")


def identities_of_nwb(lab):
    t = lab.track
    with Nwb(lab.at("day1.nwb")) as nwb:
        nwb.rois(t, t.a, t.t, ids=[11, 5, 7])
        nwb.position(t.x, t.t)
    lab.right("sessions:\n  - {file: day1.nwb, registered: true}\n")
    assert [row["id"] for row in lab.cells] == ["11", "5", "7"]
    with Nwb(lab.at("day2.nwb")) as nwb:
        nwb.series("acquisition/dff", "RoiResponseSeries", t.a, t.t)
        nwb.position(t.x, t.t)
    lab.refused("sessions:\n  - {file: day2.nwb, registered: true}\n", "registered")
    lab.right("sessions:\n  - {file: day2.nwb, registered: true, ids: {kind: order}}\n", information(t.x, t.a))


def a_base_that_does_not_fit(lab):
    orders = [[0, 1, 2], [2, 0, 3], [3, 2, 1]]
    _, table = _days(lab, orders)
    mat5(lab.at("caiman.mat"), assignments=table[:4])  # from 0, in MATLAB
    lab.refused(_manifest(3, "registration: {file: caiman.mat, name: assignments, column: %d}"), "sessions.0.registration", "base: 0 or 1")
    lab.record(_manifest(3, "registration: {file: caiman.mat, name: assignments, column: %d, base: 0}"))
    _same_maps(lab)
    lab.save("cellreg.npy", np.vstack([np.nan_to_num(table[:4] + 1), np.zeros((2, 3))]))  # from 1, in NumPy
    lab.refused(_manifest(3, "registration: {file: cellreg.npy, column: %d}"), "base: 0 or 1")
    lab.record(_manifest(3, "registration: {file: cellreg.npy, column: %d, base: 1}"))
    _same_maps(lab)


def a_registration_table_on_its_side(lab):
    """Sessions x cells: refused where the shape shows it, in every format, or said and turned."""
    _, table = _days(lab, ORDERS[:3])
    lab.save("side.npy", table.T)
    lab.save("upright.npy", table)
    mat5(lab.at("side.mat"), map=table.T + 1)
    lab.table("side.csv", "", list(table))
    lab.table("named.csv", "a,b,c,d,e", list(table))
    part = "registration: {file: %s, column: %%d%s}"
    for name, more in (("side.npy", ""), ("side.mat", ", name: map")):
        lab.refused(_manifest(3, part % (name, more)), "3 x 5", "a row for each cell", "cells-last")
        lab.record(_manifest(3, part % (name, more + ", orientation: cells-last")))
        _same_maps(lab)
    for name in ("side.csv", "named.csv"):
        lab.refused(_manifest(3, part % (name, "")), "5 columns", "a row for each cell")
        lab.refused(_manifest(3, part % (name, ", orientation: cells-last")), "orientation")
    lab.record(_manifest(3, part % ("upright.npy", ", orientation: cells-first")))
    _same_maps(lab)


def row_numbers_before_a_registration_table(lab):
    """Column 1 of what pandas or R wrote would be the row numbers, and every session the one before it."""
    _, table = _days(lab, ORDERS)
    numbers = np.arange(5)
    for header, first in ((",day1,day2,day3,day4", numbers), ('"","day1","day2","day3","day4"', numbers + 1),
                          ("Unnamed: 0,day1,day2,day3,day4", numbers), ("cell,day1,day2,day3,day4", numbers)):
        lab.table("reg.csv", header, [first, *table.T])
        lab.refused(_manifest(4, "registration: {file: reg.csv, column: %d}"), "numbers the rows", "by name")
        lab.record(_manifest(4, "registration: {file: reg.csv, column: day%d}"))
        _same_maps(lab)
    lab.table("reg.csv", "1,2,3,4", list(table.T))  # names, if of digits
    lab.record(_manifest(4, "registration: {file: reg.csv, column: %d}"))
    _same_maps(lab)
