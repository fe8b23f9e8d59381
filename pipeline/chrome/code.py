"""Sheet → marks on scripts, style sheets, JSON and settings of Word that a scraper took for text.

In: a sheet of flattened text. Out: nothing; lines get their rule. Never marks a sentence, nor,
between sentences, what an article on programming may show.
"""

from collections.abc import Iterator

from pipeline.chrome.sheet import Line, Sheet, take
from pipeline.rules.chrome import ChromeRule
from pipeline.rules.patterns import Pattern

_HAN = "\u2e80"  # code begins with no such character
_READ = 4000  # characters of a line that are looked at
_LINES = 400  # a script has fewer
_SHARE = 0.4  # names in JSON are Chinese, and so may be titles
_TITLES = 0.7


def mark_code(sheet: Sheet) -> None:
    """Mark runs of lines that look like code, one of which can be nothing else."""
    for rule, pattern in sheet.of("code"):
        proof = sheet.proof(rule)
        runs = [run for run in _runs(sheet.lines, pattern) if _proves(sheet.lines, run, proof)]
        inside = {i for start, end in runs for i in range(start, end)}
        masses = [i for i, line in enumerate(sheet.lines) if line.mass and i not in inside]
        for start, end in runs:
            middle = bool(masses) and masses[0] < start < masses[-1]
            if _holds(rule, middle=middle):
                take(sheet.lines[start:end], rule)


def _holds(rule: ChromeRule, *, middle: bool) -> bool:
    return "middle" in rule.zone or not middle


def _proves(lines: list[Line], run: tuple[int, int], proof: Pattern) -> bool:
    return any(proof.search(line.text[:_READ]) for line in lines[slice(*run)])


def _runs(lines: list[Line], pattern: Pattern) -> Iterator[tuple[int, int]]:
    """Yield the first place and the end of each run of lines of code, brackets closed."""
    start, depth = -1, 0
    for i, line in enumerate(lines):
        bare = _is_bare(line.text)
        inside = start >= 0 and depth > 0 and i - start < _LINES
        if bare and (inside or pattern.match(line.text)):
            start = i if start < 0 else start
            depth = max(0, depth + _opened(line.text))
        elif start >= 0:
            yield start, i
            start, depth = -1, 0
    if start >= 0:
        yield start, len(lines)


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
