"""Every function of the public interface is called by a test of tests/api for its result, and with wrong
use in tests/api/wrong_uses.def or, where it fills no nd_error, in test_wrong_use.c. What one hands out to be
freed is made and freed ten thousand times by test_cycles.c.

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

declared = {match[2]: match[1].strip() for line in read(source, "tests", "install", "interface.txt").splitlines()
            if line.startswith("    ") and not re.match(r" +(typedef|#define|enum)", line)
            for match in [re.match(r"([^(]*?)\b(nd_\w+)\(", line)] if match}
functions = set(declared)
handed_out = {name for name, type in declared.items() if type.endswith("*") and not type.startswith("const")}
wrong = called(read(folder, "wrong_uses.def")) | called(read(folder, "test_wrong_use.c"))
right = set()
for name in sorted(os.listdir(folder)):
    if name.endswith(".c") and name != "test_wrong_use.c":
        right |= called(read(folder, name))
faults = [f"no test of its result: {name}" for name in sorted(functions - right)]
faults += [f"no test of its wrong use: {name}" for name in sorted(functions - wrong - NOTHING_WRONG)]
cycled = called(read(folder, "test_cycles.c"))
faults += [f"not in test_cycles.c: {name}" for name in sorted(handed_out - cycled)]
if len(handed_out) < 20:
    faults.append(f"only {len(handed_out)} functions hand something out")
if len(functions) < 80:
    faults.append(f"only {len(functions)} functions are listed")
print("\n".join(faults) if faults else f"{len(functions)} functions, {len(handed_out)} of which hand something out")
sys.exit(1 if faults else 0)
