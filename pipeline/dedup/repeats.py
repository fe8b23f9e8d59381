"""Page → Page: mark the second copy of a body that stands on the page twice.

In: a page whose chrome is marked. Out: the same blocks; those of the poorer copy carry the rule's
id. Never: a block of which one letter or digit is not in the copy that stays, or a short
coincidence: a heading or a cell that recurs.
"""

from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from pipeline.dedup import kernel
from pipeline.dedup.again import GRAM
from pipeline.dedup.align import repeats
from pipeline.dedup.compiled import Codes, Counts, Hashes
from pipeline.dedup.fold import fold
from pipeline.records import Page
from pipeline.rules.dedup import DedupRule, DedupRules

GAP = 120  # codes; what may stand between two runs of one copy: a date line, a caption
AROUND = 3  # blocks; so near to its copy a title is looked for that is too short for a run

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Flow:
    """The published blocks, folded and joined.

    `blocks` are places in the page; block n has the codes from `edges[n]` to `edges[n + 1]`.
    """

    blocks: tuple[int, ...]
    codes: Codes
    edges: Counts

    def text(self, n: int) -> bytes:
        """Return the codes of block `n`, to compare."""
        return self.codes[self.edges[n] : self.edges[n + 1]].tobytes()

    def around(self, span: Span, more: int) -> range:
        """Return the blocks that touch `span`, and `more` on either side."""
        first = int(np.searchsorted(self.edges, span[0], "right")) - 1 - more
        last = int(np.searchsorted(self.edges, span[1], "left")) + more
        return range(max(0, first), min(len(self.blocks), last))


@dataclass(frozen=True, slots=True)
class _Copy:
    """Runs that come again in the same order; each is (earlier start, later start, length)."""

    runs: list[tuple[int, int, int]]

    @property
    def letters(self) -> int:
        """Return how many letters come again."""
        return sum(length for _, _, length in self.runs)

    @property
    def earlier(self) -> list[Span]:
        """Return the spans of the first copy."""
        return [(start, start + length) for start, _, length in self.runs]

    @property
    def later(self) -> list[Span]:
        """Return the spans of the second copy."""
        return [(start, start + length) for _, start, length in self.runs]

    def distinct(self, grams: Hashes) -> int:
        """Return how many distinct letters come again: a word that fills a column counts once."""
        parts = [grams[start : end - GRAM + 1] for start, end in self.later]
        return len(kernel.distinct(np.concatenate(parts)))

    def goes_on(self, run: tuple[int, int, int]) -> bool:
        """Return whether `run` follows at once, or after a small gap in both copies."""
        last = self.runs[-1]
        gaps = (run[k] - last[k] - last[2] for k in (0, 1))
        return all(0 <= gap <= GAP for gap in gaps)


def drop_repeats(page: Page, rules: DedupRules) -> Page:
    """Return `page` with every further copy of its body, or of most of it, marked.

    Of two copies the one goes that breaks off; of two whole ones the second.
    """
    for rule in rules.of("second-copy"):
        while marked := _poorer_copies(page, rule):
            blocks = tuple(
                replace(block, dropped_by=rule.id) if place in marked else block
                for place, block in enumerate(page.blocks)
            )
            page = replace(page, blocks=blocks)
    return page


def _poorer_copies(page: Page, rule: DedupRule) -> set[int]:
    """Return the blocks that can go, by their places in the page; none left to find: empty.

    Second copies go together, for what they repeat stays. A first copy goes alone: what else
    repeats it must be looked at anew.
    """
    flow = _flow(page)
    grams = kernel.gram_hashes(flow.codes, GRAM)
    copies = _copies(flow, grams)
    found, size = set[int](), len(kernel.distinct(grams))
    for copy in copies:
        if not rule.is_copy(copy.distinct(grams), size):
            continue
        later = _covered(flow, copy.later, copy.earlier)
        earlier = _covered(flow, copy.earlier, copy.later)
        if _keeps_first(flow, (later, earlier), breaks_off=_breaks_off(flow, copy, copies)):
            found |= later
        elif earlier and not found:
            return {flow.blocks[n] for n in earlier}
    return {flow.blocks[n] for n in found}


def _keeps_first(flow: _Flow, sides: tuple[set[int], set[int]], *, breaks_off: bool) -> bool:
    """Return whether the second copy goes; `sides` are the blocks that would, of either.

    The copy to keep may be the one whose paragraphs were run together: then few of its blocks
    are covered whole, and it is the other copy that goes.
    """
    later, earlier = (sum(len(flow.text(n)) for n in blocks) for blocks in sides)
    return later > 2 * earlier if breaks_off else 2 * later >= earlier


def _flow(page: Page) -> _Flow:
    """Return the blocks of `page` that are published."""
    places = [n for n, block in enumerate(page.blocks) if block.text and not block.dropped_by]
    places = [] if page.dropped_by else places
    parts = [fold(page.blocks[n].text).codes for n in places]
    edges = np.cumsum([0, *map(len, parts)])
    return _Flow(tuple(places), np.concatenate([*parts, np.empty(0, np.uint32)]), edges)


def _copies(flow: _Flow, grams: Hashes) -> list[_Copy]:
    """Return what comes again in the same order, in the order of the second copies."""
    found, growing = list[_Copy](), list[_Copy]()
    for row in repeats(flow.codes, grams, GRAM).tolist():
        run = (row[0], row[1], row[2])
        growing = [copy for copy in growing if run[1] - copy.runs[-1][1] - copy.runs[-1][2] <= GAP]
        for copy in growing:
            if copy.goes_on(run):
                copy.runs.append(run)
                break
        else:
            growing.append(_Copy([run]))
            found.append(growing[-1])
    return found


def _breaks_off(flow: _Flow, copy: _Copy, copies: list[_Copy]) -> bool:
    """Return whether the first copy stops where the second goes on with something new."""
    start, end = copy.earlier[-1][1], copy.later[-1][1]
    repeated = sum(other.letters for other in copies if other.later[0][0] >= end)
    return len(flow.codes) - end - repeated > max(copy.later[0][0] - start, GAP)


def _covered(flow: _Flow, gone: list[Span], kept: list[Span]) -> set[int]:
    """Return the blocks around the spans `gone` of which every letter stands in `kept`.

    That is: blocks inside the spans, and blocks beside them that equal one beside the others.
    """
    inside = np.zeros(len(flow.codes) + 1, np.int64)
    for start, end in gone:
        inside[start] += 1
        inside[end] -= 1
    lacking = np.concatenate(([0], np.cumsum(np.cumsum(inside)[:-1] == 0)))
    region, model = (gone[0][0], gone[-1][1]), (kept[0][0], kept[-1][1])
    beside = flow.around(region, 1)
    twins = {flow.text(n) for n in flow.around(model, AROUND) if n not in beside} - {b""}
    found = set[int]()
    for n in beside:
        start, end = int(flow.edges[n]), int(flow.edges[n + 1])
        if n in flow.around(model, 0):
            continue
        whole = start < end and lacking[start] == lacking[end]
        between = start == end and region[0] < start < region[1]
        if whole or between or flow.text(n) in twins:
            found.add(n)
    return found
