"""Every section of docs/model.md that a file of the repository cites is there, and what is cited is
in the repository."""
import os
import re
import sys

FOLDERS = ("src", "include", "tests", "docs", "examples", "bench", "scripts", "python")
KINDS = (".c", ".h", ".py", ".sh", ".md", ".yaml", ".cmake", ".in", ".txt")
GAP = r"[\s*#/]"  # a citation may go on in a comment's next line
CITED = re.compile(rf"docs/model\.md,?{GAP}+sections?{GAP}+([0-9.]+[0-9](?:(?:,|{GAP}+and|{GAP}+to)"
                   rf"{GAP}+[0-9.]*[0-9])*|[0-9]+(?:(?:,|{GAP}+and|{GAP}+to){GAP}+[0-9.]*[0-9])*)")
HEADING = re.compile(r"^##+ ([0-9.]*[0-9])\.? ", re.MULTILINE)
WITHIN = re.compile(r"\(?sections?\s+([0-9.]*[0-9](?:(?:,| and| to)\s+[0-9.]*[0-9])*)")


def files(source):
    for folder in FOLDERS:
        for path, _, names in os.walk(os.path.join(source, folder)):
            for name in names:
                if name.endswith(KINDS):
                    yield os.path.join(path, name)


def numbers(text):
    return re.findall(r"[0-9]+(?:\.[0-9]+)*", text)


source = sys.argv[2]
with open(os.path.join(source, "docs", "model.md")) as file:
    page = file.read()
sections, failures, found = set(HEADING.findall(page)), 0, 0
outside = "science" + ".md"
for path in files(source):
    with open(path, encoding="utf-8", errors="replace") as file:
        text = file.read()
    cited = [number for match in CITED.findall(text) for number in numbers(match)]
    if path.endswith(os.path.join("docs", "model.md")):
        cited = [number for match in WITHIN.findall(text) for number in numbers(match)]
    found += len(cited)
    for number in cited:
        if number not in sections:
            failures += 1
            print(f"FAILED {path}: docs/model.md has no section {number}")
    if outside in text:
        failures += 1
        print(f"FAILED {path}: cites {outside}, which is not in the repository; cite docs/model.md")
print(f"{len(sections)} sections, {found} citations, {failures} failed")
sys.exit(1 if failures or not sections or not found else 0)
