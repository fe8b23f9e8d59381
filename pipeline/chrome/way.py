"""Lines above the title → marks on the way to the page.

In: a sheet. Out: nothing; lines get their rule. Never marks below the title, nor a document's head:
only a trail that ends with the title itself, and, in markup, rows of links.
"""

from pipeline import kept
from pipeline.chrome.sheet import Line, Sheet, same_title
from pipeline.rules.patterns import Pattern

_ARROWS = kept.pattern(r" ?(?:>{1,2}|[›»→/]) ?")
_HEADING = kept.pattern(r"(?:^|/)h1[@.#][^/]*$")
_LINKED = 0.6
_TRAIL = 120  # characters of one, at most
_PARTS = 3  # fewer may be two names


def mark_way(sheet: Sheet) -> None:
    """Mark rows of links, and the trail of the page, above its title."""
    place = _place_of_title(sheet)
    title = sheet.lines[place].text if place >= 0 else ""
    for rule, trail in sheet.of("way"):
        for line in sheet.lines[: max(place, 0)]:
            links = sheet.markup and line.block.links >= _LINKED
            plain = line.rule is None and not line.prose
            if plain and (links or _leads_to(line, title, trail)):
                line.mark(rule)


def _place_of_title(sheet: Sheet) -> int:
    """Return the place of the page's title, or that of its first heading; -1 for neither."""
    place = sheet.place_of_title()
    headings = (i for i, x in enumerate(sheet.lines) if _HEADING.search(x.block.path))
    return place if place >= 0 else next(headings, -1)


def _leads_to(line: Line, title: str, trail: Pattern) -> bool:
    if len(line.text) > _TRAIL or not trail.fullmatch(line.text):
        return False
    parts = _ARROWS.split(line.text)
    return len(parts) >= _PARTS and same_title(parts[-1], title)
