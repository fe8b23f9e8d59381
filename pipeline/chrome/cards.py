"""Sheet → marks on cards: titles of other articles, each with its summary, date or count.

In: a sheet, before its body is looked for. Out: nothing; lines of the sheet get their rule. Never
marks what holds the page's title, what a sentence announces (如下：), numbered titles, or cards
beside which no body stands: then they are what the page is about.

A card is known by its like, not by its words. In markup three or more elements of one make each
begin with a link, and go on with a sentence or two; or the first line of an element says what the
others lead to. In flattened text three or more titles in a row have each a sentence and a date, or
stand below a line which says that they lead elsewhere.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline import kept
from pipeline.chrome.container import is_below
from pipeline.chrome.core import is_cell, is_headline
from pipeline.chrome.sheet import Line, Sheet, take
from pipeline.rules.chrome import CLOSING, ChromeRule
from pipeline.rules.patterns import Pattern

_CARDS = 3  # two may be the article's own
_LINES = 8  # lines of a card, at most
_SUMMARY = 150  # characters of its sentences, at most
_SHORTEST, _LONGEST = 5, 60  # characters of a title
_LINKED = 0.8
_BODY = 40  # characters of sentences that stand beside the cards
_LONG_BODY = 100  # where no card has a date or a count: a shorter text may introduce them
_ABOVE = 20  # and above a box
_BETWEEN = 3  # lines from a sentence that announces to the first card
_LABEL = 20  # characters of a line that announces, at most
_LONGEST_BOX = 300  # lines of a box, at most
_ITEMS = 2  # a box has so many lines below it
_ENDS = "。.;；,，、:：!！"
_PLACE = kept.pattern(r"@\d+")
_TITLE_TAG = kept.pattern(r"(?:h[1-6]|dt)(?![a-z0-9])|[a-z0-9]+[#.]")
_NAME = kept.pattern(r"\w\w\w")
_NUMBERED = kept.pattern(
    r"[(\[]?(?:\d{1,3}|[一二三四五六七八九十]{1,3}) ?[.、)\]]|第[一二三四五六七八九十\d]"
)
_LINKS = ("end",)


@dataclass(slots=True)
class _Card:
    """The lines from `start` to `end`, and the smallest element that holds them."""

    start: int
    end: int
    element: str
    make: str


def mark_cards(sheet: Sheet) -> None:
    """Mark cards of other articles wherever they stand."""
    for rule, stamp in sheet.of("cards"):
        runs = list(_runs(sheet, stamp) if sheet.markup else _flat_runs(sheet, stamp))
        taken = {i for start, end in runs for i in range(start, end)}
        body = sum(line.mass for i, line in enumerate(sheet.lines) if i not in taken)
        if body < _BODY:
            continue
        for start, end in runs:
            cards = sheet.lines[start:end]
            dated = any(stamp.fullmatch(line.text) for line in cards)
            if (dated or body >= _LONG_BODY) and not _is_announced(sheet, start):
                take(cards, rule)
        if sheet.markup:
            _mark_boxes(sheet, rule, stamp)


def _is_announced(sheet: Sheet, start: int) -> bool:
    """Return whether a sentence right above says that what follows is the body's own."""
    above = sheet.lines[max(start - _BETWEEN, 0) : start]
    if any(line.text[-1:] == ":" for line in above):
        return True
    finds = [announced for _, announced in sheet.of("after-end")]
    return any(line.mass and find.search(line.text) for line in above for find in finds)


def _runs(sheet: Sheet, stamp: Pattern) -> Iterator[tuple[int, int]]:
    """Yield the first and last line of each run of like cards."""
    places = _places(sheet.lines)
    run: list[_Card] = []
    for card in _cards(sheet, stamp):
        if run and not _goes_on(sheet, run[-1], card):
            yield from _whole(sheet, run, places)
            run = []
        run.append(card)
    yield from _whole(sheet, run, places)


def _places(lines: Iterable[Line]) -> Counter[str]:
    """Return how many sentences stand in an element, right in it or in a paragraph of its own."""
    paths = [line.block.path for line in lines if line.mass]
    return Counter(place for path in paths for place in (path, path.rpartition("/")[0]))


def _goes_on(sheet: Sheet, above: _Card, card: _Card) -> bool:
    """Return whether a card is of the make of the one above, with only their like between."""
    near = card.make == above.make and card.start - above.start <= _LINES
    return near and all(_make(x).startswith(card.make) for x in sheet.lines[above.end : card.start])


def _whole(sheet: Sheet, run: Sequence[_Card], places: Counter[str]) -> Iterator[tuple[int, int]]:
    """Yield where a run of enough cards begins and ends, cards without a summary too."""
    if len(run) < _CARDS:
        return
    start, end = run[0].start, run[-1].end
    lines, make = sheet.lines, run[0].make
    around = _common([card.element.split("/") for card in run])
    if run[0].element != run[-1].element:
        while start and _is_like(lines[start - 1], around, make):
            start -= 1
        while end < len(lines) and _is_like(lines[end], around, make):
            end += 1
    short = sum(line.mass for line in lines[start:end]) <= _SUMMARY * (end - start) / 2
    # Paragraphs beside the cards, in the element that holds them: then they are its own.
    if short and places[around] <= _places(lines[start:end])[around]:
        yield start, end


def _common(paths: Sequence[Sequence[str]]) -> str:
    """Return the element that holds all of `paths`, or is each of them."""
    depth = 0
    for parts in zip(*paths, strict=False):
        if len(set(parts)) > 1:
            break
        depth += 1
    return "/".join(paths[0][:depth])


def _is_like(line: Line, around: str, make: str) -> bool:
    """Return whether the line stands in `around`, in an element of this make."""
    return is_below(line.block.path, around) and is_below(_make(line), make)


def _make(line: Line) -> str:
    return _PLACE.sub("", line.block.path)


def _cards(sheet: Sheet, stamp: Pattern) -> Iterator[_Card]:
    """Yield each link that has a sentence below it, in one element or beside it."""
    lines = sheet.lines
    for i in range(len(lines) - 1):
        if lines[i].block.links < _LINKED or not _is_title(sheet, lines[i]):
            continue
        at = i + 1
        if at + 1 < len(lines) and _is_summary(lines[at + 1]) and stamp.fullmatch(lines[at].text):
            at += 1
        if _is_summary(lines[at]):
            end = at + 1
            while end < min(len(lines), at + 3) and stamp.fullmatch(lines[end].text):
                end += 1
            card = _card(lines, i, end)
            if card:
                yield card


def _is_summary(line: Line) -> bool:
    """Return whether the line is a sentence or two, be it inside the link of its card."""
    if 0 < line.mass <= _SUMMARY:
        return True
    linked = line.block.links >= _LINKED and _SHORTEST * 2 < len(line.text) <= _SUMMARY
    return linked and line.text[-1] in _ENDS


def _card(lines: Sequence[Line], start: int, end: int) -> _Card | None:
    """Return the card that lines make, where one element holds them and is no paragraph."""
    paths = [line.block.path.split("/") for line in lines[start:end]]
    path = _common(paths)
    element = path.split("/") if path else []
    title = paths[0][len(element) :]
    if not element or element[-1].startswith("p@"):
        return None
    if title and title[0].startswith("p@") and not _TITLE_TAG.match(title[0]):
        return None
    return _Card(start, end, path, _PLACE.sub("", path))


def _is_title(sheet: Sheet, line: Line) -> bool:
    """Return whether the line may be the title of a card: no sentence, number or attachment."""
    text = line.text
    if not _SHORTEST <= len(text) <= _LONGEST or line.mass or text[-1] in _ENDS:
        return False
    if _NUMBERED.match(text) or is_cell(line) or not _NAME.search(text):
        return False
    return not any(sheet.spares(rule, line) for rule, _ in sheet.of("after-end"))


def _mark_boxes(sheet: Sheet, rule: ChromeRule, stamp: Pattern) -> None:
    """Mark elements whose first line says that the others lead elsewhere."""
    lines = sheet.lines
    above = 0.0
    for i in range(max(sheet.place_of_title(), 0), len(lines)):
        line = lines[i]
        above += line.mass
        if line.rule or line.prose or above < _ABOVE or not _is_label(sheet, line):
            continue
        end = _end_of_box(lines, i)
        if _is_box(sheet, lines[i + 1 : end], stamp):
            take(lines[i:end], rule)


def _end_of_box(lines: Sequence[Line], start: int) -> int:
    """Return the end of the smallest element that begins with a line and holds two more.

    One more is enough where it is a link.
    """
    path = lines[start].block.path
    before = lines[start - 1].block.path if start else ""
    while path and not is_below(before, path):
        end = start + 1
        last = min(len(lines), start + _LONGEST_BOX)
        while end < last and is_below(lines[end].block.path, path):
            end += 1
        linked = end > start + 1 and all(x.block.links >= _LINKED for x in lines[start + 1 : end])
        if linked or end - start > _ITEMS:
            return end if end - start < _LONGEST_BOX else start
        path = path.rpartition("/")[0]
    return start


def _is_box(sheet: Sheet, box: Sequence[Line], stamp: Pattern) -> bool:
    """Return whether lines are titles, with a short text below some of them at most."""
    if not box or any(line.mass > _SUMMARY or line.text == sheet.title for line in box):
        return False
    keepers = [rule for rule, _ in sheet.of("after-end")]
    names = [line for line in box if not stamp.fullmatch(line.text)]
    if any(sheet.spares(keeper, line) for keeper in keepers for line in names):
        return not any(line.mass for line in box)
    return not any(above.mass and line.mass for above, line in pairwise(box))


def _flat_runs(sheet: Sheet, stamp: Pattern) -> Iterator[tuple[int, int]]:
    """Yield runs of titles that have each a sentence and a date, or that a line announces."""
    shapes = "".join(_shape(sheet, line, stamp) for line in sheet.lines)
    for run in _STAMPED.finditer(shapes):
        yield run.span()
    for run in _PLAIN.finditer(shapes):
        for start in range(run.start() + 1, max(run.start() - _BETWEEN, -1), -1):
            if _is_label(sheet, sheet.lines[start], _LINKS):
                yield start, run.end()
                break


_COLUMNS = kept.pattern(r"^[ \u3000]{20}|\S[ \u3000]{4,}\S")  # a box beside the text, line by line
_STAMPED = kept.pattern("(?:T{1,2}(?:SM{1,2}|MSM?)){4,}")
_PLAIN = kept.pattern("(?:T{1,2}M?SM{0,2}){3,}")


def _shape(sheet: Sheet, line: Line, stamp: Pattern) -> str:
    """Return M for a date or count, S for a sentence, T for a title, and x."""
    text = line.block.text
    if line.rule or (("  " in text or "\u3000" in text) and _COLUMNS.search(text)):
        return "x"
    if stamp.fullmatch(line.text):
        return "M"
    if _is_title(sheet, line) or (is_headline(line) and not line.text.endswith("。")):
        return "T"
    return "S" if 0 < line.mass <= _SUMMARY else "x"


def _is_label(sheet: Sheet, line: Line, kinds: tuple[str, ...] = CLOSING) -> bool:
    """Return whether a line announces links or readers, or what else `kinds` name."""
    if not 1 < len(line.text) <= _LABEL:
        return False
    rule = sheet.known(line)
    return rule is not None and rule.apply in kinds
