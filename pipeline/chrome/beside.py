"""Lines of markup → marks on what stands beside the body in papers that are not Chinese.

In: a sheet whose lines outside the body's box were marked. Out: nothing; lines get their rule.
Never marks on Chinese pages, where documents are headed and signed outside the body's element, nor
a caption, a lead, a table, a list, or a sentence that does not send the reader to a network.

Whatever the language: one element holds the paragraphs. Above it, in elements of their own, stand
the way to the page, who wrote and when; below it appeals, tags and titles of other pages.
"""

from collections import defaultdict
from collections.abc import Sequence

from pipeline import kept
from pipeline.chrome.body import is_heading, is_named_lead
from pipeline.chrome.container import is_below
from pipeline.chrome.sheet import Line, Sheet, same_title, take
from pipeline.rules.chrome import CLOSING
from pipeline.rules.patterns import Pattern

_HAN = kept.pattern("[一-鿿]+")
_KANA = kept.pattern("[ぁ-ヿ]+")
_BODY = 60  # a body has so many characters at least
_MOST = 0.6  # an element with less of the sentences is one section of the body
_KANA_SHARE = 0.2
_LONGEST = 120  # characters of a byline with its dates
_YEAR = kept.pattern(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_PART = kept.pattern(r"(?:p|ul|ol|li|h[1-6]|blockquote)[@.#]")
_HOUR = kept.pattern(r"(?<!\d)\d{1,2}[:.h]\d{2}(?!\d)")
_WORD = kept.pattern(r"[^\W\d_][\w.’'-]*")
_NAMES = 6  # words of names, at most
_PARTICLE = 3  # characters of von, de, and, by
_ENDS = (".", "!", "?", ":", "。", ":")
_OWN = kept.pattern(r"(?:^|/)(?:figure|figcaption|li|table|blockquote)[@.#]")
_ITEM = kept.pattern(r"/li[@.#][^/]*$")
_APPEAL = 100  # characters of one, in Chinese ones


def mark_beside(sheet: Sheet) -> None:
    """Mark what stands around the element of the paragraphs, where the page is not Chinese."""
    body = _body(sheet)
    places = [i for i, x in enumerate(sheet.lines) if body and is_below(x.block.path, body)]
    title = sheet.place_of_title()
    for rule, network in sheet.of("beside-body") if places else ():
        top = next((i for i in range(places[0]) if _is_title(sheet, i, title)), -1)
        if top >= 0:
            take((x for x in sheet.lines[:top] if _is_loose(sheet, x)), rule)
            take((x for x in sheet.lines[top : places[0]] if _is_byline(sheet, x)), rule)
        last, stop = _below(sheet, places[-1], network)
        begun = False  # a list goes with what announces it
        for line in sheet.lines[last + 1 : stop]:
            loose = line.mass or _is_loose(sheet, line) or (begun and _is_item(line))
            if loose and not sheet.keeps(rule, line):
                line.mark(line.rule or rule)
            begun = line.rule is not None


def _below(sheet: Sheet, last: int, network: Pattern) -> tuple[int, int]:
    """Return the place of the last sentence below the body's line `last`, and where lists begin.

    What a rule knows is no sentence; what closes the article, such as comments, ends the search.
    """
    named = ""  # the element of a line that a rule knows: sentences beside it are its own
    for i in range(last + 1, len(sheet.lines)):
        line = sheet.lines[i]
        known = sheet.known(line)
        if known and known.apply in CLOSING:
            return last, i
        parent = line.block.path.rpartition("/")[0]
        named = parent if known else named
        if line.mass and not known and parent != named and not _is_appeal(line, network):
            last = i
    return last, len(sheet.lines)


def _body(sheet: Sheet) -> str:
    """Return the element that holds most of the sentences; "" on a Chinese page, or for none."""
    masses: dict[str, float] = defaultdict(float)
    for line in sheet.lines:
        if line.mass:
            masses[_element(line.block.path)] += line.mass
    body = max(masses, key=masses.__getitem__, default="")
    if masses.get(body, 0.0) < max(_BODY, sum(masses.values()) * _MOST):
        return ""
    text = "".join(x.text for x in sheet.lines if x.mass and is_below(x.block.path, body))
    han, kana = (sum(map(len, script.findall(text))) for script in (_HAN, _KANA))
    return "" if han * 4 > len(text) and kana < len(text) * _KANA_SHARE else body


def _element(path: str) -> str:
    """Return the element whose paragraph, heading or list a block is."""
    while _PART.match(path.rpartition("/")[2]):
        path = path.rpartition("/")[0]
    return path


def _is_title(sheet: Sheet, place: int, title: int) -> bool:
    line = sheet.lines[place]
    if title >= 0:
        return place == title or (is_heading(line) and same_title(line.text, sheet.title))
    return line.block.path.rpartition("/")[2].startswith("h1")


def _is_loose(sheet: Sheet, line: Line) -> bool:
    """Return whether no rule took the line, and it is no sentence, caption, cell or lead."""
    own = line.block.kind == "table" or _OWN.search(line.block.path) is not None
    return not (line.rule or line.prose or own or is_named_lead(sheet, line))


def _is_item(line: Line) -> bool:
    """Return whether the line is an item of a list, and no sentence."""
    return line.rule is None and not line.prose and _ITEM.search(line.block.path) is not None


def _is_byline(sheet: Sheet, line: Line) -> bool:
    """Return whether a line between title and body holds day and hour, or names and no more."""
    if line.rule is None and _is_stamp(line.text):
        return True
    return _is_loose(sheet, line) and not is_heading(line) and _are_names(line.text)


def _is_stamp(text: str) -> bool:
    """Return whether a line is a year, an hour and few words."""
    if len(text) > _LONGEST or not (_YEAR.search(text) and _HOUR.search(text)):
        return False
    return sum(len(word) > _PARTICLE for word in _WORD.findall(text)) <= _NAMES


def _are_names(text: str) -> bool:
    """Return whether a line is few words, each with a capital: who wrote, or the desk."""
    words: Sequence[str] = _WORD.findall(text)
    capital = [word[0].isupper() for word in words if len(word) > _PARTICLE]
    few = 1 < len(words) <= _NAMES and not text.endswith(_ENDS)
    return few and bool(capital) and all(capital)


def _is_appeal(line: Line, network: Pattern) -> bool:
    """Return whether a sentence below the body is short, and sends readers to some `network`."""
    if _is_stamp(line.text):
        return True
    return line.weight <= _APPEAL and network.search(line.text) is not None
