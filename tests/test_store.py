"""Files appear whole or not at all, and come back as they were written."""

import errno
import multiprocessing
import pickle
from collections.abc import Iterator
from datetime import date
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from pipeline.errors import DamagedError, DiskError, LockError
from pipeline.records import Aside, Block, Cell, Change, Doubt, Origin, Page, Provenance, Table
from pipeline.store import (
    NewFiles,
    disk,
    locked,
    move,
    read_outcomes,
    remove,
    write_bytes,
    write_link,
    write_outcomes,
)

PAGE = Page(
    id="0123456789abcdef",
    url="https://www.example.gov.cn/1.html",
    blocks=(
        Block("heading", "一、总体要求", "body@0/h1@0", 0.0, (), 1),
        Block("table", "年份\t数值", cells=(Cell(0, 0, "年份", 1, 2, header=True),), line=3),
    ),
    provenance=Provenance("a/1.html"),
    title="二〇三五年",
    published=date(2021, 2, 3),
    issued=date(2021, 2, 1),
    author="张三、李四",
    origins=(Origin("author", "metadata.author-label", "作者：张三 李四", 3),),
    changes=(Change(0, "spelling.comma", ",", "，", 2),),
    tables=(Table("主要指标", ("指标",), (("1",),), doubts=(Doubt(0, 0, ("2",), "two ways"),)),),
)
ASIDE = Aside("fedcba9876543210", Provenance("b.html"), "empty", "b.html: is empty")


def test_outcomes_come_back_equal_and_in_order(tmp_path: Path) -> None:
    file = tmp_path / "strip" / "x"
    write_outcomes(file, [PAGE, ASIDE, PAGE])
    assert list(read_outcomes(file)) == [PAGE, ASIDE, PAGE]


@pytest.mark.parametrize("kept", [slice(0, -9), slice(0, 20), slice(0, 0), slice(5, None)])
def test_a_damaged_file_is_said_to_be_so(tmp_path: Path, kept: slice) -> None:
    file = tmp_path / "x"
    write_outcomes(file, [PAGE] * 50)
    file.write_bytes(file.read_bytes()[kept])
    with pytest.raises(DamagedError, match="is damaged"):
        list(read_outcomes(file))


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    file = tmp_path / "x"
    write_bytes(file, [b"old"])

    def chunks() -> Iterator[bytes]:
        yield b"new"
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DiskError, match="the disk is full"):
        write_bytes(file, chunks())
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_an_error_of_the_disk_without_a_mend_of_its_own_keeps_its_name(tmp_path: Path) -> None:
    with pytest.raises(DiskError, match="Is a directory") as error, disk(tmp_path):
        tmp_path.open("rb")
    assert isinstance(error.value.__cause__, IsADirectoryError)


def test_a_link_turns_from_one_target_to_another(tmp_path: Path) -> None:
    link = tmp_path / "current"
    write_link(link, "one")
    write_link(link, "two")
    assert link.readlink() == Path("two")


def test_a_folder_moves_into_the_place_of_another(tmp_path: Path) -> None:
    (tmp_path / "new" / "deep").mkdir(parents=True)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "file").touch()
    move(tmp_path / "new", tmp_path / "old")
    assert (tmp_path / "old" / "deep").is_dir()
    assert not (tmp_path / "old" / "file").exists()
    remove(tmp_path / "old")
    remove(tmp_path / "old")
    assert list(tmp_path.iterdir()) == []


def _hold(path: Path, ready: Event, done: Event) -> None:
    with locked(path):
        ready.set()
        done.wait(30)


def test_a_lock_is_held_by_one_process_and_free_when_it_dies(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(path, ready, done))
    holder.start()
    assert ready.wait(60)
    with pytest.raises(LockError, match=f"process {holder.pid}"), locked(path):
        pass
    holder.kill()
    holder.join()
    with locked(path):
        assert path.exists()


def test_many_small_files_and_a_disk_that_refuses_one(tmp_path: Path) -> None:
    names = [f"{number % 7}/{number}.txt" for number in range(1500)]
    files = NewFiles(tmp_path / "new")
    for name in names:
        files.add(name, name.encode())
    files.close()
    assert all((tmp_path / "new" / name).read_text() == name for name in names)
    (tmp_path / "new" / "0" / "x").mkdir()
    files.add("0/x", b"")
    with pytest.raises(DiskError, match="0/x"):
        files.close()


def test_damage_is_named_across_processes() -> None:
    error = pickle.loads(pickle.dumps(DamagedError(Path("strip/1"), "cut short")))
    assert (error.path, str(error)) == (Path("strip/1"), str(DamagedError(error.path, error.what)))
