"""Text → what the indexes need of it, so that a text known already is not read again.

In: a body. Out: its `Gist`. Never: two texts of one name, or a gist that depends on other texts.
"""

import hashlib
from collections.abc import Sequence

import numpy as np

from pipeline.dedup import containment
from pipeline.dedup.compiled import Hashes
from pipeline.dedup.fold import fold
from pipeline.dedup.memory import NAME
from pipeline.dedup.signature import GRAM, sign_folded
from pipeline.records import Gist


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


def sketches(gists: Sequence[Gist]) -> list[Hashes]:
    """Return the sketches; they share one piece of memory."""
    joined = np.frombuffer(bytearray().join(one.sketch for one in gists), "<u8")
    ends = np.cumsum([len(one.sketch) // 8 for one in gists])
    return np.split(joined, ends[:-1]) if gists else []
