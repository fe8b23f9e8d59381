"""What lies in raw/, and how it is cut into chunks.

In: the pages found, and what the run before saw. Out: chunks that hold every page once. Never: a
chunk that changes: new pages make new chunks, and pages that vanished are passed over when chunks
are read. So ten new pages clean ten pages.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline import read
from pipeline.errors import DamagedError
from pipeline.fingerprint import fingerprint
from pipeline.paths import Paths
from pipeline.records import Found
from pipeline.store import read_records

# Small enough that a stage of one chunk fits in memory many times over; Luigi's scheduler, which
# is quadratic in its tasks, bears the chunks of a hundred thousand pages.
CHUNK_PAGES = 500

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ScanRecord:
    """What the run before saw: the pages, the other files, and how the pages were cut."""

    pages: tuple[Found, ...]
    others: dict[str, int]
    chunks: tuple[tuple[Key, ...], ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Pages that are cleaned together; `name` is that of its files."""

    members: tuple[Found, ...]

    @property
    def name(self) -> str:
        """Return 16 hex digits that name these pages with this content."""
        return fingerprint(*(part for page in self.members for part in key(page)))


def key(page: Found) -> Key:
    """Return what makes a page the same page: where it lies and what it holds."""
    return page.file, page.sha256


def plan(pages: Sequence[Found], chunks: Iterable[Sequence[Key]]) -> list[Chunk]:
    """Return the chunks that hold all `pages`: those of before, then new ones.

    A chunk none of whose pages is left is forgotten. A page that could not be read is in a chunk
    of its own, whose result no run keeps.
    """
    alive = {key(page): page for page in pages}
    kept = [
        Chunk(tuple(alive.pop(member, Found(member[0], 0, member[1])) for member in old))
        for old in chunks
        if any(member in alive for member in old) and all(digest for _, digest in old)
    ]
    fresh = [page for page in alive.values() if page.sha256]
    unread = [page for page in alive.values() if not page.sha256]
    cuts = range(0, len(fresh), CHUNK_PAGES)
    return [
        *kept,
        *(Chunk(tuple(fresh[start : start + CHUNK_PAGES])) for start in cuts),
        *(Chunk((page,)) for page in unread),
    ]


def last_scan(paths: Paths) -> ScanRecord:
    """Return what the run before saw; nothing, where there was none or its record is damaged."""
    if not paths.scan.exists():
        return ScanRecord((), {}, ())
    try:
        return next(read_records(paths.scan, ScanRecord))
    except (DamagedError, StopIteration):
        return ScanRecord((), {}, ())


def waiting(paths: Paths) -> dict[str, int]:
    """Return how many pages of raw/ are new, changed or gone since the last run."""
    known = {page.file: page for page in last_scan(paths).pages}
    before = {file: page.sha256 for file, page in known.items()}
    now = {page.file: page.sha256 for page in read.scan(paths.raw, known, lambda _: None).pages}
    return {
        "new": len(now.keys() - before.keys()),
        "changed": sum(now[file] != before[file] for file in now.keys() & before.keys()),
        "gone": len(before.keys() - now.keys()),
    }
