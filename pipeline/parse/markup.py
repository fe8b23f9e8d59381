"""Markup → blocks: what every parser's walk shares.

In: the events of one walk over a tree (an element opens or closes, a text, a table). Out: the
blocks of the page in reading order. Never a tree: both parsers feed the same `Assembler`, so that
they differ only where their trees do.

A block's path is the chain of elements from below <body> down to the one that holds its text,
`div#main.article@2/p@5`: tag, id, classes in order of the source, and the place among the parent's
elements, counted from 1. So two elements of a page never share a path; texts parted by <br> in
one element do. An element that is not shown (`hidden`, `display:none`) has `!hidden` before its
place: its text is kept, because many systems hide a body until a script shows it, and the
strip step decides.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pipeline.parse.flat import kind_of
from pipeline.parse.grid import text_of
from pipeline.records import Block, BlockKind, Cell

#: Elements that start and end a line of their own; all others stand in the line.
BLOCK_TAGS: Final = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "button", "caption", "center"),
        *("dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption"),
        *("figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup"),
        *("hr", "html", "legend", "li", "listing", "main", "menu", "nav", "ol", "optgroup"),
        *("p", "pre", "search", "section", "summary", "table", "tbody", "td", "textarea"),
        *("tfoot", "th", "thead", "tr", "ul"),
    )
)
#: Nodes whose content is not text of the page: code, pictures, what a form offers; and comments, as
#: lexbor names them.
SKIPPED_TAGS: Final = frozenset(
    (
        *("-comment", "-doctype", "-document", "", "datalist", "head", "iframe", "noembed"),
        *("noframes", "noscript", "script", "select", "style", "svg", "template", "title"),
    )
)
#: Elements whose short text is for browsers that do not know them. Long text was swallowed: the
#: element's end is missing.
FALLBACK_TAGS: Final = frozenset(("applet", "audio", "canvas", "object", "video"))
LONGEST_FALLBACK: Final = 100
HEADING_TAGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
#: Elements whose line ends are lines of text.
VERBATIM_TAGS: Final = frozenset(("pre", "textarea", "listing"))

_BLANKS = re.compile("[ \t\n\f\r]+")
_HTML_BLANKS = " \t\n\f\r"
_WIDE = "\u2e80-\u2fff\u3001-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffe6"
# CSS Text 3 §4.1.3: a line end of the source between two wide characters is no blank.
_LINE_END = re.compile(f"(?<=[{_WIDE}])[ \t]*\n[ \t\n]*(?=[{_WIDE}])")
_SCRIPTS = {
    "sup": str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"),
    "sub": str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋"),
}
_DIGITS = re.compile("[0-9+-]+")


def raised(tag: str, text: str) -> str:
    """Return the digits of a <sup> or <sub> as such characters: 10<sup>4</sup> is not 104.

    Anything else in them, a footnote's [1] or a formula's dot, stays as it is.
    """
    return text.translate(_SCRIPTS[tag]) if _DIGITS.fullmatch(text) else text


def label(name: str, classes: str, *, hidden: bool) -> str:
    """Return the part of a path that tells an element from its like: `#id.class!hidden`.

    A slash in a name becomes `_`: it parts elements.
    """
    mark = f"#{name}" if name else ""
    if classes:
        mark += "." + ".".join(classes.split())
    mark = mark.replace("/", "_")
    return mark + "!hidden" if hidden else mark


@dataclass(frozen=True, slots=True)
class Document:
    """A page's blocks, and what its head says: <title> and, in order, its metas.

    A meta is a pair of its name (or property), lower case, and its content; <link rel="canonical">
    is the meta "canonical".
    """

    blocks: tuple[Block, ...]
    title: str = ""
    metas: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True, eq=False)
class _Frame:
    """An open element. Its path is made when a block asks for it; <body> has place 0."""

    node: Any
    tag: str
    place: int
    children: int = 0
    path: str = ""
    link: bool = False


class Assembler:
    """Gathers the events of one walk into blocks.

    `label(node)` returns an element's `#id.class` and marks; it is asked only for elements that
    hold a block. Of elements in the line, which most are, only the place is noted.
    """

    def __init__(self, root: object, label: Callable[[Any], str], source: str) -> None:
        self.blocks: list[Block] = []
        self._label = label
        self._lines = _Lines(source)
        self._frames = [_Frame(root, "body", 0)]
        self._containers = [self._frames[0]]
        self._texts: list[str] = []
        self._first = ""
        self._linked = self._chars = 0
        self._links = self._headings = 0
        self._item = False

    def open(self, node: object, tag: str, *, link: bool = False) -> None:
        """Note that an element starts; `link` says that it is an <a> that leads somewhere."""
        frames = self._frames
        parent = frames[-1]
        parent.children += 1
        frame = _Frame(node, tag, parent.children)
        frames.append(frame)
        if tag in BLOCK_TAGS:
            if self._texts:
                self.end_line(self._containers[-1])
            self._containers.append(frame)
            self._headings += tag in HEADING_TAGS
            self._item = tag == "li" or (self._item and tag != "tr")
        elif link:
            frame.link = True
            self._links += 1
        elif tag == "br" and self._texts:
            self.end_line(self._containers[-1])

    def close(self) -> None:
        """Note that the element opened last ends."""
        frame = self._frames[-1]
        if frame is self._containers[-1]:
            if self._texts:
                self.end_line(frame)
            self._containers.pop()
            self._headings -= frame.tag in HEADING_TAGS
            self._item = self._item and frame.tag != "li"
        elif frame.link:
            self._links -= 1
        self._frames.pop()

    def empty(self, tag: str) -> None:
        """Note an element that holds nothing: `open` and `close` in one, at half their cost."""
        self._frames[-1].children += 1
        if tag in BLOCK_TAGS:
            if self._texts:
                self.end_line(self._containers[-1])
            self._item = self._item and tag not in ("li", "tr")
        elif tag == "br" and self._texts:
            self.end_line(self._containers[-1])

    def blank(self) -> None:
        """Note a text node of blanks: half of all text nodes are."""
        if self._texts:
            self._texts.append(" ")

    def text(self, text: str) -> None:
        """Take one text node, character references already read."""
        words = text.strip(_HTML_BLANKS)
        if not words:
            self.blank()
            return
        if "\n" in text and self._containers[-1].tag in VERBATIM_TAGS:
            self._verbatim(text)
            return
        if not self._texts:
            self._first = words
        if "\n" in words:
            text = _LINE_END.sub("", text)
        elif self._frames[-1].tag in _SCRIPTS:
            text = raised(self._frames[-1].tag, text)
        self._chars += len(words)
        if self._links:
            self._linked += len(words)
        self._texts.append(text)

    def _verbatim(self, text: str) -> None:
        for i, line in enumerate(text.split("\n")):
            if i:
                self.end_line(self._containers[-1])
            if line:
                self.text(line)

    def table(self, node: object, cells: tuple[Cell, ...], linked: int) -> None:
        """Take a data table as one block; `linked` counts its characters in links."""
        self.open(node, "table")
        text = text_of(cells)
        if text:
            links = min(1.0, linked / len(text))
            path = self._path(self._frames[-1])
            self.blocks.append(Block("table", text, path, links, cells, self._lines.of(text)))
        self.close()

    def end_line(self, container: "_Frame | None" = None) -> None:
        """End the block in hand, which `container` holds (by default <body>)."""
        raw = "".join(self._texts)
        self._texts.clear()
        if "\n" in raw or "  " in raw or "\t" in raw:
            raw = _BLANKS.sub(" ", raw)
        text = raw.strip(_HTML_BLANKS).rstrip(" \xa0\u3000")
        if text:
            links = min(1.0, self._linked / self._chars) if self._linked else 0.0
            path = self._path(container or self._frames[0])
            line = self._lines.of(self._first)
            self.blocks.append(Block(self._kind(text), text, path, links, (), line))
            self._item = False
        self._linked = self._chars = 0

    def _kind(self, text: str) -> BlockKind:
        if self._headings:
            return "heading"
        return "item" if self._item else kind_of(text)

    def _path(self, frame: _Frame) -> str:
        """Return the path of an open frame; those of its parents are made on the way, once."""
        if frame.path or frame is self._frames[0]:
            return frame.path
        todo = []
        for above in reversed(self._frames):
            if above.path:
                break
            todo.append(above)
        path = above.path
        for below in reversed(todo):
            if below.place:
                segment = f"{below.tag}{self._label(below.node)}@{below.place}"
                path = below.path = f"{path}/{segment}" if path else segment
            if below is frame:
                break
        return path


class _Lines:
    """Finds the line of the source where a text stands, in the order of the source."""

    def __init__(self, source: str) -> None:
        self._source = source
        body = _BODY.search(source)
        self._at = body.start() if body else 0
        self._line = 1 + source.count("\n", 0, self._at)
        self._missing: set[str] = set()
        self._budget = _WALKS * len(source)

    def of(self, text: str) -> int:
        """Return the line (from 1) where `text` stands, that of the text before if not found.

        Character references and markup inside a text hide it, so its first word is looked for.
        What is not there costs a walk to the end of the source, so it is looked for once, and
        the walks are counted.
        """
        match = _NEEDLE.search(text)
        needle = match.group() if match else ""
        if not needle or needle in self._missing or self._budget < 0:
            return self._line
        found = self._source.find(needle, self._at)
        if found < 0:
            self._missing.add(needle)
            self._budget -= len(self._source) - self._at
            return self._line
        self._line += self._source.count("\n", self._at, found)
        self._at = found
        return self._line


_BODY = re.compile("<body", re.IGNORECASE)
_NEEDLE = re.compile(r"\w{1,16}")
_WALKS = 100
