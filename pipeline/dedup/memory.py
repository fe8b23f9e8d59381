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
from pipeline.dedup.compiled import Counts, Flags, Hashes
from pipeline.dedup.gist import Gists
from pipeline.records import NAME, Verdict

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
    texts of pages, where they are known: such a text is not read to find its gist. Where it is not
    `lasting`, gists are let go of as soon as they have served, and none is left.
    """

    gists: Gists = field(default_factory=Gists)
    verdicts: Verdicts = field(default_factory=Verdicts)
    names: Mapping[str, bytes] = field(default_factory=dict)
    lasting: bool = True


class Unrelated:
    """Pairs of texts that are not related: those known before, and those that a search met.

    What is new lies apart: the pages of a day are compared in several goes, and the pairs of all
    days before are not sorted anew for each.
    """

    def __init__(self, packed: bytes) -> None:
        known = rows(packed)  # as `met` gave them: in the order of their checksums
        self._known = _Pairs(known, kernel.checksums(known))
        self._new = _Pairs.of(known[:0])
        self._met = np.zeros(len(self._known), np.bool_)

    def among(self, names: Hashes) -> Flags:
        """Return which rows of `names` are such pairs, as far as is known; they are met."""
        checksums = kernel.checksums(names)
        order = np.argsort(checksums)  # neighbours are looked for in one place of the memory
        names, checksums = names[order], checksums[order]
        places = self._known.find(names, checksums)
        self._met[places[places >= 0]] = True
        found = np.empty(len(names), np.bool_)
        found[order] = (places >= 0) | (self._new.find(names, checksums) >= 0)
        return found

    def add(self, keys: Sequence[bytes]) -> None:
        """Note new ones, which are met."""
        names = rows(b"".join(keys))
        new = names[~self.among(names)]
        self._new = _Pairs.of(np.concatenate((new, self._new.names)))

    @property
    def met(self) -> bytes:
        """Return all that were met, each once."""
        known = self._known.names[self._met]
        if not len(self._new):
            return known.tobytes()
        return _Pairs.of(np.concatenate((known, self._new.names))).names.tobytes()


class _Pairs:
    """Pairs by their names, which lie in the order of their checksums."""

    def __init__(self, names: Hashes, checksums: Hashes) -> None:
        self.names = names
        self._checksums = checksums

    @classmethod
    def of(cls, names: Hashes) -> "_Pairs":
        """Return the pairs that lie in any order in `names`, each once."""
        checksums, first = np.unique(kernel.checksums(names), return_index=True)
        return cls(names[first], checksums)

    def __len__(self) -> int:
        return len(self.names)

    def find(self, names: Hashes, checksums: Hashes) -> Counts:
        """Return the place of each pair of `names`, -1 for one that is not among these."""
        if not len(self):
            return np.full(len(names), -1, np.int64)
        places = np.searchsorted(self._checksums, checksums).clip(max=len(self) - 1)
        return np.where((self.names[places] == names).all(axis=1), places, -1)


def rows(packed: bytes) -> Hashes:
    """Return packed pairs of names as numbers, a row each."""
    return np.frombuffer(bytearray(packed), "<u8").reshape(-1, _WORDS)
