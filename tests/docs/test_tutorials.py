"""The tutorials print what their pages show (scripts/tutorials): to the last digit where the program is made by GCC
for x86-64, in their words elsewhere. And that would be seen: a page that says something else is refused.

    test_tutorials.py PROGRAM SOURCE_FOLDER"""
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM, SOURCE = (os.path.realpath(path) for path in sys.argv[1:3])


def exact():
    """Whether rounding is that of the machine on which the pages were written."""
    build = os.path.dirname(PROGRAM)
    try:
        for folder in os.listdir(os.path.join(build, "CMakeFiles")):
            path = os.path.join(build, "CMakeFiles", folder, "CMakeCCompiler.cmake")
            if os.path.isfile(path):
                with open(path, encoding="utf-8") as file:
                    return 'CMAKE_C_COMPILER_ID "GNU"' in file.read() and platform.machine() == "x86_64"
    except OSError:
        pass
    return False


def tutorials(*words, python=sys.executable):
    return subprocess.run([os.path.join(SOURCE, "scripts", "tutorials"), PROGRAM, *words], capture_output=True,
                          text=True, env={**os.environ, "PYTHON": python})


class Tutorials(unittest.TestCase):
    def test_each(self):
        done = tutorials(*([] if exact() else ["--words"]))
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        pages = re.findall(r"^docs/.*: (\d+) blocks, 0 not as they say(?:, (\d+) left out)?$", done.stdout, re.M)
        self.assertGreaterEqual(len(pages), 5)
        self.assertGreater(sum(int(followed) for followed, _ in pages), 4)
        self.assertTrue(all(int(followed) + int(left or 0) > 0 for followed, left in pages))

    def test_without_the_package_a_page_is_followed_to_its_first_python(self):
        with tempfile.NamedTemporaryFile("w", suffix=".md", encoding="utf-8") as page:
            page.write("# A page\n\n```console\n$ echo b\nb\n```\n\n```python\nopen('a', 'w').close()\n```\n\n"
                       "```console\n$ ls a\na\n```\n")
            page.flush()
            done = tutorials(page.name, python=shutil.which("false"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, "`import nulldrift` fails")
        self.assertRegex(done.stdout, "1 blocks, 0 not as they say, 2 left out")

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
