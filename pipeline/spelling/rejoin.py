"""Lines are trimmed, and the pieces of a paragraph that was broken in two are joined again.

In: a draft. Out: edits of blanks at line ends and of breaks. Never: a join that some sign speaks
against; what is doubtful stays broken. An indent that alone keeps two paragraphs apart stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.context import BLANK_SET, LATIN_PATTERN
from pipeline.spelling.draft import Draft, Edit
from pipeline.spelling.paragraph import AHEAD, Paragraph, is_unfinished, may_break

_BLANKS: Final = "".join(BLANK_SET)
_TWO_EM: Final = "\u3000\u3000"


@dataclass(slots=True)
class _Lines:
    """The lines that hold something: their trimmed text and where it lies in the draft.

    `ends` is where the text of the first of several joined lines ends, `last` where that of the
    last one does. `margins` are the places of the blanks around texts; `indented` the starts of
    texts with two blanks before them.
    """

    texts: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    margins: list[tuple[int, int]] = field(default_factory=list)
    indented: set[int] = field(default_factory=set)
    kept_indents: set[int] = field(default_factory=set)


def rejoin(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that trim every line and close the breaks inside paragraphs."""
    lines, fixed = _split(draft.text), draft.fixed()
    groups = _groups(lines, range(len(lines.texts)), fixed, rules)
    if rules.id_of("rejoin") in rules.skipped:
        groups = []
    while groups:  # what was joined can show that more belongs to it
        near = _merge(lines, groups)
        groups = _groups(lines, near, fixed, rules)
    return _edits(draft.text, lines, rules)


def _split(text: str) -> _Lines:
    lines, start = _Lines(), 0
    texts, starts, ends = lines.texts, lines.starts, lines.ends
    for line in text.split("\n"):
        end = start + len(line)
        if line and line[0] not in BLANK_SET and line[-1] not in BLANK_SET:
            texts.append(line)
            starts.append(start)
            ends.append(end)
        elif line:
            body = line.strip(_BLANKS)
            first = end - len(line.lstrip(_BLANKS))
            if body:
                texts.append(body)
                starts.append(first)
                ends.append(first + len(body))
            lines.margins += [(start, first), (first + len(body), end)]
            if first - start > 1:
                lines.indented.add(first)
        start = end + 1
    lines.last = ends.copy()
    return lines


def _groups(
    lines: _Lines, places: Iterable[int], fixed: frozenset[int], rules: SpellingRules
) -> list[tuple[int, int]]:
    """Return (first, last) of the lines that are one paragraph, where one begins in `places`."""
    groups, done, texts = [], -1, lines.texts
    for place in places:
        if place > done and _may_go_on(texts, place):
            done = _last_of_paragraph(lines, place, fixed, rules)
            if done > place:
                groups.append((place, done))
    return groups


def _merge(lines: _Lines, groups: list[tuple[int, int]]) -> list[int]:
    """Make every group one line; return the places from which more may be joined now."""
    near: set[int] = set()
    texts, starts, ends, lasts = [], [], [], []
    cursor = 0
    for first, last in [*groups, (len(lines.texts), len(lines.texts))]:
        texts += lines.texts[cursor:first]
        starts += lines.starts[cursor:first]
        ends += lines.ends[cursor:first]
        lasts += lines.last[cursor:first]
        cursor = last + 1
        if first < len(lines.texts):
            near.update(range(len(texts) - AHEAD, len(texts) + AHEAD))
            texts.append(_glue(lines.texts[first:cursor]))
            starts.append(lines.starts[first])
            ends.append(lines.ends[first])
            lasts.append(lines.last[last])
    lines.texts, lines.starts, lines.ends, lines.last = texts, starts, ends, lasts
    return sorted(place for place in near if 0 <= place < len(texts))


def _last_of_paragraph(
    lines: _Lines, place: int, fixed: frozenset[int], rules: SpellingRules
) -> int:
    """Return the place of the last line of the paragraph that begins at `place`."""
    texts = lines.texts
    paragraph = Paragraph(texts[place], rules)
    while paragraph.goes_on(texts, place + 1):
        start = lines.starts[place + 1]
        if start in lines.indented:
            lines.kept_indents.add(start)
            break
        if fixed and not fixed.isdisjoint(range(lines.last[place], start)):
            break
        place += 1
        if place + 1 == len(texts) or not is_unfinished(texts[place]):
            break
        paragraph.add(texts[place])
    return place


def _may_go_on(texts: list[str], place: int) -> bool:
    """Return whether the line at `place` can be the first of several of one paragraph."""
    return (
        place + 1 < len(texts)
        and is_unfinished(texts[place])
        and may_break(texts[place], texts[place + 1])
    )


def _glue(texts: list[str]) -> str:
    """Return `texts` as one, a blank between two Latin words and nothing elsewhere."""
    pieces = [texts[0]]
    for above, below in pairwise(texts):
        if LATIN_PATTERN.match(above[-1]) and LATIN_PATTERN.match(below[0]):
            pieces.append(" ")
        pieces.append(below)
    return "".join(pieces)


def _edits(text: str, lines: _Lines, rules: SpellingRules) -> list[Edit]:
    trim, join, edits = rules.id_of("trim"), rules.id_of("rejoin"), list[Edit]()
    for line, start, end, last in zip(
        lines.texts, lines.starts, lines.ends, lines.last, strict=True
    ):
        if last > end:
            edits.append((end, last, line[end - start :], join))
    for start, end in lines.margins:
        after = _TWO_EM if end in lines.kept_indents else ""
        if text[start:end] != after:
            edits.append((start, end, after, trim))
    edits.sort(key=lambda edit: (edit[0], -edit[1]))
    return _without_inner(edits, join)


def _without_inner(edits: list[Edit], join: str) -> list[Edit]:
    """Return `edits`; blanks inside or right after joined lines are left to the join."""
    kept: list[Edit] = []
    for edit in edits:
        if not kept or edit[0] > kept[-1][1] or kept[-1][3] != join:
            kept.append(edit)
        elif edit[1] > kept[-1][1]:
            kept[-1] = (kept[-1][0], edit[1], kept[-1][2], join)
    return kept
