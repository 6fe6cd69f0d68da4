"""Activity and positions as they are given (numpy, xarray, pandas, pynapple), on their way to C: the values are
read where they lie, by strides."""
from __future__ import annotations

from typing import Any, NamedTuple, Optional, Sequence, Union

import numpy as np
from numpy.typing import NDArray

from ._arrays import Floats, doubles, floats, int64s, numeric
from ._errors import Error, check, new_error, number, whole
from ._library import ffi, lib


class Frames(NamedTuple):
    """Activity, frames x cells, in whatever layout, and who and when that is."""

    values: NDArray[Any]
    cells: NDArray[Any]
    """Names of the cells."""
    time: Optional[Floats]
    unit: str


def times_of(given: Any) -> Optional[Floats]:
    """The times of pynapple's Tsd, TsdFrame; None for arrays."""
    if hasattr(given, "t") and (hasattr(given, "d") or hasattr(given, "values")) and not hasattr(given, "dims"):
        return floats("time", given.t, (None,))
    return None


def _dimension(activity: Any, position: Any) -> str:
    """Which dimension of an xarray activity is time: the one that the position has, too, or "time"."""
    mine = [str(name) for name in activity.dims]
    shared = [name for name in mine if name in map(str, getattr(position, "dims", ()))]
    found = shared if len(shared) == 1 else [name for name in mine if name in ("time", "frame", "sample")]
    if len(mine) == 1:
        found = mine
    if len(found) != 1:
        raise Error("activity", f"which of its dimensions {', '.join(mine)} is time does not show",
                    "name it time, or give the position as a DataArray along it")
    return found[0]


def _is_group(given: Any) -> bool:
    """pynapple's TsGroup: a mapping of cells to spike times."""
    return hasattr(given, "keys") and hasattr(given, "__getitem__") and hasattr(given, "count") and not hasattr(
        given, "dims") and not hasattr(given, "iloc")


def _counts(group: Any, time: Optional[Floats]) -> Frames:
    """Spikes counted in the frame whose time is nearest, within half a frame of the first and the last."""
    if time is None:
        raise Error("activity", "spike times need the times of the positions", "give the position as a Tsd, or times=")
    if len(time) < 2 or not np.all(np.diff(time) > 0):
        raise Error("times", "they do not rise")
    middle = (time[1:] + time[:-1]) / 2
    edges = np.concatenate([[time[0] - (middle[0] - time[0])], middle, [time[-1] + (time[-1] - middle[-1])]])
    names = list(group.keys())
    counts = np.empty((len(names), len(time)))
    for row, name in zip(counts, names):
        spikes = group[name]
        row[:] = np.histogram(floats("activity", getattr(spikes, "t", spikes), (None,)), edges)[0]
    return Frames(counts.T, np.asarray(names), time, "spikes per frame")


def frames_of(activity: Any, position: Any = None, times: Any = None) -> Frames:
    """Activity as frames x cells; one series is one cell."""
    when = floats("times", times, (None,)) if times is not None else times_of(position)
    if _is_group(activity):
        return _counts(activity, when)
    own = times_of(activity)
    if own is not None and when is not None and (own.shape != when.shape or not np.array_equal(own, when)):
        raise Error("activity", "its times are not those of the positions", "bring them to the same times first")
    cells, unit = getattr(activity, "columns", None), ""
    if hasattr(activity, "dims") and hasattr(activity, "transpose"):
        if activity.ndim not in (1, 2):
            raise Error("activity", f"it has {activity.ndim} dimensions, not time and cells")
        along = _dimension(activity, position)
        activity = activity.transpose(along, ...)
        unit = str(activity.attrs.get("units", ""))
        other = [name for name in activity.dims if name != along]
        cells = activity.coords[other[0]].values if other and other[0] in activity.coords else None
    values = numeric("activity", getattr(activity, "d", activity) if own is not None else activity)
    if values.ndim == 1:
        values = values[:, np.newaxis]
    if values.ndim != 2:
        raise Error("activity", f"the shape is {values.shape}, not frames x cells")
    names = np.asarray(cells) if cells is not None and len(cells) == values.shape[1] else np.arange(values.shape[1])
    return Frames(values, names, own if own is not None else when, unit)


class Matrix:
    """An nd_matrix over an array of float64 or float32, of any strides; other types are converted."""

    def __init__(self, name: str, array: NDArray[Any]) -> None:
        aligned = array.dtype in (np.float64, np.float32) and array.dtype.isnative and array.flags.aligned
        if not aligned or any(step % array.dtype.itemsize for step in array.strides):
            array = np.asarray(array, dtype=np.float64)
        self.array = array
        self.value = ffi.new("nd_matrix *", {
            "type": lib.ND_FLOAT64 if array.dtype == np.float64 else lib.ND_FLOAT32,
            "rows": array.shape[0], "columns": array.shape[1],
            "data": ffi.cast("void *", array.__array_interface__["data"][0]),
            "row_stride": array.strides[0], "column_stride": array.strides[1]})
        self._name = name

    def __reduce__(self) -> Any:
        return Matrix, (self._name, self.array)


Bins = Union[int, Sequence[int]]


class Binned:
    """Frames cut into the bins of one to three coordinates."""

    def __init__(self, position: Any, bins: Bins, span: Any) -> None:
        self.unit = str(getattr(position, "attrs", {}).get("units", "")) if hasattr(position, "dims") else ""
        axes = list(position) if isinstance(position, (tuple, list)) and len(position) and np.ndim(
            position[0]) == 1 else [position]
        axes = [getattr(axis, "d", axis) if times_of(axis) is not None else axis for axis in axes]
        if len(axes) == 1 and np.ndim(axes[0]) == 2:
            axes = list(np.asarray(axes[0]).T)
        self.axes = [floats("position", axis, (None,)) for axis in axes]
        if not 1 <= len(self.axes) <= 3:
            raise Error("position", f"one to three coordinates are expected, not {len(self.axes)}")
        if len({len(axis) for axis in self.axes}) > 1:
            raise Error("position", "its coordinates have different lengths")
        given = list(bins) if isinstance(bins, (tuple, list, np.ndarray)) else [bins] * len(self.axes)
        if len(given) != len(self.axes):
            raise Error("bins", f"{len(given)} numbers for {len(self.axes)} coordinates")
        self.shape = tuple(whole("bins", count, 1, 10**6) for count in given)
        self.ranges = self._ranges(span)
        self.frames, self.count = len(self.axes[0]), int(np.prod(self.shape))
        self.bin = np.empty(self.frames, np.int64)
        keep = [doubles(axis) for axis in self.axes]
        axis = ffi.new("nd_axis[]", [{"position": at, "bins": count, "low": low, "high": high} for at, count,
                                     (low, high) in zip(keep, self.shape, self.ranges)])
        error = new_error()
        check(lib.nd_bin_frames(axis, len(keep), self.frames, int64s(self.bin), error), error)

    def _ranges(self, span: Any) -> list[tuple[float, float]]:
        if span is not None:
            try:
                pairs = [span] if len(self.axes) == 1 and np.ndim(span) == 1 else list(span)
            except (TypeError, ValueError):
                pairs = []
            if len(pairs) != len(self.axes) or any(np.shape(pair) != (2,) for pair in pairs):
                raise Error("range", "low and high of each coordinate are expected")
            found = [(number("range", low), number("range", high)) for low, high in pairs]
            if any(low >= high for low, high in found):
                raise Error("range", "a low end is not below its high end")
            return found
        known = [axis[np.isfinite(axis)] for axis in self.axes]
        if not all(len(axis) for axis in known):
            raise Error("position", "no position is known")
        return [(float(axis.min()), float(axis.max())) for axis in known]

    def centres(self) -> list[Floats]:
        return [low + (np.arange(count) + 0.5) * (high - low) / count
                for (low, high), count in zip(self.ranges, self.shape)]


def together(frames: Frames, binned: Binned) -> None:
    if len(frames.values) != binned.frames:
        raise Error("activity", f"{len(frames.values)} frames of activity and {binned.frames} of positions",
                    "activity is frames x cells" if frames.values.shape[1] == binned.frames else "")
    if frames.values.shape[1] == 0:
        raise Error("activity", "there are no cells")


def seconds(frames: Frames, given: Optional[float]) -> float:
    """How long a frame is: as given, or the median distance of the times."""
    if given is not None:
        found = number("frame_seconds", given, 0)
        if found == 0:
            raise Error("frame_seconds", "a frame lasts longer than 0 s")
        return found
    if frames.time is None or len(frames.time) < 2:
        raise Error("frame_seconds", "how long a frame is is not known", "give frame_seconds, or time")
    return number("time", float(np.median(np.diff(frames.time))), 1e-12)
