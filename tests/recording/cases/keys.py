"""A key that is given and not used is an error by line and key."""
import numpy as np

from cases.made import Cells, Nwb, mat5, information


def _arrays(lab):
    t = lab.track
    lab.save("a.npy", t.a)
    lab.save("cells_first.npy", t.a.T)
    lab.save("x.npy", t.x)
    lab.save("t.npy", t.t)
    lab.save("list.npy", t.spike_list(1))
    lab.table("cells_first.csv", "", list(t.a))
    lab.table("track.csv", "time,x", [t.t, t.x])
    lab.table("day1.csv", "time,x,cell_1,cell_2,cell_3", [t.t, t.x, *t.a.T])


POSITION = "position: {file: x.npy, times: t.npy}"


def a_list_of_spikes_in_numpy(lab):
    _arrays(lab)
    lab.right("sessions:\n  - {frame_seconds: 0.05, activity: {file: list.npy, kind: spike-list}, " + POSITION + "}\n")


def a_list_of_spikes_in_matlab(lab):
    t = lab.track
    mat5(lab.at("list.mat"), spikes=t.spike_list(1), x=t.x, t=t.t)
    lab.right("sessions:\n  - {frame_seconds: 0.05, file: list.mat, activity: {name: spikes, kind: spike-list}, position: {name: x, times: t}}\n")


def a_list_of_spikes_on_its_side(lab):
    _arrays(lab)
    lab.save("list.npy", lab.track.spike_list(1).T)
    lab.right("sessions:\n  - {frame_seconds: 0.05, activity: {file: list.npy, kind: spike-list}, " + POSITION + "}\n")


def columns_of_a_matrix_are_cells_either_way(lab):
    _arrays(lab)
    one = information(lab.track.x, lab.track.a[:, :1])
    lab.right("sessions:\n  - {activity: {file: cells_first.npy, orientation: cells-first, times: t.npy, columns: [1]}, " + POSITION + "}\n", one)
    two = information(lab.track.x, lab.track.a[:, 1:])
    lab.right("sessions:\n  - {activity: {file: a.npy, times: t.npy, columns: [2, 3]}, " + POSITION + "}\n", two)
    lab.refused("sessions:\n  - {activity: {file: a.npy, times: t.npy, columns: [4]}, " + POSITION + "}\n", "sessions.0.activity.columns", "cell '4'")


def columns_of_a_matlab_matrix(lab):
    t = lab.track
    mat5(lab.at("d.mat"), data=t.a.astype(float), x=t.x, t=t.t)
    lab.right("sessions:\n  - {file: d.mat, activity: {name: data, columns: [3, 1], times: t}, position: {name: x, times: t}}\n",
              information(t.x, t.a[:, [0, 2]]))


def orientation_of_a_table(lab):
    _arrays(lab)
    lab.right("sessions:\n  - {frame_seconds: 0.05, activity: {file: cells_first.csv, orientation: cells-first}, position: {file: track.csv}}\n", frames=600)
    lab.right("sessions:\n  - {frame_seconds: 0.05, activity: {file: cells_first.csv}, position: {file: track.csv}}\n", frames=600)


def scale_of_spike_times(lab):
    _arrays(lab)
    spikes = lab.track.spike_list(1)
    lab.table("samples.csv", "sample,cell", [np.round(spikes[:, 0] * 30000), spikes[:, 1]])
    lab.right("sessions:\n  - {activity: {file: samples.csv, kind: spike-list, scale: 3.3333333333e-05}, position: {file: track.csv}}\n")
    assert "spikes outside" not in lab.out
    lab.right("sessions:\n  - {activity: {file: samples.csv, kind: spike-list, time_unit: samples, rate: 30000}, position: {file: track.csv}}\n")
    lab.refused("sessions:\n  - {activity: {file: samples.csv, kind: spike-list}, position: {file: track.csv}}\n", "clocks", "time_unit")


def cells_are_chosen_by_keep(lab):
    _arrays(lab)
    lab.save("iscell.npy", np.array([[1, 0.9], [0, 0.1], [1, 0.8]]))
    start = "sessions:\n  - {activity: {file: cells_first.npy, orientation: cells-first, times: t.npy}, " + POSITION
    lab.refused(start + ", cells: {file: iscell.npy, column: 1}}\n", "line 5", "sessions.0.cells", "keep")
    lab.right(start + ", keep: {file: iscell.npy, column: 1}}\n", information(lab.track.x, lab.track.a[:, [0, 2]]))
    lab.right(start + ", keep: {file: iscell.npy, column: 1, equals: 0}}\n", information(lab.track.x, lab.track.a[:, 1:2]))
    lab.refused(start + ", keep: {file: iscell.npy, column: 1, equals: 7}}\n", "sessions.0.keep.equals", "none of the 3 cells")
    lab.refused(start + ", keep: {file: x.npy}}\n", "lengths disagree", "600 rows")


def keys_of_no_such_part(lab):
    _arrays(lab)
    for key, where in (("threshold: 1", "position.threshold"), ("area: CA1", "position.area"),
                       ("kind: frames", "position.kind"), ("orientation: cells-last", "position.orientation"),
                       ("base: 1", "position.base"), ("equals: 1", "position.equals")):
        lab.refused("sessions:\n  - {activity: {file: a.npy, times: t.npy}, position: {file: x.npy, times: t.npy, " + key + "}}\n",
                    "line 5", "sessions.0." + where, "not used")


def keys_of_no_such_format(lab):
    _arrays(lab)
    lab.refused("sessions:\n  - {activity: {file: a.npy, times: t.npy, name: spikes}, " + POSITION + "}\n", "sessions.0.activity.name", "no names")
    lab.refused("sessions:\n  - {file: day1.csv, activity: {name: cell}}\n", "sessions.0.activity.name", "CSV")
    lab.refused("sessions:\n  - {activity: {file: a.npy, times: t.npy, skip_rows: 1}, " + POSITION + "}\n", "sessions.0.activity.skip_rows")
    lab.refused("sessions:\n  - {file: day1.csv, cells: {area: CA1}}\n", "sessions.0.cells", "nothing says of which area")
    lab.refused("sessions:\n  - {file: day1.csv, task: {name: task}}\n", "sessions.0.task")


def keys_that_the_layout_does_not_use(lab):
    _arrays(lab)
    t = lab.track
    with Nwb(lab.at("u.nwb")) as nwb:
        nwb.units(t)
        nwb.position(t.x, t.t)
    mat5(lab.at("s.mat"), spikes=Cells(s[:, None] for s in t.spikes()), x=t.x, t=t.t)
    lab.refused("sessions:\n  - {file: u.nwb, activity: {threshold: 1}}\n", "sessions.0.activity.threshold", "spike times")
    lab.refused("sessions:\n  - {file: u.nwb, activity: {orientation: cells-first}}\n", "sessions.0.activity.orientation")
    lab.refused("sessions:\n  - {file: u.nwb, activity: {columns: [1]}}\n", "sessions.0.activity.columns")
    lab.refused("sessions:\n  - {file: s.mat, activity: {name: spikes, columns: [1]}, position: {name: x, times: t}}\n", "sessions.0.activity.columns")
    lab.refused("sessions:\n  - {activity: {file: a.npy, times: t.npy, rate: 20}, " + POSITION + "}\n", "sessions.0.activity.rate", "samples")
    lab.refused("sessions:\n  - {frame_seconds: 0.05, activity: {file: a.npy, bad_times: drop}, position: {file: x.npy}}\n", "sessions.0.activity.bad_times")
    lab.refused("sessions:\n  - {file: u.nwb, activity: {kind: frames}}\n", "sessions.0.activity.kind")


def parts_that_nothing_asks_for(lab):
    _arrays(lab)
    lab.refused("sessions:\n  - {file: day1.csv, position_y: {column: cell_1}}\n", "sessions.0.position_y", "bins_y")
    lab.refused("sessions:\n  - {file: day1.csv, direction_signal: {column: cell_1}}\n", "sessions.0.direction_signal", "pooled")
    lab.refused("sessions:\n  - {file: day1.csv, occupancy: {column: cell_1}}\n", "sessions.0.occupancy", "rate_maps")
    lab.refused("sessions:\n  - {file: day1.csv, activity: {columns: [cell_*]}, metrics: {fraction_active: 0.5}}\n", "sessions.0.activity", "metrics")
    lab.refused("range_y: [0, 1]\nsessions:\n  - {file: day1.csv}\n", "line 4", "range_y")
    lab.refused("circular: true\nbins_y: 4\nsessions:\n  - {file: day1.csv}\n", "line 4", "circular")


def defaults_are_used_by_some_session(lab):
    _arrays(lab)
    two = "sessions:\n  - {file: day1.csv}\n  - {day: 2, activity: {file: a.npy, times: t.npy}, position: {file: x.npy, times: t.npy}}\n"
    lab.refused("defaults: {activity: {area: CA1}}\n" + two, "line 4", "defaults.activity.area", "any session")
    lab.refused("defaults: {position: {threshold: 2}}\n" + two, "defaults.position.threshold")
    lab.checked("defaults: {activity: {columns: [1, 2]}}\nsessions:\n  - {activity: {file: a.npy, times: t.npy}, " + POSITION + "}\n"
                "  - {day: 2, frame_seconds: 0.05, activity: {file: list.npy, kind: spike-list}, " + POSITION + "}\n", "2 cells", "3 cells")
    lab.refused("defaults: {activity: {threshold: 1}}\nsessions:\n  - {frame_seconds: 0.05, activity: {file: list.npy, kind: spike-list}, " + POSITION + "}\n",
                "defaults.activity.threshold")


def unknown_keys_and_values(lab):
    _arrays(lab)
    lab.refused("sessions:\n  - {file: day1.csv, activity: {times_scale: 0.001}}\n", "times_scale")
    lab.refused("sessions:\n  - {file: day1.csv, position: {time_unit: minutes}}\n", "sessions.0.position.time_unit", "samples")
    lab.refused("sessions:\n  - {file: day1.csv, position: {time_unit: samples}}\n", "sessions.0.position.time_unit", "rate")
    lab.refused("sessions:\n  - {file: day1.csv, position: {bad_times: keep}}\n", "sessions.0.position.bad_times", "drop")
    lab.refused("sessions:\n  - {file: day1.csv, ids: {kind: frames}}\n", "sessions.0.ids.kind", "order")
    lab.refused("sessions:\n  - {file: day1.csv, position: {times: {}}}\n", "sessions.0.position.times")
    lab.refused("sessions:\n  - {file: day1.csv, position: {times: {file: gone.csv}}}\n", "sessions.0.position.times.file", "gone.csv")
    lab.refused("sessions:\n  - {file: day1.csv, position: {column: x, columns: [x]}}\n", "sessions.0.position.column")


def areas_that_nothing_tells(lab):
    t = lab.track
    mat5(lab.at("d.mat"), spikes=t.a, x=t.x, t=t.t)
    lab.refused("sessions:\n  - {file: d.mat, activity: {name: spikes, times: t}, position: {name: x, times: t}, cells: {area: CA1}}\n",
                "sessions.0.cells.area", "nothing says")


def keys_of_times_where_there_are_none(lab):
    _arrays(lab)
    start = "sessions:\n  - {frame_seconds: 0.05, activity: {file: a.npy}, position: {file: x.npy, %s}}\n"
    lab.refused(start % "time_unit: ms", "sessions.0.position.time_unit", "no times")
    lab.refused(start % "bad_times: drop", "sessions.0.position.bad_times", "no times")
    lab.refused(start % "times: t.npy, rate: 20", "sessions.0.position.rate", "there are times")
