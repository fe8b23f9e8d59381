"""The lock of a folder: one run at a time."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import LockError
from pipeline.store.disk import disk, make_folder

_ASK_AGAIN = 0.2  # seconds between two looks at a lock that another run holds


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
