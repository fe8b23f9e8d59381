"""Lines without a sentence → what holds the body all the same: verses, names, a curriculum vitae.

In: a sheet, or its lines in reading order. Out: the path of an element, or a stretch of lines.
Never marks, and never looked for where the page has sentences.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipeline import kept
from pipeline.chrome.container import is_below
from pipeline.chrome.core import is_cell
from pipeline.chrome.sheet import NEARBY, Line, Sheet
from pipeline.rules.patterns import Pattern

# The element of a line is the first above it that is none of these.
_PART = kept.pattern(r"(?:ul|ol|dl|li|dd|dt|p|pre|blockquote)[@.#]|(?:div|span|section)@")
_ROW = kept.pattern(r"/tr@\d+$")
_LINES = 6  # fewer lines are a title with its byline
_WEIGHT = 40
_TITLED_LINES, _TITLED_WEIGHT = 3, 15  # below the title and its byline fewer are enough
_LINKED = 0.2
_FLAT_LINES = 8  # without markup fewer may be a menu
_GAP = 2  # so many lines part one run from the next
_LONGEST = 16  # titles are longer
_MEAN = (4.6, 12.0)  # names of menus are shorter, titles are longer
_TITLE = 8
_FIGURE = kept.pattern(r"[\d:：]")
_LETTER = kept.pattern(r"[^\W\d]")
_DATED = kept.pattern(
    r"(?:20\d\d[-/.]\d{1,2}[-/.]|(?<!\d)\d{1,2}[-/])\d{1,2}[\])]?$|^[\[(]?20\d\d[-/.]\d{1,2}[-/.]\d"
)
_BULLETS = "*+-·•○●■>|"


def verse_element(sheet: Sheet) -> str:
    """Return the element with most of the lines that are neither links nor chrome; "" for none."""
    lines = (x for x in sheet.lines if _is_plain(x) and not sheet.knows(x))
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        found[element_of(line.block.path)].append(line)
    return _fullest(found)


def _fullest(found: Mapping[str, Sequence[Line]]) -> str:
    """Return the element whose lines weigh most, and enough."""
    found = {path: lines for path, lines in found.items() if path and len(lines) >= _LINES}
    masses = {path: sum(line.weight for line in lines) for path, lines in found.items()}
    best = max(masses, key=masses.__getitem__, default="")
    return best if best and masses[best] >= _WEIGHT else ""


def _together(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Return `lines` by their elements; those that have one each, by the element around them."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        found[element_of(line.block.path)].append(line)
    joined: dict[str, list[Line]] = defaultdict(list)
    for path, own in found.items():
        joined[path if len(own) > 1 else _ROW.sub("", path.rpartition("/")[0])] += own
    return joined


def body_element(sheet: Sheet) -> str:
    """Return the element of a body without sentences: the first below the title, or the fullest.

    "" where a table is the body.
    """
    if any(x.block.kind == "table" and x.rule is None and x.weight > _WEIGHT for x in sheet.lines):
        return ""
    if element := _below_title(sheet) or verse_element(sheet):
        return element
    return _fullest(_together(x for x in sheet.lines if _may_be_body(sheet, x)))


def holds_verse(sheet: Sheet) -> bool:
    """Return whether lines without a sentence stand where an article's body does.

    Below its title, or below its source and date; titles with their dates are none.
    """
    if sheet.markup:
        return _below_title(sheet) != ""
    likely = [line.rule is not None or sheet.knows(line) for line in sheet.lines]
    return _below_byline(sheet, sheet.lines, likely) is not None


def _below_title(sheet: Sheet) -> str:
    """Return the first element right below the title with some lines of text; "" for none."""
    title = sheet.place_of_title()
    if title < 0:
        return ""
    below = sheet.lines[title + 1 :]
    found = _together(line for line in below if _may_be_body(sheet, line))
    nearby = [line.block.path for line in below[:NEARBY]]
    for path, lines in found.items():
        weight = sum(line.weight for line in lines)
        enough = len(lines) >= _TITLED_LINES and weight >= _TITLED_WEIGHT
        if path and enough and any(is_below(place, path) for place in nearby):
            return path
    return ""


def _may_be_body(sheet: Sheet, line: Line) -> bool:
    """Return whether the line is text that no rule takes, and no title with its date."""
    text = _is_text(line) and not _DATED.search(line.text)
    return text and not sheet.knows(line)


def find_verse(
    sheet: Sheet, lines: Sequence[Line], likely: Sequence[bool], core: tuple[int, int]
) -> tuple[int, int]:
    """Return the stretch of `lines` that holds a body without sentences, `core` for none."""
    if sheet.markup:
        element = body_element(sheet)
        texts = (i for i, line in enumerate(lines) if _is_text(line) and not likely[i] and element)
        places = [i for i in texts if is_below(lines[i].block.path, element)]
        found = (places[0], places[-1] + 1) if places else core
        return found if found != (0, 0) else _heaviest(lines, likely)
    heaviest = _heaviest(lines, likely)
    below = _below_byline(sheet, lines, likely)
    if below and heaviest[1] and _are_titles(lines[slice(*below)]):
        below = None  # the source stands below the body, and links below the source
    found = below or _verses(sheet, lines, likely) or core
    return found if found != (0, 0) else heaviest


def _below_byline(
    sheet: Sheet, lines: Sequence[Line], likely: Sequence[bool]
) -> tuple[int, int] | None:
    """Return the stretch between an article's source, date and buttons and the next chrome.

    A title with its date is chrome too.
    """
    signs = [sheet.proof(rule) for rule, _ in sheet.of("home-page") if rule.proof]
    bylines = (i for i, x in enumerate(lines) if likely[i] and any(s.search(x.text) for s in signs))
    first = next(bylines, len(lines))
    start = first
    for i in range(first, len(lines) + 1):
        if i < len(lines) and not likely[i] and not _DATED.search(lines[i].text):
            continue
        body = [line for line in lines[start:i] if _is_text(line)]
        enough = sum(line.weight for line in body) >= _TITLED_WEIGHT
        if len(body) >= _TITLED_LINES and enough:
            return start, i
        start = i + 1
        if start > first + NEARBY:
            break
    return None


def _verses(sheet: Sheet, lines: Sequence[Line], likely: Sequence[bool]) -> tuple[int, int] | None:
    """Return the first run of lines as short as verses, and longer than names in menus."""
    menus = [pattern for _, pattern in sheet.of("link-menu")]
    start = 0
    for i in range(len(lines) + 1):
        if i < len(lines) and not likely[i] and _is_verse(lines[i], menus):
            continue
        weight, count = sum(line.weight for line in lines[start:i]), i - start
        if count >= _FLAT_LINES and weight >= _WEIGHT and _MEAN[0] <= weight / count <= _MEAN[1]:
            return start, i  # what stands further down is the side of the page
        start = i + 1
    return None


def _heaviest(lines: Sequence[Line], likely: Sequence[bool]) -> tuple[int, int]:
    """Return the run of lines that weighs most, `(0, 0)` where none has some weight.

    A list of titles is none. One line that a rule might take parts no run.
    """
    pairs = zip(lines, likely, strict=True)
    own = [not no and _is_text(x) and not _DATED.search(x.text) for x, no in pairs]
    best, found = float(_WEIGHT), (0, 0)
    start = 0
    for end in range(len(lines) + 1):
        if any(own[end : end + _GAP]):
            continue
        run = [line for line, kept in zip(lines[start:end], own[start:end], strict=True) if kept]
        weight = sum(line.weight for line in run)
        if weight > best and not _are_titles(run):
            best, found = weight, (start, end)
        start = end + 1
    return found


def _are_titles(lines: Sequence[Line]) -> bool:
    return sum(map(_like_title, lines)) * 2 >= len(lines)


def _like_title(line: Line) -> bool:
    """Return whether the line may be a title in a list: a label or a figure is hardly in one."""
    return line.weight >= _TITLE and _FIGURE.search(line.text) is None


def _is_text(line: Line) -> bool:
    """Return whether no rule took the line, and it is neither link nor table nor ornament."""
    loose = line.rule is None and line.block.kind != "table" and line.block.links < _LINKED
    return loose and any(map(str.isalnum, line.text))


def _is_plain(line: Line) -> bool:
    """Return whether the line is text of some words, and no figure nor a title with its date."""
    words = _is_text(line) and _LETTER.search(line.text) is not None
    return words and not is_cell(line) and not _DATED.search(line.text)


def _is_verse(line: Line, menus: Sequence[Pattern]) -> bool:
    """Return whether a line may be a verse: short, without a bullet, and no name in a menu."""
    if len(line.text) > _LONGEST or not _is_plain(line) or line.text[0] in _BULLETS:
        return False
    return not any(names.fullmatch(line.text) for names in menus)


def element_of(path: str) -> str:
    """Return the element that a line stands in, however it is cut into paragraphs."""
    while _PART.match(path.rpartition("/")[2]):
        path = path.rpartition("/")[0]
    return path
