"""What the tests of the Python package share: the package of the build tree, the program, runs that are small."""
import faulthandler
import os
import subprocess
import sys
import tempfile
import unittest

if len(sys.argv) < 3:
    sys.exit("use: test_X.py PROGRAM SOURCE_FOLDER")
PROGRAM, SOURCE = (os.path.abspath(path) for path in sys.argv[1:3])
BUILT = os.path.join(os.path.dirname(PROGRAM), "python")
faulthandler.enable()
if not os.path.exists(os.path.join(BUILT, "nulldrift", "_library.abi3.so")):
    print("skipped: the Python package is not built (it needs python3-dev, python3-cffi, python3-numpy, "
          "python3-pandas, python3-xarray, python3-netcdf4)")
    sys.exit(77)
sys.path.insert(0, BUILT)
sys.dont_write_bytecode = True

import nulldrift as nd  # noqa: E402

FIGURE_2 = os.path.join(SOURCE, "examples", "figure-2.yaml")
SMALL = {"run__steps": 400, "run__records": 41, "run__snapshots": 5, "network__hidden": 60, "world__samples": 60}


def sets(keys):
    """Keys for the program: --set section.key=value ..."""
    return [word for key, value in keys.items() for word in ("--set", f"{key.replace('__', '.', 1)}={value}")]


def program(*words):
    """Runs the program; what it printed."""
    done = subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"{words}: {done.stderr}")
    return done.stdout


class Test(unittest.TestCase):
    """A test in a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)

    def same(self, one, other, but=()):
        """Two Datasets have the same variables, bit for bit, attributes of variables included."""
        self.assertEqual(sorted(map(str, one.variables)), sorted(map(str, other.variables)))
        for name in one.variables:
            if name in but:
                continue
            self.assertEqual(one[name].dims, other[name].dims, name)
            self.assertEqual(one[name].dtype, other[name].dtype, name)
            if one[name].dtype == object:  # texts
                self.assertEqual(one[name].values.tolist(), other[name].values.tolist(), name)
            else:
                self.assertEqual(one[name].values.tobytes(), other[name].values.tobytes(), name)
            self.assertEqual(one[name].attrs, other[name].attrs, name)

    def refused(self, code, words, call, *arguments, **keys):
        """The call raises nulldrift.Error of this code, whose one line has these words."""
        with self.assertRaises(nd.Error) as raised:
            call(*arguments, **keys)
        self.assertEqual(raised.exception.code, code, str(raised.exception))
        self.assertIn(words, str(raised.exception))
        self.assertNotIn("\n", str(raised.exception))


def main():
    unittest.main(module="__main__", argv=sys.argv[:1], verbosity=1)
