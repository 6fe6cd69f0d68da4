"""What cffi needs of the C library, taken from its public headers when the package is built.

The declarations are those of include/nulldrift/*.h, comments and preprocessor lines aside; nothing is
declared a second time here but the functions that C calls back. As a program it writes the extension's
source, for a build by CMake: interface.py OUTPUT.c
"""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

# Found from a clone, or beside this file in a source distribution.
INCLUDE = next((folder for folder in (os.path.join(HERE, "..", "include"), os.path.join(HERE, "include"))
                if os.path.isdir(folder)), os.path.join(HERE, "..", "include"))

# Functions of Python that C calls: nulldrift/_watch.py and engine.py say what they do.
CALLED_BACK = """
extern "Python" {
    void nulldrift_report(const nd_progress *progress, void *context);
    void nulldrift_tell(const char *lines, void *context);
    bool nulldrift_update(const nd_rule_step *step, void *context);
}
"""


def headers():
    """The public headers, each after those that it includes."""
    done = []

    def take(name):
        if name in done:
            return
        with open(os.path.join(INCLUDE, name), encoding="utf-8") as file:
            text = file.read()
        for other in re.findall(r'^#include "(nulldrift/[^"]+)"', text, flags=re.M):
            take(other)
        done.append(name)

    take("nulldrift.h")
    return done


def declarations():
    """Types, macros of numbers and functions of the headers, as cffi reads them."""
    parts = []
    for name in headers():
        with open(os.path.join(INCLUDE, name), encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", file.read(), flags=re.S)
        parts += [f"#define {macro} ..." for macro in re.findall(r"^#define +(ND_\w+) +\S", text, flags=re.M)]
        text = re.sub(r"^#(?:[^\n]*\\\n)*[^\n]*$", "", text, flags=re.M)
        parts.append(re.sub(r'extern "C" \{\s*\}?|^\}\s*$', "", text, flags=re.M))
    return "\n".join(parts)


def functions():
    """The names of the public functions."""
    return sorted(set(re.findall(r"\b(nd_\w+)\(", re.sub(r"\{[^{}]*\}", "", declarations()))))


def version():
    with open(os.path.join(INCLUDE, "nulldrift", "base.h"), encoding="utf-8") as file:
        text = file.read()
    return ".".join(re.search(rf"#define ND_VERSION_{part} (\d+)", text)[1] for part in ("MAJOR", "MINOR", "PATCH"))


VERSION = version()


def builder():
    """The module nulldrift._library, to be compiled; where the library lies is added by setup.py."""
    from cffi import FFI

    ffi = FFI()
    ffi.cdef(declarations())
    ffi.cdef(CALLED_BACK)
    ffi.set_source("nulldrift._library", "#include <nulldrift.h>", include_dirs=[INCLUDE], libraries=["nulldrift"])
    return ffi


if __name__ == "__main__":
    builder().emit_c_code(sys.argv[1])
