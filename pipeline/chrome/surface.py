"""Blocks of flattened text → the same blocks as a reader saw them, for matching alone.

In: the blocks of a page that came without markup. Out: as many, their text without what the
scraper wrote into it (Markdown, numbers of links, bullets, entities, blanks between all
characters), and `links` where it told links apart. Never seen outside the rules: what is published
is the text as it stands.
"""

import html
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from msgspec.structs import replace

from pipeline import kept
from pipeline.records import Block

_MARKS = kept.pattern(r"[\[*#_&+·•●]")  # or blanks; no other line has anything to take away
_ENTITY = kept.pattern(r"&(?:#x?[0-9a-fA-F]{1,6}|[A-Za-z]{2,8});")
_TARGET = r"\([^()\n]{0,600}(?:\([^()\n]{0,200}\)[^()\n]{0,200})?\)"
_PICTURE = kept.pattern(rf"!\[([^\[\]]{{0,300}})\]{_TARGET}")
_LINK = kept.pattern(rf"\[([^\[\]]{{0,300}})\]{_TARGET}")
_EMPHASIS = kept.pattern(
    r"\*{2,3}|(?<!\w)__|__(?!\w)|(?<![*\w/])\*(?=[^\s*/][^*\n]{0,80}\*)|(?<=[^\s*/])\*(?![\w*/])"
)
_HEADING = kept.pattern(r"^\s{0,3}(?:>\s?)*#{1,6}\s+")
_BULLET = kept.pattern(r"\s*(?:([*+])\s+|[·•●]\s*)")
_NUMBER = kept.pattern(r"\[\d{1,4}\](?=\S)")
_NUMBERED = kept.pattern(r"^[^\S\n]*(?:([*+#])[^\S\n]*)?\[\d{1,4}\]\S", re.MULTILINE)
_STARRED = kept.pattern(r"^[^\S\n]*([*+]) ", re.MULTILINE)
_WIDGET = kept.pattern(r"\[(?:IMG|INPUT|BUTTON|EMBED|LINK|[\w.-]{1,40}\.(?:png|jpe?g|gif))\]|_{6,}")
_ADDRESS = kept.pattern(r"\s*\d{1,4}\. (?:https?|ftp|file|mailto|javascript|tel):")
_ADDRESSES = kept.pattern(_ADDRESS.pattern.replace(r"\s", r"^[^\S\n]"), re.MULTILINE)
_GAP = kept.pattern(r"[ \t]{2,}|\u3000+")
_NOTHING = "[image]"  # what a line of pictures alone is read as
_FEW = 3  # fewer bullets of a kind, or numbers of links, may be the text's own
_SPACED = 4  # characters parted by blanks, at least
_MOST = 0.8
_LONGEST_LINK = 80
_SENTENCE = "。；！？"
_ENDS = ("。", "！", "？", "”", "：", "；")  # what ends so may end by chance at the edge
_SCREEN = (60, 100)  # columns of a screen or a page
_RAGGED = 5  # columns that a mark which may not begin a line leaves empty
_FULL = 5  # fewer full lines may be long by chance


def seen(blocks: Sequence[Block]) -> list[Block]:
    """Return `blocks` as a reader of the page saw them."""
    page = "\n".join(block.text for block in blocks)
    numbered = _has_numbers(page)
    heads = Counter(_STARRED.findall(page))
    bullets = {char for char in heads if heads[char] >= _FEW}
    marks = _MARKS.search
    return [
        _seen(block, bullets, numbered=numbered)
        if numbered or marks(block.text) or block.text.count(" ") * 3 >= len(block.text)
        else block
        for block in blocks
    ]


def _has_numbers(page: str) -> bool:
    """Return whether a text browser numbered the links: they begin lines, and a list follows.

    The notes of a paper are numbered too, and have no list of addresses, nor bullets before them.
    """
    begun = _NUMBERED.findall(page) if "[" in page else []
    if len(begun) < _FEW:
        return False
    bullets = sum(map(bool, begun))
    return bullets >= _FEW or len(_ADDRESSES.findall(page)) >= _FEW


def _seen(block: Block, bullets: set[str], *, numbered: bool) -> Block:
    text = block.text
    if numbered and _ADDRESS.match(text):  # the list of what its links lead to
        return replace(block, links=1.0)
    text = _without_blanks(text)
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    text = _HEADING.sub("", text, count=1) if "#" in text else text
    bullet = _BULLET.match(text)
    if bullet and (bullet[1] is None or bullet[1] in bullets):
        text = text[bullet.end() :]
    text, links = _without_links(text, numbered=numbered)
    text = _EMPHASIS.sub("", text) if "*" in text or "__" in text else text
    if text == block.text or not (text.strip() or links):
        return block
    return replace(block, text=text if text.strip() else _NOTHING, links=links)


def _without_links(text: str, *, numbered: bool) -> tuple[str, float]:
    """Return `text` with the words of its links alone, and their share of its characters."""
    linked: list[str] = []

    def words(match: re.Match[str]) -> str:
        linked.append(match[1])
        return match[1]

    before = text
    if "](" in text:
        text = _LINK.sub(words, _PICTURE.sub(r"\1", text))
    if numbered:
        linked += _numbered(text)
        text = _NUMBER.sub("", _WIDGET.sub("", text))
    whole = _weight(text)
    if not whole:  # a picture, which leads where it may
        return text, float(text != before)
    return text, min(1.0, _weight("".join(linked)) / whole)


def _numbered(text: str) -> list[str]:
    """Return the words of links that a text browser numbered; where one ends is not written."""
    head, *links = _NUMBER.split(text)
    alone = len(links) == 1 and not head.strip(" *+#") and len(text) <= _LONGEST_LINK
    if alone and not any(mark in text for mark in _SENTENCE):
        return links
    return [link.split(None, 1)[0] for link in links]


def _weight(text: str) -> int:
    return sum(char.isalnum() for char in text)


def _without_blanks(text: str) -> str:
    """Return `text` without the blanks that part all its characters; those of words are wider."""
    if text.count(" ") * 3 < len(text):
        return text
    parts = [part.split() for part in _GAP.split(text.strip())]
    tokens = [token for part in parts for token in part]
    single = sum(len(token) == 1 for token in tokens)
    han = sum(token >= "\u3400" for token in tokens)
    if single < max(_SPACED, len(tokens) * _MOST) or han * 2 < len(tokens):
        return text
    return " ".join("".join(part) for part in parts)


def wrapped(blocks: Sequence[Block]) -> list[bool]:
    """Return for each block whether it is full and goes on below: text browsers cut lines so."""
    widths = [_width(block.text) for block in blocks]
    edge = _edge(widths)
    if not _SCREEN[0] <= edge <= _SCREEN[1]:
        return [False] * len(blocks)
    full = [
        edge - _RAGGED < width <= edge
        and below.line == block.line + 1
        and not block.text.rstrip().endswith(_ENDS)
        and _indent(below.text) <= _indent(block.text)
        for width, (block, below) in zip(widths, pairwise(blocks), strict=False)
    ]
    return [*full, False]


def _edge(widths: Sequence[int]) -> int:
    """Return the greatest width that enough lines reach, 0 for none: a title may stand out."""
    ordered = sorted(widths, reverse=True)
    pairs = zip(ordered, ordered[_FULL - 1 :], strict=False)
    return next((widest for widest, least in pairs if least > widest - _RAGGED), 0)


def _width(text: str) -> int:
    """Return the columns of a line of Chinese, 0 for one of other letters: those wrap by words."""
    wide = (len(text.encode("utf-8", "replace")) - len(text)) // 2
    return len(text) + wide if wide * 2 > len(text) else 0


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
