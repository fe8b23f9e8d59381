"""Formats that are one stream of records, packed or not: JSON Lines, WARC, CSV."""

from collections.abc import Callable, Iterator

from pipeline.read import jsonl, warc
from pipeline.read.record import Archive, Place, Record
from pipeline.read.rows import Rows
from pipeline.read.unpack import Source, Unpacked
from pipeline.reading import How

Records = Callable[[Unpacked, How, int], Iterator[Record]]
Reader = Callable[[Source, How], Archive]


class Feed:
    """A stream whose records need nothing but themselves to be read."""

    def __init__(self, stream: Unpacked, how: How, records: Records) -> None:
        self._stream = stream
        self._how = how
        self._records = records

    def records(self) -> Iterator[Record]:
        """Yield all that is in it."""
        self._stream.seek(0, 0)
        yield from self._records(self._stream, self._how, 1)

    def record(self, place: Place) -> Record:
        """Return the record at a place."""
        self._stream.seek(place.start, place.skip)
        return next(self._records(self._stream, self._how, place.number))

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()


def json_lines(packing: str) -> Reader:
    """Return what opens JSON Lines packed so."""
    return lambda source, how: Feed(_stream(source, packing, how), how, jsonl.records)


def web_archive(packing: str) -> Reader:
    """Return what opens a WARC packed so."""
    return lambda source, how: Feed(_stream(source, packing, how), how, warc.records)


def table(packing: str) -> Reader:
    """Return what opens a CSV packed so."""
    return lambda source, how: Rows(_stream(source, packing, how), how)


def _stream(source: Source, packing: str, how: How) -> Unpacked:
    return Unpacked(source, packing, how.max_ratio)
