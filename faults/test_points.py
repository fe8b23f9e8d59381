"""Every point at which a run can be killed or its disk can fail. Takes its time."""

import errno
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.paths import Paths
from pipeline.publish import damaged
from tests.conftest import ROOT
from tests.killpoints import Stage, Strike, run
from tests.test_killed import staged
from tests.test_run import tree

# A stride of 1 looks at every point; of so many pages is the corpus.
STRIDE = int(os.environ.get("FAULTS_STRIDE", "1"))
PAGES = int(os.environ.get("FAULTS_POINT_PAGES", "4"))


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Return a corpus that was cleaned once, after which pages came, changed and went."""
    return staged(tmp_path_factory.mktemp("points"), PAGES)


def test_killed_at_every_call_that_changes_files(stage: Stage) -> None:
    points = range(1, stage.calls() + 1, STRIDE)
    assert [line for at in points for line in stage.wrong(Strike(at))] == []


def test_killed_at_every_call_while_a_version_is_made_anew(stage: Stage) -> None:
    """What readers see was damaged by hand: the same version is made again beside it."""
    stage = replace(stage, before=stage.folder / "anew")
    done = run(["run", "--raw", str(stage.raw), "--cleaned", str(stage.before)], stage.folder / "s")
    assert done.status == 0, done.said
    (Paths(stage.raw, stage.before).current / "ledger.csv").unlink()
    calls = stage.calls()
    wrong = []
    for at in range(1, calls + 1, STRIDE):
        stage.reset()
        run(stage.arguments, stage.folder / "said", Strike(at))
        assert (stage.cleaned / "articles.jsonl").exists(), f"{at}: readers find nothing"
        done = run(stage.arguments, stage.folder / "said")
        if done.status or tree(stage.cleaned) != stage.wanted:
            wrong.append(at)
    assert wrong == []


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_every_fsync_fails(stage: Stage, error: int) -> None:
    calls = stage.calls(("fsync",))
    strikes = (Strike(at, error, ("fsync",)) for at in range(1, calls + 1, STRIDE))
    assert [line for strike in strikes for line in stage.wrong(strike)] == []


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("what", ["signal=KILL", "error=ENOSPC"])
def test_struck_at_every_fiftieth_write(stage: Stage, what: str) -> None:
    words = [sys.executable, "-m", "pipeline", *stage.arguments]
    log = stage.folder / "log"
    for at in range(1, 100_000, 50 * STRIDE):
        stage.reset()
        trace = [
            "strace",
            "-f",
            "-qq",
            "-o",
            str(log),
            "-P",
            str(stage.cleaned),
            "-e",
            "trace=write",
        ]
        inject = ["-e", f"inject=write:{what}:when={at}"]
        struck = subprocess.run(
            [*trace, *inject, *words], cwd=ROOT, capture_output=True, check=False
        )
        if not re.search("INJECTED|killed by SIGKILL", log.read_text("utf-8", "replace")):
            return
        assert struck.returncode != 0, f"write {at}: ended with 0"
        assert damaged(Paths(stage.raw, stage.cleaned).current.resolve()) == []
        assert run(stage.arguments, stage.folder / "said").status == 0
        assert tree(stage.cleaned) == stage.wanted


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


def test_a_disk_that_fills_up(stage: Stage, small_disk: Path) -> None:
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
