"""Variables of one's own, added to a run or to a result."""
from __future__ import annotations

from typing import Any, Mapping

import numpy as np
import xarray as xr

from ._arrays import doubles, floats
from ._errors import Error, encode, truth
from ._library import ffi, lib
from .run import _amend


def _texts(name: str, array: Any) -> list[Any]:
    if array.ndim != 1:
        raise Error(name, f"texts are over one dimension, not {array.ndim}")
    return [ffi.new("char[]", encode(name, str(one) if isinstance(one, np.str_) else one)) for one in array.values]


def _new_variable(at: Any, name: str, array: Any, kept: list[Any]) -> None:
    """Fills an nd_new_variable; what it points to is kept in `kept`."""
    def held(pointer: Any) -> Any:
        kept.append(pointer)
        return pointer

    dims = [str(dim) for dim in array.dims]
    unit, words = array.attrs.get("units"), array.attrs.get("long_name")
    if words is None:
        raise Error(name, "its definition is missing", 'give attrs["long_name"], in one line')
    at.name = held(ffi.new("char[]", encode("name", name)))
    at.dimensions = held(ffi.new("char[]", encode("dimensions", " ".join(dims))))
    at.lengths = held(ffi.new("size_t[]", [array.sizes[dim] for dim in array.dims]))
    at.definition = held(ffi.new("char[]", encode("long_name", words)))
    if unit is not None:
        at.unit = held(ffi.new("char[]", encode("units", unit)))
    if array.dtype.kind in "OU":
        at.texts = held(ffi.new("char *[]", held(_texts(name, array))))
    else:
        if unit is None:
            raise Error(name, "its unit is missing", 'give attrs["units"]; "1" is that of a pure number')
        at.numbers = held(doubles(held(floats(name, array.values, (None,) * array.ndim))))


def amend(run: Any, variables: Mapping[str, Any], *, replace: bool = False) -> xr.Dataset:
    """Adds variables of one's own to a run, or to the file of a run or of a recording: all of them or, where one cannot
    be, none.

    Parameters
    ----------
    run : xarray.Dataset or path
        As for `measure`; what nulldrift wrote is never replaced.
    variables : mapping of names to DataArrays or (dimensions, values, attributes), or a Dataset
        Numbers, or texts over one dimension. A dimension that the file has must be as long there. ``attributes`` has
        long_name, a definition in one line, and units ("1" for a pure number).
    replace : bool
        Variables that were added so before are replaced, where they have the same dimensions.

    Returns
    -------
    xarray.Dataset
        The run with them.

    >>> run = nulldrift.amend(run, {"depth": (("unit",), depth, {"units": "um", "long_name": "depth in cortex"})})
    """
    try:
        given = xr.Dataset(variables)
    except (AttributeError, KeyError, TypeError, ValueError) as problem:
        raise Error("variables", f"these are no variables: {str(problem):.200}") from None
    names = list(given.variables)
    if not names:
        raise Error("variables", "there are none")
    at, kept = ffi.new("nd_new_variable[]", len(names)), [given]
    for index, name in enumerate(names):
        _new_variable(at[index], str(name), given[name], kept)
    again = truth("replace", replace)

    def add(path: bytes, _: Any, error: Any) -> Any:
        return lib.nd_amend_file(path, at, len(names), again, error)

    return _amend(run, add, False)
