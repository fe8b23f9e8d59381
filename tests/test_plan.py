"""Chunks: every page in one of them, and none that changes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as replaced

from pipeline.paths import Paths
from pipeline.read import Archived, Scan
from pipeline.reading import How
from pipeline.records import Found
from pipeline.run.pages import Pages
from pipeline.run.plan import (
    CHUNK_PAGES,
    Chunk,
    Cut,
    ScanRecord,
    is_known,
    key,
    last_scan,
    plan,
    read_shape,
    write_scan,
)


def found(file: str, sha256: str, stat: bytes = b"") -> Found:
    return Found(file, 1, sha256, stat, f"{file} {sha256}" if sha256 else "")


PAGES = st.lists(
    st.builds(found, st.sampled_from("abcdefgh"), st.sampled_from(["", "x", "y"])),
    unique_by=lambda page: page.file,
)


@given(st.lists(PAGES, max_size=6))
def test_every_page_is_in_one_chunk_however_raw_changed_before(days: list[list[Found]]) -> None:
    cuts: list[Cut] = []
    for pages in days:
        planned = plan(pages, cuts)
        members = [key(page) for chunk in planned for page in chunk.members if page.file]
        assert {key(page) for page in pages} == set(members)
        assert len(members) == len(set(members))
        alive = {key(page) for page in pages if page.sha256}
        kept = [cut.name for cut in cuts if set(cut.keys) & alive]
        assert [chunk.name for chunk in planned][: len(kept)] == kept
        cuts = [Cut(chunk.name, chunk.keys) for chunk in planned]


def test_a_page_that_could_not_be_read_is_alone() -> None:
    pages = [found("a", "x"), found("b", ""), found("c", "y")]
    assert [len(chunk.members) for chunk in plan(pages, [])] == [2, 1]


def test_many_pages_are_cut() -> None:
    pages = [found(f"{n:05}", "x") for n in range(2 * CHUNK_PAGES + 1)]
    assert [len(chunk.members) for chunk in plan(pages, [])] == [CHUNK_PAGES, CHUNK_PAGES, 1]


def test_a_name_tells_pages_and_content() -> None:
    (one,) = plan([found("a", "x")], [])
    (two,) = plan([found("a", "y")], [])
    assert one.name != two.name
    assert one.name == plan([found("a", "x", b"12")], [])[0].name


def test_a_page_that_comes_back_is_new() -> None:
    pages = [found("a", "x"), found("b", "x")]
    (chunk,) = plan(pages, [])
    (left,) = plan(pages[:1], [Cut(chunk.name, chunk.keys)])
    assert (left.name, left.keys) == (chunk.name, (key(pages[0]), ""))
    again = plan(pages, [Cut(left.name, left.keys)])
    assert [one.keys for one in again] == [left.keys, (key(pages[1]),)]


def test_a_record_tells_of_the_scan_it_was_made_of() -> None:
    pages = tuple(found(f"{n:05}", "x", b"12") for n in range(1200))
    scan, how = Scan(pages, {".css": 2}), How()
    chunks = plan(pages, [])
    cuts = tuple(Cut(chunk.name, chunk.keys) for chunk in chunks)
    shape = read_shape(how)
    assert is_known(ScanRecord(scan, cuts, shape), scan, chunks, how)
    others = [
        ScanRecord(replace(scan, pages=pages[:-1]), cuts, shape),
        ScanRecord(replace(scan, pages=(*pages[:-1], found("z", "x", b"12"))), cuts, shape),
        ScanRecord(replace(scan, others={}), cuts, shape),
        ScanRecord(replace(scan, archives=(Archived("z.zip", b"34", {}),)), cuts, shape),
        ScanRecord(scan, cuts[1:], shape),
        ScanRecord(scan, cuts, "other"),
    ]
    assert not any(is_known(other, scan, chunks, how) for other in others)


@given(PAGES, st.integers(0, 9))
def test_packed_pages_are_as_they_were(pages: list[Found], times: int) -> None:
    many = [replaced(page, number=n) for n in range(times * 40) for page in pages]
    packed = Pages(many)
    assert (list(packed), len(packed)) == (many, len(many))
    assert [packed[at] for at in range(len(many))] == many
    assert packed[2:-1] == tuple(many[2:-1])
    assert (packed.first, packed.last) == ((many[0], many[-1]) if many else (None, None))
    assert packed == Pages(many)
    assert not many or packed != Pages(many[:-1])
    with pytest.raises(IndexError):
        packed[len(many)]


def test_a_chunk_knows_which_of_its_pages_are_left() -> None:
    pages = [found("a", "x"), found("b", "x"), found("c", "x")]
    whole = Chunk.of("name", pages)
    assert (list(whole.left), whole.gone, list(whole.lefts)) == (pages, (), [True] * 3)
    part = Chunk.of("name", [pages[0], Found("", 0, ""), pages[2]])
    assert (list(part.left), part.gone) == ([pages[0], pages[2]], (1,))
    assert list(part.lefts) == [True, False, True]


def test_what_was_seen_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory) -> None:
    paths = Paths(tmp_path_factory.mktemp("raw"), tmp_path_factory.mktemp("cleaned"))
    assert last_scan(paths) == ScanRecord(Scan(), ())
    pages = tuple(found(f"{n:05}", "x", b"12") for n in range(5000))
    scan = Scan(pages, {".css": 2}, (Archived("z.zip", b"34", {"image record": 7}),))
    cuts = tuple(Cut(chunk.name, chunk.keys) for chunk in plan(pages, []))
    write_scan(paths, ScanRecord(scan, cuts, "shape"))
    assert last_scan(paths) == ScanRecord(scan, cuts, "shape")
    packed = replace(scan, pages=Pages(pages))
    write_scan(paths, ScanRecord(packed, cuts, "shape"))
    assert last_scan(paths) == ScanRecord(scan, cuts, "shape")
    paths.scan.write_bytes(paths.scan.read_bytes()[:-9])
    assert last_scan(paths) == ScanRecord(Scan(), ())
