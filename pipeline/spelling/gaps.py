"""One blank between Han and a Latin word or a number, for those who want it.

In: a draft, its blanks settled, and a style with `gaps = "space"`. Out: edits that add a blank.
Never: a blank inside a date, an ordinal, a document number, a label or a protected span.
"""

import re
from collections.abc import Iterator
from typing import Final

from pipeline import kept
from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.context import FILLER, HAN, UNITS
from pipeline.spelling.draft import Draft, Edit

_GAP: Final = kept.pattern(f"(?<=[{HAN}])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9{UNITS}])(?=[{HAN}])")
_TIGHT: Final = (
    f"第[0-9]{{1,6}}[{HAN}]?|[0-9]{{1,4}}[年月日时](?:[0-9]{{1,2}}[月日时分秒])*|[0-9]{{1,6}}[号號]"
)


def space_gaps(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that put a blank into every gap that has none."""
    if rules.style.gaps != "space":
        return []
    rule, text = rules.id_of("gaps"), draft.revealed()
    tight = re.compile(f"{_TIGHT}|(?:{rules.numbered_label.pattern})[0-9]{{1,3}}")
    inside = {place for match in tight.finditer(text) for place in range(*match.span())[1:]}
    return [
        (place, place, " ", rule)
        for place in _gaps(text)
        if place not in inside and _is_open(draft.text, text, place)
    ]


def _gaps(text: str) -> Iterator[int]:
    return (match.start() for match in _GAP.finditer(text))


def _is_open(text: str, revealed: str, place: int) -> bool:
    """Return whether no protected span is cut at `place`, nor one that ends in Han touched."""
    hidden = [side for side in (place - 1, place) if text[side] == FILLER]
    return len(hidden) < len("中a") and all(revealed[side].isascii() for side in hidden)
