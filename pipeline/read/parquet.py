"""Parquet with a column of pages: a page a row. Read by pyarrow, which is an extra.

In: a file. Out: a record a row. Never: more rows in memory than a few; a column that is none of
those that fields are named by.
"""

from collections.abc import Iterator
from typing import Any

from pipeline.read.fields import page_of
from pipeline.read.record import Place, Record
from pipeline.read.unpack import DAMAGED, HARMLESS, TOO_BIG, BrokenError, Source
from pipeline.reading import How

_ROWS = 8
NO_READER = "no-reader"
_MISSING = "needs pyarrow to be read. Run `.venv/bin/pip install pyarrow`"


class ParquetFile:
    """The rows of one file, read onward in small groups."""

    def __init__(self, source: Source, how: How) -> None:
        try:
            from pyarrow import ArrowException, parquet
        except ImportError as error:
            raise BrokenError(NO_READER, 0, _MISSING) from error
        self._source = source
        self._how = how
        self._errors: tuple[type[Exception], ...]
        self._errors = (BrokenError, ArrowException, OSError, ValueError)
        try:
            self._file: Any = parquet.ParquetFile(source)
        except self._errors as error:
            raise BrokenError(DAMAGED, 0, f"is no Parquet: {error}") from error
        fields = how.fields
        wanted = {*fields.url_fields, *fields.body_fields, *fields.time_fields}
        names = {name.lower() for name in wanted}
        columns = self._file.schema_arrow.names
        self._columns = [name for name in columns if name.strip().lower() in names]
        self._size = source.seek(0, 2)
        self._group = -1
        self._next = 0
        self._ahead: Iterator[Record] = iter(())

    def records(self) -> Iterator[Record]:
        """Yield a record for each row; row 1 is the first."""
        number = 1
        for group in range(self._file.num_row_groups):
            metadata = self._file.metadata.row_group(group)
            behind = number + metadata.num_rows
            try:
                self._check(metadata.total_byte_size)
                for record in self._rows(group, number):
                    number = record.place.number + 1
                    yield record
            except self._errors as error:
                reason = error.reason if isinstance(error, BrokenError) else "damaged"
                why = f"and the rest of row group {group} ({behind - number} rows): {error}"
                place = Place("", group, 0, number)
                yield Record(f"row {number}", place, reason=reason, message=why)
            number = behind

    def record(self, place: Place) -> Record:
        """Return the record at a place: `start` is its row group, `skip` its row in that."""
        if place.start != self._group or place.skip < self._next:
            self._group = place.start
            self._ahead = self._rows(place.start, place.number - place.skip)
        for found in self._ahead:
            self._next = found.place.skip + 1
            if found.place.skip == place.skip:
                return found
        self._group = -1
        raise BrokenError(DAMAGED, 0, "is not there any more")

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        self._source.close()

    def _rows(self, group: int, first: int) -> Iterator[Record]:
        batches = self._file.iter_batches(_ROWS, row_groups=[group], columns=self._columns)
        row = 0
        for batch in batches:
            for values in batch.to_pylist():
                place = Place("", group, row, first + row)
                yield page_of(values, f"row {place.number}", place, self._how)
                row += 1

    def _check(self, size: int) -> None:
        if size > max(HARMLESS, self._how.max_ratio * self._size):
            why = f"unpacks to more than limits.max_unpack_ratio ({self._how.max_ratio:g}) allows"
            raise BrokenError(TOO_BIG, 0, why)
