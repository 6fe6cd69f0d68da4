"""nulldrift: a laboratory bench for representational drift.

The slow change of what neurons are tuned to, in networks that learn under noise and in recordings: as fast as
the program of the same name, on numpy arrays, labelled by xarray and pandas.

    import nulldrift as nd
    experiment = nd.Experiment.load("figure-2.yaml", learning__update_noise=0.03)
    run = nd.run(experiment, progress=True)          # a Dataset; path="run.nc" keeps it, and resumes
    run = nd.measure(run)                            # tuning, information, correlations
    phases = nd.phases(run)                          # of learning
    run = nd.spectrum(run, exact=True)               # how flat the loss is
    engine = nd.Engine(inputs=X, targets=Y, hidden=100, rule="adam", learning_rate=1e-3)
    for record in engine.steps(1_000_000, every=1000): ...
    point = nd.Point(engine.parameters, engine.dataset); point.spectrum(); point.regularizer("log-sum").direction
    curves = nd.tuning_curves(activity, position, bins=40)
    recording = nd.Recording(animal="C16"); recording.add(day=1, activity=A, times=t, position=x, ids=ids)
    result = recording.analyse(corrections=["SSR", "BAE"]); result.verdict; result.sessions; result.cells
    table = nd.sweep("figure-4b.yaml", "folder", jobs=2)    # a DataFrame
    nd.figure("fig2", run)                           # shows in a notebook; .save("fig2.pdf")

What fails raises nulldrift.Error, with where, what, mend and code. Ctrl-C stops long work at its next safe
point. A handle (Experiment, Dataset, Engine) is used by one thread at a time; several handles by several threads
at once, without the GIL. docs/python.md is the manual.
"""
from ._errors import Error
from ._library import lib as _lib
from ._errors import text as _text
from .amend import amend
from .contents import Contents, open_file
from .dataset import Dataset, Parameters
from .engine import Engine, Forward, Record, forward
from .experiment import Experiment, keys
from .figure import Figure, figure, figures
from .followed import FollowedCells, FollowedEngine
from .flatness import Point, Regularizer, Relaxed, SpectrumEnds, drift_direction, relax, walk_landscape
from .hebbian import HebbianEngine, HebbianWeights
from .measures import (Trend, correct_bias, correlation, correlations, curve_measures, decay, direct_positions,
                       sparsification, trend, tuning_curves)
from .recording import Analysis, Recording, analyse
from .phases import phases
from .run import Diverged, continue_run, drift_measures, measure, open_run, run, spectrum
from .sparse import SparseActivity, SparseShape, information, significance
from .sweep import SweepCounts, merge_sweep, sweep, sweep_compare, sweep_csv, sweep_plan, sweep_status, sweep_table

__version__ = _text(_lib.nd_version())
if _lib.nd_version_number() // 100 != _lib.ND_VERSION_NUMBER // 100:  # another minor version is another interface
    raise ImportError(f"nulldrift: the library is version {__version__}, and this package was built for another; "
                      "install the package anew")

__all__ = ["Analysis", "Contents", "Dataset", "Diverged", "Engine", "Error", "Experiment", "Figure", "FollowedCells",
           "FollowedEngine", "Forward", "HebbianEngine", "Parameters", "Point", "Record", "Recording", "Regularizer",
           "Relaxed", "SparseActivity", "SparseShape", "SpectrumEnds", "SweepCounts", "Trend", "amend", "analyse",
           "continue_run", "correct_bias", "correlation", "correlations", "curve_measures", "decay",
           "direct_positions", "drift_direction", "drift_measures", "figure", "figures", "forward", "information",
           "keys", "measure", "merge_sweep", "open_file", "open_run", "phases", "relax", "run", "significance",
           "sparsification", "spectrum", "sweep", "sweep_compare", "sweep_csv", "sweep_plan", "sweep_status",
           "sweep_table", "trend", "tuning_curves", "walk_landscape"]
