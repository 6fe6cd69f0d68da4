"""Every function of the public interface is called by a test of tests/api for its result, and with wrong
use in tests/api/wrong_uses.def or, where it fills no nd_error, in test_wrong_use.c.

    python3 tests/api/test_every_function.py PROGRAM SOURCE
"""
import os
import re
import sys

source = sys.argv[2]
folder = os.path.join(source, "tests", "api")


def read(*names):
    with open(os.path.join(*names), encoding="utf-8") as file:
        return file.read()


def called(text):
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    return set(re.findall(r"\b(nd_\w+)\(", text))


# Without arguments, or taking whatever there is: no wrong use of them is known.
NOTHING_WRONG = {"nd_version", "nd_version_number", "nd_key_count", "nd_session_settings_usual"}

functions = {match[1] for line in read(source, "tests", "install", "interface.txt").splitlines()
             if line.startswith("    ") and not re.match(r" +(typedef|#define|enum)", line)
             for match in [re.match(r"[^(]*?\b(nd_\w+)\(", line)] if match}
wrong = called(read(folder, "wrong_uses.def")) | called(read(folder, "test_wrong_use.c"))
right = set()
for name in sorted(os.listdir(folder)):
    if name.endswith(".c") and name != "test_wrong_use.c":
        right |= called(read(folder, name))
faults = [f"no test of its result: {name}" for name in sorted(functions - right)]
faults += [f"no test of its wrong use: {name}" for name in sorted(functions - wrong - NOTHING_WRONG)]
if len(functions) < 80:
    faults.append(f"only {len(functions)} functions are listed")
print("\n".join(faults) if faults else f"{len(functions)} functions")
sys.exit(1 if faults else 0)
