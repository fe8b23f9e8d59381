"""Readings of cells and their prices → how sure each cell is, and what is doubtful.

In: for each cell the other readings and what each costs beyond the best one. Out: confidence and
doubts. Never a doubt without a reason.

A price is turned into odds as in a Boltzmann distribution: a reading that costs `m` more than the
best one is exp(-m / 0.7) times as likely. So 0.5 more leaves the best reading two chances in three,
1.6 more leaves it nine in ten; below that the cell is doubtful. What only a habit decides (a merged
attribute, a word in place of a figure) has the odds of its reason, seen on plans.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pipeline.records import Doubt

_SCALE = 0.7
#: The odds against a reading that nothing but a habit supports, by the reason of the doubt.
_HABITS: Mapping[str, float] = {
    "order": 0.7,
    "type": 0.4,
    "phrase": 0.3,
    "sum": 0.3,
    "group": 0.3,
    "within": 0.2,
    "merged": 0.15,
    "wrap": 0.4,
    "heading": 0.4,
    "header": 0.4,
}
_CERTAIN = 0.995
#: Odds of a reading that others may hang on.
_TELLING = 0.25
#: Above this a cell is no doubt: a margin of 1.6 leaves 0.908.
_SURE = 0.91

#: Row and column, both from 0.
Spot: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Other:
    """Another reading of a cell (None: the page tells none), its odds and the reason."""

    reading: str | None
    odds: float
    why: str


@dataclass(frozen=True, slots=True)
class Ballot:
    """Collects what could be read otherwise in one table."""

    _cells: dict[Spot, list[_Other]] = field(default_factory=dict)

    def add(self, spot: Spot, reading: str | None, why: str, margin: float | None = None) -> None:
        """Note another reading; `margin` is what it costs beyond the best, None for a habit."""
        odds = _HABITS[why] if margin is None else math.exp(-max(0.0, margin) / _SCALE)
        others = self._cells.setdefault(spot, [])
        same = next((other for other in others if other.reading == reading), None)
        if same is None:
            others.append(_Other(reading, odds, why))
        elif same.odds < odds:
            others[others.index(same)] = _Other(reading, odds, why)

    def reading(self, spot: Spot) -> str:
        """Return the likeliest other reading of a cell, "" where none is worth a word."""
        told = [other for other in self._cells.get(spot, []) if other.odds >= _TELLING]
        best = max(told, key=lambda other: other.odds, default=None)
        return (best.reading or "") if best is not None else ""

    def confidence(self) -> tuple[tuple[int, int, float], ...]:
        """Return (row, column, share) of each cell that is not certain, in reading order."""
        shares = ((spot, 1 / (1 + _total(others))) for spot, others in sorted(self._cells.items()))
        return tuple((*spot, round(share, 3)) for spot, share in shares if share < _CERTAIN)

    def doubts(self, reasons: Mapping[str, str]) -> tuple[Doubt, ...]:
        """Return the cells that are doubtful, the likeliest other reading of each first."""
        return tuple(
            _doubt(spot, others, reasons)
            for spot, others in sorted(self._cells.items())
            if 1 / (1 + _total(others)) < _SURE
        )


def _total(others: Iterable[_Other]) -> float:
    return sum(other.odds for other in others)


def _doubt(spot: Spot, others: Iterable[_Other], reasons: Mapping[str, str]) -> Doubt:
    ranked = sorted(others, key=lambda other: -other.odds)
    told = [(other.reading, other.odds) for other in ranked if other.reading is not None]
    whole = 1 + _total(ranked)
    return Doubt(
        *spot,
        tuple(reading for reading, _ in told),
        reasons[ranked[0].why],
        tuple(round(odds / whole, 3) for _, odds in told),
    )
