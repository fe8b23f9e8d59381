"""Texts → every related pair, truly compared.

In: bodies by page id; what an earlier search found out. Out: matches, sorted. Never: a pair that
was only estimated, or a result that depends on the order of the texts, on the number of workers,
or on what is remembered.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import attrgetter

import msgspec
import numpy as np

from pipeline.alike import ranges
from pipeline.dedup import candidates, containment
from pipeline.dedup.body import Body
from pipeline.dedup.candidates import Pairs
from pipeline.dedup.compiled import Counts, Hashes
from pipeline.dedup.figures import disagreements
from pipeline.dedup.gist import Gists, make_gist, name, names
from pipeline.dedup.kernel import components, walk
from pipeline.dedup.memory import Memory, Unrelated, Verdicts
from pipeline.dedup.passages import opening, passages
from pipeline.dedup.quantity import Lexicon, built_in
from pipeline.dedup.settle import LINKS, settle
from pipeline.dedup.signature import work_out
from pipeline.dedup.verify import compare
from pipeline.engines.forked import cores, map_forked, uncollected
from pipeline.records import NAME, Disagreement, Gist, Match, Verdict
from pipeline.rules.dedup import DedupRules

KEPT = 128  # bodies whose arrays a worker keeps at hand, about 120 KB each
EXPANDED = 64  # pairs; more pages with one and the same text are linked through the first of them
TELLING = 0.1  # of the sketch of a part must be found in the whole, set phrases left out
TINY = 80  # letters; of so short a notice one other figure makes another notice
FEW = 32  # texts; of so few every pair is compared
_UNKNOWN = bytes(NAME)  # what the name of no text is
AT_ONCE = 1 << 17  # pairs that are looked up and compared before the next are
READ, COMPARED = 512, 1024  # texts and pairs that a worker takes at a time

Found = dict[tuple[int, int], Verdict]


def prepare() -> None:
    """Have what takes long be kept: kernels, compiled as this is loaded, and datasketch's draws."""
    work_out()


def find_matches(
    texts: Mapping[str, str],
    memory: Memory | None = None,
    workers: int = 0,
    rules: DedupRules | None = None,
) -> list[Match]:
    """Return every related pair of `texts` (page ids to bodies), a < b, sorted.

    `texts` may lie on disk: each is read when it is looked at. With the `memory` of an earlier
    search, of whatever texts, only what is new is compared; it is brought up to date. `workers`
    are processes, 0 for one a core; few texts need one. `rules` say what figures mean, the
    package's own where none are given; a memory is of one set of rules. Of several pages with one
    text each is matched with the first. Texts of fewer than 5 letters match nothing.
    """
    memory = Memory() if memory is None else memory
    with uncollected():
        return _find_matches(texts, memory, workers or cores(), rules)


def _find_matches(
    texts: Mapping[str, str], memory: Memory, workers: int, rules: DedupRules | None
) -> list[Match]:
    corpus = _gather(texts, memory, workers)
    lexicon = Lexicon(rules) if rules else built_in()
    judge = _Judge(texts, corpus, memory, lexicon, workers)
    matches = [*judge.same(), *_find(corpus, judge, lasting=memory.lasting)]
    memory.gists = corpus.gists if memory.lasting else Gists()
    memory.verdicts = judge.met
    return sorted(matches, key=attrgetter("a", "b"))


@dataclass(frozen=True, slots=True)
class _Corpus:
    """The pages, sorted, with the names of their texts; and the distinct texts.

    `gists` begin with those of the distinct texts, in the order of the first page that carries
    each. The places of those pages, the first of them first, follow one another in `carriers`:
    `starts` and `sizes` say where, and how many pages each text has.
    """

    pages: list[str]
    names: Hashes
    gists: Gists
    carriers: Counts
    starts: Counts
    sizes: Counts

    @property
    def firsts(self) -> Counts:
        """Return the place of the first page of each text."""
        return self.carriers[self.starts]

    def copies(self, text: int) -> list[int]:
        """Return the places of the pages of a text."""
        start = self.starts[text]
        places: list[int] = self.carriers[start : start + self.sizes[text]].tolist()
        return places


def _gather(texts: Mapping[str, str], memory: Memory, workers: int) -> _Corpus:
    """Return the corpus of `texts`; gists that are remembered are not made again."""

    def read(pages: Sequence[str]) -> list[Gist | bytes]:
        return _known_or_made([texts[page] for page in pages], gists)

    gists, pages = memory.gists, sorted(texts)
    called = names(bytearray().join(memory.names.get(page) or _UNKNOWN for page in pages))
    places = gists.find(called)
    unknown = np.flatnonzero(places < 0)
    if len(unknown):
        parts = [unknown[start : start + READ] for start in range(0, len(unknown), READ)]
        wanted = [[pages[place] for place in part] for part in parts]
        made = list(chain.from_iterable(map_forked(read, wanted, _enough(workers, parts))))
        new = [one for one in made if isinstance(one, Gist)]
        keys = (one.text if isinstance(one, Gist) else one for one in made)
        called[unknown] = names(b"".join(keys))
        gists = Gists.joined([gists, Gists.of(new)])
        places = gists.find(called)
    memory.gists = Gists()  # they are taken apart: none is in memory twice for long
    return _corpus(pages, called, gists, places)


def _corpus(pages: list[str], called: Hashes, gists: Gists, places: Counts) -> _Corpus:
    """Return the corpus of `pages` with texts of those names, whose gists lie at `places`."""
    folded = gists.folded_names[places]
    carriers = np.flatnonzero(folded.any(axis=1))
    folded = folded[carriers]
    order = np.lexsort((folded[:, 1], folded[:, 0]))
    other = (folded[order[1:]] != folded[order[:-1]]).any(axis=1)
    starts = np.flatnonzero(np.r_[True, other]) if len(order) else np.empty(0, np.int64)
    sizes = np.diff(np.r_[starts, len(order)])
    carriers = carriers[order]
    by_first = np.argsort(carriers[starts])
    starts, sizes = starts[by_first], sizes[by_first]
    firsts = places[carriers[starts]]
    used = np.concatenate((firsts, np.setdiff1d(places, firsts)))
    carriers = carriers[ranges(starts, sizes)]
    return _Corpus(pages, called, gists.take(used), carriers, np.cumsum(sizes) - sizes, sizes)


def _known_or_made(texts: Sequence[str], gists: Gists) -> list[Gist | bytes]:
    """Return the gists of `texts`, or their names where the gists are known."""
    keys = list(map(name, texts))
    known = (gists.find(names(b"".join(keys))) >= 0).tolist()
    made = zip(texts, keys, known, strict=True)
    return [key if is_known else make_gist(text, key) for text, key, is_known in made]


def _enough(workers: int, parts: Sequence[object]) -> int:
    """Return how many of `workers` are worth their start: of two parts each is done sooner here."""
    return workers if len(parts) > 2 else 1


def _find(corpus: _Corpus, judge: "_Judge", *, lasting: bool = True) -> Iterator[Match]:
    """Yield the matches between distinct texts; signatures are kept where gists are `lasting`."""
    size = len(corpus.sizes)
    if size <= FEW:
        pairs = np.argwhere(np.triu(np.ones((size, size), np.bool_), 1))
    else:
        pairs = candidates.propose(corpus.gists.stacked[:size])
    if not lasting:
        corpus.gists.drop_signatures()
    found: Found = {}
    judge.compare(pairs, found)
    settle(found)
    near = [pair for pair, verdict in found.items() if verdict.relation == "near"]
    clusters = components(size, np.array(near, np.int64).reshape(-1, 2))
    index, parts = containment.propose(corpus.gists.sketched(size), clusters)
    judge.compare(_without(parts, pairs, size), found)
    settle(found)
    firsts = corpus.firsts.tolist()
    links = list[tuple[int, int]]()
    for (i, j), verdict in found.items():
        if verdict.relation in LINKS and index.telling(i, j) < TELLING:
            continue
        yield judge.match(firsts[i], firsts[j], verdict)
        if verdict.relation in LINKS:
            links.append((i, j))
    yield from judge.spread(links)


def _without(pairs: Pairs, others: Pairs, size: int) -> Pairs:
    """Return the rows of `pairs` that are none of `others`, which are sorted.

    Both hold places below `size`.
    """
    if not len(others):
        return pairs
    keys, known = (some[:, 0] * size + some[:, 1] for some in (pairs, others))
    places = np.searchsorted(known, keys).clip(max=len(known) - 1)
    new: Pairs = pairs[known[places] != keys]
    return new


class _Judge:
    """Compares texts, none twice."""

    def __init__(
        self,
        texts: Mapping[str, str],
        corpus: _Corpus,
        memory: Memory,
        lexicon: Lexicon,
        workers: int,
    ) -> None:
        self._texts, self._corpus, self._workers = texts, corpus, workers
        self._known, self._lexicon = memory.verdicts.related, lexicon
        self._related: dict[bytes, Verdict] = {}
        self._unrelated = Unrelated(memory.verdicts.unrelated)

    @property
    def met(self) -> Verdicts:
        """Return the verdicts that this search had use for."""
        return Verdicts(self._related, self._unrelated.met)

    def same(self) -> Iterator[Match]:
        """Yield the matches of pages whose texts fold alike."""
        for text in np.flatnonzero(self._corpus.sizes > 1).tolist():
            first, *others = self._corpus.copies(text)
            verdict = self._alike(first)
            for place in others:
                yield self.match(first, place, verdict)

    def _alike(self, place: int) -> Verdict:
        """Return what copies of the text of a page come to."""
        key = 2 * self._corpus.names[place].tobytes()
        verdict = self._known.get(key)
        if verdict is None:
            shown = opening(Body(self._texts[self._corpus.pages[place]]))
            verdict = Verdict("same", 1.0, (1.0, 1.0), 1.0, shown)
        self._related[key] = verdict
        return verdict

    def compare(self, pairs: Pairs, found: Found) -> None:
        """Put into `found` the verdicts on `pairs` of distinct texts that are related."""
        for place, verdict in self._verdicts(self._corpus.firsts[pairs]):
            i, j = pairs[place].tolist()
            found[i, j] = verdict

    def spread(self, links: Sequence[tuple[int, int]]) -> Iterator[Match]:
        """Yield the matches of the other pages that carry linked texts, where they are few."""
        copies = {text: self._corpus.copies(text) for pair in links for text in pair}
        pairs = [
            sorted((a, b))
            for i, j in links
            if 1 < len(copies[i]) * len(copies[j]) <= EXPANDED
            for a in copies[i]
            for b in copies[j]
            if (a, b) != (copies[i][0], copies[j][0])
        ]
        for place, verdict in self._verdicts(np.array(pairs, np.int64).reshape(-1, 2)):
            a, b = pairs[place]
            yield self.match(a, b, verdict)

    def match(self, a: int, b: int, verdict: Verdict) -> Match:
        """Return the match of the pages at two places."""
        return Match(
            self._corpus.pages[a],
            self._corpus.pages[b],
            verdict.relation,
            verdict.jaccard,
            verdict.containment,
            verdict.figures,
            verdict.passages,
            verdict.disagreements,
        )

    def _verdicts(self, pairs: Pairs) -> Iterator[tuple[int, Verdict]]:
        """Yield the places of the `pairs` of pages that are related, each with the verdict."""
        for start in range(0, len(pairs), AT_ONCE):
            for place, verdict in self._some_verdicts(pairs[start : start + AT_ONCE]):
                yield start + place, verdict

    def _some_verdicts(self, pairs: Pairs) -> Iterator[tuple[int, Verdict]]:
        called = self._corpus.names[pairs].reshape(-1, 2 * NAME // 8)
        left = np.flatnonzero(~self._unrelated.among(called))
        keys = list(map(bytes, called[left]))
        new = dict[bytes, int]()
        for place, key in zip(left.tolist(), keys, strict=True):
            if key in self._known:
                self._related[key] = self._known[key]
            elif key not in self._related:
                new.setdefault(key, place)
        if new:
            self._make(pairs[list(new.values())], list(new))
        for place, key in zip(left.tolist(), keys, strict=True):
            if key in self._related:
                yield place, self._related[key]

    def _make(self, pairs: Pairs, keys: Sequence[bytes]) -> None:
        """Compare `pairs` of pages, and keep the verdicts under `keys`."""
        order = _side_by_side(pairs, len(self._corpus.pages))
        parts = np.array_split(order, -(-len(order) // COMPARED) or 1)
        decode = msgspec.msgpack.Decoder(list[Verdict | None]).decode
        workers = _enough(self._workers, parts)
        made = map_forked(self._work, [pairs[part] for part in parts], workers)
        unrelated = list[bytes]()
        for part, packed in zip(parts, made, strict=True):
            for place, verdict in zip(part.tolist(), decode(packed), strict=True):
                if verdict is None:
                    unrelated.append(keys[place])
                else:
                    self._related[keys[place]] = verdict
        if unrelated:
            self._unrelated.add(unrelated)

    def _work(self, pairs: Pairs) -> bytes:
        """Return the verdicts on `pairs` of pages, packed, as they travel best."""
        body = lru_cache(KEPT)(lambda place: Body(self._texts[self._corpus.pages[place]]))
        verdicts = [verdict_on(body(a), body(b), self._lexicon) for a, b in pairs.tolist()]
        return msgspec.msgpack.encode(verdicts)


def _side_by_side(pairs: Pairs, size: int) -> Pairs:
    """Return an order of `pairs` in which those that share texts stand side by side."""
    ends = np.concatenate((pairs, pairs[:, ::-1]))
    ends = ends[np.lexsort((ends[:, 1], ends[:, 0]))]
    starts = np.searchsorted(ends[:, 0], np.arange(size + 1))
    ranks = np.sort(walk(starts, np.ascontiguousarray(ends[:, 1]))[pairs], axis=1)
    return np.lexsort((ranks[:, 0], ranks[:, 1]))


def verdict_on(a: Body, b: Body, lexicon: Lexicon) -> Verdict | None:
    """Return how two texts are related, None if they are not."""
    found = compare(a, b)
    if found is None:
        return None
    evidence, relation = found.evidence, found.relation
    differing: tuple[Disagreement, ...] = ()
    if relation != "template":  # a form differs by intent
        differing = disagreements(a, b, evidence.runs, evidence.numbers, lexicon)
    if differing and relation == "near" and max(len(a.core), len(b.core)) < TINY:
        relation, differing = "template", ()
    return Verdict(
        relation,
        found.jaccard,
        found.containment,
        evidence.figures,
        passages(a, evidence.parts),
        differing,
    )
