"""What `measure`, `tuning`, `spectrum` and `drift-direction` write, against docs/model.md in numpy."""
import math
import tempfile

from files import Test  # first: it says what is missing

import netCDF4
import numpy as np

import addresses
import flatness
import measures
import phases
from network import ACTIVATIONS, Learner, Parameters, draw_noise, forward


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
    visited = np.array(occupancies) > 0
    for mine, other in zip(shape(curves), theirs["tuning_curves"]):
        seen = np.broadcast_to(visited[:, None, :], (len(here),) + mine.shape[-2:]).reshape(mine.shape)
        test.close(f"{name} tuning_curves", np.where(seen, mine, 0), np.where(seen, other, 0))
    variables = ("spatial_information", "spatial_sparsity", "mean_activity", "peak_activity")
    for which, variable in enumerate(variables):
        mine = np.array([[unit[which] for unit in at] for at in numbers])
        test.close(f"{name} {variable}", shape(mine), theirs[variable])
    information = np.array([[unit[0] for unit in at] for at in numbers])
    tuned = information > measures.TUNED
    test.close(f"{name} tuned", shape(tuned), theirs["tuned"])
    correlations(test, name, curves, tuned, theirs)
    find_phases(test, name, theirs, attributes)
    return theirs


def correlations(test, name, curves, tuned, theirs):
    maps = [[measures.rate_maps(r) for r in at] for at in curves]
    times, environments = len(maps), len(maps[0])
    by_map, by_vector = np.full((times, times), np.nan), np.full((times, times), np.nan)
    for a in range(times):
        for b in range(times):
            by_map[a, b] = measures.mean_known(
                [measures.map_correlation(maps[a][e], maps[b][e], tuned[a, e] & tuned[b, e])
                 for e in range(environments)])
            by_vector[a, b] = measures.mean_known(
                [measures.vector_correlation(maps[a][e], maps[b][e]) for e in range(environments)])
    test.close(f"{name} rate_map_correlation", by_map, theirs["rate_map_correlation"])
    test.close(f"{name} population_vector_correlation", by_vector,
               theirs["population_vector_correlation"])
    if environments > 1:
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
    moves = p < 0.01 and abs(slope) * np.ptp(theirs["step"][late]) >= 0.05 * np.ptp(units) > 0
    row = next(line for line in attributes["phase_table"].splitlines()
               if line.startswith("fraction active units"))
    if ("changes" in row.split("|")[-1] or row.rstrip().endswith("changes")) != moves:
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
    from files import load
    theirs, _ = load(test.path("tuning.nc"))
    p, r = measures.tuning(h, measures.bins_of(measured_run["position"], 25), 25)
    test.close("tuning: occupancy", p, theirs["occupancy"])
    test.close("tuning: information", measures.unit_measures(p, r)[0], theirs["spatial_information"])


def padded(values, length):
    return np.concatenate([values, np.full(length - len(values), np.nan)])


def spectra(test, activation, samples, outputs):
    name = f"flat-{activation}-{samples}"
    test.run(name, (
        f"name: {name}\nseed: 4\nworld: {{task: random, samples: {samples}, input_dim: 6, "
        f"output_dim: {outputs}}}\nnetwork: {{hidden: 14, activation: {activation}}}\n"
        "learning: {rule: sgd, learning_rate: 0.1, update_noise: 0.03}\n"
        "run: {steps: 6000, records: 5, snapshots: 4}\n"))
    test.nulldrift("spectrum", name + ".nc", "--exact", "--lanczos", "--quiet")
    theirs, _, experiment = test.load(name)
    x, y = theirs["inputs"], theirs["targets"]
    for index in range(len(theirs["snapshot_step"])):
        what, p = f"{name} snapshot {index}", snapshot(theirs, index)
        point = flatness.Point(p, x, y, activation)
        hessian = point.hessian()
        exact, gauss_newton = flatness.not_zero(np.linalg.eigvalsh(hessian)), point.gauss_newton()
        for mine, variable in ((exact, "eigenvalues"), (gauss_newton, "gauss_newton_eigenvalues")):
            their = theirs[variable][index]
            # Eigensolvers agree to a rounding of the largest, 1e-16 of it times the size.
            test.close(f"{what} {variable}", padded(mine, len(their)), their, 1e-10, floor=1)
        test.close(f"{what} rank", len(gauss_newton), theirs["gauss_newton_rank"][index])
        # The least eigenvalue that counts is 1e-10 of the largest, and known to 1e-6 of itself.
        test.close(f"{what} log sum", np.log(gauss_newton).sum(),
                   theirs["gauss_newton_log_sum"][index], 1e-6)
        test.close(f"{what} trace", np.trace(hessian), theirs["hessian_trace"][index])
        test.close(f"{what} largest", exact[0], theirs["hessian_largest"][index])
        test.close(f"{what} loss", point.loss, theirs["hessian_loss"][index])
        lanczos(test, what, point, hessian, experiment["seed"], index, theirs)


def lanczos(test, what, point, hessian, seed, index, theirs):
    """The trace by random signs over the awake units' parameters, and the ends of the spectrum."""
    kept = np.repeat(point.awake, point.width)
    inner, traces = hessian[np.ix_(kept, kept)], []
    for probe in range(16):
        bits = addresses.Stream(seed, addresses.LANCZOS, probe + 1, 0).many_bits(len(inner))
        signs = np.where(bits & np.uint64(1), 1.0, -1.0)
        traces.append(signs @ inner @ signs)
    test.close(f"{what} Lanczos trace", np.mean(traces), theirs["lanczos_trace"][index])
    test.close(f"{what} its error", np.std(traces, ddof=1) / 4, theirs["lanczos_trace_error"][index])
    ends = np.linalg.eigvalsh(hessian)
    test.close(f"{what} Lanczos ends", [ends[-1], ends[0]],
               [theirs["lanczos_largest"][index], theirs["lanczos_smallest"][index]], 1e-7, floor=1)


def drift_direction(test, activation, noise, branches=10, steps=40):
    """Branches under the reference engine, whose noise is drawn again here."""
    name = f"drift-{activation}-{noise.split(':')[0]}"
    test.run(name, (
        f"name: {name}\nseed: 11\nworld: {{task: random, samples: 5, input_dim: 6, output_dim: 3}}\n"
        f"network: {{hidden: 12, activation: {activation}}}\n"
        f"learning: {{rule: sgd, learning_rate: 0.05, {noise}}}\n"
        "run: {steps: 1500, records: 5, snapshots: 4, engine: reference}\n"))
    test.nulldrift("drift-direction", name + ".nc", "--snapshot", "2", "--branches", str(branches),
                   "--steps", str(steps), "--as-it-is", "--quiet")
    theirs, _, experiment = test.load(name)
    x, y, start = theirs["inputs"], theirs["targets"], snapshot(theirs, 2)
    point = flatness.Point(start, x, y, activation)
    seed, eta = experiment["seed"], experiment["learning"]["learning_rate"]
    kept = np.repeat(point.awake, point.width)

    def branch(index, quiet):
        learner = Learner("sgd", eta, activation, start, x, y)
        own = dict(experiment, seed=addresses.Stream(seed, addresses.BRANCH, index, 0).bits() >> 1)
        for step in range(steps):
            learner.step({} if quiet else draw_noise(own, learner.p, x, y, step))
        return (point.of_parameters(learner.p) - point.of_parameters(start))[kept]

    still = branch(branches, True)
    moved = np.array([branch(index, False) - still for index in range(branches)])
    for which in ("log_sum", "trace"):
        _, direction = point.regularizer(which, 1 / (eta * steps))
        direction = direction[kept]
        length = np.linalg.norm(direction)
        cosine = moved @ direction / length / np.linalg.norm(moved, axis=1)
        along = moved @ direction / length / steps
        keys = experiment["learning"]
        predicted = (eta ** 2 * keys["update_noise"] ** 2 / 4 if which == "log_sum" else
                     eta ** 2 * keys["label_noise"] ** 2 / 12 / (2 * y.size)) * length
        error = lambda values: values.std(ddof=1) / math.sqrt(branches)
        for variable, mine in (("cosine", cosine.mean()), ("cosine_error", error(cosine)),
                               ("speed", along.mean()), ("speed_error", error(along)),
                               ("speed_predicted", predicted)):
            # The pseudo-inverse magnifies rounding by the spread of the eigenvalues kept.
            test.close(f"{name} {which} {variable}", mine,
                       theirs[f"drift_{which}_{variable}"][2], 1e-8)


with tempfile.TemporaryDirectory() as folder:
    test = Test(folder)
    run = measured(test, "one", "relu", 1)
    measured(test, "three", "tanh", 3)
    any_activity(test, run)
    for activation in ("relu", "tanh", "softplus"):
        spectra(test, activation, 5, 3)
    spectra(test, "relu", 40, 4)
    for activation in ("relu", "silu"):
        drift_direction(test, activation, "update_noise: 0.05")
        drift_direction(test, activation, "label_noise: 0.5")
    test.end()
