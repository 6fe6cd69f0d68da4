#!/usr/bin/env python3
"""Lays the pages of the site out for Sphinx: stage.py PROGRAM FOLDER

The pages of docs/ are Markdown that any forge shows as it is. What a site has beyond that is put in on the way here:

- `<!-- site: NAME -->` in a page is replaced by what the program, the headers or the package say (below, MADE), or by
  the text of a file at the root of the repository;
- links to files outside docs/ lead to the page that holds them, or to a copy;
- the lists of docs/index.md become the site's table of contents, a heading its caption.
"""
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
DOCS = os.path.dirname(HERE)
ROOT = os.path.dirname(DOCS)

# Files at the root that have a page of their own.
PAGES = {"README.md": "index.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md",
         "SECURITY.md": "security.md", "CITATION.cff": "citing.md"}

MARK = re.compile(r"^<!-- site: (.+?) -->$", re.M)
FENCE = re.compile(r"^(```.*?^```$|(?: {4}.*\n)+)", re.M | re.S)
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)#\s]*)(#[^)]*)?\)")
ENTRY = re.compile(r"^- \[([^\]]+)\]\(([^)#\s]+)\.md\)", re.M)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def said(program, *words):
    return subprocess.run([program, *words], check=True, capture_output=True, text=True,
                          env={**os.environ, "LC_ALL": "C.UTF-8"}).stdout


def commands(program):
    """Every command's --help, in the order of the program's own list."""
    listed = re.findall(r"^  ([a-z-]+) +(\S.*)$", said(program, "--help").split("Usage:")[1].split("\n\n")[1], re.M)
    parts = []
    for name, summary in listed:
        text = said(program, "help", name) if name == "help" else said(program, name, "--help")
        parts.append(f"## {name}\n\n{summary[0].upper()}{summary[1:]}.\n\n```text\n{text.split(chr(10), 2)[2]}```\n")
    return "\n".join(parts)


def headers(_):
    """A page for each public header, in the order in which nulldrift.h includes them."""
    names = re.findall(r'#include "nulldrift/(\w+)\.h"', read(os.path.join(ROOT, "include", "nulldrift.h")))
    pages = {}
    for name in names:
        pages[f"c-reference/{name}.md"] = f"# nulldrift/{name}.h\n\n```{{doxygenfile}} {name}.h\n```\n"
    entries = "\n".join(f"{name}.h <c-reference/{name}>" for name in names)
    return f"```{{toctree}}\n:maxdepth: 1\n\n{entries}\n```\n", pages


def python_names(_):
    """Every public name of the package, module by module, as its __init__ imports them."""
    text = read(os.path.join(ROOT, "python", "nulldrift", "__init__.py"))
    public = set(re.findall(r'"(\w+)"', text.split("__all__ = ")[1]))
    parts = []
    imports = re.findall(r"^from \.(\w+) import (\([^)]*\)|[^(\n]+)$", text, re.M)
    for module, names in sorted(imports, key=lambda found: found[0].startswith("_")):  # errors last
        names = [name for name in re.findall(r"\w+", names) if name in public]
        if not names:
            continue
        title = re.search(r'"""(.*?)(?:[.,:;]|\n|""")', read(os.path.join(ROOT, "python", "nulldrift", module + ".py")))[1]
        parts.append(f"## {title}\n")
        for name in names:
            kind = "autoclass" if name[0].isupper() else "autofunction"
            members = "   :members:\n" if kind == "autoclass" else ""
            parts.append(f"```{{eval-rst}}\n.. {kind}:: nulldrift.{name}\n{members}```\n")
    return "\n".join(parts)


MADE = {"commands": commands, "c reference": headers, "python reference": python_names}


def outside_code(text, change):
    """`change` of what of a page is no block of code."""
    parts = FENCE.split(text)
    return "".join(part if number % 2 else change(part) for number, part in enumerate(parts))


def relinked(text, origin, page, out):
    """The links of a text that stood in the file `origin`, for the page `page` of docs/."""
    def change(match):
        image, words, target, anchor = match.groups("")
        if not target or re.match(r"[a-z]+:", target):
            return match[0]
        path = os.path.normpath(os.path.join(os.path.dirname(origin), target))
        if not os.path.exists(path):
            raise SystemExit(f"{os.path.relpath(origin, ROOT)}: there is no {target}")
        below = os.path.relpath(path, ROOT)
        if PAGES.get(below) == page:  # the file is this page
            return words
        if below in PAGES:
            path = os.path.join(DOCS, PAGES[below])
        elif not path.startswith(DOCS + os.sep):
            path = os.path.join(DOCS, "files", below)
            if os.path.isfile(os.path.join(ROOT, below)):
                os.makedirs(os.path.dirname(os.path.join(out, "files", below)), exist_ok=True)
                shutil.copyfile(os.path.join(ROOT, below), os.path.join(out, "files", below))
        return f"{image}[{words}]({os.path.relpath(path, os.path.join(DOCS, os.path.dirname(page)))}{anchor})"

    return outside_code(text, lambda part: LINK.sub(change, part))


def contents(text):
    """The same page, and its lists as the table of contents."""
    parts = re.split(r"^## (.+)$", text, flags=re.M)
    for caption, part in zip(parts[1::2], parts[2::2]):
        entries = "\n".join(f"{title} <{path}>" for title, path in ENTRY.findall(part))
        if entries:
            text += f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{entries}\n```\n"
    return text


def stage(program, out):
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(os.path.join(DOCS, "pictures"), os.path.join(out, "pictures"))
    pages = {}
    for folder, inner, names in os.walk(DOCS):
        inner[:] = sorted(set(inner) - {"site", "pictures"})
        for name in sorted(names):
            if name.endswith(".md"):
                path = os.path.join(folder, name)
                pages[os.path.relpath(path, DOCS)] = read(path)
    for page, text in list(pages.items()):
        text = relinked(text, os.path.join(DOCS, page), page, out)

        def put(match):
            name = match[1]
            if name in MADE:
                made = MADE[name](program)
                if isinstance(made, tuple):
                    pages.update(made[1])
                    made = made[0]
                return made
            path = os.path.join(ROOT, name)
            if not name.endswith(".md"):
                return f"```yaml\n{read(path)}```"
            return relinked(re.sub(r"\A# .*\n+", "", read(path)), path, page, out)

        pages[page] = MARK.sub(put, text)
    pages["index.md"] = contents(pages["index.md"])
    for page, text in pages.items():
        path = os.path.join(out, page)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    stage(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
