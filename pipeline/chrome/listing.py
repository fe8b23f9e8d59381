"""Sheet → whether the page leads to other pages: a list, a home page, hits of a search.

In: a sheet whose lines are not marked yet. Out: the rule that says so, or nothing. Never for a
page with a paragraph longer than a teaser, or with sentences beside its titles: in doubt it is an
article.
"""

from collections.abc import Callable, Sequence

from pipeline import kept
from pipeline.chrome.core import is_cell, is_headline
from pipeline.chrome.sheet import Line, Sheet
from pipeline.chrome.verse import find_verse, verse_element
from pipeline.rules.chrome import ChromeRule, Mechanism
from pipeline.rules.patterns import Pattern

_TEASER = 160  # characters of the longest teaser; a longer paragraph is a body's
_HITS = 5
_TEASERS, _LINKED_TEASERS = 6, 4  # fewer prove enough where the titles are links
_SPOKEN = 40  # characters of a body above them, at least
_CUT = 24  # characters of a sentence that was cut short before its end, at least
_NEAR = 4  # lines from a teaser to its title, its date or its source
_MOST = 0.8  # so many of the sentences must be teasers
_MARKS = 4  # words such as 更多
_TITLES = 20
_FEW_TITLES = 10  # where a pager stands below them
_LEAVES = 3  # names of a paper's pages
_TITLE = (6, 45)  # characters
_SENTENCES = 12  # characters; the shortest notice has as many
_LINKED_MARKS = 2  # fewer prove enough where the titles are links
_SIGN = 60  # characters of a line that names the source or announces a list, at most
_FIGURE = kept.pattern(r"\d+")
_LINKED = 0.5


def listing(sheet: Sheet) -> ChromeRule | None:
    """Return the rule by which the page is a list of others, by what its lines are made of."""
    if any(_is_body(sheet, line) for line in sheet.lines):
        return None
    lines = [line for line in sheet.lines if any(map(str.isalnum, line.text))]
    found: ChromeRule | None = None
    for mechanism, holds in _KINDS:
        for rule, pattern in sheet.of(mechanism):
            if found is None and holds(sheet, lines, rule, pattern):
                found = rule
    return found


def _is_body(sheet: Sheet, line: Line) -> bool:
    return line.mass > _TEASER and not sheet.knows(line)


def _are_hits(sheet: Sheet, lines: Sequence[Line], rule: ChromeRule, pattern: Pattern) -> bool:
    """Return whether a line counts the hits of a search, and addresses or teasers follow it."""
    first = next((i for i, line in enumerate(lines) if pattern.fullmatch(line.text)), -1)
    if first < 0:
        return False
    hit = sheet.proof(rule)
    hits = sum(hit.search(line.text) is not None for line in lines[first:])
    return hits >= max(_HITS, sum(map(_is_whole, lines)) * _MOST)


def _are_teasers(sheet: Sheet, lines: Sequence[Line], rule: ChromeRule, pattern: Pattern) -> bool:
    """Return whether nearly all sentences, the first of them too, stand alone and alike.

    Each has a title right above it and, so many lines below, a date of its own, or is cut short.
    """
    cut = sheet.proof(rule)
    prose = (i for i, x in enumerate(lines) if _is_teaser(x, cut))
    own = [i for i in prose if not sheet.knows(lines[i])]
    least = _LINKED_TEASERS if sheet.markup else _TEASERS
    if len(own) < least or (len(own) < _TEASERS and _speaks(sheet, lines[: own[0] - 1])):
        return False
    layouts = [_layout(sheet, lines, i, rule, pattern) for i in own]
    alike = [i for i, layout in zip(own, layouts, strict=True) if layout and layout == layouts[0]]
    titles = {_FIGURE.sub("", lines[i - layouts[0][0]].text) for i in alike}
    return len(titles) >= max(least, len(own) * _MOST)


def _speaks(sheet: Sheet, lines: Sequence[Line]) -> bool:
    """Return whether `lines` may be a body without sentences, above a few teasers."""
    loose = (x for x in lines if x.block.links < _LINKED and not sheet.knows(x))
    return sum(line.weight for line in loose) >= _SPOKEN


def _is_teaser(line: Line, cut: Pattern) -> bool:
    """Return whether the line is sentences, be they cut short."""
    if line.prose and not is_headline(line):
        return True
    return (line.prose or line.weight >= _CUT) and cut.search(line.text) is not None


def _layout(
    sheet: Sheet, lines: Sequence[Line], at: int, rule: ChromeRule, stamp: Pattern
) -> tuple[int, ...]:
    """Return how far above the sentence at `at` its title stands, and how far below its date.

    0 for what is cut short (`proof`), () where there is none of them. Where titles are links, the
    date may stand between.
    """
    for above in (1, 2) if sheet.markup else (1,):
        line = lines[max(at - above, 0)]
        linked = not sheet.markup or line.block.links > _LINKED
        if linked and _is_title(line) and line.text[-1] != ":" and not sheet.spares(rule, line):
            if above > 1:
                return (above, -1) if stamp.fullmatch(lines[at - 1].text) else ()
            if rule.proof and sheet.proof(rule).search(lines[at].text):
                return above, 0
            below = lines[at + 1 : at + 1 + _NEAR]
            dates = (i for i, x in enumerate(below) if stamp.fullmatch(x.text))
            below = below[: next(dates, 0) + 1]
            return (above, len(below)) if below and stamp.fullmatch(below[-1].text) else ()
    return ()


def _is_home(sheet: Sheet, lines: Sequence[Line], rule: ChromeRule, pattern: Pattern) -> bool:
    """Return whether many titles stand below words such as 更多, and hardly a sentence."""
    marks = sum(pattern.search(line.text) is not None for line in lines)
    least = _LINKED_MARKS if sheet.markup else _MARKS
    return marks >= least and _are_titles(sheet, lines, rule, pattern, _TITLES)


def _is_paged(sheet: Sheet, lines: Sequence[Line], rule: ChromeRule, pattern: Pattern) -> bool:
    """Return whether titles stand above the bar that turns the pages of a list."""
    last = max((i for i, line in enumerate(lines) if pattern.fullmatch(line.text)), default=-1)
    return last >= 0 and _are_titles(sheet, lines[:last], rule, pattern, _FEW_TITLES)


def _is_leaf(sheet: Sheet, lines: Sequence[Line], rule: ChromeRule, pattern: Pattern) -> bool:
    """Return whether the page is one of a paper's, with the titles that stand on it."""
    others = [line for line in lines if not pattern.fullmatch(line.text)]
    if len(lines) - len(others) < _LEAVES or not _are_titles(sheet, others, rule, pattern, _LEAVES):
        return False
    likely = [sheet.knows(line) for line in others]
    return sheet.markup or find_verse(sheet, others, likely, (0, 0)) == (0, 0)


def _are_titles(
    sheet: Sheet, lines: Sequence[Line], rule: ChromeRule, cut: Pattern, least: int
) -> bool:
    """Return whether `lines` hold titles, `least` at the least, and hardly a sentence.

    What is `cut` short counts for no sentence, what `rule` keeps for no title. Lines that stand in
    one element without links are a body, and so is what a line announces; and what names its
    source or its editor (`proof`) is an article, if one of a few words.
    """
    texts = {line.text for line in lines if _is_title(line) and not sheet.spares(rule, line)}
    if sheet.markup:
        texts &= {line.text for line in lines if line.block.links > _LINKED}
    if len(texts) < least:
        return False
    signs = [sheet.proof(rule), *(announced for _, announced in sheet.of("after-end"))]
    if any(sign.search(line.text) for line in lines for sign in signs if len(line.text) <= _SIGN):
        return False
    whole = (line for line in lines if _is_whole(line) and not cut.search(line.text))
    mass = sum(line.weight for line in whole if not sheet.knows(line))
    return mass < _SENTENCES and not verse_element(sheet)


def _is_whole(line: Line) -> bool:
    """Return whether the line is a sentence, however short."""
    return line.text[-1] == "。" or (line.prose and not is_headline(line))


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
