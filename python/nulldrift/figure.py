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
from .recording import Analysis
from .run import _file_of


def figures() -> pd.DataFrame:
    """All figures: name (the index), what each shows, what it is drawn of."""
    rows, at, index = [], ffi.new("nd_figure_description *"), 0
    while lib.nd_figure_describe(index, at):
        rows.append({"figure": text(at.name), "shows": text(at.summary), "inputs": text(at.inputs)})
        index += 1
    return pd.DataFrame(rows).set_index("figure")


class Figure:
    """A picture: what a notebook shows, and `save` draws as PDF, SVG, PNG or EPS."""

    def __init__(self, name: str, inputs: tuple[Any, ...]) -> None:
        self.name = name
        self._kept = inputs  # files behind Datasets live as long as these
        self._analysis = inputs[0] if len(inputs) == 1 and isinstance(inputs[0], Analysis) else None
        if self._analysis is None:
            self._inputs = [_input(given) for given in inputs]
        self._png = self._bytes("png")

    def _draw(self, output: bytes, replace: bool) -> None:
        remark, error = new_error(), new_error()
        if self._analysis is not None:
            cdata = self._analysis._begin()
            try:
                fine = lib.nd_draw_analysis(encode("name", self.name), cdata, output, replace, remark, error)
            finally:
                self._analysis._use.release()
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
        """Draws it into `path`, whose ending says how: .pdf, .svg, .png or .eps. What stands there is replaced only if it
        is an earlier picture of such an input, or `replace` is set. Returns itself."""
        self._draw(path_bytes("path", path), truth("replace", replace))
        return self

    def _repr_png_(self) -> bytes:
        return self._png

    def __repr__(self) -> str:
        return f"<nulldrift.Figure {self.name}>"


def _input(given: Any) -> bytes:
    if isinstance(given, Analysis):
        raise Error("figure", "an analysis is drawn alone", "save it, and give the paths of the files")
    if isinstance(given, xr.Dataset):
        return os.fsencode(_file_of(given)[0])
    return path_bytes("input", given)


def figure(name: str, *inputs: Any) -> Figure:
    """Draws the figure called `name` (`figures()` lists them) of runs, an Analysis, or paths of run files, of results of
    `nulldrift record` and of folders of sweeps; "x=KEY" and the like are passed on as they are.

    In a notebook it shows; ``.save("fig2.pdf")`` keeps it. Needs gnuplot.

    >>> nulldrift.figure("fig2", run)
    """
    encode("name", name)
    if not inputs:
        raise Error("figure", f"{name} is drawn of nothing", "give runs, an analysis, or paths")
    return Figure(name, inputs)
