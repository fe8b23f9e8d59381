"""The stretch of the body → the stretch with the short lines that go on with it.

In: lines in reading order, and the stretch that holds the sentences. Out: the stretch, longer or
the same. Never marks, and never goes past a line that a rule would take.

A notice ends with headings, places, prices and telephones, a curriculum vitae with its years:
no sentences, and no list of titles either.
"""

from collections.abc import Sequence

from pipeline import kept
from pipeline.chrome.sheet import Line, Sheet
from pipeline.chrome.verse import element_of

_HAN = "一二三四五六七八九十"
_NUMBER = kept.pattern(rf"(第)?(\()?([{_HAN}]{{1,3}}|\d{{1,2}})(\)|[章节条部] |[、.](?!\d))")
_GAP = 2  # more lines in a row that go on with nothing are another list
_LINKED = 0.3
_BULLETS = "-*•· "
_SENTENCE = ("。", "；", ";")


def continued(
    sheet: Sheet, lines: Sequence[Line], likely: Sequence[bool], core: tuple[int, int]
) -> tuple[int, int]:
    """Return `core` with what goes on with it: in its element, or in the order of its numbers."""
    start, end = core
    if start == end:
        return core
    stop = next((i for i in range(end, len(lines)) if likely[i]), len(lines))
    element = element_of(lines[end - 1].block.path)
    while end < stop and element and _is_beside(lines[end], element):
        end += 1
    numbers = dict(filter(None, (_number(line.text) for line in lines[start:end])))
    last = end
    for i in range(end, stop):
        line, number = lines[i], _number(lines[i].text)
        opens = last == i and (i > end or lines[i - 1].text[-1:] == ":")
        if _goes_on(sheet, line, begun=last > end) or _follows(number, numbers, opens=opens):
            last = i + 1
            numbers.update([number] if number else [])
        elif i - last >= _GAP:
            break
    return start, last


def _is_beside(line: Line, element: str) -> bool:
    """Return whether a line without links stands in the body's own element."""
    return line.block.links < _LINKED and element_of(line.block.path) == element


def _goes_on(sheet: Sheet, line: Line, *, begun: bool) -> bool:
    """Return whether the line is a label with its value or a span of years, or a sentence.

    A sentence goes on only with what has `begun`: elsewhere it may be a teaser of another page.
    """
    if line.text.endswith(_SENTENCE) and (begun or not line.prose):
        return True
    rules = (rule for rule, _ in sheet.of("after-end") if rule.proof)
    return any(sheet.proof(rule).fullmatch(line.text.lstrip(_BULLETS)) for rule in rules)


def _follows(number: tuple[str, int] | None, above: dict[str, int], *, opens: bool) -> bool:
    """Return whether a heading's number is the next of its kind, or opens a list of its own."""
    if number is None:
        return False
    kind, value = number
    return value == above.get(kind, -1) + 1 or (value == 1 and opens)


def _number(text: str) -> tuple[str, int] | None:
    """Return the kind of number that a line begins with, and its value; None without one."""
    match = _NUMBER.match(text)
    if not match:
        return None
    digits, kind = match[3], f"{match[1]}{match[2]}{match[4]}"
    if digits.isdigit():
        return f"1{kind}", int(digits)
    tens, ten, ones = digits.rpartition("十")
    return f"{_HAN[0]}{kind}", (_value(tens) or 1) * 10 + _value(ones) if ten else _value(ones)


def _value(digit: str) -> int:
    return _HAN.find(digit) + 1 if digit else 0
