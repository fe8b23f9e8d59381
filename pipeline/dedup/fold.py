"""Text → letters and digits, as every comparison sees them.

In: any text. Out: folded code points and where each one stood. Never: a fold that makes two
numbers one (the point between digits stays), or one that a change of width, case, script,
punctuation or spacing could show in.
"""

import hashlib
import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np

from pipeline.dedup import kernel
from pipeline.dedup.compiled import Codes, Places
from pipeline.rules.script import simplified


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
        figures = values[values != 0]  # where they stand, the codes say
        return hashlib.blake2b(self.codes.tobytes() + figures.tobytes(), digest_size=16).digest()


def fold(text: str) -> Folded:
    """Return the letters and digits of `text`: one width, one case, Simplified, nothing else.

    >>> "".join(map(chr, fold("国发〔２０２１〕３.１５號，ＯＫ").codes))
    '国发20213.15号ok'
    """
    raw = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).copy()
    codes, offsets = np.empty(len(raw), np.uint32), np.empty(len(raw), np.int32)
    count = kernel.fold_codes(raw, _table(), codes, offsets)
    return Folded(raw, codes[:count], offsets[:count])


@cache
def _table() -> Codes:
    """Return what each code point folds to, 0 where it is folded away."""
    table = np.zeros(0x110000, np.uint32)
    # Above the last ideographs are only tags, selectors and private use.
    for code in range(0x323B0):
        if 0xD800 <= code < 0xE000:
            continue
        table[code] = _fold(chr(code))
    for code, plain in simplified().items():
        table[code] = plain
    return table


def _fold(character: str) -> int:
    """Return what one character folds to before its script does.

    Width and compatibility forms count only where they are one letter: ② is an item's mark, and
    must not grow a number that follows it.
    """
    if not character.isalnum():
        return 0
    plain = unicodedata.normalize("NFKC", character).lower()
    if len(plain) != 1 or unicodedata.category(character) in ("No", "Nl"):
        plain = character
    if unicodedata.category(plain) == "Nd":
        plain = str(unicodedata.digit(plain))
    return ord(plain)
