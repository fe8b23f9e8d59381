"""Lines → marks on those that say nothing but what the page says of itself.

In: a sheet, with the fields read when the page was parsed and where each stood. Out: nothing; lines
get their rule: those that fields were read from, bylines of their like, hours that a machine wrote
between the words of a live report. Never marks a sentence, a signature or a document's own number:
a day, an organ or a number alone is the document's, be it read as a field.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from pipeline import kept
from pipeline.chrome.lines import fold
from pipeline.chrome.sheet import Line, Sheet, take
from pipeline.records import Origin
from pipeline.rules.patterns import Pattern

# What only a page has. The document itself names its organ, its day and its number.
_PAGE = ("published", "source", "author", "editor", "index_number")
_DOCUMENT = ("issuer", "issued", "document_number")
_DAYS = ("published", "issued")
_LONGEST = 150  # characters of a line made of labels and their values
_SENTENCE = kept.pattern("[。!?;]")
_LABELLED = kept.pattern("[:丨]|】.*】")  # one label in brackets may head a document's own line
_DAY = kept.pattern(r"\d[-/.年月]\d")
_BLANKS = kept.pattern(r"\s+")
_PARTS = kept.pattern("[、]")
_PROVEN = 2  # so many fields on one line make a byline of it, whatever else it says
_NEAR = 8  # lines above the first sentence where a byline stands
_BYLINE = 90
_NAMES = 14  # letters of a paper's and a reporter's name
_STAMPS = 3  # fewer hours may be the text's own
_ELSE = 12  # letters and figures that no field or label explains, at most, for each further field


def mark_origins(sheet: Sheet) -> None:
    """Mark lines that fields were read from, where labels and values are all they hold."""
    if not any(origin.line for _, origin in sheet.facts):
        return
    by_line = _by_line(sheet)
    first, last = _edges(sheet.lines)
    shared = Counter(line.block.line for line in sheet.lines)
    for rule, words in sheet.of("origin"):
        for i, line in enumerate(sheet.lines):
            facts = by_line.get(line.block.line, ())
            if not facts or not _may_go(sheet, line):
                continue
            # Many blocks may share a line of the source.
            if sheet.markup or shared[line.block.line] > 1:
                facts = [fact for fact in facts if _stood(fact[1], line)]
            values = _values(facts, line, sheet) if facts else {}
            if values and _is_metadata(line.text, values, words, inside=first < i < last):
                line.mark(rule)


def _by_line(sheet: Sheet) -> Mapping[int, Sequence[tuple[str, Origin]]]:
    """Return what was read of each line of the source."""
    by_line: dict[int, list[tuple[str, Origin]]] = defaultdict(list)
    for value, origin in sheet.facts:
        if origin.line and origin.field in (*_PAGE, *_DOCUMENT):
            by_line[origin.line].append((value, origin))
    return by_line


def _edges(lines: Sequence[Line]) -> tuple[int, int]:
    """Return the places of the first and the last sentence."""
    places = [i for i, line in enumerate(lines) if line.mass] or [len(lines)]
    return places[0], places[-1]


def _may_go(sheet: Sheet, line: Line) -> bool:
    """Return whether a line is short, no title and no sentence."""
    text = line.text
    if line.rule or not text or len(text) > _LONGEST or text == sheet.title:
        return False
    return "\n" not in line.block.text and not _SENTENCE.search(text)


def _stood(origin: Origin, line: Line) -> bool:
    """Return whether a field was read in this line, and maybe the one below."""
    return origin.text == line.block.text or origin.text.startswith(line.block.text + "\n")


def _values(
    facts: Sequence[tuple[str, Origin]], line: Line, sheet: Sheet
) -> Mapping[str, Sequence[str]]:
    """Return the values that stand in `line` by field, as it is folded, without blanks.

    A line that was parted shares its number with all its pieces. A day is written in many ways.
    """
    text = _BLANKS.sub("", line.text)
    found: dict[str, Sequence[str]] = {}
    values = fold([value for value, _ in facts], sheet.variants)
    for value, (_, origin) in zip(values, facts, strict=True):
        parts = _PARTS.split(_BLANKS.sub("", value))
        if origin.field in _DAYS:
            found |= {origin.field: ()} if _DAY.search(text) else {}
        elif all(part in text for part in parts):
            found[origin.field] = parts
    return found


def _is_metadata(
    text: str, values: Mapping[str, Sequence[str]], words: Pattern, *, inside: bool
) -> bool:
    """Return whether the line holds hardly a letter beside labels and `values`.

    Between sentences, and where the document could have written it, two fields prove it.
    """
    labelled = _LABELLED.search(text) is not None
    proven = sum(field in _PAGE for field in values) + labelled * sum(
        f in _DOCUMENT for f in values
    )
    if proven < (1 if labelled and not inside else _PROVEN):
        return False
    text = _BLANKS.sub("", text)
    for part in (part for parts in values.values() for part in parts):
        text = text.replace(part, " ", 1)
    left = words.compiled.sub(" ", text)
    return _letters(left) <= _ELSE * (proven - 1)


def mark_bylines(sheet: Sheet) -> None:
    """Mark lines above the first sentence with an hour, a word of bylines and hardly a letter more.

    A field is read from one place, and the others say the same.
    """
    first, _ = _edges(sheet.lines)
    for rule, words in sheet.of("byline"):
        hour = sheet.proof(rule)
        for line in sheet.lines[max(0, first - _NEAR) : first]:
            if not _may_go(sheet, line) or len(line.text) > _BYLINE or not hour.search(line.text):
                continue
            rest = _BLANKS.sub("", hour.compiled.sub(" ", line.text))
            left = words.compiled.sub(" ", rest)
            if left != rest and _letters(left) <= _NAMES:
                line.mark(rule)


def mark_stamps(sheet: Sheet) -> None:
    """Mark lines that hold an hour to the second and nothing else, three or more of them."""
    for rule, stamp in sheet.of("stamp"):
        stamps = [x for x in sheet.lines if x.rule is None and stamp.fullmatch(x.text)]
        if len(stamps) >= _STAMPS:
            take(stamps, rule)


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))
