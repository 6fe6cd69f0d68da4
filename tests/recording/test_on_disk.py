"""Recordings as they lie on a laboratory's disk: folders and files that its tools wrote, in exactly their
layouts, read to numbers that numpy computes by itself; --scan's manifests of them; and damaged, foreign
and lying ones refused in one line. Called with the program and the source folder."""
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

MODULES = ["scanned", "suite2p", "vectors", "tracked", "hdf5", "zarr", "neuralynx", "archives", "clocked", "laboratories"]

sys.exit(check(MODULES, sys.argv[1], sys.argv[2], sys.argv[3:]))
