"""Texts that come and go: only what is new is compared, and the result is that of a full search."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import flow
from pipeline.brief import brief_of_article
from pipeline.config import Config
from pipeline.dedup import Gists, Memory, containment, find_matches, kernel, make_gist, matches
from pipeline.dedup.body import Body
from pipeline.dedup.gist import names
from pipeline.dedup.memory import Unrelated, rows
from pipeline.dedup.quantity import Lexicon
from pipeline.paths import Paths
from pipeline.records import Block, Page, Provenance, Verdict
from pipeline.rules import built_in_rules
from pipeline.run.duplicates import Articles, Bodies, Duplicates, Place, detect, verdicts
from pipeline.store import BytesFile, remove, write_outcomes
from tests.dedup_texts import misread, report


def page(paragraphs: list[str]) -> str:
    return "\n".join(paragraphs)


def family(n: int) -> dict[str, str]:
    """Return a report with a misread copy, one in other width, an excerpt, and next year's."""
    mine = report(n, paragraphs=5)
    bodies = {
        "a": page(mine),
        "b": page(misread(mine, 0.03, n)),
        "c": page(mine).replace("，", ","),
        "d": page(mine),
        "e": page(mine[1:4]),
        "x": page(report(n, facts=n + 500, paragraphs=5)),
    }
    # Names in another order than the texts: what is first among copies changes as pages come.
    return {f"{(n * 7 + k) % 10}{n:02}{kind}": bodies[kind] for k, kind in enumerate(bodies)}


ALL = {name: text for n in range(9) for name, text in family(n).items()} | {
    "none": "",
    "tiny": "无",
}


@settings(max_examples=12)
@given(st.lists(st.sets(st.sampled_from(sorted(ALL)), max_size=30), min_size=2, max_size=4))
def test_any_additions_and_removals_come_to_what_a_full_search_finds(gone: list[set[str]]) -> None:
    memory = Memory()
    for absent in gone:
        texts = {name: text for name, text in ALL.items() if name not in absent}
        assert find_matches(texts, memory) == find_matches(texts)


def test_a_page_whose_text_changed_is_compared_anew() -> None:
    memory, texts = Memory(), dict(ALL)
    find_matches(texts, memory)
    name = next(iter(texts))
    texts[name] = page(report(77))
    assert find_matches(texts, memory) == find_matches(texts)


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return what will hold one item for each pair that is truly compared."""
    seen: list[object] = []
    verdict = matches.verdict_on

    def counting(a: Body, b: Body, lexicon: Lexicon) -> Verdict | None:
        seen.append((a.text, b.text))
        return verdict(a, b, lexicon)

    monkeypatch.setattr(matches, "verdict_on", counting)
    return seen


def test_only_pairs_with_a_new_text_are_compared(compared: list[tuple[str, str]]) -> None:
    memory = Memory()
    find_matches(ALL, memory)
    assert len(compared) > 50
    compared.clear()
    new = page(misread(report(3, paragraphs=5), 0.02, 9))
    find_matches(ALL | {"new": new}, memory)
    assert 0 < len(compared) < 20
    assert all(new in pair for pair in compared)
    compared.clear()
    find_matches(ALL, memory)
    assert not compared


def test_memory_holds_what_the_last_search_used_and_no_more() -> None:
    memory = Memory()
    find_matches(ALL, memory)
    before = len(memory.gists), len(memory.verdicts)
    find_matches(ALL | family(50), memory)
    assert len(memory.gists) > before[0]
    find_matches(ALL, memory)
    assert (len(memory.gists), len(memory.verdicts)) == before
    find_matches({}, memory)
    assert memory == Memory()


def test_workers_and_where_texts_lie_make_no_difference(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    expected = find_matches(ALL, workers=1)
    monkeypatch.setattr(matches, "READ", 10)
    monkeypatch.setattr(matches, "COMPARED", 10)
    assert find_matches(ALL, workers=2) == expected
    stored = BytesFile(tmp_path)
    for text in ALL.values():
        stored.put(text.encode())
    assert [stored[n].decode() for n in range(len(stored))] == list(ALL.values())
    stored.close()
    assert not list(tmp_path.iterdir())
    segment = tmp_path / "segment"
    write_outcomes(segment, map(page_of, ALL, ALL.values()))
    places = [
        Place(brief_of_article(page_of(name, text), b""), segment, at)
        for at, (name, text) in enumerate(ALL.items())
    ]
    for gathered in (True, False):
        bodies = Bodies(tmp_path / "work", Articles(places))
        if gathered:
            bodies.gather()
        assert find_matches(bodies, workers=3) == expected
        assert dict(bodies) == ALL
        bodies.close()
    assert not list((tmp_path / "work").iterdir())


def page_of(name: str, text: str) -> Page:
    """Return an article of one block."""
    return Page(name, "", (Block("paragraph", text),), Provenance(name))


def test_a_run_compares_what_no_run_compared(
    compared: list[tuple[str, str]], tmp_path: Path
) -> None:
    paths, rules = Paths(tmp_path / "raw", tmp_path / "cleaned"), built_in_rules()

    def run(texts: dict[str, str]) -> Duplicates:
        compared.clear()
        pages = list(map(page_of, texts, texts.values()))
        segments = [tmp_path / f"{part}" for part in range(3)]
        for part, segment in enumerate(segments):
            write_outcomes(segment, pages[part::3])
        gists = list(map(flow.make_gist, pages))
        places = [
            Place(brief_of_article(page, gist.text), segments[at % 3], at // 3)
            for at, (page, gist) in enumerate(zip(pages, gists, strict=True))
        ]
        return detect(lambda: places, [Gists.of(gists[:20])], paths, Config(), rules)

    first = run(ALL)
    assert compared
    assert run(ALL) == first
    assert not compared
    new = page(misread(report(5, paragraphs=5), 0.02, 9))
    second = run(ALL | {"new": new})
    assert compared
    assert all(new in pair for pair in compared)
    assert run(ALL) == first
    assert not compared
    remove(verdicts(paths, rules))
    assert run(ALL | {"new": new}) == second
    assert len(compared) > 50


def test_a_memory_that_does_not_last_finds_the_same() -> None:
    texts = {f"{n:02}": "\n".join(report(n % 20, paragraphs=4)) for n in range(50)}
    lasting, passing = Memory(), Memory(lasting=False)
    assert find_matches(texts, lasting) == find_matches(texts, passing) != []
    assert len(lasting.gists)
    assert not len(passing.gists)
    assert lasting.verdicts == passing.verdicts


NAMES = st.binary(min_size=32, max_size=32) | st.sampled_from([b"a" * 32, b"a" * 31 + b"b"])


@given(st.lists(NAMES), st.lists(NAMES), st.lists(NAMES))
def test_pairs_that_are_not_related_are_known_again(
    known: list[bytes], asked: list[bytes], new: list[bytes]
) -> None:
    before = Unrelated(b"")
    before.add(known)
    pairs = Unrelated(before.met)
    assert pairs.among(rows(b"".join(asked))).tolist() == [one in known for one in asked]
    pairs.add(new)
    met = pairs.met
    assert {met[at : at + 32] for at in range(0, len(met), 32)} == {*new} | ({*asked} & {*known})
    assert len(met) == 32 * len({*new} | ({*asked} & {*known}))


def test_a_checksum_that_two_pairs_share_makes_neither_of_them_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kernel, "mix", lambda codes, *_: np.zeros(len(codes), np.uint64))
    pairs = Unrelated(b"")
    pairs.add([b"a" * 32])
    asked = rows(b"a" * 32 + b"b" * 32)
    assert pairs.among(asked).tolist() == [True, False]


TEXTS = ["", "四字短文", *("\n".join(report(n, paragraphs=1 + n % 3)) for n in range(7))]


def test_gists_in_columns_are_the_gists() -> None:
    gists = list(map(make_gist, TEXTS))
    columns = Gists.of(gists)
    assert list(columns) == gists
    assert list(Gists.joined([columns, Gists(), columns])) == gists * 2
    assert list(Gists.joined([])) == []


def test_gists_are_found_by_the_names_of_texts_and_taken_in_any_order() -> None:
    gists = list(map(make_gist, TEXTS))
    columns = Gists.of(gists)
    order = np.array([5, 0, 3, 8, 3])
    assert list(columns.take(order)) == [gists[n] for n in order]
    assert list(columns.take(order[:0])) == []
    wanted = b"".join([gists[4].text, b"no text has this", gists[1].text, bytes(16)])
    assert columns.find(names(wanted)).tolist() == [4, -1, 1, -1]
    assert Gists().find(names(wanted)).tolist() == [-1] * 4


def test_what_a_sketch_holds_is_found_by_its_place() -> None:
    gists = list(map(make_gist, TEXTS))
    sketches = Gists.of(gists).sketched(6)
    for place, gist in enumerate(gists[:6]):
        assert sketches[place].tobytes() == gist.sketch


def test_hashes_are_looked_at_in_parts_with_the_same_outcome(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    phrases = report(999, paragraphs=9)
    texts = ["\n".join([*report(n % 30, paragraphs=20 + n % 4), *phrases]) for n in range(120)]
    sketches = Gists.of(map(make_gist, texts)).sketched(120)
    clusters = np.arange(120) // 2
    index, pairs = containment.propose(sketches, clusters)
    assert len(pairs) > 50
    assert len(index.common)
    for most in (1000, 1):
        monkeypatch.setattr(containment, "AT_ONCE", most)
        parted, again = containment.propose(sketches, clusters)
        assert np.array_equal(again, pairs)
        assert np.array_equal(parted.common, index.common)
