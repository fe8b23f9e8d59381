"""What one search for duplicates leaves to the next, by content: no page, rule or order is in it.

In: gists, verdicts, names of texts. Out: the same, packed so that a search that knows nearly all of
it looks over arrays. Never: a pair taken for one that was compared because of a checksum alone.

Of a hundred pairs that bands propose among form letters, two are related. Those that are not are
rows of numbers: for a hundred thousand pages a dictionary of them took five seconds a search.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.dedup import kernel
from pipeline.dedup.compiled import Flags, Hashes
from pipeline.dedup.gist import NAME, Gists
from pipeline.records import Verdict

_WORDS = 2 * NAME // 8  # columns of uint64: the names of two texts


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What comparisons came to, by the names of two texts, the first page's first.

    Under a name twice stands what copies of that text show. `unrelated` holds the pairs that came
    to nothing, 32 bytes each, in the order of their checksums.
    """

    related: Mapping[bytes, Verdict] = field(default_factory=dict)
    unrelated: bytes = b""

    def __len__(self) -> int:
        """Return how many pairs there are."""
        return len(self.related) + len(self.unrelated) // (2 * NAME)


@dataclass(slots=True)
class Memory:
    """What is remembered.

    A search puts in what is new and takes out what it had no use for. `names` are those of the
    texts of pages, where they are known: such a text is not read to find its gist.
    """

    gists: Gists = field(default_factory=Gists)
    verdicts: Verdicts = field(default_factory=Verdicts)
    names: Mapping[str, bytes] = field(default_factory=dict)


class Unrelated:
    """Pairs of texts that are not related: those known before, and those that a search met."""

    def __init__(self, packed: bytes) -> None:
        self._names = rows(packed)
        self._checksums = kernel.checksums(self._names)
        self._met = np.zeros(len(self._names), np.bool_)

    def among(self, names: Hashes) -> Flags:
        """Return which rows of `names` are such pairs, as far as is known; they are met."""
        if not len(self._names):
            return np.zeros(len(names), np.bool_)
        last = len(self._names) - 1
        places = np.searchsorted(self._checksums, kernel.checksums(names)).clip(max=last)
        found: Flags = (self._names[places] == names).all(axis=1)
        self._met[places[found]] = True
        return found

    def add(self, keys: Sequence[bytes]) -> None:
        """Note new ones, which are met."""
        new = rows(b"".join(keys))
        names = np.concatenate((new, self._names))
        met = np.concatenate((np.ones(len(new), np.bool_), self._met))
        self._checksums, first = np.unique(kernel.checksums(names), return_index=True)
        self._names, self._met = names[first], met[first]

    @property
    def met(self) -> bytes:
        """Return all that were met, each once."""
        return self._names[self._met].tobytes()


def rows(packed: bytes) -> Hashes:
    """Return packed pairs of names as numbers, a row each."""
    return np.frombuffer(bytearray(packed), "<u8").reshape(-1, _WORDS)
