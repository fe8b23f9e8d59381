"""What is kept of chunks → one stream in the order of the paths in raw/.

In: for each chunk its pages and how its file is opened. Out: every page that raw/ still holds, with
what is kept of it. Never: more files open than chunks that overlap; a chunk opened before its first
page is due.
"""

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress, islice
from operator import attrgetter
from typing import Generic, TypeVar

from pipeline import read
from pipeline.records import Found
from pipeline.run.pages import Pages
from pipeline.run.plan import Chunk

T = TypeVar("T")

# Pages. Chunks of a few pages, such as come every day, are read at once: no file stays open.
_FEW = 64


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """The pages of a chunk that are left, and `open`: it tells what is kept of them, in order."""

    pages: Pages
    open: Callable[[], Iterable[T]]


def kept(chunk: Chunk, values: Iterable[T]) -> Iterable[T]:
    """Return what is kept of the pages that are left of a chunk; `values` are of all its pages."""
    return compress(values, chunk.lefts) if chunk.gone else values


def merged(parts: Iterable[Part[T]]) -> Iterator[tuple[Found, T]]:
    """Yield the pages of all `parts` in the order of their paths; `ValueError` for too few values.

    Pages of a chunk mostly follow one another: they are handed on together up to the first that
    another chunk has.
    """
    for stream, start, end, found in _runs(parts):
        yield from zip(stream.found[start:end], found, strict=True)


def values(parts: Iterable[Part[T]]) -> Iterator[T]:
    """Yield what `merged` does without the pages, which are looked at only where chunks meet."""
    for _, start, end, found in _runs(parts):
        for _, value in zip(range(start, end), found, strict=True):
            yield value


def _runs(parts: Iterable[Part[T]]) -> Iterator[tuple["_Stream[T]", int, int, Iterable[T]]]:
    """Yield pages that follow one another: those of a part, from and up to which, their values."""
    waiting = [_Stream(number, part) for number, part in enumerate(parts) if part.pages]
    waiting.sort(key=attrgetter("due"), reverse=True)
    heap: list[tuple[_Due, _Stream[T]]] = []
    while waiting or heap:
        if waiting and (not heap or waiting[-1].due < heap[0][0]):
            due = waiting[-1].due
            heapq.heappush(heap, (due, waiting.pop()))
            continue
        stream = heapq.heappop(heap)[1]
        others = [heap[0][0]] if heap else []
        if waiting:
            others.append(waiting[-1].due)
        yield stream, *stream.until(min(others, default=None))
        if stream.at < len(stream.pages):
            heapq.heappush(heap, (stream.due, stream))


_Due = tuple[tuple[str, int], int]


class _Stream(Generic[T]):
    """The pages of a part; those from the place `at` on were not handed on yet."""

    def __init__(self, number: int, part: Part[T]) -> None:
        self.number, self.pages, self.at = number, part.pages, 0
        self._part = part
        self._values: Iterator[T] | None = None

    @cached_property
    def found(self) -> Sequence[Found]:
        """Return the pages, unpacked while they are handed on."""
        return tuple(self.pages)

    @property
    def due(self) -> _Due:
        """Return when its next page comes."""
        first = self.pages.first if self.at == 0 else None
        return self._order(first or self.found[self.at])

    def until(self, due: _Due | None) -> tuple[int, int, Iterable[T]]:
        """Hand on the pages that come before `due`: from and up to which, their values."""
        if self._values is None:
            some = self._part.open()
            self._values = iter(list(some) if len(self.pages) <= _FEW else some)
        start, self.at = self.at, len(self.pages)
        last = self.pages.last
        if due is not None and last is not None and self._order(last) > due:
            self.at = bisect_left(self.found, due, start, key=self._order)
        is_last = self.at == len(self.pages)
        values = self._values if is_last else islice(self._values, self.at - start)
        return start, self.at, values

    def _order(self, page: Found) -> _Due:
        return read.order(page), self.number
