"""Chunks: every page in one of them, and none that changes."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.plan import CHUNK_PAGES, key, plan
from pipeline.records import Found

PAGES = st.lists(
    st.builds(Found, st.sampled_from("abcdefgh"), st.just(1), st.sampled_from(["", "x", "y"])),
    unique_by=lambda page: page.file,
)


@given(st.lists(PAGES, max_size=6))
def test_every_page_is_in_one_chunk_however_raw_changed_before(days: list[list[Found]]) -> None:
    chunks: list[tuple[tuple[str, str], ...]] = []
    for pages in days:
        planned = plan(pages, chunks)
        members = [key(page) for chunk in planned for page in chunk.members]
        assert {key(page) for page in pages} <= set(members)
        assert len(members) == len(set(members))
        kept = [chunk for chunk in chunks if set(chunk) & {key(page) for page in pages}]
        names = [tuple(key(page) for page in chunk.members) for chunk in planned]
        assert [chunk for chunk in kept if all(digest for _, digest in chunk)] == names[
            : len([chunk for chunk in kept if all(digest for _, digest in chunk)])
        ]
        chunks = names


def test_a_page_that_could_not_be_read_is_alone() -> None:
    pages = [Found("a", 1, "x"), Found("b", 1, ""), Found("c", 1, "y")]
    assert [len(chunk.members) for chunk in plan(pages, [])] == [2, 1]


def test_many_pages_are_cut() -> None:
    pages = [Found(f"{n:05}", 1, "x") for n in range(2 * CHUNK_PAGES + 1)]
    assert [len(chunk.members) for chunk in plan(pages, [])] == [CHUNK_PAGES, CHUNK_PAGES, 1]


def test_a_name_tells_pages_and_content() -> None:
    (one,) = plan([Found("a", 1, "x")], [])
    (two,) = plan([Found("a", 1, "y")], [])
    assert one.name != two.name
    assert one.name == plan([Found("a", 9, "x", (1, 2))], [])[0].name
