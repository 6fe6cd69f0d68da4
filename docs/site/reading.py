"""What the site adds to the plain Markdown of docs/ when it is read:

- a block of commands that a Python block follows at once stands beside it (one above the other where there is little
  room, and on a forge);
- docs/NAME.md in a text becomes a link to that page, and a link whose words are a file's name takes the page's title;
- powers such as 10^6 are raised, and short code is not broken at the end of a line;
- of the words of a Python type ("array, frames") only classes are links, not what has an attribute's name;
- the gallery begins with small pictures that lead to the large ones;
- wide tables scroll inside themselves.
"""
import re

from docutils import nodes
from sphinx import addnodes

PAGE = re.compile(r"\b(?:docs/)?((?:[a-z-]+/)?[a-z0-9-]+)\.md\b")
POWER = re.compile(r"(?<=\w)\^(-?\d+)")
COMMANDS, PYTHON = {"console", "sh", "shell", "text", "none", "default"}, {"python", "python3"}


def beside(tree):
    """Commands and the Python that does the same, as two columns."""
    for first in list(tree.findall(nodes.literal_block)):
        second = first.next_node(descend=False, siblings=True)
        if (isinstance(second, nodes.literal_block) and first.get("language", "none") in COMMANDS
                and second.get("language") in PYTHON):
            both = nodes.container(classes=["beside"])
            first.replace_self(both)
            second.parent.remove(second)
            for block, name in ((first, "Command line"), (second, "Python")):
                both += nodes.container("", nodes.paragraph("", name, classes=["beside-name"]), block)


def texts(tree, *but):
    """The running text: no code, and nothing inside `but`."""
    return [text for text in tree.findall(nodes.Text)
            if not isinstance(text.parent, (nodes.literal, nodes.literal_block, nodes.title, nodes.raw, *but))]


def mentions(app, tree):
    """Names of pages in running text, as links."""
    for text in texts(tree, nodes.reference, addnodes.pending_xref):
        parts, end = [], 0
        for match in PAGE.finditer(text):
            if match[1] in app.env.found_docs:
                parts += [nodes.Text(text[end:match.start()]),
                          addnodes.pending_xref("", nodes.inline("", match[0]), refdomain="std", reftype="doc",
                                                reftarget="/" + match[1], refexplicit=True, refwarn=True,
                                                refdoc=app.env.docname)]
                end = match.end()
        if parts:
            text.parent.replace(text, [*parts, nodes.Text(text[end:])])


def powers(tree):
    for text in texts(tree):
        parts, end = [], 0
        for match in POWER.finditer(text):
            parts += [nodes.Text(text[end:match.start()]),
                      nodes.superscript("", match[1].replace("-", "\N{MINUS SIGN}"))]
            end = match.end()
        if parts:
            text.parent.replace(text, [*parts, nodes.Text(text[end:])])
    for code in tree.findall(nodes.literal):
        if len(code.astext()) < 24:
            code["classes"].append("short")


def thumbnails(tree):
    """Of the gallery: a small picture of each figure, which leads to its place."""
    small = nodes.container(classes=["thumbnails"])
    for section in tree.findall(nodes.section):
        for image in [node for child in section if isinstance(child, nodes.paragraph)
                      for node in child.findall(nodes.image)][:1]:
            copy = image.copy()
            copy["alt"] = f"{section[0].astext()}: to its place below"
            small += nodes.reference("", "", copy, refid=section["ids"][0], internal=True)
    first = next(tree.findall(nodes.section))
    first.insert(2, small)


def titles(app, tree, docname):
    """Links that say a file's name say the page's title."""
    for link in tree.findall(nodes.reference):
        match = PAGE.fullmatch(link.astext())
        if match and match[1] in app.env.titles and not link.get("refuri", "").startswith("http"):
            link.children = []
            link += nodes.Text(app.env.titles[match[1]].astext())


def tables(tree):
    for table in list(tree.findall(nodes.table)):
        if "beside" not in table.parent.get("classes", []):
            around = nodes.container(classes=["wide"])
            table.replace_self(around)
            around += table


def types(tree):
    for link in list(tree.findall(addnodes.pending_xref)):
        if (link.get("refdomain") == "py" and link.get("reftype") in ("class", "obj")
                and link["reftarget"].rpartition(".")[2][:1].islower()):
            link.replace_self(link.children)


def read(app, tree):
    beside(tree)
    types(tree)
    mentions(app, tree)
    powers(tree)
    if app.env.docname == "gallery":
        thumbnails(tree)


def resolved(app, tree, docname):
    titles(app, tree, docname)
    tables(tree)


def docstring(app, what, name, thing, options, lines):
    """A bar in a docstring is a bar, no substitution of reST."""
    lines[:] = [line.replace("|", "\\|") for line in lines]


def setup(app):
    app.connect("autodoc-process-docstring", docstring)
    app.connect("doctree-read", read)
    app.connect("doctree-resolved", resolved)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
