"""scripts/python (make python) lays the package with its library into a virtual environment, where it works from any
folder, and leaves the source as it was; so does the wheel that it builds (make wheel)."""
import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile

import package

BUILD = os.path.dirname(package.PROGRAM)


def run(*words, **keys):
    done = subprocess.run(words, capture_output=True, text=True, **keys)
    if done.returncode:
        raise AssertionError(f"{words}: {done.stdout}{done.stderr}")
    return done.stdout


class Install(package.Test):
    def works_in(self, python):
        """A run by that Python; the folder of the package."""
        said = run(python, "-c",
                   "import nulldrift as nd, sys\n"
                   "print(nd.__path__[0])\n"
                   "print(nd.run(sys.argv[1], run__steps=20, run__records=3, run__snapshots=2).sizes['record'])",
                   package.FIGURE_2).split("\n")
        self.assertEqual(said[1], "3")
        self.assertEqual(sorted(os.listdir(os.path.join(said[0], "lib"))), ["libnulldrift.so.0.2", "nulldrift-reader"])
        return said[0]

    def test_a_wheel(self):
        environment = {**os.environ, "PYTHON": sys.executable}
        said = run(os.path.join(package.SOURCE, "scripts", "python"), BUILD, "wheels here", env=environment)
        name, = os.listdir("wheels here")
        self.assertIn(name, said)
        self.assertRegex(name, r"^nulldrift-[0-9.]+-cp39-abi3-linux_.*\.whl$")
        with zipfile.ZipFile(os.path.join("wheels here", name)) as wheel:
            names = wheel.namelist()
        for part in ("lib/libnulldrift.so.0.2", "lib/nulldrift-reader", "_library.abi3.so", "py.typed", "_library.pyi"):
            self.assertIn("nulldrift/" + part, names)
        run(sys.executable, "-m", "venv", "--system-site-packages", "fresh")
        python = os.path.join("fresh", "bin", "python")
        run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps",
            os.path.join("wheels here", name))
        self.assertTrue(os.path.realpath(self.works_in(python)).startswith(os.path.realpath("fresh")))

    def test_a_wheel_goes_through_auditwheel_where_it_is_there(self):
        os.mkdir("tools")
        with open("tools/auditwheel", "w", encoding="utf-8") as file:
            file.write('#!/bin/sh\n[ "$1 $2" = "repair -w" ] && mkdir "$3" && cp "$4" "$3/repaired-0-py3-none-any.whl"\n')
        os.chmod("tools/auditwheel", 0o755)
        run(os.path.join(package.SOURCE, "scripts", "python"), BUILD, "wheels",
            env={**os.environ, "PYTHON": sys.executable, "PATH": os.path.abspath("tools") + ":" + os.environ["PATH"]})
        self.assertEqual(os.listdir("wheels"), ["repaired-0-py3-none-any.whl"])

    def test_a_virtual_environment(self):
        before = sorted(os.listdir(os.path.join(package.SOURCE, "python")))
        run(sys.executable, "-m", "venv", "--system-site-packages", "with blank")
        environment = {**os.environ, "VIRTUAL_ENV": os.path.abspath("with blank")}
        environment.pop("PYTHON", None)
        self.assertIn("Installed nulldrift", run(os.path.join(package.SOURCE, "scripts", "python"), BUILD,
                                                 env=environment))
        self.assertIn("with blank", self.works_in(os.path.join("with blank", "bin", "python")))
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
