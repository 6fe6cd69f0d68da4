"""Pictures: the figures of the program, shown in notebooks."""
from __future__ import annotations

import os
import tempfile
import warnings
from typing import Any, Union

import pandas as pd
import xarray as xr

from ._errors import Error, check, encode, failure, new_error, path_bytes, text, truth
from ._library import ffi, lib
from .followed import FollowedEngine
from .recording import Analysis
from .run import _file_of


def figures() -> pd.DataFrame:
    """Lists all figures (docs/figures.md).

    Returns
    -------
    pandas.DataFrame
        By name: what each shows, and what it is drawn of.
    """
    rows, at, index = [], ffi.new("nd_figure_description *"), 0
    while lib.nd_figure_describe(index, at):
        rows.append({"figure": text(at.name), "shows": text(at.summary), "inputs": text(at.inputs)})
        index += 1
    return pd.DataFrame(rows).set_index("figure")


class Figure:
    """A picture: what a notebook shows, and `save` draws as PDF, SVG, PNG or EPS. `figure` makes it.

    Parameters
    ----------
    name : text
    inputs : tuple
        As for `figure`.
    """

    def __init__(self, name: str, inputs: tuple[Any, ...]) -> None:
        self.name = name
        self._kept = inputs  # files behind Datasets live as long as these
        self._handle = inputs[0] if len(inputs) == 1 and isinstance(inputs[0], (Analysis, FollowedEngine)) else None
        if self._handle is None:
            self._inputs = [_input(given) for given in inputs]
        self._png = self._bytes("png")

    def _draw(self, output: bytes, replace: bool) -> None:
        remark, error = new_error(), new_error()
        if self._handle is not None:
            draw = lib.nd_draw_analysis if isinstance(self._handle, Analysis) else lib.nd_draw_followed_engine
            cdata = self._handle._begin()
            try:
                fine = draw(encode("name", self.name), cdata, output, replace, remark, error)
            finally:
                self._handle._use.release()
        else:
            given = [ffi.new("char[]", path) for path in self._inputs]
            fine = lib.nd_draw_figure(encode("name", self.name), ffi.new("char *[]", given), len(given), output, replace,
                                      remark, error)
        check(fine, error)
        if remark.what[0] != b"\0":
            warnings.warn(str(failure(remark)), UserWarning, stacklevel=4)

    def _bytes(self, ending: str) -> bytes:
        with tempfile.TemporaryDirectory(prefix="nulldrift-") as folder:
            path = os.path.join(folder, "figure." + ending)
            self._draw(os.fsencode(path), False)
            with open(path, "rb") as file:
                return file.read()

    def save(self, path: Union[str, "os.PathLike[str]"], *, replace: bool = False) -> "Figure":
        """Draws it into a file.

        Parameters
        ----------
        path : path
            Its ending says how: .pdf, .svg, .png or .eps.
        replace : bool
            Whatever stands there is replaced; otherwise only an earlier picture of such an input.

        Returns
        -------
        Figure
            Itself.
        """
        self._draw(path_bytes("path", path), truth("replace", replace))
        return self

    def _repr_png_(self) -> bytes:
        return self._png

    def __repr__(self) -> str:
        return f"<nulldrift.Figure {self.name}>"


def _input(given: Any) -> bytes:
    if isinstance(given, (Analysis, FollowedEngine)):
        raise Error("figure", f"{given!r} is drawn alone", "give the paths of files")
    if isinstance(given, xr.Dataset):
        return os.fsencode(_file_of(given)[0])
    return path_bytes("input", given)


def figure(name: str, *inputs: Any) -> Figure:
    """Draws a figure (docs/figures.md), with gnuplot. In a notebook it shows; ``.save("fig2.pdf")`` keeps it.

    Parameters
    ----------
    name : text
        `figures()` lists them.
    *inputs
        Runs; an Analysis or a FollowedEngine, alone; or paths of run files, of results of `nulldrift record` and of
        folders of sweeps. "x=KEY" and the like are passed on as they are.

    Returns
    -------
    Figure

    >>> nulldrift.figure("fig2", run)
    """
    encode("name", name)
    if not inputs:
        raise Error("figure", f"{name} is drawn of nothing", "give runs, an analysis, or paths")
    return Figure(name, inputs)
