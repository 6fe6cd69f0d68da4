"""Reading the program's files, and comparing numbers with them."""
import os
import subprocess
import sys

try:
    import netCDF4
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}; install python3-numpy and python3-netcdf4")
    sys.exit(77)


def load(path):
    """All variables of a netCDF file as plain arrays (NaN kept), and its global attributes."""
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        variables = {name: np.array(variable[:]) for name, variable in file.variables.items()}
        return variables, {name: file.getncattr(name) for name in file.ncattrs()}


def parse(text):
    """The program's own spelling of an experiment: sections of `key: value` lines."""
    experiment, section = {}, None
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, _, value = line.strip().partition(":")
        value = value.strip()
        if not value:
            section = experiment.setdefault(key, {})
            continue
        (section if line[0] == " " else experiment)[key] = scalar(value)
    return experiment


def scalar(word):
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            pass
    return {"true": True, "false": False}.get(word, word.strip("'\""))


class Test:
    """One program under test: PROGRAM SOURCE_FOLDER on the command line, a folder to work in."""

    def __init__(self, folder):
        self.program, self.source, self.folder = sys.argv[1], sys.argv[2], folder
        self.compared = self.failures = 0
        self.worst = {}

    def path(self, name):
        return os.path.join(self.folder, name)

    def nulldrift(self, *arguments):
        done = subprocess.run([self.program, *arguments], cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"nulldrift {' '.join(arguments)} failed: {done.stderr}")
        return done.stdout

    def run(self, name, experiment, command="run"):
        """Runs an experiment given as text; its file's variables, attributes and experiment."""
        with open(self.path(name + ".yaml"), "w") as file:
            file.write(experiment)
        self.nulldrift(command, name + ".yaml", "-o", name + ".nc", "--quiet")
        return self.load(name)

    def load(self, name):
        variables, attributes = load(self.path(name + ".nc"))
        return variables, attributes, parse(attributes["experiment"])

    def golden(self, name):
        return load(os.path.join(self.source, "tests", "data", "golden", name + ".nc"))

    def close(self, what, mine, theirs, tolerance=1e-10, floor=1e-3):
        """Every number agrees to `tolerance` of itself, or of `floor` times the array's largest
        magnitude where it is less (what cancels to near zero carries the rounding of the rest);
        NaN stands where NaN is."""
        mine, theirs = np.asarray(mine, float), np.asarray(theirs, float)
        self.compared += 1
        if mine.shape != theirs.shape:
            return self.fail(what, f"shape {mine.shape} is not {theirs.shape}")
        if not np.array_equal(np.isnan(mine), np.isnan(theirs)):
            return self.fail(what, "NaN in other places")
        mine, theirs = np.nan_to_num(mine, posinf=None), np.nan_to_num(theirs, posinf=None)
        if mine.size == 0:
            return None
        scale = np.maximum(np.abs(theirs), floor * np.abs(theirs).max())
        difference = np.abs(mine - theirs) / np.where(scale > 0, scale, 1)
        worst = difference.max()
        self.worst[tolerance] = max(self.worst.get(tolerance, 0), worst)
        if not worst <= tolerance:
            at = np.unravel_index(np.argmax(difference), difference.shape)
            return self.fail(what, f"differs by {worst:.2e} at {tuple(map(int, at))}: "
                                   f"{mine[at]!r} is not {theirs[at]!r}")
        return None

    def fail(self, what, how):
        self.failures += 1
        print(f"FAILED {what}: {how}")

    def end(self):
        for tolerance, worst in sorted(self.worst.items()):
            print(f"largest difference {worst:.1e} where {tolerance:g} is allowed")
        print(f"{self.compared} comparisons, {self.failures} failed")
        sys.exit(1 if self.failures or not self.compared else 0)
