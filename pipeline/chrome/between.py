"""Flattened lines → marks on lines that were cut at their links, and on what chrome encloses.

In: a sheet whose single lines were matched, and where its body stands. Out: nothing; lines get
their rule. Never marks a sentence, nor a date, number or word that has no chrome on both sides.
"""

import re
from collections.abc import Iterator, Sequence

from pipeline.chrome.lines import matching_rule
from pipeline.chrome.sheet import Line, Sheet, take
from pipeline.rules.chrome import SHORT, Zone

_OPEN = re.compile(r"[\[【(（〔:：|>»/]\s*$")
_CLOSE = re.compile(r"\s*[\]】)）〕|>»/]")
_PIECES = 12  # lines that one line was cut into, at most
_PIECE = 40
_TITLE = 8
_BRACKETS = re.compile(r"[\[\]【】()|>»›·•*_=#+~-]+(?: [\[\]【】()|>»›·•*_=#+~-]+)*")
_RUN = 4  # lines between chrome, at most


def mark_cut(sheet: Sheet, lines: Sequence[Line], core: tuple[int, int]) -> None:
    """Mark pieces that no rule knows alone, where a rule knows the line they were."""
    for start, end in _groups(lines):
        pieces = lines[start:end]
        if all(line.rule for line in pieces):
            continue
        zone: Zone = "head" if end <= core[0] else "tail" if start >= core[1] else "middle"
        text = "".join(line.text for line in pieces)
        rule = matching_rule(text, zone, sheet.sets) if len(text) <= SHORT else None
        if rule and rule.apply == "start" and pieces[-1].weight >= _TITLE:
            pieces = pieces[:-1]  # the title stands right below the way to the page
        if rule:
            take((line for line in pieces if line.text != sheet.title), rule)


def _groups(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """Yield the first place and the end of each run of lines that look like pieces of one."""
    start = 0
    for i in range(1, len(lines) + 1):
        if i < len(lines) and i - start < _PIECES and _goes_on(lines[i - 1], lines[i]):
            continue
        if i - start > 1:
            yield start, i
        start = i


def _goes_on(above: Line, below: Line) -> bool:
    if above.prose or below.prose or len(below.text) > _PIECE or not above.text:
        return False
    return _CLOSE.match(below.text) is not None or _OPEN.search(above.text) is not None


def mark_between(sheet: Sheet) -> None:
    """Mark brackets beside chrome, and dates and numbers between two lines of it."""
    lines = sheet.lines
    places = [i for i, line in enumerate(lines) if line.mass] or [len(lines)]
    for rule, pattern in sheet.of("between"):
        for start, end in _loose(lines):
            inside = places[0] < start < places[-1]
            run = lines[start:end]
            above = start == 0 or lines[start - 1].rule is not None
            below = end == len(lines) or lines[end].rule is not None
            marks = all(_BRACKETS.fullmatch(line.text) for line in run)
            if marks and (above or below) and len(run) < _RUN:
                take(run, rule)
            elif above and below and not inside and len(run) <= _RUN:
                if all(pattern.fullmatch(line.text) for line in run):
                    take(run, rule)


def _loose(lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """Yield the first place and the end of each run of lines that no rule took."""
    start = -1
    for i, line in enumerate(lines):
        if line.rule is None and start < 0:
            start = i
        elif line.rule is not None and start >= 0:
            yield start, i
            start = -1
    if start >= 0:
        yield start, len(lines)
