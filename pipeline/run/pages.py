"""Pages found → the same, packed: what a run knows of all pages, in a third of the memory.

In: `Found` in some order. Out: a sequence of them, each made when it is looked at. Never: a page
kept as an object because somebody has looked at it. A forked process has a copy of every object
that it or its parent touches, so three hundred thousand of them would be there three times; what
is packed is a few hundred objects, which all processes share.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import overload

import msgspec

from pipeline.records import Found

# Pages that are packed, and unpacked, together.
_TOGETHER = 500

_PACK = msgspec.msgpack.Encoder().encode
_DECODER = msgspec.msgpack.Decoder(tuple[Found, ...])


class Pages(Sequence[Found]):
    """Pages found, packed. Made of objects of each page while somebody goes over them.

    `first` and `last` are None where there is none.
    """

    __slots__ = ("_count", "_packed", "first", "last")

    first: Found | None
    last: Found | None

    def __init__(self, pages: Iterable[Found] = ()) -> None:
        self._count = 0
        self._packed: list[bytes] = []
        rest = iter(pages)
        ends: tuple[Found, ...] = ()
        while some := tuple(islice(rest, _TOGETHER)):
            ends = (*(ends or some)[:1], some[-1])
            self._packed.append(_PACK(some))
            self._count += len(some)
        # Copies: Python gives a stretch of memory back when nothing that was made in it is left.
        ends = unpacked(_PACK(ends))
        self.first, self.last = (ends[0], ends[1]) if ends else (None, None)

    @property
    def packed(self) -> Sequence[bytes]:
        """Return the pages, many together as bytes."""
        return self._packed

    def __len__(self) -> int:
        """Return how many there are."""
        return self._count

    def __iter__(self) -> Iterator[Found]:
        """Yield each; they are let go of together."""
        for some in self._packed:
            yield from unpacked(some)

    def __eq__(self, other: object) -> bool:
        """Return whether `other` holds the same pages in the same order."""
        if not isinstance(other, Pages):
            return NotImplemented
        return self._packed == other._packed

    __hash__ = None  # type: ignore[assignment]  # as the pages of a list have none

    @overload
    def __getitem__(self, place: int) -> Found: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Found, ...]: ...

    def __getitem__(self, place: int | slice) -> Found | tuple[Found, ...]:
        """Return the page at `place`, or the pages; one after another they cost a look at each."""
        if isinstance(place, slice):
            return tuple(self)[place]
        piece, at = divmod(range(self._count)[place], _TOGETHER)
        return _kept(self._packed[piece])[at]


def packed(pages: Sequence[Found]) -> Sequence[bytes]:
    """Return `pages`, many together as bytes."""
    return (pages if isinstance(pages, Pages) else Pages(pages)).packed


def unpacked(some: bytes) -> tuple[Found, ...]:
    """Return pages that were packed together; `msgspec.DecodeError` for anything else."""
    return _DECODER.decode(some)


_kept = lru_cache(maxsize=2)(unpacked)  # most who ask for a page ask for the next
