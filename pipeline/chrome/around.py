"""Lines around the body → marks on titles, names and words that other chrome proves to be links.

In: the lines above the body, or those below it. Out: nothing; lines get their rule. Never marks a
sentence, a table's row, what a rule's `keep` lists, or anything where no chrome proves it.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline import kept
from pipeline.chrome.core import is_cell, is_headline
from pipeline.chrome.sheet import Line, Sheet, same_title, take
from pipeline.chrome.verse import element_of
from pipeline.rules.chrome import CLOSING
from pipeline.rules.patterns import Pattern

_TITLE_LINES = 6  # the title, its number and its addressee stand so close to the body
_SIGNATURE = 6  # the signature, its date and attachments stand so close below it
_TITLES = 5  # fewer titles may be the body's own
_FEW_TITLES = 3  # where a line announces links
_TITLE_SHARE = 0.6
_SHORTEST_TITLE, _LONGEST_TITLE = 5, 45
_FULL_TITLE = 8  # what is shorter may be the author's name or an emblem
_TITLE_PARTS = 3  # above and below the title may stand one that leads to it and one that adds
_DASHES = "—-–(《"  # a subtitle begins with one
_ARROWS = ">»→"  # what ends so leads elsewhere
_ORNAMENTS = " >»·[]"
_ADDRESS = 3  # characters of an addressee with its colon, at least
_LONGEST_LINK = 80
_DATED = kept.pattern("B{4,}|(?:TD){4,}|(?:DT){4,}")  # fewer may be dates of the article's own
_DATES = 4
_FIGURE = kept.pattern(r"\d")
_HOUR = kept.pattern(r"\d{1,2}[-/.月]\d{1,2}日? \d{1,2}:\d{2}")  # when readers wrote
_BARS = 2
_COLUMN = kept.pattern(r"(?<=\S)\s{3,}(?=\S)")
# A word and its figures, parted by one blank each: the row of a table.
_FIGURES = kept.pattern(r"[^\W\d].{0,60}?(?: [-+]?\d[\d.,]{0,9}[%A-Za-z]{0,4}){2,12}")
_DIGIT = kept.pattern(r"\d")
_LABEL = kept.pattern("[:：]")
_NAMES = kept.pattern(r"(?:[一-鿿]{1,4} ){4,}[一-鿿]{1,4}")  # of people, be it in columns
_ROWS = 2  # fewer rows of names may be a menu
_NUMBERED = kept.pattern(r"\d{1,3} ?[.、)]")
_HEADING = kept.pattern(
    r"(?:第?[一二三四五六七八九十]{1,3}(?:[、章节条编篇]|部分)|\([一二三四五六七八九十]{1,3}\)) ?\w"
    r"|[①-⑳] ?\w"
)
# An organ, which signs in a line of its own above the day.
_ORGAN = kept.pattern(
    r"[一-鿿·、() ]{2,30}(?:政府|委|委员会|办公室|会|厅|局|部|院|处|科|所|站|中心|公司|集团|行"
    r"|学校|大学|学院|[中小]学|馆|署|社|队|组|府|办|室|村|街道|乡|镇|海关)(?:\([公盖]?章\))?"
)
_DAY = kept.pattern(
    r"[12]\d{3}年\d{1,2}月\d{1,2}日|[二〇○零一]{2}[〇○零一二三四五六七八九]{2}年.{1,3}月.{1,3}日"
)
_LINKED = 0.2
_INSIDE = ("mark", "page-counter")  # pages of a document are numbered in the middle of a list too
_LABELS = 3  # fewer labels may be the telephone and the address of a site
_HEADER_LINES = 3  # fewer lines above the title may be a document's own head


def mark_above(sheet: Sheet, head: Sequence[Line]) -> None:
    """Mark the site's header above the title, and links between title and body."""
    if sheet.markup:  # which tells what stands outside; infoboxes stand above the prose
        return
    _mark_tab_title(sheet, head)
    _mark_announced(sheet, head)
    title = _top_of_title(head)
    above = [line for line in head[: _first_label(sheet, head[: max(title, 0)])] if _is_loose(line)]
    for rule, _ in sheet.of("above-title"):
        others = [line for line in above if not sheet.keeps(rule, line)]
        if len(others) >= _HEADER_LINES:
            take(others, rule)
    if title > 0:
        _mark_titles(sheet, head[: min(title, len(head) - _TITLE_LINES)])


def _first_label(sheet: Sheet, lines: Sequence[Line]) -> int:
    """Return the place of the first heading or label with its value, where there are some.

    They are the body's own, and above them stands its title; else return how many lines there are.
    """
    labels = [sheet.proof(rule) for rule, _ in sheet.of("after-end") if rule.proof]
    own = [
        i
        for i, line in enumerate(lines)
        if line.rule is None
        and (_HEADING.match(line.text) or any(one.fullmatch(line.text) for one in labels))
    ]
    return max(own[0] - _TITLE_PARTS, 0) if len(own) >= _LABELS else len(lines)


def _top_of_title(head: Sequence[Line]) -> int:
    """Return the place of the first line of the title, above the last chrome; -1 for none.

    From there upwards author, lead and subtitle belong to it, as far as no chrome parts them.
    """
    last = max((i for i, line in enumerate(head) if line.rule), default=-1)
    loose = (i for i in range(last) if head[i].rule is None and head[i].text[-1:] not in _ARROWS)
    loose = (i for i in loose if not (i and head[i - 1].rule and head[i - 1].text[-1] == ":"))
    place = max((i for i in loose if head[i].weight >= _SHORTEST_TITLE), default=-1)
    full = [line.weight >= _FULL_TITLE and line.rule is None and not line.prose for line in head]
    for i in range(place, max(place - _TITLE_LINES, -1), -1):
        line, above = head[i], head[i - 1] if i else None
        place = i
        alone = full[i] and line.text[0] not in _DASHES and not _has_parts(full[: i + 1])
        if above is None or above.rule or (alone and not above.prose):
            break
    return place


def _has_parts(full: Sequence[bool]) -> bool:
    """Return whether the last line and few above it are titles: parts of one, and no list."""
    run = next((n for n, one in enumerate(reversed(full)) if not one), len(full))
    return 1 < run <= _TITLE_PARTS


def _mark_tab_title(sheet: Sheet, head: Sequence[Line]) -> None:
    """Mark the title of the tab, the page's first line, and all up to the title itself."""
    if not head or head[0].weight < _SHORTEST_TITLE or _is_text(head[0]):
        return
    first = head[0].text
    again = [i for i, line in enumerate(head) if i and _is_named(line.text, first)]
    # Below the title may stand a part of it: the project's name, the first line of a long title.
    lengths = {i: 0 if head[i].rule else len(head[i].text.strip(_ORNAMENTS)) for i in again}
    longest = max(lengths.values(), default=0)
    place = next((i for i in reversed(again) if head[i].rule or lengths[i] == longest), 0)
    while lengths.get(place - 1) and not same_title(head[place - 1].text, head[place].text):
        place -= 1  # a title of several lines
    if _is_note(head[1:place]):
        return
    for rule, _ in sheet.of("tab-title"):
        # The tab may name the document by its number, which stands below the title.
        own = "" if same_title(sheet.title, head[place].text) else sheet.title
        take((line for line in head[:place] if _is_loose(line) and line.text != own), rule)


def _is_text(line: Line) -> bool:
    """Return whether the line is a sentence, and no title that asks."""
    return line.prose and not is_headline(line)


def _is_named(text: str, tab: str) -> bool:
    """Return whether a tab names the title `text`: as most of it, or with marks around.

    The title of a table holds the words of its cells.
    """
    most = len(text) * 2 >= len(tab)
    return same_title(text, tab) and (most or _parted(text, tab))


def _parted(text: str, whole: str) -> bool:
    """Return whether `text` stands in `whole` with no letter or figure beside it."""
    return any(
        not (above[-1:].isalnum() or below[:1].isalnum())
        for above, below in pairwise(whole.split(text))
    )


def _is_note(lines: Sequence[Line]) -> bool:
    """Return whether `lines` speak to somebody, or end with a day: the letter before a document.

    It is headed by the document's title with the words around it: 关于印发某方案的通知.
    """
    own = [line.text for line in lines if line.rule is None]
    last = max((i for i, text in enumerate(own) if text[-1:] == "。"), default=-1)
    spoken = any(text[-1:] == ":" and len(text) >= _ADDRESS for text in own[: max(last, 0)])
    return spoken or any(_DAY.fullmatch(text) for text in own[last + 1 :] if last >= 0)


def _mark_announced(sheet: Sheet, head: Sequence[Line]) -> None:
    """Mark lists of links in the head below a line which announces them, up to the title."""
    for i, line in enumerate(head):
        if line.rule is None or line.rule.apply not in CLOSING:
            continue
        run = list(_run(head[i + 1 :]))
        own = (k for k, x in enumerate(run) if sheet.title and same_title(x.text, sheet.title))
        run = run[: next(own, len(run))]
        if sum(map(_like_title, run)) >= max(_FEW_TITLES, len(run) / 3):
            take(run, line.rule)


def _run(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the first lines as far as they are loose, and none of them addresses the readers."""
    for line in lines:
        address = line.text[-1:] == ":" and len(line.text) >= _ADDRESS
        if not _is_loose(line) or address:
            return
        yield line


def mark_below(sheet: Sheet, tail: Sequence[Line], body: Sequence[Line]) -> None:
    """Mark titles and words below the first chrome of the tail, and lists of titles above it.

    `body` is what stands above: its last sentence may announce names that look like titles.
    """
    first = _first_chrome(tail)
    element = element_of(body[-1].block.path) if body else ""
    for rule, announced in sheet.of("after-end"):
        below: list[Line] = []
        own = False  # what an annex or list announces is the body's own, up to the next chrome
        for line, after in zip(tail[first:], [*tail[first + 1 :], None], strict=False):
            if line.rule is not None:
                own = False
                continue
            own = own or announced.search(line.text) is not None
            loose = (_is_loose(line) or is_headline(line)) and not _is_beside(line, element)
            heads = _HEADING.match(line.text) is not None or _leads(line, after)
            if not own and not heads and loose and not sheet.spares(rule, line):
                below.append(line)
        take(below, rule)
        last = body[-1].text if body else ""
        if first < len(tail) and last[-1:] != ":" and not announced.search(last):
            _mark_titles(sheet, tail[:first])


def _first_chrome(tail: Sequence[Line]) -> int:
    """Return the place of the first chrome that ends a body, or how many lines there are.

    Of the hours of an interview, between its questions and answers, it is the last.
    """
    chrome = [(i, x.rule.apply) for i, x in enumerate(tail) if x.rule]
    chrome = [(i, apply) for i, apply in chrome if apply not in _INSIDE]
    stamped = [i for i, apply in chrome if apply == "stamp"]
    return next((i for i, apply in chrome if apply != "stamp" or i == stamped[-1]), len(tail))


def _leads(line: Line, after: Line | None) -> bool:
    """Return whether a line belongs to the one below: it speaks to readers, or signs a day."""
    if after is None or after.rule is not None:
        return False
    signs = _ORGAN.fullmatch(line.text) is not None and _DAY.fullmatch(after.text) is not None
    return signs or (line.text[-1:] == ":" and after.mass > 0)


def _is_beside(line: Line, element: str) -> bool:
    """Return whether a line without links stands in the body's own element."""
    return bool(element) and line.block.links < _LINKED and element_of(line.block.path) == element


def _mark_titles(sheet: Sheet, lines: Sequence[Line]) -> None:
    """Mark a list of titles: five or more, hardly a cell among them, announced by nothing.

    A numbered list stands below what announces it, or is the body's own.
    """
    for rule, announced in sheet.of("after-end"):
        loose = [line for line in lines if _is_loose(line)]
        kept = [i for i, line in enumerate(loose[:_SIGNATURE]) if sheet.keeps(rule, line)]
        loose = loose[kept[-1] + 1 if kept else 0 :]
        titles = sum(map(_like_title, loose))
        numbered = sum(_NUMBERED.match(line.text) is not None for line in loose)
        if titles < max(_TITLES, len(loose) * _TITLE_SHARE) or numbered * 2 > len(loose):
            continue
        if sum(_NAMES.fullmatch(line.text) is not None for line in loose) >= _ROWS:
            continue
        posts = sum(_HOUR.search(line.text) is not None for line in loose) * 2 > len(loose)
        if posts or not any(_announces(line, announced) for line in lines):
            take((line for line in loose if not sheet.keeps(rule, line)), rule)


def _announces(line: Line, announced: Pattern) -> bool:
    """Return whether the line says that what follows is the body's own."""
    return announced.search(line.text) is not None or (not line.rule and line.text[-1:] == ":")


def mark_dated(sheet: Sheet, lines: Sequence[Line]) -> None:
    """Mark lists of titles each with its date, on one line or on the line beside it."""
    for rule, stamp in sheet.of("dated-links"):
        both = sheet.proof(rule)
        shapes = _shapes(lines, stamp, both)
        for run in _DATED.finditer(shapes):
            take(lines[run.start() : run.end()], rule)


def _shapes(lines: Sequence[Line], stamp: Pattern, both: Pattern) -> str:
    """Return for each line D for a bare date, B for a title with its date, T for a title, or x.

    "" where there are too few dates to ask on.
    """
    dates = [_date(line, stamp, both) if _FIGURE.search(line.text) else "" for line in lines]
    if sum(map(bool, dates)) < _DATES:
        return ""
    return "".join(date or _title(line) for line, date in zip(lines, dates, strict=True))


def _date(line: Line, stamp: Pattern, both: Pattern) -> str:
    if not _may_be_dated(line):
        return ""
    return "D" if stamp.fullmatch(line.text) else "B" if both.fullmatch(line.text) else ""


def _title(line: Line) -> str:
    titled = _may_be_dated(line) and _like_title(line) and (not line.prose or is_headline(line))
    return "T" if titled else "x"


def _may_be_dated(line: Line) -> bool:
    return line.rule is None and len(line.text) <= _LONGEST_LINK and "\t" not in line.block.text


def _is_loose(line: Line) -> bool:
    """Return whether no rule took the line, and it is neither a sentence nor a table's row."""
    if line.rule is not None or line.prose:
        return False
    return not (_is_row(line.block.text) or _FIGURES.fullmatch(line.text))


def _is_row(text: str) -> bool:
    """Return whether a line is the row of a table: cells parted by tabs or bars, or in columns.

    Bars part the links of a menu too; a row has them at both ends, or a figure.
    """
    if "\t" in text:
        return True
    if text.count("|") >= _BARS and "](" not in text:
        return text.lstrip()[:1] == text.rstrip()[-1:] == "|" or _DIGIT.search(text) is not None
    return (
        len(_COLUMN.findall(text)) > 1
        and _DIGIT.search(text) is not None
        and not _LABEL.search(text)
    )


def _like_title(line: Line) -> bool:
    if not _SHORTEST_TITLE <= line.weight <= _LONGEST_TITLE or is_cell(line):
        return False
    return _NAMES.fullmatch(line.text) is None
