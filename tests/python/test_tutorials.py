"""The tutorials run from their first line to their last, each in a folder of its own."""
import importlib.util
import os
import subprocess
import sys

import package

FOLDER = os.path.join(package.SOURCE, "python", "tutorials")


class Tutorials(package.Test):
    def test_each(self):
        names = sorted(name for name in os.listdir(FOLDER) if name.endswith(".py"))
        self.assertEqual(len(names), 6)
        for name in names:
            if name == "pytorch.py" and not importlib.util.find_spec("torch"):
                print("pytorch.py was not run: there is no torch")
                continue
            with self.subTest(tutorial=name):
                done = subprocess.run(
                    [sys.executable, "-B", "-W", "error::UserWarning:nulldrift", os.path.join(FOLDER, name)],
                    capture_output=True, text=True,
                    env={**os.environ, "PYTHONPATH": package.BUILT, "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"})
                self.assertEqual(done.returncode, 0, done.stderr[-2000:])
                with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
                    self.assertTrue(file.read().startswith("# %% [markdown]\n# # "))


if __name__ == "__main__":
    package.main()
