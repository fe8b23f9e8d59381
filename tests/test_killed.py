"""Runs that are killed or meet a failing disk: readers see old or new, the next run mends all.

A few points of each kind; `make faults` has all of them.
"""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import killpoints
from tests.conftest import ROOT, Cli
from tests.dedup_texts import report
from tests.killpoints import Stage, Strike
from tests.test_run import ledger, page, raw, tree

__all__ = ["raw"]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Return a corpus that was cleaned once, after which pages came, changed and went."""
    return staged(tmp_path_factory.mktemp("faults"), 4)


# So many pages are one form filled in; more of them would only be compared with one another.
_FORMS = 4


def staged(folder: Path, pages: int) -> Stage:
    """Return such a corpus of so many pages, four or more, in `folder`."""
    source = folder / "raw"
    source.mkdir()
    for i in range(pages):
        text = page(f"第{i}号县政府工作报告", f"第{i}县", 5 + i, 20 + i)
        if i >= _FORMS:
            text = "<h1>{}</h1><p>{}</p><p>{}</p>".format(*report(i, paragraphs=2))
        (source / f"{i}.html").write_text(text, "utf-8")
    said = folder / "said"
    for name in ("before", "full"):
        arguments = ["run", "--raw", str(source), "--cleaned", str(folder / name)]
        done = killpoints.run([*arguments, "--workers", "1"], said)
        assert done.status == 0, done.said
        if name == "before":
            (source / "0.html").unlink()
            (source / "1.html").write_text(page("第一号县政府工作报告", "第一县", 9), "utf-8")
            (source / "new.html").write_text(page("第五号县政府工作报告", "第五县", 8), "utf-8")
    return Stage(source, folder / "before", tree(folder / "full"), folder)


def test_a_run_that_is_killed_leaves_old_or_new_and_the_next_mends_it(stage: Stage) -> None:
    calls = stage.calls()
    assert calls > 50
    points = [calls // 3, calls - 8]
    assert [line for at in points for line in stage.wrong(Strike(at))] == []


def test_a_disk_that_fails_ends_the_run_with_4(stage: Stage) -> None:
    calls = stage.calls(("fsync",))
    strike = Strike(2 * calls // 3, errno.ENOSPC, ("fsync",))
    stage.reset()
    done = killpoints.run(stage.arguments, stage.folder / "said", strike)
    assert done.status == 4
    assert f"{stage.cleaned}/" in done.said
    assert "the disk is full" in done.said
    assert tree(stage.cleaned) == tree(stage.before)


def test_every_name_is_given_to_what_is_on_the_disk(stage: Stage) -> None:
    """Bytes before their name, and the name before what relies on it: a power cut may come."""
    stage.reset()
    code = (
        "import os, sys\n"
        "log = open(sys.argv[1], 'w', buffering=1)\n"
        "def told(name):\n"
        "    call = getattr(os, name)\n"
        "    def tell(*given, **named):\n"
        "        place = given[0]\n"
        "        if name == 'fsync':\n"
        "            place = os.readlink(f'/proc/self/fd/{place}')\n"
        "        done = call(*given, **named)\n"
        "        print(name, place, *given[1:], sep='\\t', file=log)\n"
        "        return done\n"
        "    setattr(os, name, tell)\n"
        "for name in ('fsync', 'rename'):\n    told(name)\n"
        "from pipeline.__main__ import main\n"
        "sys.argv[1:] = sys.argv[2:]\nmain()\n"
    )
    log = stage.folder / "log"
    arguments = [sys.executable, "-c", code, str(log), *stage.arguments]
    subprocess.run(arguments, check=True, cwd=ROOT, capture_output=True)
    steps = [line.split("\t") for line in log.read_text("utf-8").splitlines()]
    renames = [(i, step) for i, step in enumerate(steps) if step[0] == "rename"]
    assert len(renames) > 10
    for i, (_, source, target) in renames:
        after = [step[1] for step in steps[i + 1 : i + 3] if step[0] == "fsync"]
        assert str(Path(target).parent) in after, f"{target}: its folder is not on the disk"
        if not Path(target).is_symlink():
            before = {step[1] for step in steps[:i] if step[0] == "fsync"}
            assert source in before, f"{target}: has its name before its bytes are on the disk"


def without_privilege(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    """Run `clean-corpus` so that the modes of files hold for root too."""
    words = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("nothing here takes root's privileges away")
        words = [setpriv, "--bounding-set", "-dac_override,-dac_read_search", *words]
    return subprocess.run(words, cwd=ROOT, capture_output=True, check=False)


def test_what_may_not_be_read_is_set_aside_and_what_may_not_be_written_ends_with_4(
    tmp_path: Path, raw: Path
) -> None:
    cleaned = tmp_path / "cleaned"
    (raw / "2.txt").chmod(0o000)
    cleaned.mkdir(mode=0o500)
    refused = without_privilege("run", "--raw", raw, "--cleaned", cleaned)
    assert refused.returncode == 4, refused.stderr.decode()
    assert b"may not be written" in refused.stderr
    assert list(cleaned.iterdir()) == []
    cleaned.chmod(0o700)
    done = without_privilege("run", "--raw", raw, "--cleaned", cleaned)
    assert done.returncode == 0, done.stderr.decode()
    assert ledger(cleaned)["2.txt"]["reason"] == "unreadable"
    (raw / "2.txt").chmod(0o644)
    assert without_privilege("run", "--raw", raw, "--cleaned", cleaned).returncode == 0
    assert ledger(cleaned)["2.txt"]["status"] == "article"


def test_language_and_time_zone_change_no_byte(cli: Cli, raw: Path, tmp_path: Path) -> None:
    assert cli("run", "--raw", raw, "--cleaned", tmp_path / "one").returncode == 0
    env = {"PATH": os.environ["PATH"], "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"}
    env |= {"TZ": "Pacific/Kiritimati", "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7"}
    env["TMPDIR"] = str(tmp_path / "none")
    words = ["-m", "pipeline", "run", "--raw", str(raw), "--cleaned", str(tmp_path / "two")]
    done = subprocess.run([sys.executable, *words], cwd=ROOT, env=env, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_a_clock_that_jumps_changes_nothing(cli: Cli, raw: Path, tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned"
    assert cli("run", "--raw", raw, "--cleaned", cleaned).returncode == 0
    before = tree(cleaned)
    for moment in (0, 9_223_372_036):
        os.utime(raw / "2.txt", (moment, moment))
        code = (
            f"import time; now = {moment}.0\ntime.time = lambda: now\n"
            "time.time_ns = lambda: int(now * 10**9)\n"
            "import sys; from pipeline.__main__ import main\n"
            "sys.argv[0] = 'x'\nmain()\n"
        )
        words = ["run", "--raw", str(raw), "--cleaned", str(cleaned)]
        done = subprocess.run([sys.executable, "-c", code, *words], cwd=ROOT, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        assert tree(cleaned) == before


def test_a_scan_that_is_damaged_costs_nothing_but_time(stage: Stage) -> None:
    stage.reset()
    assert killpoints.run(stage.arguments, stage.folder / "said").status == 0
    scan = stage.cleaned / ".work" / "scan"
    scan.write_bytes(scan.read_bytes()[:30])
    assert killpoints.run(stage.arguments, stage.folder / "said").status == 0
    assert tree(stage.cleaned) == stage.wanted


def test_few_file_handles_are_enough(stage: Stage) -> None:
    stage.reset()
    code = (
        "import resource, sys; from pipeline.__main__ import main\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))\nmain()\n"
    )
    words = [sys.executable, "-c", code, *stage.arguments]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert tree(stage.cleaned) == stage.wanted


def test_codes_for_terminals_are_shown(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a\x1b]0;hacked\x07.txt").touch()
    done = cli("run", "--raw", tmp_path / "raw", "--cleaned", tmp_path / "c\x1b[2Jx")
    assert "\x1b" not in done.stderr
    assert "%1B" in done.stderr
