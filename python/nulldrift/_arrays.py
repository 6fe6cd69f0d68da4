"""numpy arrays on their way to C and back: without a copy where dtype and layout allow."""
from __future__ import annotations

from typing import Any, Optional, Sequence

import numpy as np
from numpy.typing import NDArray

from ._errors import Error
from ._library import ffi

Floats = NDArray[np.float64]
LARGEST_WHOLE = 2**53  # beyond, a double does not hold every whole number


def numeric(name: str, value: Any) -> NDArray[Any]:
    """The array behind numpy, xarray, pandas, torch (on the CPU) or a list."""
    if isinstance(value, np.ma.MaskedArray):
        raise Error(name, "a masked array is given", "fill what is masked: array.filled(numpy.nan)")
    try:
        array = np.asarray(value)
    except Exception as problem:  # torch and others refuse in words of their own
        raise Error(name, f"this is no array: {problem}") from None
    if array.dtype.kind == "O":
        raise Error(name, "numbers are expected, not objects")
    if array.dtype.kind not in "fiu" or array.dtype.itemsize > 8:
        raise Error(name, f"real numbers are expected, not {array.dtype}")
    return array


def floats(name: str, value: Any, shape: Sequence[Optional[int]]) -> Floats:
    """As C-contiguous float64 of `shape` (None: any length), copied only where it is something else."""
    array = numeric(name, value)
    if array.ndim != len(shape) or any(want is not None and want != have
                                       for want, have in zip(shape, array.shape)):
        raise Error(name, f"the shape is {spell(array.shape)}, not {spell(shape)}")
    if array.dtype.kind in "iu" and array.dtype.itemsize == 8 and array.size and (
            array.max() > LARGEST_WHOLE or array.min() < -LARGEST_WHOLE):
        raise Error(name, "whole numbers beyond 2^53 have no exact double")
    return np.ascontiguousarray(array, dtype=np.float64).reshape(array.shape)


def wholes(name: str, value: Any, shape: Sequence[Optional[int]]) -> NDArray[np.int64]:
    """As C-contiguous int64; floats are taken where each is whole."""
    array = numeric(name, value)
    if array.ndim != len(shape) or any(want is not None and want != have
                                       for want, have in zip(shape, array.shape)):
        raise Error(name, f"the shape is {spell(array.shape)}, not {spell(shape)}")
    if array.dtype.kind == "f" and not bool(np.all(np.abs(array) <= LARGEST_WHOLE) and np.all(array == np.rint(array))):
        raise Error(name, "whole numbers are expected")
    if array.dtype == np.uint64 and array.size and array.max() > np.uint64(2**63 - 1):
        raise Error(name, "numbers beyond 2^63 - 1 are not taken")
    return np.ascontiguousarray(array, dtype=np.int64).reshape(array.shape)


def spell(shape: Sequence[Optional[int]]) -> str:
    return "(" + ", ".join("any" if length is None else str(length) for length in shape) + ("," if len(shape) == 1 else "") + ")"


def doubles(array: Optional[Floats]) -> Any:
    """The address of a C-contiguous float64 array; NULL for None. The array must live as long."""
    return ffi.NULL if array is None else ffi.from_buffer("double[]", array.reshape(-1))


def int64s(array: Optional[NDArray[np.int64]]) -> Any:
    return ffi.NULL if array is None else ffi.from_buffer("int64_t[]", array.reshape(-1))


def view(pointer: Any, shape: Sequence[int], owner: Any, dtype: Any = np.float64) -> Optional[NDArray[Any]]:
    """What lies at `pointer`, read-only and without a copy; `owner` lives as long as the array."""
    if pointer == ffi.NULL:
        return None
    kept = ffi.gc(pointer, lambda _, owner=owner: None)
    count = int(np.prod(shape, dtype=np.int64))
    array = np.frombuffer(ffi.buffer(kept, count * np.dtype(dtype).itemsize), dtype=dtype).reshape(shape)
    array.flags.writeable = False
    return array
