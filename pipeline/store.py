"""Records ↔ files. A file appears whole or not at all.

In: bytes or records, and the path they belong to. Out: a file that survives a power cut: written
beside its target, fsynced, renamed, its folder fsynced. Never: a half-written file under a final
name; a temporary file outside the target's folder (another disk cannot rename).
"""

import errno
import fcntl
import io
import os
import shutil
import time
from array import array
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import NoReturn, TypeVar

import msgspec
import zstandard

from pipeline.errors import DamagedError, DiskError, LockError
from pipeline.fingerprint import digest_of
from pipeline.records import Aside, Outcome, Page

T = TypeVar("T")

TEMPORARY = ".part"

_END = bytes(4)

# Of small files: how many are written at a time, and how many may wait for that in memory.
_THREADS = 16
_FILES = 512
_FILES_BYTES = 16 * 2**20

# Bytes that wait for more: of many small pieces, calls of the system add up.
_BUFFER = 2**20
_PIECE = 2**18  # bytes of records that are unpacked at a time

_ASK_AGAIN = 0.2  # seconds between two looks at a lock that another run holds

_IN_THE_WAY = "a folder is wanted there. Move what is in the way, or use another CLEANED=dir"
_MENDS = {
    errno.ENOSPC: "the disk is full. Free some space and run again",
    errno.EDQUOT: "the quota is used up. Free some space and run again",
    errno.EROFS: "the disk is read-only. Name another folder with CLEANED=dir",
    errno.EACCES: "may not be written. Change its owner or name another folder with CLEANED=dir",
    errno.EPERM: "may not be written. Change its owner or name another folder with CLEANED=dir",
    errno.EIO: "the disk answers with an error. Look at the disk before you run again",
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EEXIST: _IN_THE_WAY,
}


@contextmanager
def disk(path: Path) -> Iterator[None]:
    """Turn an `OSError` of the disk under `path` into a `DiskError` that says what to do."""
    try:
        yield
    except OSError as error:
        mend = _MENDS.get(error.errno or 0, f"{error.strerror}. Use another CLEANED=dir")
        message = f"{error.filename or path}: {mend}"
        raise DiskError(message) from error


def make_folder(folder: Path) -> None:
    """Make `folder` and those above it; `DiskError` where that cannot be."""
    with disk(folder):
        folder.mkdir(parents=True, exist_ok=True)


def names_in(folder: Path) -> set[str]:
    """Return the names in `folder`; none where there is no such folder."""
    try:
        return set(os.listdir(folder))  # noqa: PTH208
    except FileNotFoundError:
        return set()


def inodes(folder: Path, names: Container[str] | None = None) -> dict[str, int]:
    """Return the inode of every file under `folder`, by its path there; no file is looked at.

    With `names`, of those files and folders in it alone.
    """
    found = dict[str, int]()
    waiting = [(str(folder), "")]
    while waiting:
        path, prefix = waiting.pop()
        with os.scandir(path) as entries:
            for entry in entries:
                if not prefix and names is not None and entry.name not in names:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, f"{prefix}{entry.name}/"))
                else:
                    found[prefix + entry.name] = entry.inode()
    return found


def sync_folder(folder: Path | str) -> None:
    """Make the names in `folder` outlast a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folders(folders: Iterable[str]) -> None:
    for folder in folders:
        sync_folder(folder)


def write_bytes(path: Path, chunks: Iterable[bytes]) -> None:
    """Write `chunks` to `path`, whole or not at all."""
    temporary = path.with_name(path.name + TEMPORARY)
    with disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as file:
                file.writelines(chunks)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


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


def sync_file(path: Path) -> None:
    """Make the bytes of a file that others wrote outlast a power cut."""
    with disk(path), path.open("rb") as file:
        os.fsync(file.fileno())


def write_link(path: Path, target: str) -> None:
    """Point the symbolic link `path` at `target` with one rename: readers see old or new."""
    temporary = path.with_name(path.name + TEMPORARY)
    with disk(path):
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(target)
        temporary.rename(path)
        sync_folder(path.parent)


def rename(source: Path, target: Path) -> None:
    """Give a finished file its final name, replacing what has it."""
    with disk(target):
        source.rename(target)
        sync_folder(target.parent)


def move(source: Path, target: Path, *, synced: Container[str] = ()) -> None:
    """Rename a finished folder to its final name, replacing what has it.

    `synced` are the names in it that outlast a power cut already, with all that is below them.
    """
    remove(target)
    folders = []
    with disk(target):
        for folder, below, _ in os.walk(source, onerror=_refuse):
            if folder == str(source):
                below[:] = [name for name in below if name not in synced]
            folders.append(folder)
        parts = (folders[n::_THREADS] for n in range(_THREADS))
        with ThreadPoolExecutor(_THREADS) as threads:  # a folder for each page that has tables
            for _ in threads.map(_sync_folders, parts):
                pass
        source.rename(target)
        sync_folder(target.parent)


def _refuse(error: OSError) -> NoReturn:
    raise error


def remove(path: Path) -> None:
    """Remove a file or folder of ours, if it is there."""
    with disk(path):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def write_records(path: Path, records: Iterable[T]) -> None:
    """Write records, each as MessagePack."""
    encode = msgspec.msgpack.Encoder().encode
    write_packed(path, (encode(record) for record in records))


def read_records(path: Path, kind: type[T]) -> Iterator[T]:
    """Return the records of `path` one by one; `DamagedError` when the file is damaged."""
    decode = msgspec.msgpack.Decoder(kind).decode
    for packed in read_packed(path):
        try:
            record = decode(packed)
        except msgspec.DecodeError as error:
            raise DamagedError(path, str(error)) from error
        yield record


def write_packed(path: Path, records: Iterable[bytes]) -> None:
    """Write packed records in one stream of zstandard, each behind its length in four bytes.

    A length of 0 ends the file: a reader knows by it that nothing is missing.
    """
    packer = zstandard.ZstdCompressor(level=1).compressobj()

    def frames() -> Iterator[bytes]:
        for record in records:
            yield packer.compress(len(record).to_bytes(4, "little") + record)
        yield packer.compress(_END) + packer.flush()

    write_bytes(path, frames())


def read_packed(path: Path) -> Iterator[bytes]:
    """Return the records of `path` as they were packed; `DamagedError` when it is damaged."""
    try:
        with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
            yield from _records(path, stream.read)
    except zstandard.ZstdError as error:
        raise DamagedError(path, str(error)) from error


def _records(path: Path, read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Yield what stands behind each length; records are cut from large pieces, not read alone."""
    data, start = read(_PIECE), 0
    while True:
        end = start + len(_END)
        size = int.from_bytes(data[start:end], "little")
        if size and end + size <= len(data):
            yield data[end : end + size]
            start = end + size
        elif size == 0 and end <= len(data):
            return
        elif more := read(max(_PIECE, size)):
            data, start = data[start:] + more, 0
        else:
            raise DamagedError(path, "it ends too soon")


class _Frame(msgspec.Struct, array_like=True):
    """A page or what stands for it; MessagePack cannot tell the two records apart."""

    page: Page | None
    aside: Aside | None


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Frame)


def pack(outcome: Outcome) -> bytes:
    """Return what became of a page as it is stored, and as it travels between processes.

    It is a fifth of what `pickle` takes for it, in a tenth of the time.
    """
    if isinstance(outcome, Page):
        return _ENCODER.encode(_Frame(outcome, None))
    return _ENCODER.encode(_Frame(None, outcome))


def unpack(packed: bytes) -> Outcome:
    """Return what was packed; `msgspec.DecodeError` for anything else."""
    frame = _DECODER.decode(packed)
    outcome = frame.page or frame.aside
    if outcome is None:
        message = "holds neither a page nor why there is none"
        raise msgspec.DecodeError(message)
    return outcome


def write_outcomes(path: Path, outcomes: Iterable[Outcome]) -> None:
    """Write what became of each page, in the order given."""
    write_packed(path, map(pack, outcomes))


def read_outcomes(path: Path) -> Iterator[Outcome]:
    """Return what became of each page, in the order written."""
    return (read_outcome(path, packed) for packed in read_packed(path))


def read_outcome(path: Path, packed: bytes) -> Outcome:
    """Return what became of one page of `path`; `DamagedError` where that cannot be told."""
    try:
        return unpack(packed)
    except msgspec.DecodeError as error:
        raise DamagedError(path, str(error)) from error


@contextmanager
def locked(path: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock at `path`; `LockError` with the holder's process id when another run does.

    It is asked for again until `wait` seconds have passed. A lock of the operating system, not a
    file that says so: it is free the moment its holder dies.
    """
    make_folder(path.parent)
    with disk(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        deadline = time.monotonic() + wait
        while not _lock(handle):
            if time.monotonic() >= deadline:
                holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip() or "unknown"
                message = f"{path}: another run (process {holder}) is at work. Wait until it ends"
                raise LockError(message)
            time.sleep(_ASK_AGAIN)
        os.truncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode("ascii"), 0)
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    """Return whether the lock could be had."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
