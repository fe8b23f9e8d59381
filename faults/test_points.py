"""Every point at which a run can be killed or its disk can fail. Takes its time."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest

from pipeline.paths import Paths
from pipeline.run import ahead, job, joined
from tests.dedup_texts import report
from tests.killpoints import CALLS, WRITES, Stage, Strike, run
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


_TABLE = [("指标", "数值"), ("人口（万人）", 52), ("面积（平方公里）", 730)]


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stage:
    """Return a corpus of two versions, whose runs do what runs of many pages do, one by one."""

    @contextmanager
    def at_once(function: Callable[[], object]) -> Iterator[Callable[[], object]]:
        function()
        yield lambda: None

    monkeypatch.setattr(job, "CHUNK_PAGES", 2)
    for module in (job, ahead):
        monkeypatch.setattr(module, "beside", at_once)
    stage = staged(tmp_path, PAGES)
    for number in range(3):
        text = "<h1>{}</h1><p>{}</p><p>{}</p>".format(*report(40 + number, paragraphs=2))
        cells = "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in _TABLE)
        text += f"<table>{cells}</table>"
        (stage.raw / f"table{number}.html").write_text(text, "utf-8")
        if number < 2:
            assert run([*stage.arguments[:4], str(stage.before)], tmp_path / "said").status == 0
    (stage.raw / "table0.html").unlink()
    words = [*stage.arguments[:4], str(tmp_path / "all")]
    assert run(words, tmp_path / "said").status == 0
    return replace(stage, wanted=tree(tmp_path / "all"))


@pytest.fixture(params=["first", "changed", "anew", "many"])
def started(request: pytest.FixtureRequest, stage: Stage) -> Stage:
    """Return the corpus before its first run, before it follows raw/, or when readers' is damaged.

    In the third case the same version is made again, beside what readers see; in the last the run
    takes over links of versions before.
    """
    if request.param == "changed":
        return stage
    if request.param == "many":
        found: Stage = request.getfixturevalue("many")
        return found
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


@pytest.mark.parametrize(("calls", "every"), [(CALLS, 1), (WRITES, 50)], ids=["change", "write"])
def test_killed_at_every_call(
    started: Stage, calls: tuple[str, ...], every: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each that changes files, and each fiftieth write."""
    swept = started.sweep(calls, every * STRIDE)
    with capsys.disabled():
        sys.stderr.write(f"\n{swept.points} points, {swept.states} states of the disk\n")
    assert swept.points > 0
    assert swept.wrong == []


@pytest.mark.parametrize(
    ("calls", "every"), [(("fsync",), 1), (WRITES, 50)], ids=["fsync", "write"]
)
def test_the_disk_fails_at_every_call(started: Stage, calls: tuple[str, ...], every: int) -> None:
    """It goes on failing, with one error and the other in turn."""
    points = range(1, started.calls(calls) + 1, every * STRIDE)
    errors = cycle((errno.EIO, errno.ENOSPC))
    strikes = (Strike(at, error, calls) for at, error in zip(points, errors, strict=False))
    assert [line for strike in strikes for line in started.wrong(strike)] == []


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
