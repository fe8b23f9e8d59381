"""Markup's lines → the element that holds the body.

In: a sheet whose blocks have paths, chrome by name already marked. Out: the path of an element and
the rule that says so. Never marks.

The body is the smallest element that holds nearly all of the page's mass of sentences; what stands
right below the title weighs more, what stands above it less. Known containers are priors: one is
taken only where it holds a fair share of that mass.
"""

from collections import defaultdict

from pipeline import kept
from pipeline.chrome.elements import Elements
from pipeline.chrome.sheet import NEARBY, Line, Sheet
from pipeline.rules.chrome import CLOSING, SHORT, ChromeRule

_PARAGRAPH = kept.pattern("p[@.#]")
# A list is no body: its introduction and the signature stand beside it.
_PART = kept.pattern("(?:ul|ol|dl|li|p|pre|blockquote)[@.#]")
_MOST = 0.85  # an element with less of its parent's mass is not all of the body
_TITLED = 0.6  # but it is where it holds the title too
_PRIOR = 0.5  # a known container with less of the page's mass is a teaser
_POST = 0.2  # an element with less of the largest one's mass is a teaser of it
_TEASER = 120  # no teaser is longer, in Chinese characters
_BODY = 20  # a body has so many characters at least
_DIRECT = 0.02  # sentences right in an element, beside its children, belong to the body
_NEAR = 4.0  # a notice may be shorter than the teasers beside it, but stands below its title
_PLACE = kept.pattern(r"@\d+")
_OWN = 2  # an element with more lines is what holds a body
_ALIKE = 4  # fewer lines made alike may be parts of a head or a foot
_SHARE = 0.8
_LINKED = 0.2
_ABOVE = 0.25  # above the title stand teasers


def find_container(sheet: Sheet) -> tuple[ChromeRule | None, str]:
    """Return the element that holds the body, "" for the page itself, and the rule that says so."""
    title = sheet.place_of_title()
    title_path = sheet.lines[title].block.path if title >= 0 else ""
    masses = _masses(sheet, title)
    children: dict[str, list[str]] = defaultdict(list)
    for path in masses:
        if path:
            children[path.rpartition("/")[0]].append(path)
    rule, body = _prior(sheet, masses)
    while children[body]:
        largest = max(children[body], key=masses.__getitem__)
        enough = _TITLED if is_below(title_path, largest) else _MOST
        if masses[largest] < masses[body] * enough or not children[largest]:
            break
        boxes = (path for path in children[body] if not _is_leaf(path, children))
        if masses[body] - sum(map(masses.__getitem__, boxes)) > masses[body] * _DIRECT:
            break
        body = largest
    while _PART.match(body.rpartition("/")[2]):
        body = body.rpartition("/")[0]
    return rule, _widened(sheet, body)


def _widened(sheet: Sheet, body: str) -> str:
    """Return the element around `body` where most lines in it are made alike: each has its own.

    A notice may have one sentence, and each of its lines an element: a row, a section.
    """
    own = [line.block.path for line in sheet.lines if is_below(line.block.path, body)]
    if not body or len(own) > _OWN:
        return body
    make = _PLACE.sub("", own[0]) if own else ""
    lines = [line.block for line in sheet.lines if line.rule is None]
    like = [(x.path, x.links < _LINKED and _PLACE.sub("", x.path) == make) for x in lines]
    around = body.rpartition("/")[0]
    while around:
        inside = [alike for path, alike in like if is_below(path, around)]
        if sum(inside) >= _ALIKE:
            return around if sum(inside) >= len(inside) * _SHARE else body
        around = around.rpartition("/")[0]
    return body


def is_below(path: str, element: str) -> bool:
    """Return whether `path` is `element` or lies in it; everything lies in ""."""
    return path.startswith(element) and (not element or path[len(element) :][:1] in ("", "/"))


def _masses(sheet: Sheet, title: int) -> dict[str, float]:
    """Return the mass of each element that has any, in the order of the page.

    A data table counts by its length. Each element is met once, however deep and however many
    blocks it holds.
    """
    own: dict[str, float] = defaultdict(float)
    weighed = ((i, x) for i, x in enumerate(sheet.lines) if x.mass or x.block.kind == "table")
    for i, line in weighed:
        mass = _mass(sheet, line)
        if title >= 0 and i <= title + NEARBY:
            mass *= _NEAR if i > title else _ABOVE
        if mass:
            own[line.block.path] += mass
    masses = {"": 0.0}
    for path in own:
        while path not in masses:
            masses[path] = own.get(path, 0.0)
            path = path.rpartition("/")[0]
    masses[""] = own.get("", 0.0)
    for path in sorted(masses, key=len, reverse=True):
        if path:
            masses[path.rpartition("/")[0]] += masses[path]
    return masses


def _mass(sheet: Sheet, line: Line) -> float:
    """Return how much of a body the line is; a table counts whole.

    What opens comments counts nothing, nor do sentences that a rule for long lines knows: those
    are a site's statements.
    """
    if line.block.kind == "table" and line.rule is None:
        return line.weight
    rule = sheet.known(line) if line.mass else None
    known = rule is not None and (rule.apply in CLOSING or rule.limit > SHORT)
    return 0.0 if known else line.mass


def _is_leaf(path: str, children: dict[str, list[str]]) -> bool:
    return not children.get(path) and _PARAGRAPH.match(path.rpartition("/")[2]) is not None


def _prior(sheet: Sheet, masses: dict[str, float]) -> tuple[ChromeRule | None, str]:
    """Return the known container with a fair share of the page's mass, and the rule that knows it.

    One page may hold several posts, each in such an element: the first is the article.
    """
    elements = Elements(sheet.sets, ("body",))
    known = dict(named for path in masses for named in elements.on(path)[:1])
    known = {path: rule for path, rule in known.items() if masses[path] >= _BODY}
    most = max((masses[path] for path in known), default=0.0)
    known = {p: rule for p, rule in known.items() if masses[p] >= min(most * _POST, _TEASER)}
    if known and sum(masses[path] for path in known) >= masses[""] * _PRIOR:
        path = next(iter(known))
        return known[path], path
    return next((rule for rule, _ in sheet.of("outside-body")), None), ""
