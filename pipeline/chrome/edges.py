"""Lines → marks on lines that are chrome by their words, and on all that they open or close.

In: a sheet. Out: nothing; lines of the sheet get their rule. Never marks the title, nor, below the
body, what the rule `after-end` keeps.
"""

from collections.abc import Sequence
from itertools import accumulate

from pipeline import kept
from pipeline.chrome.around import mark_above, mark_below, mark_dated
from pipeline.chrome.between import is_marks, mark_bars, mark_cut
from pipeline.chrome.continued import continued
from pipeline.chrome.core import find_core, is_headline
from pipeline.chrome.lines import matching_rule
from pipeline.chrome.posts import mark_posts
from pipeline.chrome.sheet import Line, Sheet, same_title, take
from pipeline.chrome.verse import find_verse
from pipeline.rules.chrome import CLOSING, ChromeRule, Zone

_MOST = 0.75  # a line closes the article only where this share of the sentences stands above it
# Took what is not around the body, but elsewhere on the page.
_FAR = ("body", "outside-body", "page-counter", "code")
_BODY = 20  # fewer characters of sentences may be a greeting beside verses
_TITLED = 0.3  # or this share of them below it, where the title follows
_TITLE = 8
_NEAR = 3
_FEW = 0.2  # readers may write four times as much as the author
Closer = tuple[int, ChromeRule]
_READERS = ("thread", "readers")
_VALUE = 20  # Chinese characters of a name beside its label, at most
_BUTTON = 12  # characters of a button, at most
_POSTS = 3  # fewer dated lines may be dates of the article's own
_POST_LINE = 80
_POST_SHARE = 0.08
_LABELLED = kept.pattern(r"(?:\(?[一二三四五六七八九十\d]{1,3}[)、.] ?)?([^\s:。,]{2,12}) ?: ?\S.*")
# Below the document's own telephone stand such of its own too.
_CONTACTS = ("chrome.hotline", "chrome.follow")
_SITE_LABELS = kept.pattern("责任?编|编辑|来源|稿源|发布|浏览|点击|阅读|原标题|原文")
_STAMP = kept.pattern(r"\d{1,4}[-/.年月]\d{1,2}.{1,10}\d{1,2}:\d{2}")


def mark_edges(sheet: Sheet) -> None:
    """Mark chrome lines, then what stands above and below the body with them."""
    lines = [line for line in sheet.lines if line.rule is None or line.rule.apply not in _FAR]
    pieces = lines
    if not sheet.markup:  # brackets on lines of their own part what belongs together
        lines = [line for line in lines if not is_marks(line)]
    likely = [line.rule is not None or sheet.knows(line) for line in lines]
    core = find_core(lines, likely)
    if _mass(lines[slice(*core)]) < _BODY:
        core = find_verse(sheet, lines, likely, core)
    core = continued(sheet, lines, likely, core)
    for i, line in enumerate(lines):
        if likely[i] and line.rule is None and line.text != sheet.title:
            line.mark(_rule_at(sheet, line, i, core))
        elif line.rule is not None and _is_opener(sheet, line, core[0] - i):
            line.mark(_rule(sheet, line, "head"))
    if not sheet.markup:
        mark_cut(sheet, pieces, lines[slice(*core)])
        mark_bars(sheet, pieces, lines[slice(*core)])
    _spare_labels(sheet, lines[core[0] :])
    _mark_buttons(sheet, lines, core)
    _mark_values(sheet, lines, core)
    mark_posts(sheet, lines)
    mark_dated(sheet, lines[: core[0]])
    mark_dated(sheet, lines[core[1] :])
    _close(sheet, lines, core)
    _open(sheet, lines)
    mark_above(sheet, lines[: core[0]])
    mark_below(sheet, lines[core[1] :], lines[: core[1]])


def _rule(sheet: Sheet, line: Line, zone: Zone) -> ChromeRule | None:
    return matching_rule(line.text, zone, sheet.sets)


def _rule_at(sheet: Sheet, line: Line, at: int, core: tuple[int, int]) -> ChromeRule | None:
    """Return the rule that takes the line where it stands; a page without a body is all edge."""
    if core == (0, 0):
        return _rule(sheet, line, "head") or _rule(sheet, line, "tail")
    return _rule(sheet, line, "head" if at < core[0] else "tail" if at >= core[1] else "middle")


def _is_opener(sheet: Sheet, line: Line, above: int) -> bool:
    """Return whether a line `above` the body, taken as links, is the way to the page."""
    if sheet.markup or above <= 0 or line.rule is None or line.rule.apply != "link-menu":
        return False
    rule = _rule(sheet, line, "head")
    return rule is not None and rule.apply == "start"


def _spare_labels(sheet: Sheet, lines: Sequence[Line]) -> None:
    """Take the mark off labels with values that stand among such labels of the document's own.

    They close forms (单位负责人, 审核人, 填报人) and lists of addresses (联系电话, 微信公众号).
    """
    above: Line | None = None
    waiting: list[Line] = []
    for line in lines:
        label = None if line.prose else _LABELLED.fullmatch(line.text)
        if label is None or (above is not None and not _same_element(above, line)):
            above, waiting = None, []
        if label is None:
            continue
        if line.rule is None and not sheet.knows(line):
            for one in waiting:
                one.mark(None)
            above, waiting = line, []
        elif above is not None and _may_be_own(line.rule, label[1]):
            if line.rule and line.rule.id in _CONTACTS:
                line.mark(None)
            else:
                waiting.append(line)


def _may_be_own(rule: ChromeRule | None, label: str) -> bool:
    """Return whether what `rule` took may be a document's own, by its label."""
    piece = rule is not None and rule.apply == "piece"
    return piece and not _SITE_LABELS.match(label)


def _same_element(one: Line, other: Line) -> bool:
    return one.block.path.rpartition("/")[0] == other.block.path.rpartition("/")[0]


def _mark_buttons(sheet: Sheet, lines: Sequence[Line], core: tuple[int, int]) -> None:
    """Mark buttons that stand alone on their line, beside chrome outside the body."""
    forward = range(1, len(lines))
    for step, places in ((-1, forward), (1, reversed(range(len(lines) - 1)))):
        for i in places:
            line, beside = lines[i], lines[i + step]
            if line.rule or not beside.rule or core[0] <= i < core[1] or len(line.text) > _BUTTON:
                continue
            if line.text == sheet.title:
                continue
            zone: Zone = "head" if i < core[0] else "tail"
            line.mark(matching_rule(line.text, zone, sheet.sets, beside=True))


def _mark_values(sheet: Sheet, lines: Sequence[Line], core: tuple[int, int]) -> None:
    """Mark the name below a label that went as metadata, outside the body."""
    for rule, label in sheet.of("value"):
        for i in range(1, len(lines)):
            above, line = lines[i - 1], lines[i]
            known = above.rule is not None and above.rule.apply not in CLOSING
            if line.rule or line.prose or not known or core[0] <= i < core[1]:
                continue
            if line.weight <= _VALUE and ":" not in line.text and label.fullmatch(above.text):
                line.mark(rule)


def _close(sheet: Sheet, lines: Sequence[Line], core: tuple[int, int]) -> None:
    """Let lines that close the article take all below; too early in the body, they take nothing.

    What is taken may have been most of the page, so a line further up is asked again.
    """
    keeper = next((rule for rule, _ in sheet.of("after-end")), None)
    closers = [(i, x.rule) for i, x in enumerate(lines) if x.rule and x.rule.apply in CLOSING]
    if _mass(lines[slice(*core)]) < _BODY:  # verses weigh nothing: no share of them stands above
        closers = [(place, rule) for place, rule in closers if place >= core[1]]
    found = _closer(lines, closers)
    while found:
        place, rule = found
        beside = _parent(next((x for x in reversed(lines[:place]) if x.mass), lines[place]))
        below = [x for x in lines[place + 1 :] if not (x.mass and beside and _parent(x) == beside)]
        take((x for x in below if keeper is None or not sheet.spares(keeper, x)), rule)
        closers = [closer for closer in closers if closer[0] < place]
        found = _closer(lines, closers)
    for place, rule in closers:
        if core[0] <= place < core[1] and "middle" in rule.zone:
            lines[place].mark(None)


def _mass(lines: Sequence[Line]) -> float:
    """Return the weight of sentences; titles that ask or exclaim are none."""
    return sum(line.mass for line in lines if not is_headline(line))


def _parent(line: Line) -> str:
    """Return the element of a paragraph; "" without markup, and for what is no paragraph."""
    parent, _, segment = line.block.path.rpartition("/")
    return parent if segment.startswith("p@") else ""


def _closer(lines: Sequence[Line], closers: Sequence[Closer]) -> Closer | None:
    """Return the first of `closers` that has enough of the sentences above it."""
    total = sum(line.mass for line in lines)
    stamps: Sequence[int] = ()
    above, at = 0.0, 0
    for place, rule in closers:
        above += sum(line.mass for line in lines[at:place])
        at = place
        if above and rule.apply in _READERS:
            stamps = stamps or list(accumulate(map(_is_stamped, lines), initial=0))
            if _is_thread(stamps, place + 1):
                return place, rule
        if above >= total * (_FEW if rule.apply == "readers" else _MOST):
            return place, rule
    return None


def _is_stamped(line: Line) -> bool:
    return len(line.text) <= _POST_LINE and _STAMP.search(line.text) is not None


def _is_thread(stamps: Sequence[int], at: int) -> bool:
    """Return whether dated posts of readers begin at the line `at`, and go on to the end.

    `stamps` counts the dated lines above each line, and last those of the page.
    """
    last = len(stamps) - 1
    begins = stamps[min(at + _POSTS, last)] > stamps[at]
    return begins and stamps[last] - stamps[at] >= max(_POSTS, (last - at) * _POST_SHARE)


def _leads(sheet: Sheet, below: Sequence[Line]) -> bool:
    """Return whether the page's title stands right `below` the way to the page."""
    if not sheet.title:
        return False
    return any(same_title(line.text, sheet.title) and line.weight >= _TITLE for line in below)


def _open(sheet: Sheet, lines: Sequence[Line]) -> None:
    """Let the last line that opens the article take all above; too late, it goes alone."""
    total = sum(line.mass for line in lines)
    below = 0.0
    for i in range(len(lines) - 1, -1, -1):
        rule = lines[i].rule
        if rule and rule.apply == "start":
            titled = _leads(sheet, lines[i + 1 : i + _NEAR])
            if below >= total * (_TITLED if titled else _MOST):
                take((line for line in lines[:i] if line.text != sheet.title), rule)
                return
        below += lines[i].mass
