"""CSV and TSV with a column of pages: a page a row.

In: text in UTF-8 or GB 18030, its first row the names of the columns. Out: a record a row. Never:
a row that is not read without its number and why; a quote never closed that swallows a file.
"""

import csv
import hashlib
from collections.abc import Iterator

from pipeline.read.fields import page_of
from pipeline.read.record import Place, Record
from pipeline.read.unpack import DAMAGED, TOO_BIG, BrokenError, Unpacked
from pipeline.reading import How

_SAMPLE = 64 * 1024
_SEPARATORS = ",\t;|"
# After so many rows that do not end the file is no table, and each try costs a page's bytes.
_MOST_ENDLESS = 20

# Python refuses cells of 128 KiB, unless it is told otherwise, once for all.
csv.field_size_limit(2**31 - 1)


class _EndlessError(Exception):
    """A row that does not end where it must; `reason` is a code."""

    def __init__(self, reason: str, why: str) -> None:
        super().__init__(why)
        self.reason = reason


class Rows:
    """The rows of a file; what its head tells is read once."""

    def __init__(self, stream: Unpacked, how: How) -> None:
        self._stream = stream
        self._how = how
        try:
            sample = stream.take(_SAMPLE)
        except BrokenError:
            sample = b""  # what can be read of it is, and the rest is told of then
        self._encoding = _encoding(sample)
        head = sample.decode(self._encoding, "replace").lstrip("\ufeff").partition("\n")[0]
        self._separator = max(_SEPARATORS, key=lambda sign: (head.count(sign), sign == ","))
        self._endless = 0

    def records(self) -> Iterator[Record]:
        """Yield a record for each row of the file."""
        self._endless = 0
        try:
            names = self._names()
        except BrokenError as error:
            yield _refused(b"", Place(number=1), error.reason, f"{error}. Fetch the file again")
            return
        yield from self._following(names, 2)

    def record(self, place: Place) -> Record:
        """Return the record at a place."""
        names = self._names()
        self._stream.seek(place.start, place.skip)
        return next(self._following(names, place.number))

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()

    def _following(self, names: list[str], number: int) -> Iterator[Record]:
        """Yield a record for each row from where the stream stands; blank lines count as rows."""
        stream = self._stream
        while self._endless < _MOST_ENDLESS:
            lines: list[bytes] = []
            place = Place(number=number)
            try:
                at = stream.place()
                if at is None:
                    return
                place = Place("", *at, number)
                if row := self._row(lines):
                    yield self._record(names, row, place, b"".join(lines))
            except _EndlessError as error:
                yield _refused(lines[0], place, error.reason, str(error))
                self._pass_line(place)
                self._endless += len(lines) > 1
            except BrokenError as error:
                why = f"{error} (byte {error.at} of the file). Fetch the file again"
                yield _refused(b"", place, error.reason, why)
                if stream.resync() is None:
                    return
            number += 1
        why = "and what follows: rows before it do not end. Close their quotes"
        yield _refused(b"", Place(number=number), DAMAGED, why)

    def _pass_line(self, place: Place) -> None:
        """Stand behind the first line of a row: the rows after it begin there."""
        self._stream.seek(place.start, place.skip)
        line = b" "
        while line and not line.endswith(b"\n"):
            line = self._stream.line(_SAMPLE)

    def _names(self) -> list[str]:
        """Return the names of the columns, and stand behind them."""
        self._stream.seek(0, 0)
        try:
            return self._row([])
        except _EndlessError as error:
            raise BrokenError(DAMAGED, 0, str(error)) from error

    def _record(self, names: list[str], row: list[str], place: Place, data: bytes) -> Record:
        if any(row[len(names) :]):
            why = f"has {len(row)} cells under {len(names)} names. Put quotes around its commas"
            return _refused(data, place, "wrong-columns", why)
        found = page_of(
            dict(zip(names, row, strict=False)), f"row {place.number}", place, self._how
        )
        return _refused(data, place, found.reason, found.message) if found.reason else found

    def _row(self, lines: list[bytes]) -> list[str]:
        """Return the cells of the next row, [] for a blank line; its lines are added to `lines`."""
        reader = csv.reader(self._lines(lines), delimiter=self._separator)
        try:
            return next(reader, [])
        except csv.Error as error:
            raise _EndlessError(DAMAGED, f"is no row: {error}. Mend it") from error

    def _lines(self, seen: list[bytes]) -> Iterator[str]:
        """Yield the lines of one row, as many as are asked for."""
        left = self._how.max_page_bytes
        while line := self._stream.line(left + 1):
            seen.append(line)
            left -= len(line)
            if left < 0:
                message = f"is larger than limits.max_page_bytes ({self._how.max_page_bytes})"
                raise _EndlessError(TOO_BIG, f"{message}. Raise it, or close its quote")
            text = line.decode(self._encoding, "replace")
            yield text.lstrip("\ufeff") if len(seen) == 1 else text
        if seen:
            message = "has a quote that is never closed. Close it"
            raise _EndlessError(DAMAGED, message)


def _encoding(sample: bytes) -> str:
    """Return the encoding of a table: UTF-8, or what spreadsheets in China write."""
    try:
        sample[: sample.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _refused(data: bytes, place: Place, reason: str, message: str) -> Record:
    digest = hashlib.sha256(data).hexdigest()
    return Record(
        f"row {place.number}",
        place,
        reason=reason,
        message=message,
        sha256=digest,
        size=len(data),
    )
