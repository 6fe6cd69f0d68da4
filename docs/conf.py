"""Sphinx's settings for the site of `make docs`. scripts/docs stages the pages that this builds.

Nothing is fetched, neither by the build nor by who reads the pages: fonts are the reader's, search is Sphinx's own."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "site"), os.path.join(HERE, "..", "python")]
import without_library  # noqa: E402  before autodoc imports the package

project = "nulldrift"
author = "The nulldrift developers"
release = version = without_library.version()
html_title = f"nulldrift {release}"

extensions = ["myst_parser", "breathe", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "reading"]
exclude_patterns = ["files/**"]
suppress_warnings = ["myst.header"]  # pages that begin a part with a heading of the third level
myst_heading_anchors = 4
default_role = "literal"  # `x` in docstrings

breathe_projects = {"nulldrift": os.environ.get("ND_DOXYGEN_XML", "")}
breathe_default_project = "nulldrift"
breathe_domain_by_extension = {"h": "c"}

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = False

html_theme = "furo"
html_static_path = [os.path.join(HERE, "site", "static")]
html_css_files = ["site.css"]
html_copy_source = html_show_sourcelink = False
html_theme_options = {"navigation_with_keys": True}
pygments_style, pygments_dark_style = "friendly", "github-dark"
