"""Outlines of all pages → the lines that recur within one site, and what each page loses by them.

In: the outlines of the articles, in the order of their paths. Out: `Learned`, and for a page how
many lines at its head and at its tail are chrome. Never: a line that stood on fewer than five
different bodies; a line inside the body; a sentence that stands next to it.

A body is its own where four fifths of its clauses stand on no page before it: of five copies one
counts, of a hundred filled-in forms one, of a report and last year's both. A line proves itself
at the edge of bodies of which all that recurs is a fifth at most; it may then be taken from
shorter ones too. A line is never taken but from the edge inwards, each behind one that recurs.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
from msgspec.structs import replace

from pipeline.alike import alike
from pipeline.records import Page
from pipeline.recurring.outline import HEAD, SENTENCE, STRONG, TAIL, Outline, body, digest, edge
from pipeline.rules.chrome import ChromeRule

_BODIES = 5  # fewer pages may be alike by chance, or by the hand that wrote them
_SHARE = 3  # a line stands on every third body of its site at least
_NEW = 0.8  # of a body's clauses stand on no page before it
_MASS = 40  # characters of clauses; what has fewer is no proof
_FIFTH = 5
_LEFT = 20  # characters; a page that would keep less is left alone

Edge = list[tuple[int, int, int]]
Taken = tuple[int, int]  # lines at the head, lines at the tail


@dataclass(frozen=True, slots=True)
class SiteLines:
    """What recurs on one site: `bodies` differ, and on how many of them each line stands."""

    site: str
    bodies: int
    lines: dict[int, int]


@dataclass(frozen=True, slots=True)
class Learned:
    """What recurs, site by site; sites on which nothing does are not in it."""

    sites: tuple[SiteLines, ...] = ()

    def standing(self, site: str, text: str) -> tuple[int, int]:
        """Return on how many bodies of `site` a folded line stands, and how many there are."""
        for known in self.sites:
            if known.site == site:
                counts = (known.lines.get(digest(site, side, text), 0) for side in (HEAD, TAIL))
                return max(counts), known.bodies
        return 0, 0


def learn(outlines: Sequence[Outline]) -> Learned:
    """Return what recurs within each site; `outlines` stand in the order of the pages' paths."""
    own = [page for page, one in zip(outlines, own_bodies(outlines), strict=True) if one]
    bodies = Counter(page.site for page in own)
    known = _candidates(own, bodies)
    pages = [(page, *_edges(page)) for page in own if page.site in known]
    while (left := _proved(pages, known, bodies)) != known:
        known = left
    found = (SiteLines(site, bodies[site], lines) for site, lines in known.items() if lines)
    return Learned(tuple(sorted(found, key=lambda one: one.site)))


def _proved(
    pages: Iterable[tuple[Outline, Edge, Edge]],
    known: Mapping[str, Mapping[int, int]],
    bodies: Mapping[str, int],
) -> dict[str, dict[int, int]]:
    """Return what is left of `known` where only such lines are looked at, from the edge inwards."""
    stood: Counter[int] = Counter()
    proved: Counter[int] = Counter()
    for page, head, tail in pages:
        lines = known[page.site]
        lost = {*_run(head, lines), *_run(tail, lines)}
        stood.update(line for line, _, _ in lost)
        if sum(weight for _, weight, _ in lost) * _FIFTH <= page.weight:
            proved.update(line for line, _, _ in lost)
    return {
        site: {
            line: stood[line]
            for line in lines
            if proved[line] >= _BODIES and stood[line] * _SHARE >= bodies[site]
        }
        for site, lines in known.items()
    }


def own_bodies(outlines: Sequence[Outline], share: float = _NEW) -> list[bool]:
    """Return of each page whether its body is its own: `share` of it is on no page before it."""
    packed = body(b"".join(page.clauses for page in outlines))
    lengths = [len(page.clauses) // packed.itemsize for page in outlines]
    owner = np.repeat(np.arange(len(outlines)), lengths)
    weight = packed["weight"].astype(float)
    total = np.bincount(owner, weight, len(outlines))
    digests = packed["digest"].copy()  # side by side
    again = alike(digests)
    again = again[1:][digests[again][1:] == digests[again][:-1]]  # all but the first
    new = total - np.bincount(owner[again], weight[again], len(outlines))
    return [bool(one) for one in (total >= _MASS) & (new >= total * share)]


def _candidates(own: Sequence[Outline], bodies: Mapping[str, int]) -> dict[str, dict[int, int]]:
    """Return by site the lines that stand often enough near edges, wherever there.

    One that stands twice on a page counts twice; whoever looks closer counts it once.
    """
    edges = [page.head + page.tail for page in own]
    owner = np.repeat(np.arange(len(own)), [len(edge(packed)) for packed in edges])
    lines, first, counts = np.unique(
        edge(b"".join(edges))["digest"], return_index=True, return_counts=True
    )
    often = counts >= _BODIES
    known: dict[str, dict[int, int]] = {}
    for line, place, count in zip(lines[often], owner[first[often]], counts[often], strict=True):
        site = own[place].site
        if count * _SHARE >= bodies[site]:
            known.setdefault(site, {})[int(line)] = int(count)
    return known


def _edges(page: Outline) -> tuple[Edge, Edge]:
    return edge(page.head).tolist(), edge(page.tail).tolist()


def _run(lines: Edge, known: Mapping[int, int]) -> Edge:
    """Return the lines from the edge inwards that are known, up to the last strong one."""
    last = 0
    for i, (line, _, kind) in enumerate(lines):
        if line not in known:
            break
        if kind == STRONG:
            last = i + 1
    return lines[:last]


def taken(pages: Iterable[Outline], learned: Learned) -> dict[int, Taken]:
    """Return how many lines each page loses at its head and its tail, by its place in `pages`."""
    sites = {known.site: known.lines for known in learned.sites}
    found = {
        place: _taken(page, sites[page.site])
        for place, page in enumerate(pages)
        if page.site in sites
    }
    return {place: counts for place, counts in found.items() if any(counts)}


def _taken(page: Outline, known: Mapping[int, int]) -> Taken:
    """Return how many lines the page loses: none, where that would be a part of its body."""
    head, tail = (_run(lines, known) for lines in _edges(page))
    lost = [*head, *tail]
    sentences = sum(weight for _, weight, kind in lost if kind == SENTENCE)
    left = page.weight - sum(weight for _, weight, _ in lost)
    if left < _LEFT or sentences * _FIFTH > page.mass:
        return 0, 0
    return len(head), len(tail)


def mark(page: Page, counts: Taken, rule: ChromeRule) -> Page:
    """Return `page` with so many of its first and of its last lines marked by `rule`."""
    left = [i for i, block in enumerate(page.blocks) if block.text and not block.dropped_by]
    head, tail = counts
    lost = set(chain(left[:head], islice(reversed(left), tail)))
    blocks = (
        replace(block, dropped_by=rule.id) if i in lost else block
        for i, block in enumerate(page.blocks)
    )
    return replace(page, blocks=tuple(blocks))
