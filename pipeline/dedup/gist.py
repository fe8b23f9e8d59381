"""Texts → what the indexes need of them, so that a text known already is not read again.

In: bodies. Out: the `Gist` of each, or those of many in columns. Never: two texts of one name, or a
gist that depends on other texts.

Of a hundred thousand texts the records took twice the memory that their columns take, and a third
of a second to read.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields

import numpy as np

from pipeline.alike import ranges
from pipeline.dedup import containment, kernel
from pipeline.dedup.compiled import Codes, Counts, Hashes
from pipeline.dedup.containment import Sketches
from pipeline.dedup.fold import fold
from pipeline.dedup.signature import GRAM, PERMUTATIONS, sign_folded
from pipeline.records import NAME, Gist

_NO_NAME, _NO_VALUES = bytes(NAME), bytes(4 * PERMUTATIONS)


@dataclass(frozen=True, slots=True)
class Gists:
    """Gists of texts, column by column: what `Gist` says of each, one behind the other.

    `sizes` holds how many hashes each sketch has, as uint32. What a text is too short to have is
    zeros. Those that were stored are looked at when they are `joined`.
    """

    texts: bytearray = field(default_factory=bytearray)
    folded: bytearray = field(default_factory=bytearray)
    values: bytearray = field(default_factory=bytearray)
    sketches: bytearray = field(default_factory=bytearray)
    sizes: bytearray = field(default_factory=bytearray)

    @classmethod
    def of(cls, gists: Iterable[Gist]) -> "Gists":
        """Return `gists` in columns."""
        made = cls()
        for one in gists:
            made.texts.extend(one.text)
            made.folded.extend(one.folded or _NO_NAME)
            made.values.extend(one.values or _NO_VALUES)
            made.sketches.extend(one.sketch)
            made.sizes.extend((len(one.sketch) // 8).to_bytes(4, "little"))
        return made

    @classmethod
    def joined(cls, parts: Iterable["Gists"]) -> "Gists":
        """Return the gists of all `parts`, in their order."""
        made = cls()
        for part in parts:
            for column in fields(cls):
                getattr(made, column.name).extend(getattr(part, column.name))
        return made

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.sizes) // 4

    def __iter__(self) -> Iterator[Gist]:
        """Yield each as a record."""
        start = 0
        for n, size in enumerate(np.frombuffer(self.sizes, "<u4").tolist()):
            name, values = slice(n * NAME, (n + 1) * NAME), len(_NO_VALUES)
            folded = bytes(self.folded[name])
            yield Gist(
                bytes(self.texts[name]),
                folded if any(folded) else b"",
                bytes(self.values[n * values : (n + 1) * values]) if any(folded) else b"",
                bytes(self.sketches[8 * start : 8 * (start + size)]),
            )
            start += size

    @property
    def folded_names(self) -> Hashes:
        """Return the names of the folded texts, a row each; zeros for a text too short."""
        return names(self.folded)

    @property
    def stacked(self) -> Codes:
        """Return the values of the signatures, a row each."""
        return np.frombuffer(self.values, "<u4").reshape(-1, PERMUTATIONS)

    def drop_signatures(self) -> None:
        """Let go of the values of the signatures: half of all that gists take."""
        self.values.clear()

    def sketched(self, count: int) -> Sketches:
        """Return the sketches of the first `count`."""
        sizes = np.frombuffer(self.sizes, "<u4")[:count].astype(np.int64)
        return Sketches(np.frombuffer(self.sketches, "<u8")[: sizes.sum()], sizes)

    def find(self, wanted: Hashes) -> Counts:
        """Return the places of the texts of those names, a row each; -1 for one not among them."""
        if not len(self):
            return np.full(len(wanted), -1)
        held = names(self.texts)
        checksums = kernel.checksums(held)
        order = np.argsort(checksums, kind="stable")
        at = np.searchsorted(checksums[order], kernel.checksums(wanted)).clip(max=len(self) - 1)
        places = order[at]
        found: Counts = np.where((held[places] == wanted).all(axis=1), places, -1)
        return found

    def take(self, places: Counts) -> "Gists":
        """Return those at `places`, in that order."""
        sketches = self.sketched(len(self))
        hashes = ranges(sketches.starts[places], sketches.sizes[places])
        return Gists(
            _rows(names(self.texts), places),
            _rows(names(self.folded), places),
            _rows(self.stacked, places),
            _rows(sketches.hashes, hashes),
            _rows(np.frombuffer(self.sizes, "<u4"), places),
        )


def names(packed: bytes | bytearray) -> Hashes:
    """Return names of texts as numbers, a row each."""
    return np.frombuffer(packed, "<u8").reshape(-1, NAME // 8)


def _rows(column: Hashes | Codes, places: Counts) -> bytearray:
    """Return the rows at `places`, packed; there is no array of them beside that."""
    packed = bytearray(len(places) * column.strides[0])
    taken = np.frombuffer(packed, column.dtype).reshape(len(places), *column.shape[1:])
    np.take(column, places, axis=0, out=taken, mode="clip")  # which writes into `out` itself
    return packed


def name(text: str) -> bytes:
    """Return 16 bytes that name `text`, letter by letter."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=NAME).digest()


def make_gist(text: str, key: bytes = b"") -> Gist:
    """Return the gist of `text`, whose name is `key` where that is known already.

    A text of fewer than 5 letters has nothing to find it by.
    """
    key, folded = key or name(text), fold(text)
    if len(folded) < GRAM:
        return Gist(key, b"", b"", b"")
    sketch = containment.sketch(folded).astype("<u8").tobytes()
    return Gist(key, folded.digest, sign_folded("", folded).values, sketch)
