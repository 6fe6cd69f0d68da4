"""What all handles of the library share: closed once, used by one thread at a time."""
from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, TypeVar

from ._errors import Error
from ._library import ffi

Self = TypeVar("Self", bound="Handle")


class Handle:
    """A thing of the library, freed with its Python object or by close(), also at the end of `with`."""

    _kind = "handle"

    def __init__(self, cdata: Any, free: Any) -> None:
        self._cdata = ffi.gc(cdata, free)
        self._use = threading.Lock()

    def _held(self) -> Any:
        """The C handle, to be used while self._use is held."""
        if self._cdata is None:
            raise Error(self._kind, f"this {self._kind} is closed", "open another")
        return self._cdata

    def _begin(self) -> Any:
        """Takes the handle for a call of C; self._use.release() gives it back. A second thread, or a
        function that is called back from within, is refused rather than let at the same memory."""
        if not self._use.acquire(blocking=False):
            raise Error(self._kind, f"this {self._kind} is in use by another call", "one thread, one call at a time")
        if self._cdata is None:
            self._use.release()
            return self._held()
        return self._cdata

    @property
    def closed(self) -> bool:
        """Has it been closed?"""
        return getattr(self, "_cdata", None) is None

    def close(self) -> None:
        """Frees it, as soon as nothing else needs it; what is used afterwards is an Error, closing again
        is fine."""
        if not self.closed:
            self._begin()
            self._cdata = None  # arrays that look into it, and engines on it, have references of their own
            self._use.release()

    def __enter__(self: Self) -> Self:
        self._held()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()
