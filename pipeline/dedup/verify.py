"""Two bodies → how they are related, from exact sets and an alignment.

In: two bodies that some index proposed. Out: their relation with the figures behind it, or None
where there is none. Never: an estimate; a signature only proposes.
"""

import math
from dataclasses import dataclass

from pipeline.dedup import kernel, runs
from pipeline.dedup.body import Body
from pipeline.dedup.compiled import Places, Runs
from pipeline.records import Relation

# All measured on labelled corpora of reposts, excerpts, digests and form letters.
NEAR_LEAST = 0.42  # two copies, each with 5 % of its characters misread, share this much
NEAR_RATIO = 0.74  # of the lengths of two copies; digests and excerpts keep less, as a rule
NEAR_LACKING = 0.25  # of a body may be missing in its copy, in stretches above `runs.BRIDGE`
PASSAGE = 300  # codes; a longer one is a part of its own, not an edit
NEAR_PASSAGE = 0.04  # of the body; so is what is longer than this share, in a long body
SHORT = 150  # codes; a text of a few sentences, where one name or figure is much
NEAR_SHORT = 0.6  # of two short copies; three names exchanged leave less
PART_LEAST = 0.6  # a digest that drops clauses keeps this much of its 5-grams
OVERLAP_LEAST = 0.12  # unrelated reports share up to 0.03 in set phrases
OVERLAP_LETTERS = 120  # in runs: two sentences, more than a set phrase

# What tells a form from a copy.
STEADY, ENOUGH = 0.85, 6  # where such a share of so many figures agrees, it is a copy
CHANGED = 0.35  # of names and figures in a form differ, at the least
REFIGURED = 0.5  # of the figures may agree in a form whose names do not show
REFILLED = 0.75  # and so many where every word stands as it stood
NOTICE, ALIKE = 1200, 0.9  # letters, and the share covered, of a form whose names show
NAMED = 2, 3  # names in it that differ, and names and figures
# A notice cites the same laws and hours as the next of its form: more agrees, whatever it is about.
CHANGED_NOTICE, REFILLED_NOTICE = 0.3, 0.8
WORD_FOR_WORD = 0.97  # of the longer body is in runs, or in small gaps between them


@dataclass(frozen=True, slots=True)
class Evidence:
    """What two aligned bodies say about their origin.

    `runs`, `numbers` and `parts` are those of `runs.gather`. Counts: `letters` in shared runs,
    which with the small gaps between them are `covered` of the longer body (0.0 to 1.0), numbers in
    shared contexts that `agree` and that `differ`, words `exchanged` for others, other `small`
    gaps. Of a `short` text all numbers are counted.
    """

    runs: Runs
    numbers: Places
    parts: Places
    letters: int
    covered: float
    agree: int
    differ: int
    exchanged: int
    small: int
    short: bool = False

    @property
    def figures(self) -> float:
        """Return the share of numbers in shared contexts that agree, 1.0 where there are none."""
        total = self.agree + self.differ
        return self.agree / total if total else 1.0

    @property
    def is_form(self) -> bool:
        """Return whether the bodies fill in one form, rather than copy one text.

        A copy keeps its figures and names but for noise, which strikes letters one by one. A
        form changes them together: the place, the year, the amounts.
        """
        # Two misread letters side by side look like an exchanged word: once in sixteen gaps, more
        # often where more is misread.
        names = self.exchanged - self.small * max(1 / 16, 2.5 * self.small / max(1, self.letters))
        changes = names + self.differ
        # A long form has many blanks; one or two differences in it are a correction.
        needed = min(6.0, 1 + self.letters / 800)
        if names >= 1 and changes >= needed and self._is_refilled:
            return True
        if self.agree >= ENOUGH and self.figures >= STEADY:
            return False
        if names >= 1:
            alike = self.letters < NOTICE and self.covered >= ALIKE
            least = CHANGED_NOTICE if alike else CHANGED
            return changes >= needed and changes >= least * (changes + self.agree)
        if self.short and self.differ >= 2 and self.figures <= REFILLED:
            return True
        needed = min(3.0, 1 + self.letters / 600)
        notice = self.letters < NOTICE and self.differ >= NAMED[1]
        most = REFILLED_NOTICE if notice else REFILLED
        most = most if self.covered >= WORD_FOR_WORD else REFIGURED
        return self.differ >= max(needed, self._misread) and self.figures <= most

    @property
    def _is_refilled(self) -> bool:
        """Return whether a notice has other names in the same places, and hardly another change.

        The figures of its form agree whatever it is about: the laws it cites, the office's hours.
        """
        alike = self.letters < NOTICE and self.covered >= ALIKE
        named = self.exchanged >= NAMED[0] and self.exchanged + self.differ >= NAMED[1]
        return alike and named and self.small <= 2 * self.exchanged

    @property
    def _misread(self) -> float:
        """Return how many differing numbers misread letters may account for.

        A number has about three digits, and a third of the gaps are longer than one letter. The
        count is binomial; three standard deviations above its mean are allowed.
        """
        if not self.small:
            return 0.0
        share = min(0.5, 5 * self.small / self.letters)
        total = self.agree + self.differ
        return 0.5 + share * total + 3 * math.sqrt(share * (1 - share) * total)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two bodies are related; `containment` is the share of a in b and of b in a."""

    relation: Relation
    jaccard: float
    containment: tuple[float, float]
    evidence: Evidence


def compare(a: Body, b: Body) -> Comparison | None:
    """Return how `a` and `b` are related, None where they share too little to say so."""
    shared = kernel.count_shared(a.grams, b.grams)
    if not shared:
        return None
    shares = shared / len(a.grams), shared / len(b.grams)
    if max(shares) < OVERLAP_LEAST:
        return None
    evidence = gather(a, b)
    relation = _relation(a, b, shares, evidence)
    if relation is None:
        return None
    jaccard = shared / (len(a.grams) + len(b.grams) - shared)
    return Comparison(relation, jaccard, shares, evidence)


def gather(a: Body, b: Body) -> Evidence:
    """Return the evidence of the runs that `a` shares with `b`."""
    x, y = a.masked, b.masked
    size = max(len(x.codes), len(y.codes))
    # Every number of a short notice counts: its date and hour are all that tells it from the next.
    short = size < SHORT
    least = 1 if short else runs.CONTEXT
    found, numbers, parts, counts = runs.gather(x.fields, y.fields, b.chains, least)
    letters, gaps, agree, differ, exchanged, small = counts
    covered = (letters + gaps) / max(size, 1)
    return Evidence(found, numbers, parts, letters, covered, agree, differ, exchanged, small, short)


def _relation(a: Body, b: Body, shares: tuple[float, float], evidence: Evidence) -> Relation | None:
    if evidence.is_form:
        return "template" if min(shares) >= OVERLAP_LEAST else None
    least = NEAR_LEAST if max(len(a.masked.codes), len(b.masked.codes)) >= SHORT else NEAR_SHORT
    if min(shares) >= least and _same_extent(a, b, evidence.runs):
        return "near"
    if max(shares) >= PART_LEAST and evidence.letters >= 40:
        return "contained" if shares[0] > shares[1] else "contains"
    return "overlaps" if evidence.letters >= OVERLAP_LETTERS else None


def _same_extent(a: Body, b: Body, shared: Runs) -> bool:
    """Return whether neither body is a part of the other: much shorter, or short of a passage."""
    shorter, longer = sorted((a.extent, b.extent))
    return (
        shorter >= NEAR_RATIO * longer and _is_whole(a, b, shared, 0) and _is_whole(b, a, shared, 1)
    )


def _is_whole(a: Body, b: Body, shared: Runs, side: int) -> bool:
    """Return whether `a`, the text on that side of runs, has next to nothing that `b` lacks."""
    seeds, size = a.masked.seeds, len(a.masked.codes)
    if runs.bridges(shared, side, size):
        return True
    lacking, longest = runs.missing(seeds, b.masked.seeds, b.chains)
    return lacking <= NEAR_LACKING * len(seeds) and longest <= max(
        PASSAGE, NEAR_PASSAGE * len(seeds)
    )
