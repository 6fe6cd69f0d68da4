"""Nothing misread: every layout of tests/recording/cases is read to its right numbers, or refused in one
line that says what to do. Called with the program and the source folder."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
try:
    import h5py  # noqa: F401
    import numpy  # noqa: F401
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
from cases.check import check  # noqa: E402

MODULES = ["outputs", "keys", "cells", "identities", "unvisited", "clocks", "values", "words"]

sys.exit(check(MODULES, sys.argv[1], sys.argv[2], sys.argv[3:]))
