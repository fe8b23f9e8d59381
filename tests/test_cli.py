"""The command line: data on standard output, talk on standard error, statuses as promised."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from pipeline.records import Relation
from tests.conftest import ROOT, Cli

NOTICE = """首页 > 通知公告

关于做好防汛值守工作的通知

各县(市、区)人民政府:

请于２０２３年６月１日前,将值班表报市防汛办,联系电话另行通知。

上一篇:关于放假的通知
"""
DIGEST = """某市政府工作报告摘要

全市新建改建农村公路{roads}公里,新增公共充电桩1200个,完成老旧小区改造86个,惠及居民3.2万户。

完善职业技能培训体系,全年培训5.4万人次,帮助就业困难人员实现就业2.1万人,零就业家庭动态清零。

办好人民满意的教育,新增幼儿园学位4800个,义务教育学校集团化办学覆盖率达到75%以上。
"""


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    file = tmp_path / "notice.txt"
    file.write_text(NOTICE, "utf-8")
    return file


def test_page_prints_the_cleaned_text_and_nothing_else(cli: Cli, notice: Path) -> None:
    done = cli("page", notice)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "关于做好防汛值守工作的通知",
        "各县（市、区）人民政府：",
        "请于2023年6月1日前，将值班表报市防汛办，联系电话另行通知。",
    ]
    assert done.stderr == ""
    assert cli("page", "-", stdin=NOTICE.encode()).stdout == done.stdout


def test_page_explains_every_block_and_change(cli: Cli, notice: Path) -> None:
    said = cli("page", notice, "--explain").stdout
    record = json.loads(cli("page", notice, "--json").stdout)
    assert {block["text"] for block in record["dropped"]} == {
        "首页 > 通知公告",
        "上一篇:关于放假的通知",
    }
    rules = {change["rule"] for change in record["changes"]}
    rules |= {origin["rule"] for origin in record["origins"]}
    rules |= {block["rule"] for block in record["dropped"]}
    assert len(rules) >= 4
    for rule in rules:
        line = next(line for line in said.splitlines() if rule in line)
        assert len(line.split(rule, 1)[1].strip()) > 20, f"{rule} has no reason"


def test_a_page_that_is_no_text_is_refused(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "empty.html"
    file.touch()
    done = cli("page", file)
    assert (done.returncode, done.stdout) == (2, "")
    assert "is empty" in done.stderr
    assert cli("page", tmp_path / "none.html").returncode == 2


def test_normalize_reads_a_pipe(cli: Cli) -> None:
    done = cli("normalize", stdin="增长5.5%,完成率达98%.\n".encode())
    assert done.stdout == "增长5.5%，完成率达98%。\n"


def test_tables_writes_one_file_a_table(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "plan.html"
    file.write_text(
        "<html><body><div class='content'><h1>主要指标</h1><p>规划提出下列指标，逐年落实到位。</p>"
        "<table><tr><th>指标</th><th>2020年</th><th>2025年</th></tr>"
        "<tr><td>森林覆盖率(%)</td><td>61.2</td><td>61.5</td></tr>"
        "<tr><td>粮食综合生产能力(万吨)</td><td>605.7</td><td>600</td></tr></table></div></body></html>",
        "utf-8",
    )
    done = cli("tables", file, "--out", tmp_path / "out")
    (written,) = map(Path, done.stdout.splitlines())
    with written.open(encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["指标", "2020年", "2025年"],
            ["森林覆盖率(%)", "61.2", "61.5"],
            ["粮食综合生产能力(万吨)", "605.7", "600"],
        ]


def test_compare_tells_the_relation_and_the_figures_that_differ(cli: Cli, tmp_path: Path) -> None:
    first, second = tmp_path / "1.txt", tmp_path / "2.txt"
    first.write_text(DIGEST.format(roads=320), "utf-8")
    second.write_text(DIGEST.format(roads=230), "utf-8")
    match = json.loads(cli("compare", first, second, "--json").stdout)
    assert match["relation"] in get_args(Relation)
    (found,) = match["disagreements"]
    assert (found["figures_a"], found["figures_b"]) == (["320公里"], ["230公里"])
    said = cli("compare", first, second).stdout
    assert "320公里 | 230公里" in said
    assert "shared passages" in said


def test_compare_tells_what_one_page_lacks(cli: Cli, tmp_path: Path) -> None:
    first, second = tmp_path / "1.txt", tmp_path / "2.txt"
    text, more = DIGEST.format(roads=320), "编者按另附了一段背景说明，原文里面没有。"
    first.write_text(text, "utf-8")
    second.write_text(f"{text}\n{more}", "utf-8")
    match = json.loads(cli("compare", first, second, "--json").stdout)
    assert (match["dropped"], match["added"]) == ([], [more.rstrip("。")])
    said = cli("compare", first, second).stdout
    assert "only in the first (0)" in said
    assert f"  + {more.rstrip('。')}" in said


def test_the_story_of_a_page_is_found_by_path_and_by_id(cli: Cli, example: Path) -> None:
    with (example / "ledger.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["status"] == "article")
    by_path = cli("explain", f"raw/{row['raw']}", "--cleaned", example)
    assert by_path.returncode == 0, by_path.stderr
    assert by_path.stdout == cli("explain", row["page"], "--cleaned", example).stdout
    assert row["sha256"] in by_path.stdout
    unknown = cli("explain", "nowhere.html", "--cleaned", example)
    assert unknown.returncode == 2
    assert "nowhere.html: is no page id" in unknown.stderr


def test_every_dropped_block_of_the_run_has_a_reason(cli: Cli, example: Path) -> None:
    from pipeline.rules import load_rules

    reasons = load_rules().reasons
    with (example / "dropped.jsonl").open(encoding="utf-8") as file:
        rules = {json.loads(line)["rule"] for line in file}
    assert len(rules) > 20
    assert rules <= set(reasons)


def test_status_and_verify_of_a_run(cli: Cli, example: Path) -> None:
    done = cli("status", "--cleaned", example, "--json")
    state = json.loads(done.stdout)
    assert state["waiting"] == {"new": 0, "changed": 0, "gone": 0}
    assert state["last"]["pages"] == sum(
        state["last"][name] for name in ("articles", "duplicates", "not_articles", "aside")
    )
    assert cli("verify", "--cleaned", example).returncode == 0


def test_check_finds_the_rules_in_order(cli: Cli) -> None:
    done = cli("check")
    assert done.returncode == 0, done.stderr
    assert re.search(r"\d+ rules load, their \d+ cases hold", done.stderr)


def test_check_names_a_case_that_does_not_hold(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "chrome.toml").write_text(
        '[[rule]]\nid = "mine.bar"\nreason = "A bar."\nsource = "seen here"\nfind = "订阅速递"\n'
        'case = [{ before = "订阅月报", after = "" }, '
        '{ before = "订阅报纸", after = "订阅报纸" }]\n',
        "utf-8",
    )
    config = tmp_path / "config.toml"
    config.write_text("[rules]\nfolder = 'mine'\n", "utf-8")
    done = cli("check", "--config", config)
    assert done.returncode == 2
    assert "mine.bar" in done.stderr
    assert "订阅月报" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [("run", "--workers", "0"), ("run", "--engine", "abacus"), ("page",), ("fly",), ("run", "-x")],
)
def test_wrong_arguments_end_with_2(cli: Cli, arguments: tuple[str, ...]) -> None:
    assert cli(*arguments).returncode == 2


def test_a_run_with_nothing_to_do_loads_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "a.txt").write_text(
        "关于防汛的通知\n各县要认真检查水库堤防，做好防汛准备。\n"
    )
    folders = ["--raw", str(tmp_path / "raw"), "--cleaned", str(tmp_path / "cleaned")]
    code = (
        "import sys; from pipeline.__main__ import cli\n"
        f"cli.main({['run', *folders]!r}, prog_name='x', standalone_mode=False)\n"
        "print(*{'numba', 'luigi', 'pyarrow', 'opencc'} & set(sys.modules))\n"
    )
    for loaded in (True, False):
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True)
        assert not done.returncode, done.stderr.decode()
        assert ("numba" in done.stdout.decode()) == loaded
    assert not done.stdout.split()


HEAVY = {"numba", "scipy", "datasketch", "luigi", "pebble", "pyarrow", "jinja2", "ftfy", "bs4"}


def test_help_and_page_load_nothing_heavy() -> None:
    page = ROOT / "raw/www.ningbo.gov.example/art/2023/1/9/art_1229096009_4206.html"
    code = (
        "import sys; from pipeline.__main__ import cli\n"
        f"heavy = {HEAVY}\n"
        "def loads(words, known):\n"
        "    cli.main(words, prog_name='x', standalone_mode=False)\n"
        "    assert not (heavy | known) & set(sys.modules), (heavy | known) & set(sys.modules)\n"
        "loads(['--help'], {'numpy', 'opencc', 'selectolax', 'rich'})\n"
        f"loads(['page', {str(page)!r}], set())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True)
    assert not done.returncode, done.stderr.decode()
