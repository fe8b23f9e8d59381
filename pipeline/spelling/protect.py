"""What is never touched: addresses, paths, versions, code, citations, damaged runs.

In: a text. Out: the same text with a filler for every character of such a span, and what was
hidden. Fillers have the length of what they hide, so that places stay true, and every mechanism
takes them for a Latin token. Never shortens, moves or adds a filler.
"""

from collections.abc import Iterator, Sequence
from operator import add
from typing import Final

from pipeline import kept
from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.context import FILLER, lines_having

# A source may hold the filler itself (private use stays as it is), so it is hidden too.
_FILLERS: Final = kept.pattern(f"{FILLER}+")


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
    """Return `text` with its fillers turned back into what was `hidden`, at least as many."""
    if not hidden:
        return text
    head, *others = text.split(FILLER)
    return head + "".join(map(add, hidden, others))


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
        for start, line in lines_having(text, present(needs)):
            yield from (m.span() for m in pattern.finditer(text, start, start + len(line)))
    for pattern, needs in rules.lines:
        for start, line in lines_having(text, present(needs)):
            body = line.strip()
            if pattern.match(body):
                first = start + line.index(body)
                yield first, first + len(body)
