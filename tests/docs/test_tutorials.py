"""The tutorials print what their pages show (scripts/tutorials): to the last digit where the program is made by GCC
for x86-64, in their words elsewhere and under sanitizers. And that would be seen: a page that says something else is
refused.

    test_tutorials.py PROGRAM SOURCE_FOLDER"""
import os
import platform
import re
import subprocess
import sys
import tempfile
import unittest

PROGRAM, SOURCE = (os.path.realpath(path) for path in sys.argv[1:3])


def exact():
    """Whether rounding is that of the machine on which the pages were written."""
    build = os.path.dirname(PROGRAM)
    try:
        with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as file:
            if re.search(r"^ND_SANITIZE:\w+=.+$", file.read(), re.M):
                return False
        for folder in os.listdir(os.path.join(build, "CMakeFiles")):
            path = os.path.join(build, "CMakeFiles", folder, "CMakeCCompiler.cmake")
            if os.path.isfile(path):
                with open(path, encoding="utf-8") as file:
                    return 'CMAKE_C_COMPILER_ID "GNU"' in file.read() and platform.machine() == "x86_64"
    except OSError:
        pass
    return False


def tutorials(*words):
    return subprocess.run([os.path.join(SOURCE, "scripts", "tutorials"), PROGRAM, *words], capture_output=True,
                          text=True, env={**os.environ, "PYTHON": sys.executable})


class Tutorials(unittest.TestCase):
    def test_each(self):
        done = tutorials(*([] if exact() else ["--words"]))
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertGreaterEqual(len(re.findall(r"^docs/.*: [1-9]\d* blocks, 0 not as they say$", done.stdout, re.M)), 5)

    def test_another_word_is_seen(self):
        wrong = {"$ echo one two\none too\n": 1, "$ printf '1\\n2\\n3\\n'\n1\n...\n3\n": 0, "$ echo 1.5 %\n1.4 %\n": 1,
                 "$ false\n": 1, "$ echo any\n": 0}
        for block, code in wrong.items():
            with tempfile.NamedTemporaryFile("w", suffix=".md", encoding="utf-8") as page:
                page.write(f"# A page\n\n```console\n{block}```\n")
                page.flush()
                self.assertEqual(tutorials(page.name).returncode, code, block)
                if "%" in block:
                    self.assertEqual(tutorials("--words", page.name).returncode, 0, block)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
