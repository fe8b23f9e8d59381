"""Outlines of chunks → what recurs on each site, and what pages lose by it.

In: chunks, what was kept of their pages, and what the run before found. Out: `Recurring`, the same
as if nothing had been known. Never: the outlines of more pages in memory than of a few sites; those
of a site looked at whose pages are as they were.

What recurs on one site depends on no other: ten new pages make a run look at ten sites.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from operator import itemgetter

from pipeline import flow, read
from pipeline.fingerprint import fingerprint
from pipeline.recurring import Learned, Outline, Taken
from pipeline.run.plan import Chunk, is_left

# Pages. So many are looked at together, or those of one site where it has more.
_AT_ONCE = 50_000

Lost = dict[int, Taken]


@dataclass(frozen=True, slots=True)
class Held:
    """How many pages of each site a chunk holds; `left` names which of them raw/ still has.

    Pages that are gone are counted: what they lose is part of what names the chunk's results.
    """

    left: str
    sites: dict[str, int]


@dataclass(frozen=True, slots=True)
class Recurring:
    """What `LearnSites` found: the lines, and what each page of a chunk loses by them.

    `lost` holds lines at the head and at the tail, by the chunk's name and the page's place in it;
    pages and chunks that lose nothing are not in it. `held` tells what each chunk held.
    """

    learned: Learned = field(default_factory=Learned)
    lost: dict[str, Lost] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)

    def recut(self, parts: Mapping[str, Sequence[Chunk]], lost: Mapping[str, Lost]) -> "Recurring":
        """Return the same where chunks of new names hold what is left of their `parts`."""
        held = dict(self.held)
        for name, chunks in parts.items():
            sites = Counter[str]()
            for chunk in chunks:
                sites.update(held.pop(chunk.name).sites)
            held[name] = Held("", dict(sites))
        return replace(self, lost={**self.lost, **lost}, held=held)


def learn(
    chunks: Sequence[Chunk], outlines: Callable[[Chunk], Iterable[Outline]], before: Recurring
) -> Recurring:
    """Return what recurs; `outlines` tells those of all pages of a chunk.

    What was known `before` of sites whose pages are the same is taken over.
    """
    held = {chunk.name: _held(chunk, outlines, before) for chunk in chunks}
    touched = _touched(held, before.held)
    known = [one for one in before.learned.sites if one.site not in touched]
    lost = {name: before.lost.get(name, {}) for name in held}
    for sites in _few(touched, held):
        looked = {
            chunk: [(at, one) for at, one in enumerate(outlines(chunk)) if one.site in sites]
            for chunk in chunks
            if not sites.isdisjoint(held[chunk.name].sites)
        }
        learned = _learned(looked)
        known += learned.sites
        for chunk, pages in looked.items():
            places = [place for place, _ in pages]
            found = flow.lines_lost((one for _, one in pages), learned)
            others = lost[chunk.name].keys() - places
            lost[chunk.name] = {
                **{place: lost[chunk.name][place] for place in others},
                **{places[n]: counts for n, counts in found.items()},
            }
    ordered = Learned(tuple(sorted(known, key=lambda one: one.site)))
    return Recurring(ordered, {name: pages for name, pages in lost.items() if pages}, held)


def _held(chunk: Chunk, outlines: Callable[[Chunk], Iterable[Outline]], before: Recurring) -> Held:
    """Return what a chunk holds: what was known, where the same pages of it are left."""
    left = ""
    if chunk.gone:
        left = fingerprint(bytes(chunk.lefts))
    known = before.held.get(chunk.name)
    if known and known.left == left:
        return known
    return Held(left, dict(Counter(one.site for one in outlines(chunk) if one.site)))


def _touched(held: Mapping[str, Held], before: Mapping[str, Held]) -> set[str]:
    """Return the sites of the chunks that are not what they were."""
    names = [name for name in held.keys() | before.keys() if held.get(name) is not before.get(name)]
    there = (one[name] for one in (held, before) for name in names if name in one)
    return set(chain.from_iterable(one.sites for one in there))


def _few(touched: Collection[str], held: Mapping[str, Held]) -> Iterator[set[str]]:
    """Yield sites that are looked at together, in the order in which chunks hold them."""
    counts = Counter[str]()
    for one in held.values():
        counts.update({site: pages for site, pages in one.sites.items() if site in touched})
    few, pages = set[str](), 0
    for site, count in counts.items():
        if few and pages + count > _AT_ONCE:
            yield few
            few, pages = set(), 0
        few.add(site)
        pages += count
    if few:
        yield few


def _learned(looked: Mapping[Chunk, Sequence[tuple[int, Outline]]]) -> Learned:
    """Return what recurs on the pages that raw/ still has, in the order of their paths."""
    pages = [
        (read.order(page), one)
        for chunk, some in looked.items()
        for page, one in ((chunk.members[place], one) for place, one in some)
        if is_left(page)
    ]
    pages.sort(key=itemgetter(0))
    return flow.learn_sites([one for _, one in pages])
