"""scripts/python (make python) lays the package with its library into a virtual environment, where it works from any
folder, and leaves the source as it was."""
import importlib.util
import os
import shutil
import subprocess
import sys

import package

BUILD = os.path.dirname(package.PROGRAM)


def run(*words, **keys):
    done = subprocess.run(words, capture_output=True, text=True, **keys)
    if done.returncode:
        raise AssertionError(f"{words}: {done.stdout}{done.stderr}")
    return done.stdout


class Install(package.Test):
    def test_a_virtual_environment(self):
        before = sorted(os.listdir(os.path.join(package.SOURCE, "python")))
        run(sys.executable, "-m", "venv", "--system-site-packages", "with blank")
        environment = {**os.environ, "VIRTUAL_ENV": os.path.abspath("with blank")}
        environment.pop("PYTHON", None)
        self.assertIn("Installed nulldrift", run(os.path.join(package.SOURCE, "scripts", "python"), BUILD,
                                                 env=environment))
        said = run(os.path.join("with blank", "bin", "python"), "-c",
                   "import nulldrift as nd, sys\n"
                   "print(nd.__path__[0])\n"
                   "print(nd.run(sys.argv[1], run__steps=20, run__records=3, run__snapshots=2).sizes['record'])",
                   package.FIGURE_2).split("\n")
        self.assertTrue(said[0].startswith(os.path.realpath("with blank")) or "with blank" in said[0], said)
        self.assertEqual(said[1], "3")
        inside = os.path.join(said[0], "lib")
        self.assertEqual(sorted(os.listdir(inside)), ["libnulldrift.so.0.2", "nulldrift-reader"])
        self.assertEqual(sorted(os.listdir(os.path.join(package.SOURCE, "python"))), before)


if __name__ == "__main__":
    missing = [name for name in ("pip", "setuptools", "venv", "wheel") if not importlib.util.find_spec(name)]
    if missing:
        print("skipped: this Python has no", ", ".join(missing))
        sys.exit(77)
    if not shutil.which("cc"):
        print("skipped: there is no compiler")
        sys.exit(77)
    package.main()
