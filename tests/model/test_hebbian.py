"""The Hebbian network of docs/model.md in numpy against the program: inputs, fixed points, learning
without noise to 1e-10, and what is measured of the fields' drift."""
import math
import tempfile

from files import Test  # first: it says what is missing

import numpy as np

import hebbian
import measures
from network import schedule


def quiet_run(test, inputs, settle, extra=""):
    """A run without noise, followed step by step."""
    name = f"quiet-{inputs}"
    theirs, _, experiment = test.run(name, (
        f"name: {name}\nseed: 6\nnetwork: {{model: hebbian, inputs: {inputs}{extra}}}\n"
        f"learning: {{noise_forward: 0, noise_lateral: 0}}\n"
        f"run: {{steps: 60, records: 5, snapshots: 3, settle: {settle}}}\n"), "hebbian")
    network = hebbian.Network(experiment)
    test.close(f"{name} inputs", network.x, theirs["inputs"])
    test.close(f"{name} position", network.position, theirs["position"])
    records, responses, centroids = [], [], []
    for _ in range(settle):
        network.step()
    record_steps, snapshot_steps = schedule(60, 5, "even"), schedule(60, 3, "even")
    for step in range(61):
        if step in record_steps or step in snapshot_steps:
            Y = network.responses()
        if step in record_steps:
            records.append([step, *network.record(Y)])
            centroids.append(network.centroids(Y))
        if step in snapshot_steps:
            responses.append(Y)
        if step < 60:
            network.step()
    for column, variable in enumerate(["step", "loss", "active_fraction", "fraction_active_units"]):
        test.close(f"{name} {variable}", np.array(records)[:, column], theirs[variable])
    test.close(f"{name} responses", responses, theirs["responses"], floor=1)
    test.close(f"{name} centroid", centroids, theirs["centroid"], 1e-9)
    for mine, variable in ((network.W, "forward_weights"), (network.M, "lateral_weights"),
                           (network.b, "threshold")):
        test.close(f"{name} {variable}", mine, theirs[variable], floor=1e-2)


def noisy_run(test, inputs, extra=""):
    """What is measured of a run with noise, from its own responses and weights."""
    name = f"noisy-{inputs}"
    theirs, attributes, experiment = test.run(name, (
        f"name: {name}\nseed: 7\nnetwork: {{model: hebbian, inputs: {inputs}{extra}}}\n"
        "run: {steps: 1200, records: 121, snapshots: 5, settle: 100}\n"), "hebbian")
    network = hebbian.Network(experiment)
    network.W, network.M, network.b = [theirs[name] for name in
                                       ("forward_weights", "lateral_weights", "threshold")]
    Y = theirs["responses"][-1]
    test.close(f"{name} fixed points", network.responses(), Y, 1e-9, floor=1)
    test.close(f"{name} last record", network.record(Y),
               [theirs[v][-1] for v in ("loss", "active_fraction", "fraction_active_units")])
    test.close(f"{name} centroid", network.centroids(Y), theirs["centroid"][-1])
    lags = len(theirs["lag_steps"])
    test.close(f"{name} lags", lags, max(1, len(theirs["step"]) // 8))
    interval = np.ptp(theirs["step"]) / (len(theirs["step"]) - 1)
    squared = hebbian.squared_displacement(theirs["centroid"][len(theirs["step"]) // 2:], lags,
                                           network.circular)
    test.close(f"{name} displacement", squared, theirs["mean_squared_displacement"])
    ceiling = math.inf if network.circular else network.position.var()
    names = ("constant", "constant_error", "constant_log_fit", "exponent", "exponent_error")
    test.close(f"{name} diffusion", hebbian.diffusion(squared, interval, ceiling),
               [attributes["diffusion_" + what] for what in names], floor=0)
    correlations(test, name, theirs, experiment["network"]["peak_threshold"])


def correlations(test, name, theirs, threshold):
    maps = [Y.T for Y in theirs["responses"]]
    active = [m.max(1) > threshold for m in maps]
    pairs = range(len(maps))
    test.close(f"{name} rate_map_correlation",
               [[measures.map_correlation(maps[a], maps[b], active[a] & active[b])
                 for b in pairs] for a in pairs], theirs["rate_map_correlation"])
    test.close(f"{name} population_vector_correlation",
               [[measures.vector_correlation(maps[a], maps[b]) for b in pairs] for a in pairs],
               theirs["population_vector_correlation"])
    occupancy = np.full(maps[0].shape[1], 1 / maps[0].shape[1])
    numbers = [measures.unit_measures(occupancy, m) for m in maps]
    for which, variable in enumerate(("spatial_information", "spatial_sparsity", "mean_activity",
                                      "peak_activity")):
        test.close(f"{name} {variable}", [at[which] for at in numbers], theirs[variable])
    test.close(f"{name} tuned", [on & (at[0] > measures.TUNED) for on, at in zip(active, numbers)],
               theirs["tuned"])


with tempfile.TemporaryDirectory() as folder:
    test = Test(folder)
    quiet_run(test, "ring", 0, ", neurons: 30, input_count: 90")
    quiet_run(test, "place", 40, ", neurons: 24, input_count: 60")
    noisy_run(test, "ring", ", neurons: 40, input_count: 100")
    noisy_run(test, "place", ", neurons: 40, input_count: 100")
    test.end()
