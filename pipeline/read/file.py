"""One file, one page: `.html`, `.txt` and their like. Which of them it is, its content tells."""

from collections.abc import Iterator

from pipeline.read import origin
from pipeline.read.record import Place, Record
from pipeline.read.unpack import BrokenError, Source
from pipeline.reading import How


class PageFile:
    """A file that is a page."""

    def __init__(self, source: Source, how: How) -> None:
        self._source = source
        self._how = how

    def records(self) -> Iterator[Record]:
        """Yield the page, or why it is none."""
        yield self.record(Place())

    def record(self, place: Place) -> Record:
        """Return the page."""
        most = self._how.max_page_bytes
        try:
            self._source.seek(0)
            body = self._source.read(most + 1)
        except BrokenError as error:
            return Record("", place, reason=error.reason, message=str(error))
        if len(body) > most:
            why = f"is larger than limits.max_page_bytes ({most}). Raise it"
            return Record("", place, reason="too-big", message=why)
        url, fetched = origin.of_head(body[: origin.HEAD])
        return Record("", place, body=body, url=url, fetched=fetched)

    def close(self) -> None:
        """Let go of the file."""
        self._source.close()
