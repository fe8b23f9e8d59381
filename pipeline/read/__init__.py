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
from pipeline.paths import quote
from pipeline.read.file import read_file
from pipeline.records import Found, RawPage

Reader = Callable[[Path, str, int], RawPage]

READERS: dict[str, Reader] = dict.fromkeys((".html", ".htm", ".shtml", ".txt"), read_file)

UNREADABLE = "unreadable"

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
    for entry in _entries(root):
        file = quote(Path(entry.path).relative_to(root).as_posix())
        kind = _kind(entry)
        if kind == "page":
            pages.append(_found(entry, file, known.get(file)))
            seen(len(pages))
        elif kind == UNREADABLE:
            pages.append(Found(f"{file}/", 0, ""))
        else:
            others[kind] += 1
    return Scan(tuple(sorted(pages, key=_order)), dict(sorted(others.items())))


def _order(found: Found) -> str:
    return found.file


def _entries(root: Path) -> Iterator[os.DirEntry[str]]:
    """Yield what lies under `root` at any depth: files, links, and folders that cannot be read."""
    with os.scandir(root) as entries:
        waiting = list(entries)
    while waiting:
        entry = waiting.pop()
        if not entry.is_dir(follow_symlinks=False) or entry.name.startswith("."):
            yield entry
            continue
        try:
            with os.scandir(entry.path) as entries:
                waiting += entries
        except OSError:
            yield entry


def _kind(entry: os.DirEntry[str]) -> str:
    """Return "page", `UNREADABLE` for a folder, or what to count the entry as.

    Links are not followed, pipes and devices never opened: a page is a file of this folder.
    """
    if entry.name.startswith("."):
        return "(hidden)"
    if entry.is_symlink():
        return "(link)"
    if entry.is_dir(follow_symlinks=False):
        return UNREADABLE
    if not entry.is_file(follow_symlinks=False):
        return "(pipe or device)"
    suffix = Path(entry.name).suffix.lower()
    return "page" if suffix in READERS else suffix or "(no suffix)"


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
    if found.file.endswith("/"):
        reason = UNREADABLE
        message = f"{found.file}: is a folder that cannot be read. Change its mode or owner"
        raise PageError(reason, message)
    page = READERS[Path(found.file).suffix.lower()](root, found.file, max_bytes)
    if found.sha256 and hashlib.sha256(page.body).hexdigest() != found.sha256:
        reason = "changed-while-read"
        message = f"{found.file}: changed while the run was reading it. The next run takes it"
        raise PageError(reason, message)
    return page
