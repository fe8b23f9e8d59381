"""Serialised markup → blocks: one scan over the tags, which every parser shares.

In: a whole page as a parser writes its tree: each element closed, names in lower case, values in
double quotes, `<`, `>` and `&` of texts and values as character references. Out: the blocks of the
page in reading order, its title and metas. Never a tree: to touch a node from Python costs more
than to read its markup, and two parsers that are read alike differ only where their trees do.

A block's path is the chain of elements from below <body> down to the one that holds its text,
`div#main.article@2/p@5`: tag, id, classes in order of the source, and the place among the parent's
elements, counted from 1. So two elements of a page never share a path; texts parted by <br> in
one element do. An element that is not shown (`hidden`, `display:none`) has `!hidden` before its
place: its text is kept, because many systems hide a body until a script shows it, and the
strip step decides.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from pipeline.parse import grid
from pipeline.parse.flat import kind_of
from pipeline.parse.tags import (
    VOID_TAGS,
    Tag,
    attributes_of,
    raised,
    read_tags,
    unescape,
)
from pipeline.records import Block, BlockKind, Cell

#: Elements that start and end a line of their own; all others stand in the line.
_LINE_TAGS: Final = frozenset(
    (
        *("address", "article", "aside", "blockquote", "br", "button", "caption", "center", "dd"),
        *("details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure"),
        *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr"),
        *("legend", "li", "listing", "main", "menu", "nav", "ol", "optgroup", "p", "pre"),
        *("search", "section", "summary", "table", "tbody", "td", "textarea", "tfoot", "th"),
        *("thead", "tr", "ul"),
    )
)
#: Elements whose content is not text of the page, besides those that `tags` reads whole: pictures,
#: what a form offers, what a script may use.
_SKIPPED_TAGS: Final = frozenset(("datalist", "head", "select", "svg", "template", "title"))
#: Elements whose short text is for browsers that do not know them. Long text was swallowed: the
#: element's end is missing.
_FALLBACK_TAGS: Final = frozenset(("applet", "audio", "canvas", "object", "video"))
_LONGEST_FALLBACK, _MOST_FALLBACK_TAGS = 100, 200
_ASKED_TAGS: Final = _SKIPPED_TAGS | _FALLBACK_TAGS | {"table"}
_HEADING_TAGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
#: Elements whose line ends are lines of text.
_VERBATIM_TAGS: Final = frozenset(("pre", "textarea", "listing"))
_RAISED_TAGS: Final = frozenset(("sub", "sup"))
_BLANKS = re.compile("[ \t\n\f\r]+")
_HTML_BLANKS = " \t\n\f\r"
_LAST_BLANKS = " \t\n\f\r\xa0\u3000"
_WIDE = "\u2e80-\u2fff\u3001-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffe6"
# CSS Text 3 §4.1.3: a line end of the source between two wide characters is no blank.
_LINE_END = re.compile(f"(?<=[{_WIDE}])[ \t]*\n[ \t\n]*(?=[{_WIDE}])")
# Not `visibility:hidden`: WeChat's articles have it until a script takes it away.
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_NAMES = re.compile(' (id|class|style|hidden)="([^"]*)"')
#: Names are left out of what is longer (characters): each block has its path, whatever its size.
_LONGEST_PATH = 4_000


@dataclass(frozen=True, slots=True)
class Document:
    """A page's blocks, and what its head says: <title> and, in order, its metas.

    A meta is a pair of its name (or property), lower case, and its content; <link rel="canonical">
    is the meta "canonical".
    """

    blocks: tuple[Block, ...]
    title: str = ""
    metas: tuple[tuple[str, str], ...] = ()


def read_page(markup: str, source: str) -> Document:
    """Return what a page says; `markup` is its tree, written out, and `source` what was parsed."""
    tags = read_tags(markup)
    title = next((tag[4] for tag in tags if tag[2] == "title"), "")
    body = next((at for at, tag in enumerate(tags) if tag[2] == "body"), len(tags))
    blocks = _Scan(tags, body).blocks(source)
    return Document(blocks, unescape(title), tuple(_metas(tags)))


def _metas(tags: Iterable[Tag]) -> Iterator[tuple[str, str]]:
    """Yield name and content of each <meta>, and the canonical link as one of them."""
    for tag in [tag for tag in tags if tag[2] in ("meta", "link")]:
        found = attributes_of(tag[3])
        if tag[2] == "link":
            name, content = found.get("rel", ""), found.get("href", "")
            name = name if name.lower() == "canonical" else ""
        else:
            name, content = found.get("name") or found.get("property", ""), found.get("content", "")
        if name and content:
            yield name.lower(), content


class _Scan:
    """One scan over the tags of a body: the elements open, and the line in hand."""

    def __init__(self, tags: Sequence[Tag], body: int) -> None:
        self._tags = tags
        self._rest = islice(enumerate(tags), body + 1, None)
        # Blocks but for their line, and the text that tells it.
        self._found: list[tuple[BlockKind, str, str, float, tuple[Cell, ...]]] = []
        self._firsts: list[str] = []
        # Of each open element, the body's first: its name, how many elements it has so far, and
        # its path with a slash, or, until a line asks for that, its tag as written.
        self._names, self._places, self._paths = [""], [0], ["/"]
        # Which of them are lines of their own.
        self._containers = [0]
        self._links: list[bool] = []
        self._raised: list[int] = []
        self._headings = self._verbatims = 0
        self._item = False
        self._texts: list[str] = []
        self._first = ""
        self._linked = self._chars = 0
        if body < len(tags):
            self._text(tags[body][4])

    def blocks(self, source: str) -> tuple[Block, ...]:
        """Return the blocks of the body; their lines are those of `source`."""
        for at, (_, close, name, attributes, text) in self._rest:
            if close:
                self._close(name)
            elif name in _ASKED_TAGS and self._pass_over(at):
                continue
            elif name:
                self._open(name, attributes)
            if text and (self._texts or text.strip(_HTML_BLANKS)):
                self._text(text)
        self._end_line()
        lines = _line_numbers(source, self._firsts)
        return tuple(Block(*found, line) for found, line in zip(self._found, lines, strict=True))

    def _open(self, name: str, attributes: str) -> None:
        """Note that an element starts."""
        places = self._places
        places[-1] += 1
        if name in _LINE_TAGS:
            if self._texts:
                self._end_line()
            if name in VOID_TAGS:
                return
            self._containers.append(len(places))
            self._headings += name in _HEADING_TAGS
            self._verbatims += name in _VERBATIM_TAGS
            self._item = name == "li" or (self._item and name != "tr")
        elif name == "a":
            self._links.append(' href="' in attributes)
        elif name in VOID_TAGS:
            return
        elif name in _RAISED_TAGS:
            self._raised.append(len(self._texts))
        self._names.append(name)
        places.append(0)
        self._paths.append(name + attributes)

    def _close(self, name: str) -> None:
        """Note that the element opened last ends."""
        if self._names[-1] != name:  # what was stepped over, or left unread, ends in vain
            return
        self._names.pop()
        if name in _LINE_TAGS:
            if self._texts:
                self._end_line()
            self._containers.pop()
            self._headings -= name in _HEADING_TAGS
            self._verbatims -= name in _VERBATIM_TAGS
            self._item = self._item and name != "li"
        elif name == "a":
            self._links.pop()
        elif name in _RAISED_TAGS:
            start = self._raised.pop()
            self._texts[start:] = [raised(name, "".join(self._texts[start:]))]
        self._places.pop()
        self._paths.pop()

    def _path(self, depth: int) -> str:
        """Return the path of the open element at `depth`, 0 for the body."""
        paths, made = self._paths, depth
        while paths[made][-1] != "/":
            made -= 1
        for i in range(made, depth):
            named = len(paths[i]) <= _LONGEST_PATH
            segment = _segment(paths[i + 1] if named else paths[i + 1].partition(" ")[0])
            paths[i + 1] = f"{paths[i]}{segment}@{self._places[i]}/"
        return paths[depth][1:-1]

    def _pass_over(self, at: int) -> bool:
        """Return whether an element is stepped over: no text, a fallback, or a data table."""
        _, _, name, attributes, _ = self._tags[at]
        if name == "table":
            table = grid.read(self._tags, at)
            if table is None:
                return False
            end = table.end
            self._open(name, attributes)
            self._table(table)
            self._close(name)
        else:
            fallback = name in _FALLBACK_TAGS
            end = _end_of(self._tags, at, _MOST_FALLBACK_TAGS if fallback else len(self._tags))
            if fallback and (not end or _is_long(self._tags[at:end])):
                return False
            end = end or len(self._tags) - 1
        _, after = next(islice(self._rest, end - at - 1, None))
        self._text(after[4])
        return True

    def _text(self, text: str) -> None:
        """Take the text between two tags."""
        if "&" in text:
            text = unescape(text)
        words = text.strip(_HTML_BLANKS)
        if not words:
            if self._texts:
                self._texts.append(" ")
            return
        if "\n" in text and self._verbatims:
            self._verbatim(text)
            return
        if not self._texts:
            self._first = words
        if "\n" in words:
            text = _LINE_END.sub("", text)
        self._chars += len(words)
        if True in self._links:
            self._linked += len(words)
        self._texts.append(text)

    def _verbatim(self, text: str) -> None:
        for i, line in enumerate(text.split("\n")):
            if i:
                self._end_line()
            if line:
                self._text(line)

    def _table(self, table: "grid.Grid") -> None:
        text = grid.text_of(table.cells)
        if text:
            links = min(1.0, table.linked / len(text))
            path = self._path(len(self._paths) - 1)
            self._found.append(("table", text, path, links, table.cells))
            self._firsts.append(text)

    def _end_line(self) -> None:
        """End the block in hand, which the innermost element with lines of its own holds."""
        text = "".join(self._texts).lstrip(_HTML_BLANKS).rstrip(_LAST_BLANKS)
        self._texts.clear()
        if "\n" in text or "  " in text or "\t" in text:
            text = _BLANKS.sub(" ", text)
        if text:
            links = min(1.0, self._linked / self._chars) if self._linked else 0.0
            path = self._path(self._containers[-1])
            self._found.append((self._kind(text), text, path, links, ()))
            self._firsts.append(self._first)
            self._item = False
        self._linked = self._chars = 0

    def _kind(self, text: str) -> BlockKind:
        if self._headings:
            return "heading"
        return "item" if self._item else kind_of(text)


@lru_cache(maxsize=1 << 12)  # the pages of a site are alike
def _segment(tag: str) -> str:
    """Return `div#id.class!hidden` of a tag; a slash in a name becomes `_`: it parts elements."""
    name, _, _ = tag.partition(" ")
    found = dict(_NAMES.findall(tag))
    if not found:
        return name
    classes = unescape(found.get("class", "")).split()
    mark = "".join(
        (f"#{unescape(found['id'])}" if found.get("id") else "", *(f".{each}" for each in classes))
    )
    hidden = "hidden" in found or _HIDDEN.search(found.get("style", ""))
    return name + mark.replace("/", "_") + ("!hidden" if hidden else "")


def _end_of(tags: Sequence[Tag], at: int, most: int) -> int:
    """Return the index of the tag that closes the element at `at`, 0 for none in `most` tags."""
    name, depth = tags[at][2], 0
    for end, tag in enumerate(islice(tags, at, at + most), at):
        if tag[2] == name:
            depth += -1 if tag[1] else 1
            if not depth:
                return end
    return 0


def _is_long(tags: Iterable[Tag]) -> bool:
    """Return whether an element holds more text than a fallback does."""
    return len(unescape("".join(tag[4] for tag in tags)).strip()) > _LONGEST_FALLBACK


def _line_numbers(source: str, texts: Iterable[str]) -> Iterator[int]:
    """Yield the line of the source, from 1, where each text stands, in the order of the source.

    Character references and markup inside a text hide it, so its first word is looked for; where
    that is not found, the line is that of the text before. What is not there costs a walk to the
    end of the source, so it is looked for once, and the walks are counted.
    """
    body = _BODY.search(source)
    at = body.start() if body else 0
    line = 1 + source.count("\n", 0, at)
    missing: set[str] = set()
    budget = _WALKS * len(source)
    for text in texts:
        word = _WORD.search(text)
        if word and budget >= 0 and (needle := word.group()) not in missing:
            found = source.find(needle, at)
            if found >= 0:
                line += source.count("\n", at, found)
                at = found
            else:
                missing.add(needle)
                budget -= len(source) - at
        yield line


_BODY = re.compile("<body", re.IGNORECASE)
_WORD = re.compile(r"\w{1,16}")
_WALKS = 100
