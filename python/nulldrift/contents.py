"""What the library holds by name (nd_contents), of a file or in memory, as xarray has it."""
from __future__ import annotations

import os
from typing import Any, Iterator, Union

import numpy as np
import xarray as xr

from ._arrays import doubles, int64s
from ._errors import Error, check, encode, failure, new_error, path_bytes, text, whole
from ._handle import Handle
from ._library import ffi, lib

STORAGE = ("_FillValue", "_Encoding")  # attributes of storage, which xarray keeps elsewhere


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


def _dims(at: Any) -> list[str]:
    return [text(at.dimension[i]) for i in range(at.rank)]


class Contents(Handle):
    """What a netCDF file holds, read name by name: for files that are too large to be read whole (`open_file`), or that
    come from strangers.

    A confined child of this process reads the file, so that a hostile one harms nobody, and keeps to the file as it was
    found, should it be replaced meanwhile. It is a mapping of names to `xarray.DataArray`; what cannot be read so (a type
    of the file's own, more than eight dimensions) is not among the names.

    Parameters
    ----------
    path : path
        Of a run file, of what `nulldrift record` leaves, or of any netCDF file.

    >>> with nulldrift.Contents("run.nc") as held:
    ...     last = held.row("input_weights", held.dimensions["snapshot"] - 1)
    """

    _kind = "file"

    def __init__(self, path: Union[str, "os.PathLike[str]"]) -> None:
        error = new_error()
        self._open(lib.nd_contents_open(path_bytes("path", path), error), error)

    def _open(self, made: Any, error: Any) -> None:
        if made == ffi.NULL:
            raise failure(error)
        Handle.__init__(self, made, lib.nd_contents_close)

    @classmethod
    def _of(cls, made: Any, error: Any) -> "Contents":
        """Contents of the library's own making, which are closed with it."""
        self = cls.__new__(cls)
        self._open(made, error)
        return self

    def _views(self) -> Iterator[Any]:
        index = 0
        while True:
            at = ffi.new("nd_variable_view *")
            if not lib.nd_contents_variable(self._held(), index, at):
                return
            index += 1
            if at.stored != lib.ND_STORED_OTHER:
                yield at

    def __iter__(self) -> Iterator[str]:
        return (text(at.name) for at in self._views())

    def __len__(self) -> int:
        return sum(1 for _ in self._views())

    def __contains__(self, name: object) -> bool:
        return name in list(self)

    @property
    def dimensions(self) -> dict[str, int]:
        """Name -> length, in the order of the file."""
        found: dict[str, int] = {}
        name, length = ffi.new("char **"), ffi.new("size_t *")
        while lib.nd_contents_dimension(self._held(), len(found), name, length):
            found[text(name[0])] = int(length[0])
        return found

    @property
    def attrs(self) -> dict[str, Any]:
        """The attributes of the file as a whole."""
        return _attributes(self._held(), ffi.NULL)

    def _find(self, name: Any) -> Any:
        at, error = ffi.new("nd_variable_view *"), new_error()
        check(lib.nd_contents_find(self._held(), encode("name", name), at, error), error)
        if at.stored == lib.ND_STORED_OTHER:
            raise Error(text(at.name), "its values are of a type that cannot be read here", code="failed")
        return at

    def _about(self, at: Any) -> dict[str, Any]:
        return {name: value for name, value in _attributes(self._held(), at.name).items() if name not in STORAGE}

    def __getitem__(self, name: str) -> xr.DataArray:
        at, cdata = self._find(name), self._begin()
        try:
            return xr.DataArray(_values(cdata, at), dims=_dims(at), name=name, attrs=self._about(at))
        finally:
            self._use.release()

    def row(self, name: str, index: int) -> xr.DataArray:
        """One entry along a variable's first dimension, without reading the others.

        Parameters
        ----------
        name : text
            Of a variable of numbers.
        index : int
            From 0, e.g. the number of a snapshot.

        Returns
        -------
        xarray.DataArray
            Over the other dimensions, float64; unit and definition in its attributes.
        """
        at = self._find(name)
        shape = tuple(int(at.shape[i]) for i in range(1, at.rank))
        values, error, cdata = np.empty(int(np.prod(shape, dtype=np.int64))), new_error(), self._begin()
        try:
            check(lib.nd_contents_row(cdata, at.name, whole("index", index), doubles(values), values.size, error), error)
        finally:
            self._use.release()
        return xr.DataArray(values.reshape(shape), dims=_dims(at)[1:], name=name, attrs=self._about(at))

    def dataset(self) -> xr.Dataset:
        """Reads all of it.

        Returns
        -------
        xarray.Dataset
            Those that netCDF's attribute coordinates names are coordinates.
        """
        variables: dict[str, Any] = {}
        coordinates: set[str] = set()
        for at in self._views():
            attributes = self._about(at)
            coordinates.update(str(attributes.pop("coordinates", "")).split())
            variables[text(at.name)] = (_dims(at), _values(self._held(), at), attributes)
        found = xr.Dataset(variables, attrs=self.attrs)
        return found.set_coords([name for name in coordinates if name in variables])

    def __repr__(self) -> str:
        return "<nulldrift.Contents, closed>" if self.closed else f"<nulldrift.Contents of {len(self)} variables>"

    def __reduce__(self) -> Any:
        raise TypeError("an open file does not pickle: send its path, or its dataset()")


def dataset_of(made: Any, error: Any) -> xr.Dataset:
    """All variables of contents, which are closed."""
    with Contents._of(made, error) as contents:
        return contents.dataset()


def open_file(path: Union[str, "os.PathLike[str]"]) -> xr.Dataset:
    """Any netCDF file of nulldrift's or of others, read whole by a confined child of this process, so that a hostile
    file harms nobody.

    For runs that are to be measured there is `open_run`; `Contents` reads name by name.

    Parameters
    ----------
    path : path

    Returns
    -------
    xarray.Dataset
        But for types that cannot be read so, which are left out.
    """
    with Contents(path) as contents:
        return contents.dataset()
