"""How well a text agrees with what was wanted: 4-grams of its letters, figures and Han.

In: two texts. Out: 0.0 to 1.0. Width, script, marks and blanks are no part of it.
"""

import unicodedata
from collections import Counter

from opencc import OpenCC

_SIMPLE = OpenCC("t2s")


def fold(text: str) -> str:
    """Return the letters, figures and Han of `text`, in one script: what is compared."""
    simple = _SIMPLE.convert(unicodedata.normalize("NFKC", text).lower())
    return "".join(filter(str.isalnum, simple))


def grams(text: str) -> Counter[str]:
    """Return the 4-grams of folded text; a shorter one is one whole."""
    folded = fold(text)
    return Counter(folded[i : i + 4] for i in range(max(1, len(folded) - 3)) if folded)


def text_f1(gold: str, text: str, title: str = "") -> float:
    """Return the F1 of the 4-grams of `text`, of which `title` may or may not be a part."""
    found = grams(text)
    wanted = [grams(gold), *([grams(f"{title}\n{gold}")] if title else [])]
    return max(f1((one & found).total(), found.total(), one.total()) for one in wanted)


def f1(right: float, found: float, wanted: float) -> float:
    """Return the harmonic mean of precision and recall; 1.0 where nothing was wanted or found."""
    return 2 * right / (found + wanted) if found + wanted else 1.0
