"""Flattened text → blocks, one a line.

In: text from which someone else already took the markup. Out: one block for each line that is not
blank, its text as it stands, indentation too; only the line end and blanks before it go. Never a
line joined; parted only where the page has lost its line ends (`glued`).
"""

import re

from pipeline import kept
from pipeline.parse.glued import part
from pipeline.records import Block, BlockKind
from pipeline.rules.metadata import Heads

_TRAILING = " \t\r\f\xa0"
_NUMERAL = "[一二三四五六七八九十百零〇0-9０-９]{1,4}"
# 一、 （一） 1. and 第一章 at the head of a short line that ends without a mark.
_HEADING = kept.pattern(
    rf"[\s\u3000]*(?:第{_NUMERAL}[编篇章节](?!\S{{0,2}}[的条])|{_NUMERAL}、|[（(]{_NUMERAL}[)）])\s*[\w“《]"
)
_BULLET = kept.pattern(r"[\s\u3000]*[•●▪■◆○◇★☆▲►‣·*－-][\s\u3000]*(?![\d.])\w")
# Most lines begin with none of these, and are looked at no further.
_FIRST = frozenset("0123456789０１２３４５６７８９第（(一二三四五六七八九十百零〇•●▪■◆○◇★☆▲►‣·*－-")
_LONGEST_HEADING = 40
_END_MARKS = "。；，、：！？;,:!?.…"


def kind_of(text: str) -> BlockKind:
    """Return what a line of text is by its shape: a heading, an item or a paragraph.

    >>> kind_of("二、发展目标")
    'heading'
    >>> kind_of("二、到二〇三五年，基本实现社会主义现代化。")
    'paragraph'
    """
    if text[0] not in _FIRST and not text[0].isspace():
        return "paragraph"
    if len(text) <= _LONGEST_HEADING and text[-1] not in _END_MARKS and _HEADING.match(text):
        return "heading"
    return "item" if _BULLET.match(text) else "paragraph"


def read_lines(
    text: str, closes: re.Pattern[str] | None = None, heads: Heads | None = None
) -> tuple[Block, ...]:
    """Return the blocks of flattened `text`; `line` counts blank lines too, from 1.

    Pieces of one line have its number; `closes` finds what stands below the text of a page,
    `heads` what stands above it.
    """
    lines = [line.rstrip(_TRAILING) for line in text.split("\n")]
    return tuple(
        Block(kind_of(piece), piece, line=number)
        for number, pieces in enumerate(part(lines, closes, heads), 1)
        for piece in (piece.rstrip(_TRAILING) for piece in pieces)
        if not piece.isspace() and piece
    )
