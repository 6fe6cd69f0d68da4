"""Recordings: sessions of one's own arrays, or of a manifest, and what they say."""
from __future__ import annotations

import os
from typing import Any, Optional, Union

import numpy as np
import pandas as pd
import xarray as xr

from ._activity import Matrix, frames_of, seconds, times_of
from ._arrays import doubles, floats, int64s, wholes
from ._errors import (Error, check, encode, failure, names_of, new_error, number, one_of, path_bytes, text, truth,
                      whole)
from ._handle import Handle
from ._library import ffi, lib
from ._watch import Progress, Watch
from .contents import dataset_of
from .sparse import BIASES

_COUNTS = {"bins": 2, "bins_y": 0, "minimum_active_frames": 0, "shuffles": 0, "repetitions": 0, "seed": 0}
_NUMBERS = ("minimum_speed", "minimum_rate", "threshold", "smoothing")
_TRUTHS = ("circular", "equalise")
_WAYS = {"pooled": lib.ND_WAYS_POOLED, "joint": lib.ND_WAYS_JOINT, "separate": lib.ND_WAYS_SEPARATE}


def _settings(given: dict[str, Any]) -> Any:
    """nd_session_settings from Python's words; what is not given is as a manifest begins."""
    settings = ffi.new("nd_session_settings *", lib.nd_session_settings_usual())
    for name, value in given.items():
        if value is None:
            continue
        if name in _COUNTS:
            setattr(settings, name, whole(name, value, _COUNTS[name], 2**63 - 1))
        elif name in _NUMBERS:
            setattr(settings, name, number(name, value, 0))
        elif name in _TRUTHS:
            setattr(settings, name, truth(name, value))
        elif name == "ways":
            settings.ways = one_of(name, value, _WAYS)
        elif name in ("range", "range_y"):
            pair = floats(name, value, (2,))
            getattr(settings, name)[0], getattr(settings, name)[1] = float(pair[0]), float(pair[1])
        elif name == "corrections":
            chosen = [one_of(name, one, BIASES) for one in names_of(name, value)]
            for bias in BIASES.values():
                settings.corrections[bias] = bias in chosen
        else:
            raise Error(name, "there is no such setting", "there are: " + ", ".join(
                [*_COUNTS, *_NUMBERS, *_TRUTHS, "range", "range_y", "ways", "corrections"]))
    return settings


class Analysis(Handle):
    """What sessions say: tables with the columns of `nulldrift record` (``table.attrs[column]`` has a column's units
    and definition), and everything as a Dataset."""

    _kind = "analysis"

    def __init__(self, made: Any, error: Any) -> None:
        if made == ffi.NULL:
            raise failure(error)
        super().__init__(made, lib.nd_analysis_free)

    def _table(self, which: int) -> pd.DataFrame:
        cdata = self._begin()
        try:
            columns, notes, at = {}, {}, ffi.new("nd_column *")
            for index in range(lib.nd_analysis_columns(cdata, which)):
                lib.nd_analysis_column(cdata, which, index, at)
                if at.numbers != ffi.NULL:
                    values: Any = np.frombuffer(ffi.buffer(at.numbers, 8 * at.rows), np.float64).copy() if at.rows else np.empty(0)
                else:
                    values = [text(at.texts[row]) for row in range(at.rows)]
                columns[text(at.name)] = values
                notes[text(at.name)] = {"units": text(at.unit), "long_name": text(at.definition)}
        finally:
            self._use.release()
        table = pd.DataFrame(columns)
        table.attrs.update(notes)
        return table

    @property
    def sessions(self) -> pd.DataFrame:
        """A row a session: every metric and its error."""
        return self._table(lib.ND_TABLE_SESSIONS)

    @property
    def cells(self) -> pd.DataFrame:
        """A row a sufficiently active cell of a session."""
        return self._table(lib.ND_TABLE_CELLS)

    @property
    def verdict(self) -> pd.DataFrame:
        """A row a curve: an animal's environment, an animal, the data set (docs/verdict.md)."""
        return self._table(lib.ND_TABLE_VERDICTS)

    @property
    def statistics(self) -> pd.DataFrame:
        """A row a metric of a curve: its regression on time."""
        return self._table(lib.ND_TABLE_STATISTICS)

    @property
    def drift(self) -> pd.DataFrame:
        """A row a measure of drift of a group; why, where there is none (docs/drift-measures.md)."""
        return self._table(lib.ND_TABLE_DRIFT)

    @property
    def dataset(self) -> xr.Dataset:
        """Everything, by the names that `nulldrift record` writes."""
        error, cdata = new_error(), self._begin()
        try:
            return dataset_of(lib.nd_analysis_contents(cdata, error), error)
        finally:
            self._use.release()

    def save(self, path: Union[str, "os.PathLike[str]"], *, replace: bool = False) -> None:
        """Writes it as a file, for later and for `figure`.

        Parameters
        ----------
        path : path
        replace : bool
            Whatever stands there is replaced; otherwise only an earlier result.
        """
        at, error, cdata = path_bytes("path", path), new_error(), self._begin()
        try:
            check(lib.nd_analysis_save(cdata, at, truth("replace", replace), error), error)
        finally:
            self._use.release()

    def __repr__(self) -> str:
        return "<nulldrift.Analysis, closed>" if self.closed else f"<nulldrift.Analysis of {len(self.sessions)} sessions>"

    def __reduce__(self) -> Any:
        raise TypeError("an analysis does not pickle: send its tables or its dataset, which do")


def _spikes(group: Any) -> list[Any]:
    """The spike times of a mapping's cells, in its order."""
    cells = [group[name] for name in group.keys()]
    if not cells:
        raise Error("activity", "there are no cells")
    return [floats("activity", getattr(cell, "t", cell), (None,)) for cell in cells]


def _put_activity(given: Any, session: dict[str, Any]) -> list[Any]:
    """A session's matrix or spikes, into nd_session_arrays; what is returned must live as long."""
    if session["spikes"] is None:
        given.activity = session["matrix"].value[0]
        return [session["matrix"]]
    times = np.concatenate(session["spikes"])
    ends = np.cumsum([len(cell) for cell in session["spikes"]]).astype(np.uintp)
    pointers = doubles(times if times.size else np.empty(1)), ffi.from_buffer("size_t[]", ends)
    given.spike_time, given.spike_end = pointers
    given.cells, given.frames = len(ends), session["frames"]
    return [times, ends, pointers]


class Recording:
    """Sessions gathered for an analysis.

    Parameters
    ----------
    animal : text
        Whose sessions are added, where `add` names none.
    name : text
        The data set's.
    position_unit, activity_unit : text, optional
        Go into words and units ("m", "spikes").
    **settings
        The keys of a manifest (docs/recordings.md): bins, bins_y, range, range_y, minimum_speed, circular,
        minimum_active_frames, minimum_rate, shuffles, threshold, corrections, repetitions, smoothing, equalise,
        seed; and ways of running along a track: "pooled", "joint" (one map of twice the bins) or "separate" (a
        session each). `analyse` may change them.

    >>> recording = nulldrift.Recording(animal="C16", bins=20)
    >>> recording.add(day=1, activity=A, times=t, position=x, ids=ids)
    >>> result = recording.analyse(corrections=["SSR", "BAE"])
    >>> result.verdict
    """

    def __init__(self, animal: str = "", *, name: str = "", position_unit: Optional[str] = None,
                 activity_unit: Optional[str] = None, **settings: Any) -> None:
        self._animal, self._names = animal, (name, position_unit, activity_unit)
        encode("animal", animal)
        for label, value in zip(("name", "position_unit", "activity_unit"), self._names):
            if value is not None:
                encode(label, value)
        _settings(settings)
        self._given = settings
        self._added: list[dict[str, Any]] = []

    def add(self, activity: Any, position: Any, *, day: float, ids: Any = None, times: Any = None,
            frame_seconds: Optional[float] = None, speed: Any = None, position_y: Any = None, direction: Any = None,
            trial: Any = None, environment: str = "", label: str = "", animal: Optional[str] = None) -> "Recording":
        """Adds a session; arrays are kept, not copied, and read by `analyse`.

        Parameters
        ----------
        activity : array, frames x cells; or spike times
            Spike counts or amplitudes, not below 0, of any layout that `tuning_curves` takes. Or a mapping of cells to
            arrays of spike times in s, a dict or pynapple's TsGroup: each spike counts in the frame that began last, as
            in a manifest.
        position : array, frames
            In position_unit; a frame whose position is not finite is left out.
        day : float
            Sessions are in its order.
        ids : array of int, cells, optional
            Who a cell is, the same in all sessions of its animal; None: not registered.
        times : array, frames, optional
            In s; spike times need it.
        frame_seconds : float, optional
            How long a frame is, in s; None: the median distance of the times.
        speed : array, frames, optional
            In position_unit per s, where there is a minimum_speed.
        position_y : array, frames, optional
            Where there are bins_y.
        direction : array, frames, optional
            Where ways are told apart; its sign counts (the velocity, say).
        trial : array of int, frames, optional
            Which trial a frame is in, 0, 1 ...; a frame of -1 is left out.
        environment, label : text
            Where it was, and what the session is called.
        animal : text, optional
            None: the recording's.

        Returns
        -------
        Recording
            Itself.
        """
        spikes = _spikes(activity) if hasattr(activity, "keys") and not hasattr(activity, "iloc") and not hasattr(
            activity, "dims") else None
        if spikes is not None and np.ndim(getattr(position, "d", position)) != 1:
            raise Error("position", "one coordinate of each frame is expected")
        frames = frames_of(np.empty((len(getattr(position, "d", position)), 0)) if spikes is not None else activity,
                           position, times)
        if spikes is not None and frames.time is None:
            raise Error("activity", "spike times need the times of the positions", "give the position as a Tsd, or times=")
        length, cells = (len(frames.values),), frames.values.shape[1] if spikes is None else len(spikes)

        def over_frames(what: str, values: Any) -> Any:
            return None if values is None else floats(what, values, length)

        for what, words in (("environment", environment), ("label", label), ("animal", animal or "")):
            encode(what, words)
        self._added.append({
            "matrix": Matrix("activity", frames.values) if spikes is None else None, "spikes": spikes,
            "frames": length[0], "position": over_frames(
                "position", getattr(position, "d", position) if times_of(position) is not None else position),
            "position_y": over_frames("position_y", position_y), "speed": over_frames("speed", speed),
            "time": over_frames("time", frames.time), "direction": over_frames("direction", direction),
            "trial": None if trial is None else wholes("trial", trial, length), "day": number("day", day),
            "frame_seconds": seconds(frames, frame_seconds),
            "cell_id": None if ids is None else wholes("ids", ids, (cells,)),
            "animal": self._animal if animal is None else animal, "environment": environment, "label": label})
        return self

    def __len__(self) -> int:
        return len(self._added)

    def analyse(self, *, threads: int = 1, progress: Progress = False, **settings: Any) -> Analysis:
        """Measures all sessions and what is between them.

        Parameters
        ----------
        threads : int
            Results do not depend on it.
        progress : bool or function
            As for `run`.
        **settings
            Change those of the recording.

        Returns
        -------
        Analysis
        """
        chosen, error = _settings({**self._given, **settings}), new_error()
        words = [ffi.NULL if word is None else ffi.new("char[]", encode("name", word)) for word in self._names]
        made = lib.nd_sessions_new(chosen, *words, error)
        check(made != ffi.NULL, error)
        sessions = ffi.gc(made, lib.nd_sessions_free)
        for session in self._added:
            texts = {name: ffi.new("char[]", encode(name, session[name])) for name in ("animal", "environment", "label")}
            arrays = {name: doubles(session[name]) for name in ("position", "position_y", "speed", "time",
                                                                    "direction")}
            trial = session["trial"]
            if trial is not None:
                if trial.size and not -2**31 <= trial.min() <= trial.max() < 2**31:
                    raise Error("trial", "numbers beyond 2^31 are not taken")
                trial = trial.astype(np.int32)
                arrays["trial"] = ffi.from_buffer("int32_t[]", trial)
            given = ffi.new("nd_session_arrays *", {
                **texts, **arrays, "cell_id": int64s(session["cell_id"]), "day": session["day"],
                "frame_seconds": session["frame_seconds"]})
            kept = _put_activity(given, session)
            check(lib.nd_sessions_add(sessions, given, error), error)
            del kept
        with Watch(progress) as watch:
            found = lib.nd_sessions_analyse(sessions, whole("threads", threads, 0, 4096), watch.pointer, error)
        return Analysis(found, error)


def analyse(manifest: Union[str, "os.PathLike[str]"], *, follow_links: bool = False, threads: int = 1,
            progress: Progress = False) -> Analysis:
    """Analyses the sessions of a manifest (docs/recordings.md); the files it names are read, each in a confined child.

    Parameters
    ----------
    manifest : path
    follow_links : bool
        Links inside its files to others (HDF5's external links) are followed to any regular file; otherwise within the
        manifest's folder alone.
    threads : int
        Results do not depend on it.
    progress : bool or function
        As for `run`.

    Returns
    -------
    Analysis
    """
    path, links, error = path_bytes("manifest", manifest), truth("follow_links", follow_links), new_error()
    count = whole("threads", threads, 0, 4096)
    with Watch(progress) as watch:
        found = (lib.nd_manifest_analyse_following(path, links, count, watch.pointer, error) if links else
                 lib.nd_manifest_analyse(path, count, watch.pointer, error))
    return Analysis(found, error)
