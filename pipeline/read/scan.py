"""raw/ → every page in it, found by what changed since it was last looked at.

In: the folder, and what was seen there before. Out: where each page lies, with its address, time
and checksum. Never: a file read again whose times and size are the same; a body kept in memory; a
choice of where files are read: each is looked into by itself, by whoever is given that.
"""

import hashlib
import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from struct import Struct

from msgspec import structs

from pipeline.errors import ConfigError
from pipeline.fingerprint import fingerprint
from pipeline.paths import quote
from pipeline.read import origin
from pipeline.read.formats import PAGES, READERS, ending, open_archive
from pipeline.read.record import Place, Record
from pipeline.read.times import in_path
from pipeline.read.unpack import BrokenError
from pipeline.read.walk import FILE, UNREADABLE, Lying, walk
from pipeline.reading import How
from pipeline.records import Found

# A file changed within this time before the scan may change again without its times showing it.
_RACY_NANOSECONDS = 2_000_000_000
_PIECE = 1024 * 1024

# What `stat` says of a file, and of the note beside it: size, time, inode, time of any change.
Stat = bytes
_MARK = Struct("<qqQq")


@dataclass(frozen=True, slots=True)
class Archived:
    """An archive of raw/: what `stat` said, and what it holds that is no page, by kind."""

    file: str
    stat: Stat
    others: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Scan:
    """What lies in raw/: pages in the order of their paths, and all else, counted by kind."""

    pages: Sequence[Found] = ()
    others: Mapping[str, int] = field(default_factory=dict)
    archives: tuple[Archived, ...] = ()


@dataclass(frozen=True, slots=True)
class Unseen:
    """A file that is new or changed: its path in raw/, where it and its note lie, what `stat` said.

    Small and of nothing that is open: it may be looked into anywhere the place can be reached.
    """

    path: str
    place: str
    note: str
    marks: Stat

    @property
    def size(self) -> int:
        """Return the size of the file, in bytes."""
        size: int = _MARK.unpack_from(self.marks)[0]
        return size


@dataclass(frozen=True, slots=True)
class Seen:
    """What a file holds; `archive` is None for one that is a page itself."""

    pages: Sequence[Found]
    archive: Archived | None = None


# Who has files looked into: by a function, one result for each, in their order.
Look = Callable[[Callable[[Unseen], Seen], Iterable[Unseen]], Iterable[Seen]]


class _Known:
    """What was seen before, by file."""

    def __init__(self, scan: Scan) -> None:
        self._archives = {archive.file: archive for archive in scan.archives}
        self._pages = {page.file: page for page in scan.pages if page.stat}
        self._records: dict[str, list[Found]] = defaultdict(list)
        for page in scan.pages if self._archives else ():
            if page.file in self._archives:
                self._records[page.file].append(page)

    def page(self, file: str) -> Found | None:
        """Return the page that a file was when it was seen; what was seen may be old."""
        return self._pages.get(file)

    def archive(self, file: str, marks: Stat) -> Seen | None:
        """Return what was seen in an archive, None where that may be old."""
        archive = self._archives.get(file)
        if archive is None or archive.stat != marks:
            return None
        return Seen(self._records.get(file, ()), archive)


def scan(root: Path, before: Scan, how: How, seen: Callable[[int], None], look: Look = map) -> Scan:
    """Return the pages under `root`; a file whose times and size are as `before` is not read.

    `seen` is told the number of pages after each file; `look` says who reads those that are new.
    `ConfigError` where `root` is no folder.
    """
    if not root.is_dir():
        message = f"{root}: is no folder. Make it and put pages in it, or name another with RAW=dir"
        raise ConfigError(message)
    found = _Finding(_Known(before), seen)
    for new in look(partial(look_into, how), found.unseen(root, how)):
        found.add(new)
    return found.all


class _Finding:
    """What a scan has found so far."""

    def __init__(self, known: _Known, seen: Callable[[int], None]) -> None:
        self._known, self._seen = known, seen
        self._pages: list[Found] = []
        self._archives: list[Archived] = []
        self._others: Counter[str] = Counter()

    def unseen(self, root: Path, how: How) -> Iterator[Unseen]:
        """Yield the files that must be looked into; all else under `root` is noted."""
        follow = how.fields.follow_symlinks
        for lying in walk(root, follow=follow):
            # Most files are as they were, under names that `quote` leaves: no more is done.
            page = self._known.page(lying.path) if "%" not in lying.path else None
            if page is not None and page.stat == _marks(lying, follow=follow):
                self._pages.append(page)
                continue
            end = ending(lying.path) if lying.kind == FILE else ""
            if end in READERS:
                marks = _marks(lying, follow=follow)
                if marks and not self._is_known(quote(lying.path), marks, end):
                    note = lying.note.path if lying.note else ""
                    yield Unseen(lying.path, lying.entry.path, note, marks)
            elif lying.kind == UNREADABLE:
                why = "is a folder that cannot be read"
                self.add(Seen((_unread(f"{quote(lying.path)}/", 0, why),)))
            else:
                self._others[lying.kind if lying.kind != FILE else end or "(no suffix)"] += 1

    def _is_known(self, file: str, marks: Stat, end: str) -> bool:
        """Return whether a file is as it was seen before; what was seen in it is taken then."""
        if end in PAGES:
            page = self._known.page(file)
            if page is None or page.stat != marks:
                return False
            self._pages.append(page)
            return True
        archive = self._known.archive(file, marks)
        if archive is not None:
            self.add(archive)
        return archive is not None

    def add(self, one: Seen) -> None:
        """Take what was seen in a file."""
        self._pages += one.pages
        if one.archive:
            self._archives.append(one.archive)
            self._others.update(one.archive.others)
        self._seen(len(self._pages))

    @property
    def all(self) -> Scan:
        """Return all that was found, in order."""
        pages = tuple(sorted(self._pages, key=order))
        archives = tuple(sorted(self._archives, key=lambda archive: archive.file))
        return Scan(pages, dict(sorted(self._others.items())), archives)


def look_into(how: How, unseen: Unseen) -> Seen:
    """Return what a file holds."""
    if ending(unseen.path) in PAGES:
        return Seen((_page(unseen, how),))
    return _archive(unseen, how)


def order(found: Found) -> tuple[str, int]:
    """Return what pages are sorted by: their file, and their place in it."""
    return found.file, found.number


def _unread(file: str, size: int, why: str) -> Found:
    """Return a file that cannot be read: it has no checksum, and is tried again in every run."""
    message = f"{file}: {why}. Change its mode or owner"
    return Found(file, size, "", reason=UNREADABLE, message=message)


def _page(unseen: Unseen, how: How) -> Found:
    """Return the page that a file is."""
    file, marks, size = quote(unseen.path), unseen.marks, unseen.size
    digest = hashlib.sha256()
    try:
        with Path(unseen.place).open("rb") as stream:
            head = stream.read(_PIECE)
            digest.update(head)
            while data := stream.read(_PIECE):
                digest.update(data)
            steady = _steady(stream.fileno(), marks)
    except OSError as error:
        return _unread(file, size, f"cannot be read: {error.strerror}")
    where = origin.of_file(unseen.path, head[: origin.HEAD], _note(unseen.note, how))
    record = Record("", Place(), url=where.url, fetched=where.fetched)
    return _found(Found(file, size, digest.hexdigest(), marks if steady else b""), record)


def _archive(unseen: Unseen, how: How) -> Seen:
    """Return what an archive holds."""
    file, marks = quote(unseen.path), unseen.marks
    others: Counter[str] = Counter()
    try:
        pages = tuple(_records(unseen, file, others, how))
        with Path(unseen.place).open("rb") as stream:
            steady = _steady(stream.fileno(), marks)
    except OSError as error:
        unread = _unread(file, unseen.size, f"cannot be read: {error.strerror}")
        return Seen((unread,), Archived(file, b"", {}))
    return Seen(pages, Archived(file, marks if steady else b"", dict(sorted(others.items()))))


def _records(unseen: Unseen, file: str, others: Counter[str], how: How) -> Iterator[Found]:
    """Yield the pages of an archive; what is no page is counted in `others`."""
    fetched = _note(unseen.note, how).fetched or in_path(unseen.path)
    number = 0
    for number, record in enumerate(_opened(Path(unseen.place), how), 1):
        if record.other:
            others[record.other] += 1
            continue
        yield _member(file, _limited(record, how), number, fetched)
    if not number:
        empty = Record("", Place(), reason="empty", message="holds nothing. Fetch it again")
        yield _member(file, empty, 1, "")


def _opened(path: Path, how: How) -> Iterator[Record]:
    """Yield the records of an archive; one that says why where it cannot be opened."""
    try:
        archive = open_archive(path, how)
    except BrokenError as error:
        yield Record("", Place(), reason=error.reason, message=str(error))
        return
    try:
        yield from archive.records()
    finally:
        archive.close()


def _limited(record: Record, how: How) -> Record:
    """Return the record, or why it is none, where its body is too large."""
    if record.reason or len(record.body) <= how.max_page_bytes:
        return record
    why = f"is larger than limits.max_page_bytes ({how.max_page_bytes}). Raise it"
    return replace(record, reason="too-big", message=why)


def _member(file: str, record: Record, number: int, fetched: str) -> Found:
    """Return where a record lies; `fetched` is the time of the archive, if it tells none."""
    sha256 = record.sha256 or hashlib.sha256(record.body).hexdigest()
    size = record.size or len(record.body)
    timed = replace(record, fetched=record.fetched or fetched, body=b"")
    return _found(Found(file, size, sha256, number=number), timed)


def _found(bare: Found, record: Record) -> Found:
    """Return what was found, with all that the record tells."""
    file, sha256 = bare.file, bare.sha256
    where = ": ".join(filter(None, (file, record.member)))
    message = f"{where}: {record.message}" if record.reason else ""
    shaping = (record.url, record.fetched, record.charset, str(record.status), record.reason)
    return structs.replace(
        bare,
        name=fingerprint(file, record.member, sha256, *shaping, message),
        member=record.member,
        inner=record.place.inner,
        start=record.place.start,
        skip=record.place.skip,
        url=record.url,
        fetched=record.fetched,
        reason=record.reason,
        message=message,
    )


def origin_of(lying: Lying, how: How) -> origin.Origin:
    """Return where a file came from and when, as a scan would find it."""
    note = _note(lying.note.path if lying.note else "", how)
    if ending(lying.path) not in PAGES:
        return origin.Origin(note.url, note.fetched or in_path(lying.path))
    with Path(lying.entry.path).open("rb") as stream:
        return origin.of_file(lying.path, stream.read(origin.HEAD), note)


def _note(place: str, how: How) -> origin.Origin:
    """Return what the note beside a file says; nothing, where there is none or it is not read."""
    if not place:
        return origin.Origin()
    try:
        data = Path(place).read_bytes()
    except OSError:
        return origin.Origin()
    return origin.read_note(data, how.fields) or origin.Origin()


def _marks(lying: Lying, *, follow: bool) -> Stat:
    """Return what `stat` says of a file and of the note beside it; nothing where it is gone."""
    try:
        marks = _mark(lying.entry.stat(follow_symlinks=follow))
        return marks if lying.note is None else marks + _mark(lying.note.stat())
    except FileNotFoundError:
        return b""


def _mark(status: os.stat_result) -> Stat:
    return _MARK.pack(status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)


def _steady(handle: int, marks: Stat) -> bool:
    """Return whether a file is as it was before it was read, and was so for a while."""
    after = _mark(os.fstat(handle))
    if after != marks[: len(after)]:
        return False
    times = (max(changed, noted) for _, changed, _, noted in _MARK.iter_unpack(marks))
    latest: int = max(times)
    return time.time_ns() - latest > _RACY_NANOSECONDS
