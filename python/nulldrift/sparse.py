"""Activity made sparse, each frame with its bin: what information, its significance and its corrections work on."""
from __future__ import annotations

from typing import Any, Mapping, NamedTuple, Optional, Sequence

import numpy as np
import xarray as xr

from ._activity import Binned, Bins, Frames, Matrix, frames_of, seconds, together
from ._arrays import Floats, doubles, floats, int64s, wholes
from ._errors import Error, check, names_of, new_error, one_of, whole
from ._handle import Handle
from ._library import ffi, lib
from ._watch import Progress, Watch

KINDS = {"bit_event": (lib.ND_BIT_EVENT, "bit per event or unit of amplitude"),
         "bit_second": (lib.ND_BIT_SECOND, "bit/s"), "mutual": (lib.ND_BIT_MUTUAL, "bit per frame")}
BIASES = {"SR": lib.ND_BIAS_SR, "SSR": lib.ND_BIAS_SSR, "AE": lib.ND_BIAS_AE, "BAE": lib.ND_BIAS_BAE}


def labelled_curves(cells: Any, unit: str, binned: Binned, curves: Floats, occupancy: Floats, words: str = "",
                    more: Mapping[str, Any] = {}) -> xr.Dataset:
    """Curves (cells x bins) and their occupancy as a Dataset over unit and bin; maps have bin, bin_2, bin_3."""
    dims = ["bin", "bin_2", "bin_3"][:len(binned.shape)]
    coords: dict[str, Any] = {"unit": cells}
    for dim, centre in zip(dims, binned.centres()):
        coords["bin_position" + dim[3:]] = (dim, centre, {"units": binned.unit or "1", "long_name": "centre of the bin"})
    return xr.Dataset({
        "tuning_curves": (["unit", *dims], curves.reshape(len(curves), *binned.shape), {
            "units": unit or "units of activity", "long_name": "mean activity of the frames in the bin" + words}),
        "occupancy": (dims, occupancy.reshape(binned.shape), {"units": "1", "long_name": "share of the frames in the bin"}),
        **more}, coords)


class SparseShape(NamedTuple):
    """How much there is of sparse activity."""

    frames: int
    """That have a bin."""
    cells: int
    bins: int


class SparseActivity(Handle):
    """Activity made sparse, each frame with its bin: measured again and again without reading the array again, and
    taken by `FollowedCells.add`.

    Parameters
    ----------
    activity : array, frames x cells
        As for `tuning_curves`; not below 0, finite wherever the frame has a bin.
    position : array, frames
        As for `tuning_curves`; a frame whose position is not finite is left out.
    bins : int or one for each coordinate
    range : (low, high), optional
        In the unit of the position; None: that of the positions.
    times : array, frames, optional
        In s.
    frame_seconds : float, optional
        How long a frame is, in s; None: the median distance of the times.

    >>> sparse = nulldrift.SparseActivity(activity, position, frame_seconds=1/30)
    >>> sparse.information()["bit_event"]
    """

    _kind = "activity"

    def __init__(self, activity: Any, position: Any, *, bins: Bins = 40, range: Any = None, times: Any = None,
                 frame_seconds: Optional[float] = None) -> None:
        frames, binned = frames_of(activity, position, times), Binned(position, bins, range)
        together(frames, binned)
        matrix, error = Matrix("activity", frames.values), new_error()
        made = lib.nd_sparse_from_matrix(matrix.value, int64s(binned.bin), binned.count,
                                         seconds(frames, frame_seconds), error)
        self._take(made, error, frames.cells, frames.unit, binned)

    def _take(self, made: Any, error: Any, cells: Any, unit: str, binned: Binned) -> None:
        check(made != ffi.NULL, error)
        super().__init__(made, lib.nd_sparse_free)
        self._cells, self._unit, self._binned = cells, unit, binned

    @classmethod
    def from_events(cls, frames: Any, position: Any, *, amounts: Any = None, bins: Bins = 40, range: Any = None,
                    times: Any = None, frame_seconds: Optional[float] = None) -> "SparseActivity":
        """Makes it of lists of events, without a matrix.

        Parameters
        ----------
        frames : sequence of arrays, or mapping of cells to arrays
            For each cell the frames in which it was active, rising, from 0.
        position : array, frames
            As for the class.
        amounts : of the same shape as frames, optional
            Spike counts or amplitudes beside each frame, above 0; None: 1.
        bins, range, times, frame_seconds
            As for the class.

        Returns
        -------
        SparseActivity
        """
        names = list(frames.keys()) if hasattr(frames, "keys") else None
        try:
            lists = [frames[name] for name in names] if names is not None else list(frames)
            beside = None if amounts is None else [amounts[name] for name in names] if names is not None else list(amounts)
        except (TypeError, KeyError):
            raise Error("frames", "arrays of frames are expected, one for each cell, and amounts for the same") from None
        if beside is not None and len(beside) != len(lists):
            raise Error("amounts", f"there are {len(beside)} cells' amounts for {len(lists)} cells")
        if not lists:
            raise Error("frames", "there are no cells")
        events = [wholes("frames", one, (None,)) for one in lists]
        for one in events:
            if one.size and not 0 <= one.min() <= one.max() < 2**32:
                raise Error("frames", "frames are numbers from 0 to 2^32 - 1")
        start = np.concatenate([[0], np.cumsum([len(one) for one in events])]).astype(np.uintp)
        amount = np.ones(int(start[-1])) if beside is None else np.concatenate(
            [floats("amounts", one, at.shape) for one, at in zip(beside, events)])
        binned = Binned(position, bins, range)
        length = seconds(frames_of(np.zeros((binned.frames, 1)), position, times), frame_seconds)
        self, error = cls.__new__(cls), new_error()
        made = lib.nd_sparse_from_events(ffi.from_buffer("size_t[]", start), ffi.from_buffer(
            "uint32_t[]", np.concatenate(events).astype(np.uint32)), doubles(amount), len(events), int64s(binned.bin),
            binned.frames, binned.count, length, error)
        self._take(made, error, np.arange(len(events)) if names is None else np.asarray(names), "", binned)
        return self

    @property
    def shape(self) -> SparseShape:
        """Frames that have a bin, cells and bins."""
        sizes = ffi.new("size_t[3]")
        lib.nd_sparse_shape(self._held(), sizes, sizes + 1, sizes + 2)
        return SparseShape(*map(int, sizes))

    def tuning_curves(self) -> xr.Dataset:
        """The mean activity of the frames in each bin.

        Returns
        -------
        xarray.Dataset
            As `tuning_curves` gives it: tuning_curves(unit, bin), NaN where no frame was; occupancy(bin), shares of
            the frames; docs/model.md, section 4.2.
        """
        _, cells, bins = self.shape
        occupancy, curves, error, cdata = np.empty(bins), np.empty((cells, bins)), new_error(), self._begin()
        try:
            check(lib.nd_sparse_tuning(cdata, doubles(occupancy), doubles(curves), error), error)
        finally:
            self._use.release()
        return labelled_curves(self._cells, self._unit, self._binned, curves, occupancy)

    def _by_cell(self, variables: Mapping[str, tuple[Any, str, str]]) -> xr.Dataset:
        return xr.Dataset({name: ("unit", values, {"units": unit, "long_name": words})
                           for name, (values, unit, words) in variables.items()}, {"unit": self._cells})

    def information(self, *, corrections: Sequence[str] = (), kind: str = "bit_event", repetitions: int = 0,
                    fractions: int = 0, block: int = 0, seed: int = 1, threads: int = 1,
                    progress: Progress = False) -> xr.Dataset:
        """Information of each cell about the bin (docs/model.md, sections 8.2 and 8.4).

        Parameters
        ----------
        corrections, kind, repetitions, fractions, block, seed, threads, progress
            As for the function `information`.

        Returns
        -------
        xarray.Dataset
            Over unit, as that function gives it.
        """
        which, unit = one_of("kind", kind, KINDS)
        biases = [(name, one_of("corrections", name, BIASES)) for name in names_of("corrections", corrections)]
        how = ffi.new("nd_subsampling *", {"fractions": whole("fractions", fractions, 0, 64),
                                           "block": whole("block", block), "seed": whole("seed", seed, 0, 2**64 - 1),
                                           "repetitions": whole("repetitions", repetitions, 0, 10**9),
                                           "threads": whole("threads", threads, 0, 4096)})
        cells = self.shape.cells
        event, second, mutual, rate = (np.empty(cells) for _ in "1234")
        active, error, cdata = np.empty(cells, np.uintp), new_error(), self._begin()
        try:
            check(lib.nd_sparse_information(cdata, doubles(event), doubles(second), doubles(mutual), error), error)
            check(lib.nd_sparse_activity_of_cells(cdata, ffi.from_buffer("size_t[]", active), doubles(rate), error), error)
            found = {"bit_event": (event, KINDS["bit_event"][1], "spatial information"),
                     "bit_second": (second, "bit/s", "spatial information"),
                     "mutual": (mutual, KINDS["mutual"][1], "mutual information"),
                     "rate": (rate, "1/s", "mean activity per second"),
                     "active_frames": (active.astype(np.int64), "1", "frames with activity above 0")}
            for name, bias in biases:
                values = np.empty(cells)
                with Watch(progress) as watch:
                    fine = lib.nd_sparse_corrected(cdata, which, bias, how, watch.pointer, doubles(values), error)
                check(fine, error)
                found[f"{kind}_{name.lower()}"] = (values, unit, f"corrected for limited sampling by {name}")
        finally:
            self._use.release()
        return self._by_cell(found)

    def significance(self, *, shuffles: int = 1000, tearing: str = "cyclic", seed: int = 1,
                     threads: int = 1) -> xr.Dataset:
        """Is a cell tuned? (docs/model.md, section 8.3)

        Parameters
        ----------
        shuffles, tearing, seed, threads
            As for the function `significance`.

        Returns
        -------
        xarray.Dataset
            Over unit: p and shuffled, as that function gives them.
        """
        torn = one_of("tearing", tearing, {"cyclic": lib.ND_TEAR_CYCLIC, "random": lib.ND_TEAR_RANDOM})
        shuffles, seed = whole("shuffles", shuffles, 1, 10**9), whole("seed", seed, 0, 2**64 - 1)
        threads = whole("threads", threads, 0, 4096)
        p, mean, error, cdata = np.empty(self.shape.cells), np.empty(self.shape.cells), new_error(), self._begin()
        try:
            check(lib.nd_sparse_significance(cdata, shuffles, torn, seed, threads, doubles(p), doubles(mean), error), error)
        finally:
            self._use.release()
        return self._by_cell({"p": (p, "1", f"of the spatial information, by {shuffles} shuffles"),
                              "shuffled": (mean, KINDS["bit_event"][1], "mean of the shuffles' spatial information")})

    def __repr__(self) -> str:
        return ("<nulldrift.SparseActivity, closed>" if self.closed else
                "<nulldrift.SparseActivity of {} frames, {} cells, {} bins>".format(*self.shape))

    def __reduce__(self) -> Any:
        raise TypeError("sparse activity does not pickle: send the arrays, and make it there")


def information(activity: Any, position: Any, *, bins: Bins = 40, range: Any = None, times: Any = None,
                frame_seconds: Optional[float] = None, corrections: Sequence[str] = (), kind: str = "bit_event",
                repetitions: int = 0, fractions: int = 0, block: int = 0, seed: int = 1, threads: int = 1,
                progress: Progress = False) -> xr.Dataset:
    """Information of each cell about the bin, with its corrections for limited sampling.

    Definitions: docs/model.md, sections 8.2 and 8.4.

    Parameters
    ----------
    activity : array, frames x cells
        As for `tuning_curves`, but activity that is not finite in a frame that has a bin is refused.
    position, bins, range, times
        As for `tuning_curves`.
    frame_seconds : float, optional
        How long a frame is, in s; None: the median distance of the times.
    corrections : names, of "SR", "SSR", "AE", "BAE"
        Shuffle reduction, scaled; asymptotic extrapolation, bounded.
    kind : "bit_event", "bit_second" or "mutual"
        Which information is corrected.
    repetitions, fractions, block : int
        How subsamples are drawn: how many of all frames (0: 100), how many shares of the frames (0: 10), neighbouring
        frames drawn together (0: as bursts are long).
    seed : int
        Of what is drawn.
    threads : int
        Results do not depend on it.
    progress : bool or function
        As for `run`.

    Returns
    -------
    xarray.Dataset
        Over unit: bit_event, bit_second, mutual, rate (1/s), active_frames; and KIND_ssr, ... of corrections.
    """
    with SparseActivity(activity, position, bins=bins, range=range, times=times, frame_seconds=frame_seconds) as sparse:
        return sparse.information(corrections=corrections, kind=kind, repetitions=repetitions, fractions=fractions,
                                  block=block, seed=seed, threads=threads, progress=progress)


def significance(activity: Any, position: Any, *, shuffles: int = 1000, tearing: str = "cyclic", bins: Bins = 40,
                 range: Any = None, times: Any = None, frame_seconds: Optional[float] = None, seed: int = 1,
                 threads: int = 1) -> xr.Dataset:
    """Is a cell tuned? Its spatial information beside that of activity torn from the positions.

    Definitions: docs/model.md, section 8.3.

    Parameters
    ----------
    activity, position
        As for `information`.
    shuffles : int
        How many of each cell.
    tearing : "cyclic" or "random"
        Turned around in time, or frames permuted.
    bins, range, times, frame_seconds
        As for `information`.
    seed : int
        Of what is drawn.
    threads : int
        Results do not depend on it.

    Returns
    -------
    xarray.Dataset
        Over unit: p, 1 less the share of shuffles whose spatial information is below the real one's; shuffled, their
        mean, in bit per event.
    """
    with SparseActivity(activity, position, bins=bins, range=range, times=times, frame_seconds=frame_seconds) as sparse:
        return sparse.significance(shuffles=shuffles, tearing=tearing, seed=seed, threads=threads)
