"""tables/<id>/<nn>_<title>.csv: one wide CSV for each table. tables/doubts.csv: doubtful cells."""

from pathlib import Path

from pipeline.paths import safe_name
from pipeline.publish.entries import Corpus, Entry
from pipeline.publish.sinks import CsvSink
from pipeline.records import Table

DOUBT_COLUMNS = ("page", "table", "row", "column", "value", "other_readings", "why", "file")


class TablesWriter:
    """Writes tables/. Cells are the strings of the page; an empty cell is an empty string."""

    def __init__(self, folder: Path, _corpus: Corpus) -> None:
        self._folder = folder / "tables"
        self._doubts = CsvSink(self._folder / "doubts.csv", DOUBT_COLUMNS)

    def add(self, entry: Entry) -> None:
        """Write the tables of one article."""
        if entry.kept is None:
            return
        files = write_tables(entry.kept.tables, self._folder / entry.kept.id)
        for table, file in zip(entry.kept.tables, files, strict=True):
            name = file.relative_to(self._folder).as_posix()
            for row in doubt_rows(table):
                self._doubts.add((entry.kept.id, *row, name))

    def close(self) -> None:
        """Finish doubts.csv."""
        self._doubts.close()


def write_tables(tables: tuple[Table, ...], folder: Path) -> list[Path]:
    """Write each table as a CSV file into `folder`; return their paths in the same order."""
    files = []
    for number, table in enumerate(tables, 1):
        file = folder / f"{number:02d}_{safe_name(table.title or 'table')}.csv"
        sink = CsvSink(file, table.header)
        for row in table.rows:
            sink.add(row)
        sink.close()
        files.append(file)
    return files


def doubt_rows(table: Table) -> list[tuple[str, int, str, str, str, str]]:
    """Return title, row from 1, column name, value, other readings and why for each doubt."""
    return [
        (
            table.title,
            doubt.row + 1,
            table.header[doubt.column],
            table.rows[doubt.row][doubt.column],
            " | ".join(doubt.readings),
            doubt.why,
        )
        for doubt in table.doubts
    ]
