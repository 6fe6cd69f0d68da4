"""Failures of the library as exceptions, and texts on their way to C and back."""
from __future__ import annotations

import os
from typing import Any

from ._library import ffi, lib

CODES = {lib.ND_CODE_FAILED: "failed", lib.ND_CODE_ARGUMENT: "argument", lib.ND_CODE_MEMORY: "memory",
         lib.ND_CODE_SYSTEM: "system", lib.ND_CODE_DIVERGED: "diverged", lib.ND_CODE_STOPPED: "stopped"}


class Error(Exception):
    """What failed, where, and how to mend it; read as one line, "WHERE: WHAT; MEND".

    Attributes
    ----------
    where : str
        The file, line, key, step, or function and argument.
    what : str
        What was found and what was expected.
    mend : str
        How to put it right; may be empty.
    code : str
        "failed" (a file, a key or data cannot be used as asked), "argument" (the call itself is wrong),
        "memory", "system" (the operating system refused), "diverged" (a network ran away) or "stopped".
    """

    def __init__(self, where: str, what: str, mend: str = "", code: str = "argument") -> None:
        super().__init__(where, what, mend, code)
        self.where, self.what, self.mend, self.code = where, what, mend, code

    def __str__(self) -> str:
        error, line = ffi.new("nd_error *"), ffi.new("char[]", 4096)
        for name in ("where", "what", "mend"):
            words = str(getattr(self, name)).encode("utf-8", "backslashreplace")[:511]
            ffi.memmove(getattr(error, name), words, len(words))
        return text(lib.nd_error_line(error, line, 4096))  # control characters are shown as such


def text(cdata: Any) -> str:
    """A C string; bytes that are no UTF-8 are shown as such."""
    return "" if cdata == ffi.NULL else str(ffi.string(cdata).decode("utf-8", "backslashreplace"))


def new_error() -> Any:
    return ffi.new("nd_error *")


def failure(error: Any) -> Error:
    """The exception for an nd_error that was filled."""
    return Error(text(error.where), text(error.what), text(error.mend), CODES.get(error.code, "failed"))


def check(fine: Any, error: Any) -> None:
    if not fine:
        raise failure(error)


def encode(name: str, value: Any) -> bytes:
    """A text for C, which ends at a zero byte."""
    if not isinstance(value, str):
        raise Error(name, f"a text is expected, not {type(value).__name__}")
    if "\0" in value:
        raise Error(name, "the text holds a zero character")
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as problem:
        raise Error(name, f"the text is no Unicode: {problem.reason}") from None


def path_bytes(name: str, path: Any) -> bytes:
    """A path for C: str, bytes or os.PathLike."""
    try:
        found = os.fsencode(path)
    except TypeError:
        raise Error(name, f"a path is expected, not {type(path).__name__}") from None
    except UnicodeEncodeError as problem:
        raise Error(name, f"the path is no Unicode: {problem.reason}") from None
    if not found or b"\0" in found:
        raise Error(name, "the path is empty" if not found else "the path holds a zero character")
    return found


def whole(name: str, value: Any, least: int = 0, most: int = 2**63 - 1) -> int:
    """A whole number within bounds; True is none."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # 1e6 steps
    try:
        if isinstance(value, bool):
            raise TypeError
        number = value.__index__()
    except (AttributeError, TypeError):
        raise Error(name, f"a whole number is expected, not {value!r:.60}") from None
    if not least <= number <= most:
        raise Error(name, f"{number} is not within {least} to {most}")
    return int(number)


def number(name: str, value: Any, least: float = float("-inf")) -> float:
    """A finite number, not below `least`; True is none."""
    try:
        if isinstance(value, (bool, str, bytes)):
            raise TypeError
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        raise Error(name, f"a number is expected, not {value!r:.60}") from None
    if not least <= found < float("inf"):
        raise Error(name, f"{found!r} is not a finite number" + (f" of at least {least:g}" if least > -1e300 else ""))
    return found


def truth(name: str, value: Any) -> bool:
    import numpy

    if not isinstance(value, (bool, numpy.bool_)):
        raise Error(name, f"True or False is expected, not {value!r:.60}")
    return bool(value)


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
