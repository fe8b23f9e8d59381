"""A month of days: pages come, change and go in several formats, rules are edited, runs are killed.

After it the published bytes are those of one full run over what raw/ holds then. FAULTS_DAYS and
FAULTS_PAGES make it as long as a real one.
"""

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.dedup_texts import report
from tests.killpoints import Strike, run
from tests.test_run import page, tree

DAYS = int(os.environ.get("FAULTS_DAYS", "10"))
PAGES = int(os.environ.get("FAULTS_PAGES", "12"))
KILLED = {DAYS * n // 6 for n in range(1, 6)}
RULE_DAY, DISK_DAY, TWO_DAY = DAYS * 12 // 30, DAYS * 20 // 30, DAYS * 15 // 30

RULE = """[[rule]]
id = "mine.digest"
reason = "A line of the month's own."
source = "written for this month"
find = "本报供稿第.期"
case = [{ before = "本报供稿第一期", after = "" }, { before = "供稿", after = "供稿" }]
"""


def article(number: int, version: int) -> str:
    """Return a page; another version has other figures. One in ten is a form filled in."""
    if number % 10 == 9:
        return page(f"第{number}号县政府工作报告", f"第{number}县", 1 + number % 9, 10 + version)
    title, *lines = report(number, number + 1000 * version, paragraphs=3)
    body = "".join(f"<p>{line}</p>" for line in lines)
    return f"<title>{title}</title><h1>{title}</h1><div>{body}</div>"


def arrive(raw: Path, day: int) -> None:
    """Write the pages of a day: files, a feed, one crawled anew, one removed."""
    folder = raw / f"day{day:02}"
    folder.mkdir(parents=True)
    for i in range(PAGES // 2):
        number = day * PAGES + i
        (folder / f"{number}.html").write_text(article(number, 0), "utf-8")
    with (folder / "feed.jsonl").open("w", encoding="utf-8") as feed:
        for i in range(PAGES // 2):
            number = day * PAGES + PAGES // 2 + i if i else 3
            url = f"https://www.example.gov.cn/{number}.html"
            fetched = f"2024-03-{day + 1:02}T00:00:00Z"
            one = {"url": url, "html": article(number, day), "fetched": fetched}
            feed.write(json.dumps(one, ensure_ascii=False) + "\n")
    if day:
        yesterday = sorted((raw / f"day{day - 1:02}").glob("*.html"))
        yesterday[0].unlink()
        yesterday[1].write_text(article(day * 1000, day), "utf-8")
    if day % 3 == 1:
        (folder / "empty.html").touch()


def _processor() -> float:
    """Return the processor seconds of processes that have ended."""
    spent = os.times()
    return spent.children_user + spent.children_system


def test_a_month_ends_as_one_full_run_would(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw, rules, cleaned = tmp_path / "raw", tmp_path / "rules", tmp_path / "cleaned"
    rules.mkdir()
    config = tmp_path / "config.toml"
    config.write_text("[rules]\nfolder = 'rules'\n[limits]\nmax_aside_share = 1.0\n", "utf-8")
    said = tmp_path / "said"

    def words(target: Path) -> list[str]:
        return ["run", "--raw", str(raw), "--cleaned", str(target), "--config", str(config)]

    for day in range(DAYS):
        arrive(raw, day)
        if day == RULE_DAY:
            (rules / "chrome.toml").write_text(RULE, "utf-8")
        if day in KILLED:
            assert run(words(cleaned), said, Strike(7 + 13 * day % 90)).status == -9
        if day == DISK_DAY:
            strike = Strike(20, errno.ENOSPC, ("fsync",))
            assert run(words(cleaned), said, strike).status == 4
        if day == TWO_DAY:
            command = [sys.executable, "-m", "pipeline", *words(cleaned)]
            two = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) for _ in "12"]
            assert sorted(one.wait() for one in two) in ([0, 0], [0, 3])
        begun, used = time.monotonic(), _processor()
        done = run(words(cleaned), said)
        assert done.status == 0, done.said
        with capsys.disabled():
            spent = f"{time.monotonic() - begun:.1f} s, {_processor() - used:.1f} CPU s"
            sys.stderr.write(f"\nday {day}: {spent}")
    full = run(words(tmp_path / "full"), said)
    assert full.status == 0, full.said
    assert tree(cleaned) == tree(tmp_path / "full")
    assert not list(cleaned.rglob("*.part"))
