"""The library's interface is the one that tests/install/interface.txt lists: every type and function of
the public headers as they are declared, comments and spacing aside, and the names that the shared
library offers are those functions. A change of the interface is a change of that file:

    python3 tests/install/test_interface.py PROGRAM SOURCE --write

Where ND_ABI_BEFORE names an earlier libnulldrift.so, abidiff (Debian's abigail-tools) tells what changed since for
programs that are linked already: functions and, where both libraries have debugging information, types. What such
programs would not survive is a failure.
"""
import os
import re
import subprocess
import sys

program, source = sys.argv[1:3]
listed = os.path.join(source, "tests", "install", "interface.txt")


def declarations(text):
    """What a header declares, one line each: macros, then types and functions in their order."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)
    macros = re.findall(r"^#define +(ND_[A-Z_]+\b.+)$", text, flags=re.M)
    text = re.sub(r"^#(?:[^\n]*\\\n)*[^\n]*$", "", text, flags=re.M)
    text = re.sub(r'extern "C" \{', "", text)
    found, depth, begin = [], 0, 0
    for at, letter in enumerate(text):
        depth += (letter == "{") - (letter == "}")
        if letter == ";" and depth == 0:
            found.append(re.sub(r"\s+", " ", text[begin:at]).strip())
            begin = at + 1
    return ["#define " + re.sub(r"\s+", " ", macro).strip() for macro in macros] + found


def headers():
    folder = os.path.join(source, "include")
    yield "nulldrift.h", os.path.join(folder, "nulldrift.h")
    for name in sorted(os.listdir(os.path.join(folder, "nulldrift"))):
        yield "nulldrift/" + name, os.path.join(folder, "nulldrift", name)


def interface():
    lines = []
    for name, path in headers():
        with open(path, encoding="utf-8") as file:
            lines += [name] + ["    " + line for line in declarations(file.read())]
    return lines


def function_names(lines):
    return {match[1] for line in lines if not line.startswith("    typedef") and "#define" not in line
            for match in [re.match(r"[^(]*?\b(nd_\w+)\(", line)] if match}


def offered(library):
    said = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True)
    return {line.split()[-1] for line in said.stdout.splitlines()}


def broken_since(before, library):
    """What of the binary interface is gone or changed since the library `before`; additions are printed."""
    try:
        done = subprocess.run(["abidiff", before, library], capture_output=True, text=True)
    except FileNotFoundError:
        return ["ND_ABI_BEFORE is set, but there is no abidiff; apt-get install abigail-tools brings it"]
    errors, changes, incompatible = done.returncode & 3, done.returncode & 4, done.returncode & 8
    if errors or incompatible:
        return ["since " + before + ":"] + (done.stdout + done.stderr).strip().splitlines()
    print(done.stdout.strip() if changes else f"the binary interface is that of {before}")
    return []


def main():
    here = interface()
    if "--write" in sys.argv:
        with open(listed, "w", encoding="utf-8") as file:
            file.write("\n".join(here) + "\n")
    with open(listed, encoding="utf-8") as file:
        wanted = file.read().splitlines()
    faults = [f"new or changed: {line.strip()}" for line in here if line not in wanted]
    faults += [f"gone or changed: {line.strip()}" for line in wanted if line not in here]
    if not faults and here != wanted:
        faults.append("the order of declarations changed")
    library = os.path.join(os.path.dirname(program), "libnulldrift.so")
    functions, names = function_names(here), offered(library)
    faults += [f"offered, but not declared: {name}" for name in sorted(names - functions)]
    faults += [f"declared, but not offered: {name}" for name in sorted(functions - names)]
    if len(functions) < 20:
        faults.append(f"only {len(functions)} functions were found in the headers")
    if os.environ.get("ND_ABI_BEFORE"):
        faults += broken_since(os.environ["ND_ABI_BEFORE"], library)
    for fault in faults:
        print(fault)
    if faults:
        print(f"the interface is not that of {listed}; if that is meant, write it anew with --write, say so "
              "in CHANGELOG.md, and raise the version where the last release had another")
    return 1 if faults else 0


sys.exit(main())
