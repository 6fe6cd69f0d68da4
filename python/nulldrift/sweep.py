"""Sweeps: many experiments in one store, as a table."""
from __future__ import annotations

import json
import os
from typing import Any, NamedTuple, Optional, Union

import numpy as np
import pandas as pd

from ._errors import check, encode, failure, new_error, number, path_bytes, text, truth, whole
from ._library import ffi, lib
from ._watch import Progress, Watch

Path = Union[str, "os.PathLike[str]"]


def sweep(path: Path, folder: Path, *, jobs: int = 0, shard: Optional[int] = None, shards: Optional[int] = None,
          retry_failed: bool = False, retry_diverged: bool = False, keep_runs: bool = False, retry_unkept: bool = False,
          checkpoint_seconds: float = 0, follow_links: bool = False, all_keys: bool = False,
          progress: Progress = False) -> pd.DataFrame:
    """Runs what is left of a sweep (docs/sweeps.md). Runs that fail or diverge are recorded, the others go on; Ctrl-C
    stops, and the same call goes on.

    Parameters
    ----------
    path : path
        Of the sweep file.
    folder : path
        Of its store; made if need be.
    jobs : int
        Runs at a time; 0: one for each processor.
    shard, shards : int, optional
        This part of the runs alone, 0 .. shards - 1.
    retry_failed, retry_diverged : bool
        Takes up again what failed or diverged.
    keep_runs : bool
        Every run's file stays in the folder.
    retry_unkept : bool
        Takes up again what ended before without a file.
    checkpoint_seconds : float
        Seconds between saves of a run in progress; 0: every 60 s.
    follow_links : bool
        As for `run`; otherwise runs of such a data file fail.
    all_keys : bool
        The table has all keys, not only those that differ.
    progress : bool or function
        As for `run`.

    Returns
    -------
    pandas.DataFrame
        As `sweep_table` gives it.
    """
    parts = 0 if shards is None else whole("shards", shards, 1)
    command = ffi.new("char[]", encode("command_line", "python: nulldrift.sweep"))
    request = ffi.new("nd_sweep_request *", {
        "jobs": whole("jobs", jobs, 0, 4096), "shards": parts,
        "shard": 0 if shard is None else whole("shard", shard, 0, max(parts - 1, 0)),
        "retry_failed": truth("retry_failed", retry_failed), "retry_diverged": truth("retry_diverged", retry_diverged),
        "keep_runs": truth("keep_runs", keep_runs), "retry_unkept": truth("retry_unkept", retry_unkept),
        "command_line": command, "checkpoint_seconds": number("checkpoint_seconds", checkpoint_seconds, 0),
        "follow_links": truth("follow_links", follow_links), "tell": lib.nulldrift_tell})
    plan, store, error = path_bytes("path", path), path_bytes("folder", folder), new_error()
    with Watch(progress) as watch:
        request.context = watch._self
        fine = lib.nd_run_sweep(plan, store, request, watch.pointer, ffi.NULL, error)
    check(fine, error)
    return sweep_table(folder, all_keys=all_keys)


def _columns(made: Any, error: Any) -> pd.DataFrame:
    """A table of runs, which is freed; whole numbers keep all 64 bits."""
    if made == ffi.NULL:
        raise failure(error)
    table, at, columns = ffi.gc(made, lib.nd_runs_table_free), ffi.new("nd_runs_column *"), {}
    for index in range(lib.nd_runs_table_columns(table)):
        lib.nd_runs_table_column(table, index, at)
        if at.texts != ffi.NULL:
            values: Any = [None if at.texts[row] == ffi.NULL else text(at.texts[row]) for row in range(at.rows)]
        elif at.counts != ffi.NULL:
            counts = np.array([at.counts[row] for row in range(at.rows)], np.uint64)
            values = counts.astype(np.int64) if not counts.size or counts.max() < 2**63 else counts
        else:
            values = np.array([at.numbers[row] for row in range(at.rows)], np.float64)
        columns[text(at.name)] = values
    found = pd.DataFrame(columns)
    return found.set_index("id") if "id" in found else found


def sweep_table(folder: Path, *, all_keys: bool = False) -> pd.DataFrame:
    """The table of a sweep that was begun.

    Parameters
    ----------
    folder : path
        Of its store.
    all_keys : bool
        All keys, not only those that differ among runs.

    Returns
    -------
    pandas.DataFrame
        A row a run: id (the index), label, state, reason, seconds (of processor time), metrics, keys.
    """
    error = new_error()
    return _columns(lib.nd_table_of_sweep(path_bytes("folder", folder), truth("all_keys", all_keys), error), error)


def sweep_plan(path: Path, *, all_keys: bool = False) -> pd.DataFrame:
    """What a sweep plans, every run checked, before any is run.

    Parameters
    ----------
    path : path
        Of the sweep file.
    all_keys : bool
        All keys, not only those that differ among runs.

    Returns
    -------
    pandas.DataFrame
        A row a run: id (the index), label, steps, keys, and experiment, the whole of it as YAML.
    """
    error = new_error()
    return _columns(lib.nd_plan_of_sweep(path_bytes("path", path), truth("all_keys", all_keys), error), error)


def _handed(found: Any, error: Any) -> str:
    """A text that is ours to free."""
    if found == ffi.NULL:
        raise failure(error)
    try:
        return text(found)
    finally:
        lib.nd_free(found)


def sweep_csv(folder: Path, *, all_keys: bool = False, as_json: bool = False) -> str:
    """The table of a sweep as text, as `nulldrift sweep table` writes it.

    Parameters
    ----------
    folder : path
        Of its store.
    all_keys : bool
        All keys, not only those that differ among runs.
    as_json : bool
        An object a line, in place of CSV.

    Returns
    -------
    str
        CSV with a header, or JSON.
    """
    error = new_error()
    return _handed(lib.nd_tabulate_sweep(path_bytes("folder", folder), truth("all_keys", all_keys),
                                         truth("as_json", as_json), error), error)


def sweep_compare(folder: Path, published: Path) -> pd.DataFrame:
    """A sweep beside a published table, as `nulldrift sweep compare` sets them.

    Parameters
    ----------
    folder : path
        Of its store.
    published : path
        Of a CSV file (docs/sweeps.md).

    Returns
    -------
    pandas.DataFrame
        ``attrs["inside"]``: does each median lie within the published quartiles?
    """
    inside, error = ffi.new("bool *"), new_error()
    lines = _handed(lib.nd_compare_sweep(path_bytes("folder", folder), path_bytes("published", published), True, inside,
                                         error), error)
    table = pd.DataFrame([json.loads(line) for line in lines.split("\n") if line])
    table.attrs["inside"] = bool(inside[0])
    return table


class SweepCounts(NamedTuple):
    """How a sweep stands."""

    name: str
    waiting: int
    running: int
    done: int
    diverged: int
    failed: int
    silent: int
    """Of those done: with no active unit at the end."""
    steps: float
    steps_done: float
    seconds: float
    """Of processor time, of those finished."""


def sweep_status(folder: Path) -> SweepCounts:
    """Counts the runs of a sweep; of its shards, where they are not merged.

    Parameters
    ----------
    folder : path
        Of its store.

    Returns
    -------
    SweepCounts
    """
    counts, error = ffi.new("nd_sweep_counts *"), new_error()
    check(lib.nd_count_sweep(path_bytes("folder", folder), counts, error), error)
    return SweepCounts(text(counts.name), *[getattr(counts, name) for name in SweepCounts._fields[1:]])


def merge_sweep(folder: Path, *, partial: bool = False) -> tuple[int, str]:
    """Puts the shards of a sweep together.

    Parameters
    ----------
    folder : path
        Of the store.
    partial : bool
        What is finished is taken, though shards are missing, unfinished, foreign or doubled.

    Returns
    -------
    count : int
        How many were merged.
    remark : str
        What is wrong with them, which `partial` let pass; empty: nothing.
    """
    count, remark, error = ffi.new("size_t *"), new_error(), new_error()
    check(lib.nd_merge_sweep(path_bytes("folder", folder), truth("partial", partial), count, remark, error), error)
    words: Any = str(failure(remark)) if remark.what[0] != b"\0" else ""
    return int(count[0]), words
