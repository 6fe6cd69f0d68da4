"""docs/extending.md, followed to the letter: every block of the page goes where the sentence before it
says, in a copy of the sources; the copy is built, and every command under "Run it" is carried out.

    test_extending.py PROGRAM SOURCE_FOLDER"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# The sentence before a block -> what is done with it. One that fits none of these is a failure: the
# page may say nothing that is not tried.
NEW_FILE = re.compile(r"`([^`]+)`, a new file:$")
AT_END = re.compile(r"A line at the end of `([^`]+)`:$")
ABOVE = re.compile(r"Above `([^`]+)` in `([^`]+)`:$")
RUN = re.compile(r"Run it:$")
LEFT_ALONE = re.compile(r"look at the difference:$")  # how expected texts are written anew


def blocks(page):
    """(the paragraph before it as one line, the block's text) of every block indented by four."""
    for match in re.finditer(r"((?:^\S.*\n)+)\n+((?:^(?: {4}.*)?\n)+)", page, re.MULTILINE):
        lines = [line[4:] for line in match[2].rstrip("\n").splitlines()]
        yield " ".join(match[1].split()), "\n".join(lines) + "\n"


def follow(page, copy):
    """Writes what the page says into `copy`; returns its commands."""
    commands, followed = [], 0
    for sentence, text in blocks(page):
        if match := NEW_FILE.search(sentence):
            path = copy / match[1]
            assert not path.exists(), f"{match[1]} is no new file"
            path.write_text(text)
        elif match := AT_END.search(sentence):
            path = copy / match[1]
            assert text.count("\n") == 1, f"more than a line for {match[1]}: {text}"
            path.write_text(path.read_text() + text)
        elif match := ABOVE.search(sentence):
            path = copy / match[2]
            lines = path.read_text().splitlines(keepends=True)
            places = [i for i, line in enumerate(lines) if match[1] in line]
            assert len(places) == 1, f"'{match[1]}' stands {len(places)} times in {match[2]}"
            lines.insert(places[0], text)
            path.write_text("".join(lines))
        elif RUN.search(sentence):
            commands += text.splitlines()
        else:
            assert LEFT_ALONE.search(sentence), f"a block of which nothing is known:\n{sentence}\n{text}"
        followed += sum(map(bool, text.splitlines()))
    assert followed == sum(line.startswith("    ") for line in page.splitlines()), "a block was overlooked"
    return commands


def main():
    source = Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory(prefix="nulldrift-extending-") as folder:
        copy = Path(folder) / "copy"
        copy.mkdir()
        for name in ("src", "include", "cmake", "docs", "examples", "tests"):
            shutil.copytree(source / name, copy / name)
        for path in source.iterdir():
            if path.is_file():
                shutil.copy(path, copy)
        commands = follow((source / "docs/extending.md").read_text(), copy)

        build = copy / "build"
        log = open(Path(folder) / "log", "w+")
        jobs = str(min(4, os.cpu_count() or 1))
        strict = "-DND_WERROR=" + (os.environ.get("ND_WERROR") or "OFF")
        for step in (["cmake", "-S", copy, "-B", build, strict, "-DND_BENCH=OFF", "-DCMAKE_BUILD_TYPE=Debug"],
                     ["cmake", "--build", build, "-j", jobs, "--target", "nulldrift", "rule_test_noise",
                      "network_test_activation"],
                     ["ctest", "--test-dir", build, "--output-on-failure", "-R", "^(rule/test_noise|network/test_activation)$"]):
            if subprocess.run(step, stdout=log, stderr=subprocess.STDOUT).returncode:
                log.seek(0)
                print("".join(log.readlines()[-40:]))
                print("FAILED:", *step)
                return 1
        failed = 0
        for command in commands:
            shell = f'set -eo pipefail; nulldrift() {{ "{build}/nulldrift" "$@"; }}; {command}'
            ran = subprocess.run(["bash", "-c", shell], cwd=copy, capture_output=True, text=True)
            print("ok:" if ran.returncode == 0 else f"FAILED ({ran.returncode}): {ran.stderr}", command)
            failed += ran.returncode != 0
        return 1 if failed else 0


sys.exit(main())
