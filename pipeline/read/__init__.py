"""Files → RawPage, one module a format.

In: the folder raw/. Out: what lies there (`scan`), and each page's bytes (`read_page`). Never: a
write to raw/, a link followed, a pipe opened, a page forgotten because it could not be read.
"""

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ConfigError, PageError
from pipeline.read.file import read_file
from pipeline.records import Found, RawPage

Reader = Callable[[Path, str, int], RawPage]

READERS: dict[str, Reader] = {".html": read_file, ".htm": read_file, ".txt": read_file}

# A file changed within this time before the scan may change again without its times showing it.
_RACY_NANOSECONDS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Scan:
    """What lies in raw/: pages in the order of their paths, other files counted by suffix."""

    pages: tuple[Found, ...]
    others: Mapping[str, int]


def scan(root: Path, known: Mapping[str, Found], seen: Callable[[int], None]) -> Scan:
    """Return the pages under `root`; one whose times and size are as in `known` is not read.

    `seen` is told the number of pages after each. `ConfigError` where `root` is no folder.
    """
    if not root.is_dir():
        message = f"{root}: is no folder. Make it and put pages in it, or name another with RAW=dir"
        raise ConfigError(message)
    pages: list[Found] = []
    others: Counter[str] = Counter()
    for entry in _files(root):
        suffix = Path(entry.name).suffix.lower()
        if suffix not in READERS:
            others[suffix or "(none)"] += 1
            continue
        file = Path(entry.path).relative_to(root).as_posix()
        pages.append(_found(entry, file, known.get(file)))
        seen(len(pages))
    return Scan(tuple(sorted(pages, key=_order)), dict(sorted(others.items())))


def _order(found: Found) -> bytes:
    return os.fsencode(found.file)


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Yield regular files at any depth; hidden ones, links, pipes and devices are passed over."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                yield entry


def _found(entry: os.DirEntry[str], file: str, known: Found | None) -> Found:
    """Return the file as found; its bytes are read only when `known` may be out of date.

    A file that cannot be read has an empty digest: it is set aside later, and tried again in
    every run.
    """
    status = entry.stat(follow_symlinks=False)
    marks = (status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns)
    if known is not None and known.stat == marks:
        return known
    try:
        with Path(entry.path).open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            after = os.fstat(stream.fileno())
    except OSError:
        return Found(file, status.st_size, "")
    settled = time.time_ns() - max(after.st_mtime_ns, after.st_ctime_ns) > _RACY_NANOSECONDS
    steady = (after.st_size, after.st_mtime_ns, after.st_ino, after.st_ctime_ns) == marks
    return Found(file, status.st_size, digest, marks if settled and steady else ())


def read_page(root: Path, found: Found, max_bytes: int) -> RawPage:
    """Return the page as it lies on disk; `PageError` when it cannot be taken as it is."""
    page = READERS[Path(found.file).suffix.lower()](root, found.file, max_bytes)
    if found.sha256 and hashlib.sha256(page.body).hexdigest() != found.sha256:
        reason = "changed-while-read"
        message = f"{found.file}: changed while the run was reading it. The next run takes it"
        raise PageError(reason, message)
    return page
