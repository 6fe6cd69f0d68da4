"""What `measure`, `tuning` and `phases` write, against docs/model.md in numpy."""
import tempfile

from files import Test, load  # first: it says what is missing

import netCDF4
import numpy as np

import measures
import phases
from network import ACTIVATIONS, Parameters, forward


def snapshot(run, index):
    return Parameters(run["input_weights"][index], run["bias"][index], run["output_weights"][index])


def environments_of(run):
    count = len(run["occupancy"]) if run["occupancy"].ndim == 2 else 1
    label = run.get("environment", np.zeros(len(run["position"])))
    return [label == e for e in range(count)]


def measured(test, name, activation, environments):
    """Tuning, information, correlations and phases of a run."""
    theirs, attributes, _ = test.run(name, (
        f"name: {name}\nseed: 3\n"
        f"world: {{task: predictive-track, samples: 120, input_dim: 7, environments: {environments}}}\n"
        f"network: {{hidden: 30, activation: {activation}}}\n"
        "learning: {rule: sgd, learning_rate: 0.1, update_noise: 0.05}\n"
        "run: {steps: 20000, records: 301, snapshots: 7}\n"))
    test.nulldrift("measure", name + ".nc", "--quiet")
    theirs, attributes, _ = test.load(name)
    here = environments_of(theirs)
    shape = lambda values: np.array(values).squeeze(1) if environments == 1 else np.array(values)
    phi = ACTIVATIONS[activation][0]
    curves, numbers, occupancies, centres = [], [], [], []
    for index in range(len(theirs["snapshot_step"])):
        h = forward(snapshot(theirs, index), phi, theirs["inputs"])[0]
        curves.append([])
        numbers.append([])
        for samples in here:
            directed = measures.directed_position(theirs["position"][samples])
            p, r = measures.tuning(h[samples], measures.bins_of(directed))
            curves[-1].append(r)
            numbers[-1].append(measures.unit_measures(p, r))
            if index == 0:
                occupancies.append(p)
                centres.append(measures.bin_centres(directed))
    whole = lambda values: values[0] if environments == 1 else values
    test.close(f"{name} occupancy", whole(occupancies), theirs["occupancy"])
    test.close(f"{name} bin_position", whole(centres), theirs["bin_position"])
    if np.all(occupancies):
        test.fail(f"{name} bins never visited", "none: the test cannot fail")
    test.close(f"{name} tuning_curves", shape(curves), theirs["tuning_curves"])
    variables = ("spatial_information", "spatial_sparsity", "mean_activity", "peak_activity")
    for which, variable in enumerate(variables):
        mine = np.array([[unit[which] for unit in at] for at in numbers])
        test.close(f"{name} {variable}", shape(mine), theirs[variable])
    information = np.array([[unit[0] for unit in at] for at in numbers])
    tuned = information > measures.TUNED
    test.close(f"{name} tuned", shape(tuned), theirs["tuned"])
    correlations(test, name, curves, tuned, theirs)
    correlations(test, name, curves, tuned, theirs, "published_")
    find_phases(test, name, theirs, attributes)
    return theirs


def correlations(test, name, curves, tuned, theirs, prefix=""):
    maps = [[measures.rate_maps(r, prefix != "") for r in at] for at in curves]
    times, environments = len(maps), len(maps[0])
    by_map, by_vector = np.full((times, times), np.nan), np.full((times, times), np.nan)
    for a in range(times):
        for b in range(times):
            by_map[a, b] = measures.mean_known(
                [measures.map_correlation(maps[a][e], maps[b][e], tuned[a, e] & tuned[b, e])
                 for e in range(environments)])
            by_vector[a, b] = measures.mean_known(
                [measures.vector_correlation(maps[a][e], maps[b][e]) for e in range(environments)])
    for variable, mine in (("rate_map_correlation", by_map),
                           ("population_vector_correlation", by_vector)):
        test.close(f"{name} {prefix}{variable}", mine, theirs[prefix + variable])
    if environments > 1 and not prefix:
        between = [[[measures.map_correlation(at[a], at[b], tuned[k, a] & tuned[k, b])
                     for b in range(environments)] for a in range(environments)]
                   for k, at in enumerate(maps)]
        test.close(f"{name} environment_correlation", between, theirs["environment_correlation"])


def find_phases(test, name, theirs, attributes):
    end, _ = phases.familiarity(theirs["step"], theirs["loss"])
    test.close(f"{name} end of phase i", end, attributes["phase_1_end_step"])
    second, start, stop = phases.regularisation(
        theirs["step"], (theirs["fraction_active_units"], theirs["active_fraction"]), end)
    test.close(f"{name} end of phase ii", [second, start, stop],
               [attributes["phase_2_end_step"], attributes["phase_fall_from_step"],
                attributes["phase_fall_to_step"]], 1e-9)
    late = theirs["step"] >= attributes["phase_2_end_step"]
    units = theirs["fraction_active_units"]
    slope, p = phases.trend(theirs["step"][late].astype(float), units[late])
    moves = p < 0.01 and abs(slope) * np.ptp(theirs["step"][late]) >= 0.05 * abs(units[late].mean()) > 0
    row = next(line for line in attributes["phase_table"].splitlines()
               if line.startswith("fraction active units"))
    if ("changes" in row[22 + 2 * 42:]) != moves:
        test.fail(f"{name} fraction active units in phase iii", f"{moves} here, there: {row}")


def any_activity(test, measured_run):
    """`nulldrift tuning` of a file of ours."""
    h = forward(snapshot(measured_run, -1), ACTIVATIONS["relu"][0], measured_run["inputs"])[0]
    with netCDF4.Dataset(test.path("activity.nc"), "w") as file:
        file.createDimension("sample", h.shape[0])
        file.createDimension("unit", h.shape[1])
        file.createVariable("position", "f8", ("sample",))[:] = measured_run["position"]
        file.createVariable("activity", "f8", ("sample", "unit"))[:] = h
    test.nulldrift("tuning", "activity.nc", "-o", "tuning.nc", "--quiet", "--undirected",
                   "--bins", "25")
    theirs, _ = load(test.path("tuning.nc"))
    p, r = measures.tuning(h, measures.bins_of(measured_run["position"], 25), 25)
    test.close("tuning: occupancy", p, theirs["occupancy"])
    test.close("tuning: information", measures.unit_measures(p, r)[0], theirs["spatial_information"])


with tempfile.TemporaryDirectory() as folder:
    test = Test(folder)
    run = measured(test, "one", "relu", 1)
    measured(test, "three", "tanh", 3)
    any_activity(test, run)
    test.end()
