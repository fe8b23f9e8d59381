"""What lies in raw/, and how it is cut into chunks.

In: the pages found, and what the run before saw. Out: chunks that hold every page once. Never: a
chunk that changes: new pages make new chunks, and pages that vanished are passed over when chunks
are read. So ten new pages clean ten pages. Small chunks are put together when a run is done
(`joined`).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pipeline import read
from pipeline.errors import DamagedError
from pipeline.fingerprint import files_fingerprint, fingerprint
from pipeline.paths import Paths
from pipeline.read import Archived, Look, Scan
from pipeline.reading import How
from pipeline.records import Found
from pipeline.run.pages import Pages, packed, unpacked
from pipeline.store import read_records, write_records

# Small enough that a stage of one chunk fits in memory many times over; Luigi's scheduler, which
# is quadratic in its tasks, bears the chunks of a hundred thousand pages.
CHUNK_PAGES = 500

_UNREAD = "?"
_GONE = Found("", 0, "")

Key = str


@dataclass(frozen=True, slots=True, repr=False)
class Chunk:
    """Pages that are cleaned together; `name` is that of its files, `left` are those still in raw/.

    `gone` are the places of the others. Luigi hashes and prints what its tasks are given, again and
    again: the name is enough.
    """

    name: str
    members: Pages
    left: Pages
    gone: tuple[int, ...] = ()

    @classmethod
    def of(cls, name: str, pages: Sequence[Found]) -> "Chunk":
        """Return the chunk of that name; of nearly all of them no page is gone."""
        members = Pages(pages)
        gone = tuple(at for at, page in enumerate(pages) if not is_left(page))
        return cls(name, members, Pages(filter(is_left, pages)) if gone else members, gone)

    def __hash__(self) -> int:
        """Return the hash of its name."""
        return hash(self.name)

    def __repr__(self) -> str:
        """Return its name."""
        return f"Chunk({self.name})"

    @property
    def lefts(self) -> Iterator[bool]:
        """Say of each place whether its page is left."""
        gone = frozenset(self.gone)
        return (at not in gone for at in range(len(self.members)))

    @property
    def keys(self) -> tuple[Key, ...]:
        """Return the keys of its pages, "" for one that is gone."""
        return tuple(map(key, self.members))

    @property
    def is_read(self) -> bool:
        """Return whether all that is left of its pages could be read."""
        return all(page.sha256 for page in self.left)


@dataclass(frozen=True, slots=True)
class Cut:
    """How pages were cut: the name of a chunk, and the keys of its pages, "" for one gone."""

    name: str
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class ScanRecord:
    """What the run before saw and how it cut it; `shape` names how it looked."""

    scan: Scan
    cuts: tuple[Cut, ...]
    shape: str = ""


class _Part(msgspec.Struct, omit_defaults=True):
    """A piece of a `ScanRecord`, as it is stored; `pages` are packed."""

    pages: bytes = b""
    archives: tuple[Archived, ...] = ()
    others: dict[str, int] = {}
    cuts: tuple[Cut, ...] = ()
    shape: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """A page that raw/ held before and holds no more; its result's chunk and place there."""

    found: Found
    chunk: str
    place: int


def gone(before: ScanRecord, pages: Sequence[Found]) -> tuple[Gone, ...]:
    """Return the pages of `before` whose content is in none of `pages`."""
    if before.scan.pages == pages:
        return ()
    alive = {page.sha256 for page in pages}
    lost = {key(page): page for page in before.scan.pages if page.sha256 not in alive}
    if not lost:
        return ()
    return tuple(
        Gone(lost[name], cut.name, place)
        for cut in before.cuts
        for place, name in enumerate(cut.keys)
        if name in lost
    )


def is_left(page: Found) -> bool:
    """Return whether raw/ still holds a page of a chunk."""
    return page.file != ""


def key(page: Found) -> Key:
    """Return what makes a page the same page: its name; a file not read has none; "" if gone."""
    return page.name or (f"{_UNREAD}{page.file}" if page.file else "")


def plan(pages: Sequence[Found], cuts: Iterable[Cut]) -> list[Chunk]:
    """Return the chunks that hold all `pages`: those of before, then new ones.

    A chunk none of whose pages is left is forgotten, and so is the place of a page in its chunk
    when it is gone: if it comes back it is new. A page that could not be read is in a chunk of
    its own, whose result no run keeps.
    """
    alive = {key(page): page for page in pages}
    kept = [
        Chunk.of(cut.name, [alive.pop(member, _GONE) for member in cut.keys])
        for cut in cuts
        if any(member in alive for member in cut.keys) and not cut.keys[0].startswith(_UNREAD)
    ]
    fresh = [page for page in alive.values() if page.sha256]
    unread = [page for page in alive.values() if not page.sha256]
    starts = range(0, len(fresh), CHUNK_PAGES)
    return [
        *kept,
        *(chunk_of(fresh[start : start + CHUNK_PAGES]) for start in starts),
        *(chunk_of([page]) for page in unread),
    ]


def is_known(before: ScanRecord, scan: Scan, chunks: Iterable[Chunk], how: How) -> bool:
    """Return whether `before` tells of this scan, of these chunks, and how it looked."""
    names = [cut.name for cut in before.cuts]
    same = before.shape == read_shape(how) and before.scan == scan
    # Of the same pages a cut has lost none.
    return same and names == [chunk.name for chunk in chunks]


def released(cuts: Iterable[Cut], keys: Collection[Key]) -> list[Cut]:
    """Return `cuts` without the pages of those `keys`, which are new to the next plan."""
    return [Cut(cut.name, tuple("" if k in keys else k for k in cut.keys)) for cut in cuts]


def chunk_of(pages: Sequence[Found]) -> Chunk:
    """Return a new chunk of pages in the order of their paths.

    Its name is 16 hex digits that name these pages with this content.
    """
    return Chunk.of(fingerprint(*map(key, pages)), pages)


def read_shape(how: How) -> str:
    """Return what names all that shapes a scan besides raw/: settings, and the code of readers."""
    files = sorted(Path(str(read.__file__)).parent.glob("*.py"))
    return fingerprint(repr(how), files_fingerprint(files))


def look(
    raw: Path, before: ScanRecord, how: How, seen: Callable[[int], None], by: Look = map
) -> Scan:
    """Return what lies in raw/ now; what is as it was `before` is not read again.

    Where other settings or readers looked before, everything is. `by` says who reads.
    """
    known = before.scan if before.shape == read_shape(how) else Scan()
    return read.scan(raw, known, how, seen, by)


def write_scan(paths: Paths, record: ScanRecord) -> None:
    """Store what the next run must know."""
    write_records(paths.scan, _parts(record))


def _parts(record: ScanRecord) -> Iterator[_Part]:
    scan = record.scan
    yield _Part(archives=scan.archives, others=dict(scan.others), shape=record.shape)
    for pages in packed(scan.pages):
        yield _Part(pages)
    for cut in record.cuts:
        yield _Part(cuts=(cut,))


def last_scan(paths: Paths) -> ScanRecord:
    """Return what the run before saw; nothing, where there was none or its record is damaged."""
    if not paths.scan.exists():
        return ScanRecord(Scan(), ())
    pages: list[Found] = []
    cuts: list[Cut] = []
    try:
        parts = read_records(paths.scan, _Part)
        head = next(parts)
        for part in parts:
            pages += unpacked(part.pages) if part.pages else ()
            cuts += part.cuts
    except (DamagedError, msgspec.DecodeError, StopIteration):
        return ScanRecord(Scan(), ())
    scan = Scan(tuple(pages), head.others, head.archives)
    return ScanRecord(scan, tuple(cuts), head.shape)


def waiting(paths: Paths, how: How) -> dict[str, int]:
    """Return how many pages of raw/ are new, changed or gone since the last run."""
    last = last_scan(paths)
    before = {(page.file, page.member): key(page) for page in last.scan.pages}
    pages = look(paths.raw, last, how, lambda _: None).pages
    now = {(page.file, page.member): key(page) for page in pages}
    return {
        "new": len(now.keys() - before.keys()),
        "changed": sum(now[page] != before[page] for page in now.keys() & before.keys()),
        "gone": len(before.keys() - now.keys()),
    }
