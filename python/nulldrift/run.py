"""From an experiment to a run, and what is added to runs: measures, spectra."""
from __future__ import annotations

import os
import shutil
import tempfile
import warnings
import weakref
from typing import Any, Optional, Union

import netCDF4
import pandas as pd
import xarray as xr

from ._errors import Error, check, encode, failure, new_error, number, path_bytes, text, truth, whole
from ._library import ffi, lib
from ._watch import Progress, Watch
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

    Parameters
    ----------
    path : path

    Returns
    -------
    xarray.Dataset
        Variables have their dimensions, coordinates, units and definitions (long_name); docs/run-file.md lists them.
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


def _options(threads: int, checkpoint_seconds: float, resume_here: bool, no_wait: bool, follow_links: bool) -> Any:
    command = ffi.new("char[]", encode("command_line", "python: nulldrift.run"))
    options = ffi.new("nd_run_options *", {
        "threads": whole("threads", threads, 0, 4096),
        "checkpoint_seconds": number("checkpoint_seconds", checkpoint_seconds, 0),
        "command_line": command, "tell": lib.nulldrift_tell, "resume_here": truth("resume_here", resume_here),
        "no_wait": truth("no_wait", no_wait), "follow_links": truth("follow_links", follow_links)})
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
        checkpoint_seconds: float = 0, resume_here: bool = False, follow_links: bool = False,
        progress: Progress = False, **keys: Any) -> xr.Dataset:
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
    follow_links : bool
        Links in the world's data file to other files (HDF5's external links) are followed, and a UserWarning says to
        which; otherwise such a data file is refused.
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
    options = _options(threads, checkpoint_seconds, resume_here, False, follow_links)
    error, at = new_error(), os.fsencode(file)
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
                 resume_here: bool = False, no_wait: bool = False, follow_links: bool = False,
                 progress: Progress = False) -> xr.Dataset:
    """Goes on with a finished run, bit for bit as one long run.

    Parameters
    ----------
    run : xarray.Dataset or path
        Of run() or open_run(); a file is gone on with in place unless `path` names another.
    steps : int
        Updates in all.
    records, snapshots : int, optional
        How many in all, if they are not to keep their distance.
    path : path, optional
        Of the longer run.
    threads, checkpoint_seconds, resume_here
        As for `run`.
    no_wait : bool
        Fails where another process amends the file, in place of waiting for it.
    follow_links, progress
        As for `run`.

    Returns
    -------
    xarray.Dataset
        The longer run.
    """
    source, kept = _file_of(run)
    into = _KeptFile() if kept and path is None else None
    target = into.path if into else source if path is None else os.fsdecode(path_bytes("path", path))
    wanted = {"run.steps": whole("steps", steps), "run.records": records, "run.snapshots": snapshots}
    sets = Sets({key: value for key, value in wanted.items() if value is not None})
    options, error = _options(threads, checkpoint_seconds, resume_here, no_wait, follow_links), new_error()
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
    """Adds tuning curves, information, correlations and phases to a run (docs/run-file.md).

    Parameters
    ----------
    run : xarray.Dataset or path
        Of run() or open_run(), or the path of a run file; a file that has a path is amended as `nulldrift measure`
        does. What is in the file is measured; a Dataset that was changed is refused.
    drift : bool
        The field's measures of drift as well (docs/drift-measures.md), at most 21 snapshots taken as sessions.
    threads : int
        Of those; results do not depend on it.
    progress : bool or function
        As for `run`.

    Returns
    -------
    xarray.Dataset
        The run with them.
    """
    count = whole("threads", threads, 0, 4096)
    if not truth("drift", drift):
        return _amend(run, lib.nd_measure_file, progress)
    return _amend(run, lambda path, watch, error: lib.nd_measure_file(path, watch, error) and
                  lib.nd_drift_file(path, count, error), progress)


def drift_measures() -> pd.DataFrame:
    """Lists the measures of drift (docs/drift-measures.md).

    Returns
    -------
    pandas.DataFrame
        By name: unit (`position` and `time` in it stand for the units of those), definition, and whether it is a matrix
        over pairs of sessions.
    """
    rows, at, index = [], ffi.new("nd_drift_description *"), 0
    while lib.nd_drift_describe(index, at):
        rows.append({"measure": text(at.name), "unit": text(at.unit), "definition": text(at.definition),
                     "between_sessions": bool(at.between_sessions)})
        index += 1
    return pd.DataFrame(rows).set_index("measure")


def spectrum(run: Any, *, snapshots: Optional[str] = None, exact: bool = False, relax: bool = False,
             lanczos: bool = False, probes: int = 0, steps: int = 0, memory: float = 0, threads: int = 1,
             progress: Progress = False) -> xr.Dataset:
    """Adds the flatness of a run's snapshots (docs/flatness.md), as `nulldrift spectrum` does.

    Parameters
    ----------
    run : xarray.Dataset or path
        As for `measure`.
    snapshots : text, optional
        "0,25,50", "first,middle,last", "10-20"; None: all.
    exact : bool
        The exact Hessian's eigenvalues, too.
    relax : bool
        Everything again at the relaxed points.
    lanczos : bool
        Extreme eigenvalues, trace and density by Lanczos.
    probes, steps : int
        Of Lanczos; 0: 16 of 100 steps each.
    memory : float
        Bytes it may take; 0: what is free.
    threads : int
        Snapshots beside each other; results do not depend on it.
    progress : bool or function
        As for `run`.

    Returns
    -------
    xarray.Dataset
        The run with them.
    """
    which = ffi.NULL if snapshots is None else ffi.new("char[]", encode("snapshots", snapshots))
    request = ffi.new("nd_spectrum_request *", {
        "snapshots": which, "exact": truth("exact", exact), "relax": truth("relax", relax),
        "lanczos": truth("lanczos", lanczos), "probes": whole("probes", probes), "steps": whole("steps", steps),
        "memory": number("memory", memory, 0), "threads": whole("threads", threads, 0, 4096)})
    return _amend(run, lambda path, watch, error: lib.nd_spectrum_file(path, request, watch, error), progress)
