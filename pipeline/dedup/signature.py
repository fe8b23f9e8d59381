"""Body → MinHash signature, value for value what datasketch computes.

In: a page's id and body. Out: `Signature`. Never: a value that `datasketch.MinHash` with
`gram_hash` as its hash function would not give.

A signature can be made anew anywhere: fold the body (`fold`), take every run of 5 folded
characters, hash each with `gram_hash`, update a `datasketch.MinHash(num_perm=128, seed=1,
scheme="affine32")`. datasketch takes SciPy along and half a second to load: what it drew and picked
is kept, and it is loaded by whoever asks for its record.
"""

from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from pipeline.dedup import kernel
from pipeline.dedup.compiled import Codes
from pipeline.dedup.fold import Folded, fold
from pipeline.kept import remember
from pipeline.records import Signature

if TYPE_CHECKING:
    from datasketch import MinHash

GRAM = 5  # characters; most Chinese words have two, so a gram spans two or three words
PERMUTATIONS = 128


def sign(page: str, text: str) -> Signature:
    """Return the signature of `text`; with fewer than 5 letters it is that of the empty set."""
    return sign_folded(page, fold(text))


def sign_folded(page: str, folded: Folded) -> Signature:
    """Return the signature of a text that is folded already."""
    hashes = kernel.gram_hashes(folded.codes, GRAM)
    values = kernel.minima(hashes, *_permutations())
    return Signature(page, values.astype("<u4").tobytes(), len(hashes))


def gram_hash(gram: str) -> int:
    """Return the 32-bit hash of one folded gram: what datasketch calls a hash function.

    The upper half of `kernel.gram_hashes`: a polynomial of the code points, Murmur's finish.
    """
    codes = np.array([ord(character) for character in gram], np.uint32)
    return int(kernel.gram_hashes(codes, len(codes))[0] >> np.uint64(32))


def as_minhash(signature: Signature) -> "MinHash":
    """Return `signature` as datasketch's own record, for its indexes and estimates."""
    from datasketch import MinHash

    values = np.frombuffer(signature.values, "<u4")
    return MinHash(hashvalues=values, permutations=_permutations(), scheme="affine32")


def work_out() -> None:
    """Ask for all that datasketch works out, so that it can be kept."""
    _permutations(), bands()


def bands() -> list[tuple[int, int]]:
    """Return the slices of a signature that are bands: 32 of 4 values.

    They are those that datasketch's optimiser picks for a Jaccard of 0.4. Two pages that share
    half of their grams meet in a band in 87 of 100 cases, at 0.6 in 99, at 0.1 in 0.3.
    """
    return remember("bands", version("datasketch"), _picked)


def _picked() -> list[tuple[int, int]]:
    from datasketch import MinHashLSH

    return list(MinHashLSH(threshold=0.4, num_perm=PERMUTATIONS).hashranges)


@cache
def _permutations() -> Codes:
    """Return datasketch's factors and terms, one row each."""
    drawn = remember("permutations", version("datasketch"), _drawn)
    return np.frombuffer(drawn, np.uint32).reshape(2, PERMUTATIONS).copy()


def _drawn() -> bytes:
    from datasketch import MinHash

    blank = MinHash(num_perm=PERMUTATIONS, seed=1, scheme="affine32")
    return np.ascontiguousarray(blank.permutations, np.uint32).tobytes()
