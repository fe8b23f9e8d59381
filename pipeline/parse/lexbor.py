"""Markup → blocks with lexbor: the parser of every page. The only user of selectolax.

In: decoded, mended markup. Out: a `Document`. Never a node outside this module: the tree is walked
once and let go.
"""

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipeline.parse.grid import FRAMING, Shape, is_data, text_of
from pipeline.parse.markup import SKIPPED_TAGS, Assembler, Document, label
from pipeline.parse.soup import cells_of
from pipeline.records import Block

_HIDDEN = (
    '[hidden],[style*="display:none" i],[style*="display: none" i],[style*="visibility:hidden" i]'
)


def read(markup: str) -> Document:
    """Return what the page says. Linear in the markup, if it is not nested too deep."""
    tree = LexborHTMLParser(markup, scripting=True)
    body = tree.body
    blocks = _Walk(tree, markup).blocks(body) if body else ()
    return Document(blocks, _title(tree), _metas(tree))


class _Walk:
    """One walk over a tree, and what is looked up before it: a selector costs less than a node."""

    def __init__(self, tree: LexborHTMLParser, source: str) -> None:
        root = tree.body
        self._hidden = {node.mem_id for node in tree.css(_HIDDEN)}
        self._anchors = {node.mem_id for node in tree.css("a:not([href])")}
        self._tables = {node.mem_id for node in tree.css("table") if _is_data_table(node)}
        self._out = Assembler(root, self._label, source)

    def blocks(self, body: LexborNode) -> tuple[Block, ...]:
        """Return the blocks below `body`."""
        out = self._out
        stack: list[tuple[LexborNode, bool]] = []
        node = body.first_child
        while node is not None or stack:
            if node is None:
                node, link = stack.pop()
                out.close(link=link)
                node = node.next
                continue
            tag = node.tag or ""
            if tag == "-text":
                out.text(node.text_content or "")
            elif tag[:1] != "-" and tag not in SKIPPED_TAGS and not self._taken(node, tag):
                link = tag == "a" and node.mem_id not in self._anchors
                out.open(node, tag, link=link)
                stack.append((node, link))
                node = node.first_child
                continue
            node = node.next
        out.end_line()
        return tuple(out.blocks)

    def _taken(self, node: LexborNode, tag: str) -> bool:
        """Return whether the node is a data table, which then is taken whole."""
        if tag != "table" or node.mem_id not in self._tables:
            return False
        cells = cells_of(node.html or "")
        if not cells:
            return False
        self._out.table(node, tag, cells, text_of(cells))
        return True

    def _label(self, node: LexborNode) -> str:
        """Return `#id.class!hidden` of a node, as far as it has them."""
        attributes = node.attributes
        name, classes = attributes.get("id"), attributes.get("class")
        return label(name or "", classes or "", hidden=node.mem_id in self._hidden)


def _is_data_table(table: LexborNode) -> bool:
    """Return whether a table holds data; a table around other tables is a frame."""
    if any(inner.mem_id != table.mem_id for inner in table.css("table")):
        return False
    rows = [len(row.css("td,th")) for row in table.css("tr")]
    return is_data(
        Shape(
            rows=rows,
            chars=len("".join(table.text().split())),
            longest=max((len(cell.text()) for cell in table.css("td,th")), default=0),
            linked=sum(len(link.text().strip()) for link in table.css("a[href]")),
            framed=table.css_first(FRAMING) is not None,
        )
    )


def _title(tree: LexborHTMLParser) -> str:
    node = tree.css_first("title")
    return node.text() if node else ""


def _metas(tree: LexborHTMLParser) -> tuple[tuple[str, str], ...]:
    """Return name and content of each <meta>, and the canonical link as one of them."""
    pairs = []
    for node in tree.css('meta[content],link[rel="canonical" i]'):
        attributes = node.attributes
        name = attributes.get("name") or attributes.get("property") or attributes.get("rel") or ""
        content = attributes.get("content") or attributes.get("href") or ""
        if name and content:
            pairs.append((name.lower(), content))
    return tuple(pairs)
