"""tables/: a wide CSV for each table, long.csv, doubts.csv and datapackage.json.

In: kept pages with their tables. Out: `<nn>_<title>.csv` with the strings of the page, the values
of all tables tidy in long.csv, what is doubtful in doubts.csv, everything described in
datapackage.json. Never: a cell that a spreadsheet would run; a number that is not on the page.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from pipeline.config import TablesConfig
from pipeline.fingerprint import digest_of
from pipeline.paths import safe_name
from pipeline.publish.carried import Carried
from pipeline.publish.entries import Corpus
from pipeline.publish.sinks import BOM, CsvSink, csv_lines
from pipeline.publish.tables import doubts, long
from pipeline.publish.tables.doubts import ToldDoubt, told_doubts
from pipeline.publish.tables.long import Value, ValueReader, long_row, shown_rows
from pipeline.publish.tables.package import PackageSink, packed, table_resource
from pipeline.records import Page, Table
from pipeline.rules import Rules
from pipeline.store import Earlier, NewFiles

if TYPE_CHECKING:
    from pipeline.publish.rows import Row

__all__ = [
    "TableFolder",
    "TableTeller",
    "TablesWriter",
    "Told",
    "ToldDoubt",
    "Value",
    "ValueReader",
    "Values",
    "told_doubts",
    "wide_name",
    "write_tables",
]


_TABLES = "tables"

# The values of each table of a page, in their order.
Values = Sequence[Sequence[Value]]


class Told(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """The tables of one page as they are written: files by name, and lines of the others.

    `doubtful` counts cells that can be read otherwise.
    """

    files: tuple[tuple[str, bytes], ...] = ()
    long: bytes = b""
    doubts: bytes = b""
    resources: bytes = b""
    doubtful: int = 0


class TableTeller:
    """Tells the tables of pages."""

    def __init__(self, rules: Rules, config: TablesConfig) -> None:
        self._config = config
        self._reader = ValueReader(rules, strict=config.strict)

    def values(self, page: Page) -> Values:
        """Return the values of each table of a page."""
        return [list(self._reader.read(page, table)) for table in page.tables]

    def tell(self, page: Page, folder: str, values: Values) -> Told:
        """Return what is written of the tables of a page; their files lie in `folder`."""
        files, told, doubted, resources = [], b"", b"", b""
        for number, (table, own) in enumerate(zip(page.tables, values, strict=True), 1):
            file = wide_name(table, number, folder)
            files.append((file, self._wide(table)))
            where = (table.title, page.id, page.title, file)
            told += csv_lines(long_row(value, where) for value in own)
            place = (page.id, table.title, file)
            doubted += csv_lines(doubts.doubt_row(doubt, place) for doubt in told_doubts(table))
            resources += packed(table_resource(f"{page.id}-{number:02d}", table, file))
        count = sum(len(table.doubts) for table in page.tables)
        return Told(tuple(files), told, doubted, resources, count)

    def _wide(self, table: Table) -> bytes:
        rows = (table.header, *shown_rows(table, strict=self._config.strict))
        return (BOM if self._config.excel else b"") + csv_lines(rows)


class TableFolder:
    """A folder of tables, told of each page once, then closed; `inside` is its name in `root`."""

    def __init__(
        self, root: Path, inside: str, config: TablesConfig, before: Earlier | None = None
    ) -> None:
        self._inside = inside
        self._files = NewFiles(root, before)
        folder = root / inside
        self._long = CsvSink(folder / "long.csv", long.COLUMNS, bom=config.excel)
        self._doubts = CsvSink(folder / "doubts.csv", doubts.COLUMNS, bom=config.excel)
        self._package = PackageSink(folder)

    def add(self, told: Told) -> None:
        """Write the tables of a page."""
        for name, data in told.files:
            self._files.add(self._inside + name, data)
        self._long.put(told.long)
        self._doubts.put(told.doubts)
        self._package.put(told.resources)

    def close(self) -> None:
        """Finish the files that all tables share."""
        self._files.close()
        self._long.close()
        self._doubts.close()
        self._package.close()


def wide_name(table: Table, number: int, place: str) -> str:
    """Return the path in tables/ of a wide table, the `number`-th of its page, in `place`."""
    name = f"{number:02d}_{safe_name(table.title or 'table')}.csv"
    return f"{place}/{name}" if place else name


class TablesWriter:
    """Writes tables/ of a run, a folder for each page."""

    def __init__(self, folder: Path, corpus: Corpus) -> None:
        self._tables = TableFolder(folder, f"{_TABLES}/", corpus.tables, corpus.before)
        self._carried = Carried(folder, _TABLES, corpus.before)

    def add(self, row: "Row") -> None:
        """Write the tables of one article."""
        if row.tables.files:
            new = tuple(file for file in row.tables.files if not self._is_there(*file))
            self._tables.add(structs.replace(row.tables, files=new))

    def _is_there(self, name: str, data: bytes) -> bool:
        return self._carried.has(f"{_TABLES}/{name}", digest_of(data))

    def close(self) -> None:
        """Finish the files that all tables share, and take away what no article has any more."""
        self._tables.close()
        self._carried.close()


def write_tables(page: Page, folder: Path, rules: Rules, config: TablesConfig) -> list[Path]:
    """Write the tables of one page into `folder` as a run does; return their files, in order."""
    teller = TableTeller(rules, config)
    told = teller.tell(page, "", teller.values(page))
    tables = TableFolder(folder, "", config)
    tables.add(told)
    tables.close()
    return [folder / name for name, _ in told.files]
