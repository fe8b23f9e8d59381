"""Of many pages processes do what is only handed on; what is published is the same."""

from pathlib import Path

import pytest

from pipeline.config import Config, OutputsConfig, RunConfig
from pipeline.errors import DiskError
from pipeline.paths import Paths
from pipeline.publish import damaged, report
from pipeline.run import account, job
from pipeline.run.job import Asked
from pipeline.run.session import run_once
from pipeline.store import TEMPORARY, NewFiles
from tests import county
from tests.test_run import tree


class Silent:
    def begin(self, totals: object) -> None: ...

    def advance(self, stage: str, pages: int) -> None: ...


def cleaned(raw: Path, folder: Path, workers: int, *, front: bool = False) -> Paths:
    paths = Paths(raw, folder)
    outputs = OutputsConfig(front_matter=front)
    config = Config(run=RunConfig(workers=workers), outputs=outputs)
    run_once(paths, config, Asked(allow_mass_delete=True), Silent(), print)
    return paths


def write_table(raw: Path, number: int, harvest: str) -> None:
    """Write a page with a table, of towns and what they harvest (10,000 t)."""
    rows = [("乡镇", "粮食产量（万吨）"), ("青石镇", harvest), ("白杨乡", f"{number}.5")]
    cells = "".join(f"<tr><td>{town}</td><td>{tons}</td></tr>" for town, tons in rows)
    body = "".join(f"<p>{line}</p>" for line in county.article(40 + number))
    page = (
        f"<html><body><h1>粮食收成公报第{number}号</h1>{body}<table>{cells}</table></body></html>"
    )
    (raw / county.HOST / f"table{number}.html").write_text(page, "utf-8")


@pytest.fixture
def follows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    """Return a run that followed raw/ through four versions, as runs of many pages do."""
    monkeypatch.setattr(job, "CHUNK_PAGES", 3)
    monkeypatch.setattr(account, "_RENEWED", 2)
    monkeypatch.setattr(report, "_STRETCHES", 2)
    raw = tmp_path / "raw"
    county.write(raw, range(8))
    for number in range(5):
        write_table(raw, number, "3.2")
    cleaned(raw, tmp_path / "cleaned", 2)
    county.write(raw, [8, 9])
    write_table(raw, 5, "4.1")
    write_table(raw, 1, "4.1")
    (raw / county.HOST / "table0.html").unlink()
    (raw / county.HOST / "003.txt").unlink()
    cleaned(raw, tmp_path / "cleaned", 2)
    county.write(raw, [4], ["甲乙丙丁"])
    (raw / "www.shanhu.example").mkdir()
    (raw / county.HOST / "005.txt").rename(raw / "www.shanhu.example" / "005.txt")
    cleaned(raw, tmp_path / "cleaned", 2)
    (raw / "www.shanhu.example" / "005.txt").unlink()
    county.write(raw, [12])
    return cleaned(raw, tmp_path / "cleaned", 2)


def test_what_was_linked_ahead_is_what_one_run_writes(follows: Paths, tmp_path: Path) -> None:
    once = cleaned(follows.raw, tmp_path / "once", 1)
    assert tree(follows.current.resolve()) == tree(once.current.resolve())
    assert not (follows.current / "text" / "www.shanhu.example").exists()
    assert len(list(follows.current.glob("tables/*/*.csv"))) == 5


def test_readers_of_the_version_before_see_what_it_said(follows: Paths) -> None:
    versions = sorted(follows.versions.iterdir())
    assert len(versions) == 2
    assert all(damaged(version) == [] for version in versions)
    texts = [{file.name: file for file in version.glob("text/*/*.txt")} for version in versions]
    same = texts[0].keys() & texts[1].keys()
    assert len(same) > 5
    assert all(texts[0][name].samefile(texts[1][name]) for name in same)
    tables = [set(version.glob("tables/*/*.csv")) for version in versions]
    assert len(tables[0]) == 5
    assert all((versions[1] / file.relative_to(versions[0])).samefile(file) for file in tables[0])


def test_a_text_that_was_changed_by_hand_is_written_again(follows: Paths) -> None:
    text = next(follows.current.glob("text/*/*.txt"))
    said = text.read_bytes()
    text.write_bytes(b"something else")
    county.write(follows.raw, [13])
    cleaned(follows.raw, follows.cleaned, 2)
    assert next(follows.current.glob(f"text/*/{text.name}")).read_bytes() == said
    assert damaged(follows.current.resolve()) == []


def test_texts_that_say_more_leave_those_of_the_version_before(
    follows: Paths, tmp_path: Path
) -> None:
    before = follows.current.resolve()
    cleaned(follows.raw, follows.cleaned, 2, front=True)
    once = cleaned(follows.raw, tmp_path / "once", 1, front=True)
    assert follows.current.resolve() != before
    assert damaged(before) == []
    assert tree(follows.current.resolve()) == tree(once.current.resolve())
    assert all(file.read_text("utf-8")[:4] == "---\n" for file in follows.current.glob("text/*/*"))


def test_what_was_put_into_an_old_version_is_not_published(follows: Paths, tmp_path: Path) -> None:
    (old,) = (one for one in follows.versions.iterdir() if one != follows.current.resolve())
    one, other, *_ = sorted(old.glob("text/*/*.txt"))
    said = one.read_bytes()
    one.unlink()
    one.write_bytes(b"something else")
    other.unlink()
    other.mkdir()
    (other / "a").write_bytes(b"a")
    one.with_name("new.txt").write_bytes(b"something new")
    (old / "text" / "a file").write_bytes(b"a file")
    table, *_ = sorted(old.glob("tables/*/*.csv"))
    table.unlink()
    table.write_bytes(b"something else")
    table.with_name("02_new.csv").write_bytes(b"something new")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "mine.txt").write_bytes(b"mine")
    (old / "text" / "a link").symlink_to(mine)
    county.write(follows.raw, [13])
    cleaned(follows.raw, follows.cleaned, 2)
    once = cleaned(follows.raw, tmp_path / "once", 1)
    assert not old.exists()
    assert tree(follows.current.resolve()) == tree(once.current.resolve())
    assert next(follows.current.glob(f"text/*/{one.name}")).read_bytes() == said
    assert (mine / "mine.txt").read_bytes() == b"mine"


def test_no_folder_is_left_of_pages_that_are_gone(follows: Paths) -> None:
    for number in range(2):  # no page goes: what is left over is of the versions before
        county.write(follows.raw, [13 + number])
        cleaned(follows.raw, follows.cleaned, 2)
        folders = [one for one in follows.current.resolve().rglob("*/") if one.is_dir()]
        assert len(folders) > 5
        assert [one for one in folders if not any(one.iterdir())] == []


def test_a_run_that_ends_while_links_are_taken_harms_nothing(
    follows: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(follows.current.resolve())
    shown = follows.current.resolve()
    (old,) = (one for one in follows.versions.iterdir() if one != shown)

    def full(*_: object) -> bool:
        message = "the disk is full"
        raise DiskError(message)

    county.write(follows.raw, [13])
    with monkeypatch.context() as patch, pytest.raises(DiskError, match="full"):
        patch.setattr(NewFiles, "again", full)
        next(old.glob("text/*/*.txt")).unlink()
        cleaned(follows.raw, follows.cleaned, 2)
    assert follows.current.resolve() == shown
    assert tree(shown) == before
    assert damaged(shown) == []
    assert not list(old.glob("text/*/*"))
    cleaned(follows.raw, follows.cleaned, 2)
    once = cleaned(follows.raw, tmp_path / "once", 1)
    assert tree(follows.current.resolve()) == tree(once.current.resolve())
    assert not list(follows.versions.glob(f"*{TEMPORARY}"))
