"""A clause → its figures as quantities, and its words without them.

In: a clause as a page spells it, and what the rules say of units and words. Out: values in one
unit of each kind, exact. Never: a guess; what is not understood stays among the words.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache

import numpy as np

from pipeline import kept
from pipeline.dedup.kernel import NUMBER
from pipeline.rules import built_in_rules
from pipeline.rules.dedup import DedupRules, Mechanism
from pipeline.rules.script import simplified

HOLE = "#"  # stands for a figure among the words of a clause
_RISE = "^"  # and this for a rise or fall before it
ANY = "*"  # the kind of a counting word that stands for every other
RATIO = "%"  # the kind of shares of a whole
DATE = "date"
_LONGEST = 10  # letters of a word before a figure

REMEMBERED = 1 << 16  # clauses, of some hundred bytes each
TELLING = 2  # significant digits; a number of one digit rounds too much to tell
FARTHEST = 0.11  # of the greater of two numbers; so far two digits may round at most
ROUNDED = 3  # significant digits of a rounded number that has no decimals

_GAP = "[\\s\u200b]*"
_DIGITS = r"(?<![\d.])\d+(?:,\d{3}(?!\d))*(?:\.\d+)?"
_SIGNED = rf"(?:(?<![\d%a-z.])-)?{_DIGITS}"
_HAN_DIGITS = {
    han: n for n, hans in enumerate(("零〇", "一", "二两", *"三四五六七八九")) for han in hans
}
_HAN_POWERS = {"十": 10, "百": 100, "千": 1000}
_HAN_GROUPS = {"万": 10**4, "亿": 10**8}
HAN_NUMERALS = "".join((*_HAN_DIGITS, *_HAN_POWERS, *_HAN_GROUPS))
_HAN = f"[{HAN_NUMERALS}]+"
_DAY = rf"(?:\d{{1,2}}|{_HAN})"
_YEAR = rf"(?:(?:19|20)\d\d|[{''.join(_HAN_DIGITS)}]{{4}})"
_DATES = (
    rf"(?P<year>{_YEAR}){_GAP}年(?:{_GAP}(?P<month>{_DAY}){_GAP}月(?:{_GAP}(?P<day>{_DAY}){_GAP}[日号])?)?"
    r"|(?P<iso>(?:19|20)\d\d([-/.])\d{1,2}\2\d{1,2})(?![\d.])"
    rf"|(?P<month2>{_DAY}){_GAP}月(?:{_GAP}(?P<day2>{_DAY}){_GAP}[日号])?"
)
_PARTS = (
    rf"(?P<whole>{_HAN}|\d+)分之(?P<part>{_HAN}|{_DIGITS})|(?P<part2>\d+)/(?P<whole2>\d+)(?!\d)"
)
_NO_LETTER = kept.pattern(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Reading:
    """A number as written: `top` / `bottom`, in whole numbers, for they are exact and fast.

    Its last digit stands for `step` / `bottom`; `step` is 0 for a number that was not rounded, a
    fraction or one in words. `digits` counts the significant ones, `zeros` those of them at the
    end of a whole number, which beside a word like 约 are rounded ones, `decimals` those behind
    the point.
    """

    top: int
    bottom: int
    step: int
    digits: int
    zeros: int
    decimals: int
    unit: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a clause, from `start` to `end`; `bare` leaves its qualifiers out.

    `kind` names what it counts, "" where no unit is known. `parts` holds one reading, two for a
    range; of a date its year, month and day, None where it does not say.
    """

    start: int
    end: int
    bare: tuple[int, int]
    kind: str
    parts: tuple[Reading, ...]
    date: tuple[int | None, ...] = ()
    bound: str = ""
    turn: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause that was read: `words` has one `HOLE` for each figure, neutral words left out.

    `setting` holds what the neutral words say of place and time; two clauses that say different
    things there are of different matters. `letters` counts the words without figures.
    """

    figures: tuple[Figure, ...]
    words: str
    setting: frozenset[str]
    letters: int


def agree(x: Figure, y: Figure) -> bool:
    """Return whether two figures in the same words may both be true of one thing."""
    if x.date or y.date:
        return len(x.date) == len(y.date) and all(
            one is None or other is None or one == other
            for one, other in zip(x.date, y.date, strict=True)
        )
    if x.turn != y.turn or (x.bound and y.bound and x.bound != y.bound):
        return False
    if len(x.parts) != len(y.parts) or not _same_kind(x.kind, y.kind):
        return False
    bound = x.bound or y.bound
    return all(_equal(one, other, bound) for one, other in zip(x.parts, y.parts, strict=True))


def _same_kind(x: str, y: str) -> bool:
    """Return whether two kinds can be compared; a thing counted may go without its word."""
    if x == y:
        return True
    counts = [kind for kind in (x, y) if kind.startswith(ANY)]
    return ANY in counts if len(counts) == 2 else bool(counts) and "" in (x, y)


def _equal(x: Reading, y: Reading, bound: str) -> bool:
    """Return whether two numbers are one, or one of them is the other, rounded."""
    top, other = x.top * y.bottom, y.top * x.bottom
    if top == other:
        return True
    if abs(top - other) > FARTHEST * max(abs(top), abs(other)):
        return False
    step, other_step = (
        one.step * two.bottom * (10**one.zeros if bound else 1) for one, two in ((x, y), (y, x))
    )
    if step > other_step:
        x, y, top, other, step, other_step = y, x, other, top, other_step, step
    if not other_step or y.digits - (y.zeros if bound else 0) < TELLING:
        return False
    if x.unit == y.unit and not bound and not _drops_decimals(x, y):
        return False
    more = top - other
    return (
        2 * abs(more) <= other_step
        or (bound == "least" and 0 <= more < other_step)
        or (bound == "about" and 0 <= -more < other_step)
    )


def _drops_decimals(fine: Reading, coarse: Reading) -> bool:
    """Return whether of two numbers in one unit the other is rounded, rather than corrected."""
    if fine.step and coarse.decimals >= fine.decimals:
        return False
    return bool(coarse.decimals) or coarse.digits >= ROUNDED


class Lexicon:
    """What rules say of units and words, as one pattern."""

    def __init__(self, rules: DedupRules) -> None:
        units = _meanings(rules, "unit")
        self.units = {word: _unit(meaning) for word, meaning in units.items()}
        self.scales = {word: int(value) for word, value in _meanings(rules, "scale").items()}
        self.bounds = _meanings(rules, "bound")
        self.turns = _meanings(rules, "turn")
        self.neutral = _meanings(rules, "neutral")
        self._neutral = re.compile(_any(self.neutral))
        self.byline = re.compile(_any(_meanings(rules, "byline")))
        words = (*self.units, *self.scales, *self.bounds, *self.turns, *self.neutral)
        drawn = set("".join(words)) | set("0123456789.年月日号分之至到" + HAN_NUMERALS)
        # Code points of which figures and the words beside them are made.
        self.drawn = np.zeros(1 << 16, np.bool_)
        for code in (*map(ord, drawn), int(NUMBER)):
            self.drawn[min(code, len(self.drawn) - 1)] = True
        self._scale = re.compile(_any(self.scales))
        self._figure = self._pattern()
        self.read: Callable[[str], Clause] = lru_cache(maxsize=REMEMBERED)(self._read)
        self._unlike = lru_cache(maxsize=REMEMBERED)(self._compare)

    def unlike(self, x: str, y: str) -> tuple[tuple[Figure, Figure], ...]:
        """Return the figures that differ in two clauses of the same words, () where words differ.

        Both are remembered: copies of a page hold the same clauses.
        """
        return self._unlike(x, y)

    def _compare(self, x: str, y: str) -> tuple[tuple[Figure, Figure], ...]:
        one, other = self.read(x), self.read(y)
        if one.words != other.words:
            return ()
        if one.setting - other.setting and other.setting - one.setting:
            return ()
        pairs = zip(one.figures, other.figures, strict=True)
        return tuple(pair for pair in pairs if not agree(*pair))

    def _pattern(self) -> re.Pattern[str]:
        """Return the pattern of one figure with what stands around it."""
        bound, scale, unit = _any(self.bounds), _any(self.scales), _any(self.units)
        # Each name ends in the number of its part of a range.
        counted = f"(?:{_GAP}(?P<i@>{bound}))?{_GAP}(?P<u@>{unit})"
        digits = f"(?P<n@>{_SIGNED})(?P<s@>(?:{_GAP}(?:{scale}))*)(?:{counted})?"
        words = f"(?P<h@>{_HAN}){counted.replace('@', 'h@')}"
        one, two = (f"(?:{digits}|{words})".replace("@", name) for name in "12")
        span = f"{one}(?:{_GAP}(?:[-–—~∼]+|至|到){_GAP}{two})?"
        figure = f"(?:{_DATES}|{_PARTS}|{span})"
        # 第八条 and 第3章 are places in a document, which move when it is cut; 第 stands before.
        starts = rf"(?=[-\d{HAN_NUMERALS}])(?<![第{HAN_NUMERALS}])"
        return re.compile(f"{starts}(?P<bare>{figure})(?:{_GAP}(?P<behind>{bound}))?")

    def _read(self, text: str) -> Clause:
        """Return the clause that `text` is; `read` remembers what it read."""
        plain = text.translate(_plain())
        figures, words, place = list[Figure](), list[str](), 0
        for match in self._figure.finditer(plain):
            figure = self._figure_of(match)
            words += (plain[place : figure.start], _RISE if figure.turn else "", HOLE)
            figures.append(figure)
            place = match.end()
        words.append(plain[place:])
        folded = "".join(one if one in (HOLE, _RISE) else _NO_LETTER.sub("", one) for one in words)
        setting = frozenset(self.neutral[word] for word in self._neutral.findall(folded)) - {""}
        left = self._neutral.sub("", folded)
        letters = len(left) - len(figures) - left.count(_RISE)
        return Clause(tuple(figures), left, setting, letters)

    def _figure_of(self, match: re.Match[str]) -> Figure:
        """Return the figure that `match` found."""
        group = match.groupdict()
        ahead, start = _word_before(match.string, match.start(), self.bounds)
        turn, start = _word_before(match.string, start, self.turns)
        edges = start, match.end(), match.span("bare")
        if date := _date(group):
            return Figure(*edges, DATE, (), date, ahead, turn)
        words = [group["behind"], *(group[name] for name in _INFIXES)]
        bound = next((self.bounds[word] for word in words if word), ahead)
        kind, parts = self._parts(group)
        return Figure(*edges, kind, parts, (), bound, turn)

    def _parts(self, group: Mapping[str, str | None]) -> tuple[str, tuple[Reading, ...]]:
        """Return the kind of a figure and its readings."""
        part, whole = group["part"] or group["part2"], group["whole"] or group["whole2"]
        if part and whole:
            return RATIO, (_exact(*_share(part, whole)),)
        found = [self._one(group, name) for name in "12" if group["n" + name] or group["h" + name]]
        if len(found) == 2 and not found[0][0] and not group["s1"]:
            # The unit and the scale of 5-6亿元 stand behind the second number alone.
            found[0] = self._one({**group, "u1": group["u2"], "s1": group["s2"]}, "1")
        return found[-1][0], tuple(reading for _, reading in found)

    def _one(self, group: Mapping[str, str | None], name: str) -> tuple[str, Reading]:
        """Return the kind and the reading of the first or second number of a figure."""
        word = group["u" + name] or group["uh" + name] or ""
        kind, top, bottom = self.units.get(word, ("", 1, 1))
        digits = group["n" + name]
        if not digits:
            return kind, _exact(_han(group["h" + name] or "") * top, bottom)
        scales = group["s" + name] or ""
        for scale in self._scale.findall(scales) if scales else ():
            top *= self.scales[scale]
        plain = digits.replace(",", "")
        whole, _, fraction = plain.partition(".")
        significant = (whole + fraction).lstrip("-0")
        zeros = 0 if fraction else len(significant) - len(significant.rstrip("0"))
        value = int(whole + fraction) * top, bottom * 10 ** len(fraction)
        counts = len(significant), zeros, len(fraction)
        return kind, Reading(*value, top, *counts, scales.strip() + word)

    def restate(self, text: str, *, values: bool) -> str:
        """Return `text` as comparisons read it, bylines left out.

        Figures stand by their value in the first unit if `values` are wanted, else as written.
        """
        lines = [line for line in text.split("\n") if not self.byline.search(line)]
        return "\n".join(self._restate(line, values=values) for line in lines)

    def _restate(self, line: str, *, values: bool) -> str:
        plain = self._neutral.sub("", line.translate(_plain()))
        parts, place = list[str](), 0
        for match in self._figure.finditer(plain):
            figure = self._figure_of(match)
            kind = figure.kind if figure.kind in self.units else ""
            numbers = [f"{part.top / part.bottom:.15g}" for part in figure.parts]
            known = values and numbers and (kind or match["s1"])
            said = "-".join(numbers) + kind if known else match["bare"]
            marks = _MARKS.get(figure.turn, "") + _MARKS.get(figure.bound, "")
            parts += (plain[place : figure.start], marks, said)
            place = match.end()
        return "".join((*parts, plain[place:]))


_MARKS = {"least": "≥", "most": "≤", "about": "≈", "rise": "+", "fall": "-"}


@cache
def built_in() -> Lexicon:
    """Return what the package's own rules say."""
    return Lexicon(built_in_rules().dedup)


def _word_before(text: str, end: int, words: Mapping[str, str]) -> tuple[str, int]:
    """Return what the longest of `words` means that ends before `end`, and where it starts.

    "" and `end` for none. Blanks between are passed over.
    """
    last = len(text[:end].rstrip())
    for length in range(min(_LONGEST, last), 0, -1):
        if meaning := words.get(text[last - length : last]):
            return meaning, last - length
    return "", end


_INFIXES = ("i1", "i2", "ih1", "ih2")


def _meanings(rules: DedupRules, mechanism: Mechanism) -> dict[str, str]:
    """Return the words of all rules of `mechanism` with what each means."""
    return {word: meaning for rule in rules.of(mechanism) for word, meaning in rule.means.items()}


def _unit(meaning: str) -> tuple[str, int, int]:
    """Return the kind of a unit and, as a fraction, how many of that kind it is: "1000 米"."""
    factor, _, kind = meaning.partition(" ")
    return kind, *Fraction(factor).as_integer_ratio()


def _any(words: Iterable[str]) -> str:
    """Return a pattern of any of `words`, the longest first; of nothing at all if there is none."""
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word)))) or "(?!)"


def _date(group: Mapping[str, str | None]) -> tuple[int | None, ...]:
    """Return year, month and day, None for what a date does not say; () where it is none."""
    if iso := group["iso"]:
        return tuple(map(int, re.split("[-/.]", iso)))
    parts = (group["year"], group["month"] or group["month2"], group["day"] or group["day2"])
    if not any(parts):
        return ()
    return tuple(None if part is None else _ordinal(part) for part in parts)


def _ordinal(text: str) -> int:
    return int(text) if text.isdigit() and text.isascii() else _han(text)


def _exact(top: int, bottom: int) -> Reading:
    return Reading(top, bottom, 0, ROUNDED, 0, 0, "")


def _share(part: str, whole: str) -> tuple[int, int]:
    """Return what 三分之二 and 百分之3.5 are, as a fraction; of nothing it is the part."""
    below = _ordinal(whole) or 1
    if part[0] in HAN_NUMERALS:
        return _han(part), below
    number, _, fraction = part.replace(",", "").partition(".")
    return int(number + fraction), below * 10 ** len(fraction)


def _han(text: str) -> int:
    """Return the number that Chinese numerals write.

    >>> _han("二〇二三"), _han("三千二百"), _han("一百零八"), _han("十二亿五千万")
    (2023, 3200, 108, 1250000000)
    """
    if not set(text) - set(_HAN_DIGITS):
        return int("".join(str(_HAN_DIGITS[one]) for one in text))
    total = group = digit = 0
    for one in text:
        if one in _HAN_DIGITS:
            digit = _HAN_DIGITS[one]
        elif one in _HAN_POWERS:
            group += (digit or 1) * _HAN_POWERS[one]
            digit = 0
        else:
            below = total % _HAN_GROUPS[one]
            total += ((below + group + digit) or 1) * _HAN_GROUPS[one] - below
            group = digit = 0
    return total + group + digit


@cache
def _plain() -> dict[int, int]:
    """Return code point → code point: one width, one script, one case, one minus."""
    table = dict(simplified())
    table |= {code: ord(chr(code - 0xFEE0).lower()) for code in range(0xFF01, 0xFF5F)}
    table |= {code: ord(chr(code).lower()) for code in range(ord("A"), ord("Z") + 1)}
    return table | {0x2212: ord("-"), 0x3000: ord(" ")}
