"""The model of docs/model.md, written again in numpy, against the golden values."""
import tempfile

from files import Test  # first: it says what is missing

import numpy as np

import flatness
import measures
from network import ACTIVATIONS, Learner, Parameters, forward, loss, sparsity

PARTS = ("input_weights", "bias", "output_weights")


def parameters(golden, prefix, *row):
    return Parameters(*[golden[f"{prefix}_{part}"][row] for part in PARTS])


def follow(test, name, rule, rate, given=None):
    """A golden course: the loss before every step, and the parameters at the steps kept."""
    golden, _ = test.golden(name)
    last = len(golden["loss_before_step"])
    p, x, y = parameters(golden, "init"), golden["inputs"], golden["targets"]
    learner, losses = Learner(rule, rate, "relu", p, x, y), []
    for step in range(len(golden["loss_before_step"])):
        losses.append(loss(learner.p, learner.phi, x, y))
        noise = {}
        if given in ("update", "perturbation"):
            noise[given] = parameters(golden, "noise" if given == "update" else given, step)
        elif given:
            noise[given] = golden["label_noise"][step]
        learner.step(noise)
        # In some files the earlier stepN_ arrays were shared with the running parameters, and hold
        # those of the last step.
        if f"step{step + 1}_bias" in golden and (step + 1 == last or name == "sed"):
            kept = parameters(golden, f"step{step + 1}")
            for part, mine, theirs in zip(PARTS, learner.p.parts, kept.parts):
                test.close(f"{name} step {step + 1} {part}", mine, theirs, floor=1e-2)
    test.close(name + " loss", losses, golden["loss_before_step"], floor=0)


def hessians(test):
    golden, attributes = test.golden("hessian")
    x, y = golden["inputs"], golden["targets"]
    for which in ("random", "trained", "dead_units"):
        p = parameters(golden, which)
        point = flatness.Point(p, x, y, "relu")
        test.close(which + " Hessian", np.linalg.eigvalsh(point.hessian()),
                   golden[which + "_eigenvalues"], 1e-10, floor=1)
        if which != "trained":
            test.close(which + " loss", np.mean(point.e ** 2), attributes["loss_" + which])
        active, units = sparsity(forward(p, ACTIVATIONS["relu"][0], x)[0], 0)
        test.close(which + " active fraction", active, golden[which + "_active_fraction"])
        test.close(which + " active units", units, golden[which + "_fraction_active_units"])
    test.close("rank of the trained network",
               len(flatness.Point(parameters(golden, "trained"), x, y, "relu").gauss_newton()), 28)


def tuning(test):
    golden, _ = test.golden("tuning")
    bins = measures.bins_of(measures.directed_position(golden["position"]))
    occupancy, curves = measures.tuning(golden["activity"], bins)
    test.close("occupancy", occupancy * len(bins), golden["occupancy"])
    test.close("tuning curves", np.nan_to_num(curves), np.nan_to_num(golden["tuning_curves"]))
    test.close("rate maps", measures.rate_maps(curves, published=True), golden["smoothed_tuning_curves"])
    test.close("spatial information", measures.unit_measures(occupancy, curves)[0],
               golden["spatial_information"])


def timescale(test):
    golden, _ = test.golden("timescale")
    rates = [measures.sparsification_rate(golden["step"], curve) for curve in golden["curves"]]
    test.close("timescales", rates, -golden["slopes"])


with tempfile.TemporaryDirectory() as folder:
    test = Test(folder)
    follow(test, "sgd", "sgd", 0.1)
    follow(test, "adam", "adam", 1e-3)
    follow(test, "rmsprop", "rmsprop", 1e-3)
    follow(test, "sgd_update_noise", "sgd", 0.1, "update")
    follow(test, "sgd_label_noise", "sgd", 0.1, "label")
    follow(test, "sed", "sed", 0.95, "perturbation")
    hessians(test)
    tuning(test)
    timescale(test)
    test.end()
