"""Files being written: whole lines in, fsynced when closed."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pipeline.store import SyncedFile

# A spreadsheet would run a cell that starts like this as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class CsvSink:
    """A CSV file as RFC 4180 wants it, UTF-8, with a header; cells that are no formulas."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self._file = SyncedFile(path)
        self._buffer = io.StringIO()
        self._writer = csv.writer(self._buffer, lineterminator="\r\n")
        self.add(header)

    def add(self, row: Iterable[object]) -> None:
        """Write one row."""
        self._writer.writerow([harmless(str(cell)) for cell in row])
        self._file.write(self._buffer.getvalue().encode("utf-8"))
        self._buffer.seek(0)
        self._buffer.truncate()

    def close(self) -> None:
        """Make the file outlast a power cut."""
        self._file.close()


def harmless(cell: str) -> str:
    """Return the cell, behind a ' when a spreadsheet would run it; numbers stay numbers.

    >>> harmless("=1+1"), harmless("-5.2%"), harmless("地区生产总值")
    ("'=1+1", '-5.2%', '地区生产总值')
    """
    if not cell.startswith(_FORMULA) or _is_number(cell) or len(cell) == 1:
        return cell
    return f"'{cell}"


def _is_number(cell: str) -> bool:
    digits = cell[1:].replace(",", "").rstrip("%‰").replace(".", "", 1)
    return cell[0] in "+-" and digits.isdigit()


class JsonLinesSink:
    """A file of one JSON object a line, UTF-8, Chinese unescaped."""

    def __init__(self, path: Path) -> None:
        self._file = SyncedFile(path)

    def add(self, row: dict[str, Any]) -> None:
        """Write one object."""
        self._file.write(json_bytes(row) + b"\n")

    def close(self) -> None:
        """Make the file outlast a power cut."""
        self._file.close()


def json_bytes(value: object, indent: int | None = None) -> bytes:
    """Return `value` as JSON in UTF-8, Chinese unescaped."""
    return json.dumps(value, ensure_ascii=False, indent=indent).encode("utf-8")
