"""Every point at which a run can be killed or its disk can fail. Takes its time."""

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest

from pipeline.paths import Paths
from pipeline.run import joined
from tests.killpoints import WRITES, Stage, Strike, run
from tests.test_killed import staged
from tests.test_run import tree

# A stride of 1 looks at every point; of so many pages is the corpus.
STRIDE = int(os.environ.get("FAULTS_STRIDE", "1"))
PAGES = int(os.environ.get("FAULTS_POINT_PAGES", "4"))


@pytest.fixture(scope="module", autouse=True)
def joining() -> Iterator[None]:
    """Have every run join its small chunks, so that it can be struck while it does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joined, "MANY", 1)
        yield


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Return a corpus that was cleaned once, after which pages came, changed and went."""
    return staged(tmp_path_factory.mktemp("points"), PAGES)


@pytest.fixture(params=["first", "changed", "anew"])
def started(request: pytest.FixtureRequest, stage: Stage) -> Stage:
    """Return the corpus before its first run, before it follows raw/, or when readers' is damaged.

    In the last case the same version is made again, beside what readers see.
    """
    if request.param == "changed":
        return stage
    folder = stage.folder / request.param
    folder.mkdir(exist_ok=True)
    stage = replace(stage, before=folder / "before", folder=folder)
    if request.param == "first":
        return stage
    if not stage.before.exists():
        done = run(
            ["run", "--raw", str(stage.raw), "--cleaned", str(stage.before)], folder / "said"
        )
        assert done.status == 0, done.said
        (Paths(stage.raw, stage.before).current / "ledger.csv").unlink()
    return replace(stage, amiss=("ledger.csv: is gone",))


def test_killed_at_every_call_that_changes_files(started: Stage) -> None:
    points = range(1, started.calls() + 1, STRIDE)
    assert started.sweep([Strike(at) for at in points]) == []


def test_killed_at_every_fiftieth_write(started: Stage) -> None:
    points = range(1, started.calls(WRITES) + 1, 50 * STRIDE)
    assert started.sweep([Strike(at, calls=WRITES) for at in points]) == []


@pytest.mark.parametrize(
    ("calls", "every"), [(("fsync",), 1), (WRITES, 50)], ids=["fsync", "write"]
)
def test_the_disk_fails_at_every_call(started: Stage, calls: tuple[str, ...], every: int) -> None:
    """It goes on failing, with one error and the other in turn."""
    points = range(1, started.calls(calls) + 1, every * STRIDE)
    errors = cycle((errno.EIO, errno.ENOSPC))
    strikes = [Strike(at, error, calls) for at, error in zip(points, errors, strict=False)]
    assert started.sweep(strikes) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a disk of 8 MB in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_fills_up(tmp_path: Path, small_disk: Path) -> None:
    (tmp_path / "stage").mkdir()
    stage = staged(tmp_path / "stage", 4)
    cleaned = small_disk / "cleaned"
    shutil.copytree(stage.before, cleaned, symlinks=True)
    before = tree(cleaned)
    left = shutil.disk_usage(small_disk).free
    words = ["run", "--raw", str(stage.raw), "--cleaned", str(cleaned), "--workers", "1"]
    statuses = set()
    for room in (0, 4096, 20_000, 60_000, 100_000):
        (small_disk / "ballast").write_bytes(bytes(max(0, left - room)))
        config = stage.folder / "config.toml"
        config.write_text("[limits]\nmin_free_bytes = 0\n", "utf-8")
        done = run([*words, "--config", str(config)], stage.folder / "said")
        statuses.add(done.status)
        assert done.status in (0, 4), done.said
        assert tree(cleaned) == (stage.wanted if done.status == 0 else before)
        (small_disk / "ballast").unlink()
    assert 4 in statuses
    assert run(words, stage.folder / "said").status == 0
    assert tree(cleaned) == stage.wanted
