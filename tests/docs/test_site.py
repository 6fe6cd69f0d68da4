"""`make docs`: the site is made without a warning, and nothing in it is broken or left out. Of the finished pages:

- every link inside leads to a page that is there, and every anchor to a place on it;
- every picture is there and has alternative text;
- nothing is fetched from elsewhere by who reads them;
- every page of docs/ is in the table of contents, and every command, public function and Python name has its place.

    test_site.py PROGRAM SOURCE_FOLDER"""
import html.parser
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

PROGRAM, SOURCE = (os.path.realpath(path) for path in sys.argv[1:3])
DOCS = os.path.join(SOURCE, "docs")


class Page(html.parser.HTMLParser):
    """What a page links to, fetches and shows, and the anchors on it."""

    def __init__(self, path):
        super().__init__()
        self.links, self.fetched, self.anchors, self.bare = [], [], set(), []
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.anchors.add(given.get("id"))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag in ("img", "script", "iframe", "source") and given.get("src"):
            self.fetched.append(given["src"])
        elif tag == "link" and given.get("rel") not in ("index", "search", "next", "prev", "canonical"):
            self.fetched.append(given.get("href") or "")
        if tag == "img" and len(given.get("alt") or "") < 8 and "logo" not in (given.get("class") or ""):
            self.bare.append(given.get("src"))


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


class Site(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.mkdtemp(prefix="nulldrift site ")
        cls.addClassCleanup(shutil.rmtree, cls.place)
        made = subprocess.run([os.path.join(SOURCE, "scripts", "docs"), PROGRAM, cls.place], capture_output=True,
                              text=True, env={**os.environ, "PYTHON": sys.executable})
        cls.said, cls.code = made.stdout + made.stderr, made.returncode
        cls.html = os.path.join(cls.place, "html")
        cls.pages = {os.path.relpath(os.path.join(folder, name), cls.html): Page(os.path.join(folder, name))
                     for folder, _, names in os.walk(cls.html) for name in names if name.endswith(".html")}

    def test_types_lead_to_classes_alone(self):
        """The words of a type are in italics: "array, frames" leads to no attribute of that name."""
        links = re.findall(r'<a [^>]*href="#(nulldrift\.[\w.]+)"[^>]*><em>', read(self.html, "python-reference.html"))
        self.assertIn("nulldrift.Dataset", links)
        self.assertEqual([link for link in links if link.rpartition(".")[2][0].islower()], [])

    def test_made_without_a_warning(self):
        self.assertEqual((self.code, self.said), (0, ""))
        self.assertIn("index.html", self.pages)

    def test_links(self):
        broken, looked_at = [], 0
        for name, page in self.pages.items():
            for link in page.links:
                parts = urllib.parse.urlsplit(link)
                if parts.scheme or parts.netloc:
                    continue
                looked_at += 1
                path = os.path.normpath(os.path.join(os.path.dirname(name), urllib.parse.unquote(parts.path))) \
                    if parts.path else name
                anchor = urllib.parse.unquote(parts.fragment)
                if not os.path.isfile(os.path.join(self.html, path)):
                    broken.append(f"{name}: {link}")
                elif anchor and path in self.pages and anchor not in self.pages[path].anchors:
                    broken.append(f"{name}: {link}, no such place")
        self.assertEqual(broken, [])
        self.assertGreater(looked_at, 1000)

    def test_pictures_say_what_they_show(self):
        self.assertEqual([(name, source) for name, page in self.pages.items() for source in page.bare], [])

    def test_nothing_is_fetched_from_elsewhere(self):
        for name, page in self.pages.items():
            for source in page.fetched:
                parts = urllib.parse.urlsplit(source)
                self.assertFalse(parts.netloc or parts.scheme not in ("", "data"), f"{name} fetches {source}")
        for folder, _, names in os.walk(self.html):
            for name in (name for name in names if name.endswith(".css")):
                self.assertIsNone(re.search(r"(@import|url\()\s*['\"]?(https?:)?//", read(folder, name)), name)

    def test_every_page_is_in_the_contents(self):
        inside = {urllib.parse.urlsplit(link).path for link in self.pages["index.html"].links}
        for folder, inner, names in os.walk(DOCS):
            inner[:] = set(inner) - {"site", "pictures"}
            for name in names:
                if name.endswith(".md") and name != "index.md":
                    page = os.path.relpath(os.path.join(folder, name), DOCS)[:-3] + ".html"
                    self.assertIn(page, inside)

    def test_everything_has_its_place(self):
        commands = re.findall(r"^  ([a-z-]+)  ", subprocess.run([PROGRAM, "--help"], capture_output=True, text=True,
                                                               check=True).stdout, re.M)
        self.assertGreater(len(commands), 10)
        self.assertLessEqual(set(commands), self.pages["commands.html"].anchors)
        figures = re.findall(r"^([A-Za-z]\S*) ", subprocess.run([PROGRAM, "figure", "--list"], capture_output=True, text=True,
                                                               check=True).stdout, re.M)
        self.assertGreater(len(figures), 15)
        self.assertLessEqual({name.lower() for name in figures}, self.pages["gallery.html"].anchors)
        functions = {name for line in read(SOURCE, "tests", "install", "interface.txt").splitlines()
                     if not line.strip().startswith("typedef")
                     for name in re.findall(r"^    [^(]*\b(nd_[a-z0-9_]*)\(", line)}
        self.assertGreater(len(functions), 50)
        anchors = set().union(*(page.anchors for name, page in self.pages.items() if name.startswith("c-reference/")))
        self.assertEqual({name for name in functions if f"c.{name}" not in anchors}, set())
        names = re.findall(r'"(\w+)"', read(SOURCE, "python", "nulldrift", "__init__.py").split("__all__ = ")[1])
        self.assertGreater(len(names), 40)
        self.assertEqual({name for name in names
                          if f"nulldrift.{name}" not in self.pages["python-reference.html"].anchors}, set())

    def test_it_can_be_searched_from_the_files(self):
        index = read(self.html, "searchindex.js")
        self.assertIn("sparsif", index)
        self.assertTrue(os.path.isfile(os.path.join(self.html, "search.html")))


if __name__ == "__main__":
    missing = [name for name in ("sphinx", "furo", "myst_parser", "breathe", "xarray", "pandas", "netCDF4")
               if not importlib.util.find_spec(name)]
    if missing or not shutil.which("doxygen"):
        print("skipped: there is no", ", ".join(missing or ["doxygen"]), "(scripts/install-deps docs)")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=2)
