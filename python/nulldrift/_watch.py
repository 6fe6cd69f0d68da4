"""Long work: its progress is shown, and Ctrl-C stops it at its next safe point."""
from __future__ import annotations

from types import TracebackType
from typing import Any, Callable, Optional, Union

from ._errors import Error, text
from ._library import ffi, lib

Report = Callable[[str, float, float, str, str], Any]
Progress = Union[bool, Report]


class Watch:
    """The nd_watch of one call of the library. `pointer` is for C; at the end of `with`, what was raised
    in a report (KeyboardInterrupt first of all) is raised where the call was made.

    The library reports a few times a second from the calling thread; entering Python there is what lets
    its signal handlers run.
    """

    def __init__(self, progress: Progress = False) -> None:
        self._report = progress if callable(progress) else _bar() if _asked(progress) else None
        self._bar: Any = None
        self._activity = ""
        self.raised: Optional[BaseException] = None
        self._stop = ffi.new("int *", 0)
        self._self = ffi.new_handle(self)
        self.pointer = ffi.new("nd_watch *", {"report": lib.nulldrift_report, "context": self._self,
                                              "stop": self._stop})

    def see(self, progress: Any) -> None:
        if self._report is not None and self.raised is None:
            self._report(text(progress.activity), progress.done, progress.total, text(progress.unit),
                         text(progress.note))

    def halt(self, problem: BaseException) -> None:
        """The work is to stop; `problem` is raised when it has."""
        if self.raised is None:
            self.raised = problem
        self._stop[0] = 1

    def __enter__(self) -> "Watch":
        return self

    def __exit__(self, kind: Optional[type[BaseException]], value: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        close = getattr(self._report, "close", None)
        if close is not None:
            close()
        if self.raised is not None:
            raise self.raised


def _asked(progress: Any) -> bool:
    if progress is None or isinstance(progress, bool):
        return bool(progress)
    raise Error("progress", f"True, False or a function is expected, not {progress!r:.60}")


class _bar:
    """tqdm's bar, in a terminal or a notebook, for one activity after the other."""

    def __init__(self) -> None:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            raise Error("progress", "a bar needs tqdm, which is not there",
                        "install python3-tqdm, or give a function") from None
        self._tqdm = tqdm
        self._shown: Any = None
        self._activity = ""

    def __call__(self, activity: str, done: float, total: float, unit: str, note: str) -> None:
        done, total = (int(value) if value.is_integer() else value for value in (float(done), float(total)))
        if self._shown is None or activity != self._activity:
            self.close()
            self._activity = activity
            self._shown = self._tqdm(total=total, desc=activity, unit=" " + unit, unit_scale=total >= 10000)
        self._shown.total = total
        self._shown.set_postfix_str(note, refresh=False)
        self._shown.update(done - self._shown.n)

    def close(self) -> None:
        if self._shown is not None:
            self._shown.close()
            self._shown = None


def _halted(kind: Any, problem: Any, trace: Any) -> None:
    """An exception in a report: the watch keeps it, C goes on to its next safe point."""
    frame = trace.tb_frame if trace is not None else None
    context = frame.f_locals.get("context") if frame is not None else None
    if context is not None:
        ffi.from_handle(context).halt(problem)


def _report(progress: Any, context: Any) -> None:
    ffi.from_handle(context).see(progress)


def _tell(lines: Any, context: Any) -> None:
    import warnings

    warnings.warn(text(lines).rstrip("\n"), UserWarning, stacklevel=3)


ffi.def_extern(name="nulldrift_report", onerror=_halted)(_report)
ffi.def_extern(name="nulldrift_tell", onerror=_halted)(_tell)
