"""What the library holds by name (nd_contents), as an xarray.Dataset."""
from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from ._arrays import doubles, int64s
from ._errors import check, failure, new_error, text
from ._library import ffi, lib


def _attributes(contents: Any, variable: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    at, index = ffi.new("nd_attribute_view *"), 0
    while lib.nd_contents_attribute(contents, variable, index, at):
        index += 1
        if at.text != ffi.NULL:
            found[text(at.name)] = text(at.text)
        elif at.whole:
            found[text(at.name)] = int(at.integer)
        elif at.count:
            numbers = [at.numbers[i] for i in range(at.count)]
            found[text(at.name)] = numbers[0] if len(numbers) == 1 else np.array(numbers)
    return found


def _values(contents: Any, at: Any) -> Any:
    error, shape = new_error(), tuple(at.shape[i] for i in range(at.rank))
    if at.stored == lib.ND_STORED_TEXT:
        texts = lib.nd_contents_texts(contents, at.name, error)
        check(texts != ffi.NULL, error)
        return np.array([text(texts[i]) for i in range(at.count)], dtype=object).reshape(shape)
    if at.stored in (lib.ND_STORED_FLOAT64, lib.ND_STORED_FLOAT32):
        values = np.empty(at.count)
        check(lib.nd_contents_numbers(contents, at.name, doubles(values), at.count, error), error)
        return values.reshape(shape)
    wholes = np.empty(at.count, np.int64)
    check(lib.nd_contents_integers(contents, at.name, int64s(wholes), at.count, error), error)
    return wholes.reshape(shape)


def dataset_of(made: Any, error: Any) -> xr.Dataset:
    """All variables of contents, which are closed; those that netCDF's attribute coordinates names are
    coordinates."""
    if made == ffi.NULL:
        raise failure(error)
    contents = ffi.gc(made, lib.nd_contents_close)
    variables: dict[str, Any] = {}
    coordinates: set[str] = set()
    at, index = ffi.new("nd_variable_view *"), 0
    while lib.nd_contents_variable(contents, index, at):
        index += 1
        if at.stored == lib.ND_STORED_OTHER:
            continue
        attributes = _attributes(contents, at.name)
        coordinates.update(str(attributes.pop("coordinates", "")).split())
        for name in ("_FillValue", "_Encoding"):  # of storage, as xarray has it
            attributes.pop(name, None)
        dims = [text(at.dimension[i]) for i in range(at.rank)]
        variables[text(at.name)] = (dims, _values(contents, at), attributes)
    found = xr.Dataset(variables, attrs=_attributes(contents, ffi.NULL))
    return found.set_coords([name for name in coordinates if name in variables])
