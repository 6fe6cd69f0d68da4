"""What `spectrum`, `drift-direction` and `landscape` write, against docs/model.md in numpy."""
import math
import tempfile

from files import Test, load  # first: it says what is missing

import numpy as np

import addresses
import flatness
import relax
from network import ACTIVATIONS, Learner, Parameters, draw_noise


def snapshot(run, index):
    return Parameters(run["input_weights"][index], run["bias"][index], run["output_weights"][index])


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
    """Trace and density by random signs over the awake units' parameters, and the ends."""
    kept = np.repeat(point.awake, point.width)
    inner, ends = hessian[np.ix_(kept, kept)], np.linalg.eigvalsh(hessian)
    largest = max(abs(theirs["lanczos_largest"][index]), abs(theirs["lanczos_smallest"][index]))
    traces, counts = [], []
    for probe in range(16):
        bits = addresses.Stream(seed, addresses.LANCZOS, probe + 1, 0).many_bits(len(inner))
        signs = np.where(bits & np.uint64(1), 1.0, -1.0)
        traces.append(signs @ inner @ signs)
        counts.append(density(inner, signs, largest))
    test.close(f"{what} Lanczos trace", np.mean(traces), theirs["lanczos_trace"][index])
    test.close(f"{what} its error", np.std(traces, ddof=1) / 4, theirs["lanczos_trace_error"][index])
    silent = np.zeros(9)
    silent[4] = len(hessian) - len(inner)
    # Weights are squares of components, which the reorthogonalised basis keeps to its rounding.
    test.close(f"{what} density", np.mean(counts, 0) + silent, theirs["spectral_density"][index], 1e-8,
               floor=1)
    test.close(f"{what} its error", np.std(counts, 0, ddof=1) / 4,
               theirs["spectral_density_error"][index], 1e-8, floor=1)
    test.close(f"{what} Lanczos ends", [ends[-1], ends[0]],
               [theirs["lanczos_largest"][index], theirs["lanczos_smallest"][index]], 1e-7, floor=1)


def density(matrix, start, largest, steps=100):
    """Expected eigenvalues in nine bins of magnitude, the negative ones first, by Lanczos."""
    size = len(start)
    basis, diagonal, coupling = [start / np.linalg.norm(start)], [], []
    while len(diagonal) < min(steps, size):
        to = matrix @ basis[-1]
        diagonal.append(basis[-1] @ to)
        before = np.linalg.norm(to)
        for _ in range(2):
            to -= np.array(basis).T @ (np.array(basis) @ to)
        coupling.append(np.linalg.norm(to))
        if not coupling[-1] > 1e-12 * before:
            break
        basis.append(to / coupling[-1])
    k = len(diagonal)
    value, vector = np.linalg.eigh(np.diag(diagonal) + np.diag(coupling[:k - 1], 1)
                                   + np.diag(coupling[:k - 1], -1))
    counts = np.zeros(9)
    for ritz, first in zip(value / largest, vector[0]):
        below = int(max(-math.log10(max(abs(ritz), 1e-300)), 0))
        at = 4 if below >= 4 else 4 + (4 - below) * (1 if ritz > 0 else -1)
        counts[at] += size * first ** 2
    return counts


def relaxed(test, activation, samples):
    """The descent to the solutions, creases included, and where it ends."""
    name = f"relaxed-{activation}-{samples}"
    test.run(name, (
        f"name: {name}\nseed: 4\nworld: {{task: smoothed, samples: {samples}, input_dim: 5, "
        f"output_dim: 4}}\nnetwork: {{hidden: 14, activation: {activation}}}\n"
        "learning: {rule: sgd, learning_rate: 0.1, update_noise: 0.03}\n"
        "run: {steps: 6000, records: 5, snapshots: 4}\n"))
    test.nulldrift("spectrum", name + ".nc", "--relax", "--quiet")
    theirs, _, _ = test.load(name)
    x, y, held = theirs["inputs"], theirs["targets"], 0
    for index in range(4):
        start = snapshot(theirs, index)
        descent = relax.Descent(start, x, y, activation)
        end, what = descent.run(), f"{name} snapshot {index}"
        held += descent.held.sum()
        point = flatness.Point(descent.p, x, y, activation)
        test.close(f"{what} end", end, theirs["relaxed_end"][index])
        # Trials that succeed or fail by little amplify rounding.
        test.close(f"{what} distance", np.linalg.norm(descent.p.flat() - start.flat()),
                   theirs["relaxed_distance"][index], 1e-8)
        test.close(f"{what} loss", point.loss, theirs["relaxed_hessian_loss"][index], 1e-6)
        test.close(f"{what} trace", np.trace(point.hessian()),
                   theirs["relaxed_hessian_trace"][index], 1e-8)
    return held


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
    directions = {which: point.regularizer(which, 1 / (eta * steps))[1][kept]
                  for which in ("log_sum", "trace")}
    for which, direction in directions.items():
        other = directions["trace" if which == "log_sum" else "log_sum"]
        own = direction - direction @ other / (other @ other) * other
        cosine_own = moved @ own / np.linalg.norm(own) / np.linalg.norm(moved, axis=1)
        between = direction @ other / np.linalg.norm(direction) / np.linalg.norm(other)
        test.close(f"{name} between", between, theirs["drift_predictions_cosine"][2], 1e-8)
        length = np.linalg.norm(direction)
        cosine = moved @ direction / length / np.linalg.norm(moved, axis=1)
        along = moved @ direction / length / steps
        keys = experiment["learning"]
        predicted = (eta ** 2 * keys["update_noise"] ** 2 / 4 if which == "log_sum" else
                     eta ** 2 * keys["label_noise"] ** 2 / 12 / (2 * y.size)) * length
        error = lambda values: values.std(ddof=1) / math.sqrt(branches)
        for variable, mine in (("cosine", cosine.mean()), ("cosine_error", error(cosine)),
                               ("speed", along.mean()), ("speed_error", error(along)),
                               ("own_cosine", cosine_own.mean()),
                               ("own_cosine_error", error(cosine_own)),
                               ("speed_predicted", predicted)):
            # The pseudo-inverse magnifies rounding by the spread of the eigenvalues kept.
            test.close(f"{name} {which} {variable}", mine,
                       theirs[f"drift_{which}_{variable}"][2], 1e-8)


def walk(valley, keys, x, y, noise, stream, steps):
    """Positions after 0 .. steps updates; the sums of the gradient's and of theory's parts."""
    eta, way, gradient, theory = keys["learning_rate"], [(x, y)], 0.0, 0.0
    for _ in range(steps):
        along, across = (2 * x * y * y, 2 * x * x * y) if valley == 0 else (0.0, 2 * y)
        gradient -= eta * along
        theory -= eta ** 2 * noise ** 2 / (2 * x * (1 - eta * x * x))
        x, y = (x - eta * (along + noise * stream.gaussian()),
                y - eta * (across + noise * stream.gaussian()))
        way.append((x, y))
    return np.array(way), gradient / steps, theory / steps


def landscape(test):
    test.nulldrift("landscape", "-o", "land.nc", "--walkers", "4", "--steps", "200", "--records", "6",
                   "--drift-walkers", "5", "--seed", "8", "--quiet")
    theirs, keys = load(test.path("land.nc"))
    for walker in range(4):
        for valley, prefix in ((0, ""), (1, "uniform_")):
            stream = addresses.Stream(8, addresses.WALKER, walker, valley)
            way, _, _ = walk(valley, keys, keys["start_x"], keys["start_y"], keys["noise"], stream, 200)
            at = way[theirs["step"].astype(int)]
            test.close(f"landscape {prefix}x", at[:, 0], theirs[prefix + "x"][walker])
            test.close(f"landscape {prefix}y", at[:, 1], theirs[prefix + "y"][walker])
    eta, noise, x = keys["learning_rate"], keys["drift_noise"], keys["drift_axis"]
    results = []
    for walker in range(5):
        stream = addresses.Stream(8, addresses.WALKER, walker, 2)
        y = eta * noise / math.sqrt(1 - (1 - 2 * eta * x * x) ** 2) * stream.gaussian()
        way, gradient, theory = walk(0, keys, x, y, noise, stream, 2000)
        results.append([(way[-1, 0] - x) / 2000, gradient, theory])
    mean, error = np.mean(results, 0), np.std(results, 0, ddof=1) / math.sqrt(5)
    test.close("landscape drift", [*mean, *error[:2]],
               [keys["drift_displacement"], keys["drift_gradient"], keys["drift_theory"],
                keys["drift_displacement_error"], keys["drift_gradient_error"]])


with tempfile.TemporaryDirectory() as folder:
    test = Test(folder)
    for activation in ACTIVATIONS:
        spectra(test, activation, 5, 3)
    spectra(test, "relu", 40, 4)
    held = sum(relaxed(test, activation, samples) for activation, samples in
               (("tanh", 20), ("softplus", 8), ("relu", 8), ("relu", 20), ("leaky-relu", 8)))
    if not held:
        test.fail("relaxed", "no descent held a unit on its crease: nothing was tested of them")
    for activation in ("relu", "silu"):
        drift_direction(test, activation, "update_noise: 0.05")
        drift_direction(test, activation, "label_noise: 0.5")
    landscape(test)
    test.end()
