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

What fails raises nulldrift.Error, with where, what, mend and code. Ctrl-C stops long work at its next safe
point. A handle (Experiment, Dataset, Engine) is used by one thread at a time; several handles by several threads
at once, without the GIL. docs/python.md is the manual.
"""
from ._errors import Error
from ._library import lib as _lib
from ._errors import text as _text
from .dataset import Dataset, Parameters
from .engine import Engine, Forward, Record, forward
from .experiment import Experiment, keys
from .run import Diverged, continue_run, measure, open_run, phases, run, spectrum

__version__ = _text(_lib.nd_version())

__all__ = ["Dataset", "Diverged", "Engine", "Error", "Experiment", "Forward", "Parameters", "Record", "continue_run",
           "forward", "keys", "measure", "open_run", "phases", "run", "spectrum"]
