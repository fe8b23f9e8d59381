"""A body → the arrays that verification reads, each made when it is first asked for.

In: text. Out: folded codes, sorted grams, codes with numbers masked. Never: kept longer than
the comparisons that need it; a body's arrays take thirty times its bytes.
"""

import re
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline import kept
from pipeline.dedup import kernel
from pipeline.dedup.align import SEED, Chains, Fields, chain_grams
from pipeline.dedup.compiled import Codes, Hashes, Places, Runs
from pipeline.dedup.fold import Folded, fold
from pipeline.dedup.signature import GRAM
from pipeline.dedup.suspects import Clauses

# A line of keywords: eight short words or more, all letters.
_WORDS = 8
_TAG_CLOUD = kept.pattern(
    rf"^[^\S\n]*(?:[^\W\d_]{{1,12}}[^\S\n]+){{{_WORDS - 1},}}[^\W\d_]{{1,12}}[^\S\n]*$", re.M
)

# The core has no signs: 3.15 ends before its %, and a passage may be cut inside a number.
_REST_OF_FIGURE = kept.pattern(r"(?<=\d)(?:[.．,，]?\d)*[%％‰]?")

_BLANKS = np.array([n for n in range(0x3001) if chr(n).isspace() and chr(n) != "\n"], np.uint32)

_CLAUSE_ENDS = np.array(sorted(map(ord, "\n\t，,。.；;：:！!？?、（）()[]〔〕【】《》")), np.uint32)


@dataclass(frozen=True, slots=True)
class Masked:
    """Folded codes with each number as one code.

    `values` tells numbers apart (0 for a letter), `starts` is the place in the core's codes,
    `seeds` holds a hash for each run of `SEED` codes. A row of `numbers` is the place of a number,
    and where its line starts and ends. `clauses` counts the clauses from 0, which start at
    `firsts`.
    """

    codes: Codes
    values: Hashes
    starts: Places
    seeds: Hashes
    numbers: Runs
    clauses: Places
    firsts: Places

    @property
    def fields(self) -> Fields:
        """Return what the alignment reads."""
        return self.codes, self.values, self.numbers, self.seeds


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
        # Few pages have one, and to look for it takes longer than to fold the text.
        if kernel.most_gaps(self.folded.raw, _BLANKS) < _WORDS - 1:
            return self.folded
        text = _TAG_CLOUD.sub(lambda cloud: " " * len(cloud[0]), self.text)
        return self.folded if text == self.text else fold(text)

    @cached_property
    def masked(self) -> Masked:
        """Return the core with its numbers masked."""
        raw, offsets = self.core.raw, self.core.offsets
        codes, values, starts = kernel.mask_numbers(raw, self.core.codes, offsets)
        clauses, firsts, numbers = kernel.lay_out(raw, offsets, codes, starts, _CLAUSE_ENDS)
        seeds = kernel.gram_hashes(codes, SEED)
        return Masked(codes, values, starts, seeds, numbers, clauses, firsts)

    @cached_property
    def chains(self) -> Chains:
        """Return where each seed stands, as `align.align` looks for it."""
        return chain_grams(self.masked.seeds)

    @cached_property
    def extent(self) -> int:
        """Return how many distinct 5-grams the core has: a passage that comes twice counts once."""
        return len(self.grams) - len(self.folded) + len(self.core)

    @cached_property
    def letters(self) -> str:
        """Return the core as a string, to look for a phrase in."""
        return self.core.codes.tobytes().decode("utf-32-le", "surrogatepass")

    @cached_property
    def clauses(self) -> dict[object, Clauses]:
        """Return what `suspects` reads of the clauses, by the lexicon they were read with."""
        return {}

    @cached_property
    def clause_edges(self) -> tuple[list[int], list[int]]:
        """Return where each clause starts, in the core's codes and in the text; then the ends."""
        codes = self.masked.starts[self.masked.firsts]
        offsets = self.core.offsets[codes]
        return [*codes.tolist(), len(self.core)], [*offsets.tolist(), len(self.text)]

    def clause(self, place: int) -> str:
        """Return the folded letters of the clause at `place`."""
        edges = self.clause_edges[0]
        return self.letters[edges[place] : edges[place + 1]]

    def spelled(self, start: int, end: int) -> str:
        """Return the original spelling of the core's codes `start` to `end`, figures whole."""
        first, last = int(self.core.offsets[start]), int(self.core.offsets[end - 1]) + 1
        rest = _REST_OF_FIGURE.match(self.text, last)
        return self.text[first : rest.end() if rest else last]
