"""The package's type hints hold: mypy --strict finds nothing; every public name has a docstring in numpydoc's sections,
which name what the signature has."""
import importlib.util
import inspect
import os
import re
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
        seen = 0
        for name, thing in documented():
            with self.subTest(name=name):
                text = inspect.getdoc(thing) or ""
                self.assertTrue(text.strip(), name)
                if isinstance(thing, property) or (inspect.isclass(thing) and not asks(thing)):
                    continue
                seen += 1
                named = [one.strip("* ") for line in section(text, "Parameters")
                         for one in re.split(r"\s+:\s", line)[0].split(",")]
                self.assertEqual(named, parameters(thing))
                gives = not inspect.isclass(thing) and inspect.signature(thing).return_annotation not in ("None", None)
                self.assertEqual(bool(section(text, "Returns") or section(text, "Yields")), gives)
        self.assertGreater(seen, 70)

    def test_the_test_of_sections_can_fail(self):
        def right(a, *, b=1, **keys):
            """Words.

            Parameters
            ----------
            a, b : int
                Both.
            **keys
                Others.
            """

        self.assertEqual(section(inspect.getdoc(right), "Parameters"), ["a, b : int", "**keys"])
        self.assertEqual(parameters(right), ["a", "b", "keys"])
        self.assertEqual(section(inspect.getdoc(right), "Returns"), [])


def documented():
    """Everything public: functions, classes, their public methods and properties."""
    for name in nd.__all__:
        thing = getattr(nd, name)
        yield name, thing
        if inspect.isclass(thing):
            for member, value in inspect.getmembers(thing):
                # what is inherited from tuple or Exception is documented by Python, a field beneath its name
                own = any(member in vars(base) for base in thing.__mro__ if base.__module__.startswith("nulldrift"))
                if own and not member.startswith("_") and (callable(value) or isinstance(value, property)) and not (
                        issubclass(thing, tuple) and member in thing._fields):
                    yield f"{name}.{member}", value


def asks(thing):
    """Is a class made by its user, and of arguments?"""
    return not issubclass(thing, (tuple, Exception, int, nd.Analysis)) and bool(parameters(thing))


def parameters(thing):
    return [name for name in inspect.signature(thing).parameters if name != "self"]


def section(text, title):
    """The lines of a section of numpydoc that are not indented."""
    found = re.search(rf"^{title}\n-+\n((?:.*\n?)*?)(?=^\w.*\n-+\n|^$|\Z)", text, flags=re.M)
    return [line for line in found[1].split("\n") if line and not line.startswith(" ")] if found else []


if __name__ == "__main__":
    package.main()
