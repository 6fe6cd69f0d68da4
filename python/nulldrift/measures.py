"""Measures on one's own arrays: tuning curves, information, significance, corrections, correlations, trends."""
from __future__ import annotations

from typing import Any, NamedTuple, Optional, Sequence

import numpy as np
import xarray as xr

from ._activity import Binned, Bins, Frames, Matrix, Sparse, frames_of, seconds, together
from ._arrays import Floats, doubles, floats, int64s
from ._errors import Error, check, encode, new_error, number, text, truth, whole
from ._library import ffi, lib
from ._watch import Progress, Watch

KINDS = {"bit_event": (lib.ND_BIT_EVENT, "bit per event or unit of amplitude"),
         "bit_second": (lib.ND_BIT_SECOND, "bit/s"), "mutual": (lib.ND_BIT_MUTUAL, "bit per frame")}
BIASES = {"SR": lib.ND_BIAS_SR, "SSR": lib.ND_BIAS_SSR, "AE": lib.ND_BIAS_AE, "BAE": lib.ND_BIAS_BAE}


def one_of(name: str, value: Any, known: Any) -> Any:
    if not isinstance(value, str) or value not in known:
        raise Error(name, f"{value!r:.60} is none of: {', '.join(known)}")
    return known[value] if isinstance(known, dict) else value


def names_of(name: str, given: Any) -> list[Any]:
    """One name, or several."""
    if isinstance(given, str):
        return [given]
    try:
        return list(given)
    except TypeError:
        raise Error(name, f"names are expected, not {given!r:.60}") from None


def curve_measures() -> dict[str, tuple[str, str]]:
    """The numbers of a tuning curve: name -> unit, definition."""
    found, at, index = {}, ffi.new("nd_curve_measure *"), 0
    while lib.nd_curve_measure_describe(index, at):
        found[text(at.name)] = (text(at.unit), text(at.definition))
        index += 1
    return found


def tuning_curves(activity: Any, position: Any, *, bins: Bins = 40, range: Any = None, time: Any = None,
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
        For maps one for each coordinate; None: that of the positions.
    time : array, frames, optional
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
    frames, binned = frames_of(activity, position, time), Binned(position, bins, range)
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
    dims = ["bin", "bin_2", "bin_3"][:len(binned.shape)]
    coords: dict[str, Any] = {"unit": frames.cells}
    for number_, (dim, centre) in enumerate(zip(dims, binned.centres())):
        coords["bin_position" + dim[3:]] = (dim, centre, {"units": binned.unit or "1", "long_name": "centre of the bin"})
    return xr.Dataset({
        "tuning_curves": (["unit", *dims], curves.reshape(cells, *binned.shape), {
            "units": frames.unit or "units of activity", "long_name": "mean activity of the frames in the bin"
            + (f", smoothed by {sigma:g} bins" if sigma else "")}),
        "occupancy": (dims, occupancy.reshape(binned.shape), {"units": "1", "long_name": "share of the frames in the bin"}),
        **out}, coords)


def _by_cell(frames: Frames, variables: dict[str, tuple[Any, str, str]]) -> xr.Dataset:
    return xr.Dataset({name: ("unit", values, {"units": unit, "long_name": words})
                       for name, (values, unit, words) in variables.items()}, {"unit": frames.cells})


def _sparse(activity: Any, position: Any, bins: Bins, span: Any, time: Any,
            frame_seconds: Optional[float]) -> tuple[Frames, Sparse]:
    frames, binned = frames_of(activity, position, time), Binned(position, bins, span)
    together(frames, binned)
    return frames, Sparse(frames, binned, seconds(frames, frame_seconds))


def information(activity: Any, position: Any, *, bins: Bins = 40, range: Any = None, time: Any = None,
                frame_seconds: Optional[float] = None, corrections: Sequence[str] = (), kind: str = "bit_event",
                repetitions: int = 0, fractions: int = 0, block: int = 0, seed: int = 1, threads: int = 1,
                progress: Progress = False) -> xr.Dataset:
    """Information of each cell about the bin (docs/model.md, sections 8.2 and 8.4), with its corrections for
    limited sampling.

    `activity`, `position`, `bins`, `range`, `time` as for `tuning_curves`, but activity that is not finite in a
    frame that has a bin is refused. `frame_seconds`: how long a frame is (None: by the times). `corrections` of
    "SR", "SSR", "AE", "BAE" are of the information `kind`: "bit_event", "bit_second" or "mutual";
    `repetitions`, `fractions`, `block` (0: as usual) say how subsamples are drawn, from `seed`.

    Returns
    -------
    xarray.Dataset
        Over unit: bit_event, bit_second, mutual, rate (1/s), active_frames; and KIND_ssr, ... of corrections.
    """
    which, unit = one_of("kind", kind, KINDS)
    biases = [(name, one_of("corrections", name, BIASES)) for name in names_of("corrections", corrections)]
    how = ffi.new("nd_subsampling *", {"fractions": whole("fractions", fractions, 0, 64), "block": whole("block", block),
                                       "repetitions": whole("repetitions", repetitions, 0, 10**9),
                                       "seed": whole("seed", seed, 0, 2**64 - 1),
                                       "threads": whole("threads", threads, 0, 4096)})
    frames, sparse = _sparse(activity, position, bins, range, time, frame_seconds)
    event, second, mutual, rate = (np.empty(sparse.cells) for _ in "1234")
    active, error, cdata = np.empty(sparse.cells, np.uintp), new_error(), sparse._held()
    check(lib.nd_sparse_information(cdata, doubles(event), doubles(second), doubles(mutual), error), error)
    check(lib.nd_sparse_activity_of_cells(cdata, ffi.from_buffer("size_t[]", active), doubles(rate), error), error)
    found = {"bit_event": (event, KINDS["bit_event"][1], "spatial information"),
             "bit_second": (second, "bit/s", "spatial information"),
             "mutual": (mutual, KINDS["mutual"][1], "mutual information"),
             "rate": (rate, "1/s", "mean activity per second"),
             "active_frames": (active.astype(np.int64), "1", "frames with activity above 0")}
    for name, bias in biases:
        values = np.empty(sparse.cells)
        with Watch(progress) as watch:
            fine = lib.nd_sparse_corrected(cdata, which, bias, how, watch.pointer, doubles(values), error)
        check(fine, error)
        found[f"{kind}_{name.lower()}"] = (values, unit, f"corrected for limited sampling by {name}")
    return _by_cell(frames, found)


def significance(activity: Any, position: Any, *, shuffles: int = 1000, tearing: str = "cyclic", bins: Bins = 40,
                 range: Any = None, time: Any = None, frame_seconds: Optional[float] = None, seed: int = 1,
                 threads: int = 1) -> xr.Dataset:
    """Is a cell tuned? p(unit): 1 less the share of shuffles whose spatial information is below the real one's;
    shuffled(unit): their mean, bit per event. `tearing`: "cyclic" (turned around in time) or "random" (frames
    permuted). docs/model.md, section 8.3. Arrays as for `information`; results do not depend on `threads`."""
    torn = one_of("tearing", tearing, {"cyclic": lib.ND_TEAR_CYCLIC, "random": lib.ND_TEAR_RANDOM})
    shuffles, seed = whole("shuffles", shuffles, 1, 10**9), whole("seed", seed, 0, 2**64 - 1)
    threads = whole("threads", threads, 0, 4096)
    frames, sparse = _sparse(activity, position, bins, range, time, frame_seconds)
    p, mean, error = np.empty(sparse.cells), np.empty(sparse.cells), new_error()
    check(lib.nd_sparse_significance(sparse._held(), shuffles, torn, seed, threads, doubles(p), doubles(mean), error), error)
    return _by_cell(frames, {"p": (p, "1", f"of the spatial information, by {shuffles} shuffles"),
                             "shuffled": (mean, KINDS["bit_event"][1], "mean of the shuffles' spatial information")})


def correct_bias(bias: str, naive: Any, *, shuffled: Any = None, size: Any = None) -> float:
    """The correction alone, of a course that is known: `naive` and `shuffled` information at rising sample sizes
    `size`; NaN points are left out. SR and SSR need `shuffled`, AE and BAE `size`."""
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

    `maps`: times x units x bins, NaN where a bin was not visited; `use`: times x units, which units count (None:
    all). rate_map(time, other_time): mean over units of the Pearson r of their maps; population_vector: mean
    over bins of that of the population vectors. A DataArray's first coordinate is kept.
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
    """Pearson r of two series over the pairs of which neither is NaN; NaN where it is not defined."""
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
    """The trend of a series over ascending times, all finite; NaN for fewer than five."""
    when, found, error = floats("time", time, (None,)), ffi.new("nd_trend_found *"), new_error()
    check(lib.nd_find_trend(doubles(when), doubles(floats("values", values, when.shape)), len(when), found, error), error)
    return Trend(found.slope, found.p, found.variance_factor)


def sparsification(step: Any, fraction_active_units: Any) -> tuple[float, float]:
    """Rates (1/step) of the fall of the fraction of active units over `step` (from 0 on): by the published
    definition, and by least squares (docs/model.md, section 4.5)."""
    when, found, error = floats("step", step, (None,)), ffi.new("double[2]"), new_error()
    check(lib.nd_sparsification(doubles(when), doubles(floats("fraction_active_units", fraction_active_units, when.shape)),
                                len(when), found, found + 1, error), error)
    return found[0], found[1]


def decay(time: Any, similarity: Any, *, seed: int = 1) -> tuple[float, float]:
    """Does similarity (n x n, symmetric, NaN: not known) fall with time apart? Mantel's r and one-sided p (docs/
    model.md, section 8.6)."""
    when, found, error = floats("time", time, (None,)), ffi.new("double[2]"), new_error()
    check(lib.nd_find_decay(doubles(when), doubles(floats("similarity", similarity, (len(when), len(when)))), len(when),
                            whole("seed", seed, 0, 2**64 - 1), found, found + 1, error), error)
    return found[0], found[1]


def direct_positions(position: Any) -> Floats:
    """Directed position: (position - min) times the sign of the velocity, so that both ways along a track are
    apart. docs/model.md, section 4.2."""
    given = floats("position", position, (None,))
    out, error = np.empty(len(given)), new_error()
    check(lib.nd_direct_positions(doubles(given), len(given), doubles(out), error), error)
    return out
