"""Files written in pieces, and many of them at once.

In: bytes as they come. Out: new files that outlast a power cut when they are closed. Never: a file
written again whose bytes lie in the version before.
"""

import io
import os
from array import array
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from pipeline.fingerprint import digest_of
from pipeline.store.disk import disk, make_folder

# Of small files: how many are written at a time, and how many may wait for that in memory.
_THREADS = 16
_FILES = 512
_FILES_BYTES = 16 * 2**20

# Bytes that wait for more: of many small pieces, calls of the system add up.
_BUFFER = 2**20


class SyncedFile:
    """A new file written in pieces; `close` makes its bytes outlast a power cut."""

    def __init__(self, path: Path, buffer: int = _BUFFER) -> None:
        self._path = path
        with disk(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("wb", buffer)

    @property
    def closed(self) -> bool:
        """Return whether `close` was called; libraries that write into a file ask."""
        return self._file.closed

    def write(self, data: bytes) -> int:
        """Write `data` behind what was written before; return how many bytes that is."""
        try:  # not `with disk`, which takes longer than most of what is written
            return self._file.write(data)
        except OSError as error:
            with disk(self._path):
                raise error from None

    def flush(self) -> None:
        """Hand what was written to the system."""
        with disk(self._path):
            self._file.flush()

    def close(self) -> None:
        """Flush, fsync and close."""
        with disk(self._path):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()


@dataclass(frozen=True, slots=True)
class Earlier:
    """Files in `folder` that were written before, with the SHA-256 of each by its name there.

    `noted` is when that was written down (ns since 1970): what changed after it is not trusted.
    """

    folder: Path
    digests: Mapping[str, str]
    noted: int


class NewFiles:
    """Many small new files in one folder; they outlast a power cut when it is closed.

    Several threads write them, for a disk that is waited for after each file is idle most of the
    time. A file that has the same name and content `before` is linked to that one.
    """

    def __init__(self, folder: Path, before: Earlier | None = None) -> None:
        self._folder = folder
        self._before = before
        self._made: set[str] = set()
        self._waiting: list[tuple[str, bytes]] = []
        self._bytes = 0

    def add(self, name: str, data: bytes) -> None:
        """Write `data` as the file `name`, which may be in folders below; soon, with others."""
        digest = digest_of(data) if self._before else ""
        self.want(name, digest, len(data), lambda: data)

    def want(self, name: str, digest: str, size: int, make: Callable[[], bytes]) -> None:
        """Have a file `name` of that SHA-256 and size; `make` tells its bytes if it is new."""
        same = self._before is not None and self._before.digests.get(name) == digest
        if not (same and self._linked(name, name, size)):
            self._wait(name, make())

    def again(self, name: str, known: str) -> bool:
        """Have as the file `name` what was `known` before; return whether that could be."""
        if self._before is None or known not in self._before.digests:
            return False
        return self._linked(name, known, None)

    def _linked(self, name: str, known: str, size: int | None) -> bool:
        """Return whether the file `known` was there before, unchanged, and was linked to."""
        before = self._before
        if before is None or not self.is_unchanged(known, size):
            return False
        self._make_parent(name)
        try:
            os.link(f"{before.folder}/{known}", f"{self._folder}/{name}")
        except OSError:  # a disk without such links: it is written
            return False
        return True

    def is_unchanged(self, known: str, size: int | None = None) -> bool:
        """Return whether the file `known` is as it was before, and of that size."""
        if self._before is None:
            return False
        try:  # there may be a hundred thousand: no paths are made
            status = os.stat(f"{self._before.folder}/{known}")  # noqa: PTH116
        except OSError:
            return False
        return status.st_mtime_ns <= self._before.noted and size in (None, status.st_size)

    def _make_parent(self, name: str) -> None:
        parent = name.rpartition("/")[0]
        if parent not in self._made:
            make_folder(self._folder / parent)
            self._made.add(parent)

    def _wait(self, name: str, data: bytes) -> None:
        self._make_parent(name)
        self._waiting.append((name, data))
        self._bytes += len(data)
        if len(self._waiting) == _FILES or self._bytes > _FILES_BYTES:
            self.close()

    def close(self) -> None:
        """Write what waits. No thread is left when this returns or raises."""
        with ThreadPoolExecutor(_THREADS) as threads:
            done = [threads.submit(self._write, *file) for file in self._waiting]
        self._waiting = []
        self._bytes = 0
        for one in done:
            one.result()

    def _write(self, name: str, data: bytes) -> None:
        file = SyncedFile(self._folder / name, io.DEFAULT_BUFFER_SIZE)  # written at once
        try:
            file.write(data)
        finally:
            file.close()


class BytesFile:
    """Pieces of bytes in a file that has no name and is gone when it or this process ends.

    Processes forked from this one read what was put in before. A piece takes eight bytes of memory.
    """

    def __init__(self, folder: Path) -> None:
        make_folder(folder)
        self._folder = folder
        self._ends = array("q", [0])
        with disk(folder):
            self._file = TemporaryFile(dir=folder)  # noqa: SIM115  `close` closes it

    def put(self, data: bytes) -> None:
        """Keep `data` behind what was kept before."""
        with disk(self._folder):
            self._file.write(data)
        self._ends.append(self._ends[-1] + len(data))

    def __getitem__(self, place: int) -> bytes:
        """Return the piece that was put in as the one of that number, from 0."""
        start, end = self._ends[place], self._ends[place + 1]
        with disk(self._folder):
            self._file.flush()
            return os.pread(self._file.fileno(), end - start, start)

    def __len__(self) -> int:
        """Return how many pieces there are."""
        return len(self._ends) - 1

    def close(self) -> None:
        """Let go of the file and its space."""
        self._file.close()
