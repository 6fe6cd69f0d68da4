"""What to run: experiments from files, from text, or key by key; the list of keys."""
from __future__ import annotations

import os
from typing import Any, Iterator, Mapping, Optional, Union

import numpy as np
import pandas as pd

from ._errors import Error, check, encode, failure, new_error, path_bytes, text
from ._handle import Handle
from ._library import ffi, lib

Value = Union[str, float, int, bool]


def _describe() -> list[dict[str, Any]]:
    rows, at = [], ffi.new("nd_key_description *")
    for index in range(lib.nd_key_count()):
        lib.nd_key_describe(index, at)
        kind = {lib.ND_WORD: "word", lib.ND_NUMBER: "number", lib.ND_COUNT: "count", lib.ND_TRUTH: "truth"}[at.kind]
        rows.append({"key": text(at.name), "model": text(at.model), "kind": kind,
                     "default": None if at.fallback == ffi.NULL else text(at.fallback),
                     "least": at.least, "most": at.most, "expected": text(at.expected), "unit": text(at.unit),
                     "by_reference": bool(at.by_reference), "by_fast": bool(at.by_fast)})
    return rows


def keys() -> pd.DataFrame:
    """Lists all keys of experiments (docs/experiment-file.md).

    Returns
    -------
    pandas.DataFrame
        By key: model (empty: both), kind of value, default (None: it must be given), least, most, what is expected in
        words, unit, and which engine uses it.
    """
    return pd.DataFrame(_describe()).set_index("key")


_NAMES = list(dict.fromkeys(row["key"] for row in _describe()))


def full_key(name: str) -> str:
    """"learning.update_noise" for learning__update_noise, learning.update_noise or update_noise; what is
    the end of several keys is refused."""
    if not isinstance(name, str):
        raise Error("keys", f"a key is a text, not {name!r:.60}")
    key = name.replace("__", ".", 1)
    if key in _NAMES or "." in key:
        return key
    ends = [full for full in _NAMES if full.split(".")[-1] == key]
    if len(ends) > 1:
        raise Error(name, "this may be any of " + ", ".join(ends), f"say {ends[0].replace('.', '__')}")
    return str(ends[0]) if ends else key


def spell(key: str, value: Any) -> str:
    """A value as in experiment files; None is the default."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None:
        return "default"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(repr(value))
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (str, os.PathLike)):
        return str(os.fspath(value))
    raise Error(key, f"a text, a number, True, False or None (the default) is expected, not {type(value).__name__}")


class Sets:
    """Keys and values as the library takes them, "key.path=value"."""

    def __init__(self, values: Mapping[str, Any], before: Mapping[str, str] = {}) -> None:
        given = dict(before)
        for name, value in values.items():
            key = full_key(name)
            if key in given:
                raise Error(name, f"{key} is given twice")
            given[key] = spell(key, value)
        self.count = len(given)
        self._texts = [ffi.new("char[]", encode(key, f"{key}={value}")) for key, value in given.items()]
        self.pointer = ffi.new("char *[]", self._texts) if given else ffi.NULL


class Experiment(Handle):
    """What to run, checked as a whole.

    Parameters
    ----------
    **keys
        Every other key has its default. ``Experiment.load`` reads a file, ``Experiment.parse`` text.

    Keys are written section__key (``learning__update_noise=0.03``), or by their
    last word where that is one key's alone (``update_noise=0.03``); None takes a key back to its default.

    >>> experiment = nulldrift.Experiment.load("figure-2.yaml", learning__update_noise=0.03)
    >>> experiment["learning.update_noise"]
    0.03

    Experiments are equal where all keys are; they pickle.
    """

    _kind = "experiment"

    def __init__(self, **keys: Any) -> None:
        sets, error = Sets(keys), new_error()
        self._take(lib.nd_experiment_new(sets.pointer, sets.count, error), error)

    def _take(self, cdata: Any, error: Any) -> None:
        if cdata == ffi.NULL:
            raise failure(error)
        Handle.__init__(self, cdata, lib.nd_experiment_free)

    @classmethod
    def load(cls, path: Union[str, "os.PathLike[str]"], /, **keys: Any) -> "Experiment":
        """Reads and checks an experiment file.

        Parameters
        ----------
        path : path
        **keys
            Change it.

        Returns
        -------
        Experiment
        """
        self, sets, error = cls.__new__(cls), Sets(keys), new_error()
        self._take(lib.nd_experiment_load(path_bytes("path", path), sets.pointer, sets.count, error), error)
        return self

    @classmethod
    def parse(cls, yaml: str, /, *, origin: str = "text", folder: Optional[str] = None, **keys: Any) -> "Experiment":
        """Reads and checks an experiment from text.

        Parameters
        ----------
        yaml : text
        origin : text
            What errors call it.
        folder : path, optional
            From which relative paths in it are taken; None: the working folder.
        **keys
            Change it.

        Returns
        -------
        Experiment
        """
        self, sets, error = cls.__new__(cls), Sets(keys), new_error()
        where = ffi.NULL if folder is None else ffi.new("char[]", path_bytes("folder", folder))
        self._take(lib.nd_experiment_parse(encode("yaml", yaml), encode("origin", origin), where, sets.pointer,
                                           sets.count, error), error)
        return self

    def copy(self, **keys: Any) -> "Experiment":
        """A copy of its own.

        Parameters
        ----------
        **keys
            Are changed in the copy.

        Returns
        -------
        Experiment
        """
        other, error = Experiment.__new__(Experiment), new_error()
        cdata = self._begin()
        try:
            other._take(lib.nd_experiment_copy(cdata, error), error)
        finally:
            self._use.release()
        if keys:
            other.set(**keys)
        return other

    def set(self, **keys: Any) -> "Experiment":
        """Changes keys: all of them or, where one cannot be, none.

        Parameters
        ----------
        **keys
            None takes a key back to its default.

        Returns
        -------
        Experiment
            Itself.
        """
        sets, error, cdata = Sets(keys), new_error(), self._begin()
        try:
            check(lib.nd_experiment_set(cdata, sets.pointer, sets.count, error), error)
        finally:
            self._use.release()
        return self

    def __getitem__(self, key: str) -> Value:
        """The value of "section.key"."""
        found, error, cdata = ffi.new("nd_key_value *"), new_error(), self._begin()
        try:
            check(lib.nd_experiment_get(cdata, encode("key", full_key(key)), found, error), error)
            if found.kind == lib.ND_WORD:
                return text(found.word)
            if found.kind == lib.ND_COUNT:
                return int(found.count)
            return bool(found.truth) if found.kind == lib.ND_TRUTH else float(found.number)
        finally:
            self._use.release()

    def uses(self, key: str) -> bool:
        """Do the model, the task, the rule and the engine of this experiment use a key?

        Parameters
        ----------
        key : text
            "learning.update_noise".

        Returns
        -------
        bool
        """
        name, cdata = encode("key", full_key(key)), self._begin()
        try:
            return bool(lib.nd_experiment_uses(cdata, name))
        finally:
            self._use.release()

    @property
    def keys(self) -> dict[str, Value]:
        """All keys that it uses, with their values."""
        return {key: self[key] for key in _NAMES if self.uses(key)}

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys)

    @property
    def text(self) -> str:
        """The whole experiment as YAML, every key that it uses spelled out."""
        error, cdata = new_error(), self._begin()
        try:
            found = lib.nd_experiment_text(cdata, error)
        finally:
            self._use.release()
        if found == ffi.NULL:
            raise failure(error)
        try:
            return text(found)
        finally:
            lib.nd_free(found)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return "<nulldrift.Experiment, closed>" if self.closed else f"<nulldrift.Experiment {self['name']!r}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Experiment) and self.text == other.text

    __hash__ = None  # type: ignore[assignment]  # they change

    def __reduce__(self) -> Any:
        return Experiment.parse, (self.text,)


def experiment_of(given: Any, **keys: Any) -> Experiment:
    """An Experiment as it is (a copy, where keys change it), or the file at a path."""
    if isinstance(given, Experiment):
        return given.copy(**keys) if keys else given
    if isinstance(given, (str, os.PathLike)):
        return Experiment.load(given, **keys)
    raise Error("experiment", f"an Experiment or the path of its file is expected, not {type(given).__name__}")
