"""Measures on one's own arrays: tuning curves, corrections of information, correlations, trends."""
from __future__ import annotations

from typing import Any, NamedTuple, Sequence

import numpy as np
import xarray as xr

from ._activity import Binned, Bins, Matrix, frames_of, together
from ._arrays import Floats, doubles, floats, int64s
from ._errors import Error, check, encode, names_of, new_error, number, one_of, text, truth, whole
from ._library import ffi, lib
from .sparse import BIASES, labelled_curves


def curve_measures() -> dict[str, tuple[str, str]]:
    """Lists the numbers of a tuning curve that `tuning_curves` can give.

    Returns
    -------
    dict
        Name -> unit, definition.
    """
    found, at, index = {}, ffi.new("nd_curve_measure *"), 0
    while lib.nd_curve_measure_describe(index, at):
        found[text(at.name)] = (text(at.unit), text(at.definition))
        index += 1
    return found


def tuning_curves(activity: Any, position: Any, *, bins: Bins = 40, range: Any = None, times: Any = None,
                  smoothing: float = 0, circular: bool = False, measures: Sequence[str] = ()) -> xr.Dataset:
    """Tuning curves: the mean activity of the frames in each bin of the position.

    Parameters
    ----------
    activity : array, frames x cells
        numpy, xarray (which dimension is time shows by the position's, or by its name), pandas, or pynapple's
        Tsd, TsdFrame or TsGroup (spikes are counted in the frame nearest in time). float64 and float32 of any
        strides are read in place; NaN makes its bin NaN.
    position : array, frames
        Or a tuple of up to three, or frames x coordinates: maps. What is not finite leaves its frame out.
    bins : int or one for each coordinate
    range : (low, high), optional
        In the unit of the position, for maps one for each coordinate; None: that of the positions.
    times : array, frames, optional
        In s; where activity is spike times and the position says no times.
    smoothing : float
        Sigma in bins of a Gaussian over the curves; 0: none.
    circular : bool
        The ends of the (last) coordinate are one place, for smoothing.
    measures : names, optional
        Of numbers of each curve, as `curve_measures` lists them; of the curves before smoothing.

    Returns
    -------
    xarray.Dataset
        tuning_curves(unit, bin), NaN where no frame was; occupancy(bin), shares of the frames; bin_position;
        maps have bin, bin_2, bin_3. Units of activity; docs/model.md, section 4.2.
    """
    frames, binned = frames_of(activity, position, times), Binned(position, bins, range)
    together(frames, binned)
    sigma, cells = number("smoothing", smoothing, 0), frames.values.shape[1]
    ring = truth("circular", circular)
    matrix, occupancy, curves = Matrix("activity", frames.values), np.empty(binned.count), np.empty((cells, binned.count))
    error = new_error()
    check(lib.nd_tuning(matrix.value, int64s(binned.bin), binned.count, doubles(occupancy), doubles(curves), error), error)
    out = {}
    known = curve_measures()
    for name in names_of("measures", measures):
        unit, definition = one_of("measures", name, known)
        values = np.empty(cells)
        check(lib.nd_measure_curves(encode("measures", name), doubles(curves), doubles(occupancy), cells, binned.count,
                                    doubles(values), error), error)
        out[name] = ("unit", values, {"units": unit, "long_name": definition})
    if sigma:
        rows, columns = (1, binned.count) if len(binned.shape) == 1 else binned.shape[-2:]
        check(lib.nd_smooth_maps(doubles(curves), curves.size // (rows * columns), rows, columns, sigma, ring, error), error)
    return labelled_curves(frames.cells, frames.unit, binned, curves, occupancy,
                           f", smoothed by {sigma:g} bins" if sigma else "", out)


def correct_bias(bias: str, naive: Any, *, shuffled: Any = None, size: Any = None) -> float:
    """The correction for limited sampling alone, of a course that is known (docs/model.md, section 8.4).

    Parameters
    ----------
    bias : "SR", "SSR", "AE" or "BAE"
    naive : array, n
        Information at n rising sample sizes, in any unit; points that are NaN are left out.
    shuffled : array, n, optional
        That of shuffled activity, in the same unit; SR and SSR need it.
    size : array, n, optional
        The sample sizes, in any unit; AE and BAE need them.

    Returns
    -------
    float
        In the unit of `naive`; NaN where it is not defined.
    """
    which = one_of("bias", bias, BIASES)
    values = floats("naive", naive, (None,))
    beside = {name: None if given is None else floats(name, given, values.shape)
              for name, given in (("size", size), ("shuffled", shuffled))}
    needed = "shuffled" if bias in ("SR", "SSR") else "size"
    if beside[needed] is None:
        raise Error(needed, f"{bias} needs it")
    found, error = ffi.new("double *"), new_error()
    check(lib.nd_correct_bias(which, doubles(beside["size"]), doubles(values), doubles(beside["shuffled"]), len(values),
                              found, error), error)
    return float(found[0])


def correlations(maps: Any, *, use: Any = None) -> xr.Dataset:
    """How alike maps at different times are (docs/model.md, section 4.4).

    Parameters
    ----------
    maps : array, times x units x bins
        NaN where a bin was not visited. A DataArray's first coordinate is kept.
    use : array of bool, times x units, optional
        Which units count; None: all.

    Returns
    -------
    xarray.Dataset
        rate_map(time, other_time): mean over units of the Pearson r of their maps; population_vector: mean over bins
        of that of the population vectors.
    """
    array = floats("maps", maps, (None, None, None))
    times, units, bins = array.shape
    chosen = None
    if use is not None:
        chosen = np.ascontiguousarray(use)
        if chosen.dtype != np.bool_ or chosen.shape != (times, units):
            raise Error("use", f"booleans of shape {(times, units)} are expected")
    rate, vector, error = np.empty((times, times)), np.empty((times, times)), new_error()
    check(lib.nd_correlate_maps(doubles(array), ffi.NULL if chosen is None else ffi.from_buffer("bool[]", chosen.reshape(-1)),
                                times, units, bins, doubles(rate), doubles(vector), error), error)
    first = str(maps.dims[0]) if hasattr(maps, "dims") else "time"
    coords = {}
    if hasattr(maps, "coords") and first in maps.coords:
        coords = {first: maps.coords[first].values, "other_" + first: maps.coords[first].values}
    dims = (first, "other_" + first)
    return xr.Dataset({"rate_map": (dims, rate, {"units": "1", "long_name": "mean over units of the r of their maps"}),
                       "population_vector": (dims, vector, {"units": "1", "long_name":
                                                            "mean over bins of the r of population vectors"})}, coords)


def correlation(x: Any, y: Any) -> float:
    """Pearson's r of two series, over the pairs of which neither is NaN.

    Parameters
    ----------
    x, y : arrays, n
        In any units.

    Returns
    -------
    float
        NaN where it is not defined.
    """
    one = floats("x", x, (None,))
    return float(lib.nd_correlation(doubles(one), doubles(floats("y", y, one.shape)), len(one)))


class Trend(NamedTuple):
    """A tested trend."""

    slope: float
    """Sen's, per unit of time."""
    p: float
    """Two-sided, Mann-Kendall with regard to autocorrelation."""
    variance_factor: float
    """Hamed and Rao's correction of the variance, at least 1."""


def trend(time: Any, values: Any) -> Trend:
    """The trend of a series: Sen's slope, tested by Mann-Kendall with Hamed and Rao's correction.

    Parameters
    ----------
    time : array, n
        Rising, in any unit.
    values : array, n
        In any unit; all finite.

    Returns
    -------
    Trend
        NaN for fewer than five values.
    """
    when, found, error = floats("time", time, (None,)), ffi.new("nd_trend_found *"), new_error()
    check(lib.nd_find_trend(doubles(when), doubles(floats("values", values, when.shape)), len(when), found, error), error)
    return Trend(found.slope, found.p, found.variance_factor)


def sparsification(step: Any, fraction_active_units: Any) -> tuple[float, float]:
    """Rates of the fall of the fraction of active units (docs/model.md, section 4.5).

    Parameters
    ----------
    step : array, records
        Rising from 0.
    fraction_active_units : array, records
        Between 0 and 1.

    Returns
    -------
    published, fitted : float
        In 1/step: by the published definition, and by least squares; NaN where the records do not tell it.
    """
    when, found, error = floats("step", step, (None,)), ffi.new("double[2]"), new_error()
    check(lib.nd_sparsification(doubles(when), doubles(floats("fraction_active_units", fraction_active_units, when.shape)),
                                len(when), found, found + 1, error), error)
    return found[0], found[1]


def decay(time: Any, similarity: Any, *, seed: int = 1) -> tuple[float, float]:
    """Does similarity fall with time apart? A Mantel test (docs/model.md, section 8.6).

    Parameters
    ----------
    time : array, n
        Of the sessions, in any unit.
    similarity : array, n x n
        Symmetric; NaN: not known.
    seed : int
        Of the orders drawn, beyond seven sessions.

    Returns
    -------
    r, p : float
        Mantel's r and its one-sided p; NaN below four sessions.
    """
    when, found, error = floats("time", time, (None,)), ffi.new("double[2]"), new_error()
    check(lib.nd_find_decay(doubles(when), doubles(floats("similarity", similarity, (len(when), len(when)))), len(when),
                            whole("seed", seed, 0, 2**64 - 1), found, found + 1, error), error)
    return found[0], found[1]


def direct_positions(position: Any) -> Floats:
    """Directed positions, so that both ways along a track are apart (docs/model.md, section 4.2).

    Parameters
    ----------
    position : array, frames
        In any unit.

    Returns
    -------
    array, frames
        (position - min) times the sign of the velocity; NaN where the position or the one before is not known.
    """
    given = floats("position", position, (None,))
    out, error = np.empty(len(given)), new_error()
    check(lib.nd_direct_positions(doubles(given), len(given), doubles(out), error), error)
    return out
