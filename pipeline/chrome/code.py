"""Sheet → marks on scripts, style sheets, JSON and settings of Word that a scraper took for text.

In: a sheet of flattened text. Out: nothing; lines get their rule. Never marks a sentence, nor,
between sentences, what an article on programming may show.
"""

from collections.abc import Iterator

from pipeline.chrome.sheet import Line, Sheet, take
from pipeline.rules.patterns import Pattern

_HAN = "\u2e80"  # code begins with no such character
_READ = 4000  # characters of a line that are looked at
_LINES = 400  # a script has fewer
_SHARE = 0.4  # names in JSON are Chinese, and so may be titles
_TITLES = 0.7


def mark_code(sheet: Sheet) -> None:
    """Mark runs of lines that look like code, one of which can be nothing else."""
    for rule, pattern in sheet.of("code"):
        runs = list(_runs(sheet.lines, pattern, sheet.proof(rule)))
        inside = {i for start, end in runs for i in range(start, end)}
        masses = [i for i, line in enumerate(sheet.lines) if line.mass and i not in inside]
        for start, end in runs:
            middle = bool(masses) and masses[0] < start < masses[-1]
            if "middle" in rule.zone or not middle:
                take(sheet.lines[start:end], rule)


def _runs(lines: list[Line], pattern: Pattern, proof: Pattern) -> Iterator[tuple[int, int]]:
    """Yield the first place and the end of each run of lines of code around one that proves it."""
    done = 0
    for i, line in enumerate(lines):
        if i < done or not "" < line.text[:1] < _HAN or not proof.search(line.text[:_READ]):
            continue
        start = i
        while start > done and _is_code(lines[start - 1].text, pattern):
            start -= 1
        done = _end(lines, start, pattern)
        if done > i:
            yield start, done


def _end(lines: list[Line], start: int, pattern: Pattern) -> int:
    """Return the end of the run of lines of code at `start`, brackets closed."""
    depth = 0
    for i in range(start, len(lines)):
        text = lines[i].text
        inside = depth > 0 and i - start < _LINES and _is_bare(text)
        if not inside and not _is_code(text, pattern):
            return i
        depth = max(0, depth + _opened(text))
    return len(lines)


def _is_code(text: str, pattern: Pattern) -> bool:
    return "" < text[:1] < _HAN and pattern.match(text) is not None and _is_bare(text)


def _opened(text: str) -> int:
    """Return how many brackets a line leaves open."""
    return sum(text.count(char) for char in "{([") - sum(text.count(char) for char in "})]")


def _is_bare(text: str) -> bool:
    """Return whether a line holds so little Chinese that it may be code."""
    if not text or text[0] >= _HAN:
        return False
    if text.startswith("<!--"):
        return True
    text = text[:_READ]
    letters = sum(char.isalnum() for char in text)
    han = sum(char >= _HAN for char in text if char.isalnum())
    return han <= letters * (_SHARE if "。" in text else _TITLES)
