"""What BeautifulSoup is for: small, broken markup that must be right, and a second opinion.

In: a table's markup, a page's bytes or a whole page. Out: cells, a charset, a document. Never an
encoded page for the parser: bytes are decoded before (`decode`), because lxml's own detection
loses pages. The only user of bs4.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import product
from types import MappingProxyType

from bs4 import BeautifulSoup
from bs4.builder._lxml import LXMLTreeBuilder
from bs4.dammit import EncodingDetector
from bs4.element import NavigableString, PreformattedString, Tag

from pipeline.parse.grid import FRAMING, is_data
from pipeline.parse.markup import (
    FALLBACK_TAGS,
    LONGEST_FALLBACK,
    SKIPPED_TAGS,
    Assembler,
    Document,
    label,
    raised,
)
from pipeline.records import Block, Cell

# The HTML Standard clamps spans to these (§4.9.11); the whole grid is bounded besides, because
# a few hundred such cells are already more places than a page has characters.
_MAX_ROWSPAN, _MAX_COLSPAN, _MAX_PLACES = 65_534, 1_000, 200_000
_NUMBER = re.compile(r"\s*\+?(\d{1,9})")
# A noncharacter, taken out of every page before it is parsed.
_LINE_MARK = "\ufdd0"
_LINE_TAGS = frozenset(("br", "p", "div", "li", "center"))
_IN_LINE_TAGS = frozenset(
    (
        "a",
        "abbr",
        "b",
        "big",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "o:p",
        "small",
        "span",
        "strong",
        "u",
    )
)
_GRID_TAGS = frozenset(
    (*("caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"),)
)
_TAG = re.compile(r"""<(/?[a-zA-Z][\w:-]*)((?:\s(?:[^<>"']|"[^"]*"|'[^']*')*)?)/?>([ \t\r\n\f]*)""")
_SPANS = re.compile(r"""\s(?:row|col)span\s*=\s*["']?[\d+ ]+["']?""", re.IGNORECASE)
_NONE: Mapping[str, str] = MappingProxyType({})
_ENDS = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_BLANKS = re.compile("[ \t\r\n\f]+")


def declared_charset(body: bytes) -> str:
    """Return the charset that the markup of `body` claims, lower case; "" where it claims none."""
    found = EncodingDetector.find_declared_encoding(body, is_html=True)
    return found or ""


def cells_of(fragment: str) -> tuple[Cell, ...]:
    """Return the cells of the first table in `fragment`, row by row, in places of its grid.

    Spans are clamped; a cell whose place is taken moves right, as in a browser. Lines inside a
    cell are parted by newlines. Empty where there is no table, or where its spans cover more
    places than a page can mean.
    """
    fragment = _TAG.sub(lambda tag: _slim(tag.group()), fragment)
    table = BeautifulSoup(fragment, builder=_Builder()).table
    if table is None:
        return ()
    if "<su" in fragment:
        _raise_digits(table)
    rows = table.find_all("tr")
    taken: set[tuple[int, int]] = set()
    cells: list[Cell] = []
    for row, element in enumerate(rows):
        headed = element.parent is not None and element.parent.name == "thead"
        column = 0
        for cell in element.contents:
            if not isinstance(cell, Tag) or cell.name not in ("td", "th"):
                continue
            while (row, column) in taken:
                column += 1
            down, right = _spans(cell, len(rows), row)
            if len(taken) + down * right > _MAX_PLACES:
                return ()
            taken.update(product(range(row, row + down), range(column, column + right)))
            header = headed or cell.name == "th"
            cells.append(Cell(row, column, _lines(cell), down, right, header))
            column += right
    return tuple(cells)


class _Builder(LXMLTreeBuilder):
    """Builds a tree without a search for namespaces, which is a third of the time of a tag."""

    def start(
        self,
        tag: str | bytes,
        attrib: dict[str | bytes, str | bytes],
        nsmap: Mapping[str, str] = _NONE,
    ) -> None:
        """Take a tag that opens, from lxml."""
        if nsmap or self.soup is None:
            super().start(tag, attrib, dict(nsmap))
        else:
            attributes = {str(name): str(value) for name, value in attrib.items()}
            self.soup.handle_starttag(str(tag), None, None, attributes)

    def end(self, tag: str | bytes) -> None:
        """Take a tag that closes."""
        if len(self.nsmaps) > 1 or self.soup is None:
            super().end(tag)
        else:
            self.soup.handle_endtag(str(tag))


@lru_cache(maxsize=1 << 10)  # the tags of a table are alike
def _slim(written: str) -> str:
    """Return a tag as far as cells need it: BeautifulSoup's time goes by tags and attributes.

    So does it by the blanks between them, which mean nothing in a grid.
    """
    tag = _TAG.fullmatch(written)
    if tag is None:
        return written
    name, blanks = tag.group(1).lower(), tag.group(3)
    bare = name.lstrip("/")
    if bare in _IN_LINE_TAGS:
        return blanks
    if bare in _LINE_TAGS:
        return _LINE_MARK + blanks
    slim = f"<{name}{''.join(_SPANS.findall(tag.group(2)))}>"
    return slim if bare in _GRID_TAGS else slim + blanks


def _raise_digits(table: Tag) -> None:
    for element in table.find_all(("sup", "sub")):
        element.string = raised(element.name, element.get_text())


def _spans(cell: Tag, rows: int, row: int) -> tuple[int, int]:
    """Return how many rows and columns a cell of `row` covers, at least 1 of each."""
    if not cell.attrs:
        return 1, 1
    down = min(_span(cell, "rowspan", _MAX_ROWSPAN, rows), rows - row)
    return down, _span(cell, "colspan", _MAX_COLSPAN, 1)


def _span(cell: Tag, name: str, most: int, rest: int) -> int:
    """Return a span of at least 1; rowspan="0" means the `rest` of the table."""
    match = _NUMBER.match(str(cell.attrs[name])) if name in cell.attrs else None
    if match is None:
        return 1
    return min(int(match.group(1)), most) or rest


def _lines(cell: Tag) -> str:
    """Return a cell's text, its lines parted by newlines, without blank ones."""
    only = cell.contents[0] if len(cell.contents) == 1 else cell
    # Most cells are one string; to ask the tree for it takes ten times as long.
    text = str(only) if type(only) is NavigableString else cell.get_text()
    text = _BLANKS.sub(" ", text)
    if _LINE_MARK not in text:
        return text.strip(" \xa0\u3000")
    lines = (line.strip(" \xa0\u3000") for line in text.split(_LINE_MARK))
    return "\n".join(line for line in lines if line)


def read(markup: str) -> Document:
    """Return what the page says: the second parser, slower, to hold the first against."""
    # lxml ends the page at the first </html>; a browser goes on.
    tree = BeautifulSoup(_ENDS.sub("", markup), "lxml")
    title = tree.find("title")
    return Document(
        _blocks(tree.body, markup) if tree.body else (),
        title.get_text() if title else "",
        tuple(_metas(tree)),
    )


def metas_of(markup: str) -> tuple[tuple[str, str], ...]:
    """Return name and content of each <meta> in `markup`, the canonical link as one of them."""
    return tuple(_metas(BeautifulSoup(markup, "lxml")))


def _metas(tree: BeautifulSoup) -> Iterator[tuple[str, str]]:
    """Yield name and content of each <meta>, and the canonical link as one of them."""
    for node in tree.select('meta[content],link[rel="canonical" i]'):
        rel = " ".join(node.get("rel") or ())
        name = str(node.get("name") or node.get("property") or rel)
        content = str(node.get("content") or node.get("href") or "")
        if name and content:
            yield name.lower(), content


def _blocks(body: Tag, source: str) -> tuple[Block, ...]:
    """Return the blocks below `body`, in one walk."""
    out = Assembler(body, _label, source)
    levels = [iter(body.children)]
    while levels:
        node = next(levels[-1], None)
        if node is None:
            levels.pop()
            if levels:
                out.close()
        elif isinstance(node, Tag):
            if node.name not in SKIPPED_TAGS and not _passed_over(node, out):
                out.open(node, node.name, link=node.name == "a" and node.has_attr("href"))
                levels.append(iter(node.children))
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            out.text(str(node))
    out.end_line()
    return tuple(out.blocks)


def _passed_over(node: Tag, out: Assembler) -> bool:
    """Return whether an element is not walked: a fallback, or a data table, taken whole."""
    if node.name in FALLBACK_TAGS:
        return len(node.get_text().strip()) <= LONGEST_FALLBACK
    if node.name != "table" or node.select_one(f"table,{FRAMING}"):
        return False
    if len(node.select("td:nth-child(2),th:nth-child(2)")) < 2:
        return False
    sizes = [len(cell.get_text()) for cell in node.find_all(("td", "th"))]
    linked = sum(len(link.get_text().strip()) for link in node.find_all("a", href=True))
    cells = cells_of(str(node)) if is_data(sizes, linked) else ()
    if cells:
        out.table(node, cells, linked)
    return bool(cells)


def _label(node: Tag) -> str:
    """Return `#id.class!hidden` of a node, as far as it has them."""
    style = str(node.get("style", "")).lower().replace(" ", "")
    hidden = node.has_attr("hidden") or "display:none" in style
    return label(str(node.get("id") or ""), " ".join(node.get("class") or ()), hidden=hidden)
