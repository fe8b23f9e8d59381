"""Sheet → marks on numbers that count pages or days: counters, running headers, calendars.

In: a sheet of flattened text. Out: nothing; lines get their rule. Never marks a number that does
not go on where another of its kind left off.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from pipeline import kept
from pipeline.chrome.sheet import Line, Sheet, take
from pipeline.rules.patterns import Pattern

_NUMBERS = kept.pattern(r"\d{1,4}")
_DAYS = kept.pattern(r"\d{1,2}(?: \d{1,2}){0,6}")
_ENDS = frozenset("0123456789页-—–")
_MONTH = 28  # days of the shortest
_WEEK = 7
_LONGEST = 24  # characters of a counter, at most
_HEADER = 40  # and of a running header
_HEADERS = 3  # fewer may be the text's own


def mark_counted(sheet: Sheet) -> None:
    """Mark calendars, then the counters of pages and the headers that run beside them."""
    for rule, weekday in sheet.of("calendar"):
        for start, end in _calendars(sheet.lines, weekday):
            take(sheet.lines[start:end], rule)
    for rule, pattern in sheet.of("page-counter"):
        places = list(_counters(sheet.lines, pattern, sheet.proof(rule)))
        take((sheet.lines[i] for i in places), rule)
        take(_headers(sheet, places), rule)


def _calendars(lines: Sequence[Line], weekday: Pattern) -> Iterator[tuple[int, int]]:
    """Yield the first place and the end of lines that hold all days of a month and no more."""
    start, days = 0, 0
    for i, line in enumerate([*lines, None]):
        days_of = line is not None and line.text[:1].isdigit() and _DAYS.fullmatch(line.text)
        numbers = _numbers(line) if line and days_of else []
        if numbers and numbers == list(range(days + 1, days + len(numbers) + 1)):
            start = start if days else i
            days += len(numbers)
            continue
        if days >= _MONTH:
            yield _head(lines, start, weekday), i
        start, days = (i, len(numbers)) if numbers[:1] == [1] else (i, 0)


def _head(lines: Sequence[Line], start: int, weekday: Pattern) -> int:
    """Return the first place of the names of days above the first of them."""
    first = start
    while first > 0 and start - first < _WEEK and weekday.fullmatch(lines[first - 1].text):
        first -= 1
    return first


def _counters(lines: Sequence[Line], pattern: Pattern, proof: Pattern) -> Iterator[int]:
    """Yield the places of counters that ascend, at least two of one kind."""
    found = [
        (i, re.sub(r"\d+", "0", line.text), _numbers(line))
        for i, line in enumerate(lines)
        if line.text[-1:] in _ENDS
        and line.rule is None
        and 0 < len(line.text) <= _LONGEST
        and pattern.fullmatch(line.text)
        and proof.fullmatch(line.text)
    ]
    found.sort(key=lambda counter: (counter[1], counter[2][1:], counter[0]))
    for _, group in groupby(found, key=lambda counter: (counter[1], counter[2][1:])):
        counters = list(group)
        if len(counters) > 1 and _ascend([numbers[0] for _, _, numbers in counters]):
            yield from (i for i, _, _ in counters)


def _ascend(numbers: Sequence[int]) -> bool:
    return all(after - before == 1 for before, after in pairwise(numbers))


def _headers(sheet: Sheet, places: Sequence[int]) -> Iterator[Line]:
    """Yield the lines that stand beside counters three times or more, but for the first."""
    lines = sheet.lines
    near = sorted({i + step for i in places for step in (-2, -1, 1, 2)} - set(places))
    beside = [lines[i] for i in near if 0 <= i < len(lines) and _may_run(lines[i])]
    counts = Counter(line.text for line in beside)
    seen: set[str] = set()
    for line in beside:
        if counts[line.text] >= _HEADERS and line.text in seen and line.text != sheet.title:
            yield line
        seen.add(line.text)


def _may_run(line: Line) -> bool:
    short = 1 < len(line.text) <= _HEADER
    return line.rule is None and not line.prose and short and not line.text[0].isdigit()


def _numbers(line: Line) -> list[int]:
    return [int(number) for number in _NUMBERS.findall(line.text)]
