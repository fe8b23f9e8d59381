"""Serialised markup → blocks: one scan over its runs of tags, which every parser shares.

In: a whole page as a parser writes its tree: each element closed, names in lower case, values in
double quotes, `<`, `>` and `&` of texts and values as character references. Out: the blocks of the
page in reading order, its title and metas. Never a tree: to touch a node from Python costs more
than to read its markup, and two parsers that are read alike differ only where their trees do.

Between two texts stands a run of tags, `</a></li><li><a href="">`. The same runs come again and
again, on a page and on its site, so what a run does is worked out once, as steps.

A block's path is the chain of elements from below <body> down to the one that holds its text,
`div#main.article@2/p@5`: tag, id, classes in order of the source, and the place among the parent's
elements, counted from 1. So two elements of a page never share a path; texts parted by <br> in
one element do. An element that is not shown (`hidden`, `display:none`) has `!hidden` before its
place: its text is kept, because many systems hide a body until a script shows it, and the
strip step decides.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from pipeline import kept
from pipeline.parse import grid
from pipeline.parse.flat import kind_of
from pipeline.parse.tags import VOID_TAGS, attributes_of, raised, read_tags, tidy, unescape
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
#: Elements whose content is not text of the page: what a form offers, what a script may use.
_SKIPPED_TAGS: Final = ("datalist", "select", "svg", "template", "title")
#: Elements whose short text is for browsers that do not know them. Long text was swallowed: the
#: element's end is missing.
_FALLBACK_TAGS: Final = ("applet", "audio", "canvas", "object", "video")
_LONGEST_FALLBACK, _LONGEST_MARKUP = 100, 5_000
_HEADING_TAGS: Final = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
#: Elements whose line ends are lines of text.
_VERBATIM_TAGS: Final = frozenset(("pre", "textarea", "listing"))
_RAISED_TAGS: Final = frozenset(("sub", "sup"))
_ASKED = "|".join((*_SKIPPED_TAGS, *_FALLBACK_TAGS, "table"))
#: Tags with nothing but blanks between them, and the text after them; up to an element that may be
#: taken whole.
_RUN = kept.pattern(rf"((?:<(?!(?:{_ASKED})[ >])[^>]*>[ \t\n\f\r]*+)*+)([^<]*)")
_LONGEST_RUN = 1_000
_ANY_TAG = kept.pattern("<([^ >]+)[^>]*>")
_TITLE = kept.pattern("<title(?: [^>]*)?>([^<]*)")
_META = kept.pattern("<(meta|link)( [^>]*)>")
_BODY = kept.pattern("<body[^>]*>", re.IGNORECASE)
_BLANKS = kept.pattern("[ \t\n\f\r]+")
_HTML_BLANKS = " \t\n\f\r"
_LAST_BLANKS = " \t\n\f\r\xa0\u3000"
_WIDE = "\u2e80-\u2fff\u3001-\ua4cf\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffe6"
# CSS Text 3 §4.1.3: a line end of the source between two wide characters is no blank.
_LINE_END = kept.pattern(f"(?<=[{_WIDE}])[ \t]*\n[ \t\n]*(?=[{_WIDE}])")
# Not `visibility:hidden`: WeChat's articles have it until a script takes it away.
_HIDDEN = kept.pattern(r"display\s*:\s*none", re.IGNORECASE)
_NAMES = kept.pattern(' (id|class|style|hidden)="([^"]*)"')
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
    markup = tidy(markup)
    title = _TITLE.search(markup)
    body = _BODY.search(markup)
    blocks = _Scan(markup).blocks(body.end(), source) if body else ()
    return Document(blocks, unescape(title[1]) if title else "", tuple(_metas(markup)))


def _metas(markup: str) -> Iterator[tuple[str, str]]:
    """Yield name and content of each <meta>, and the canonical link as one of them."""
    for tag, written in _META.findall(markup):
        found = attributes_of(written)
        if tag == "link":
            name, content = found.get("rel", ""), found.get("href", "")
            name = name if name.lower() == "canonical" else ""
        else:
            name, content = found.get("name") or found.get("property", ""), found.get("content", "")
        if name and content:
            yield name.lower(), content


class _Scan:
    """One scan over the tags of a body: the elements open, and the line in hand."""

    def __init__(self, markup: str) -> None:
        self._markup = markup
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

    def blocks(self, at: int, source: str) -> tuple[Block, ...]:
        """Return the blocks of the body, which starts at `at`, with their lines in `source`."""
        markup = self._markup
        while at < len(markup):
            match = _RUN.match(markup, at)
            run, text = match.groups() if match else ("", "")
            if run:
                self._take(run)
            if text:
                self._text(text)
            at = at + len(run) + len(text) if run or text else self._pass_over(at)
        self._end_line()
        lines = _line_numbers(source, self._firsts)
        return tuple(Block(*found, line) for found, line in zip(self._found, lines, strict=True))

    def _take(self, run: str) -> None:
        """Take tags that have no text between them."""
        steps = _steps if len(run) < _LONGEST_RUN else _steps.__wrapped__
        for step, name, written in steps(run):
            step(self, name, written)

    def _open_line(self, name: str, written: str) -> None:
        """Note that an element starts which is a line of its own."""
        if self._texts:
            self._end_line()
        self._containers.append(len(self._places))
        self._item = name == "li" or (self._item and name != "tr")
        self._open(name, written)

    def _open_heading(self, name: str, written: str) -> None:
        self._open_line(name, written)
        self._headings += 1

    def _open_verbatim(self, name: str, written: str) -> None:
        self._open_line(name, written)
        self._verbatims += 1

    def _open(self, name: str, written: str) -> None:
        """Note that an element starts."""
        self._places[-1] += 1
        self._names.append(name)
        self._places.append(0)
        self._paths.append(written)

    def _open_link(self, name: str, written: str) -> None:
        self._links.append("href" in written)
        self._open(name, written)

    def _open_raised(self, name: str, written: str) -> None:
        self._raised.append(len(self._texts))
        self._open(name, written)

    def _void(self, _name: str, _written: str) -> None:
        """Note an element that holds nothing, and stands in the line."""
        self._places[-1] += 1

    def _break(self, _name: str, _written: str) -> None:
        """Note an element that holds nothing, and ends the line."""
        self._places[-1] += 1
        if self._texts:
            self._end_line()

    def _blank(self, _name: str, _written: str) -> None:
        """Note blanks between two tags."""
        if self._texts:
            self._texts.append(" ")

    def _close(self, name: str, _written: str) -> None:
        """Note that the element opened last ends."""
        if self._names[-1] == name:  # what was stepped over, or left unread, ends in vain
            self._names.pop()
            self._places.pop()
            self._paths.pop()

    def _close_line(self, name: str, written: str) -> None:
        if self._names[-1] == name:
            if self._texts:
                self._end_line()
            self._containers.pop()
            self._headings -= name in _HEADING_TAGS
            self._verbatims -= name in _VERBATIM_TAGS
            self._item = self._item and name != "li"
            self._close(name, written)

    def _close_link(self, name: str, written: str) -> None:
        if self._names[-1] == name:
            self._links.pop()
            self._close(name, written)

    def _close_raised(self, name: str, written: str) -> None:
        if self._names[-1] == name:
            start = self._raised.pop()
            self._texts[start:] = [raised(name, "".join(self._texts[start:]))]
            self._close(name, written)

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

    def _pass_over(self, at: int) -> int:
        """Return where to go on after the tag at `at`, or after its element where that is whole.

        Whole is what holds no text of the page, a fallback, and a data table.
        """
        tag = _ANY_TAG.match(self._markup, at)
        if tag is None:  # no parser leaves a tag open
            return len(self._markup)
        name = tag[1]
        if name == "table":
            table = grid.read(self._markup, at)
            if table:
                self._open_line(name, tag[0][1:-1])
                self._table(table)
                self._close_line(name, "")
                return table.end
        else:
            end = _end_of(self._markup, at, name)
            if name in _SKIPPED_TAGS or (end and not _is_long(self._markup[at:end])):
                return end or len(self._markup)
        self._take(tag[0])
        return tag.end()

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
        width = len(words) if "  " not in words else len(" ".join(words.split()))
        self._chars += width
        if True in self._links:
            self._linked += width
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


Step: TypeAlias = tuple[Callable[[_Scan, str, str], None], str, str]
_BLANK_STEP: Final[Step] = (_Scan._blank, "", "")


@lru_cache(maxsize=1 << 15)  # most runs of tags are met again, on a page and on its site
def _steps(run: str) -> tuple[Step, ...]:
    """Return what the tags of a run do, in their order."""
    steps: list[Step] = []
    for close, name, attributes, blanks in read_tags(run):
        steps.append((_act(name, close), name, name + attributes))
        if blanks:
            steps.append(_BLANK_STEP)
    return tuple(steps)


def _act(name: str, close: str) -> Callable[[_Scan, str, str], None]:
    """Return what a tag does."""
    if name in VOID_TAGS:
        return _Scan._break if name in _LINE_TAGS else _Scan._void
    opens, closes = _ACTS.get(name) or (_LINE_ACTS if name in _LINE_TAGS else _OTHER_ACTS)
    return closes if close else opens


_LINE_ACTS: Final = (_Scan._open_line, _Scan._close_line)
_OTHER_ACTS: Final = (_Scan._open, _Scan._close)
_ACTS: Final = {
    "a": (_Scan._open_link, _Scan._close_link),
    **dict.fromkeys(_HEADING_TAGS, (_Scan._open_heading, _Scan._close_line)),
    **dict.fromkeys(_VERBATIM_TAGS, (_Scan._open_verbatim, _Scan._close_line)),
    **dict.fromkeys(_RAISED_TAGS, (_Scan._open_raised, _Scan._close_raised)),
}


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


def _end_of(markup: str, at: int, name: str) -> int:
    """Return where the element ends that opens at `at`, 0 where it does not."""
    depth = 0
    for match in re.finditer(f"<(/?){name}(?=[ >])[^>]*>", markup[at:]):
        depth += -1 if match[1] else 1
        if not depth:
            return at + match.end()
    return 0


def _is_long(markup: str) -> bool:
    """Return whether an element holds more text than a fallback does."""
    text = unescape(_ANY_TAG.sub("", markup[:_LONGEST_MARKUP])).strip()
    return len(markup) > _LONGEST_MARKUP or len(text) > _LONGEST_FALLBACK


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


_WORD = kept.pattern(r"\w{1,16}")
_WALKS = 100
