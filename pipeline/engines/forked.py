"""One function over many items, in processes forked from this one, which see all that it holds.

In: a function and items. Out: one result for each item, in their order. Never: what the function
looks at sent anywhere; only items and results travel. So it suits work on much that is in memory.
"""

import gc
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import count
from multiprocessing import current_process, get_context
from typing import Any, TypeVar

from pipeline.engines.local import die_with_parent, undisturbed
from pipeline.errors import EngineError

T = TypeVar("T")
R = TypeVar("R")

# What runs, by a number that tells searches at work at one time apart; a forked process has it.
_WORK: dict[int, Callable[[Any], Any]] = {}
_NUMBERS = count()


def cores() -> int:
    """Return how many processes help here: 1 where this process may have no children."""
    if current_process().daemon:
        return 1
    # What this process may use; macOS does not say.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_forked(
    function: Callable[[T], R], items: Sequence[T], workers: int, renewed: int = 0
) -> Iterator[R]:
    """Yield `function(item)` for each item; in this process where there is one worker or item.

    Others take the place of the processes after `renewed` items, 0 for never: a process comes to
    have a copy of all that it touches. An error of `function` is raised here. `EngineError` when a
    worker ends before its work.
    """
    if min(workers, len(items)) <= 1:
        yield from map(function, items)
        return
    step = renewed or len(items)
    for some in (items[start : start + step] for start in range(0, len(items), step)):
        with _forked(function, min(workers, len(some))) as (pool, call):
            with undisturbed():
                waiting = deque(pool.submit(call, item) for item in some)
            while waiting:
                yield waiting.popleft().result()


@contextmanager
def beside(function: Callable[[], object]) -> Iterator[Callable[[], object]]:
    """Have a forked process do `function` meanwhile; give what waits for it.

    Its error is raised by what waits, and at the end. The process ends with its work, so that it
    keeps no memory.
    """
    with _forked(lambda _: function(), 1) as (pool, call):
        with undisturbed():
            done = pool.submit(call, None)
        pool.shutdown(wait=False)
        try:
            yield done.result
        finally:
            wait([done])
        done.result()


@contextmanager
def _forked(
    function: Callable[[Any], Any], workers: int
) -> Iterator[tuple[ProcessPoolExecutor, partial[Any]]]:
    """Give processes, and `function` as it is submitted to them. All end with this."""
    number = next(_NUMBERS)
    _WORK[number] = function
    pool = ProcessPoolExecutor(workers, get_context("fork"), _begin)
    try:
        yield pool, partial(_call, number)
    except BrokenProcessPool as error:
        message = f"a worker process ended before its work ({error}). Is memory short? Run again"
        raise EngineError(message) from error
    finally:
        pool.shutdown(cancel_futures=True)
        del _WORK[number]


@contextmanager
def uncollected() -> Iterator[None]:
    """Let Python look for no circles of records meanwhile; what is in none goes as it always does.

    Over a million records that hold one another, and never in a circle, it would look ten times.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _begin() -> None:
    die_with_parent()
    # What was made before the fork is not looked at again, so that its memory stays shared.
    gc.freeze()
    gc.disable()


def _call(number: int, item: Any) -> Any:
    return _WORK[number](item)
