"""Document → its title, and the blocks that show it.

In: a document, and titles that metas and lines offer. Out: the title as the page writes it. Never a
site's name where the body shows a longer piece of <title>.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from pipeline import kept
from pipeline.parse.markup import Document
from pipeline.parse.surface import Piece
from pipeline.records import Block
from pipeline.rules.metadata import Finder, MetadataRules

_SEPARATORS = kept.pattern(r"\s*(?:[-—–_|·›»>＞<＜:：/\\]{1,3}|\s)\s*|(?<!^)(?=[(（])")
_HARD_CUTS = kept.pattern(r"\s*[_|]+\s*")
_MAIN_HEADING = kept.pattern(r"(?:^|/)h1[#.!@][^/]*$")
# Blanks and marks, but for the line end. \\W says the same and takes half as long again.
_MARKS = kept.pattern(
    "[\0-\t\v-/:-@\\[-`{-\xbf\xd7\xf7\u2000-\u206f\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030-\u303f"
    "\ue000-\uf8ff\ufe30-\ufe4f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]+"
)
_WIDE = kept.pattern("[\u0250-\U0010ffff]")
#: A line that shows a title may have blanks and marks in it that <title> has not.
_PADDING = 12
_SHORTEST_TITLE = 4
#: A block may show more than the title (a breadcrumb before it), or a piece of it of this length.
_SLACK, _SHORTEST_PIECE = 60, 8
_MOST_PIECES = 12
_SENTENCE = "。"
_LINKED = 0.5  # of a block's characters
_WAY = kept.pattern("(?:当前|所在|现在)的?位置|(?:首页|主页)\\s*[>＞»›/]")

Title = tuple[Finder, Piece]


def fold(text: str) -> str:
    """Return `text` without blanks and marks, lower case: what titles are compared by."""
    return _MARKS.sub("", text.replace("\n", " ")).lower()


class Heads:
    """A document's <title>, its main headings, and its short blocks folded in one go."""

    def __init__(self, document: Document) -> None:
        self.element = " ".join(document.title.split())
        self.blocks = document.blocks
        self._texts = [
            block.text.replace("\n", " ") if block.kind == "table" else block.text
            for block in document.blocks
        ]
        self._folded: list[str] = []

    def shown(self, longest: int) -> list[str]:
        """Return the blocks of at most `longest` characters folded, "" for each other one.

        The way to the page names its column, which shows no title.
        """
        lines = "\n".join([text if len(text) <= longest else "" for text in self._texts])
        self._folded = _MARKS.sub("", lines).lower().split("\n") if self._texts else []
        pairs = zip(self._folded, self.blocks, strict=True)
        return ["" if folded and _is_way(block) else folded for folded, block in pairs]

    def anchors(self, title: str) -> list[int]:
        """Return the indices of the blocks that show `title`, or a long piece of it.

        A sentence that names it, such as one that puts a statute into force, does not show it.
        """
        wanted = fold(title)
        if len(wanted) < _SHORTEST_TITLE:
            return []
        longest, first = len(title) + _SLACK, wanted[0]
        known = self._folded or [""] * len(self._texts)
        found = []
        for i, (text, folded) in enumerate(zip(self._texts, known, strict=True)):
            if len(text) > longest or text.endswith(_SENTENCE):
                continue
            # Folding costs ten times these looks at single characters, which most lines fail.
            if not folded and (first in text.lower() or text.strip()[:1].lower() in wanted):
                folded = fold(text)
            if wanted in folded or (len(folded) >= _SHORTEST_PIECE and folded in wanted):
                found.append(i)
        return found

    def named(self, rules: MetadataRules) -> Iterator[Title]:
        """Yield <title>, where there is one."""
        for finder in rules.of("title", "element"):
            if self.element:
                yield finder, Piece(self.element, self.element)

    def main(self, rules: MetadataRules) -> Iterator[Title]:
        """Yield the blocks that are an <h1>."""
        for finder in rules.of("title", "heading"):
            for block in self.blocks:
                if block.kind == "heading" and _MAIN_HEADING.search(block.path):
                    yield finder, Piece(block.text.strip(), block.text, block.line)


def _is_way(block: Block) -> bool:
    """Return whether a block is the way to the page, or a name in it: it leads elsewhere."""
    return block.links >= _LINKED or _WAY.search(block.text) is not None


def choose_title(
    heads: Heads,
    rules: MetadataRules,
    metas: Iterable[Title],
    lines: Iterable[Title],
    above: Iterable[Title],
) -> Title | None:
    """Return the page's title and the rule that found it, None where it shows none.

    The longest piece of a title offered by a <meta>, or of <title>, that the body shows too; then
    the first <h1>; then the first of `lines`, which look like titles; then the line `above` the
    byline; then what a <meta> offers, and <title> up to the site's name.
    """
    offered = [(finder, _on_one_line(piece)) for finder, piece in (*metas, *heads.named(rules))]
    longest = max((len(piece.value) for _, piece in offered), default=-1) + _PADDING
    shown = heads.shown(longest) if offered else []
    for finder, piece in offered:
        if found := _shown_piece(piece.value, shown):
            return finder, Piece(found, piece.text)
    cut = ((finder, _without_site(piece)) for finder, piece in offered)
    others = chain(heads.main(rules), islice(lines, 1), above, cut)
    return next((title for title in others if title[1].value), None)


def _on_one_line(piece: Piece) -> Piece:
    return Piece(" ".join(piece.value.split()), piece.text)


def _shown_piece(head: str, shown: list[str]) -> str:
    """Return the longest piece of `head` that is a line of the page, "" for none.

    A title may be broken over two lines, so a piece that lines hold together is taken where no
    line of half its length is a piece by itself.
    """
    pieces = [(piece, fold(piece)) for piece in _pieces(head)]
    pieces = [(piece, folded) for piece, folded in pieces if len(folded) >= _SHORTEST_TITLE]
    lines, together = set(shown), "".join(shown)
    line = next((piece for piece, folded in pieces if folded in lines), "")
    broken = next((piece for piece, folded in pieces if folded in together), "")
    return line if _width(line) * 2 >= _width(broken) else broken


def _width(text: str) -> int:
    """Return how wide `text` is on the page: a Han character is as wide as two letters."""
    return len(text) + len(_WIDE.findall(text))


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


def _without_site(piece: Piece) -> Piece:
    """Return the piece up to its last separator, if what follows is the shorter part."""
    head = piece.value
    for cut in reversed(list(re.finditer(r"\s*[-—–_|]+\s*", head))):
        if cut.start() >= len(head) - cut.end():
            return Piece(head[: cut.start()].strip(), piece.text)
    return piece
