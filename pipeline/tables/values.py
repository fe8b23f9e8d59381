"""The figures of one row → its columns, when empty cells are gone.

In: the values of a row in their order, and the columns. Out: the cheapest placing, with the
placings that are nearly as cheap. Never a value moved past another, or into two columns.

What decides: the kind of the value (〔five-year total〕 and per cent stand under a period, plain
figures under a year), the name of the row (a growth is a figure of a period), what the table does
in its other group of columns, and that a plan which gives a target gives the base too.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from math import comb

from pipeline.tables.header import Column
from pipeline.tables.tokens import FIGURES, Token

_MOST_PLACINGS = 600
#: Placings that cost so much more than the best one are no rivals.
_NEAR = 1.6
_ODD = 0.4
#: Where each column has its value there is nothing to choose; an odd kind then hardly matters.
_NO_CHOICE = 0.2

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Subject:
    """What the name of a row says of its figures: it is a change, or held within a bound."""

    growth: bool
    period: bool


@dataclass(frozen=True, slots=True)
class Placing:
    """Values by column, in the order of the columns, "" where empty; what they cost.

    `odd` names the columns whose value is of a kind that stands there only for want of a better.
    """

    cells: tuple[str, ...]
    cost: float
    odd: tuple[int, ...] = ()


def place(
    tokens: Sequence[Token], columns: Sequence[Column], subject: Subject
) -> tuple[Placing, ...]:
    """Return the best placing and those within reach of it, cheapest first; () where none fits."""
    figures = [token for token in tokens if token.kind != "gap"]
    if len(figures) > len(columns):
        return ()
    if len(figures) == len(columns):
        whole = _placing(figures, range(len(columns)), columns, subject)
        return (replace(whole, cost=_NO_CHOICE * whole.cost),)
    if comb(len(columns), len(figures)) > _MOST_PLACINGS:
        return ()
    placings = [
        _placing(figures, places, columns, subject) for places in _choices(tokens, len(columns))
    ]
    placings.sort(key=lambda placing: placing.cost)
    return tuple(p for p in placings if p.cost <= placings[0].cost + _NEAR)


def _choices(tokens: Sequence[Token], width: int) -> list[tuple[int, ...]]:
    """Return the columns that the figures may take: all in order, with room for kept blanks."""
    count = sum(token.kind != "gap" for token in tokens)
    every = list(combinations(range(width), count))
    fitting = [places for places in every if _has_room(tokens, places, width)]
    return fitting or every


def _has_room(tokens: Sequence[Token], places: Sequence[int], width: int) -> bool:
    """Return whether each blank that the page kept falls on an empty column."""
    last, seen = -1, 0
    for at, token in enumerate(tokens):
        if token.kind != "gap":
            last, seen = places[seen], seen + 1
            continue
        after = places[seen] if seen < len(places) else width
        blanks = sum(t.kind == "gap" for t in tokens[at:][: after - last])
        if after - last - 1 < min(1, blanks):
            return False
    return True


def _placing(
    figures: Sequence[Token], places: Sequence[int], columns: Sequence[Column], subject: Subject
) -> Placing:
    cells = [""] * len(columns)
    cost, odd = 0.0, []
    for token, at in zip(figures, places, strict=True):
        cells[at] = token.text
        ill = _fit(token, columns, at, subject)
        cost += ill + 0.02 * at
        if ill >= _ODD:
            odd.append(at)
    if len(figures) < len(columns):
        taken = {at for token, at in zip(figures, places, strict=True) if token.kind != "dash"}
        cost += 0.3 * (len(columns) - len(figures))
        cost += _shape(taken, columns, figures)
    return Placing(tuple(cells), cost, tuple(odd))


def _first_year(columns: Sequence[Column]) -> int:
    """Return the column of the base: the first year, where a later year or a period follows."""
    years = [at for at, column in enumerate(columns) if column.role == "year"]
    rates = any(column.role == "rate" for column in columns)
    return years[0] if len(years) > 1 or (years and rates) else -1


def _fit(token: Token, columns: Sequence[Column], at: int, subject: Subject) -> float:
    """Return how ill a value of this kind stands in the column `at`, 0.0 for well."""
    column = columns[at]
    if column.role == "rate":
        if subject.growth or token.moves or token.kind not in ("number", "phrase", "text"):
            return 0.0
        return 0.4 if subject.period else 2.2 if token.kind == "number" else 0.7
    if column.role != "year":
        return 1.0 * (token.kind == "total")
    base = _first_year(columns) == at
    if token.kind == "number":
        return _fit_year(token, columns, subject, base=base)
    last = all(other.role != "year" for other in columns[at + 1 :])
    if token.kind == "total":
        return _fit_total(columns, at, last=last)
    ill = {"percent": 0.8, "dash": 0.0}
    return ill.get(token.kind, 2.0 if base else 0.4 if last else 1.0)


def _fit_total(columns: Sequence[Column], at: int, *, last: bool) -> float:
    """Return how ill a five-year total stands under a year: only for want of a period."""
    if any(column.role == "rate" for column in columns):
        return 0.2 if columns[at].mixed else 5.0
    return 0.1 if last else 2.0


def _fit_year(token: Token, columns: Sequence[Column], subject: Subject, *, base: bool) -> float:
    """Return how ill a plain figure stands under a year; `base` is the first one."""
    elsewhere = any(column.role == "rate" for column in columns)
    if base:
        return 1.5 if token.bound else 0.5 * (subject.growth and elsewhere)
    return elsewhere * (1.5 if subject.growth else 0.8 * subject.period)


def _shape(taken: set[int], columns: Sequence[Column], figures: Sequence[Token]) -> float:
    """Return how odd the set of filled columns is, whatever stands in them."""
    base = _first_year(columns)
    cost = _asymmetry(taken, columns)
    if base < 0 or not any(token.kind in FIGURES for token in figures):
        return cost
    later = {at for at in taken if at > base}
    plain = next((token for token in figures if token.kind == "number"), None)
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
    """Return whether base + total = target in the group of the total at `at`; None: not known."""
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
    return abs(low + total - high) < 0.006 * max(1.0, abs(high))
