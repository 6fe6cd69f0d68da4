"""What is followed: an engine as it goes, with records and snapshots in memory; cells over sessions."""
from __future__ import annotations

from typing import Any, Optional, Sequence, Union

import numpy as np
import xarray as xr

from ._arrays import doubles, floats, numeric, spell, wholes
from ._errors import Error, check, encode, new_error, number, truth, whole
from ._handle import Handle
from ._library import ffi, lib
from .contents import dataset_of
from .engine import Engine
from .sparse import SparseActivity


class FollowedEngine(Handle):
    """Records and snapshots of an engine, taken as it goes: a run without a file.

    Parameters
    ----------
    engine : Engine
        As it is now; what is followed later must be an engine of the same network and data set.

    >>> followed = nulldrift.FollowedEngine(engine)
    >>> for record in engine.steps(10_000, every=100):
    ...     followed.take(engine, snapshot=record.step % 1000 == 0)
    >>> followed.dataset["loss"].plot(x="step")
    >>> nulldrift.figure("fig2", followed)
    """

    _kind = "followed engine"

    def __init__(self, engine: Engine) -> None:
        error, cdata, needs = new_error(), _engine(engine)._begin(), engine._needs
        try:
            made = lib.nd_followed_engine_new(cdata, error)
        finally:
            engine._use.release()
        check(made != ffi.NULL, error)
        super().__init__(made, lambda pointer, _=needs: lib.nd_followed_engine_free(pointer))

    def take(self, engine: Engine, *, snapshot: bool = False) -> "FollowedEngine":
        """Takes the record of the engine's present step; what was taken of it already is not taken twice.

        Parameters
        ----------
        engine : Engine
            At the step that was taken last, or later.
        snapshot : bool
            Its parameters, too.

        Returns
        -------
        FollowedEngine
            Itself.
        """
        wanted, error, cdata = truth("snapshot", snapshot), new_error(), self._begin()
        try:
            other = _engine(engine)._begin()
            try:
                check(lib.nd_followed_engine_take(cdata, other, wanted, error), error)
            finally:
                engine._use.release()
        finally:
            self._use.release()
        return self

    @property
    def dataset(self) -> xr.Dataset:
        """All that was taken, and the data set, with the names, units and definitions of a run file
        (docs/run-file.md)."""
        error, cdata = new_error(), self._begin()
        try:
            made = lib.nd_followed_engine_contents(cdata, error)
        finally:
            self._use.release()
        return dataset_of(made, error)

    def __repr__(self) -> str:
        return "<nulldrift.FollowedEngine, closed>" if self.closed else "<nulldrift.FollowedEngine>"

    def __reduce__(self) -> Any:
        raise TypeError("what is followed does not pickle: send its dataset, which does")


def _engine(given: Any) -> Engine:
    if not isinstance(given, Engine):
        raise Error("engine", f"an Engine is expected, not {type(given).__name__}")
    return given


def _bytes_of(name: str, values: Any, count: Optional[int]) -> Any:
    """Truths, or numbers 0 and 1, as bytes."""
    array = np.asarray(values)
    if array.dtype.kind not in "b":
        array = wholes(name, numeric(name, values), (None,) * np.ndim(values))
    if array.ndim != 1 or (count is not None and len(array) != count):
        raise Error(name, f"the shape is {spell(array.shape)}, not {spell((count,))}")
    if array.size and not 0 <= array.min() <= array.max() <= 1:
        raise Error(name, "True and False, or 0 and 1, are expected")
    return np.ascontiguousarray(array, np.uint8)


class FollowedCells(Handle):
    """Cells followed over sessions, whoever they are, and the field's measures of their drift (docs/drift-measures.md).

    Parameters
    ----------
    cells : int
    bins : int or (bins_y, bins_x)
        Of a map; x runs fastest.
    ways : 1 or 2
        2: each map twice, for either way along the track.
    circular : bool
        The ends of x are one place; one dimension only.
    counts : bool
        Activity is spike counts: decoding is Poisson's.
    noiseless : bool
        The same however often it is asked: a network's responses.
    bin_width : float or (width_y, width_x)
        In `position_unit`.
    smoothing : float
        Of the maps as they are given: sigma in bins.
    position_unit, time_unit : text, optional
        "cm", "day".

    >>> cells = nulldrift.FollowedCells(200, 40, position_unit="cm", time_unit="day")
    >>> for day, maps in sessions: cells.add(day, maps)
    >>> cells.drift()["tuning_correlation"]
    """

    _kind = "cells"

    def __init__(self, cells: int, bins: Union[int, Sequence[int]], *, ways: int = 1, circular: bool = False,
                 counts: bool = False, noiseless: bool = False, bin_width: Any = 1.0, smoothing: float = 0,
                 position_unit: Optional[str] = None, time_unit: Optional[str] = None) -> None:
        pair = [bins] if np.ndim(bins) == 0 else list(bins)  # type: ignore[arg-type]
        widths = [bin_width] * len(pair) if np.ndim(bin_width) == 0 else list(bin_width)
        if len(pair) not in (1, 2) or len(widths) != len(pair):
            raise Error("bins", "one number, or those of y and x, are expected, and as many widths")
        sizes = [whole("bins", one, 1, 10**6) for one in pair]
        wide = [number("bin_width", one, 0) for one in widths]
        self._ways, self._cells = whole("ways", ways, 1, 2), whole("cells", cells, 1, 10**7)
        self._map = (self._ways,) * (self._ways > 1) + tuple(sizes)
        texts = [ffi.NULL if one is None else ffi.new("char[]", encode(name, one))
                 for name, one in (("position_unit", position_unit), ("time_unit", time_unit))]
        layout, error = ffi.new("nd_followed_layout *", {
            "cells": self._cells, "bins_x": sizes[-1], "bins_y": sizes[0] if len(sizes) == 2 else 0, "ways": self._ways,
            "circular": truth("circular", circular), "counts": truth("counts", counts),
            "noiseless": truth("noiseless", noiseless), "bin_width_x": wide[-1],
            "bin_width_y": wide[0] if len(wide) == 2 else 0, "smoothing": number("smoothing", smoothing, 0),
            "position_unit": texts[0], "time_unit": texts[1]}), new_error()
        made = lib.nd_followed_cells_new(layout, error)
        check(made != ffi.NULL, error)
        self._kept: list[Any] = []  # activities, which live as long as the cells
        super().__init__(made, lambda pointer, _=self._kept: lib.nd_followed_cells_free(pointer))

    def add(self, time: float, maps: Any, *, half_maps: Any = None, occupancy: Any = None, found: Any = None,
            active: Any = None, tuned: Any = None, rate: Any = None, speed: Any = None, experience: Any = None,
            activity: Optional[SparseActivity] = None, half: Any = None, gap: Any = None,
            lap: Any = None) -> "FollowedCells":
        """Adds a session; arrays are copied. What is there in some sessions is there in all, but for found, active,
        tuned and rate.

        Parameters
        ----------
        time : float
            In time_unit; sessions may come in any order.
        maps : array, cells x bins (cells x [ways x] [bins_y x] bins_x)
            Mean activity per second; NaN: a bin not visited, and all bins of a cell that was not found.
        half_maps : array, 2 x cells x bins, optional
            Of either half of the session.
        occupancy : array, bins, optional
            Shares of the time, or any weights; None: even over the bins that have a value in some map.
        found, active, tuned : arrays of bool, cells, optional
            None: all are found, those with a rate above 0 active, and the active ones tuned.
        rate : array, cells, optional
            Per second; None: the maps' mean by occupancy.
        speed : array, bins, optional
            position_unit per second; NaN: not known.
        experience : array, 3, optional
            Visits to the place, minutes and distance there, up to the middle of the session; NaN: not known.
        activity : SparseActivity, optional
            Of all cells in their order, by the bins of the maps: for decoding and laps.
        half, gap : arrays of bool, frames of the activity, optional
            Which half of the session (True: the second); True where the frame before is no neighbour in time.
        lap : array, frames of the activity, optional
            Which lap, 0, 1 ...; -1: none.

        Returns
        -------
        FollowedCells
            Itself.
        """
        bins = int(np.prod(self._map))
        kept: list[Any] = []
        given = ffi.new("nd_followed_session *", {"time": number("time", time)})

        def put(name: str, array: Any, pointer: Any) -> None:
            kept.extend([array, pointer])
            setattr(given, name, pointer)

        def numbers(name: str, values: Any, shape: Sequence[int], flat: Sequence[int]) -> None:
            if values is not None:
                array = floats(name, values, tuple(flat) if np.ndim(values) == len(flat) else tuple(shape))
                put(name, array, doubles(array))

        numbers("maps", maps, (self._cells, *self._map), (self._cells, bins))
        numbers("half_maps", half_maps, (2, self._cells, *self._map), (2, self._cells, bins))
        numbers("occupancy", occupancy, self._map, (bins,))
        numbers("rate", rate, (self._cells,), (self._cells,))
        numbers("speed", speed, self._map, (bins,))
        numbers("experience", experience, (3,), (3,))
        for name, values in (("found", found), ("active", active), ("tuned", tuned)):
            if values is not None:
                array = _bytes_of(name, values, self._cells).astype(np.bool_)
                put(name, array, ffi.from_buffer("bool[]", array))
        if activity is None:
            if half is not None or gap is not None or lap is not None:
                raise Error("activity", "half, gap and lap are of the frames of an activity, and there is none")
        elif not isinstance(activity, SparseActivity):
            raise Error("activity", f"a SparseActivity is expected, not {type(activity).__name__}")
        else:
            given.activity = activity._held()
            frames = activity._binned.frames
            for name, values in (("half", half), ("gap", gap)):
                if values is not None:
                    array = _bytes_of(name, values, frames)
                    put(name, array, ffi.from_buffer("unsigned char[]", array))
            if lap is not None:
                array = wholes("lap", lap, (frames,))
                if array.size and not -1 <= array.min() <= array.max() < 2**31:
                    raise Error("lap", "laps are numbers from 0 on, or -1")
                array = array.astype(np.int32)
                put("lap", array, ffi.from_buffer("int32_t[]", array))
        error, cdata = new_error(), self._begin()
        try:
            check(lib.nd_followed_cells_add(cdata, given, error), error)
        finally:
            self._use.release()
        if activity is not None:
            self._kept.append(activity._held())
        return self

    def drift(self, *, seed: int = 1, threads: int = 1) -> xr.Dataset:
        """All measures of drift of the sessions, at least two.

        Parameters
        ----------
        seed : int
            Of what is drawn.
        threads : int
            Results do not depend on it.

        Returns
        -------
        xarray.Dataset
            NAME(session, other_session), from the first to the second; NAME(group) and NAME_error(group); NAME_decay
            and NAME_decay_p, the correlation with time apart and its p; session_time. `drift_measures` lists the names;
            the attribute drift_reasons says why what is missing is NaN.
        """
        error, cdata = new_error(), self._begin()
        try:
            made = lib.nd_followed_cells_drift(cdata, whole("seed", seed, 0, 2**64 - 1), whole("threads", threads, 0, 4096),
                                               error)
        finally:
            self._use.release()
        return dataset_of(made, error)

    def __repr__(self) -> str:
        return "<nulldrift.FollowedCells, closed>" if self.closed else f"<nulldrift.FollowedCells of {self._cells} cells>"

    def __reduce__(self) -> Any:
        raise TypeError("followed cells do not pickle: send their maps, or what drift() gives")
