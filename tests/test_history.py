"""What a page said before it was overwritten, and before it was crawled anew."""

import json
from pathlib import Path

from tests.conftest import Cli
from tests.test_run import page, raw, run, tree

__all__ = ["raw"]


def test_what_changed_in_a_file_that_was_overwritten(cli: Cli, raw: Path, tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned"
    options = ("--raw", raw, "--cleaned", cleaned)
    title = "甲市二〇二三年政府工作报告"
    assert run(cli, raw, cleaned).returncode == 0
    for jobs in (13, 14):
        more = page(title, jobs=jobs).replace("</p>\n</div>", "</p><p>另有新增公园8座。</p></div>")
        (raw / "a" / "1.html").write_text(more, "utf-8")
        assert run(cli, raw, cleaned).returncode == 0
    told = json.loads(cli("history", "a/1.html", *options, "--json").stdout)
    assert [bool(one["until"]) for one in told["versions"]] == [True, True, False]
    first, second = told["steps"]
    assert any("公园8座" in passage for passage in first["added"])
    (found,) = second["match"]["disagreements"]
    assert (found["figures_a"], found["figures_b"]) == (["13万人"], ["14万人"])
    said = cli("history", f"{raw}/a/1.html", *options).stdout
    assert "no longer in raw/" in said
    assert "13万人" in said
    other = tmp_path / "other"
    assert run(cli, raw, other).returncode == 0
    assert tree(other) == tree(cleaned)
    (raw / "a" / "1.html").rename(raw / "moved.html")
    assert run(cli, raw, cleaned).returncode == 0
    assert len(list((cleaned / ".work" / "history").iterdir())) == 2


def test_what_changed_between_two_crawls_of_an_address(cli: Cli, tmp_path: Path) -> None:
    raw, cleaned = tmp_path / "raw", tmp_path / "cleaned"
    raw.mkdir()
    url = "https://www.example.gov.cn/report.html"
    feed = [
        {
            "url": url,
            "html": page("甲市工作报告", jobs=jobs),
            "fetched": f"2024-0{jobs}-01T00:00:00Z",
        }
        for jobs in (3, 4)
    ]
    (raw / "feed.jsonl").write_text("".join(json.dumps(one) + "\n" for one in feed), "utf-8")
    assert run(cli, raw, cleaned).returncode == 0
    options = ("--raw", raw, "--cleaned", cleaned)
    told = json.loads(cli("history", url, *options, "--json").stdout)
    assert [one["fetched"][:7] for one in told["versions"]] == ["2024-03", "2024-04"]
    (found,) = told["steps"][0]["match"]["disagreements"]
    assert found["figures_b"] == ["4万人"]
    assert cli("history", "nowhere.html", *options).returncode == 2
