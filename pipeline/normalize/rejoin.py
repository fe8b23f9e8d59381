"""Lines are trimmed, and the pieces of a paragraph that was broken in two are joined again.

In: a draft. Out: edits of blanks at line ends and of breaks. Never: a join that some sign speaks
against; what is doubtful stays broken. An indent that alone keeps two paragraphs apart stays.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from pipeline.normalize.context import BLANK_SET, LATIN_PATTERN
from pipeline.normalize.draft import Draft, Edit
from pipeline.normalize.paragraph import Paragraph, is_unfinished, may_break
from pipeline.rules.spelling import SpellingRules

_BLANKS: Final = "".join(BLANK_SET)
_TWO_EM: Final = "\u3000\u3000"


@dataclass(slots=True)
class _Lines:
    """The lines that hold something: their trimmed text and where it lies in the draft.

    `ends` is where the text of the first of several joined lines ends, `last` where that of the
    last one does. `margins` are the blanks around a text: (start, end, blanks before a text?).
    """

    texts: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    margins: list[tuple[int, int]] = field(default_factory=list)
    indented: set[int] = field(default_factory=set)
    kept_indents: set[int] = field(default_factory=set)

    def add(self, text: str, start: int, end: int, last: int) -> None:
        """Append a line."""
        self.texts.append(text)
        self.starts.append(start)
        self.ends.append(end)
        self.last.append(last)


def rejoin(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that trim every line and close the breaks inside paragraphs."""
    lines, fixed = _split(draft.text), draft.fixed()
    joined = _join(lines, fixed, rules)
    while len(joined.texts) < len(lines.texts):  # what was joined can show that more belongs to it
        lines, joined = joined, _join(joined, fixed, rules)
    return _edits(draft.text, joined, rules)


def _split(text: str) -> _Lines:
    lines, start = _Lines(), 0
    for line in text.split("\n"):
        end = start + len(line)
        if line and line[0] not in BLANK_SET and line[-1] not in BLANK_SET:
            lines.add(line, start, end, end)
        elif line:
            body = line.strip(_BLANKS)
            first = start + len(line) - len(line.lstrip(_BLANKS))
            if body:
                lines.add(body, first, first + len(body), first + len(body))
            lines.margins += [(start, first), (first + len(body), end)]
            if first - start > 1:
                lines.indented.add(first)
        start = end + 1
    return lines


def _join(lines: _Lines, fixed: frozenset[int], rules: SpellingRules) -> _Lines:
    """Return `lines` with every group that is one paragraph made one line."""
    texts, count = lines.texts, len(lines.texts)
    joined = _Lines(margins=lines.margins, indented=lines.indented, kept_indents=lines.kept_indents)
    place = 0
    while place < count:
        first = place
        if place + 1 < count and is_unfinished(texts[place]):
            place = _last_of_paragraph(lines, place, fixed, rules)
        text = texts[first] if place == first else _glue(texts[first : place + 1])
        joined.add(text, lines.starts[first], lines.ends[first], lines.last[place])
        place += 1
    return joined


def _last_of_paragraph(
    lines: _Lines, place: int, fixed: frozenset[int], rules: SpellingRules
) -> int:
    """Return the place of the last line of the paragraph that begins at `place`."""
    texts, paragraph = lines.texts, None
    while place + 1 < len(texts) and is_unfinished(texts[place]):
        if paragraph is None:
            if not may_break(texts[place], texts[place + 1]):
                break
            paragraph = Paragraph(texts[place], rules)
        if not paragraph.goes_on(texts, place + 1):
            break
        start = lines.starts[place + 1]
        if start in lines.indented:
            lines.kept_indents.add(start)
            break
        if fixed and not fixed.isdisjoint(range(lines.last[place], start)):
            break
        place += 1
        paragraph.add(texts[place])
    return place


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
