"""Lines that hold a piece of a cell each → which of them are one cell.

In: the texts of lines in their order. Out: groups of lines that belong together. Never a guess
without evidence: a word processor begins a new span wherever writing changes between Chinese and
Latin letters or figures, so where cells came apart, no line holds both, and what stands in
brackets is on a line between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from pipeline import kept
from pipeline.rules.tables import Lexicon
from pipeline.tables.header import role_of
from pipeline.tables.tokens import FIGURES, Typer, bare

_OPENING, _CLOSING, _COLONS = "（(〔[【", "）)〕]】", ":："
_WIDE = kept.pattern(r"[\u3400-\u9fff（）〔〕【】]")
_NARROW = kept.pattern(r"[0-9A-Za-z%]")
_HAN = kept.pattern(r"[\u3400-\u9fff]")
_YEAR = kept.pattern(r"(?:19|20)\d{2}(?:[-—–~～](?:19|20)\d{2})?")
_YEAR_DASH = kept.pattern(r"(?:19|20)\d{2}[-—–~～]")
_COUNTED = kept.pattern(r"\d{1,3}[.．、)]|[(（]\d{1,3}[)）]")
_LATIN = kept.pattern(r"[A-Za-z\u2160-\u217f][A-Za-z\d&.\-\u2160-\u217f]*|\d[A-Z]")
_LONGEST, _MOST_PIECES, _FEWEST_PARTED = 80, 9, 2
#: So many lines of a run may hold both kinds of writing: a title above, names left whole.
_MIXED = 0.12


def groups(texts: Sequence[str], words: Lexicon) -> Iterator[tuple[int, int]]:
    """Return the first and past the last place of lines that are one cell, where there are any."""
    for start, end in _runs(texts):
        run = texts[start:end]
        if _is_broken(run, words):
            pieces = _Pieces(run, Typer(words))
            yield from ((start + a, start + b) for a, b in pieces.joined())


def _runs(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Return the runs of short lines without a full stop."""
    start = 0
    for at, text in enumerate([*texts, "。"]):
        if not text or len(text) > _LONGEST or "。" in text:
            if at > start + 2:
                yield start, at
            start = at + 1


def _is_broken(texts: Sequence[str], words: Lexicon) -> bool:
    """Return whether brackets close on other lines, or words of figures stand apart from them.

    Hardly a line holds both kinds of writing then.
    """
    bracketed = any(
        text[-1] in _OPENING and after[0] in _CLOSING and _NARROW.match(inner)
        for text, inner, after in zip(texts, texts[1:], texts[2:], strict=False)
    )
    parted = 0 if bracketed else sum(_is_parted(*pair, words) for pair in pairwise(texts))
    if not bracketed and parted < _FEWEST_PARTED:
        return False
    mixed = sum(bool(_WIDE.search(text) and _NARROW.search(text)) for text in texts)
    return mixed <= _MIXED * len(texts)


def _is_parted(above: str, below: str, words: Lexicon) -> bool:
    """Return whether words stand apart from the figure or the year that they belong to."""
    if not above.isdigit():
        return False
    dated = _YEAR.fullmatch(above) and not role_of(below, words)
    return bool(
        words.qualifiers_after.fullmatch(below)
        or (dated and role_of(above + below, words) == "year")
    )


@dataclass(frozen=True)
class _Pieces:
    """The lines of a run whose cells came apart."""

    texts: Sequence[str]
    typer: Typer

    @cached_property
    def _measured(self) -> bool:
        """Whether units have a column of their own."""
        return any(self.typer.lexicon.unit.fullmatch(bare(text)) for text in self.texts)

    def joined(self) -> Iterator[tuple[int, int]]:
        """Return the groups of several lines that are one cell."""
        at = 0
        while at < len(self.texts):
            end = at + 1
            while end < min(len(self.texts), at + _MOST_PIECES) and self._goes_on(at, end):
                end += 1
            if end > at + 1:
                yield at, end
            at = end

    def _goes_on(self, at: int, end: int) -> bool:
        """Return whether the line `end` belongs to the cell that the lines before it begin."""
        whole, below = "".join(self.texts[at:end]), self._closed(end)
        later = self.texts[end + 1] if end + 1 < len(self.texts) else ""
        if _is_open(whole):
            return True
        return (
            (below[0] in _CLOSING and not _is_open(below))
            or self._is_dated(whole, below)
            or self._is_qualified(whole, below)
            or self._is_ratio(whole, below, later)
            or self._is_worded(whole, below, later)
        )

    def _closed(self, at: int) -> str:
        """Return a line, with those below it as long as a bracket is open."""
        text = self.texts[at]
        for below in self.texts[at + 1 : at + _MOST_PIECES]:
            if not _is_open(text):
                return text
            text += below
        return self.texts[at] if _is_open(text) else text

    def _is_dated(self, whole: str, below: str) -> bool:
        """Return whether a year, or a span of years, goes on: 2025|年目标, 到|2025."""
        role = role_of(whole + below, self.typer.lexicon)
        if _YEAR_DASH.fullmatch(whole) or (_YEAR.fullmatch(below) and len(whole) == 1):
            return role == "year"
        return bool(_YEAR.fullmatch(whole)) and role in ("year", "rate")

    def _is_qualified(self, whole: str, below: str) -> bool:
        """Return whether a figure has words before it or after it: 控制在|35|以下, 150|万户."""
        words, kind = self.typer.lexicon, self.typer.kind
        if words.qualifiers_before.fullmatch(whole) and kind(below) in FIGURES:
            return role_of(whole, words) is None or kind(below) == "percent"
        if kind(whole) not in FIGURES or kind(whole + below) not in FIGURES:
            return False
        if words.qualifiers_after.fullmatch(below) or (below[0] in _OPENING and _HAN.search(below)):
            return True
        return not self._measured and kind(below) == "unit" and role_of(whole, words) is None

    def _is_ratio(self, whole: str, below: str, later: str) -> bool:
        """Return whether a unit, a name or a figure goes on behind a mark: 次|/|人, 5|:|4|:|1."""
        words, kind = self.typer.lexicon, self.typer.kind
        full = whole + below + later
        if below in _COLONS and later:
            return whole[-1].isdigit() and later.isdigit()
        if below == "/" and later:
            return bool(words.units.fullmatch(full)) or role_of(full, words) is not None
        if whole[-1] in _COLONS:
            return whole[0].isdigit() and kind(below) in FIGURES
        return whole.endswith("/") and len(whole) > 1

    def _is_worded(self, whole: str, below: str, later: str) -> bool:
        """Return whether letters or a figure stand in a name: 1.|…, R&D|…, 国家|5A|级景区."""
        words, kind = self.typer.lexicon, self.typer.kind
        if _HAN.match(below) and kind(below) in ("text", "phrase", "unit"):
            if self._ends_narrow(whole):
                return True
            if kind(whole) == "number" and words.counted.match(below):
                return True
        if words.categories.fullmatch(bare(whole)):
            return False
        if _LATIN.fullmatch(below):
            opens = words.openings.fullmatch(_COUNTED.sub("", whole, count=1)) is not None
            told = kind(whole + below + later) == "phrase" and kind(later) != "phrase"
            return opens or told or self._is_counted(whole, later)
        return kind(below) == "number" and self._is_counted(whole, later)

    def _is_counted(self, whole: str, later: str) -> bool:
        """Return whether a name goes on with a figure or letters, and words that need them."""
        words = self.typer.lexicon
        held = role_of(whole, words) in ("binding", "unit", "year") or not _HAN.search(whole)
        return not held and self.typer.kind(whole) == "text" and bool(words.counted.match(later))

    def _ends_narrow(self, whole: str) -> bool:
        """Return whether a name so far ends in letters or a figure: 1., R&D, 拥有3."""
        if _COUNTED.fullmatch(whole):
            return True
        if self.typer.kind(whole) not in ("text", "phrase"):
            return False
        return bool(_LATIN.fullmatch(whole) or (_NARROW.match(whole[-1]) and _HAN.search(whole)))


def _is_open(text: str) -> bool:
    """Return whether a bracket is open at the end of a text."""
    opened = sum(text.count(mark) for mark in _OPENING)
    return opened > sum(text.count(mark) for mark in _CLOSING)
