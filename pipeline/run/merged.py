"""What is kept of chunks → one stream in the order of the paths in raw/.

In: for each chunk its pages and how its file is opened. Out: every page that raw/ still holds, with
what is kept of it. Never: more files open than chunks that overlap; a chunk opened before its first
page is due.
"""

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import compress, islice
from typing import Generic, TypeVar

from pipeline import read
from pipeline.records import Found
from pipeline.run.plan import Chunk, is_left

T = TypeVar("T")

# Pages. Chunks of a few pages, such as come every day, are read at once: no file stays open.
_FEW = 64


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """The pages of a chunk that are left, and `open`: it tells what is kept of them, in order."""

    pages: tuple[Found, ...]
    open: Callable[[], Iterable[T]]


def kept(chunk: Chunk, values: Iterable[T]) -> Iterable[T]:
    """Return what is kept of the pages that are left of a chunk; `values` are of all its pages."""
    if len(chunk.left) == len(chunk.members):
        return values
    return compress(values, map(is_left, chunk.members))


def merged(parts: Iterable[Part[T]]) -> Iterator[tuple[Found, T]]:
    """Yield the pages of all `parts` in the order of their paths; `ValueError` for too few values.

    Pages of a chunk mostly follow one another: they are handed on together up to the first that
    another chunk has.
    """
    waiting = [_Stream(number, part) for number, part in enumerate(parts) if part.pages]
    waiting.sort(key=_due, reverse=True)
    heap: list[tuple[_Due, _Stream[T]]] = []
    while waiting or heap:
        if waiting and (not heap or _due(waiting[-1]) < heap[0][0]):
            due = _due(waiting[-1])
            heapq.heappush(heap, (due, waiting.pop()))
            continue
        stream = heapq.heappop(heap)[1]
        others = [heap[0][0]] if heap else []
        if waiting:
            others.append(_due(waiting[-1]))
        yield from stream.until(min(others, default=None))
        if stream.pages:
            heapq.heappush(heap, (_due(stream), stream))


_Due = tuple[tuple[str, int], int]


class _Stream(Generic[T]):
    """The pages of a part that were not handed on yet."""

    def __init__(self, number: int, part: Part[T]) -> None:
        self.number, self.pages = number, part.pages
        self._part = part
        self._values: Iterator[T] | None = None

    def until(self, due: _Due | None) -> Iterable[tuple[Found, T]]:
        """Hand on the pages that come before `due`."""
        if self._values is None:
            some = self._part.open()
            self._values = iter(list(some) if len(self.pages) <= _FEW else some)
        end = len(self.pages)
        if due is not None:
            end = bisect_left(self.pages, due, key=lambda page: (read.order(page), self.number))
        now, self.pages = self.pages[:end], self.pages[end:]
        return zip(now, islice(self._values, end) if self.pages else self._values, strict=True)


def _due(stream: _Stream[T]) -> _Due:
    return read.order(stream.pages[0]), stream.number
