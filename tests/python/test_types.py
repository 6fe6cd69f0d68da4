"""The package's type hints hold: mypy --strict finds nothing; every public name has a docstring and help(nd) lists it."""
import importlib.util
import os
import subprocess
import sys

import package
from package import nd


class Types(package.Test):
    def test_mypy(self):
        if not importlib.util.find_spec("mypy"):
            print("mypy was not run: it is not there")
            return
        source = os.path.join(package.SOURCE, "python")
        done = subprocess.run([sys.executable, "-m", "mypy", "--config-file", os.path.join(source, "pyproject.toml"),
                               "--cache-dir", os.path.abspath("cache"), os.path.join(source, "nulldrift")],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_help(self):
        self.assertEqual(sorted(nd.__all__), nd.__all__)
        for name in nd.__all__:
            self.assertTrue((getattr(nd, name).__doc__ or "").strip(), name)


if __name__ == "__main__":
    package.main()
