"""Folders and names on a disk: a file appears whole or not at all.

In: bytes or finished files, and the path they belong to. Out: a file that survives a power cut:
written beside its target, fsynced, renamed, its folder fsynced. Never: a half-written file under a
final name; a temporary file outside the target's folder (another disk cannot rename).
"""

import errno
import os
import shutil
from collections.abc import Container, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from pipeline.errors import DiskError

TEMPORARY = ".part"

# Folders that are brought to the disk at a time.
_THREADS = 16

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


def sync_file(path: Path) -> None:
    """Make the bytes of a file that others wrote outlast a power cut."""
    with disk(path), path.open("rb") as file:
        os.fsync(file.fileno())


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


def _sync_folders(folders: Iterable[str]) -> None:
    for folder in folders:
        sync_folder(folder)


def _refuse(error: OSError) -> NoReturn:
    raise error


def remove(path: Path) -> None:
    """Remove a file or folder of ours, if it is there."""
    with disk(path):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
