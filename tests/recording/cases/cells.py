"""What is a cell, and what is the animal's place."""
import numpy as np

from cases.made import Nwb, information, mat5


def columns_that_other_parts_take_are_no_cells(lab):
    t = lab.track
    lab.table("day1.csv", "time,lin_dist,speed_cm_s,lap_number,neuron A,neuron B,neuron C",
              [t.t, t.x, np.full(t.n, 20), t.t // 10, *t.a.T])
    text = "sessions:\n  - {file: day1.csv, position: {column: lin_dist}, speed: {column: speed_cm_s}}\n"
    lab.right(text)
    lab.checked(text, "neuron A, neuron B, neuron C", "'lap_number'")


def taken_columns_without_names_of_cells(lab):
    t = lab.track
    lab.table("day1.csv", "time,place,pace,A,B,C", [t.t, t.x, np.full(t.n, 20), *t.a.T])
    lab.right("sessions:\n  - {file: day1.csv, position: {column: place}, speed: {column: pace}}\n")


def taken_columns_of_one_matrix(lab):
    t = lab.track
    both = np.column_stack([t.t, t.x, t.a])
    lab.save("all.npy", both)
    lab.right("sessions:\n  - {activity: {file: all.npy, times: '1'}, position: {file: all.npy, times: '1', column: 2}}\n")
    mat5(lab.at("all.mat"), data=both)
    lab.right("sessions:\n  - {file: all.mat, activity: {name: data, times: '1'}, position: {name: data, times: '1', column: 2}}\n")


def row_numbers_of_pandas_and_r(lab):
    t = lab.track
    lab.table("day1.csv", ",time,x,cell_1,cell_2,cell_3", [np.arange(t.n), t.t, t.x, *t.a.T])
    lab.table("day2.csv", '"","time","x","cell_1","cell_2","cell_3"', [[f'"{i + 1}"' for i in range(t.n)], t.t, t.x, *t.a.T])
    text = "defaults: {registered: true, animal: m}\nsessions:\n  - {day: 1, file: day1.csv}\n  - {day: 2, file: day2.csv}\n"
    lab.right(text, 2 * information(t.x, t.a))
    assert [row["id"] for row in lab.cells] == ["1", "2", "3"] * 2


def row_numbers_by_other_names(lab):
    t = lab.track
    for name in ("Unnamed: 0", "index", "obs", "row"):
        lab.table("day1.csv", name + ",time,x,A,B,C", [np.arange(t.n), t.t, t.x, *t.a.T])
        lab.right("sessions:\n  - {file: day1.csv}\n")


def an_index_without_a_header_of_its_own(lab):
    t = lab.track
    lab.table("day1.csv", "time,x,cell_1,cell_2,cell_3", [np.arange(t.n), t.t, t.x, *t.a.T])
    lab.right("sessions:\n  - {file: day1.csv}\n")


def numbers_as_a_header_of_pandas(lab):
    t = lab.track
    lab.table("a.csv", ",0,1,2", [np.arange(t.n), *t.a.T])
    lab.table("x.csv", ",0", [np.arange(t.n), t.x])
    lab.right("sessions:\n  - {frame_seconds: 0.05, activity: {file: a.csv}, position: {file: x.csv, column: 2, skip_rows: 1}}\n", frames=600)


def a_header_in_a_comment(lab):
    t = lab.track
    np.savetxt(lab.at("day1.csv"), np.column_stack([t.t, t.x, t.a]), delimiter=",", header="time,x,cell_1,cell_2,cell_3", fmt="%.5g")
    lab.right("sessions:\n  - {file: day1.csv}\n", frames=600)


def byte_order_marks(lab):
    t = lab.track
    columns = [t.t, t.x, *t.a.T]
    lab.table("day1.csv", "time,x,cell_1,cell_2,cell_3", columns, mark="\ufeff")
    lab.right("sessions:\n  - {file: day1.csv, frame_seconds: 0.05}\n", frames=600)
    lab.table("nohead.csv", "", columns, mark="\ufeff")
    lab.right('sessions:\n  - {activity: {file: nohead.csv, times: "1", columns: ["3", "4", "5"]}, '
              'position: {file: nohead.csv, times: "1", column: "2"}}\n', frames=600)
    lab.table("tabs.tsv", "time\tx\tcell_1\tcell_2\tcell_3", columns, separator="\t", mark="\ufeff", end="\r\n")
    lab.right("sessions:\n  - {file: tabs.tsv}\n", frames=600)


def empty_last_columns(lab):
    t = lab.track
    empty = [""] * t.n
    for day in (1, 2, 3, 4):
        lab.table(f"d{day}.csv", "time,x,cell_1,cell_2,cell_3,", [t.t, t.x, *t.a.T, empty])
    text = "defaults: {registered: true, animal: m}\nsessions:\n" + "".join(f"  - {{day: {d}, file: d{d}.csv}}\n" for d in (1, 2, 3, 4))
    lab.right(text, 4 * information(t.x, t.a))
    assert [row["id"] for row in lab.cells[:3]] == ["1", "2", "3"]
    assert all(abs(float(row["map_correlation_with_first"]) - 1) < 1e-12 for row in lab.sessions)
    lab.table("d1.csv", "time,x,cell_1,cell_2,cell_3", [t.t, t.x, *t.a.T, empty])
    lab.right("sessions:\n  - {file: d1.csv}\n")
    lab.table("d1.csv", "time;x;cell_1;cell_2;cell_3;;", [t.t, t.x, *t.a.T, empty, empty], separator=";")
    lab.right("sessions:\n  - {file: d1.csv}\n")


def columns_of_words(lab):
    t = lab.track
    lab.table("day1.csv", "time,x,phase,A,B,C", [t.t, t.x, ["run"] * t.n, *t.a.T])
    lab.right("sessions:\n  - {file: day1.csv}\n")
    lab.table("day1.csv", "", [t.t, ["run"] * t.n, t.x, *t.a.T])
    lab.right('sessions:\n  - {file: day1.csv, activity: {times: "1", columns: [4, 5, 6]}, position: {times: "1", column: 3}}\n', frames=600)


def cells_named_by_numbers_beside_eyes_and_licks(lab):
    t = lab.track
    noise = np.random.default_rng(5).random(t.n)
    lab.table("day1.csv", "time,x,pupil_x,lick,12,7,30", [t.t, t.x, noise, noise > 0.5, *t.a.T])
    lab.right("sessions:\n  - {file: day1.csv, registered: true}\n")
    assert [row["id"] for row in lab.cells] == ["12", "7", "30"]


def rois_by_time_in_nwb(lab):
    t = lab.track
    with Nwb(lab.at("day1.nwb")) as nwb:
        nwb.rois(t, t.a.T, rate=20.0)
        nwb.position(t.x, t.t)
    lab.right("sessions:\n  - {file: day1.nwb}\n", frames=600)
    with Nwb(lab.at("day2.nwb")) as nwb:
        nwb.rois(t, t.a, rate=20.0, compression="gzip", chunks=(100, 2))
        nwb.position(t.x, t.t)
    lab.right("sessions:\n  - {file: day2.nwb}\n", frames=600)


def fewer_frames_than_cells_is_asked_about(lab):
    t = lab.track
    lab.save("a.npy", t.a.T)
    lab.save("x.npy", t.x)
    lab.save("t.npy", t.t)
    # its own numbers decide: as many positions as columns
    lab.right("sessions:\n  - {frame_seconds: 0.05, activity: {file: a.npy}, position: {file: x.npy}}\n", frames=600)
    # nothing decides: positions on a clock of their own
    lab.save("x.npy", t.x[:-1])
    lab.save("t.npy", t.t[:-1])
    lab.refused("sessions:\n  - {frame_seconds: 0.05, activity: {file: a.npy}, position: {file: x.npy, times: t.npy}}\n",
                "sessions.0.activity", "orientation", "fewer frames than cells")
    mat5(lab.at("a.mat"), spikes=t.a.T)
    lab.refused("sessions:\n  - {frame_seconds: 0.05, activity: {file: a.mat}, position: {file: x.npy, times: t.npy}}\n", "orientation")


def a_square_could_lie_either_way(lab):
    square = np.random.default_rng(3).poisson(1, (40, 40))
    t = 0.05 * np.arange(40)
    lab.save("a.npy", square)
    lab.save("x.npy", np.abs(np.sin(t)))
    lab.save("t.npy", t)
    start = "sessions:\n  - {activity: {file: a.npy, times: t.npy%s}, position: {file: x.npy, times: t.npy}}\n"
    lab.refused(start % "", "either way")
    x = np.abs(np.sin(t))
    lab.right(start % ", orientation: cells-first", information(x, square.T))
    lab.right(start % ", orientation: cells-last", information(x, square))


def identities_tell_which_side_is_cells(lab):
    t = lab.track
    lab.save("a.npy", t.a[:2].T)  # 3 cells of 2 frames, at first sight 3 frames of 2 cells
    lab.save("wide.npy", t.a.T)
    lab.save("ids.npy", np.array([5, 6, 7]))
    lab.save("x.npy", t.x)
    lab.save("t.npy", t.t + 0.001)
    lab.right("sessions:\n  - {frame_seconds: 0.05, activity: {file: wide.npy}, ids: {file: ids.npy}, position: {file: x.npy}}\n", frames=600)


def gaze_is_not_place(lab):
    t = lab.track
    random = np.random.default_rng(9)
    with Nwb(lab.at("day1.nwb")) as nwb:
        nwb.units(t)
        nwb.position(np.column_stack([t.x, t.x]), t.t)
        nwb.position(random.random((t.n, 2)), t.t, "pupil_position", "EyeTracking")
    lab.right("bins_y: 20\nsessions:\n  - {file: day1.nwb}\n")
    lab.scanned(["day1.nwb"], r'position: \{name: "/processing/behavior/Position/SpatialSeries"\}', "pupil_position")


def gaze_outside_its_container(lab):
    t = lab.track
    random = np.random.default_rng(9)
    with Nwb(lab.at("day1.nwb")) as nwb:
        nwb.rois(t, t.a, t.t)
        nwb.position(t.x, t.t, "linear")
        nwb.series("processing/behavior/eye_position", "SpatialSeries", random.random((t.n, 2)), t.t)
        nwb.position(random.random(t.n), t.t, "position_of_gaze", "PupilTracking")
    lab.right("sessions:\n  - {file: day1.nwb}\n")
    lab.table("day1.csv", "time,eye_position,x,cell_1,cell_2,cell_3", [t.t, random.random(t.n), t.x, *t.a.T])
    lab.right("sessions:\n  - {file: day1.csv}\n")
    mat5(lab.at("day1.mat"), spikes=t.a, t=t.t, pupil_position=random.random(t.n), position=t.x)
    lab.right("sessions:\n  - {file: day1.mat, activity: {times: t}, position: {times: t}}\n")
    with Nwb(lab.at("day2.nwb")) as nwb:
        nwb.units(t)
        nwb.position(random.random((t.n, 2)), t.t, "position", "EyeTracking")
    lab.refused("sessions:\n  - {file: day2.nwb}\n", "holds no position")


def a_microscopes_two_header_rows(lab):
    t = lab.track
    lab.table("day1.csv", " , C00, C01, C02\nTime(s)/Cell Status, accepted, undecided, accepted", [t.t, *t.a.T])
    lab.table("x.csv", "time,x\ns,cm", [t.t, t.x])
    lab.right("sessions:\n  - {registered: true, activity: {file: day1.csv}, position: {file: x.csv, column: x}}\n", frames=600)
    assert [row["id"] for row in lab.cells] == ["0", "1", "2"]


def row_numbers_of_a_part_of_a_table(lab):
    t = lab.track
    lab.table("day1.csv", "obs,time,x,A,B,C", [np.arange(5012, 5012 + t.n), t.t, t.x, *t.a.T])
    lab.right("sessions:\n  - {file: day1.csv}\n")


def row_names_that_r_called_x(lab):
    """R reads the nameless column that it wrote as X, which is no place where it counts the rows."""
    t = lab.track
    for first in (0, 1):
        lab.table("d.csv", "X,time,x,cell_1,cell_2,cell_3", [np.arange(t.n) + first, t.t, t.x, *t.a.T])
        lab.right("sessions:\n  - {file: d.csv}\n")
    lab.table("d.tsv", "X\ttime\tpos\tcell_1\tcell_2\tcell_3", [np.arange(t.n) + 1, t.t, t.x, *t.a.T], separator="\t")
    lab.right("sessions:\n  - {file: d.tsv}\n")
    lab.table("d.csv", "X,time,cell_1,cell_2,cell_3", [t.x, t.t, *t.a.T])
    lab.right("sessions:\n  - {file: d.csv}\n")


def units_behind_names(lab):
    """x (cm) is a place, and no cell, whatever the cells are called."""
    t = lab.track
    for names in ("time (s),x (cm),anna,bert,carl", "time [s],x[cm],anna,bert,carl", "Time (s),X (cm),cell 1,cell 2,cell 3"):
        lab.table("d.csv", names, [t.t, t.x, *t.a.T])
        lab.right("sessions:\n  - {file: d.csv}\n")
    mat5(lab.at("d.mat"), spikes=t.a, x=t.x, t=t.t)
    lab.table("d.tsv", "time (ms)\tx (mm)\tanna\tbert\tcarl", [1000 * t.t, t.x, *t.a.T], separator="\t")
    lab.right("sessions:\n  - {file: d.tsv}\n")
    assert "milliseconds" in lab.out, lab.out
