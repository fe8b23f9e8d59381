"""Lines → the stretch that holds the body.

In: lines in reading order. Out: the first and last line of the best stretch. Never marks.

Each line has a score: sentences count for the body, titles and buttons against it. The stretch
with the greatest sum is the body (Bentley, Programming Pearls, column 8: maximum subarray).
"""

from collections.abc import Sequence

from pipeline import kept
from pipeline.chrome.sheet import Line

_CELL = kept.pattern(r"[\d.,%+\-~/ <>=]{1,20}|.{0,3}\d[\d.,]*.{0,4}")
_AGAINST_TITLE = -5.0  # a title in a list of links; sixty of them outweigh a long paragraph
_AGAINST_CELL = -0.5  # long tables stand between paragraphs
_AGAINST_CHROME = -20.0
_FULL_STOP = kept.pattern("[。;；]|[.](?: |$)")
_LONGEST_TITLE = 45
_TITLE_LINES = 8  # title, byline and source stand so close together
_LINKED = 0.8
_MOST = 0.6
_PATIENCE = (1.0, 0.2)


def is_cell(line: Line) -> bool:
    """Return whether the line looks like the cell of a flattened table: mostly a figure."""
    return _CELL.fullmatch(line.text) is not None


def is_headline(line: Line) -> bool:
    """Return whether a line taken for a sentence may be a title that asks or exclaims."""
    return line.prose and line.weight <= _LONGEST_TITLE and not _FULL_STOP.search(line.text)


def find_core(lines: Sequence[Line], chrome: Sequence[bool]) -> tuple[int, int]:
    """Return the stretch of `lines` that holds the body, `(0, 0)` where there is no prose.

    `chrome` tells of each line whether some line rule would take it, wherever it stands. Where
    no stretch holds most of the sentences (programmes, lists of names) titles count less against
    it, and at last not at all.
    """
    masses = [0.0 if no else line.mass for line, no in zip(lines, chrome, strict=True)]
    enough = sum(masses) * _MOST
    for patience in _PATIENCE:
        scores = [
            _score(line, patience, against=no) for line, no in zip(lines, chrome, strict=True)
        ]
        start, end = _best(scores)
        if sum(masses[start:end]) >= enough:
            return _trimmed(lines, chrome, start, end)
    return 0, len(lines)


def _trimmed(
    lines: Sequence[Line], chrome: Sequence[bool], start: int, end: int
) -> tuple[int, int]:
    """Return the stretch without titles that ask or exclaim, where chrome parts them from it."""
    first, last = start, end
    for i in range(start, min(start + _TITLE_LINES, end)):
        if lines[i].prose and not chrome[i] and not is_headline(lines[i]):
            break
        first = i + 1 if chrome[i] else first
    for i in range(end - 1, first, -1):
        if lines[i].prose and not chrome[i] and not is_headline(lines[i]):
            break
        last = i if chrome[i] else last
    return first, last


def _best(scores: Sequence[float]) -> tuple[int, int]:
    """Return the stretch with the greatest sum, `(0, 0)` where none is positive."""
    best, stretch = 0.0, (0, 0)
    total, start = 0.0, 0
    for i, score in enumerate(scores):
        if total <= 0:
            total, start = 0.0, i
        total += score
        if total > best:
            best, stretch = total, (start, i + 1)
    return stretch


def _score(line: Line, patience: float, *, against: bool) -> float:
    if against:
        return _AGAINST_CHROME * patience
    if line.block.kind == "table":
        return max(line.weight / 2, 1.0)
    if line.prose:
        return line.weight
    if line.block.links > _LINKED:
        return _AGAINST_TITLE * 2 * patience
    return _AGAINST_CELL if is_cell(line) else _AGAINST_TITLE * patience
