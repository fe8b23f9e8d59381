"""Sheet → marks on the head and the tail of a page that came on one line.

In: a sheet of flattened text; pieces of one line have its number. Out: nothing; lines get their
rule. Never marks what stands above a title that is not on the page twice nor has a byline
below, nor a tail that does not begin as the tails of pages do.
"""

from collections.abc import Iterator, Sequence

from pipeline import kept
from pipeline.chrome.sheet import Line, Sheet, take
from pipeline.rules.patterns import Pattern

_TITLE = 8  # characters of a title that stands on the page twice, at least
_RARER = 3  # below the text full stops are so many times rarer
_MOST = 0.7  # of the sentences above, at most, stand below
_BYLINE = 200
_SENTENCE = kept.pattern("[。!?,“]")
_CLOSING = 100  # characters from the end of a text, in which what surely closes it says so twice
_TWICE = 2


def mark_glued(sheet: Sheet) -> None:
    """Mark pieces above the title, and from the first below the text that closes it."""
    for rule, closes in sheet.of("glued"):
        for start, end in _groups(sheet.lines):
            pieces = sheet.lines[start:end]
            title = _place_of_title(sheet.lines, start, end)
            byline = _byline(sheet.lines[:end], start, sheet.proof(rule))
            take(sheet.lines[byline : byline + 1] if byline else (), rule)
            take(sheet.lines[: max(title, byline - 1 if byline > start + 1 else 0)], rule)
            take(pieces[_tail(pieces, closes) :], rule)


def _groups(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """Yield the first place and the end of each run of pieces of one line."""
    start = 0
    for i in range(1, len(lines) + 1):
        if i < len(lines) and 0 < lines[i].block.line == lines[i - 1].block.line:
            continue
        if i - start > 1:
            yield start, i
        start = i


def _place_of_title(lines: Sequence[Line], start: int, end: int) -> int:
    """Return the place of the piece with which the page begins too, 0 for none or below text."""
    first = lines[0].text
    if any("。" in line.text for line in lines[:start]):
        return 0
    for i in range(max(start, 1), end):
        if "。" in lines[i - 1].text:
            return 0
        if len(lines[i].text) >= _TITLE and first.startswith(lines[i].text):
            return i
    return 0


def _byline(lines: Sequence[Line], start: int, proof: Pattern) -> int:
    """Return the place of the byline between the title and the text, 0 for none."""
    if any("。" in line.text for line in lines[:start]):
        return 0
    for i in range(start, len(lines) - 1):
        text = lines[i].text
        if "。" in text:
            return 0
        if i > start and len(text) <= _BYLINE and not _SENTENCE.search(text) and proof.match(text):
            return i
    return 0


def _tail(pieces: Sequence[Line], closes: Pattern) -> int:
    """Return the place of the first piece that closes the text: little of it stands below."""
    size = sum(len(piece.text) for piece in pieces)
    stops = sum(piece.text.count("。") for piece in pieces)
    length = above = 0
    for i, piece in enumerate(pieces):
        below = stops - above
        rare = below * length * _RARER <= above * (size - length)
        least = above > 0 and below <= above * _MOST and closes.match(piece.text)
        if least and (rare or _says_twice(piece.text[:_CLOSING], closes)):
            return i
        length += len(piece.text)
        above += piece.text.count("。")
    return len(pieces)


def _says_twice(text: str, closes: Pattern) -> bool:
    """Return whether `text` has two of the words with which a page closes an article."""
    return len(closes.compiled.findall(text)) >= _TWICE
