"""From an experiment to a run, and what is added to runs: measures, phases, spectra."""
from __future__ import annotations

import os
import shutil
import tempfile
import warnings
import weakref
from typing import Any, Mapping, Optional, Union

import netCDF4
import numpy as np
import pandas as pd
import xarray as xr

from ._arrays import doubles, floats
from ._errors import Error, check, encode, failure, new_error, number, path_bytes, text, truth, whole
from ._library import ffi, lib
from ._watch import Progress, Watch
from .contents import dataset_of
from .dataset import Dataset
from .experiment import Experiment, Sets, experiment_of

Path = Union[str, "os.PathLike[str]"]


# netCDF, when it is first used, tells HDF5 to print nothing; the library puts back what it found. Were the first
# use inside the library, HDF5 would print at every reading afterwards.
netCDF4.Dataset("nulldrift", "w", diskless=True, persist=False).close()


class Diverged(UserWarning):
    """A network ran away: the run holds what came before."""


def _remove(folder: str, owner: int) -> None:
    if os.getpid() == owner:  # a forked process has the object, but not the folder
        shutil.rmtree(folder, ignore_errors=True)


class _KeptFile:
    """The file of a run that was given no path: it lies in a temporary folder for as long as a Dataset
    refers to it (in its encoding), and is pickled with that."""

    def __init__(self, content: Optional[bytes] = None) -> None:
        folder = tempfile.mkdtemp(prefix="nulldrift-")
        weakref.finalize(self, _remove, folder, os.getpid())
        self.path = os.path.join(folder, "run.nc")
        if content is not None:
            with open(self.path, "wb") as file:
                file.write(content)

    def copy(self) -> "_KeptFile":
        other = _KeptFile()
        shutil.copyfile(self.path, other.path)
        return other

    def __deepcopy__(self, memo: Any) -> "_KeptFile":
        return self  # nothing writes to it once it is read

    def __reduce__(self) -> Any:
        with open(self.path, "rb") as file:
            return _KeptFile, (file.read(),)


def open_run(path: Path) -> xr.Dataset:
    """The run file at `path`, of this package or of the program, as a Dataset in memory: what run() gave.

    Variables have their dimensions, coordinates, units and definitions (long_name); docs/run-file.md lists
    them.
    """
    return _open(os.fsdecode(path_bytes("path", path)), None)


def _open(path: str, kept: Optional[_KeptFile]) -> xr.Dataset:
    try:
        with xr.open_dataset(path, engine="netcdf4", decode_times=False) as file:
            run = file.load()
    except FileNotFoundError:
        raise Error(path, "there is no such file", code="system") from None
    except (OSError, ValueError) as problem:
        raise Error(path, f"this is no netCDF file that can be read: {problem}", code="failed") from None
    run.encoding["source"] = os.path.abspath(path)
    if kept is not None:
        run.encoding["nulldrift_file"] = kept
    return run


def _is_of(run: xr.Dataset, path: str) -> None:
    """Refuses a Dataset that its file does not hold: what was cut or changed in memory is not in the file."""
    file = _open(path, None)
    for name, variable in run.variables.items():
        same: Any = variable.equals  # untyped in xarray
        if name not in file.variables or not same(file.variables[name]):
            raise Error("run", f"{name} in this Dataset is not what its file {path} holds",
                        "give the run as it was, or the path of its file")


def _file_of(run: Any) -> tuple[str, Optional[_KeptFile]]:
    """The file behind a run: a path, or a Dataset that came from one."""
    if isinstance(run, xr.Dataset):
        kept, path = run.encoding.get("nulldrift_file"), run.encoding.get("source")
        if "experiment" not in run.attrs:
            raise Error("run", "this Dataset is no run: it has no attribute experiment")
        if not path and not isinstance(kept, _KeptFile):
            raise Error("run", "this Dataset has no file behind it", "give the path of its run file")
        held = kept if isinstance(kept, _KeptFile) else None
        where = held.path if held else os.fspath(str(path))
        _is_of(run, where)
        return where, held
    return os.fsdecode(path_bytes("run", run)), None


def _options(threads: int, checkpoint_seconds: float, resume_here: bool, no_wait: bool) -> Any:
    command = ffi.new("char[]", encode("command_line", "python: nulldrift.run"))
    options = ffi.new("nd_run_options *", {
        "threads": whole("threads", threads, 0, 4096),
        "checkpoint_seconds": number("checkpoint_seconds", checkpoint_seconds, 0),
        "command_line": command, "tell": lib.nulldrift_tell, "resume_here": truth("resume_here", resume_here),
        "no_wait": truth("no_wait", no_wait)})
    return options, command


def _call_run(call: Any, options: Any, progress: Progress, error: Any) -> None:
    """Makes a call that gives an nd_outcome, with options and watch."""
    with Watch(progress) as watch:
        options[0].context = watch._self
        outcome = call(options[0], watch.pointer)
    if outcome == lib.ND_RUN_DIVERGED:
        warnings.warn(str(failure(error)), Diverged, stacklevel=3)
    elif outcome != lib.ND_RUN_COMPLETE:
        raise failure(error)


def run(experiment: Any, path: Optional[Path] = None, *, dataset: Optional[Dataset] = None, threads: int = 1,
        checkpoint_seconds: float = 0, resume_here: bool = False, progress: Progress = False,
        **keys: Any) -> xr.Dataset:
    """Runs an experiment.

    Parameters
    ----------
    experiment : Experiment or path of its file
    path : path, optional
        The run file: kept, and where it was interrupted the same call goes on, bit for bit; a finished run
        of the same experiment is opened as it is, anything else there is refused.
    dataset : Dataset, optional
        Of one's own, for ``world__task="arrays"``; else the experiment's.
    threads : int
        Inside the run; results do not depend on it.
    checkpoint_seconds : float
        Seconds between saves of a run in progress; 0: every 60 s.
    resume_here : bool
        Go on here with a run begun on another instruction set, whose rounding differs.
    progress : bool or function
        True: tqdm's bar; or ``function(activity, done, total, unit, note)``.
    **keys
        Change the experiment: ``run__steps=100_000``.

    Returns
    -------
    xarray.Dataset
        docs/run-file.md lists its variables. Where the network ran away, what came before, with the
        warning `Diverged` and the attribute status.

    Ctrl-C stops at a checkpoint and raises KeyboardInterrupt.
    """
    experiment = experiment_of(experiment, **keys)
    if dataset is not None and not isinstance(dataset, Dataset):
        raise Error("dataset", f"a Dataset is expected, not {type(dataset).__name__}")
    kept = _KeptFile() if path is None else None
    file = kept.path if kept else os.fsdecode(path_bytes("path", path))
    options, error, at = _options(threads, checkpoint_seconds, resume_here, False), new_error(), os.fsencode(file)
    cdata = experiment._begin()
    try:
        if dataset is None:
            _call_run(lambda o, w: lib.nd_simulate(cdata, at, o, w, error), options, progress, error)
        else:
            data = dataset._held()
            _call_run(lambda o, w: lib.nd_simulate_on(cdata, data, at, o, w, error), options, progress, error)
    finally:
        experiment._use.release()
    return _open(file, kept)


def continue_run(run: Any, steps: int, *, records: Optional[int] = None, snapshots: Optional[int] = None,
                 path: Optional[Path] = None, threads: int = 1, checkpoint_seconds: float = 0,
                 resume_here: bool = False, no_wait: bool = False, progress: Progress = False) -> xr.Dataset:
    """Goes on with a finished run to `steps` updates in all, bit for bit as one long run.

    `run` is a Dataset of run() or the path of a file, which is gone on with in place unless `path` names
    another. `records` and `snapshots`: how many in all, if they are not to keep their distance.
    """
    source, kept = _file_of(run)
    into = _KeptFile() if kept and path is None else None
    target = into.path if into else source if path is None else os.fsdecode(path_bytes("path", path))
    wanted = {"run.steps": whole("steps", steps), "run.records": records, "run.snapshots": snapshots}
    sets = Sets({key: value for key, value in wanted.items() if value is not None})
    options, error = _options(threads, checkpoint_seconds, resume_here, no_wait), new_error()
    _call_run(lambda o, w: lib.nd_continue_file(os.fsencode(source), sets.pointer, sets.count, os.fsencode(target),
                                                o, w, error), options, progress, error)
    return _open(target, into)


def _amend(run: Any, call: Any, progress: Progress) -> xr.Dataset:
    """Lets `call(path, watch, error)` add to the file of a run. A file of the user's is amended as the
    program amends it; one that only Datasets refer to is amended as a copy, so that those stay true."""
    path, kept = _file_of(run)
    if kept is not None:
        kept = kept.copy()
        path = kept.path
    error = new_error()
    with Watch(progress) as watch:
        fine = call(os.fsencode(path), watch.pointer, error)
    check(fine, error)
    return _open(path, kept)


def measure(run: Any, *, drift: bool = False, threads: int = 1, progress: Progress = False) -> xr.Dataset:
    """Adds tuning curves, information, correlations and phases to a run (docs/run-file.md); with `drift`, the field's
    measures of drift as well (docs/drift-measures.md), at most 21 snapshots taken as sessions, by `threads`.

    `run` is a Dataset of run() or open_run(), or the path of a run file; a file that has a path is amended
    as `nulldrift measure` does. What is in the file is measured, not what was changed in the Dataset.
    """
    count = whole("threads", threads, 0, 4096)
    if not truth("drift", drift):
        return _amend(run, lib.nd_measure_file, progress)
    return _amend(run, lambda path, watch, error: lib.nd_measure_file(path, watch, error) and
                  lib.nd_drift_file(path, count, error), progress)


def drift_measures() -> pd.DataFrame:
    """The measures of drift: name (the index), unit, definition, whether each is a matrix over pairs of sessions."""
    rows, at, index = [], ffi.new("nd_drift_description *"), 0
    while lib.nd_drift_describe(index, at):
        rows.append({"measure": text(at.name), "unit": text(at.unit), "definition": text(at.definition),
                     "between_sessions": bool(at.between_sessions)})
        index += 1
    return pd.DataFrame(rows).set_index("measure")


def open_file(path: Path) -> xr.Dataset:
    """Any netCDF file of nulldrift's or of others, read by a confined child of this process, so that a hostile file
    harms nobody; types that cannot be read so are left out. For runs that are to be measured, `open_run`."""
    error = new_error()
    return dataset_of(lib.nd_contents_open(path_bytes("path", path), error), error)


def spectrum(run: Any, *, snapshots: Optional[str] = None, exact: bool = False, relax: bool = False,
             lanczos: bool = False, probes: int = 0, steps: int = 0, memory: float = 0, threads: int = 1,
             progress: Progress = False) -> xr.Dataset:
    """Adds the flatness of a run's snapshots (docs/flatness.md), as `nulldrift spectrum` does.

    `snapshots`: "0,25,50", "first,middle,last", "10-20" (None: all); `exact`: the exact Hessian's
    eigenvalues, too; `relax`: everything again at the relaxed points; `lanczos`: extreme eigenvalues, trace
    and density, by `probes` (0: 16) of `steps` (0: 100) each; `memory`: bytes it may take (0: what is free).
    """
    which = ffi.NULL if snapshots is None else ffi.new("char[]", encode("snapshots", snapshots))
    request = ffi.new("nd_spectrum_request *", {
        "snapshots": which, "exact": truth("exact", exact), "relax": truth("relax", relax),
        "lanczos": truth("lanczos", lanczos), "probes": whole("probes", probes), "steps": whole("steps", steps),
        "memory": number("memory", memory, 0), "threads": whole("threads", threads, 0, 4096)})
    return _amend(run, lambda path, watch, error: lib.nd_spectrum_file(path, request, watch, error), progress)


_SERIES = ("step", "loss", "active_fraction", "fraction_active_units")


def _mean_over_tuned(run: Mapping[Any, Any]) -> Optional[Any]:
    """Mean spatial information over the tuned units of each snapshot, summed in the order of the file."""
    if "spatial_information" not in run or "tuned" not in run:
        return None
    information = np.asarray(run["spatial_information"], float)
    information, tuned = information.reshape(len(information), -1), np.asarray(run["tuned"]) > 0
    tuned = tuned.reshape(information.shape)
    return np.array([np.cumsum(row[use])[-1] / use.sum() if use.any() else np.nan
                     for row, use in zip(information, tuned)])


def phases(run: Any) -> xr.Dataset:
    """The three phases of learning (docs/phases.md): fast familiarity, implicit regularisation, null drift.

    `run` is a run, its path, or any mapping with the series step, loss and, where known, active_fraction,
    fraction_active_units, snapshot_step, spatial_information (mean over tuned units) and
    rate_map_correlation.

    Returns
    -------
    xarray.Dataset
        Over (phase): seen, claimed, from_step, to_step, words; over (phase, metric): change, from, to, slope
        (per step), p.
    """
    divergence = 0.0
    if isinstance(run, (str, bytes, os.PathLike)):
        run = open_run(run)  # type: ignore[arg-type]
    if isinstance(run, xr.Dataset):
        if "loss" not in run or "step" not in run:
            raise Error("run", "this Dataset is no run: it has no step and loss")
        if run.attrs.get("status", "complete") != "complete":
            raise Error("run", f"a run that diverged has no phases of learning: {run.attrs['status']}", code="failed")
        if "experiment" in run.attrs:
            divergence = float(Experiment.parse(run.attrs["experiment"])["learning.divergence"])
        information = _mean_over_tuned(run)
    elif isinstance(run, Mapping):
        known = {*_SERIES, "snapshot_step", "spatial_information", "rate_map_correlation"}
        strange = [name for name in run if name not in known]
        if strange:
            raise Error("run", f"{strange[0]!r} is none of the series: {', '.join(sorted(known))}")
        information = run.get("spatial_information")
    else:
        raise Error("run", f"a run, its path or a mapping of series is expected, not {type(run).__name__}")
    kept: list[Any] = []
    traces = ffi.new("nd_learning_traces *", {"divergence": divergence})

    def put(name: str, values: Any, shape: Any) -> None:
        array = floats(name, values, shape)
        pointer = doubles(array)
        kept.extend([array, pointer])
        setattr(traces, name, pointer)

    for name in ("step", "loss"):
        if name not in run:
            raise Error("run", f"the series {name} is missing")
    traces.records = np.asarray(run["step"]).size
    for name in _SERIES:
        if name in run:
            put(name, run[name], (traces.records,))
    if "snapshot_step" in run:
        traces.snapshots = np.asarray(run["snapshot_step"]).size
        put("snapshot_step", run["snapshot_step"], (traces.snapshots,))
        if information is not None:
            put("spatial_information", information, (traces.snapshots,))
        if "rate_map_correlation" in run:
            put("rate_map_correlation", run["rate_map_correlation"], (traces.snapshots, traces.snapshots))
    elif information is not None or "rate_map_correlation" in run:
        raise Error("run", "there is no snapshot_step beside what is known of snapshots")
    found, error = ffi.new("nd_learning_phase[3]"), new_error()
    check(lib.nd_find_phases(traces, found, error), error)
    return _labelled(found)


def _labelled(found: Any) -> xr.Dataset:
    metrics = [text(change.metric) for change in found[0].change]

    def over(member: str, make: Any) -> Any:
        return ("phase", [make(getattr(phase, member)) for phase in found])

    def both(member: str, make: Any, attrs: dict[str, str]) -> Any:
        return (("phase", "metric"), [[make(getattr(change, member)) for change in phase.change]
                                      for phase in found], attrs)

    out = xr.Dataset(
        {"seen": over("seen", bool), "claimed": over("claimed", bool), "from_step": over("from_step", float),
         "to_step": over("to_step", float), "words": over("words", text),
         "change": both("change", text, {"long_name": "does the metric change in the phase"}),
         "from": both("from", float, {"long_name": "mean over the first tenth of the phase"}),
         "to": both("to", float, {"long_name": "mean over the last tenth of the phase"}),
         "slope": both("slope", float, {"long_name": "Sen's slope", "units": "step-1"}),
         "p": both("p", float, {"long_name": "two-sided p of the change", "units": "1"})},
        coords={"phase": ["fast familiarity", "implicit regularisation", "null drift"], "metric": metrics})
    for name, words in (("from_step", "where the phase begins to dominate"), ("to_step", "where it ends")):
        out[name].attrs = {"long_name": words, "units": "1"}
    return out


