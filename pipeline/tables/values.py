"""The figures of one row → its columns, when empty cells are gone.

In: the values of a row in their order, and the columns. Out: the cheapest placing, with the
placings that are nearly as cheap. Never a value moved past another, or into two columns.

What decides: the kind of the value (〔five-year total〕 and per cent stand under a period, plain
figures under a year), the name of the row (a growth is a figure of a period), what the table does
in its other group of columns, and that a plan which gives a target gives the base too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise
from math import comb
from typing import NamedTuple

from pipeline import kept
from pipeline.tables.header import Column
from pipeline.tables.tokens import FIGURES, Token, TokenKind

_MOST_PLACINGS = 600
#: Placings that cost so much more than the best one are no rivals.
_NEAR = 1.6
_ODD = 0.4
#: Where each column has its value there is nothing to choose; an odd kind then hardly matters.
_NO_CHOICE = 0.2
_ROUNDING = 0.006

_NUMBER = kept.pattern(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Subject:
    """What the name of a row says of its figures: it is a change, or held within a bound."""

    growth: bool
    period: bool


class Trait(NamedTuple):
    """What a placing looks at in a value; not its text."""

    kind: TokenKind
    bound: bool
    moves: bool


_Choice = tuple[tuple[int, ...], float, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Placing:
    """Values by column, in the order of the columns, "" where empty; what they cost.

    `odd` names the columns whose value is of a kind that stands there only for want of a better.
    """

    cells: tuple[str, ...]
    cost: float
    odd: tuple[int, ...] = ()


def place(
    tokens: Sequence[Token], columns: tuple[Column, ...], subject: Subject
) -> tuple[Placing, ...]:
    """Return the best placing and those within reach of it, cheapest first; () where none fits."""
    traits = tuple(Trait(token.kind, token.bound, token.moves) for token in tokens)
    figures = [token.text for token in tokens if token.kind != "gap"]
    return tuple(
        Placing(_spread(figures, places, len(columns)), cost, odd)
        for places, cost, odd in _rank(traits, columns, subject)
    )


def _spread(figures: Sequence[str], places: Sequence[int], width: int) -> tuple[str, ...]:
    cells = [""] * width
    for text, at in zip(figures, places, strict=True):
        cells[at] = text
    return tuple(cells)


@lru_cache(maxsize=4096)
def _rank(
    traits: tuple[Trait, ...], columns: tuple[Column, ...], subject: Subject
) -> tuple[_Choice, ...]:
    """Return the columns that values of these traits may take: (columns, cost, odd ones)."""
    figures = [trait for trait in traits if trait.kind != "gap"]
    if len(figures) == len(columns):
        places, cost, odd = _choice(figures, range(len(columns)), columns, subject)
        return ((places, _NO_CHOICE * cost, odd),)
    if len(figures) > len(columns) or comb(len(columns), len(figures)) > _MOST_PLACINGS:
        return ()
    choices = [_choice(figures, places, columns, subject) for places in _ways(traits, len(columns))]
    choices.sort(key=lambda choice: choice[1])
    return tuple(choice for choice in choices if choice[1] <= choices[0][1] + _NEAR)


def _ways(traits: Sequence[Trait], width: int) -> list[tuple[int, ...]]:
    """Return the columns that the figures may take: all in order, with room for kept blanks."""
    count = sum(trait.kind != "gap" for trait in traits)
    every = list(combinations(range(width), count))
    fitting = [places for places in every if _has_room(traits, places, width)]
    return fitting or every


def _has_room(traits: Sequence[Trait], places: Sequence[int], width: int) -> bool:
    """Return whether each blank that the page kept falls on an empty column."""
    last, seen = -1, 0
    for trait in traits:
        if trait.kind != "gap":
            last, seen = places[seen], seen + 1
            continue
        after = places[seen] if seen < len(places) else width
        if after - last < 2:
            return False
    return True


def _choice(
    figures: Sequence[Trait], places: Sequence[int], columns: Sequence[Column], subject: Subject
) -> _Choice:
    cost, odd = 0.0, []
    for trait, at in zip(figures, places, strict=True):
        ill = _fit(trait, columns, at, subject)
        cost += ill + 0.02 * at
        if ill >= _ODD:
            odd.append(at)
    if len(figures) < len(columns):
        taken = {at for trait, at in zip(figures, places, strict=True) if trait.kind != "dash"}
        cost += 0.3 * (len(columns) - len(figures))
        cost += _shape(taken, columns, figures)
    return tuple(places), cost, tuple(odd)


def _first_year(columns: Sequence[Column]) -> int:
    """Return the column of the base: the first year, where a later year or a period follows."""
    years = [at for at, column in enumerate(columns) if column.role == "year"]
    rates = any(column.role == "rate" for column in columns)
    return years[0] if len(years) > 1 or (years and rates) else -1


def _fit(trait: Trait, columns: Sequence[Column], at: int, subject: Subject) -> float:
    """Return how ill a value of this kind stands in the column `at`, 0.0 for well."""
    column = columns[at]
    if column.role == "rate":
        if subject.growth or trait.moves or trait.kind not in ("number", "phrase", "text"):
            return 0.0
        return 0.4 if subject.period else 2.2 if trait.kind == "number" else 0.7
    if column.role != "year":
        return 1.0 * (trait.kind == "total")
    base = _first_year(columns) == at
    if trait.kind == "number":
        return _fit_year(trait, columns, subject, base=base)
    last = all(other.role != "year" for other in columns[at + 1 :])
    if trait.kind == "total":
        return _fit_total(columns, at)
    ill = {"percent": 0.8, "dash": 0.0}
    return ill.get(trait.kind, 2.0 if base else 0.4 if last else 1.0)


def _fit_total(columns: Sequence[Column], at: int) -> float:
    """Return how ill a five-year total stands under a year: only for want of a period.

    It is that of the plan's own five years, so of the first target after the base.
    """
    if any(column.role == "rate" for column in columns):
        return 0.2 if columns[at].mixed else 3.5
    base = _first_year(columns)
    return 2.0 if at == base else 0.1 if at == base + 1 else 0.5


def _fit_year(trait: Trait, columns: Sequence[Column], subject: Subject, *, base: bool) -> float:
    """Return how ill a plain figure stands under a year; `base` is the first one."""
    elsewhere = any(column.role == "rate" for column in columns)
    if base:
        return 1.5 if trait.bound else 0.5 * (subject.growth and elsewhere)
    return elsewhere * (1.5 if subject.growth else 0.8 * subject.period)


def _shape(taken: set[int], columns: Sequence[Column], figures: Sequence[Trait]) -> float:
    """Return how odd the set of filled columns is, whatever stands in them."""
    base = _first_year(columns)
    cost = _asymmetry(taken, columns)
    if base < 0 or not any(trait.kind in FIGURES for trait in figures):
        return cost
    later = {at for at in taken if at > base}
    plain = next((trait for trait in figures if trait.kind == "number"), None)
    if base not in taken and plain and any(columns[at].role == "year" for at in later):
        cost += 0.6 if plain.bound else 1.6
    if base in taken and not later and any(c.role == "rate" or c.group >= 0 for c in columns):
        cost += 2.5
    elif base in taken and not later:
        cost += 1.7
    return cost


def _asymmetry(taken: set[int], columns: Sequence[Column]) -> float:
    """Return one for each leaf that is filled under one merged header and empty under the next."""
    groups: dict[int, list[bool]] = {}
    for at, column in enumerate(columns):
        if column.group >= 0:
            groups.setdefault(column.group, []).append(at in taken)
    filled = list(groups.values())
    return float(
        sum(a != b for one, two in pairwise(filled) for a, b in zip(one, two, strict=False))
    )


def slides(placing: Placing, columns: Sequence[Column]) -> tuple[tuple[int, int], ...]:
    """Return (from, to): values that could as well stand in an empty column of the same role.

    Only order speaks against it then. A total that the arithmetic of its group confirms stays.
    """
    cells = placing.cells
    return tuple(
        (at, to)
        for at, cell in enumerate(cells)
        if cell and not adds_up(at, cells, columns)
        for step in (1, -1)
        if (to := _next_same(at, cells, columns, step)) is not None
    )


def _next_same(at: int, cells: Sequence[str], columns: Sequence[Column], step: int) -> int | None:
    """Return the next column of the same role, when nothing stands from `at` up to it."""
    to = at + step
    while 0 <= to < len(columns) and not cells[to]:
        if columns[to].role == columns[at].role:
            return to
        to += step
    return None


def adds_up(at: int, cells: Sequence[str], columns: Sequence[Column]) -> bool | None:
    """Return whether base + total = target in the group of the total at `at`; None: not known.

    Rounded figures add up, and a fall may be written without its sign. A total beyond half of
    the target is a sum of yearly flows and need not.
    """
    if columns[at].role != "rate" or cells[at][:1] not in tuple("[【〖〔"):
        return None
    base = _first_year(columns)
    target = max(
        (i for i in range(base + 1, at) if columns[i].role == "year" and cells[i]), default=-1
    )
    if base < 0 or target < 0 or not cells[base]:
        return None
    figures = [_NUMBER.findall(cells[i].replace(",", "")) for i in (base, at, target)]
    if any(len(found) != 1 for found in figures):
        return None
    low, total, high = (float(found[0]) for found in figures)
    off = min(abs(low + total - high), abs(low - total - high))
    if off < _ROUNDING * max(1.0, abs(high)):
        return True
    return False if 2 * total <= abs(high) else None
