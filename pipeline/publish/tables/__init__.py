"""tables/: a wide CSV for each table, long.csv, doubts.csv and datapackage.json.

In: kept pages with their tables. Out: `<nn>_<title>.csv` with the strings of the page, the values
of all tables tidy in long.csv, what is doubtful in doubts.csv, everything described in
datapackage.json. Never: a cell that a spreadsheet would run; a number that is not on the page.
"""

from pathlib import Path

from pipeline.config import TablesConfig
from pipeline.paths import safe_name
from pipeline.publish.entries import Corpus, Entry
from pipeline.publish.sinks import CsvSink
from pipeline.publish.tables import doubts, long
from pipeline.publish.tables.doubts import ToldDoubt, told_doubts
from pipeline.publish.tables.long import Value, ValueReader, long_row, shown_rows
from pipeline.publish.tables.package import PackageSink, table_resource
from pipeline.records import Page, Table
from pipeline.rules import Rules

__all__ = [
    "TableFolder",
    "TablesWriter",
    "ToldDoubt",
    "Value",
    "ValueReader",
    "told_doubts",
    "wide_name",
    "write_tables",
]


class TableFolder:
    """A folder of tables, told of each page once, then closed."""

    def __init__(self, folder: Path, rules: Rules, config: TablesConfig) -> None:
        self._folder = folder
        self._config = config
        self._reader = ValueReader(rules, strict=config.strict)
        self._long = self._sink("long.csv", long.COLUMNS)
        self._doubts = self._sink("doubts.csv", doubts.COLUMNS)
        self._package = PackageSink(folder)

    def _sink(self, name: str, header: tuple[str, ...]) -> CsvSink:
        return CsvSink(self._folder / name, header, bom=self._config.excel)

    def add(self, page: Page, place: str) -> list[Path]:
        """Write the tables of a page into the folder `place` in this one; return their files."""
        files = []
        for number, table in enumerate(page.tables, 1):
            file = wide_name(table, number, place)
            self._wide(table, file)
            for value in self._reader.read(page, table):
                self._long.add(long_row(value, (table.title, page.id, page.title, file)))
            for doubt in told_doubts(table):
                self._doubts.add(doubts.doubt_row(doubt, (page.id, table.title, file)))
            self._package.add(table_resource(f"{page.id}-{number:02d}", table, file))
            files.append(self._folder / file)
        return files

    def _wide(self, table: Table, file: str) -> None:
        sink = self._sink(file, table.header)
        for row in shown_rows(table, strict=self._config.strict):
            sink.add(row)
        sink.close()

    def close(self) -> None:
        """Finish the files that all tables share."""
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
        self._tables = TableFolder(folder / "tables", corpus.rules, corpus.tables)

    def add(self, entry: Entry) -> None:
        """Write the tables of one article."""
        if entry.kept is not None:
            self._tables.add(entry.kept, entry.kept.id)

    def close(self) -> None:
        """Finish the files that all tables share."""
        self._tables.close()


def write_tables(page: Page, folder: Path, rules: Rules, config: TablesConfig) -> list[Path]:
    """Write the tables of one page into `folder` as a run does; return their files, in order."""
    tables = TableFolder(folder, rules, config)
    files = tables.add(page, "")
    tables.close()
    return files
