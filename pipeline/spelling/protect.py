"""What is never touched: addresses, paths, versions, code, citations, damaged runs.

In: a text. Out: the same text with a filler for every character of such a span, and what was
hidden. Fillers have the length of what they hide, so that places stay true, and every mechanism
takes them for a Latin token. Never shortens, moves or adds a filler.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.context import FILLER, lines_with

# A source may hold the filler itself (private use stays as it is), so it is hidden too.
_MANY: Final = 4
_FILLERS: Final = re.compile(f"{FILLER}+")


def hide(
    text: str, seen: set[str], rules: SpellingRules, also: Sequence[tuple[int, int]] = ()
) -> tuple[str, str]:
    """Return `text` with protected spans and the spans `also` filled, and what they held.

    `seen` holds at least the characters of `text`: most kinds of span are ruled out by it.
    """
    spans = sorted([*also, *_spans(text, seen, rules)])
    if not spans:
        return text, ""
    pieces: list[str] = []
    hidden: list[str] = []
    cursor = 0
    for start, end in spans:
        begin = max(start, cursor)
        if begin >= end:
            continue
        pieces += (text[cursor:begin], FILLER * (end - begin))
        hidden.append(text[begin:end])
        cursor = end
    pieces.append(text[cursor:])
    return "".join(pieces), "".join(hidden)


def reveal(text: str, hidden: str) -> str:
    """Return `text` with its fillers turned back into what was `hidden`."""
    if not hidden:
        return text
    pieces: list[str] = []
    cursor = taken = 0
    for match in _FILLERS.finditer(text):
        size = match.end() - match.start()
        pieces += (text[cursor : match.start()], hidden[taken : taken + size])
        cursor, taken = match.end(), taken + size
    pieces.append(text[cursor:])
    return "".join(pieces)


def _spans(text: str, seen: set[str], rules: SpellingRules) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of protected spans, then of whole protected lines, in no order."""
    if FILLER in text:
        yield from (match.span() for match in _FILLERS.finditer(text))
    # Most of what is looked for is ASCII, and most of a text is not: its ASCII alone, run
    # together, tells quickly what cannot be there.
    plain = text.encode("ascii", "ignore").decode("ascii")

    def present(needs: Sequence[str]) -> list[str]:
        return [
            need
            for need in needs
            if seen.issuperset(need) and (need in plain or not need.isascii())
        ]

    for pattern, needs in rules.spans:
        for start, end in _lines_with(text, present(needs)):
            yield from (match.span() for match in pattern.finditer(text, start, end))
    for pattern, needs in rules.lines:
        for start, end in _lines_with(text, present(needs)):
            line = text[start:end]
            body = line.strip()
            if pattern.match(body):
                start += line.index(body)
                yield start, start + len(body)


def _lines_with(text: str, literals: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of every line that holds one of `literals`, each once."""
    seen: set[int] = set()
    if len(literals) > _MANY and len({literal[0] for literal in literals}) == 1:
        # One search for their common first character is quicker than one for each.
        pattern = re.compile("|".join(map(re.escape, literals)))
        yield from ((start, start + len(line)) for start, line in lines_with(text, pattern))
        return
    for literal in literals:
        place = text.find(literal)
        while place >= 0:
            start = text.rfind("\n", 0, place) + 1
            end = text.find("\n", place)
            end = len(text) if end < 0 else end
            if start not in seen:
                seen.add(start)
                yield start, end
            place = text.find(literal, end)
