"""Builds the package nulldrift, in one of three ways:

    NULLDRIFT_LINK=FOLDER    against the library in FOLDER, which will be where the loader looks (packages)
    NULLDRIFT_BUILD=FOLDER   with the library of a build in FOLDER inside the package (make python, tests)
    neither                  against the installed library of this version, or else with one inside, built
                             here from the clone around this folder; NULLDRIFT_INSIDE=1: always so (wheels)
"""
import glob
import os
import shutil
import subprocess
import sys

from setuptools import setup
from setuptools.command.build_ext import build_ext

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import interface  # noqa: E402


def pkg_config(*words):
    try:
        return subprocess.run(["pkg-config", *words, "nulldrift"], check=True, capture_output=True,
                              text=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


class Build(build_ext):
    """Links the extension to a library, and lays that beside it where it is to be inside."""

    def run(self):
        link, built = os.environ.get("NULLDRIFT_LINK"), os.environ.get("NULLDRIFT_BUILD")
        extension = self.extensions[0]
        if link:
            extension.library_dirs.append(os.path.abspath(link))
        elif not built and not os.environ.get("NULLDRIFT_INSIDE") and pkg_config("--modversion") == interface.VERSION:
            extension.library_dirs.append(pkg_config("--variable=libdir"))
            extension.runtime_library_dirs.append(pkg_config("--variable=libdir"))
        else:
            built = os.path.abspath(built) if built else self.build_library()
            extension.library_dirs.append(built)
            extension.extra_link_args.append("-Wl,-rpath,$ORIGIN/lib")
            self.lay_inside(built)
        extension.depends = glob.glob(os.path.join(interface.INCLUDE, "**", "*.h"), recursive=True)
        super().run()

    def build_library(self):
        source = os.path.dirname(HERE)
        if not os.path.exists(os.path.join(source, "CMakeLists.txt")):
            raise SystemExit("nulldrift: the C library is not installed, and this is no clone to build it from; "
                             "install it (docs/install.md), so that `pkg-config nulldrift` finds it")
        folder = os.path.abspath(os.path.join(self.build_temp, "library"))
        try:
            subprocess.run(["cmake", "-S", source, "-B", folder, "-DCMAKE_BUILD_TYPE=Release", "-DND_TESTS=OFF",
                            "-DND_BENCH=OFF"], check=True)
            subprocess.run(["cmake", "--build", folder, "--target", "nulldrift_library", "--parallel",
                            str(os.cpu_count() or 1)], check=True)
        except (OSError, subprocess.CalledProcessError) as problem:
            raise SystemExit(f"nulldrift: the C library cannot be built: {problem}; what it needs is installed "
                             "by scripts/install-deps on Debian and Ubuntu") from problem
        return folder

    def lay_inside(self, built):
        package = (os.path.join(HERE, "nulldrift") if self.inplace else os.path.join(self.build_lib, "nulldrift"))
        inside = os.path.join(package, "lib")
        os.makedirs(inside, exist_ok=True)
        soname = "libnulldrift.so." + ".".join(interface.VERSION.split(".")[:2])
        for name in (soname, "nulldrift-reader"):
            source, target = os.path.join(built, name), os.path.join(inside, name)
            if not os.path.exists(source):
                raise SystemExit(f"nulldrift: {source} is not there; build it: make")
            shutil.copy2(source, target + ".new")
            os.replace(target + ".new", target)


setup(cffi_modules=["interface.py:builder"], cmdclass={"build_ext": Build})
