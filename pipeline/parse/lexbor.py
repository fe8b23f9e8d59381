"""Markup → blocks with lexbor: the parser of every page. The only user of selectolax.

In: decoded, mended markup. Out: a `Document`. Never a node outside this module: the tree is walked
once and let go.
"""

from collections.abc import Iterator

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from pipeline.parse.grid import FRAMING, is_data
from pipeline.parse.markup import (
    FALLBACK_TAGS,
    LONGEST_FALLBACK,
    SKIPPED_TAGS,
    Assembler,
    Document,
    label,
)
from pipeline.parse.soup import cells_of
from pipeline.records import Block

# Not `visibility:hidden`: WeChat's articles have it until a script takes it away.
_HIDDEN = '[hidden],[style*="display:none" i],[style*="display: none" i]'

_ASKED_TAGS = FALLBACK_TAGS | {"table"}


def read(markup: str) -> Document:
    """Return what the page says. Linear in the markup, if it is not nested too deep."""
    # With events lexbor copies the chosen <option> at every new one: 52 s for 100,000 of them.
    without_events = LexborDocumentOptions.WO_EVENTS.value
    tree = LexborHTMLParser(markup, scripting=True, options=without_events)
    body = tree.body
    blocks = _Walk(tree, markup).blocks(body) if body else ()
    return Document(blocks, _title(tree), _metas(tree))


class _Walk:
    """One walk over a tree, and what is looked up before it: a selector costs less than a node."""

    def __init__(self, tree: LexborHTMLParser, source: str) -> None:
        root = tree.body
        self._hidden = {node.mem_id for node in tree.css(_HIDDEN)}
        self._anchors = {node.mem_id for node in tree.css("a:not([href])")}
        self._tables = set(_data_tables(tree))
        self._out = Assembler(root, self._label, source)

    def blocks(self, body: LexborNode) -> tuple[Block, ...]:
        """Return the blocks below `body`."""
        out = self._out
        parents: list[LexborNode] = []
        node = body.first_child
        while node is not None or parents:
            if node is None:
                out.close()
                node = parents.pop().next
                continue
            tag = node.tag or ""
            if tag == "-text":
                if node.is_empty_text_node:
                    out.blank()
                else:
                    out.text(node.text_content or "")
            elif not (tag in SKIPPED_TAGS or (tag in _ASKED_TAGS and self._passed_over(node, tag))):
                child = node.first_child
                if child is not None:
                    out.open(node, tag, link=tag == "a" and node.mem_id not in self._anchors)
                    parents.append(node)
                    node = child
                    continue
                out.empty(tag)
            node = node.next
        out.end_line()
        return tuple(out.blocks)

    def _passed_over(self, node: LexborNode, tag: str) -> bool:
        """Return whether an element is not walked: a fallback, or a data table, taken whole."""
        if tag in FALLBACK_TAGS:
            return len(node.text().strip()) <= LONGEST_FALLBACK
        if node.mem_id not in self._tables:
            return False
        cells = cells_of(node.html or "")
        if not cells:
            return False
        self._out.table(node, cells, sum(len(link.text()) for link in node.css("a[href]")))
        return True

    def _label(self, node: LexborNode) -> str:
        """Return `#id.class!hidden` of a node, as far as it has them."""
        attributes = node.attributes
        name, classes = attributes.get("id"), attributes.get("class")
        return label(name or "", classes or "", hidden=node.mem_id in self._hidden)


def _data_tables(tree: LexborHTMLParser) -> Iterator[int]:
    """Yield the tables that hold data; a table around other tables, or a form, is a frame."""
    for table in tree.css(f"table:not(:has(table,{FRAMING}))"):
        if len(table.css("td:nth-child(2),th:nth-child(2)")) < 2:
            continue
        cells = [len(cell.text()) for cell in table.css("td,th")]
        linked = sum(len(link.text().strip()) for link in table.css("a[href]"))
        if is_data(cells, linked):
            yield table.mem_id


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
