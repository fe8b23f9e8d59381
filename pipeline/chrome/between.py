"""Flattened lines → marks on lines that were cut at their links, and on what chrome encloses.

In: a sheet whose single lines were matched, and where its body stands. Out: nothing; lines get
their rule. Never marks a sentence, nor a date, number or word that has no chrome on both sides.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from pipeline import kept
from pipeline.chrome.lines import matching_rule
from pipeline.chrome.sheet import Line, Sheet, take
from pipeline.rules.chrome import SHORT, ChromeRule, RuleSet, Zone
from pipeline.rules.patterns import Pattern

_MARKS = kept.pattern(r"[\W_]+")
_OPEN = frozenset("[【(〔:|>»/·")  # a piece of a line ends so
_CLOSE = frozenset("]】)〕|>»/·")  # or the next begins so
_PIECES = 12  # lines that one line was cut into, at most
_PIECE = 40
_TITLE = 8
_BRACKETS = kept.pattern(
    r"[\[\]【】()|>»›·•*_=#+~-]+(?: [\[\]【】()|>»›·•*_=#+~-]+)*|[,，。.、]{5,}"
)
_BUTTON = 8
_RUN = 4  # lines between chrome, at most
_STAMP = 24  # characters of a date with its hour, at most


def is_marks(line: Line) -> bool:
    """Return whether a line holds nothing but marks."""
    return _MARKS.fullmatch(line.text) is not None


def mark_cut(sheet: Sheet, lines: Sequence[Line], body: Sequence[Line]) -> None:
    """Mark pieces that no rule knows alone, where a rule knows the line they were."""
    first = lines.index(body[0]) if body else len(lines)
    last = lines.index(body[-1], first) if body else len(lines)
    for start, end in _groups(lines):
        pieces = lines[start:end]
        if all(line.rule for line in pieces):
            continue
        zone: Zone = "head" if end <= first else "tail" if start > last else "middle"
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
    if above.text[-1:] not in _OPEN and below.text[:1] not in _CLOSE:
        return False
    return not (above.prose or below.prose) and len(below.text) <= _PIECE and bool(above.text)


def mark_between(sheet: Sheet) -> None:
    """Mark brackets beside chrome, and dates and numbers between two lines of it."""
    lines = sheet.lines
    places = [i for i, line in enumerate(lines) if line.mass] or [len(lines)]
    for rule, pattern in sheet.of("between"):
        for start, end in _runs(lines, pattern):
            marks = all(_BRACKETS.fullmatch(line.text) for line in lines[start:end])
            inside = places[0] < start < places[-1] or not _holds(rule, start, places)
            above = start == 0 or lines[start - 1].rule is not None
            below = end == len(lines) or lines[end].rule is not None
            if (above and below and not inside) or (marks and (above or below)):
                take(lines[start:end], rule)


def _holds(rule: ChromeRule, start: int, places: Sequence[int]) -> bool:
    return ("head" if start < places[0] else "tail") in rule.zone


def mark_bars(sheet: Sheet, lines: Sequence[Line], body: Sequence[Line]) -> None:
    """Mark buttons one a line, two or more that differ, outside the body."""
    first = lines.index(body[0]) if body else len(lines)
    last = lines.index(body[-1], first) if body else len(lines)
    around: tuple[tuple[Zone, Sequence[Line]], ...]
    around = (("head", lines[:first]), ("tail", lines[last + 1 :]))
    for zone, part in around:
        for run in _short_runs(part):
            rules = [_button(line.text, zone, sheet.sets) for line in run]
            for known, group in groupby(zip(run, rules, strict=True), lambda pair: bool(pair[1])):
                bar = list(group)
                if known and len({line.text for line, _ in bar}) > 1:
                    for line, rule in bar:
                        line.mark(rule)


@lru_cache(maxsize=1 << 14)
def _button(text: str, zone: Zone, sets: tuple[RuleSet, ...]) -> ChromeRule | None:
    """Return the rule that takes a button; a site has the same ones on each of its pages."""
    return matching_rule(text, zone, sets, beside=True)


def _short_runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield runs of two or more short lines that no rule took; marks between them are no line."""
    run: list[Line] = []
    for line in lines:
        if is_marks(line):
            continue
        if line.rule is None and len(line.text) <= _BUTTON:
            run.append(line)
            continue
        if len(run) > 1:
            yield run
        run = []
    if len(run) > 1:
        yield run


def _runs(lines: Sequence[Line], pattern: Pattern) -> Iterator[tuple[int, int]]:
    """Yield the first place and the end of each short run of lines that no rule took."""
    start = 0
    for i, line in enumerate([*lines, None]):
        if line and line.rule is None and not line.prose and _says_nothing(line.text, pattern):
            continue
        if 0 < i - start <= _RUN:
            yield start, i
        start = i + 1


def _says_nothing(text: str, pattern: Pattern) -> bool:
    return 0 < len(text) <= _STAMP and pattern.fullmatch(text) is not None
