"""Markup → document with lexbor: the parser of every page. The only user of selectolax.

In: decoded, mended markup. Out: a `Document`. Never a node asked for its text: the tree is written
out, well-formed, and read from that (see `markup`).
"""

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

from pipeline.parse.markup import Document, read_page
from pipeline.parse.tags import EMPTIED_TAGS


def read(markup: str) -> Document:
    """Return what the page says. Linear in the markup, if it is not nested too deep."""
    # With events lexbor copies the chosen <option> at every new one: 52 s for 100,000 of them.
    without_events = LexborDocumentOptions.WO_EVENTS.value
    tree = LexborHTMLParser(markup, scripting=True, options=without_events)
    for name in EMPTIED_TAGS:
        for node in tree.tags(name):
            if node.first_child:
                node.first_child.decompose()
    for name in ("xmp", "plaintext"):
        for node in tree.tags(name):
            # What looks like tags in them is text, but would be written like tags.
            node.insert_after(node.text())
            node.inner_html = ""
    return read_page(tree.html or "", markup)
