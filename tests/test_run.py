"""The whole job: what is published, what is done again, and what is never lost."""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import county
from tests.conftest import ROOT, Cli

REPORT = """<html><head><title>{title}</title></head><body>
<div class="nav"><a href="/">首页</a></div>
<div class="article"><h1>{title}</h1>
<p>各位代表：现在，我代表市人民政府，向大会报告工作，请予审议，并请各位委员提出意见。</p>
<p>{city}全年地区生产总值增长{rate}%，新增城镇就业{jobs}万人，居民收入与经济增长基本同步。</p>
<p>过去一年，我们坚持稳中求进工作总基调，扎实做好各项工作，较好完成了全年目标任务。</p>
</div><div class="footer">版权所有</div></body></html>"""


def page(title: str, city: str = "甲市", rate: float = 5.5, jobs: int = 12) -> str:
    return REPORT.format(title=title, city=city, rate=rate, jobs=jobs)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Return a small raw/ with two articles."""
    folder = tmp_path / "raw"
    (folder / "a").mkdir(parents=True)
    (folder / "a" / "1.html").write_text(page("甲市二〇二三年政府工作报告"), "utf-8")
    (folder / "2.txt").write_text(
        "关于开展防汛检查的通知\n\n" + "请各县认真检查水库堤防，" * 9, "utf-8"
    )
    return folder


def ledger(cleaned: Path) -> dict[str, dict[str, str]]:
    with (cleaned / "ledger.csv").open(encoding="utf-8", newline="") as file:
        return {row["raw"]: row for row in csv.DictReader(file)}


def tree(folder: Path) -> dict[str, bytes]:
    """Return every published file's bytes by its name."""
    folder = (folder / ".current").resolve()
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def run(cli: Cli, raw: Path, cleaned: Path, *more: object) -> subprocess.CompletedProcess[str]:
    return cli("run", "--raw", raw, "--cleaned", cleaned, *more)


def test_a_second_run_has_nothing_to_do(cli: Cli, raw: Path, tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned"
    first = run(cli, raw, cleaned)
    assert first.returncode == 0, first.stderr
    work = cleaned / ".work"
    # Each run holds the lock and tells of itself, whether it had to do anything or not; files that
    # were too young to be known by their times are so no more.
    told = {work / "lock", work / "runs.jsonl", work / "metrics.prom", work / "scan"}

    def times() -> dict[Path, int]:
        files = [file for file in cleaned.rglob("*") if file.is_file() and file not in told]
        return {file: file.stat().st_mtime_ns for file in files}

    before = times()
    second = run(cli, raw, cleaned)
    assert second.returncode == 0
    assert "nothing to do" in second.stderr
    assert times() == before


def test_every_published_text_and_article_is_named_in_the_ledger(
    cli: Cli, raw: Path, tmp_path: Path
) -> None:
    cleaned = tmp_path / "cleaned"
    run(cli, raw, cleaned)
    rows = ledger(cleaned)
    assert set(rows) == {"a/1.html", "2.txt"}
    lines = (cleaned / "articles.jsonl").read_text("utf-8").splitlines()
    articles = [json.loads(line) for line in lines]
    assert {row["page"] for row in rows.values()} == {article["id"] for article in articles}
    for article in articles:
        text = (cleaned / rows[article["raw"]]["text"]).read_text("utf-8")
        assert text == article["text"] + "\n"


def test_workers_order_and_state_make_no_difference(cli: Cli, raw: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    run(cli, raw, one, "--workers", "1")
    other = tmp_path / "other"
    for file in ("a/1.html", "2.txt"):
        copy = other / file
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(raw / file, copy)
        run(cli, other, two, "--workers", "3")
    assert tree(one) == tree(two)
    shutil.rmtree(two / ".work")
    run(cli, other, two)
    assert tree(one) == tree(two)


def test_a_new_page_costs_one_page(cli: Cli, raw: Path, tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned"
    run(cli, raw, cleaned)
    before = {file: file.stat().st_ino for file in (cleaned / ".work" / "strip").iterdir()}
    (raw / "new.html").write_text(page("乙市二〇二三年政府工作报告", "乙市", 7.1, 31), "utf-8")
    run(cli, raw, cleaned)
    after = {file: file.stat().st_ino for file in (cleaned / ".work" / "strip").iterdir()}
    assert before.items() < after.items()
    assert set(ledger(cleaned)) == {"a/1.html", "2.txt", "new.html"}


def test_a_page_that_changed_or_went_is_followed(cli: Cli, raw: Path, tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned"
    run(cli, raw, cleaned)
    (raw / "2.txt").unlink()
    (raw / "a" / "1.html").write_text(page("丙市二〇二三年政府工作报告", "丙市"), "utf-8")
    waiting = cli("status", "--raw", raw, "--cleaned", cleaned, "--json")
    assert json.loads(waiting.stdout)["waiting"] == {"new": 0, "changed": 1, "gone": 1}
    assert run(cli, raw, cleaned).returncode == 0
    rows = ledger(cleaned)
    assert set(rows) == {"a/1.html"}
    assert "丙市" in (cleaned / rows["a/1.html"]["text"]).read_text("utf-8")


def test_an_edited_spelling_rule_or_choice_leaves_chrome_alone(
    cli: Cli, raw: Path, tmp_path: Path
) -> None:
    cleaned, rules = tmp_path / "cleaned", tmp_path / "rules"
    rules.mkdir()
    config = tmp_path / "config.toml"
    config.write_text("[rules]\nfolder = 'rules'\n", "utf-8")
    run(cli, raw, cleaned, "--config", config)
    state = cleaned / ".work"
    before = {file: file.stat().st_ino for file in (state / "strip").iterdir()}
    spelled = set((state / "normalize").iterdir())
    (rules / "spelling.toml").write_text("# nothing yet\n", "utf-8")
    done = run(cli, raw, cleaned, "--config", config)
    assert done.returncode == 0, done.stderr
    assert before == {file: file.stat().st_ino for file in (state / "strip").iterdir()}
    assert spelled.isdisjoint((state / "normalize").iterdir())
    spelled = set((state / "normalize").iterdir())
    config.write_text("[rules]\nfolder = 'rules'\n[normalize]\nscript = 'traditional'\n", "utf-8")
    assert run(cli, raw, cleaned, "--config", config).returncode == 0
    assert before == {file: file.stat().st_ino for file in (state / "strip").iterdir()}
    assert spelled.isdisjoint((state / "normalize").iterdir())
    texts = [file.read_text("utf-8") for file in (cleaned / "text").rglob("*.txt")]
    assert any("水庫堤防" in text for text in texts)
    assert not any("水库堤防" in text for text in texts)


def test_pages_that_cannot_be_cleaned_are_set_aside_with_a_mend(
    cli: Cli, raw: Path, tmp_path: Path
) -> None:
    (raw / "empty.html").touch()
    (raw / "blank.txt").write_text("\n \u3000\n", "utf-8")
    (raw / "mark.html").write_bytes(b"\xef\xbb\xbf")
    (raw / "scan.html").write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 40)
    (raw / "large.txt").write_text("国" * 3000, "utf-8")
    (raw / "style.css").write_text("body {}", "utf-8")
    os.mkfifo(raw / "pipe.html")
    (raw / "link.html").symlink_to(raw / "2.txt")
    config = tmp_path / "config.toml"
    config.write_text("[limits]\nmax_page_bytes = 4000\n", "utf-8")
    cleaned = tmp_path / "cleaned"
    done = run(cli, raw, cleaned, "--config", config)
    assert done.returncode == 0, done.stderr
    rows = ledger(cleaned)
    reasons = {name: row["reason"] for name, row in rows.items() if row["status"] == "aside"}
    assert {name: reasons[name] for name in reasons if name != "scan.html"} == {
        "empty.html": "empty",
        "mark.html": "empty",
        "blank.txt": "empty",
        "large.txt": "too-big",
    }
    assert "scan.html" in reasons
    assert {name for name, row in rows.items() if row["status"] == "article"} == {
        "a/1.html",
        "2.txt",
    }
    for name in reasons:
        assert f"{name}: " in done.stderr
    assert "1 .css" in done.stderr
    strict = run(cli, raw, tmp_path / "strict", "--config", config, "--strict")
    assert strict.returncode == 5
    assert not (tmp_path / "strict" / "ledger.csv").exists()


def no_raw(raw: Path, _cleaned: Path) -> None:
    shutil.rmtree(raw)


def empty_raw(raw: Path, _cleaned: Path) -> None:
    shutil.rmtree(raw)
    raw.mkdir()


def a_file_in_the_way(_raw: Path, cleaned: Path) -> None:
    cleaned.touch()


def cleaned_in_raw(raw: Path, cleaned: Path) -> None:
    cleaned.symlink_to(raw / "a")


def a_ledger_of_somebody(_raw: Path, cleaned: Path) -> None:
    cleaned.mkdir()
    (cleaned / "ledger.csv").touch()


@pytest.mark.parametrize(
    ("prepare", "status", "said"),
    [
        (no_raw, 2, "is no folder"),
        (empty_raw, 2, "holds no page"),
        (a_file_in_the_way, 4, "a folder is wanted there"),
        (cleaned_in_raw, 2, "lies in"),
        (a_ledger_of_somebody, 2, "was not published by a run"),
    ],
)
def test_folders_that_cannot_be_used(
    cli: Cli,
    raw: Path,
    tmp_path: Path,
    prepare: Callable[[Path, Path], None],
    status: int,
    said: str,
) -> None:
    cleaned = tmp_path / "cleaned"
    prepare(raw, cleaned)
    done = run(cli, raw, cleaned)
    assert done.returncode == status, done.stderr
    assert said in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(cli: Cli, raw: Path, tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned"
    cleaned.mkdir(mode=0o500)
    done = run(cli, raw, cleaned)
    assert done.returncode == 4
    assert "may not be written" in done.stderr


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("config.toml", "parsr = 'x'", "config.toml: parsr: is not a setting"),
        (
            "rules/spelling.toml",
            '[[rule]]\nid = "mine.x"\nsource = "y"',
            "mine.x: reason: is missing",
        ),
        ("rules/chrome.toml", '[[rule]]\nid = "mine.x"\nfind = ', "is not TOML"),
    ],
)
def test_a_broken_setting_or_rule_stops_before_any_work(
    cli: Cli, raw: Path, tmp_path: Path, file: str, content: str, said: str
) -> None:
    (tmp_path / "rules").mkdir()
    config = tmp_path / "config.toml"
    config.write_text("[rules]\nfolder = 'rules'\n", "utf-8")
    (tmp_path / file).write_text(content, "utf-8")
    for command in (("run", "--raw", raw, "--cleaned", tmp_path / "cleaned"), ("check",)):
        done = cli(*command, "--config", config)
        assert done.returncode == 2
        assert said in done.stderr
    assert not (tmp_path / "cleaned" / "ledger.csv").exists()


def test_pages_that_vanish_stop_the_run(cli: Cli, raw: Path, tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned"
    run(cli, raw, cleaned)
    before = tree(cleaned)
    shutil.rmtree(raw)
    raw.mkdir()
    done = run(cli, raw, cleaned)
    assert done.returncode == 5
    assert "2 of 2 pages of the last run are gone" in done.stderr
    assert tree(cleaned) == before
    meant = run(cli, raw, cleaned, "--allow-mass-delete")
    assert meant.returncode == 0, meant.stderr
    assert ledger(cleaned) == {}


def test_a_run_that_meets_another_ends_at_once(cli: Cli, raw: Path, tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned"
    code = (
        "from pathlib import Path; from pipeline.store import locked\n"
        f"with locked(Path({str(cleaned / '.work' / 'lock')!r})):\n"
        "    print('held', flush=True)\n    input()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    done = run(cli, raw, cleaned)
    holder.communicate(b"\n")
    assert done.returncode == 3
    assert str(holder.pid) in done.stderr


def test_verify_finds_what_was_changed_by_hand(cli: Cli, raw: Path, tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned"
    run(cli, raw, cleaned)
    assert cli("verify", "--cleaned", cleaned).returncode == 0
    text = next(file for file in (cleaned / "text").resolve().rglob("*.txt"))
    text.write_text(text.read_text("utf-8") + "。", "utf-8")
    (cleaned / "report" / "index.html").unlink()
    done = cli("verify", "--cleaned", cleaned)
    assert done.returncode == 1
    assert "has other bytes" in done.stderr
    assert "report/index.html: is gone" in done.stderr
    again = run(cli, raw, cleaned)
    assert "nothing to do" not in again.stderr
    assert cli("verify", "--cleaned", cleaned).returncode == 0


def test_a_file_that_was_deleted_is_published_again(cli: Cli, raw: Path, tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned"
    run(cli, raw, cleaned)
    before = tree(cleaned)
    (cleaned / "ledger.csv").resolve().unlink()
    assert run(cli, raw, cleaned).returncode == 0
    assert tree(cleaned) == before


@pytest.mark.parametrize("stage", ["normalize", "stories"])
def test_damaged_state_is_made_anew_by_the_next_run(
    cli: Cli, raw: Path, tmp_path: Path, stage: str
) -> None:
    cleaned = tmp_path / "cleaned"
    run(cli, raw, cleaned)
    before = tree(cleaned)
    for file in (cleaned / ".work" / stage).iterdir():
        file.write_bytes(file.read_bytes()[:40])
    if stage == "normalize":
        shutil.rmtree(cleaned / ".work" / "rows")  # or nobody would look
    shutil.rmtree(cleaned / ".versions")
    broken = run(cli, raw, cleaned)
    assert broken.returncode == 1
    assert "Run again" in broken.stderr
    assert run(cli, raw, cleaned).returncode == 0
    assert tree(cleaned) == before


def test_what_a_killed_run_left_is_swept(cli: Cli, raw: Path, tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned"
    run(cli, raw, cleaned)
    before = tree(cleaned)
    (version,) = (cleaned / ".versions").iterdir()
    shutil.rmtree(cleaned / ".current", ignore_errors=True)
    version.rename(version.with_name(f"{version.name}.part"))
    (cleaned / ".work" / "strip" / "x.part").touch()
    assert run(cli, raw, cleaned).returncode == 0
    assert tree(cleaned) == before
    assert list(cleaned.rglob("*.part")) == []


def test_names_of_any_bytes_are_pages_too(cli: Cli, raw: Path, tmp_path: Path) -> None:
    text = (raw / "2.txt").read_bytes()
    Path(os.fsdecode(bytes(raw) + b"/\xff\xfe.txt")).write_bytes(text)
    (raw / "50%\n.txt").write_bytes(text)
    cleaned = tmp_path / "cleaned"
    done = run(cli, raw, cleaned)
    assert done.returncode == 0, done.stderr
    assert set(ledger(cleaned)) == {"a/1.html", "2.txt", "%FF%FE.txt", "50%25%0A.txt"}
    assert cli("explain", "%FF%FE.txt", "--raw", raw, "--cleaned", cleaned).returncode == 0


def test_a_page_that_took_too_long_is_tried_again(cli: Cli, raw: Path, tmp_path: Path) -> None:
    config, cleaned = tmp_path / "config.toml", tmp_path / "cleaned"
    (raw / "long.txt").write_text("各县要认真检查水库堤防，做好防汛准备工作。\n" * 30_000, "utf-8")
    config.write_text("[run]\npage_timeout = 0.05\n[limits]\nmax_aside_share = 1.0\n", "utf-8")
    first = run(cli, raw, cleaned, "--config", config)
    assert first.returncode == 0, first.stderr
    assert ledger(cleaned)["long.txt"]["reason"] == "timeout"
    assert "long.txt: took longer than run.page_timeout" in first.stderr
    assert run(cli, raw, cleaned).returncode == 0
    assert ledger(cleaned)["long.txt"]["status"] == "article"


def lost(cleaned: Path) -> dict[str, list[str]]:
    """Return by page the lines that were taken because they recur."""
    found: dict[str, list[str]] = {}
    for line in (cleaned / "dropped.jsonl").read_text("utf-8").splitlines():
        block = json.loads(line)
        if block["rule"] == "chrome.recurring":
            found.setdefault(block["page"], []).append(block["text"])
    return found


@pytest.fixture(scope="module")
def county_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a raw/ of eight articles of one county, with the same lines below each."""
    raw = tmp_path_factory.mktemp("county") / "raw"
    county.write(raw, range(8))
    return raw


@pytest.fixture(scope="module")
def county_cleaned(cli: Cli, county_raw: Path) -> Path:
    """Return the folder that those articles were cleaned into."""
    cleaned = county_raw.parent / "cleaned"
    done = run(cli, county_raw, cleaned)
    assert done.returncode == 0, done.stderr
    return cleaned


def test_what_recurs_within_a_site_is_taken(
    cli: Cli, county_raw: Path, county_cleaned: Path
) -> None:
    assert list(lost(county_cleaned).values()) == [county.TAIL] * 8
    page = f"{county.HOST}/001.txt"
    told = cli("explain", page, "--raw", county_raw, "--cleaned", county_cleaned).stdout
    assert f"It stands on 8 of 8 different bodies of {county.HOST}." in told


def test_the_order_in_which_pages_arrive_makes_no_difference(
    cli: Cli, county_raw: Path, county_cleaned: Path, tmp_path: Path
) -> None:
    raw, cleaned = tmp_path / "raw", tmp_path / "cleaned"
    files = sorted((county_raw / county.HOST).iterdir())
    (raw / county.HOST).mkdir(parents=True)
    for day in (files[5:7], files[3:5], [files[0], files[7]], files[1:3]):
        for file in day:
            shutil.copyfile(file, raw / county.HOST / file.name)
        done = run(cli, raw, cleaned, "--workers", "1")
        assert done.returncode == 0, done.stderr
    assert tree(cleaned) == tree(county_cleaned)


def test_a_page_of_a_known_site_costs_one_page(
    cli: Cli, county_raw: Path, county_cleaned: Path, tmp_path: Path
) -> None:
    raw, cleaned = tmp_path / "raw", tmp_path / "cleaned"
    shutil.copytree(county_raw, raw)
    shutil.copytree(county_cleaned, cleaned, symlinks=True)
    kept = ("strip", "outline", "tables", "normalize", "sign")
    before = {file for stage in kept for file in (cleaned / ".work" / stage).iterdir()}
    county.write(raw, [8])
    assert run(cli, raw, cleaned).returncode == 0
    after = {file for stage in kept for file in (cleaned / ".work" / stage).iterdir()}
    assert before < after
    assert len(lost(cleaned)) == 9
    # Articles without those lines, as many again and more: no longer does a third have them.
    county.write(raw, range(20, 40), tail=())
    assert run(cli, raw, cleaned).returncode == 0
    assert lost(cleaned) == {}
    stripped = {file for file in before if file.parent.name in ("strip", "outline")}
    assert all(file.exists() for file in stripped)
    assert not any(file.exists() for file in before - stripped)


@pytest.mark.parametrize("stage", ["outline", "learn"])
def test_what_was_learnt_is_learnt_again_where_it_is_damaged(
    cli: Cli, county_raw: Path, county_cleaned: Path, tmp_path: Path, stage: str
) -> None:
    cleaned = tmp_path / "cleaned"
    shutil.copytree(county_cleaned, cleaned, symlinks=True)
    shutil.rmtree(cleaned / ".versions")
    for file in (cleaned / ".work" / "learn").iterdir():
        file.unlink()
    for file in (cleaned / ".work" / stage).iterdir():
        file.write_bytes(file.read_bytes()[:30])
    if stage == "learn":
        (file,) = (county_cleaned / ".work" / stage).iterdir()
        (cleaned / ".work" / stage / file.name).write_bytes(file.read_bytes()[:30])
    assert run(cli, county_raw, cleaned).returncode == 1
    assert run(cli, county_raw, cleaned).returncode == 0
    assert tree(cleaned) == tree(county_cleaned)
