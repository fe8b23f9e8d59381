"""Page → whether a second copy of its body may stand on it.

In: a page whose chrome is marked. Out: what `repeats` makes of it, or the page where there is
nothing to find. Never: a copy missed that `repeats` would find.

On nearly every page hardly a phrase comes twice. To see that takes a third of a millisecond; to
load what `repeats` runs on takes half a second, longer than a page takes.
"""

from typing import TYPE_CHECKING

import numpy as np

from pipeline.dedup.letters import fold_letters
from pipeline.records import Page
from pipeline.rules.dedup import DedupRules

if TYPE_CHECKING:
    from pipeline.dedup.compiled import Codes

GRAM = 16  # codes; a run that comes again is at least as long

_BASE = 0x9E3779B97F4A7C15  # odd, so that no power of it vanishes


def drop_repeats(page: Page, rules: DedupRules) -> Page:
    """Return `page` with every further copy of its body, or of most of it, marked."""
    distinct, again = count_grams(fold_letters(page.text))
    if not any(rule.is_copy(again, distinct) for rule in rules.of("second-copy")):
        return page
    from pipeline.dedup import repeats

    return repeats.drop_repeats(page, rules)


def count_grams(codes: "Codes") -> tuple[int, int]:
    """Return how many distinct runs of `GRAM` codes there are, and how many come again.

    One that comes three times counts twice: they are no fewer than `repeats` can find.
    """
    if len(codes) < GRAM:
        return 0, 0
    hashes, width = codes.astype(np.uint64), 1
    while width < GRAM:  # two runs side by side make one of twice the width
        hashes = hashes[:-width] * np.uint64(pow(_BASE, width, 1 << 64)) + hashes[width:]
        width *= 2
    hashes.sort()
    again = int(np.count_nonzero(hashes[1:] == hashes[:-1]))
    return len(hashes) - again, again
