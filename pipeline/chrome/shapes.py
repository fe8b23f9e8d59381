"""Lines → marks on chrome that is known by its shape: menus, metadata tables, word lists, counters.

In: a sheet. Out: nothing; lines of the sheet get their rule. Never judges by one line what needs
its neighbours: the cells of a flattened table look like a menu, one by one.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from pipeline import kept
from pipeline.chrome.between import is_marks
from pipeline.chrome.lines import LONGEST, fold
from pipeline.chrome.sheet import Line, Sheet, take
from pipeline.rules.chrome import SHORT
from pipeline.rules.patterns import Pattern

_BAR = kept.pattern(r"\s*[|│┃·•>/]\s*|\s+")
_BARS = kept.pattern("(?:[^ |│┃·•>/]*[ |│┃·•>/]){3}")  # as many as part the names of a menu
_ROW = kept.pattern(r"[\s|│┃·•>/\[\]【】]+")
_LINKED = 0.8
_NAME = 10  # characters of a name in a menu, at most
_GAP = 4  # lines from a label to the next but one
_DATE = kept.pattern(r"(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
_VALUE = 60  # characters of a value in a metadata table, at most
_TABLE = 400  # characters of a metadata table on one line, at most
_KNOWN_LABELS = 0.7  # of a line's labels; a notice has its own
_LABELS = 3  # fewer labels may be a form's own
_TEXT = 0.45  # a table of metadata may sum up what the page says
_PROSE = 2  # a long title in the table may look like a sentence
_RUN = 3  # fewer links in a row may be the article's own
_MENU = 4  # fewer names in a row may be cells
_KNOWN = 3  # fewer known names prove nothing
_WORDS = 8  # fewer words in a line may be a list of the article
_COUNTED = kept.pattern(r"\(?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.、)]")  # an agenda's items
_DIGIT = kept.pattern(r"\d")
_BESIDE = 0.2  # of a line that announces links; a menu's name is a link
_LISTED = kept.pattern(
    "汇总|清单|目录|点击(?:标题|链接|下方|以下|名称)|可?(?:下载|查阅|查看)(?:原文|全文|文件|附件)"
)
_GLUED = (8, 300)  # characters of a menu that lost its blanks
_COVERED = 0.7  # a menu has names that no rule knows


def mark_shapes(sheet: Sheet) -> None:
    """Mark metadata tables, menus and keyword lists."""
    _mark_labels(sheet)
    _mark_menus(sheet)
    _mark_link_runs(sheet)
    _mark_keywords(sheet)


def mark_counters(sheet: Sheet) -> None:
    """Mark bare numbers beside chrome below the last sentence, unless a cell stands above."""
    lines = sheet.lines
    last = max((i for i, line in enumerate(lines) if line.mass), default=len(lines))
    for rule, pattern in sheet.of("counter"):
        for i in range(last + 1, len(lines)):
            above, line = lines[i - 1], lines[i]
            below = lines[i + 1] if i + 1 < len(lines) else None
            alone = above.prose or above.rule is not None
            if line.rule or not alone or not pattern.fullmatch(line.text):
                continue
            if above.rule or (below and below.rule):
                line.mark(rule)


def _mark_labels(sheet: Sheet) -> None:
    """Mark a metadata table above the body: its labels, each with its value."""
    prose = [i for i, line in enumerate(sheet.lines) if line.prose]
    first = prose[_PROSE] if len(prose) > _PROSE else len(sheet.lines)
    head = sheet.lines[:first]
    for rule, pattern in sheet.of("label"):
        for line in head:
            letter = sheet.spares(rule, line)
            if line.block.kind == "table" and not letter and _is_metadata(sheet, line, pattern):
                line.mark(rule)
        labelled = [i for i, line in enumerate(head) if pattern.match(line.text)]
        columns = _columns(head, labelled, pattern)
        labelled = [i for i in labelled if i not in columns]
        take((line for line in head if _has_labels(line, pattern)), rule)
        if len(labelled) < _LABELS:
            continue
        take((head[i] for i in labelled), rule)
        bare = [i for i in labelled if pattern.fullmatch(head[i].text) and i + 1 < first]
        for i, after in pairwise([*bare, first]):
            value = head[i + 1]
            if len(value.text) <= _VALUE and (i != labelled[-1] or _DATE.fullmatch(value.text)):
                take([value], rule)
            between = head[i + 2 : after] if after < first and after - i <= _GAP else []
            if between and _is_label(between[0]):  # one that no rule knows, and its value
                take((x for x in between if len(x.text) <= _VALUE and not x.prose), rule)


def _columns(head: Sequence[Line], labelled: Sequence[int], pattern: Pattern) -> set[int]:
    """Return the labels that head the columns of a table, such as a catalogue of documents.

    Three or more have no value between them and are all that stand alone, or the rows below are
    counted; then a name that no rule knows may stand between them.
    """
    bare = [i for i in labelled if pattern.fullmatch(head[i].text)]
    if not bare:
        return set()
    last = bare[-1]
    run = [i for at, i in enumerate(reversed(bare)) if last - i <= 2 * at]
    counted = [line.text for line in head[last + 1 : last + 1 + _LABELS]]
    if "1" in counted[:1] or ("1" in counted and last - run[-1] < len(run)):
        return set(run) if len(run) > 1 else set()
    alone = len(run) >= _LABELS and run == bare[::-1] and last - run[-1] < len(run)
    return set(run) if alone else set()


def _is_label(line: Line) -> bool:
    """Return whether the line may be a label, and is no title."""
    return len(line.text) <= _NAME or line.text[-1:] == ":"


def _has_labels(line: Line, pattern: Pattern) -> bool:
    """Return whether one line holds the table: it begins with a label, and has three."""
    if line.text.count(":") < _LABELS or len(line.text) > _TABLE or not pattern.match(line.text):
        return False
    found = (match[0] for match in pattern.compiled.finditer(line.text))
    labels = sum(label.rstrip().endswith(":") for label in found)
    return labels >= max(_LABELS, line.text.count(":") * _KNOWN_LABELS)


def _is_metadata(sheet: Sheet, table: Line, pattern: Pattern) -> bool:
    """Return whether every third cell, three at least, is a label of metadata."""
    cells = fold(re.split(r"[\t\n]+", table.block.text), sheet.variants)
    labels = sum(pattern.match(cell) is not None for cell in cells)
    text = sum(len(cell) for cell in cells if "。" in cell)
    mostly = text <= len(table.text) * _TEXT  # else a letter and its answer, in one table
    return mostly and labels >= _LABELS and labels * 3 >= len(cells)


def _mark_menus(sheet: Sheet) -> None:
    """Mark lines, and runs of short lines, made of names that menus have, around the sentences."""
    for rule, pattern in sheet.of("link-menu"):
        proof = sheet.proof(rule)
        for lines in _around(sheet):
            for line in lines:
                loose = line.rule is None and len(line.text) <= SHORT
                if loose and _is_menu(_names(line.text, pattern), pattern, proof):
                    line.mark(rule)
            words = lines if sheet.markup else [line for line in lines if not is_marks(line)]
            for run in _runs(words, lambda line: len(line.text) <= _NAME):
                known = [i for i, line in enumerate(run) if _is_known(line.text, pattern)]
                menu = run[known[0] : known[-1] + 1] if known else []
                if _is_menu([line.text for line in menu], pattern, proof):
                    take(menu, rule)


def _names(text: str, pattern: Pattern) -> Sequence[str]:
    """Return the names in a line, parted by bars and blanks or glued; hardly a line has enough."""
    names = [name for name in _BAR.split(text) if name] if _BARS.match(text) else []
    return names if len(names) >= _MENU else _glued(text, pattern)


def _is_menu(names: Sequence[str], pattern: Pattern, proof: Pattern) -> bool:
    """Return whether a third of `names` are names of menus, one a proof, and few are figures."""
    if len(names) < _MENU or max(map(len, names)) > _NAME:
        return False
    known = sum(_is_known(name, pattern) for name in names)
    figures = sum(_DIGIT.search(name) is not None for name in names)
    likely = known >= _KNOWN and known * 3 >= len(names) and figures * 5 <= len(names)
    return likely and any(map(proof.fullmatch, names))


def _is_known(name: str, pattern: Pattern) -> bool:
    return bool(name) and pattern.begins(name[0]) and pattern.fullmatch(name) is not None


def _glued(text: str, pattern: Pattern) -> list[str]:
    """Return the known names in a line that is made of little else, [] for any other line."""
    if not _GLUED[0] <= len(text) <= _GLUED[1] or not pattern.begins(text[0]):
        return []
    if not pattern.match(text):
        return []
    best: list[tuple[int, list[str]]] = [(0, [])]
    for end in range(1, len(text) + 1):
        options = [best[-1]]  # a character that no name covers
        for start in range(max(0, end - _NAME), end - 1):
            if pattern.fullmatch(text, start, end):
                covered, names = best[start]
                options.append((covered + end - start, [*names, text[start:end]]))
        best.append(max(options, key=lambda option: (option[0], len(option[1]))))
    covered, names = best[-1]
    return names if covered >= len(text) * _COVERED else []


def _mark_link_runs(sheet: Sheet) -> None:
    """Mark three or more blocks in a row that are nothing but links, around the sentences.

    One block may hold as many, parted by bars or brackets. Between sentences they may be what the
    article is about: the documents it publishes.
    """
    keepers = [keeper for keeper, _ in sheet.of("after-end")]
    above = {id(line): before for before, line in pairwise(sheet.lines)}
    for rule, _ in sheet.of("link-menu"):
        for lines in _around(sheet):
            for run in _runs(lines, _is_link):
                loose = (x for x in run if not any(sheet.keeps(keeper, x) for keeper in keepers))
                menu = len(run) >= _RUN or any(map(_is_row, run))
                if menu and not _is_announced(sheet, run[0], above.get(id(run[0]))):
                    take(loose, rule)


def _is_announced(sheet: Sheet, link: Line, above: Line | None) -> bool:
    """Return whether links that begin with `link` are what the line right above them announces.

    It stands in the element that holds them, as 现将有关文件汇总如下 does, or ends with a colon.
    """
    if above is None or above.rule or above.block.links > _BESIDE:
        return False
    parent = above.block.path.rpartition("/")[0]
    inside = bool(parent) and link.block.path.startswith(parent + "/")
    spoken = above.prose or above.text[-1:] == ":"
    return inside and spoken and not sheet.knows(above) and _says(sheet, above)


def _says(sheet: Sheet, line: Line) -> bool:
    """Return whether a line ends by saying what stands below it."""
    announced = any(find.search(line.text) for _, find in sheet.of("after-end"))
    return announced or line.text[-1:] == ":" or _LISTED.search(line.text) is not None


def _is_row(line: Line) -> bool:
    """Return whether a line is short links, three or more, and hardly a word beside them."""
    if line.block.links < _LINKED or len(line.text) > SHORT:
        return False
    names = [name for name in _ROW.split(line.text) if name]
    return len(names) >= _RUN and max(map(len, names)) <= _NAME


def _around(sheet: Sheet) -> tuple[list[Line], list[Line]]:
    """Return the lines above the first sentence that no rule took, and those below the last."""
    places = [i for i, line in enumerate(sheet.lines) if line.mass] or [len(sheet.lines)]
    return sheet.lines[: places[0]], sheet.lines[places[-1] + 1 :]


def _is_link(line: Line) -> bool:
    """Return whether a block is a link, with no more beside it than its date and author."""
    return line.block.links > 0.9 or (line.block.links > 0.25 and not line.prose)


def _mark_keywords(sheet: Sheet) -> None:
    """Mark lines of many short words a third of which share two letters."""
    for rule, _ in sheet.of("keyword-list"):
        for line in sheet.left():
            if _is_keywords(line.text):
                line.mark(rule)


def _is_keywords(text: str) -> bool:
    if text.count(" ") + 1 < _WORDS or len(text) > LONGEST:
        return False
    words = text.strip("•· ").split(" ")
    if len(words) < _WORDS or max(map(len, words)) > 2 * _NAME or re.search("[。,;:!?]", text):
        return False
    if sum(_COUNTED.match(word) is not None for word in words) >= _KNOWN:
        return False
    pairs = Counter(
        pair for word in words for pair in {word[i : i + 2] for i in range(len(word) - 1)}
    )
    pair, count = pairs.most_common(1)[0] if pairs else ("", 0)
    return count * 3 >= len(words) * 2 and not _DIGIT.search(pair) and pair.isalpha()


def _runs(lines: Sequence[Line], wanted: Callable[[Line], bool]) -> Iterator[list[Line]]:
    """Yield the longest runs of neighbouring lines that no rule took and that are `wanted`."""
    run: list[Line] = []
    for line in lines:
        if line.rule is None and wanted(line):
            run.append(line)
        elif run:
            yield run
            run = []
    if run:
        yield run
