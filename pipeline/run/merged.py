"""What is kept of chunks → one stream in the order of the paths in raw/.

In: for each chunk its pages and how its file is opened. Out: every page that raw/ still holds, with
what is kept of it. Never: more files open than chunks that overlap; a chunk opened before its first
page is due.
"""

import heapq
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipeline import read
from pipeline.records import Found
from pipeline.run.plan import Chunk, Key, key

T = TypeVar("T")

# Pages. Chunks of a few pages, such as come every day, are read at once: no file stays open.
_FEW = 64


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """The pages of a chunk that are left, and `open`: it tells what is kept of them, in order."""

    pages: tuple[Found, ...]
    open: Callable[[], Iterable[T]]


def left(chunk: Chunk, alive: Container[Key]) -> tuple[Found, ...]:
    """Return the pages of a chunk that raw/ still holds."""
    return tuple(page for page in chunk.members if key(page) in alive)


def kept(chunk: Chunk, values: Iterable[T], alive: Container[Key]) -> Iterator[T]:
    """Yield what is kept of the pages that `left` returns; `values` are of all its pages."""
    for page, value in zip(chunk.members, values, strict=True):
        if key(page) in alive:
            yield value


def merged(parts: Iterable[Part[T]]) -> Iterator[tuple[Found, T]]:
    """Yield the pages of all `parts` in the order of their paths."""
    waiting = [
        (read.order(part.pages[0]), number, part) for number, part in enumerate(parts) if part.pages
    ]
    waiting.sort(reverse=True)
    heap: list[tuple[tuple[str, int], int, tuple[Found, T], Iterator[tuple[Found, T]]]] = []
    while waiting or heap:
        if waiting and (not heap or waiting[-1][:2] < heap[0][:2]):
            first, number, part = waiting.pop()
            stream = _opened(part)
            heapq.heappush(heap, (first, number, next(stream), stream))
            continue
        _, number, page, stream = heap[0]
        yield page
        following = next(stream, None)
        if following is None:
            heapq.heappop(heap)
        else:
            heapq.heapreplace(heap, (read.order(following[0]), number, following, stream))


def _opened(part: Part[T]) -> Iterator[tuple[Found, T]]:
    pairs = zip(part.pages, part.open(), strict=True)
    return iter(list(pairs)) if len(part.pages) <= _FEW else pairs
