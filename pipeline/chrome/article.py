"""Sheet → why the page is no article, or nothing.

In: a sheet, before and after its lines were marked. Out: the rule that says so. Never for a page
that holds a text of some length: an article that quotes an error message is an article.
"""

from collections.abc import Sequence

from pipeline.chrome.elements import Elements
from pipeline.chrome.sheet import NEARBY, Line, Sheet
from pipeline.chrome.verse import holds_verse, verse_element
from pipeline.rules.chrome import ChromeRule, Mechanism
from pipeline.rules.patterns import Pattern

_SHORT = 200  # a door or an excuse is shorter, in Chinese characters
_TEASER = 80  # a paragraph this long is more than a list says of an article
_DOOR = 60  # so is the line that says so
_ITEMS = 8  # a list has more
_ITEM = 100
_WORD = 3  # what is shorter is a button
_TIMES = 5  # a list has so many times more titles than sentences
_LINKS = 20
_LINKED = 0.8
_NO_BODY = 20
_NOTHING = 4
_DIALOGUE = 100  # characters of a dialogue that waits for a click, at most
_NAMES = 3  # lines that name the site


def list_page(sheet: Sheet) -> ChromeRule | None:
    """Return the rule by which the page is a list: dated titles or links, hardly a sentence."""
    if any(line.mass > _TEASER for line in sheet.lines) or _has_body(sheet) or holds_verse(sheet):
        return None
    lines = [line for line in sheet.lines if len(line.text) > _WORD]
    mass = sum(line.mass for line in lines)
    for rule, pattern in sheet.of("list-page"):
        items = [line for line in lines if _is_item(line, pattern)]
        size = sum(len(line.text.encode()) / 3 for line in items)
        enough = len(items) >= _ITEMS and len(items) * 2 >= len(lines) and size > _TIMES * mass
        if enough and not any(line.mass for line in lines[: lines.index(items[0])]):
            return rule
        if sheet.markup and mass < _NO_BODY and _are_links(lines) and not verse_element(sheet):
            return rule
    return None


def _has_body(sheet: Sheet) -> bool:
    """Return whether sentences stand right below the title."""
    title = sheet.place_of_title()
    return title >= 0 and any(line.mass for line in sheet.lines[title + 1 : title + 1 + NEARBY])


def _is_item(line: Line, dated: Pattern) -> bool:
    """Return whether the line is a title with its date, and no sentence."""
    short = len(line.text) < _ITEM and line.text[-1] not in "。.;"
    return short and dated.fullmatch(line.text) is not None


def _are_links(lines: Sequence[Line]) -> bool:
    """Return whether three quarters of `lines`, and many, are links, with no table among them."""
    links = sum(line.block.links > _LINKED for line in lines)
    tables = any(line.block.kind == "table" for line in lines)
    return links >= _LINKS and links * 4 >= len(lines) * 3 and not tables


def no_article(sheet: Sheet) -> ChromeRule | None:
    """Return the rule by which what is left is an excuse, a door, the head of a list or nothing."""
    left = sheet.left()
    weight = sum(line.weight for line in left)
    if weight < _SHORT:
        # A door has no sentence beside it, so its own words may have gone as chrome.
        lines = left if any(line.mass for line in left) else sheet.lines
        for mechanism in _DOORS:
            for rule, pattern in sheet.of(mechanism):
                if any(line.weight < _DOOR and pattern.search(line.text) for line in lines):
                    return rule
    dated = sum(line.rule is not None and line.rule.apply == "dated-links" for line in sheet.lines)
    if dated >= _ITEMS and not any(x.mass for x in left) and not holds_verse(sheet):
        return next((rule for rule, _ in sheet.of("list-page")), None)
    if len(left) >= _ITEMS and _are_dates(sheet, left):
        return next((rule for rule, _ in sheet.of("list-page")), None)
    if weight < _NOTHING or not _has_letters(left) or _is_hidden(sheet, left):
        return next((rule for rule, _ in sheet.of("empty-shell")), None)
    return _script_shell(sheet, left)


def _is_hidden(sheet: Sheet, left: Sequence[Line]) -> bool:
    """Return whether a browser shows nothing of the little that is left."""
    hidden = Elements(sheet.sets, ("hidden",))
    little = sum(line.weight for line in left) < _DIALOGUE
    return little and all(hidden.on(line.block.path) for line in left)


def _script_shell(sheet: Sheet, left: Sequence[Line]) -> ChromeRule | None:
    """Return the rule by which only a script would have fetched a body: a name is left, no more."""
    if len(left) > _NAMES or sum(x.weight for x in left) >= _DOOR or any(x.mass for x in left):
        return None
    for rule, pattern in sheet.of("script-shell"):
        if any(line.rule and pattern.search(line.text) for line in sheet.lines):
            return rule
    return None


def _are_dates(sheet: Sheet, lines: Sequence[Line]) -> bool:
    """Return whether the dates of a list are left, whose titles went as links."""
    stamps = [stamp for _, stamp in sheet.of("dated-links")]
    return all(any(stamp.fullmatch(line.text) for stamp in stamps) for line in lines)


def _has_letters(lines: Sequence[Line]) -> bool:
    """Return whether `lines` hold letters or digits: marks alone say nothing."""
    return any(character.isalnum() for line in lines for character in line.text)


_DOORS: tuple[Mechanism, ...] = ("error-page", "login-wall")
