"""Chunks as one stream: every page once, in the order of the paths, few files open at a time."""

from collections.abc import Iterator
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import Found
from pipeline.run.merged import Part, merged, values
from pipeline.run.pages import Pages


def found(file: str) -> Found:
    return Found(file, 1, "x")


@given(st.lists(st.sets(st.text("abc", min_size=1, max_size=4))))
def test_every_page_comes_once_and_in_order(chunks: list[set[str]]) -> None:
    seen: set[str] = set()
    parts = []
    for chunk in chunks:
        files = sorted(chunk - seen)
        seen |= chunk
        parts.append(Part(Pages(map(found, files)), partial(iter, files)))
    assert [(page.file, value) for page, value in merged(parts)] == [
        (file, file) for file in sorted(seen)
    ]
    assert list(values(parts)) == sorted(seen)


@pytest.mark.parametrize("few", [0, 64])
def test_too_few_or_too_many_values_are_an_error(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.run.merged._FEW", few)
    pages = Pages(map(found, "ace"))
    other = Part(Pages(map(found, "bd")), partial(iter, "bd"))
    for kept in ("ac", "aceg"):
        for told in (merged, values):
            with pytest.raises(ValueError, match="zip"):
                list(told([Part(pages, partial(iter, kept)), other]))


def test_a_chunk_is_opened_when_it_is_due() -> None:
    now: set[str] = set()
    most = 0

    def opened(files: list[str]) -> Iterator[str]:
        nonlocal most
        now.add(files[0])
        most = max(most, len(now))
        yield from files
        now.remove(files[0])

    first = [[f"{n:03}{i:03}" for i in range(100)] for n in range(50)]
    daily = [[f"{n:03}{day:03}x" for n in range(20)] for day in range(30)]
    parts = [Part(Pages(map(found, files)), partial(opened, files)) for files in (*first, *daily)]
    told = [file for _, file in merged(reversed(parts))]
    assert told == sorted(file for files in (*first, *daily) for file in files)
    assert most <= 3
