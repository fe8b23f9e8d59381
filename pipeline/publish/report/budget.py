"""How much the report may say of each page, so that it stays small enough to keep and to open.

In: how large the story of each page is. Out: the size at which long ones are cut. Never: a size
that depends on anything but the sizes of all.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

# Bytes: what all pages together may take, and what one of them always may.
_A_PAGE = 8_000
_FUND = 20_000_000
_LEAST, MOST = 4_000, 400_000


def room(sizes: NDArray[np.uint32]) -> int:
    """Return how many bytes a story may take, if all take 8 KB each in the mean, and 20 MB more.

    What short ones leave is there for long ones: a few thousand pages are told whole.
    """
    allowed = _FUND + _A_PAGE * len(sizes)
    fitting = (one for one in _steps() if np.minimum(sizes, one).sum(dtype=np.int64) <= allowed)
    return next(fitting, _LEAST)


def _steps() -> Iterator[int]:
    """Yield sizes, each three quarters of the last: a corpus that grows seldom comes to another."""
    size = MOST
    while size > _LEAST:
        yield size
        size = size * 3 // 4
