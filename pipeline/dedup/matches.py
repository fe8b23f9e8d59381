"""Texts → every related pair, truly compared.

In: bodies by page id. Out: matches, sorted. Never: a pair that was only estimated, or a result
that depends on the order of the texts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pipeline.dedup import candidates, containment
from pipeline.dedup.body import Body
from pipeline.dedup.candidates import Pairs
from pipeline.dedup.cluster import components
from pipeline.dedup.compiled import Hashes
from pipeline.dedup.figures import disagreements
from pipeline.dedup.passages import opening, passages
from pipeline.dedup.settle import LINKS, settle
from pipeline.dedup.signature import GRAM, sign_folded
from pipeline.dedup.verify import compare
from pipeline.records import Match, Signature

KEPT = 4096  # bodies whose arrays stay at hand, about 120 KB each
EXPANDED = 64  # pairs; more pages with one and the same text are linked through the first of them
TELLING = 0.1  # of the sketch of a part must be found in the whole, set phrases left out
FEW = 32  # texts; of so few every pair is compared


def find_matches(
    texts: Mapping[str, str], signatures: Mapping[str, Signature] | None = None
) -> list[Match]:
    """Return every related pair of `texts` (page ids to bodies), a < b, sorted.

    `signatures` spares their computation where they were stored; they must be those of the same
    texts. Of several pages with one text each is matched with the first. Texts of fewer than 5
    letters match nothing.
    """
    corpus = _gather(texts, signatures or {})
    matches = [_same(texts, ids[0], copy) for ids in corpus.copies for copy in ids[1:]]
    matches += _Finder(texts, corpus).find()
    return sorted(matches, key=lambda match: (match.a, match.b))


@dataclass(frozen=True, slots=True)
class _Corpus:
    """The distinct texts. `copies` holds the sorted ids of each, in the order of the first."""

    copies: list[list[str]]
    signatures: list[Signature]
    sketches: list[Hashes]


def _gather(texts: Mapping[str, str], signatures: Mapping[str, Signature]) -> _Corpus:
    """Return the distinct texts with what the indexes need of each."""
    corpus, places = _Corpus([], [], []), dict[bytes, int]()
    for page in sorted(texts):
        folded = Body(texts[page]).folded
        if len(folded) < GRAM:
            continue
        place = places.setdefault(folded.digest, len(places))
        if place < len(corpus.copies):
            corpus.copies[place].append(page)
            continue
        corpus.copies.append([page])
        corpus.signatures.append(signatures.get(page) or sign_folded(page, folded))
        corpus.sketches.append(containment.sketch(folded))
    return corpus


def _same(texts: Mapping[str, str], a: str, b: str) -> Match:
    """Return the match of two pages whose texts fold alike."""
    return Match(a, b, "same", 1.0, (1.0, 1.0), 1.0, opening(Body(texts[a])))


class _Finder:
    """One search. Remembers what was compared, and keeps bodies at hand while they are."""

    def __init__(self, texts: Mapping[str, str], corpus: _Corpus) -> None:
        self._corpus = corpus
        self._body = lru_cache(maxsize=KEPT)(lambda page: Body(texts[page]))
        self._seen: set[tuple[int, int]] = set()
        self._found: dict[tuple[int, int], Match] = {}

    def find(self) -> Iterator[Match]:
        """Yield the matches between distinct texts."""
        size = len(self._corpus.copies)
        if size <= FEW:
            self._compare(np.argwhere(np.triu(np.ones((size, size), np.bool_), 1)))
        else:
            self._compare(candidates.propose(candidates.stack(self._corpus.signatures)))
        settle(self._found)
        near = [pair for pair, match in self._found.items() if match.relation == "near"]
        clusters = components(size, np.array(near, np.int64).reshape(-1, 2))
        index, pairs = containment.propose(self._corpus.sketches, clusters)
        self._compare(pairs)
        settle(self._found)
        for (i, j), match in self._found.items():
            if match.relation not in LINKS:
                yield match
            elif index.telling(i, j) >= TELLING:
                yield from self._spread(i, j, match)

    def _compare(self, pairs: Pairs) -> None:
        """Compare the texts at each pair of places that was not compared before."""
        copies = self._corpus.copies
        for i, j in pairs.tolist():
            if (i, j) in self._seen:
                continue
            self._seen.add((i, j))
            match = self._match(copies[i][0], copies[j][0])
            if match is not None:
                self._found[i, j] = match

    def _match(self, a: str, b: str) -> Match | None:
        """Return how two pages are related, None if they are not."""
        x, y = self._body(a), self._body(b)
        found = compare(x, y)
        if found is None:
            return None
        evidence = found.evidence
        differing = found.relation != "template"  # a form differs by intent
        return Match(
            a,
            b,
            found.relation,
            found.jaccard,
            found.containment,
            evidence.figures,
            passages(x, y, evidence.runs),
            disagreements(x, y, evidence.numbers) if differing else (),
        )

    def _spread(self, i: int, j: int, match: Match) -> Iterator[Match]:
        """Yield `match` for every page that carries one of its two texts, if they are few."""
        yield match
        left, right = self._corpus.copies[i], self._corpus.copies[j]
        if len(left) * len(right) > EXPANDED:
            return
        for a, b in ((a, b) for a in left for b in right):
            other = None if (a, b) == (match.a, match.b) else self._match(min(a, b), max(a, b))
            if other is not None:
                yield other
