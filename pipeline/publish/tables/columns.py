"""The header of a table → what each column says of the values in it.

In: a table. Out: a `Column` for each of its columns. Never: a year that no header cell names, a
measure that neither words nor the form of a plan's table tell; what is not known stays "".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pipeline.publish.tables.figures import FigureReader, is_total, narrow
from pipeline.records import Table
from pipeline.rules import Rules
from pipeline.rules.values import Words

Kind = Literal["category", "serial", "name", "unit", "binding", "text", "years", "value"]
Role = Literal["", "base", "target", "actual"]

#: Where so many of a column's cells are figures it holds values, whatever its name.
_MOSTLY = 0.5
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_BRACKETS = re.compile(r"\([^()]*\)|[\[【〖〔][^\]】〗〕]*[\]】〗〕]")
_LAST_BRACKETS = re.compile(r"\(([^()]*)\)$")


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind` tells what stands in it; the rest is of columns of values.

    `years` holds the year of each row; where no column has names, the headers name what is counted.

    `period` is a year (2025) or a span of years (2021-2025) and `measure` what the column holds
    under it: base, target, actual, annual rate or cumulative. `span` is the period of a mean or sum
    that stands in it. `role` says whose figure it is: that of the base, the target, or reached.
    `mixed` says that means and sums stand in it, told apart by the cell alone.
    """

    kind: Kind
    name: str
    period: str = ""
    measure: str = ""
    span: str = ""
    role: Role = ""
    unit: str = ""
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class _Head:
    """A header cell: the merged cell above it, its own words, the years both name."""

    name: str
    kind: Kind
    level: bool  # it holds what was reached in a year, not what changes over a period
    group: str
    leaf: str
    years: str


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The whole header, the title above it, and the year that its plan starts from (or None).

    `bracketed` says that the table puts its sums into brackets, so that what has none is no sum.
    """

    heads: Sequence[_Head]
    title: str
    base: int | None
    bracketed: bool


@dataclass(frozen=True)
class ColumnReader:
    """Reads headers with the words of `rules`."""

    rules: Rules
    figures: FigureReader

    def read(self, table: Table, document: str = "") -> tuple[Column, ...]:
        """Return the columns of `table`, which stands in the document of that title.

        Those of a box of items hold text, whatever their form.
        """
        if table.header == self.rules.tables.columns.box[: len(table.header)]:
            return tuple(Column("text", name) for name in table.header)
        kinds = self._kinds(table)
        heads = [self._head(name, kind) for name, kind in zip(table.header, kinds, strict=True)]
        base = self._base(heads, (table.title, document))
        bracketed = any(is_total(cell) for row in table.rows for cell in row)
        sheet = _Sheet(heads, narrow(table.title), base, bracketed)
        return tuple(
            self._column(at, sheet) if head.kind == "value" else Column(head.kind, head.name)
            for at, head in enumerate(heads)
        )

    # -- what stands in a column ---------------------------------------------------------------

    def _kinds(self, table: Table) -> list[Kind]:
        """Return the kind of each column; one of them holds the names, where any can."""
        known = [self._known(name) for name in table.header]
        kinds: list[Kind] = []
        for at, kind in enumerate(known):
            unsure = kind is None or (kind == "name" and "name" in kinds)
            cells = [row[at] for row in table.rows if not self.is_empty(row[at])]
            if kind in (None, "name") and self._are_years(cells):
                kinds.append("years")
            else:
                kinds.append((self._by_cells(cells) if unsure else kind) or "text")
        if "name" not in kinds and "years" not in kinds:
            first = next(
                (at for at, kind in enumerate(kinds) if kind in ("text", "category")), None
            )
            kinds = ["name" if at == first else kind for at, kind in enumerate(kinds)]
        return [
            "name" if self._stem(name) in self._names(table, kinds) and kind == "text" else kind
            for name, kind in zip(table.header, kinds, strict=True)
        ]

    def _names(self, table: Table, kinds: Sequence[Kind]) -> set[str]:
        """Return the names that stand above several columns of names: 指标(一级), 指标(二级)."""
        pairs = zip(table.header, kinds, strict=True)
        return {self._stem(name) for name, kind in pairs if kind == "name"} - set(table.header)

    def _stem(self, name: str) -> str:
        """Return a header without the level that parts columns below one name."""
        levels = self.rules.tables.columns.level
        return next((name.removesuffix(level) for level in levels if name.endswith(level)), name)

    def _known(self, name: str) -> Kind | None:
        """Return the kind that the words of a header tell, None where only its cells can."""
        words = self.rules.tables.lexicon
        leaf = narrow(self._stem(name).rpartition("_")[2])
        kinds: tuple[Kind, ...] = ("serial", "category", "unit", "binding", "name")
        for kind in kinds:
            if getattr(words, kind).fullmatch(leaf):
                return kind
        if words.year.fullmatch(leaf) or words.rate.fullmatch(leaf):
            return "value"
        return "text" if words.text.fullmatch(leaf) else None

    def _are_years(self, cells: Sequence[str]) -> bool:
        """Return whether a column holds the years of its rows."""
        return bool(cells) and all(self._words.years.fullmatch(narrow(cell)) for cell in cells)

    def _by_cells(self, cells: Sequence[str]) -> Kind:
        """Return whether a column that no word tells of holds values."""
        figures = sum(self.figures.read(cell) is not None for cell in cells)
        return "value" if cells and figures >= _MOSTLY * len(cells) else "text"

    def is_empty(self, cell: str) -> bool:
        """Return whether a cell says that it holds nothing."""
        return not cell or self.rules.tables.lexicon.dashes.fullmatch(narrow(cell)) is not None

    # -- what its header says ------------------------------------------------------------------

    @cached_property
    def _words(self) -> Words:
        return self.rules.values.words

    @cached_property
    def _plans(self) -> re.Pattern[str]:
        """Return a pattern of the names of plans, and of what says that its last year is meant."""
        known = "|".join(map(re.escape, self.rules.values.plans))
        return re.compile(rf"({known})({self._words.ends.pattern})?")

    def _head(self, name: str, kind: Kind) -> _Head:
        above, _, own = name.rpartition("_")
        group, leaf = narrow(above), narrow(own)
        rate = self._rate(leaf)
        return _Head(name, kind, not rate, group, leaf, self._years(leaf) or self._years(group))

    def _rate(self, leaf: str) -> bool:
        """Return whether a header tells of a change and names no year that it holds first."""
        words = self._words
        if words.since.search(leaf) or words.yearly.search(leaf):
            return True
        told = words.annual.search(leaf) or words.cumulative.search(leaf)
        known = self.rules.tables.lexicon.rate.fullmatch(leaf)
        if not told:
            return bool(known) and not _YEAR.match(leaf)
        years = self._years(leaf)
        return "-" in years or not _YEAR.match(leaf)

    def _years(self, text: str) -> str:
        """Return the year or span of years that `text` names, "" where it names none."""
        plain = _BRACKETS.sub("", text)
        for piece in (plain, text):
            plan = self._plans.search(piece)
            years = [int(year) for year in _YEAR.findall(piece)]
            if self._words.since.search(piece) and len(years) > 1:
                return _span(min(years) + 1, max(years))
            if years:
                return _span(min(years), max(years))
            if plan:
                first, last = self.rules.values.plans[plan[1]]
                return _span(last if plan[2] else first, last)
        return ""

    def _column(self, at: int, sheet: _Sheet) -> Column:
        head = sheet.heads[at]
        span = head.years if "-" in head.years else self._derived(at, sheet.heads)
        period = head.years if head.level else head.years or span
        role = self._role(head, period, sheet)
        unit = self._unit(head.leaf) or self._unit(head.group)
        kinds = [role] if head.level else self._measures(head.leaf)
        mixed = len(kinds) > 1 or (head.level and bool(self._measures(head.leaf)))
        # What has no brackets in a table that puts its sums into brackets is a mean.
        unsure = len(kinds) > 1 and not sheet.bracketed
        measure = "" if not kinds or unsure else kinds[0]
        return Column("value", head.name, period, measure, span, role, unit, mixed)

    def _measures(self, leaf: str) -> list[str]:
        """Return what may stand below a header of changes, none where it tells nothing of it."""
        words = self._words
        mean = words.annual.search(leaf) or words.yearly.search(leaf)
        total = words.cumulative.search(leaf) or words.since.search(leaf)
        return ["annual rate"] * bool(mean) + ["cumulative"] * bool(total)

    def _unit(self, header: str) -> str:
        found = _LAST_BRACKETS.search(header)
        known = self.rules.tables.lexicon.units
        return found[1] if found and known.fullmatch(found[1]) else ""

    def _base(self, heads: Sequence[_Head], titles: Sequence[str]) -> int | None:
        """Return the year that the plan starts from, None where nothing tells it.

        It is the one before the plan's first year; without a plan's name, the first of two years.
        """
        for title in titles:
            plan = self._plans.search(narrow(title))
            if plan:
                return self.rules.values.plans[plan[1]][0] - 1
        values = [head for head in heads if head.kind == "value"]
        years = sorted({int(head.years) for head in values if head.level and head.years.isdigit()})
        rates = any(not head.level for head in values)
        return years[0] if len(years) == 2 or (len(years) == 1 and rates) else None

    def _role(self, head: _Head, period: str, sheet: _Sheet) -> Role:
        """Return whose figure stands in a column: as its words say, or its place in a plan."""
        for text in (head.leaf, head.group):
            told = self._told(text)
            if told:
                return told[0] if len(told) == 1 else ""
        if not self._is_plan(sheet.heads, sheet.title):
            return ""
        later: Role = "actual" if self._words.actual.search(sheet.title) else "target"
        last = int(period[-4:]) if period else 0
        if sheet.base is None or not last:
            return "" if head.level else later
        if last > sheet.base:
            return later
        return "base" if head.level and last == sheet.base else "actual"

    def _told(self, text: str) -> list[Role]:
        words = self._words
        kinds: list[tuple[Role, re.Pattern[str]]] = [
            ("base", words.base), ("target", words.target), ("actual", words.actual),
        ]  # fmt: skip
        return [role for role, pattern in kinds if pattern.search(text)]

    def _is_plan(self, heads: Sequence[_Head], title: str) -> bool:
        """Return whether a table sets targets: it has attributes, or its words say so."""
        return (
            any(head.kind == "binding" for head in heads)
            or any("target" in self._told(f"{head.group}{head.leaf}") for head in heads)
            or any(not head.level and self._words.annual.search(head.leaf) for head in heads)
            or bool(self._words.target.search(title))
        )

    def _derived(self, at: int, heads: Sequence[_Head]) -> str:
        """Return the years that a mean or sum in column `at` covers: after the base, to the target.

        "" where the columns beside it leave more than one way to tell.
        """
        head = heads[at]
        years = [
            int(one.years)
            for one in heads[: at + 1]
            if one.level and one.years.isdigit() and one.group in ("", head.group)
        ]
        known = sorted(set(years))
        if self._words.yearly.search(head.leaf):
            return str(years[-1]) if years else ""
        if len(known) != 2 or (head.level and head.years != str(known[1])):
            return ""
        return _span(known[0] + 1, known[1])


def _span(first: int, last: int) -> str:
    """Return a span of years as one string, one year where it is one."""
    return str(last) if first >= last else f"{first}-{last}"
