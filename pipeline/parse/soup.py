"""What BeautifulSoup is for: small markup that must be right, and a second opinion.

In: rows of a table, a page's bytes or a whole page. Out: cells, a charset, a document.
Never an encoded page for the parser: bytes are decoded before (`decode`), because lxml's own
detection loses pages. The only user of bs4.
"""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.builder._lxml import LXMLTreeBuilder
from bs4.dammit import EncodingDetector
from bs4.element import Tag
from bs4.formatter import HTMLFormatter

from pipeline import kept
from pipeline.parse.grid import Entry, lines_of, span_of
from pipeline.parse.markup import Document, read_page
from pipeline.parse.tags import VOID_TAGS, WHOLE_TAGS, raised

_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_FORMATTER = HTMLFormatter(lambda text: text.translate(_ESCAPED), void_element_close_prefix="")
_ENDS = kept.pattern(r"</(?:html|body)\s*>", re.IGNORECASE)


def declared_charset(body: bytes) -> str:
    """Return the charset that the markup of `body` claims, lower case; "" where it claims none."""
    found = EncodingDetector.find_declared_encoding(body, is_html=True)
    return found or ""


def rows_of(markup: str) -> Iterator[list[Entry]]:
    """Yield the cells of each row in `markup`, which is well-formed."""
    tree = BeautifulSoup(f"<table>{markup}</table>", "lxml")
    for element in tree.find_all(("sup", "sub")) if "<su" in markup else ():
        element.string = raised(element.name, element.get_text())
    for row in tree.find_all("tr"):
        yield [_entry(cell) for cell in row.contents if isinstance(cell, Tag)]


def _entry(cell: Tag) -> Entry:
    down, right = (span_of(name, str(cell.attrs.get(name, ""))) for name in ("rowspan", "colspan"))
    return lines_of(cell.get_text()), down, right or 1, cell.name == "th"


def read(markup: str) -> Document:
    """Return what the page says: the second parser, slower, to hold the first against."""
    # lxml ends the page at the first </html>; a browser goes on.
    builder = LXMLTreeBuilder()
    builder.empty_element_tags = set(VOID_TAGS)
    tree = BeautifulSoup(_ENDS.sub("", markup), builder=builder)
    for element in tree.find_all(WHOLE_TAGS):
        element.clear()
    return read_page(tree.decode(formatter=_FORMATTER), markup)
