"""Archives in raw/: their members are pages, and newer crawls replace older ones."""

import csv
import json
from pathlib import Path

from tests.conftest import Cli
from tests.reading import http, lines, packed, record
from tests.test_run import page, tree

CITIES = "甲乙丙丁"


def article(city: str, rate: float = 5.5) -> str:
    text = page(f"{city}市二〇二三年政府工作报告", f"{city}市", rate)
    return text.replace(
        "</p>\n</div>", f"</p><p>{city}" + f"{city}县的水利、教育、卫生。" * 20 + "</p></div>"
    )


def rows(cleaned: Path) -> list[dict[str, str]]:
    with (cleaned / "ledger.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(cleaned: Path) -> dict[str, tuple[str, str]]:
    """Return status and reason by file and member."""
    return {
        f"{row['raw']} {row['member']}".strip(): (row["status"], row["reason"])
        for row in rows(cleaned)
    }


def second_day(urls: list[str]) -> list[bytes]:
    """Return the first page anew, the second the same again, the fourth as an error."""
    return [
        record(http(article("甲", 6.1).encode()), urls[0], WARC_Date="2024-02-02T03:04:05Z"),
        record(http(article("乙").encode()), urls[1], WARC_Date="2024-02-02T03:04:05Z"),
        record(http(article("丁").encode(), status=500), urls[3], WARC_Date="2024-02-02T00:00:00Z"),
        record(http(b"\x89PNG", "image/png"), urls[3]),
    ]


def check_newest(cli: Cli, raw: Path, cleaned: Path, url: str) -> None:
    """Hold that the page at `url` is the newer of two, and found by its place."""
    ledger = rows(cleaned)
    assert ledger[0]["canonical"] == ledger[5]["page"]
    assert ledger[1]["canonical"] == ledger[1]["page"] == ledger[6]["page"]
    articles = [json.loads(x) for x in (cleaned / "articles.jsonl").read_text("utf-8").splitlines()]
    assert len({one["id"] for one in articles}) == len(articles) == 4
    newest = next(one for one in articles if one["url"] == url)
    assert "6.1%" in newest["text"]
    assert (newest["raw"], newest["fetched"]) == ("day2.warc.gz", "2024-02-02T03:04:05Z")
    place = f"day2.warc.gz: {ledger[5]['member']}"
    assert newest["id"] in cli("explain", place, "--raw", raw, "--cleaned", cleaned).stdout


def check_accounts(cleaned: Path) -> None:
    """Hold that every page is one of four, and what is no page is counted."""
    summary = json.loads((cleaned / "summary.json").read_text("utf-8"))
    counts = [summary[name] for name in ("articles", "duplicates", "not_articles", "aside")]
    assert sum(counts) == summary["pages"] == 8
    assert summary["other_files"] == {"image record": 1}


def test_members_are_pages_and_the_newest_crawl_stands(cli: Cli, tmp_path: Path) -> None:
    raw, cleaned = tmp_path / "raw", tmp_path / "cleaned"
    raw.mkdir()
    urls = [f"https://www.{n}.gov.example/1.html" for n in range(4)]
    first = [
        {"url": url, "html": article(city), "crawled": "2024-01-02T03:04:05Z"}
        for url, city in zip(urls, CITIES, strict=True)
    ]
    (raw / "day1.jsonl").write_bytes(lines(*first, {"url": urls[0]}))
    run = ("run", "--raw", raw, "--cleaned", cleaned)
    done = cli(*run)
    assert done.returncode == 0, done.stderr
    assert "day1.jsonl: line 5: has no body" in done.stderr
    assert list(told(cleaned).values()) == [("article", "")] * 4 + [("aside", "no-body")]
    state = {file: file.stat().st_ino for file in (cleaned / ".work" / "strip").iterdir()}
    assert "nothing to do" in cli(*run).stderr
    (raw / "day2.warc.gz").write_bytes(packed(second_day(urls)))
    done = cli(*run)
    assert done.returncode == 0, done.stderr
    found = told(cleaned)
    assert list(found.values()) == [
        ("duplicate", "superseded"),
        ("duplicate", "repeated"),
        ("article", ""),
        ("article", ""),
        ("aside", "no-body"),
        ("article", ""),
        ("article", ""),
        ("not-an-article", "article.error-page"),
    ]
    assert (
        state.items()
        < {file: file.stat().st_ino for file in (cleaned / ".work" / "strip").iterdir()}.items()
    )
    check_newest(cli, raw, cleaned, urls[0])
    check_accounts(cleaned)
    # Without state: the same bytes.
    other = tmp_path / "other"
    assert cli("run", "--raw", raw, "--cleaned", other, "--workers", "1").returncode == 0
    assert tree(other) == tree(cleaned)
    # A feed that lost its newest lines: what they replaced stands again.
    (raw / "day2.warc.gz").unlink()
    (raw / "day1.jsonl").write_bytes(lines(*first))
    assert cli(*run, "--allow-mass-delete").returncode == 0
    assert list(told(cleaned).values()) == [("article", "")] * 4
