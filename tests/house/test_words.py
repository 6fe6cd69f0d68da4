"""No message that a program can get through the public headers names an option of the command line: the rooms
below src/cli name arguments in backticks, `lanczos`, and src/cli says the option (src/cli/option_words.h). Every
argument so named is one of a public structure or function, or an option of a command.

    python3 tests/house/test_words.py PROGRAM SOURCE
"""
import os
import re
import subprocess
import sys

program, source = sys.argv[1:3]

# Literals that are no message to the library's user.
NONE = {
    "--read-for-nulldrift": "how this program calls its own reader",
    "nulldrift record --check": "a mark within pictures, by which they are known again",
    "  (%zu of %zu snapshots; --json prints all, and the file holds them)\\n": "printed by `nulldrift spectrum` alone",
    "#   nulldrift record THIS.yaml -o OUT\\n": "within the manifest that `nulldrift record --scan` writes",
}


def literals(text):
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)
    return [a for a in re.findall(r'"((?:[^"\\\n]|\\.)*)"', text)]


def options():
    said = subprocess.run([program, "--help"], check=True, capture_output=True, text=True).stdout
    found = set()
    for command in re.findall(r"^  ([a-z-]+)  ", said, flags=re.M):
        page = subprocess.run([program, command, "--help"], capture_output=True, text=True).stdout
        found |= {name.replace("-", "_") for name in re.findall(r"--([a-z][a-z-]*)", page)}
    return found


headers = ""
for name in os.listdir(os.path.join(source, "include", "nulldrift")):
    with open(os.path.join(source, "include", "nulldrift", name), encoding="utf-8") as file:
        headers += file.read()
known = options()
faults, named = [], 0
for folder, _, names in sorted(os.walk(os.path.join(source, "src"))):
    if os.path.relpath(folder, os.path.join(source, "src")).split(os.sep)[0] == "cli":
        continue
    for name in sorted(names):
        if not name.endswith((".c", ".h")):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            found = literals(file.read())
        for literal in found:
            if literal in NONE:
                continue
            if re.search(r"(^|[^\w-])(--[a-z]|-o\b)", literal):
                faults.append(f"{name} names an option: {literal}")
            for word in re.findall(r"`([a-z_]+)`", literal):
                named += 1
                if word not in known and not re.search(rf"\b{word}\b", headers):
                    faults.append(f"{name}: what argument is `{word}`?")
if named < 20:
    faults.append(f"only {named} arguments were found")
print("\n".join(faults) if faults else f"{named} arguments are named as programs know them, no option")
sys.exit(1 if faults else 0)
