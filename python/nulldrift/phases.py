"""The three phases of learning, of a run or of series of one's own."""
from __future__ import annotations

import os
from typing import Any, Mapping, Optional

import numpy as np
import xarray as xr

from ._arrays import doubles, floats
from ._errors import Error, check, new_error, text
from ._library import ffi, lib
from .experiment import Experiment
from .run import open_run

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

    Parameters
    ----------
    run : xarray.Dataset, path, or mapping of series
        A run, the path of its file, or a mapping of the series step, loss and, where known, active_fraction,
        fraction_active_units (records), snapshot_step, spatial_information (snapshots: mean over tuned units) and
        rate_map_correlation (snapshots x snapshots).

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
