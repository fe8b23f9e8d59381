"""Markup's lines → marks on what stands outside the body.

In: a sheet whose blocks have paths. Out: nothing; lines of the sheet get their rule. Never marks
the title, a lead below it, attachments, or an element named for chrome that holds the body.
"""

from collections import defaultdict
from itertools import pairwise

from pipeline import kept
from pipeline.chrome.container import find_container, is_below
from pipeline.chrome.elements import Elements
from pipeline.chrome.sheet import Line, Sheet, same_title, take
from pipeline.chrome.verse import body_element
from pipeline.rules.chrome import ChromeRule

_PLACE = kept.pattern(r"@\d+|\d+")  # ids count the pages of a document
_NAMED = kept.pattern("[#.]")
_STAMP = kept.pattern(r"\d{1,2}[-/.月]\d{1,2}|\d{1,2}:\d{2}|\d ?[楼#]")
_HEADING = kept.pattern("h[1-3](?![a-z])")
_CAPTION = kept.pattern("(?:^|/)figcaption[@.#]")
_NAMES = kept.pattern("[#.]([^#.@!]+)")
_LEAD = 0.2  # the lead between title and body may stand outside it, and has hardly a link
_SUBTITLE = kept.pattern("[—–-]{2,3}(?=[^—–-]{4,40}$)")  # such as ——记某县人大代表某某
_DECK = 6  # characters of a line below the title that says more of it; a name has fewer
_NO_DECK = kept.pattern(
    r"[:/]|\d{4}[-.]\d{1,2}[-.]\d|\d ?(?:小时|分钟|天)前|阅读|浏览|字体|字号|分享|收藏|平台|www|AI"
)
_BRACKETED = kept.pattern(r"\([^()]{2,}\)")
_MORE_LINKED = 0.8
_PARAGRAPH = 40  # a shorter one below the body may be a remark of the site's
_BODY = 20  # a body has so many characters at least, however many its readers wrote
_ABOVE = 3  # lines above a body where its title stands, with its author and its date
_TITLE = (8, 45)  # characters of one
_ARROWS = ">»→"  # what begins so says where the page stands
_PARTS = 3  # a title has a kicker above it and a line below it at most
_PART = 4  # characters of one at least
_PAGE_MARK = 12  # characters of what stands between two pages of a document
_GAP = 6  # lines between them
_ITSELF = 0.6  # an element named for chrome that holds more is the body, badly named
_SHOWN = 0.15  # a hidden element that holds more is the rest of the body


def mark_outside(sheet: Sheet) -> None:
    """Mark blocks in elements named for chrome, then all outside the body's element."""
    _mark_elements(sheet)
    _mark_list_tables(sheet)
    rule, body = find_container(sheet)
    if _has_no_sentences(sheet) and (verse := body_element(sheet)):
        rule, body = next((rule for rule, _ in sheet.of("outside-body")), rule), verse
    inside = [is_below(line.block.path, body) for line in sheet.lines]
    if rule is None or not body or not any(inside):
        return
    _go_on(sheet, inside, body)
    _add_parts(sheet, inside, body)
    first = inside.index(True)
    title = _title(sheet, first)
    parts = _parts(sheet, title)
    for i, line in enumerate(sheet.lines):
        if line.rule or inside[i] or i == title or i in parts:
            continue
        lead = 0 <= title < i < first and _is_own(sheet, line)
        if not lead and (i < first or not _is_kept(sheet, line)):
            line.mark(rule)


def _has_no_sentences(sheet: Sheet) -> bool:
    """Return whether hardly a sentence stands on the page beside those that a rule knows."""
    mass = 0.0
    for line in sheet.lines:
        if line.mass and not sheet.knows(line):
            mass += line.mass
            if mass >= _BODY:
                return False
    return True


def _go_on(sheet: Sheet, inside: list[bool], body: str) -> None:
    """Let paragraphs right below the body's element count as inside: broken markup closed it."""
    parent = body.rpartition("/")[0]
    for i in range(len(inside) - inside[::-1].index(True), len(inside)):
        line = sheet.lines[i]
        above, _, segment = line.block.path.rpartition("/")
        long = line.mass >= _PARAGRAPH and line.block.links < _LEAD
        if above != parent or segment[:2] != "p@" or not long or sheet.knows(line):
            return
        inside[i] = True


def _add_parts(sheet: Sheet, inside: list[bool], body: str) -> None:
    """Let elements of the body's make right below it count as inside: a document's next pages.

    Between them stand the number of a page or an advert; what a reader wrote has name and hour.
    """
    make = _PLACE.sub("", body)
    if not _NAMED.search(make.rpartition("/")[2]):
        return
    gap = 0
    for i in range(len(inside) - inside[::-1].index(True), len(inside)):
        line = sheet.lines[i]
        if is_below(_PLACE.sub("", line.block.path), make):
            inside[i] = True
            gap = 0
            continue
        gap += 1
        advert = line.rule is not None and line.rule.apply == "path"
        short = len(line.text) <= _PAGE_MARK and not line.prose and not is_heading(line)
        if gap > _GAP or _STAMP.search(line.text) or not (advert or short):
            return


def _mark_elements(sheet: Sheet) -> None:
    """Mark blocks in elements named for chrome, unless such an element holds the page's mass."""
    elements = Elements(sheet.sets, ("comments", "path", "hidden"))
    chains = [elements.on(line.block.path) for line in sheet.lines]
    named = [(line, chain) for line, chain in zip(sheet.lines, chains, strict=True) if chain]
    if not named:
        return
    shown = {line.text for line, chain in zip(sheet.lines, chains, strict=True) if not chain}
    masses: dict[str, float] = defaultdict(float)
    for line, chain in named:
        for path, known in chain:
            # A hidden copy of what is shown is made for the printer: it weighs nothing.
            if line.mass and (known.apply != "hidden" or line.text not in shown):
                masses[path] += line.mass
    total = sum(line.mass for line in sheet.lines)
    known_as = dict(element for _, chain in named for element in chain)
    chrome = {path for path, rule in known_as.items() if _is_chrome(rule, masses[path], total)}
    for line, chain in named:
        rule = next((rule for path, rule in chain if path in chrome), None)
        if rule and not _is_kept(sheet, line):
            take([line], rule)


def _mark_list_tables(sheet: Sheet) -> None:
    """Mark a table with the link to more of its kind below, where all sentences stand apart."""
    for rule, more in sheet.of("list-table"):
        for table, line in pairwise(sheet.lines):
            linked = line.block.links > _MORE_LINKED and table.block.kind == "table"
            if not linked or table.rule or not more.fullmatch(line.text):
                continue
            prose = [x for x in sheet.lines if x.mass and x.block.kind != "table"]
            around = table.block.path.rpartition("/")[0]
            apart = all(x.block.path.rpartition("/")[0] != around for x in prose)
            if apart and sum(x.mass for x in prose) >= _PARAGRAPH:
                take([table, line], rule)


def _is_chrome(rule: ChromeRule, mass: float, total: float) -> bool:
    """Return whether an element of `mass` is what its name says, on a page of mass `total`."""
    if rule.apply == "comments" and total - mass > _BODY:
        return True
    return mass <= total * (_SHOWN if rule.apply == "hidden" else _ITSELF)


def _title(sheet: Sheet, before: int) -> int:
    """Return the place of the title above the body: the page's own, or the nearest heading."""
    places = range(before - 1, -1, -1)
    lines = sheet.lines
    for i in places:
        if sheet.title and lines[i].rule is None and same_title(lines[i].text, sheet.title):
            return i
    heading = next((i for i in places if is_heading(lines[i])), -1)
    return heading if heading >= 0 else _plain_title(sheet, before)


def _plain_title(sheet: Sheet, before: int) -> int:
    """Return the place of a title that is no heading, right above a body that begins at `before`.

    -1 where the body begins with a title itself, or the page's own title stands elsewhere.
    """
    first = sheet.lines[before]
    own = sheet.place_of_title()  # below its head stands no title but the site's name, which signs
    if not (first.mass or first.text[-1:] == ":") or 0 <= own <= before + 1:
        return -1
    places = range(max(before - _ABOVE, 0), before)
    found = {i: sheet.lines[i] for i in places if _like_title(sheet, sheet.lines[i])}
    return max(found, key=lambda i: found[i].weight, default=-1)


def _like_title(sheet: Sheet, line: Line) -> bool:
    plain = line.rule is None and line.block.links < _LEAD and not line.prose
    titled = plain and _TITLE[0] <= line.weight <= _TITLE[1] and line.text[0] not in _ARROWS
    return titled and not sheet.knows(line)


def _parts(sheet: Sheet, title: int) -> set[int]:
    """Return the places of what stands with the title in a table of its own: kicker, subtitle."""
    if title < 0:
        return set()
    table, cell, _ = sheet.lines[title].block.path.rpartition("/tbody@")
    around = range(max(title - _PARTS, 0), min(title + _PARTS + 1, len(sheet.lines)))
    paths = {i: sheet.lines[i].block.path for i in around}
    beside = [i for i in around if cell and is_below(paths[i], table)]
    if any(not paths[i].endswith("@1") for i in beside):  # rows of one cell each
        return set()
    if not beside or len(beside) > _PARTS or beside != list(range(beside[0], beside[-1] + 1)):
        return set()
    lines = ((i, sheet.lines[i]) for i in beside)
    plain = ((i, x) for i, x in lines if x.block.links < _LEAD and x.weight >= _PART)
    return {i for i, line in plain if not sheet.knows(line)}


def _is_own(sheet: Sheet, line: Line) -> bool:
    """Return whether a line between title and body belongs to them."""
    own = _is_lead(line) or _is_number(sheet, line) or is_named_lead(sheet, line)
    subtitle = line.block.links < _LEAD and _SUBTITLE.match(line.text) is not None
    caption = _CAPTION.search(line.block.path) is not None
    return own or subtitle or caption or _is_deck(sheet, line)


def _is_deck(sheet: Sheet, line: Line) -> bool:
    """Return whether a line says more of the title: (征求意见稿), 令第12号, what a project came to.

    No rule knows it, and it has no label: a byline has.
    """
    plain = line.rule is None and line.block.links == 0 and line.block.kind != "table"
    if not plain or _NO_DECK.search(line.text) or sheet.knows(line):
        return False
    return line.weight >= _DECK or _BRACKETED.fullmatch(line.text) is not None


def is_named_lead(sheet: Sheet, line: Line) -> bool:
    """Return whether the line's own element is named for a lead."""
    names = _NAMES.findall(line.block.path.rpartition("/")[2].lower())
    rules = (rule for rule, _ in sheet.of("outside-body") if rule.proof)
    plain = line.rule is None and line.block.links < _LEAD and not sheet.knows(line)
    return plain and any(sheet.proof(rule).fullmatch(name) for rule in rules for name in names)


def _is_lead(line: Line) -> bool:
    """Return whether a line between title and body belongs to them: a lead, or a second heading."""
    return (line.prose and line.block.links < _LEAD) or is_heading(line)


def _is_number(sheet: Sheet, line: Line) -> bool:
    """Return whether the line is the document's own number, which stands below its title."""
    return any(sheet.spares(rule, line) for rule, _ in sheet.of("above-title"))


def is_heading(line: Line) -> bool:
    """Return whether the line is a plain heading of the first three ranks, and no rule took it."""
    segment = line.block.path.rpartition("/")[2]
    plain = line.rule is None and line.block.links < _LEAD
    return plain and _HEADING.match(segment) is not None and len(line.text) > 1


def _is_kept(sheet: Sheet, line: Line) -> bool:
    return any(sheet.keeps(rule, line) for rule, _ in sheet.of("outside-body"))
