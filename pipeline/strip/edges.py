"""Lines → marks on chrome around the body, and on lines that are chrome wherever they stand.

In: a sheet. Out: nothing; lines of the sheet get their rule. Never marks the title, nor what a
rule's `keep` lists.
"""

from collections.abc import Iterable, Sequence

from pipeline.rules.chrome import ChromeRule, Zone
from pipeline.strip.core import find_core, is_cell
from pipeline.strip.lines import matching_rule
from pipeline.strip.sheet import Line, Sheet

_MOST = 0.75  # a line closes the article only where this share of the sentences stands above it
_FAR = ("body", "outside-body")  # took what is not around the body, but elsewhere on the page
_TITLE_LINES = 6  # the title, its number and its addressee stand so close to the body
_SIGNATURE = 6  # the signature, its date and attachments stand so close below it
_TITLES = 5  # fewer titles may be the body's own
_TITLE_SHARE = 0.6
_SHORTEST_TITLE, _LONGEST_TITLE = 5, 45
_HEADER_LINES = 3  # fewer lines above the title may be a document's own head


def mark_edges(sheet: Sheet) -> None:
    """Mark chrome lines, then what stands above and below the body with them."""
    lines = [line for line in sheet.lines if line.rule is None or line.rule.apply not in _FAR]
    chrome = [line.rule is not None or _likely(sheet, line) for line in lines]
    start, end = find_core(lines, chrome)
    for i, (line, likely) in enumerate(zip(lines, chrome, strict=True)):
        if likely and line.rule is None and line.text != sheet.title:
            line.rule = _rule_at(sheet, line, i, (start, end))
    _close(sheet, lines, start)
    _open(sheet, lines)
    if not sheet.markup:  # markup tells what stands outside; infoboxes stand above the prose
        _mark_above(sheet, lines[:start])
    _mark_below(sheet, lines[end:])


def _likely(sheet: Sheet, line: Line) -> bool:
    return matching_rule(line.text, None, sheet.sets) is not None


def _rule_at(sheet: Sheet, line: Line, at: int, core: tuple[int, int]) -> ChromeRule | None:
    zones: list[Zone] = ["head"] if at < core[0] else ["tail"] if at >= core[1] else ["middle"]
    if core == (0, 0):
        zones = ["head", "tail"]
    found = (matching_rule(line.text, zone, sheet.sets) for zone in zones)
    return next((rule for rule in found if rule), None)


def _close(sheet: Sheet, lines: Sequence[Line], start: int) -> None:
    """Let the first line that closes the article take all below; too early, it takes nothing.

    What `after-end` keeps, attachments above all, stays here too.
    """
    keeper = next((rule for rule, _ in sheet.of("after-end")), None)
    total = sum(line.mass for line in lines)
    above = 0.0
    for i, line in enumerate(lines):
        above += line.mass
        if line.rule is None or line.rule.apply != "end":
            continue
        if above >= total * _MOST:
            below = lines[i + 1 :]
            _take((x for x in below if keeper is None or not sheet.keeps(keeper, x)), line.rule)
            return
        if i >= start and "middle" in line.rule.zone:
            line.rule = None


def _open(sheet: Sheet, lines: Sequence[Line]) -> None:
    """Let the last line that opens the article take all above; too late, it goes alone."""
    total = sum(line.mass for line in lines)
    below = 0.0
    for i in range(len(lines) - 1, -1, -1):
        rule = lines[i].rule
        if rule and rule.apply == "start" and below >= total * _MOST:
            _take((line for line in lines[:i] if line.text != sheet.title), rule)
            return
        below += lines[i].mass


def _take(lines: Iterable[Line], rule: ChromeRule) -> None:
    for line in lines:
        line.rule = line.rule or rule


def _mark_above(sheet: Sheet, head: Sequence[Line]) -> None:
    """Mark the site's header above the title: short lines above the last chrome of the head."""
    last = max((i for i, line in enumerate(head) if line.rule), default=-1)
    loose = (i for i in range(last) if head[i].rule is None)
    title = max((i for i in loose if head[i].weight >= _SHORTEST_TITLE), default=-1)
    above = [line for line in head[: max(title, 0)] if _is_loose(line)]
    for rule, _ in sheet.of("above-title"):
        loose = [line for line in above if not sheet.keeps(rule, line)]
        if len(loose) >= _HEADER_LINES:
            _take(loose, rule)
    if title > 0:
        _mark_titles(sheet, head[: min(title, len(head) - _TITLE_LINES)])


def _mark_below(sheet: Sheet, tail: Sequence[Line]) -> None:
    """Mark titles and words below the first chrome of the tail, and lists of titles above it."""
    first = next((i for i, line in enumerate(tail) if line.rule), len(tail))
    for rule, announced in sheet.of("after-end"):
        below: list[Line] = []
        own = False  # what an annex or list announces is the body's own, up to the next chrome
        for line in tail[first:]:
            own = line.rule is None and (own or announced.search(line.text) is not None)
            if not own and _is_loose(line) and not sheet.keeps(rule, line):
                below.append(line)
        _take(below, rule)
    if first < len(tail):
        _mark_titles(sheet, tail[:first])


def _mark_titles(sheet: Sheet, lines: Sequence[Line]) -> None:
    """Mark a list of titles: five or more, hardly a cell among them, announced by nothing."""
    for rule, announced in sheet.of("after-end"):
        loose = [line for line in lines if _is_loose(line)]
        kept = [i for i, line in enumerate(loose[:_SIGNATURE]) if sheet.keeps(rule, line)]
        loose = loose[kept[-1] + 1 if kept else 0 :]
        titles = [line for line in loose if _like_title(line)]
        if len(titles) < _TITLES or len(titles) < len(loose) * _TITLE_SHARE:
            continue
        if any(announced.search(line.text) for line in lines):
            continue
        _take((line for line in loose if not sheet.keeps(rule, line)), rule)


def _is_loose(line: Line) -> bool:
    """Return whether no rule took the line, and it is neither a sentence nor a table's row."""
    return line.rule is None and not line.prose and "\t" not in line.block.text


def _like_title(line: Line) -> bool:
    return _SHORTEST_TITLE <= line.weight <= _LONGEST_TITLE and not is_cell(line)
