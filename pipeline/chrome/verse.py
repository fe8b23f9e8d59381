"""Lines without a sentence → what holds the body all the same: verses, names, a curriculum vitae.

In: a sheet, or its lines in reading order. Out: the path of an element, or a stretch of lines.
Never marks, and never looked for where the page has sentences.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

from pipeline.chrome.core import is_cell
from pipeline.chrome.lines import may_match
from pipeline.chrome.sheet import Line, Sheet
from pipeline.rules.patterns import Pattern

# The element of a line is the first above it that is none of these.
_PART = re.compile(r"(?:ul|ol|dl|li|dd|dt|p|pre|blockquote)[@.#]|(?:div|span)@")
_LINES = 6  # fewer lines are a title with its byline
_WEIGHT = 40
_LINKED = 0.2
_FLAT_LINES = 8  # without markup fewer may be a menu
_LONGEST = 16  # titles are longer
_MEAN = (4.6, 12.0)  # names of menus are shorter, titles are longer
_LETTER = re.compile(r"[^\W\d]")
_DATED = re.compile(r"\d{1,4}[-/.]\d{1,2}[\])]?$")
_BULLETS = "*+-·•○●■>|"


def verse_element(sheet: Sheet) -> str:
    """Return the element with most of the lines that are neither links nor chrome; "" for none."""
    found: dict[str, list[Line]] = defaultdict(list)
    for line in sheet.lines:
        if _is_plain(line) and not may_match(line.text, sheet.sets):
            found[element_of(line.block.path)].append(line)
    found = {path: lines for path, lines in found.items() if path and len(lines) >= _LINES}
    masses = {path: sum(line.weight for line in lines) for path, lines in found.items()}
    best = max(masses, key=masses.__getitem__, default="")
    return best if best and masses[best] >= _WEIGHT else ""


def find_verse(
    sheet: Sheet, lines: Sequence[Line], likely: Sequence[bool], core: tuple[int, int]
) -> tuple[int, int]:
    """Return the stretch of `lines` that holds a body without sentences, `core` for none."""
    if sheet.markup:
        element = verse_element(sheet)
        plain = (i for i, line in enumerate(lines) if _is_plain(line) and not likely[i] and element)
        places = [i for i in plain if element_of(lines[i].block.path) == element]
        return (places[0], places[-1] + 1) if places else core
    menus = [pattern for _, pattern in sheet.of("link-menu")]
    start = 0
    for i in range(len(lines) + 1):
        if i < len(lines) and not likely[i] and _is_verse(lines[i], menus):
            continue
        weight, count = sum(line.weight for line in lines[start:i]), i - start
        if count >= _FLAT_LINES and weight >= _WEIGHT and _MEAN[0] <= weight / count <= _MEAN[1]:
            return start, i  # what stands further down is the side of the page
        start = i + 1
    return core


def _is_plain(line: Line) -> bool:
    """Return whether no rule took the line, and it is neither link nor table nor figure."""
    if line.rule or line.block.kind == "table" or line.block.links >= _LINKED:
        return False
    return bool(_LETTER.search(line.text)) and not is_cell(line) and not _DATED.search(line.text)


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
