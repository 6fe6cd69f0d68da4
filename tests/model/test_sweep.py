"""The numbers a sweep keeps of a run (docs/model.md, section 4.6), from the same run's own file."""
import csv
import math
import tempfile

from files import Test  # first: it says what is missing

import numpy as np

import flatness
from measures import fitted_rate, sparsification_rate
from network import Parameters

SECTIONS = ("  world: {task: random, samples: 5, input_dim: 8, output_dim: 3}\n"
            "  network: {hidden: 20, initialisation: rich}\n"
            "  run: {steps: 20000, records: 200}\n")


def summary(run):
    units, fraction = run["fraction_active_units"], run["active_fraction"]
    final = lambda values: values[-10:].mean()
    rate = sparsification_rate(run["step"], units)
    late = units[len(units) // 10:]
    first, last = [flatness.Point(Parameters(run["input_weights"][k], run["bias"][k],
                                             run["output_weights"][k]),
                                  run["inputs"], run["targets"], "relu") for k in (0, -1)]
    spectra = [flatness.not_zero(np.linalg.eigvalsh(point.hessian())) for point in (first, last)]
    parameters = len(last.hessian())
    return {"log10_loss": math.log10(final(run["loss"])),
            "active_fraction_ratio": final(fraction) / fraction[0],
            "active_units_ratio": final(units) / units[0],
            "log10_rate": math.log10(rate) if rate > 0 else math.nan,
            "log10_fitted_rate": math.log10(fitted_rate(run["step"], units)),
            "first_active_fraction": fraction[0], "first_active_units": units[0],
            "late_units_change": late.max() - late.min(),
            "eigenvalue_sum_ratio": np.trace(last.hessian()) / np.trace(first.hessian()),
            "eigenvalue_max_ratio": spectra[1][0] / spectra[0][0],
            "positive_eigenvalue_fraction": (spectra[1] > 0).sum() / parameters,
            "nonzero_eigenvalue_fraction": len(spectra[1]) / parameters,
            "gauss_newton_rank": len(last.gauss_newton())}


with tempfile.TemporaryDirectory() as folder:
    test = Test(folder)
    with open(test.path("sweep.yaml"), "w") as file:
        file.write("name: sweep\nseed: 1\nspectrum: true\nbase: |\n" + SECTIONS +
                   "  learning: {rule: sgd, learning_rate: 0.1}\n"
                   "grid:\n  - {key: learning.update_noise, values: [0.01, 0.03, 0.1]}\n")
    test.nulldrift("sweep", "run", "sweep.yaml", "-o", "runs", "--jobs", "1", "--quiet")
    test.nulldrift("sweep", "table", "runs", "--all-keys", "-o", "runs.csv")
    with open(test.path("runs.csv")) as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        name = "run-" + row["id"]
        run, _, _ = test.run(name, (
            f"name: {name}\nseed: {row['seed']}\n" + SECTIONS.replace("\n  ", "\n").lstrip() +
            f"learning: {{rule: sgd, learning_rate: 0.1, update_noise: {row['learning.update_noise']}}}\n"))
        for variable, value in summary(run).items():
            # A least square is flat at its bottom: its place is known to the root of rounding.
            test.close(f"{name} {variable}", value, float(row[variable] or "nan"),
                       *((1e-6,) if variable == "log10_fitted_rate" else ()))
    test.close("runs", len(rows), 3)
    test.end()
