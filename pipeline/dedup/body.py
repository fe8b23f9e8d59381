"""A body → the arrays that verification reads, each made when it is first asked for.

In: text. Out: folded codes, sorted grams, codes with numbers masked. Never: kept longer than
the comparisons that need it; a body's arrays take thirty times its bytes.
"""

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.dedup import kernel
from pipeline.dedup.align import SEED, Clauses, Fields, rank
from pipeline.dedup.compiled import Codes, Hashes, Places
from pipeline.dedup.fold import Folded, fold
from pipeline.dedup.signature import GRAM

# A line of keywords: eight short words or more, all letters.
_TAG_CLOUD = re.compile(r"^[^\S\n]*(?:[^\W\d_]{1,12}[^\S\n]+){7,}[^\W\d_]{1,12}[^\S\n]*$", re.M)

_LINE_ENDS = np.array([ord("\n")], np.uint32)
_WIDE_ZERO = np.uint32(0xFF10)
_CLAUSE_ENDS = np.array(sorted(map(ord, "\n\t，,。.；;：:！!？?、（）()[]〔〕【】《》")), np.uint32)


@dataclass(frozen=True, slots=True)
class Masked:
    """Folded codes with each number as one code.

    `values` tells numbers apart (0 for a letter), `starts` is the place in the core's codes,
    `lines` the line of the text, `seeds` holds a hash for each run of `SEED` codes.
    """

    codes: Codes
    values: Hashes
    starts: Places
    lines: Places
    seeds: Hashes

    @property
    def fields(self) -> Fields:
        """Return what the alignment of numbers reads."""
        return self.codes, self.values, self.lines

    def end(self, place: int, size: int) -> int:
        """Return where the code at `place` ends in the core's codes, of which there are `size`."""
        return int(self.starts[place + 1]) if place + 1 < len(self.starts) else size


@dataclass(frozen=True)
class Body:
    """One text under comparison."""

    text: str

    @cached_property
    def folded(self) -> Folded:
        """Return the folded text."""
        return fold(self.text)

    @cached_property
    def grams(self) -> Hashes:
        """Return the hashes of its distinct 5-grams, sorted."""
        return kernel.distinct(kernel.gram_hashes(self.folded.codes, GRAM))

    @cached_property
    def core(self) -> Folded:
        """Return the folded text without the page's tag clouds."""
        text = _TAG_CLOUD.sub(lambda cloud: " " * len(cloud[0]), self.text)
        return self.folded if text == self.text else fold(text)

    @cached_property
    def masked(self) -> Masked:
        """Return the core with its numbers masked."""
        core = self.core
        codes, values, starts = kernel.mask_numbers(core.raw, core.codes, core.offsets)
        lines = kernel.number_parts(core.raw, core.offsets[starts], _LINE_ENDS)
        return Masked(codes, values, starts, lines, kernel.gram_hashes(codes, SEED))

    @property
    def extent(self) -> int:
        """Return how many distinct 5-grams the core has: a passage that comes twice counts once."""
        return len(self.grams) - len(self.folded) + len(self.core)

    @cached_property
    def letters(self) -> str:
        """Return the core as a string, to look for a phrase in."""
        return self.core.codes.tobytes().decode("utf-32-le", "surrogatepass")

    @cached_property
    def clauses(self) -> dict[object, Clauses]:
        """Return what `figures` found of the clauses, by the lexicon it read them with."""
        return {}

    @cached_property
    def clause_of(self) -> Places:
        """Return, for each masked code, the place of its clause among those with letters."""
        return self._ranks[0]

    @cached_property
    def clause_edges(self) -> tuple[list[int], list[int]]:
        """Return where each clause starts, in the core's codes and in the text; then the ends."""
        codes = self.masked.starts[self._ranks[1]]
        offsets = self.core.offsets[codes]
        return [*codes.tolist(), len(self.core)], [*offsets.tolist(), len(self.text)]

    @cached_property
    def _ranks(self) -> tuple[Places, Places]:
        core = self.core
        wide = (core.raw >= _WIDE_ZERO) & (core.raw <= _WIDE_ZERO + 9)
        raw = np.where(wide, core.raw - _WIDE_ZERO + ord("0"), core.raw)
        parts = kernel.number_parts(raw, core.offsets[self.masked.starts], _CLAUSE_ENDS)
        return rank(parts)

    def clause(self, place: int) -> str:
        """Return the folded letters of the clause at `place`."""
        edges = self.clause_edges[0]
        return self.letters[edges[place] : edges[place + 1]]

    def spelled(self, start: int, end: int) -> str:
        """Return the original spelling of the core's codes `start` to `end`."""
        offsets = self.core.offsets
        return self.text[offsets[start] : offsets[end - 1] + 1]
