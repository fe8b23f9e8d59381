"""Document → its title, and the blocks that show it.

In: a document, and titles that metas and lines offer. Out: the title as the page writes it. Never a
site's name where the body shows a longer piece of <title>.
"""

import re
from collections.abc import Iterable, Iterator

from pipeline.parse.markup import Document

_SEPARATORS = re.compile(r"\s*(?:[-—–_|·›»>＞<＜:：/\\]{1,3}|\s)\s*|(?<!^)(?=[(（])")
_HARD_CUTS = re.compile(r"\s*[_|]+\s*")
_MAIN_HEADING = re.compile(r"(?:^|/)h1[#.!@][^/]*$")
_NOT_WORDS = re.compile(r"[\W_]+")
#: A line that shows a title may have blanks and marks in it that <title> has not.
_PADDING = 12
_SHORTEST_TITLE = 4
#: A block may show more than the title (a breadcrumb before it), or a piece of it of this length.
_SLACK, _SHORTEST_PIECE = 60, 8
_MOST_PIECES = 12


def fold(text: str) -> str:
    """Return the letters and digits of `text`, lower case: what titles are compared by."""
    return _NOT_WORDS.sub("", text).lower()


def choose_title(document: Document, offered: Iterable[str], lines: Iterable[str]) -> str:
    """Return the page's title, "" where it shows none.

    The longest piece of a title offered by a <meta>, or of <title>, that the body shows too; then
    the first <h1>; then the first of `lines`, which look like titles; then what a <meta> offers,
    and <title> up to the site's name.
    """
    heads = [head for head in map(_on_one_line, (*offered, document.title)) if head]
    longest = max(map(len, heads), default=-1) + _PADDING
    shown = [fold(block.text) for block in document.blocks if len(block.text) <= longest]
    for head in heads:
        found = _shown_piece(head, shown)
        if found:
            return found
    others = (*_main_headings(document), *lines, *map(_without_site, heads))
    return next((title for title in map(str.strip, others) if title), "")


def _shown_piece(head: str, shown: list[str]) -> str:
    """Return the longest piece of `head` that is a line of the page, "" for none.

    A title may be broken over two lines, so a piece that lines hold together is taken where no
    line of half its length is a piece by itself.
    """
    pieces = [piece for piece in _pieces(head) if len(fold(piece)) >= _SHORTEST_TITLE]
    lines, together = set(shown), "".join(shown)
    line = next((piece for piece in pieces if fold(piece) in lines), "")
    broken = next((piece for piece in pieces if fold(piece) in together), "")
    return line if _width(line) * 2 >= _width(broken) else broken


def _width(text: str) -> int:
    """Return how wide `text` is on the page: a Han character is as wide as two letters."""
    return sum(1 if char < "\u0250" else 2 for char in text)


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _main_headings(document: Document) -> Iterator[str]:
    return (block.text for block in document.blocks if _MAIN_HEADING.search(block.path))


def anchors(document: Document, title: str) -> list[int]:
    """Return the indices of the blocks that show `title`, or a long piece of it."""
    wanted = fold(title)
    if len(wanted) < _SHORTEST_TITLE:
        return []
    longest = len(title) + _SLACK
    return [
        i
        for i, block in enumerate(document.blocks)
        if len(block.text) <= longest and _shows(block.text, wanted)
    ]


def _shows(text: str, wanted: str) -> bool:
    text = text.strip().lower()
    # Folding costs ten times these looks at single characters, which most lines fail.
    if wanted[0] not in text and text[:1] not in wanted:
        return False
    folded = fold(text)
    return wanted in folded or (len(folded) >= _SHORTEST_PIECE and folded in wanted)


def _pieces(head: str) -> Iterator[str]:
    """Yield the pieces of `head` between separators, joined as they stand, longest first.

    None reaches over a hard cut: what a CMS joins with it (document number, section, site) is
    often a line of the page too, and would pass for a part of the title.
    """
    pieces = {piece for part in _HARD_CUTS.split(head) for piece in _joined(part)}
    yield from sorted(pieces, key=lambda piece: (-_width(piece), head.index(piece)))


def _joined(part: str) -> Iterator[str]:
    cuts = list(_SEPARATORS.finditer(part))[:_MOST_PIECES]
    starts = [0, *(cut.end() for cut in cuts)]
    ends = [*(cut.start() for cut in cuts), len(part)]
    return (part[start:end] for start in starts for end in ends if start < end)


def _without_site(head: str) -> str:
    """Return `head` up to its last separator, if what follows is the shorter part."""
    for cut in reversed(list(re.finditer(r"\s*[-—–_|]+\s*", head))):
        if cut.start() >= len(head) - cut.end():
            return head[: cut.start()]
    return head
