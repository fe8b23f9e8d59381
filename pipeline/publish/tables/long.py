"""A table → its values, tidy: one row each, with period, measure, unit and number.

In: a page and one of its tables. Out: a `Value` for each cell that holds one. Never: a value for an
empty cell or a dash; a cell left out because it could not be read as a number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.publish.tables.columns import Column, ColumnReader, Kind
from pipeline.publish.tables.doubts import line_of
from pipeline.publish.tables.figures import Figure, FigureReader, narrow
from pipeline.publish.tables.indicators import Indicator, NameReader
from pipeline.records import Page, Table
from pipeline.rules import Rules

COLUMNS = (
    "table",
    "category",
    "indicator",
    "unit",
    "period",
    "measure",
    "raw_value",
    "number",
    "qualifier",
    "cumulative",
    "binding",
    "confidence",
    "source_line",
    "number_to",
    "role",
    "indicator_folded",
    "page",
    "document",
    "file",
    "row",
    "column",
)

_PER_CENT = ("%", "‰")
_NO_FIGURE = Figure("")
_YEAR_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a table. `row` counts from 0; texts as on the page but for `folded` and `unit`.

    `number` and `high` are decimals as strings, "" where the cell is no figure; `line` is that of
    the source, 0 where it is not known; `confidence` is that of the least sure cell it rests on.
    """

    category: str
    indicator: Indicator
    unit: str
    period: str
    measure: str
    raw: str
    figure: Figure
    binding: str
    confidence: float
    line: int
    role: str
    row: int
    column: str


@dataclass(frozen=True)
class ValueReader:
    """Reads tables into values with `rules`; `strict` passes over cells that are doubtful."""

    rules: Rules
    strict: bool = False

    @cached_property
    def figures(self) -> FigureReader:
        """Return what reads cells."""
        return FigureReader(self.rules)

    @cached_property
    def columns(self) -> ColumnReader:
        """Return what reads headers."""
        return ColumnReader(self.rules, self.figures)

    @cached_property
    def names(self) -> NameReader:
        """Return what reads the names of indicators."""
        return NameReader(self.rules)

    def read(self, page: Page, table: Table) -> Iterator[Value]:
        """Yield the values of a table of `page`, in reading order."""
        columns = self.columns.read(table, page.title)
        if not any(column.kind == "value" for column in columns):
            return
        sure = {(row, at): share for row, at, share in table.confidence}
        unnamed = self._unnamed(table, columns)
        for number, cells in enumerate(shown_rows(table, strict=self.strict)):
            line = line_of(table, number) or page.blocks[table.block].line
            row = _Row(number, cells, columns, line, sure)
            name = self.names.read(() if number in unnamed else row.texts("name"))
            turned = not any(column.kind == "name" for column in columns)
            yield from self._values(row, None if turned else name, table.unit)

    def _unnamed(self, table: Table, columns: Sequence[Column]) -> set[int]:
        """Return the rows whose name `strict` leaves out: half a name would be another one."""
        doubts = table.doubts if self.strict else ()
        return {doubt.row for doubt in doubts if columns[doubt.column].kind == "name"}

    def _values(self, row: "_Row", named: Indicator | None, told: str) -> Iterator[Value]:
        """Yield the values of a row; without a name of its own each column names its value."""
        category, binding = (
            " / ".join(filter(None, row.texts(k))) for k in ("category", "binding")
        )
        known = self.rules.tables.lexicon.units
        common = narrow(told) if known.fullmatch(narrow(told)) else ""
        year = narrow("".join(row.texts("years")[:1]))[:_YEAR_DIGITS]
        for at, column in enumerate(row.columns):
            cell = row.cells[at]
            if column.kind != "value" or self.columns.is_empty(cell):
                continue
            figure = self.figures.read(cell) or _NO_FIGURE
            name = named or self.names.read((column.name,))
            stated = narrow("".join(row.texts("unit")[:1])) or name.unit or common
            measure, period = _meaning(column, figure)
            unit = self._unit(figure, column, stated, measure)
            yield Value(
                category, name, unit, period or year, measure, cell, figure, binding,
                row.confidence(at), row.line, column.role, row.number, column.name,
            )  # fmt: skip

    def _unit(self, figure: Figure, column: Column, stated: str, measure: str) -> str:
        """Return the unit of a value: its own, that of its column, or what its row states.

        A mean rate is told in per cent of what the row counts; the unit of that is not its unit.
        """
        beside = column.unit or stated
        multiples = self.rules.values.words.multiples
        if figure.unit:
            bare = multiples.fullmatch(figure.unit) and beside and not multiples.match(beside)
            return figure.unit + beside if bare else figure.unit
        rate = measure == "annual rate" and not column.unit and beside not in _PER_CENT
        return "" if rate else beside


@dataclass(frozen=True, slots=True)
class _Row:
    """One row with its columns; `sure` holds the confidence of cells that are not certain."""

    number: int
    cells: Sequence[str]
    columns: Sequence[Column]
    line: int
    sure: dict[tuple[int, int], float]

    def texts(self, kind: Kind) -> list[str]:
        """Return the cells in the columns of `kind`."""
        pairs = zip(self.cells, self.columns, strict=True)
        return [cell for cell, column in pairs if column.kind == kind]

    def confidence(self, at: int) -> float:
        """Return how sure it is that the value in column `at` is that of the row's name."""
        rests = [
            place
            for place, column in enumerate(self.columns)
            if place == at or column.kind in ("name", "category", "years")
        ]
        return min(self.sure.get((self.number, place), 1.0) for place in rests)


def _meaning(column: Column, figure: Figure) -> tuple[str, str]:
    """Return measure and period of a figure; what the cell says outdoes what its header says."""
    if figure.cumulative:
        return "cumulative", column.span or column.period
    if figure.annual:
        return "annual rate", column.span or column.period
    words = column.mixed and not figure.number
    return "" if words else column.measure, figure.period or column.period


def shown_rows(table: Table, *, strict: bool) -> Iterator[tuple[str, ...]]:
    """Yield the rows as they are published: with `strict`, doubtful cells are empty."""
    doubtful = {(doubt.row, doubt.column) for doubt in table.doubts} if strict else set()
    for number, row in enumerate(table.rows):
        if doubtful:
            yield tuple("" if (number, at) in doubtful else cell for at, cell in enumerate(row))
        else:
            yield row


def long_row(value: Value, where: tuple[str, str, str, str]) -> tuple[object, ...]:
    """Return the row of long.csv; `where` holds table, page, document and file."""
    table, page, document, file = where
    figure = value.figure
    return (
        table, value.category, value.indicator.name, value.unit, value.period, value.measure,
        value.raw, figure.number, figure.qualifier,
        "true" if value.measure == "cumulative" else "false", value.binding,
        f"{value.confidence:.3f}", value.line or "", figure.high, value.role,
        value.indicator.folded, page, document, file, value.row + 1, value.column,
    )  # fmt: skip
