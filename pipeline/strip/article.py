"""Sheet → why the page is no article, or nothing.

In: a sheet, before and after its lines were marked. Out: the rule that says so. Never for a page
that holds a text of some length: an article that quotes an error message is an article.
"""

from pipeline.rules.chrome import ChromeRule, Mechanism
from pipeline.strip.sheet import Sheet

_SHORT = 200  # a door or an excuse is shorter, in Chinese characters
_TEASER = 80  # a paragraph this long is more than a list says of an article
_DOOR = 60  # so is the line that says so
_ITEMS = 8  # a list has more
_NOTHING = 4


def list_page(sheet: Sheet) -> ChromeRule | None:
    """Return the rule by which the page is a list: dated titles or links, hardly a sentence."""
    if any(line.mass > _TEASER for line in sheet.lines):
        return None
    lines = [line for line in sheet.lines if len(line.text) > 3]
    mass = sum(line.mass for line in lines)
    for rule, pattern in sheet.of("list-page"):
        items = [
            line
            for line in lines
            if (
                len(line.text) < 100
                and pattern.fullmatch(line.text)
                and line.text[-1] not in "。.;"
            )
        ]
        size = sum(len(line.text.encode()) / 3 for line in items)
        if len(items) >= _ITEMS and len(items) * 2 >= len(lines) and size > 3 * (mass or 1):
            return rule
    return None


def no_article(sheet: Sheet) -> ChromeRule | None:
    """Return the rule by which what is left is an excuse, a door or nothing."""
    left = sheet.left()
    weight = sum(line.weight for line in left)
    if weight < _SHORT:
        # A door has no sentence beside it, so its own words may have gone as chrome.
        lines = left if any(line.mass for line in left) else sheet.lines
        for mechanism in _DOORS:
            for rule, pattern in sheet.of(mechanism):
                if any(line.weight < _DOOR and pattern.search(line.text) for line in lines):
                    return rule
    if weight < _NOTHING:
        return next((rule for rule, _ in sheet.of("empty-shell")), None)
    return None


_DOORS: tuple[Mechanism, ...] = ("error-page", "login-wall")
