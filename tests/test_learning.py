"""What recurs on sites is the same whether all pages are looked at or those of a few sites."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records import Found
from pipeline.recurring import Outline
from pipeline.recurring.outline import STRONG
from pipeline.run import learning
from pipeline.run.learning import Recurring, learn
from pipeline.run.plan import Chunk, chunk_of

LINE = np.dtype([("digest", "<u8"), ("weight", "<u2"), ("kind", "u1")])
CLAUSE = np.dtype([("digest", "<u8"), ("weight", "<u2")])
GONE = Found("", 0, "")
SITES = ("", "a.example", "b.example", "c.example")


def outline(page: int) -> Outline:
    """Return the outline of a page of one of `SITES`; most pages of a site end alike."""
    site = page % len(SITES)
    if not site:
        return Outline()
    foot = 1000 * site + page // 250
    tail = np.array([(foot, 6, STRONG), (9000 + page, 30, STRONG)], LINE)
    clauses = np.array([(10_000 + page, 200), (20_000 + page // 9, 20)], CLAUSE)
    return Outline(SITES[site], 400, 300, b"", tail.tobytes(), clauses.tobytes())


def found(page: int) -> Found:
    return Found(f"{page % 3}/{page:04}.html", 1, f"{page:064}", name=f"{page:016}")


class Corpus:
    """Chunks that grow and lose pages; `looked` names those whose outlines were asked for."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self.looked: set[str] = set()
        self._pages: dict[str, list[int]] = {}

    def add(self, pages: list[int]) -> None:
        """Cut new pages into a chunk."""
        chunk = chunk_of(list(map(found, pages)))
        self.chunks.append(chunk)
        self._pages[chunk.name] = pages

    def lose(self, gone: set[int]) -> None:
        """Take pages out of their chunks, and chunks of which nothing is left."""
        names = {f"{page:016}" for page in gone}
        self.chunks = [
            Chunk.of(
                chunk.name, [Found("", 0, "") if p.name in names else p for p in chunk.members]
            )
            for chunk in self.chunks
        ]
        self.chunks = [chunk for chunk in self.chunks if chunk.left]

    def outlines(self, chunk: Chunk) -> Iterator[Outline]:
        """Yield the outlines of all pages of a chunk."""
        self.looked.add(chunk.name)
        return map(outline, self._pages[chunk.name])

    def learn(self, before: Recurring) -> Recurring:
        """Return what recurs, with what was known before."""
        self.looked.clear()
        return learn(self.chunks, self.outlines, before)


pages = st.lists(st.integers(0, 400), unique=True, max_size=120)


@pytest.mark.parametrize("at_once", [1, 60, 10_000])
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(pages, st.sets(st.integers(0, 400))), max_size=4))
def test_what_was_known_changes_nothing(
    at_once: int, days: list[tuple[list[int], set[int]]]
) -> None:
    corpus, known, there = Corpus(), Recurring(), set[int]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "_AT_ONCE", at_once)
        for new, gone in days:
            corpus.lose(gone)
            if fresh := [page for page in new if page not in there]:
                corpus.add(fresh)
            there |= set(new)
            known = corpus.learn(known)
            again = corpus.learn(Recurring())
            assert known == again


def test_of_sites_without_a_new_page_nothing_is_looked_at() -> None:
    corpus = Corpus()
    for site in range(1, len(SITES)):
        corpus.add([page for page in range(400) if page % len(SITES) == site])
    first = corpus.learn(Recurring())
    assert {one.site for one in first.learned.sites} == set(SITES[1:])
    assert first.lost
    assert corpus.learn(first) == first
    assert not corpus.looked
    corpus.add([401, 405])
    corpus.learn(first)
    assert corpus.looked == {corpus.chunks[0].name, corpus.chunks[-1].name}


def test_chunks_that_become_one_are_known() -> None:
    corpus = Corpus()
    corpus.add(list(range(0, 400, 2)))
    corpus.add(list(range(1, 400, 2)))
    first = corpus.learn(Recurring())
    parts = tuple(corpus.chunks)
    corpus.chunks = []
    corpus.add([*range(0, 400, 2), *range(1, 400, 2)])
    (chunk,) = corpus.chunks
    lost = {
        place + 200 * number: lines
        for number, part in enumerate(parts)
        for place, lines in first.lost[part.name].items()
    }
    recut = first.recut({chunk.name: parts}, {chunk.name: lost})
    again = corpus.learn(recut)
    assert not corpus.looked
    assert again == corpus.learn(Recurring())
    assert again == replace(recut, lost={chunk.name: lost})
