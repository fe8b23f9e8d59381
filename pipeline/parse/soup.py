"""What BeautifulSoup is for: small, broken markup that must be right, and a second opinion.

In: a table's markup, a page's bytes or a whole page. Out: cells, a charset, a document. Never an
encoded page for the parser: bytes are decoded before (`decode`), because lxml's own detection
loses pages. The only user of bs4.
"""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.dammit import EncodingDetector
from bs4.element import NavigableString, PreformattedString, Tag

from pipeline.parse.grid import FRAMING, Shape, is_data, text_of
from pipeline.parse.markup import SKIPPED_TAGS, Assembler, Document, label, raised
from pipeline.records import Block, Cell

# The HTML Standard clamps spans to these (§4.9.11); the whole grid is bounded besides, because
# a few hundred such cells are already more places than a page has characters.
_MAX_ROWSPAN, _MAX_COLSPAN, _MAX_PLACES = 65_534, 1_000, 200_000
_NUMBER = re.compile(r"\s*\+?(\d{1,9})")
_LINE_TAGS = frozenset(("br", "p", "div", "li", "tr"))
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
    table = BeautifulSoup(fragment, "lxml").find("table")
    if not isinstance(table, Tag):
        return ()
    taken: dict[tuple[int, int], bool] = {}
    cells: list[Cell] = []
    rows = table.find_all("tr")
    for row, element in enumerate(rows):
        column = 0
        for cell in element.find_all(("td", "th"), recursive=False):
            while (row, column) in taken:
                column += 1
            down = min(_span(cell, "rowspan", _MAX_ROWSPAN, len(rows) - row), len(rows) - row)
            right = _span(cell, "colspan", _MAX_COLSPAN, 1)
            if len(taken) + down * right > _MAX_PLACES:
                return ()
            taken.update(((row + i, column + j), True) for i in range(down) for j in range(right))
            head = cell.name == "th" or element.find_parent("thead") is not None
            cells.append(Cell(row, column, _lines(cell), down, right, head))
            column += right
    return tuple(cells)


def _span(cell: Tag, name: str, most: int, rest: int) -> int:
    """Return a span of at least 1; rowspan="0" means the `rest` of the table."""
    match = _NUMBER.match(str(cell.get(name, "1")))
    if match is None:
        return 1
    return min(int(match.group(1)), most) or rest


def _lines(cell: Tag) -> str:
    """Return a cell's text, one line for each <br> and paragraph, without blank lines."""
    for element in cell.find_all(_LINE_TAGS):
        element.insert_before("\v")
        element.insert_after("\v")
    for element in cell.find_all(("sup", "sub")):
        element.string = raised(element.name, element.get_text())
    text = _BLANKS.sub(" ", cell.get_text())
    lines = (line.strip(" \xa0\u3000") for line in text.split("\v"))
    return "\n".join(line for line in lines if line)


def read(markup: str) -> Document:
    """Return what the page says: the second parser, slower, to hold the first against."""
    tree = BeautifulSoup(markup, "lxml")
    title = tree.find("title")
    return Document(
        _blocks(tree.body, markup) if tree.body else (),
        title.get_text() if title else "",
        tuple(_metas(tree)),
    )


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
    stack = [(iter(body.children), False)]
    while stack:
        children, link = stack[-1]
        node = next(children, None)
        if node is None:
            stack.pop()
            if stack:
                out.close(link=link)
        elif isinstance(node, Tag):
            if node.name in SKIPPED_TAGS or _taken(node, out):
                continue
            leads = node.name == "a" and node.has_attr("href")
            out.open(node, node.name, link=leads)
            stack.append((iter(node.children), leads))
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            out.text(str(node))
    out.end_line()
    return tuple(out.blocks)


def _taken(node: Tag, out: Assembler) -> bool:
    """Return whether `node` is a data table, which then is taken whole."""
    if node.name != "table" or node.find("table") or not is_data(_shape(node)):
        return False
    cells = cells_of(str(node))
    if cells:
        out.table(node, node.name, cells, text_of(cells))
    return bool(cells)


def _shape(table: Tag) -> Shape:
    """Return what `grid` wants to know of a table."""
    cells = [cell.get_text() for cell in table.find_all(("td", "th"))]
    return Shape(
        rows=[len(row.find_all(("td", "th"))) for row in table.find_all("tr")],
        chars=len("".join(table.get_text().split())),
        longest=max(map(len, cells), default=0),
        linked=sum(len(link.get_text().strip()) for link in table.find_all("a", href=True)),
        framed=bool(table.select_one(FRAMING)),
    )


def _label(node: Tag) -> str:
    """Return `#id.class!hidden` of a node, as far as it has them."""
    style = str(node.get("style", "")).lower().replace(" ", "")
    hidden = node.has_attr("hidden") or "display:none" in style or "visibility:hidden" in style
    return label(str(node.get("id") or ""), " ".join(node.get("class") or ()), hidden=hidden)
