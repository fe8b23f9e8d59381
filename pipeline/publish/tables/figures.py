"""A cell → the figure in it: number, unit, what qualifies it.

In: the string of a cell. Out: a `Figure`, or None where the cell is not one figure and nothing
else. Never: a digit that does not stand in the cell; a number made of two.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pipeline.rules import Rules

_LONGEST = 60
# Cells at hand: whether one is empty, a figure, a year is asked of it in turn.
_KNOWN = 1 << 12
# Full width to half: ！ to ～ lie 0xFEE0 above ! to ~.
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord(wide): narrow
    for wide, narrow in {
        "\u3000": " ", "\u2212": "-", "≧": "≥", "≦": "≤", "﹡": "*", "∗": "*",
    }.items()
}  # fmt: skip
# 〔13.5〕 is a sum over five years; what stands around the brackets belongs to the figure.
_TOTAL = re.compile(r"([^\[【〖〔]*)[\[【〖〔]([^\]】〗〕]*\d[^\]】〗〕]*)[\]】〗〕](.*)")
_BLANK = re.compile(r"\s+")
_GAP = re.compile(r"(?<=[\d.,])\s+(?=[\d.,])")
_NUMBER = r"[-+]?(?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d*)(?:\.\d+)?"
_MARKS = r"[*\u2460-\u2473]*"
_NOTE = r"(?:\([^()]{1,12}\))?"
_YEAR_NOTE = re.compile(r"\((\d{4})年?\)")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `number` and `high` are decimals as strings, `high` "" unless it is a range.

    `qualifier` holds all else that the cell says of it. `cumulative` says that it is a sum over a
    period, `annual` that it is a year's mean; `period` is a year that the cell itself names.
    """

    number: str
    high: str = ""
    unit: str = ""
    qualifier: str = ""
    cumulative: bool = False
    annual: bool = False
    period: str = ""


@lru_cache(_KNOWN)
def narrow(text: str) -> str:
    """Return `text` in half width without blanks; one blank stays between two figures.

    >>> narrow("＞ ６．５ ％"), narrow("5.5 6.0")
    ('>6.5%', '5.5 6.0')
    """
    return _BLANK.sub("", _GAP.sub("\0", text.translate(_WIDTH))).replace("\0", " ")


def is_total(cell: str) -> bool:
    """Return whether a cell holds a figure in the brackets that mark a sum over a period."""
    return _TOTAL.fullmatch(cell) is not None


@dataclass(frozen=True)
class FigureReader:
    """Reads cells with the words of `rules`."""

    rules: Rules

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """One figure and all that may stand around it; the parts of a range are two.

        Words around it are never tried again (*+): the same word is in two lists, and thirty of it
        could be read in a billion ways.
        """
        known, words = self.rules.tables.lexicon, self.rules.values.words
        before = (
            known.qualifiers_before.pattern,
            words.annual.pattern,
            words.cumulative.pattern,
            r"[<>≥≤~±]=?",
        )
        unit = rf"(?:{known.units.pattern})"
        return re.compile(
            rf"(?P<before>(?:{'|'.join(before)})*+)(?P<low>{_NUMBER})(?P<unit>{unit})?"
            rf"(?:(?:{words.through.pattern})(?P<high>{_NUMBER})(?P<second>{unit})?)?"
            rf"(?P<marks>{_MARKS})(?P<after>(?:{known.qualifiers_after.pattern})*+)"
            rf"(?P<note>{_NOTE})(?P<more>{_MARKS})"
        )

    def read(self, cell: str) -> Figure | None:
        """Return the figure of `cell`, None for words, days, ratios and whatever else it holds."""
        return self._read(cell)

    @cached_property
    def _read(self) -> Callable[[str], Figure | None]:
        return lru_cache(_KNOWN)(self._read_anew)

    def _read_anew(self, cell: str) -> Figure | None:
        text = narrow(cell)
        if len(text) > _LONGEST or not any(char.isdigit() for char in text):
            return None
        if self.rules.values.words.dates.fullmatch(text):
            return None
        total = _TOTAL.fullmatch(text)
        found = self._pattern.fullmatch("".join(total.groups()) if total else text)
        return None if found is None else self._figure(found, bracketed=total is not None)

    def _figure(self, found: re.Match[str], *, bracketed: bool) -> Figure | None:
        words = self.rules.values.words
        units = {unit for unit in found.group("unit", "second") if unit}
        note = found["note"]
        inside = note[1:-1]
        year = _YEAR_NOTE.fullmatch(note)
        if self.rules.tables.lexicon.units.fullmatch(inside):
            units, note = units | {inside}, ""
        if len(units) > 1:
            return None
        said = found["before"] + inside
        return Figure(
            _plain(found["low"]),
            _plain(found["high"] or ""),
            "".join(units),
            _joined(found["before"], found["after"], note, found["marks"] + found["more"]),
            bracketed or bool(words.cumulative.search(said)),
            bool(words.annual.search(said)),
            year[1] if year else "",
        )


def _plain(number: str) -> str:
    return number.replace(",", "").removeprefix("+")


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)
