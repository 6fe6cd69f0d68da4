"""Stands in for the C library while Sphinx reads the Python package's signatures and docstrings: no library needs to
be built, and nothing of the package is written a second time."""
import os
import re
import sys
import types

HEADERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "include", "nulldrift")


def version():
    with open(os.path.join(HEADERS, "base.h"), encoding="utf-8") as file:
        text = file.read()
    return ".".join(re.search(rf"#define ND_VERSION_{part} (\d+)", text)[1] for part in ("MAJOR", "MINOR", "PATCH"))


class Ffi:
    """As much of cffi as is asked of it while the package is imported."""
    NULL = None
    CData = type("CData", (), {})

    @staticmethod
    def new(*_):
        return types.SimpleNamespace()

    @staticmethod
    def string(text):
        return text

    @staticmethod
    def def_extern(*_, **__):
        return lambda function: function


class Lib:
    """Constants are zero, functions find nothing."""

    @staticmethod
    def nd_version():
        return version().encode()

    def __getattr__(self, name):
        return (lambda *_: 0) if name.startswith("nd_") else 0


module = types.ModuleType("nulldrift._library")
module.ffi, module.lib = Ffi(), Lib()
sys.modules["nulldrift._library"] = module
