"""Text → its letters and digits (`letters`), and where each one stood.

In: any text. Out: folded code points and their places. Never: other codes than `letters` has.
"""

import hashlib
from dataclasses import dataclass

import numpy as np

from pipeline.dedup import kernel
from pipeline.dedup.compiled import Codes, Places
from pipeline.dedup.letters import codes_of, letters


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded code points of a text; `offsets` are places in the text, counted in characters."""

    raw: Codes
    codes: Codes
    offsets: Places

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def digest(self) -> bytes:
        """Return 16 bytes that are equal for texts of the same letters and figures alone.

        Signs fold away, but a text that says -5.8% where another says 5.8 is another text.
        """
        values = kernel.mask_numbers(self.raw, self.codes, self.offsets)[1]
        hashed = hashlib.blake2b(self.codes.data, digest_size=16)
        hashed.update(values[values != 0].data)  # where they stand, the codes say
        return hashed.digest()


def fold(text: str) -> Folded:
    """Return the letters and digits of `text`: one width, one case, Simplified, nothing else.

    >>> "".join(map(chr, fold("国发〔２０２１〕３.１５號，ＯＫ").codes))
    '国发20213.15号ok'
    """
    raw = codes_of(text).copy()
    codes, offsets = np.empty(len(raw), np.uint32), np.empty(len(raw), np.int32)
    count = kernel.fold_codes(raw, letters(), codes, offsets)
    return Folded(raw, codes[:count], offsets[:count])
