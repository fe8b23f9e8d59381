"""Small chunks that are put together: the same results, none of them made anew."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from pipeline import tasks
from pipeline.config import Config, RunConfig
from pipeline.paths import Paths
from pipeline.records import Found
from pipeline.run import joined
from pipeline.run.job import Asked
from pipeline.run.opening import open_job
from pipeline.run.plan import CHUNK_PAGES, Chunk, Cut, chunk_of, last_scan, plan
from tests import county
from tests.test_run import tree


def cleaned(paths: Paths) -> list[Mapping[str, int]]:
    """Bring cleaned/ up to raw/; return how many pages each stage worked on."""
    totals: list[Mapping[str, int]] = []
    config = Config(run=RunConfig(workers=1))
    job = open_job(paths, config, lambda _stage, _pages: None, Asked(allow_mass_delete=True))
    try:
        tasks.run(job, totals.append)
    finally:
        job.close()
    return totals


def chunk(size: int, name: str) -> Chunk:
    pages = (f"{name}{n:03}" for n in range(size))
    return chunk_of([Found(page, 1, "x", name=page) for page in pages])


@pytest.mark.parametrize(
    ("sizes", "wanted"),
    [
        ([], []),
        ([3] * joined.MANY, []),
        ([3] * (joined.MANY + 1), [joined.MANY + 1]),
        ([CHUNK_PAGES, *[3] * (joined.MANY + 1)], [joined.MANY + 1]),
        ([joined.SMALL - 1] * (joined.MANY + 1), [2] * (joined.MANY // 2)),
    ],
    ids=["none", "few", "many", "beside-large", "full"],
)
def test_small_chunks_are_joined_when_they_are_many(sizes: list[int], wanted: list[int]) -> None:
    chunks = [chunk(size, chr(ord("a") + n)) for n, size in enumerate(sizes)]
    groups = joined.grouped(chunks)
    assert [len(group) for group in groups] == wanted
    assert all(sum(len(one.members) for one in group) <= CHUNK_PAGES for group in groups)


def test_a_chunk_that_lost_most_of_its_pages_is_small() -> None:
    chunks = [chunk(CHUNK_PAGES, chr(ord("a") + n)) for n in range(joined.MANY + 1)]
    left = [page for chunk in chunks for page in chunk.members[:9]]
    chunks = plan(left, [Cut(chunk.name, chunk.keys) for chunk in chunks])
    assert joined.grouped(chunks) == [chunks]


DAYS: Sequence[Sequence[int]] = [[11, 3], [9, 1, 5], [0], [2, 4, 6, 10], [7], [8], [12, 13], [14]]


def test_what_is_joined_is_published_as_before_and_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joined, "MANY", 2)
    paths = Paths(tmp_path / "raw", tmp_path / "cleaned")
    most = 0
    for number, day in enumerate(DAYS):
        county.write(paths.raw, day)
        if number == 6:
            sorted(paths.raw.rglob("*.html"))[0].unlink()
        first, then = cleaned(paths)
        assert set(first.values()) == {len(day)}
        if number > 4:  # what recurs on the site is known by then
            assert set(then.values()) == {len(day)}
        most = max(most, len(last_scan(paths).cuts))
    assert most <= 2
    assert {len(list(folder.iterdir())) for folder in paths.work.glob("*/")} <= {0, 1, 2}
    full = Paths(paths.raw, tmp_path / "full")
    cleaned(full)
    assert tree(paths.cleaned) == tree(full.cleaned)
    (paths.current / "ledger.csv").unlink()
    assert cleaned(paths) == [{"strip": 0}, {"tables": 0, "normalize": 0, "sign": 0}]
    assert tree(paths.cleaned) == tree(full.cleaned)
