"""A page found → its bytes.

In: where a page lies, as `scan` found it. Out: a `RawPage`. Never: bytes other than those that
were found there.
"""

import hashlib
from pathlib import Path

from pipeline.errors import PageError
from pipeline.paths import unquote
from pipeline.read.formats import PAGES, ending, open_archive
from pipeline.read.record import Archive, Place, Record
from pipeline.read.unpack import BrokenError
from pipeline.read.walk import UNREADABLE
from pipeline.reading import How
from pipeline.records import Found, Provenance, RawPage

# Archives that this process has open, so that records are read onward: the last ones asked for.
_OPEN: dict[Path, tuple[tuple[object, ...], Archive]] = {}
_MOST_OPEN = 4


def read_page(root: Path, found: Found, how: How) -> RawPage:
    """Return the page as it lies on disk; `PageError` when it cannot be taken as it is."""
    if found.reason:
        raise PageError(found.reason, found.message)
    if not found.file:
        reason, message = "gone", "a page that is not in raw/ any more"
        raise PageError(reason, message)
    record = _record(root, found, how)
    if record.reason or hashlib.sha256(record.body).hexdigest() != found.sha256:
        reason = "changed-while-read"
        message = f"{named(found)}: changed while the run was reading it. The next run takes it"
        raise PageError(reason, message)
    where = Provenance(found.file, member=found.member, fetched=found.fetched)
    return RawPage(found.url, record.body, record.charset, where, record.status)


def named(found: Found) -> str:
    """Return what a person finds a page by: its file, and its place in that."""
    return f"{found.file}: {found.member}" if found.member else found.file


def _record(root: Path, found: Found, how: How) -> Record:
    path = root / unquote(found.file)
    place = Place(found.inner, found.start, found.skip, found.number)
    try:
        if ending(path.name) not in PAGES:
            return _opened(path, how).record(place)
        with path.open("rb") as stream:
            body = stream.read(how.max_page_bytes + 1)
    except BrokenError as error:
        return Record(found.member, place, reason=error.reason, message=str(error))
    except (OSError, StopIteration) as error:
        why = getattr(error, "strerror", None) or "its end comes before it"
        message = f"{named(found)}: cannot be read: {why}. Change its mode or owner"
        raise PageError(UNREADABLE, message) from error
    if len(body) > how.max_page_bytes:
        reason = "too-big"
        message = (
            f"{found.file}: is larger than limits.max_page_bytes ({how.max_page_bytes}). Raise it"
        )
        raise PageError(reason, message)
    return Record("", place, body=body)


def _opened(path: Path, how: How) -> Archive:
    """Return an archive, open since it was last asked for if it is the same file still."""
    status = path.stat()
    marks = (status.st_ino, status.st_size, status.st_mtime_ns, how)
    known, archive = _OPEN.pop(path, (None, None))
    if archive is not None and known != marks:
        archive.close()
        archive = None
    while len(_OPEN) >= _MOST_OPEN:
        _OPEN.pop(next(iter(_OPEN)))[1].close()
    archive = archive or open_archive(path, how)
    _OPEN[path] = (marks, archive)
    return archive
