"""Files being written: whole lines in, fsynced when closed."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from pipeline.store import SyncedFile

# A spreadsheet would run a cell that starts like this as a formula.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_DOUBTFUL = (*_FORMULA, "'")
_RISKY = re.compile(f"(?:^|\0)[{re.escape(''.join(_DOUBTFUL))}]")
# A figure with a sign is none, nor is one with words behind it: -3.2, +5%, -0.5个百分点以上.
_SIGNED = re.compile(r"[-+－＋]\d[\d,，]*(?:[.．]\d+)?[%％‰]?[\u3400-\u9fff]*", re.ASCII)
BOM = b"\xef\xbb\xbf"


class CsvSink:
    """A CSV file as RFC 4180 wants it, UTF-8, with a header; cells that are no formulas.

    `bom` puts a byte order mark before it, without which Excel takes UTF-8 for another charset.
    """

    def __init__(self, path: Path, header: Sequence[str], *, bom: bool = False) -> None:
        self._file = SyncedFile(path)
        if bom:
            self._file.write(BOM)
        self.add(header)

    def add(self, row: Iterable[object]) -> None:
        """Write one row."""
        self._file.write(csv_line(row))

    def put(self, lines: bytes) -> None:
        """Write rows that `csv_line` made."""
        self._file.write(lines)

    def close(self) -> None:
        """Make the file outlast a power cut."""
        self._file.close()


def csv_line(row: Iterable[object]) -> bytes:
    """Return one row as it stands in a file, with its line break."""
    return csv_lines([row])


def csv_lines(rows: Iterable[Iterable[object]]) -> bytes:
    """Return rows as they stand in a file, each with its line break."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerows(map(_harmless_row, rows))
    return buffer.getvalue().encode("utf-8")


def _harmless_row(row: Iterable[object]) -> list[str]:
    """Return the cells of a row, harmless; most rows are so as they stand."""
    cells = list(map(str, row))
    return list(map(harmless, cells)) if _RISKY.search("\0".join(cells)) else cells


def harmless(cell: str) -> str:
    """Return the cell, behind a ' when a spreadsheet would run it; numbers stay numbers.

    A cell that stands behind ' on the page gets one more, so that `as_read` tells them apart.

    >>> harmless("=1+1"), harmless("-5.2%"), harmless("'=1"), harmless("'90s")
    ("'=1+1", '-5.2%', "''=1", "'90s")
    """
    if not cell.startswith(_DOUBTFUL):
        return cell
    return f"'{cell}" if _would_run(cell.lstrip("'"), quoted=cell.startswith("'")) else cell


def as_read(cell: str) -> str:
    """Return what `harmless` was given: the string that was read from the page.

    >>> as_read("'=1+1"), as_read("-5.2%"), as_read("''=1"), as_read("'90s")
    ('=1+1', '-5.2%', "'=1", "'90s")
    """
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell


def _would_run(cell: str, *, quoted: bool) -> bool:
    """Return whether a cell starts like a formula and is no figure; `quoted` ones all may."""
    figure = len(cell) == 1 or _SIGNED.fullmatch(cell) is not None
    return cell.startswith(_FORMULA) and (quoted or not figure)


def json_bytes(value: object, indent: int | None = None) -> bytes:
    """Return `value` as JSON in UTF-8, Chinese unescaped, days as 2021-03-08."""
    packed = _ENCODER.encode(value)
    return packed if indent is None else msgspec.json.format(packed, indent=indent)


def json_lines(values: Iterable[object]) -> bytes:
    """Return each value as a line of JSON."""
    return _ENCODER.encode_lines(values)


_ENCODER = msgspec.json.Encoder()
