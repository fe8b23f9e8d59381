"""Markup's lines → marks on what stands outside the body.

In: a sheet whose blocks have paths. Out: nothing; lines of the sheet get their rule. Never marks
the title, attachments, or a page where no element holds most of the sentences.

The body is the smallest element that holds nearly all of the page's mass of sentences, elements
named for chrome left aside. Known containers are priors: one is taken only where it holds a fair
share of that mass.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

from pipeline.rules.chrome import ChromeRule
from pipeline.strip.elements import Elements
from pipeline.strip.sheet import Line, Sheet, same_title

_HEADING = re.compile("h[1-3](?![a-z])")
_PARAGRAPH = re.compile("p[@.#]")
_MOST = 0.85  # an element with less of its parent's mass is not all of the body
_TITLED = 0.6  # but it is where it holds the title too
_PRIOR = 0.5  # a known container with less of the page's mass is a teaser
_POST = 0.2  # an element with less of the largest one's mass is a teaser of it
_TEASER = 120  # no teaser is longer, in Chinese characters
_LEAD = 0.2  # the lead between title and body may stand outside it, and has hardly a link
_DIRECT = 0.02  # sentences right in an element, beside its children, belong to the body
_NEARBY = 12  # lines
_NEAR = 4.0  # a notice may be shorter than the teasers beside it, but stands below its title
_ABOVE = 0.25  # above the title stand teasers
_BODY = 20  # a body has so many characters at least
_SHOWN = 0.15  # a hidden element that holds more is the rest of the body
_ITSELF = 0.6  # an element named for chrome that holds more is the body, badly named


def mark_outside(sheet: Sheet) -> None:
    """Mark blocks in elements named for chrome, then all outside the body's element."""
    _mark_elements(sheet)
    rule, body = _container(sheet)
    inside = [i for i, line in enumerate(sheet.lines) if _below(line.block.path, body)]
    if rule is None or not body or not inside:
        return
    title = _title(sheet, inside[0])
    for i, line in enumerate(sheet.lines):
        if line.rule or i == title or _below(line.block.path, body):
            continue
        if 0 <= title < i < inside[0] and _is_lead(line):
            continue
        if i < inside[0] or not _kept(sheet, line):
            line.rule = rule


def _is_lead(line: Line) -> bool:
    """Return whether a line between title and body belongs to them: a lead, or a second heading."""
    return (line.prose and line.block.links < _LEAD) or _is_heading(line)


def _kept(sheet: Sheet, line: Line) -> bool:
    return any(sheet.keeps(rule, line) for rule, _ in sheet.of("outside-body"))


def _mark_elements(sheet: Sheet) -> None:
    """Mark blocks in elements named for chrome, unless such an element holds the page's mass."""
    elements = Elements(sheet, ("comments", "path", "hidden"))
    chains = [elements.on(line.block.path) for line in sheet.lines]
    masses: dict[str, float] = defaultdict(float)
    for line, chain in zip(sheet.lines, chains, strict=True):
        for path, _ in chain:
            masses[path] += line.mass
    total = sum(line.mass for line in sheet.lines)
    for line, chain in zip(sheet.lines, chains, strict=True):
        for path, rule in chain:
            readers = rule.apply == "comments" and total - masses[path] > _BODY
            if readers or masses[path] <= total * (_SHOWN if rule.apply == "hidden" else _ITSELF):
                line.rule = line.rule or rule


def _container(sheet: Sheet) -> tuple[ChromeRule | None, str]:
    """Return the element that holds the body, "" for the page itself, and the rule that says so."""
    masses = _masses(sheet)
    children: dict[str, list[str]] = defaultdict(list)
    for path in masses:
        if path:
            children[path.rpartition("/")[0]].append(path)
    rule, body = _prior(sheet, masses)
    title = next((sheet.lines[i - 1].block.path for i in _near_title(sheet)[:1]), "")
    while children[body]:
        largest = max(children[body], key=masses.__getitem__)
        enough = _TITLED if _below(title, largest) else _MOST
        if masses[largest] < masses[body] * enough or not children[largest]:
            break
        direct = masses[body] - sum(
            masses[path] for path in children[body] if not _is_leaf(path, children)
        )
        if direct > masses[body] * _DIRECT:
            break
        body = largest
    return rule, body


def _is_leaf(path: str, children: dict[str, list[str]]) -> bool:
    return not children.get(path) and _PARAGRAPH.match(path.rpartition("/")[2]) is not None


def _masses(sheet: Sheet) -> dict[str, float]:
    """Return the mass of each element that has any; a data table counts by its length."""
    masses: dict[str, float] = defaultdict(float)
    near = _near_title(sheet)
    for i, line in enumerate(sheet.lines):
        table = line.block.kind == "table" and line.rule is None
        mass = line.weight if table else line.mass
        mass *= _NEAR if i in near else _ABOVE if i < near.start else 1.0
        if mass:
            for path in _ancestry(line.block.path):
                masses[path] += mass
    return masses


def _near_title(sheet: Sheet) -> range:
    """Return the places of the lines right below the title, where a short body stands."""
    for i, line in enumerate(sheet.lines):
        if sheet.title and line.block.links < _LEAD and same_title(line.text, sheet.title):
            return range(i + 1, i + 1 + _NEARBY)
    return range(0)


def _prior(sheet: Sheet, masses: dict[str, float]) -> tuple[ChromeRule | None, str]:
    """Return the known container with a fair share of the page's mass, and the rule that knows it.

    One page may hold several posts, each in such an element: the first is the article.
    """
    elements = Elements(sheet, ("body",))
    known = dict(named for path in masses for named in elements.on(path)[:1])
    known = {path: rule for path, rule in known.items() if masses[path] >= _BODY}
    most = max((masses[path] for path in known), default=0.0)
    known = {p: rule for p, rule in known.items() if masses[p] >= min(most * _POST, _TEASER)}
    if known and sum(masses[path] for path in known) >= masses[""] * _PRIOR:
        path = next(iter(known))
        return known[path], path
    return next((rule for rule, _ in sheet.of("outside-body")), None), ""


def _ancestry(path: str) -> Iterator[str]:
    """Yield "" and each element on the way to `path`, itself last."""
    yield ""
    at = path.find("/")
    while at >= 0:
        yield path[:at]
        at = path.find("/", at + 1)
    if path:
        yield path


def _below(path: str, body: str) -> bool:
    return path.startswith(body) and (not body or path[len(body) : len(body) + 1] in ("", "/"))


def _title(sheet: Sheet, before: int) -> int:
    """Return the place of the title above the body: the page's own, or the nearest heading."""
    places = range(before - 1, -1, -1)
    lines = sheet.lines
    for i in places:
        if sheet.title and lines[i].rule is None and same_title(lines[i].text, sheet.title):
            return i
    return next((i for i in places if _is_heading(lines[i])), -1)


def _is_heading(line: Line) -> bool:
    segment = line.block.path.rpartition("/")[2]
    plain = line.rule is None and line.block.links < _LEAD
    return plain and _HEADING.match(segment) is not None and len(line.text) > 1
