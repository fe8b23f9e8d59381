"""Sheet → whether the page leads to other pages: a list, a home page, hits of a search.

In: a sheet whose lines are not marked yet. Out: the rule that says so, or nothing. Never for a
page with a paragraph longer than a teaser, with two sentences one below the other, or with lines
of its own that are no links: in doubt it is an article.
"""

from collections.abc import Callable, Sequence

from pipeline.chrome.core import is_cell, is_headline
from pipeline.chrome.lines import may_match
from pipeline.chrome.sheet import Line, Sheet
from pipeline.chrome.verse import find_verse, verse_element
from pipeline.rules.chrome import ChromeRule, Mechanism
from pipeline.rules.patterns import Pattern

_TEASER = 160  # characters of the longest teaser; a longer paragraph is a body's
_HITS = 5
_TEASERS = 6
_NEAR = 4  # lines from a teaser to its title, its date or its source
_MOST = 0.8  # so many of the sentences must be teasers
_MARKS = 4  # words such as 更多
_TITLES = 20
_FEW_TITLES = 10  # where a pager stands below them
_LEAVES = 3  # names of a paper's pages
_TITLE = (6, 45)  # characters
_LOOSE = 3.0  # characters of sentences that a list may have, for each of its titles
_LINKED = 0.5
_STAMP = 60  # characters of the line that dates a teaser


def listing(sheet: Sheet) -> ChromeRule | None:
    """Return the rule by which the page is a list of others, by what its lines are made of."""
    lines = [line for line in sheet.lines if any(map(str.isalnum, line.text))]
    sentences = [line for line in lines if line.prose and not is_headline(line)]
    if any(_is_body(sheet, line) for line in sentences):
        return None
    found: ChromeRule | None = None
    for mechanism, holds in _KINDS:
        for rule, pattern in sheet.of(mechanism):
            if found is None and holds(sheet, lines, rule, pattern):
                found = rule
    return found


def _is_body(sheet: Sheet, line: Line) -> bool:
    return line.weight > _TEASER and not may_match(line.text, sheet.sets)


def _are_hits(
    sheet: Sheet, lines: Sequence[Line], rule: ChromeRule, pattern: Pattern
) -> bool:
    """Return whether a line counts the hits of a search, and addresses or teasers follow it."""
    first = next((i for i, line in enumerate(lines) if pattern.fullmatch(line.text)), -1)
    hit = sheet.proof(rule)
    return first >= 0 and sum(hit.search(line.text) is not None for line in lines[first:]) >= _HITS


def _are_teasers(
    sheet: Sheet, lines: Sequence[Line], rule: ChromeRule, pattern: Pattern
) -> bool:
    """Return whether nearly all sentences stand alone below a title and beside a date."""
    prose = [i for i, line in enumerate(lines) if line.prose and not is_headline(line)]
    if len(prose) < _TEASERS:
        return False
    own = [i for i in prose if not may_match(lines[i].text, sheet.sets)]
    teasers = [i for i in own if _is_teaser(sheet, lines, i, pattern)]
    return len(teasers) >= max(_TEASERS, len(own) * _MOST)


def _is_teaser(sheet: Sheet, lines: Sequence[Line], at: int, stamp: Pattern) -> bool:
    """Return whether the sentence at `at` has a title above it and, near it, a date of its own."""
    above, below = lines[max(at - _NEAR, 0) : at], lines[at + 1 : at + 1 + _NEAR]
    if below and below[0].prose and not is_headline(below[0]):
        return False
    near = (line for line in (*above, *below) if not line.prose and len(line.text) <= _STAMP)
    dated = any(stamp.fullmatch(line.text) for line in near)
    titles = [line for line in above if _is_title(line) and not stamp.fullmatch(line.text)]
    linked = not sheet.markup or any(line.block.links > _LINKED for line in titles)
    return dated and bool(titles) and linked


def _is_home(
    sheet: Sheet, lines: Sequence[Line], rule: ChromeRule, pattern: Pattern
) -> bool:
    """Return whether many titles stand below words such as 更多, and hardly a sentence."""
    marks = sum(pattern.search(line.text) is not None for line in lines)
    return marks >= _MARKS and _are_titles(sheet, lines, rule, _TITLES, sheet.proof(rule))


def _is_paged(
    sheet: Sheet, lines: Sequence[Line], rule: ChromeRule, pattern: Pattern
) -> bool:
    """Return whether titles stand above the bar that turns the pages of a list."""
    last = max((i for i, line in enumerate(lines) if pattern.fullmatch(line.text)), default=-1)
    return last >= 0 and _are_titles(sheet, lines[:last], rule, _FEW_TITLES, None)


def _is_leaf(
    sheet: Sheet, lines: Sequence[Line], rule: ChromeRule, pattern: Pattern
) -> bool:
    """Return whether the page is one of a paper's, with the titles that stand on it."""
    others = [line for line in lines if not pattern.fullmatch(line.text)]
    if len(lines) - len(others) < _LEAVES or not _are_titles(sheet, others, rule, _LEAVES, None):
        return False
    likely = [may_match(line.text, sheet.sets) for line in others]
    return sheet.markup or find_verse(sheet, others, likely, (0, 0)) == (0, 0)


def _are_titles(
    sheet: Sheet, lines: Sequence[Line], rule: ChromeRule, least: int, cut: Pattern | None
) -> bool:
    """Return whether `lines` hold titles, `least` at the least, and hardly a sentence.

    What is `cut` short counts for no sentence, what `rule` keeps for no title. Lines that stand in
    one element without links are a body.
    """
    titles = len({x.text for x in lines if _is_title(x) and not sheet.spares(rule, x)})
    loose = sum(
        line.weight
        for line in lines
        if line.prose
        and not is_headline(line)
        and not (cut and cut.search(line.text))
        and not may_match(line.text, sheet.sets)
    )
    return titles >= least and loose <= titles * _LOOSE and not verse_element(sheet)


def _is_title(line: Line) -> bool:
    titled = _TITLE[0] <= len(line.text) <= _TITLE[1] and not is_cell(line)
    return titled and (not line.prose or is_headline(line))


_Kind = Callable[[Sheet, Sequence[Line], ChromeRule, Pattern], bool]
_KINDS: tuple[tuple[Mechanism, _Kind], ...] = (
    ("search-page", _are_hits),
    ("teaser-page", _are_teasers),
    ("home-page", _is_home),
    ("paged-list", _is_paged),
    ("paper-page", _is_leaf),
)
