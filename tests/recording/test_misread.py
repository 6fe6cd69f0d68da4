"""Nothing misread: every layout of tests/recording/cases is read to its right numbers, or refused in one
line that says what to do. Called with the program and the source folder."""
import importlib
import inspect
import os
import sys
import traceback

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
try:
    import h5py  # noqa: F401
    import numpy  # noqa: F401
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
from cases.made import Lab  # noqa: E402

MODULES = ["suite2p", "outputs", "keys", "cells", "identities", "unvisited", "clocks", "values", "words"]


def main():
    program = os.path.abspath(sys.argv[1])
    wanted = sys.argv[3:]
    done = failed = 0
    for name in MODULES:
        module = importlib.import_module("cases." + name)
        for case, function in inspect.getmembers(module, inspect.isfunction):
            if case.startswith("_") or function.__module__ != module.__name__:
                continue
            if wanted and not any(word in case for word in wanted):
                continue
            done += 1
            try:
                with Lab(program, os.path.abspath(sys.argv[2])) as lab:
                    function(lab)
            except Exception as problem:  # whatever it was, the other cases go on
                failed += 1
                kind = "" if isinstance(problem, AssertionError) else traceback.format_exc()
                print(f"FAILED: {name}.{case}: {problem}\n{kind}", end="")
    print(f"{done} checks, {failed} failed")
    return 1 if failed or not done else 0


sys.exit(main())
