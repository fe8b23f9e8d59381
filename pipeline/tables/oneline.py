"""A line that holds a table and what stands before or after it → its parts.

In: the text of one line whose pieces are parted by single blanks. Out: what stands before the
header, the cells, and what stands after them; nothing where no header begins surely. Never a word
left out: the parts are the line.

A header begins where a column of names or numbers stands before two more names that lists know,
or at the head of the line.
The cells end with the first sentence, note or caption after it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline import kept
from pipeline.rules.tables import Lexicon
from pipeline.tables import around
from pipeline.tables.header import STUBS, Role, role_of
from pipeline.tables.tokens import bare

_FEWEST_WORDS, _FEWEST_KNOWN, _WINDOW = 11, 3, 5
_LONGEST_CELL, _SHORTEST_TITLE, _CAPTION_PIECES = 24, 8, 3
#: What the first column of a header may hold.
_FIRST: frozenset[Role | None] = frozenset((*STUBS, "binding"))
_STOP = kept.pattern(r"[。！？：；]")
_SENTENCE = kept.pattern(r"[。！？]")


class Parts(NamedTuple):
    """The parts of a line: what stands before a table, its cells, what stands after it."""

    before: str
    cells: str
    after: str


def divide(text: str, words: Lexicon) -> Parts | None:
    """Return the parts of a line that holds a table, None where none begins on it."""
    if text.count(" ") < _FEWEST_WORDS or "\t" in text or "|" in text:
        return None
    pieces = text.split()
    begins = next(_headers(pieces, words), None)
    if begins is None:
        return None
    ends = next(
        (at for at in range(begins + _WINDOW, len(pieces)) if _is_over(pieces[at], words)),
        len(pieces),
    )
    return Parts(
        *(" ".join(part) for part in (pieces[:begins], pieces[begins:ends], pieces[ends:]))
    )


def title_of(before: str, words: Lexicon) -> str:
    """Return the title that ends what stands before a table, "" where it ends otherwise."""
    last = _STOP.split(before)[-1].strip()
    parts = last.split(" ")
    heads = [at for at, part in enumerate(parts) if words.caption.match(part)]
    if heads:
        last = " ".join(parts[heads[-1] :])
    elif any(words.chapter.match(part) for part in parts):
        last = parts[-1]
    if around.may_name(last, words):
        return around.clean_title(last, words)
    return ""


def _headers(pieces: Sequence[str], words: Lexicon) -> Iterator[int]:
    """Return the places where a header begins."""
    for at, piece in enumerate(pieces[: len(pieces) - _WINDOW]):
        if len(piece) > _LONGEST_CELL or (piece.isascii() and not piece[0].isdigit()):
            continue
        first, *cells = list(_cells(pieces[at : at + 2 * _WINDOW]))[:_WINDOW]
        role = role_of(first, words)
        if role is None:
            continue
        roles = [role, *(role_of(cell, words) for cell in cells)]
        if not _FIRST & set(roles[:1]) or _ends_title(roles):
            continue
        if (at and words.chapter.match(pieces[at - 1])) or _names_title(cells, roles[1:], words):
            continue
        known = sum(role is not None for role in roles)
        announced = roles[0] in STUBS and _is_announced(pieces[:at], words)
        if known >= _FEWEST_KNOWN or announced:
            yield at


def _is_announced(before: Sequence[str], words: Lexicon) -> bool:
    """Return whether what stands before a header is a caption or a title, or nothing."""
    if not before or any(words.caption.match(piece) for piece in before[-_CAPTION_PIECES:]):
        return True
    title = before[-1]
    return len(title) >= _SHORTEST_TITLE and around.may_name(title, words)


def _names_title(cells: Sequence[str], roles: Sequence[Role | None], words: Lexicon) -> bool:
    """Return whether a caption, or what names a table, stands before another header."""
    for at, (cell, role) in enumerate(zip(cells, roles, strict=True)):
        titled = role in (None, "measure") and len(cell) >= _SHORTEST_TITLE
        titled = titled and around.is_title(cell, words)
        if words.caption.match(cell) or (titled and STUBS & set(roles[at + 1 :])):
            return True
    return False


def _ends_title(roles: Sequence[Role | None]) -> bool:
    """Return whether the first of some words ends a title: the names have their column below."""
    named = roles[1] == "name" or (roles[1] in ("category", "serial") and roles[2] == "name")
    return roles[0] == "name" and named


def _cells(pieces: Sequence[str]) -> Iterator[str]:
    """Return pieces as header cells: 指 标 is one, and so is 2020 年."""
    at = 0
    while at < len(pieces):
        piece, after = pieces[at], pieces[at + 1] if at + 1 < len(pieces) else ""
        whole = len(piece) == len(after) == 1 or (piece.isdigit() and after == "年")
        yield bare(piece + after) if whole else piece
        at += 1 + whole


def _is_over(piece: str, words: Lexicon) -> bool:
    """Return whether a piece is no cell any more: a sentence, a note, the next caption."""
    return bool(
        _SENTENCE.search(piece)
        or words.note.match(piece)
        or words.chapter.match(piece)
        or words.caption.match(piece)
    )
