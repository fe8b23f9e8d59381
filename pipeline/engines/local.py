"""Work in processes of this machine, watched: a worker that hangs or dies costs one item.

Items travel in batches, for speed. When a batch fails in any way its items run again one by one,
so that the one to blame is found and the others have their results.
"""

import ctypes
import gc
import os
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from typing import TypeVar

from pebble import ProcessExpired, ProcessPool

T = TypeVar("T")
R = TypeVar("R")

# Enough items to make the passing of messages cheap, few enough to keep every worker busy.
_BATCH = 16

_PR_SET_PDEATHSIG = 1
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class LocalEngine:
    """A pool of `workers` processes (0: one a core); an item may take `timeout` seconds."""

    def __init__(self, workers: int, timeout: float) -> None:
        # Forked, so that rules loaded before the first item are there in every worker.
        self._pool = ProcessPool(
            max_workers=workers or os.cpu_count() or 1,
            initializer=_begin,
            context=get_context("fork"),
        )
        self._timeout = timeout

    def map(
        self,
        function: Callable[[T], R],
        items: Sequence[T],
        failed: Callable[[T, str, str], R],
    ) -> Iterator[R]:
        """Yield `function(item)` for each item; `failed(item, reason, message)` where it broke.

        `reason` is `timeout`, `worker-died` or `crashed`.
        """
        batches = [items[start : start + _BATCH] for start in range(0, len(items), _BATCH)]
        job = partial(_run, function)
        with undisturbed():  # the first call makes the workers
            futures = [self._pool.schedule(job, [one], timeout=self._timeout) for one in batches]
        for batch, future in zip(batches, futures, strict=True):
            if future.exception() is None:
                yield from future.result()
            else:
                for item in batch:
                    yield self._alone(function, item, failed)

    def _alone(self, function: Callable[[T], R], item: T, failed: Callable[[T, str, str], R]) -> R:
        future = self._pool.schedule(function, [item], timeout=self._timeout)
        error = future.exception()
        if error is None:
            result: R = future.result()
            return result
        if isinstance(error, FutureTimeout):
            return failed(item, "timeout", f"took longer than run.page_timeout ({self._timeout} s)")
        if isinstance(error, ProcessExpired):
            return failed(item, "worker-died", f"ended its worker process: {error}")
        return failed(item, "crashed", "".join(traceback.format_exception(error)))

    def close(self) -> None:
        """Stop the workers at once."""
        self._pool.stop()
        self._pool.join()


def _run(function: Callable[[T], R], items: Sequence[T]) -> list[R]:
    return [function(item) for item in items]


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let signals that end a run wait while it makes processes.

    `os.fork` calls what libraries have registered (logging does), and Python drops the
    KeyboardInterrupt that is raised there: the run would go on as if nobody had said a word.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    die_with_parent()
    gc.freeze()  # what was made before the fork is not looked at again: its memory stays shared


def die_with_parent() -> None:
    """Ask Linux to end this worker with its parent, however that ends; Ctrl-C is the parent's."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
