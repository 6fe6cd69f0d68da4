"""Measures of drift that `nulldrift measure --drift` writes of a network, against numpy."""
import tempfile

from files import Test  # first: it says what is missing

import numpy as np

import drift_of_code as code
import measures
from network import ACTIVATIONS, Parameters, forward

# A small angle is the arccosine of almost 1, and axes of nearly equal variance turn within each
# other: both magnify rounding.
ALLOWED = {"code_rotation": 1e-9, "drift_along_axis_": 1e-8, "variance_of_axis_": 1e-8}

with tempfile.TemporaryDirectory() as folder:
    test = Test(folder)
    for name, samples in (("few", 180), ("many", 1100)):  # of few, no place has six
        test.run(name, (
            f"name: {name}\nseed: 4\nworld: {{task: predictive-track, samples: {samples}, input_dim: 9}}\n"
            "network: {hidden: 40}\nlearning: {rule: sgd, learning_rate: 0.1, update_noise: 0.08}\n"
            "run: {steps: 3000, records: 11, snapshots: 6}\n"))
        test.nulldrift("measure", "--drift", name + ".nc", "--quiet")
        theirs = test.load(name)[0]
        bins = measures.bins_of(measures.directed_position(theirs["position"]))
        activity = [forward(Parameters(*(theirs[part][s] for part in
                                         ("input_weights", "bias", "output_weights"))),
                            ACTIVATIONS["relu"][0], theirs["inputs"])[0]
                    for s in range(len(theirs["snapshot_step"]))]
        maps = [np.asarray(measures.rate_maps(curves)) for curves in theirs["tuning_curves"]]
        mine = {**code.variation(activity, bins), **code.readouts(activity, bins, maps[0].shape[1])}
        mine["code_rotation"], mine["code_stretch"] = code.rotation(maps)
        mine["mean_vector_drift"], mine["mean_vector_angle"] = code.mean_vectors(maps)
        mine["mean_vector_drift_near"], mine["mean_vector_drift_near_error"] = code.near(maps)
        for measure, values in mine.items():
            found = theirs[measure][0] if np.ndim(values) == 0 else theirs[measure]
            test.close(f"{name} {measure}", values, found, ALLOWED.get(measure.rstrip("12345"), 1e-10))
            if np.isnan(values).all() and name == "many":
                test.fail(f"{name} {measure}", "has no value: nothing was compared")
    test.end()
