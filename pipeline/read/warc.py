"""WARC, as Heritrix, wget, Browsertrix and Common Crawl write it.

In: the unpacked bytes of an archive. Out: pages that servers answered with (`response`), that lie
in it by themselves (`resource`) or as text alone (`conversion`); all other records counted. Never:
a record that was cut passed on as whole; one that cannot be read passed over in silence.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.read.http import Answer, answer, body_of, charset_of, fields
from pipeline.read.origin import address
from pipeline.read.record import Place, Record
from pipeline.read.times import moment
from pipeline.read.unpack import DAMAGED, TOO_BIG, TRUNCATED, BrokenError, Unpacked
from pipeline.reading import How

_LINE = 64 * 1024
_LINES = 200
_HEADERS = 64 * 1024  # of an HTTP answer
_DIGITS = 15  # of a length: a petabyte has no more
_VERSION = re.compile(rb"WARC/\d")
_WANTED = frozenset({"response", "resource", "conversion"})
# What a crawler says of itself: wget puts its arguments and its log into the archive.
_ABOUT_ITSELF = re.compile(r"<?metadata:", re.IGNORECASE)
# What a page may be called; scripts, pictures and papers in other forms are counted.
_PAGES = re.compile(
    r"(?:text/(?:html|plain|vnd\.wap\.wml)|application/(?:xhtml\+xml|vnd\.wap\.xhtml\+xml))?$"
)
_MAJOR = frozenset({"application", "audio", "font", "image", "text", "video"})


class _Head(NamedTuple):
    """The head of a record; `place` and `member` as in `Record`."""

    headers: dict[str, str]
    length: int
    member: str
    place: Place

    @property
    def kind(self) -> str:
        return self.headers.get("warc-type", "").lower()

    @property
    def url(self) -> str:
        return address(self.headers.get("warc-target-uri", ""))

    @property
    def fetched(self) -> str:
        return moment(self.headers.get("warc-date", ""))


def records(stream: Unpacked, how: How, number: int = 1) -> Iterator[Record]:
    """Yield a record for each from here on; `number` is that of the first.

    After what is damaged, reading goes on where the next record can be seen to begin.
    """
    while True:
        head: _Head | None = None
        try:
            head = _head(stream, number)
            if head is None:
                return
            found = _record(stream, head, how)
        except BrokenError as error:
            yield _refused(head or _nowhere(error.at, number), error)
            if not _recover(stream):
                return
        else:
            yield found
        number += 1


def _nowhere(at: int, number: int) -> _Head:
    return _Head({}, 0, f"byte {at}", Place("", at, 0, number))


def _head(stream: Unpacked, number: int) -> _Head | None:
    """Return the head of the next record; None at the end of the data."""
    line = b"\n"
    at: tuple[int, int] | None = None
    while not line.strip(b"\r\n"):
        at = stream.place()
        if at is None:
            return None
        line = stream.line(_LINE)
    start, skip = at or (0, 0)
    if not _VERSION.match(line):
        raise BrokenError(DAMAGED, start, "no record begins here")
    lines: list[bytes] = []
    while (line := stream.line(_LINE)).strip(b"\r\n"):
        lines.append(line)
        if len(lines) > _LINES:
            raise BrokenError(DAMAGED, start, "a record has no end of its head")
    headers = fields(lines)
    length = headers.get("content-length", "")
    if not length.isdecimal() or len(length) > _DIGITS:
        raise BrokenError(DAMAGED, start, "a record does not say its length")
    member = f"byte {start}+{skip}" if skip else f"byte {start}"
    return _Head(headers, int(length), member, Place("", start, skip, number))


def _record(stream: Unpacked, head: _Head, how: How) -> Record:
    """Return what the record at hand is; the stream stands behind it."""
    first = b""
    other = f"{head.kind or 'unnamed'} record" if head.kind not in _WANTED else ""
    if not other:
        first = stream.take(min(head.length, _HEADERS))
        other = _other(head, answer(first))
    size = len(first)
    if other or head.length > how.max_page_bytes + _HEADERS:
        size += _pass_over(stream, head.length - size)
    else:
        first += stream.take(head.length - size)
        size = len(first)
    if size < head.length:
        why = f"ends after {size} of its {head.length} bytes"
        return _refused(head, BrokenError(TRUNCATED, head.place.start, why))
    stream.end_member()
    if other:
        return Record(head.member, head.place, other=other)
    if head.length > how.max_page_bytes + _HEADERS:
        why = f"is larger than limits.max_page_bytes ({how.max_page_bytes}). Raise it"
        return _refused(head, BrokenError(TOO_BIG, head.place.start, why))
    return _page(head, first, how)


def _pass_over(stream: Unpacked, size: int) -> int:
    """Read on by `size` bytes; return how many there were."""
    passed = 0
    while passed < size and (data := stream.read(size - passed)):
        passed += len(data)
    return passed


def _other(head: _Head, found: Answer) -> str:
    """Return what to count a record as that is no page, "" for a page."""
    kind = _content_type(head, found).partition(";")[0].strip().lower()
    if _ABOUT_ITSELF.match(head.headers.get("warc-target-uri", "").strip()):
        return "metadata record"
    if not _PAGES.match(kind):
        major = kind.partition("/")[0]
        return f"{major if major in _MAJOR else 'other'} record"
    if found.status and not found.body:
        return f"HTTP {found.status} record"
    return ""


def _content_type(head: _Head, found: Answer) -> str:
    """Return the Content-Type of the page itself."""
    return (found.headers if found.status else head.headers).get("content-type", "")


def _page(head: _Head, block: bytes, how: How) -> Record:
    found = answer(block)
    try:
        if head.headers.get("warc-truncated"):
            raise BrokenError(TRUNCATED, head.place.start, "was cut by the crawler")
        body = body_of(found, how)
    except BrokenError as error:
        return _refused(head, error)
    return Record(
        head.member,
        head.place,
        body=body,
        url=head.url,
        fetched=head.fetched,
        charset=charset_of(_content_type(head, found)),
        status=found.status,
    )


def _refused(head: _Head, error: BrokenError) -> Record:
    return Record(
        head.member,
        head.place,
        url=head.url,
        fetched=head.fetched,
        reason=error.reason,
        message=f"{f'{head.url} ' if head.url else ''}{error}",
        size=head.length,
    )


def _recover(stream: Unpacked) -> bool:
    """Go to where the next record can be seen to begin; False where none does."""
    if stream.broken:
        return stream.resync() is not None
    try:
        while (at := stream.place()) is not None:
            if _VERSION.match(stream.line(_LINE)):
                stream.seek(*at)
                return True
    except BrokenError:
        return stream.resync() is not None
    return False
