"""Text → letters and digits, as every comparison sees them.

In: any text. Out: folded code points. Never: a fold that makes two numbers one (the point between
digits stays), or one that a change of width, case, script, punctuation or spacing could show in;
anything compiled, which takes longer to load than a page to clean.
"""

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from pipeline.kept import remember
from pipeline.rules.script import VERSION, simplified

if TYPE_CHECKING:
    from pipeline.dedup.compiled import Codes

_POINTS = (ord("."), ord("．"))
_DIGITS = (ord("0"), ord("9"))

_END = 0x323B0  # above the last ideographs are only tags, selectors and private use


def codes_of(text: str) -> "Codes":
    """Return the code points of `text`."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def fold_letters(text: str) -> "Codes":
    """Return the codes that `fold.fold` returns, and not where they stood.

    >>> "".join(map(chr, fold_letters("国发〔２０２１〕３.１５號，ＯＫ")))
    '国发20213.15号ok'
    """
    raw = codes_of(text)
    codes = letters()[raw]
    digit = (codes >= _DIGITS[0]) & (codes <= _DIGITS[1])
    point = np.isin(raw[1:-1], _POINTS) & digit[:-2] & digit[2:]
    codes[1:-1][point] = _POINTS[0]
    folded: Codes = codes[codes != 0]
    return folded


@cache
def letters() -> "Codes":
    """Return what each code point folds to, 0 where it is folded away."""
    table = np.zeros(0x110000, np.uint32)
    table[:_END] = np.frombuffer(remember("letters", VERSION, _worked_out), np.uint32)
    return table


def _worked_out() -> bytes:
    plain = simplified()
    codes = (plain.get(code) or _fold(chr(code)) for code in range(_END))
    return np.fromiter(codes, np.uint32, _END).tobytes()


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
