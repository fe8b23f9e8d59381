"""tables/long.csv, doubts.csv and datapackage.json: what is read of a table, and what is not."""

import csv
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import pipeline
from pipeline.config import TablesConfig
from pipeline.errors import ConfigError
from pipeline.publish import try_rule, write_tables
from pipeline.publish.sinks import as_read, harmless
from pipeline.publish.tables import Value, ValueReader
from pipeline.publish.tables.doubts import letters
from pipeline.records import Block, Doubt, Page, Provenance, Table
from pipeline.rules import load_rules
from pipeline.rules.loader import Case
from pipeline.rules.values import ValueRule, load
from tests.conftest import ROOT, Cli

RULES = load_rules()
FILE = ROOT / "pipeline" / "rules" / "values.toml"
CASES = [(rule, case) for rule in RULES.values.rules for case in rule.case]
READER = ValueReader(RULES)


def page_with(*tables: Table, title: str = "某县“十四五”规划纲要") -> Page:
    blocks = (Block("table", "指标", line=7),)
    return Page("a" * 16, "", blocks, Provenance("a.html"), title, tables=tables)


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


PLAN = Table(
    "主要指标",
    ("类别", "指标(一级)", "指标(二级)", "2020年", "2025年", "年均/累计", "属性"),
    (
        ("经济", "城镇化率（%）", "常住人口城镇化率", "60.6", "≥65", "", "预期性"),
        ("经济", "城镇化率（%）", "户籍人口城镇化率", "45.4", "—", "〔3〕左右", "预期性"),
        ("经济", "进出口总额（亿元）", "", "1,234.5", "2000-2500", "5.5%以上", "预期性"),
        ("经济", "地区生产总值增长（%）", "", "-1.8", "", "保持在合理区间", "预期性"),
    ),
    doubts=(Doubt(1, 1, ("",), "group", (0.2,)), Doubt(2, 3, ("",), "order", (0.4,))),
    confidence=((1, 1, 0.8), (2, 3, 0.6)),
    lines=(11, 12, 13, 14),
)


@pytest.mark.parametrize(("rule", "case"), CASES, ids=lambda item: getattr(item, "id", ""))
def test_case(rule: ValueRule, case: Case) -> None:
    made = try_rule(rule, case.before, RULES)
    assert (made != case.after) if case.fails else (made == case.after)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[words]\nanual = ["年均"]\n', "words.anual: is not a setting"),
        ('[words]\nannual = ["("]\n', "words.annual"),
        ('[plans]\n"十四五" = [2021]\n', "plans"),
        ("[word]\n", "word: is not a setting"),
        ('[[rule]]\nid = "x"\nreason = "r"\nsource = "s"\napply = "fold"\n'
         'case = [{before = "a", after = ""}, {before = "b", after = "b"}]\n',
         "x: find: is missing"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    more = tmp_path / "values.toml"
    more.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match=said.replace(".", r"\.")):
        load([FILE, more])


def test_words_plans_and_folds_of_a_second_file_are_added(tmp_path: Path) -> None:
    more = tmp_path / "values.toml"
    more.write_text('[words]\nactual = ["达成"]\n[plans]\n"十七五" = [2036, 2040]\n', "utf-8")
    rules = load([FILE, more])
    assert rules.words.actual.search("已达成")
    assert rules.plans["十七五"] == (2036, 2040)
    assert rules.plans["十四五"] == (2021, 2025)


def _said(value: Value) -> tuple[str, str, str]:
    return value.raw, value.figure.number, value.figure.qualifier


def told(table: Table, *, strict: bool = False) -> list[tuple[str, ...]]:
    return [
        (v.indicator.folded, v.unit, v.period, v.measure, *_said(v))
        for v in ValueReader(RULES, strict=strict).read(page_with(table), table)
    ]  # fmt: skip


def test_a_table_of_a_plan_as_values() -> None:
    assert told(PLAN) == [
        ("常住人口城镇化率", "%", "2020", "base", "60.6", "60.6", ""),
        ("常住人口城镇化率", "%", "2025", "target", "≥65", "65", "≥"),
        ("户籍人口城镇化率", "%", "2020", "base", "45.4", "45.4", ""),
        ("户籍人口城镇化率", "%", "2021-2025", "cumulative", "〔3〕左右", "3", "左右"),
        ("进出口总额", "亿元", "2020", "base", "1,234.5", "1234.5", ""),
        ("进出口总额", "亿元", "2025", "target", "2000-2500", "2000", ""),
        ("进出口总额", "%", "2021-2025", "annual rate", "5.5%以上", "5.5", "以上"),
        ("生产总值增长", "%", "2020", "base", "-1.8", "-1.8", ""),
        ("生产总值增长", "%", "2021-2025", "", "保持在合理区间", "", ""),
    ]


def test_strict_leaves_out_what_is_doubtful(tmp_path: Path) -> None:
    # Without its parent a row would be of another indicator; so nothing is said of what it is.
    assert [name for name, *_ in told(PLAN, strict=True)][2:4] == ["", ""]
    assert "1,234.5" not in {raw for *_, raw, _, _ in told(PLAN, strict=True)}
    (file,) = write_tables(page_with(PLAN), tmp_path, RULES, TablesConfig(strict=True))
    (doubtful,) = (row for row in rows(file) if row["指标(一级)"] == "进出口总额（亿元）")
    assert (doubtful["2020年"], doubtful["2025年"]) == ("", "2000-2500")
    chosen = [row["chosen"] for row in rows(tmp_path / "doubts.csv")]
    assert chosen == ["城镇化率（%）", "1,234.5"]


def test_a_value_is_as_sure_as_the_cells_it_rests_on(tmp_path: Path) -> None:
    write_tables(page_with(PLAN), tmp_path, RULES, TablesConfig())
    found = {(row["row"], row["column"]): row for row in rows(tmp_path / "long.csv")}
    assert found["2", "2020年"]["confidence"] == "0.800"
    assert found["3", "2020年"]["confidence"] == "0.600"
    assert found["3", "2025年"]["confidence"] == "1.000"
    assert found["3", "2025年"]["number_to"] == "2500"
    assert found["3", "2025年"]["source_line"] == "13"
    (doubt, _) = rows(tmp_path / "doubts.csv")
    assert (doubt["cell"], doubt["other_readings"], doubt["confidence"]) == (
        "B3",
        "(empty)",
        "0.800",
    )


def test_excel_knows_the_files_as_utf8(tmp_path: Path) -> None:
    (file,) = write_tables(page_with(PLAN), tmp_path, RULES, TablesConfig(excel=True))
    for one in (file, tmp_path / "long.csv", tmp_path / "doubts.csv"):
        assert one.read_bytes().startswith(b"\xef\xbb\xbf")
        assert one.read_bytes().count(b"\xef\xbb\xbf") == 1


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        (("指标", "2022年", "比上年增长（%）"), ("粮食产量（万吨）", "12", "-3.2"),
         [("2022", "", "12", "万吨"), ("2022", "annual rate", "-3.2", "%")]),
        (("指标", "年末数（万人）", "比重（%）"), ("城镇", "95380", "67.9"),
         [("", "", "95380", "万人"), ("", "", "67.9", "%")]),
        (("指标", "单位", "2020年实际", "2025年目标"), ("港口吞吐量", "吨", "1亿", "1.2亿左右"),
         [("2020", "actual", "1", "亿吨"), ("2025", "target", "1.2", "亿吨")]),
        (("指标", "“十三五”年均增长", "“十四五”累计"), ("新增就业（万人）", "6.5%", "60"),
         [("2016-2020", "annual rate", "6.5", "%"), ("2021-2025", "cumulative", "60", "万人")]),
        (("项目", "建设年限", "责任单位"), ("某水库", "2021-2025年", "水利局"), []),
    ],
)  # fmt: skip
def test_headers_tell_period_and_measure(
    header: tuple[str, ...], cells: tuple[str, ...], expected: Sequence[tuple[str, ...]]
) -> None:
    table = Table("", header, (cells,))
    found = [
        (v.period, v.measure, v.figure.number, v.unit)
        for v in READER.read(page_with(table, title="公报"), table)
    ]
    assert found == list(expected)


PARTS = [
    "0",
    "1",
    "23",
    ".5",
    ",000",
    "４",
    "-",
    "－",
    "+",
    "〔",
    "〕",
    "[",
    "]",
    "约",
    "左右",
    "以上",
    "≥",
    "＜",
    "%",
    "万人",
    "亿元",
    "个百分点",
    "—",
    "至",
    "*",
    "累计",
    "2025年",
    "（年均）",
    "（2019年）",
]


def test_rows_that_are_years_tell_the_period() -> None:
    table = Table(
        "",
        ("年份", "粮食产量（万吨）", "比上年增长（%）"),
        (("2019年", "592", "-1.2"), ("2020年", "606", "2.4")),
    )
    found = [
        (v.indicator.folded, v.period, v.measure, v.figure.number, v.unit)
        for v in READER.read(page_with(table, title="公报"), table)
    ]
    assert found == [
        ("粮食产量", "2019", "", "592", "万吨"),
        ("比上年增长", "2019", "annual rate", "-1.2", "%"),
        ("粮食产量", "2020", "", "606", "万吨"),
        ("比上年增长", "2020", "annual rate", "2.4", "%"),
    ]


def test_settings_of_tables_publish_anew(cli: Cli, tmp_path: Path) -> None:
    raw, cleaned, config = tmp_path / "raw", tmp_path / "cleaned", tmp_path / "config.toml"
    raw.mkdir()
    source = next((ROOT / "raw" / "www.mgpolicy.example").rglob("*.txt"))
    shutil.copyfile(source, raw / "plan.txt")
    config.write_text("[tables]\nstrict = true\nexcel = true\n", "utf-8")
    sizes = []
    for more in ((), ("--config", config)):
        assert cli("run", "--raw", raw, "--cleaned", cleaned, *more).returncode == 0
        sizes.append(len(rows(cleaned / "tables" / "long.csv")))
    assert 0 < sizes[1] < sizes[0]
    assert (cleaned / "tables" / "long.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@given(st.lists(st.sampled_from([*PARTS, " "]), max_size=6).map("".join))
def test_no_figure_is_made_up(cell: str) -> None:
    figure = READER.figures.read(cell)
    if figure is not None:
        ours = [c for c in figure.number + figure.high if c.isdigit()]
        assert ours == [str(int(c)) for c in cell.replace("（2019年）", "") if c.isdecimal()]


def test_words_without_end_take_no_time() -> None:
    for cell in ("年均" * 29 + "1x", "1" + "以上" * 29 + "x", "1" * 59 + "x", "(" * 30 + "1"):
        assert READER.figures.read(cell) is None


@given(st.text(alphabet="=+-@\t\r\n'＝－0123456789.,%左右a", max_size=8))
def test_what_is_made_harmless_can_be_read_back(cell: str) -> None:
    safe = harmless(cell)
    assert as_read(safe) == cell
    assert safe == cell or safe == f"'{cell}"


@pytest.mark.parametrize(
    "cell", ["-3.2", "+5", "-5.2%", "－3.2", "-1,234.5", "-0.5个百分点以上", "—", "-"]
)
def test_numbers_stay_numbers(cell: str) -> None:
    assert harmless(cell) == cell


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1+cmd|' /C calc'!A0", "-5-10", "@SUM(A1)", "\t=1", "\r=1", "＝1"]
)
def test_formulas_are_kept_from_running(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


def test_columns_are_called_as_a_spreadsheet_calls_them() -> None:
    assert [letters(n) for n in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


def frictionless() -> str:
    """Return the program, of its own environment (make .venv-check/.done) or in the path."""
    own = ROOT / ".venv-check" / "bin" / "frictionless"
    program = str(own) if own.exists() else shutil.which("frictionless")
    if program is None:
        pytest.skip("frictionless is not installed; `make test` does so")
    return program


HOSTILE = Table(
    '=HYPERLINK("x"),\n../../etc',
    ("指标", "增速", "增速", "", "a,\"b\"\nc"),
    (("=1+1", "-3.2", "〔5〕", "", "x\ny"), ("", "", "", "", ""), ("'=2", "１２", "\t1", "a", '"')),
)  # fmt: skip


@pytest.mark.parametrize("config", [TablesConfig(), TablesConfig(strict=True, excel=True)])
def test_the_package_is_valid_whatever_the_tables_hold(
    tmp_path: Path, config: TablesConfig
) -> None:
    program = frictionless()
    untitled = replace(HOSTILE, title="", header=("", "指标", "2020年", "2020年", "x"))
    write_tables(page_with(PLAN, HOSTILE, untitled), tmp_path, RULES, config)
    done = subprocess.run(
        [program, "validate", "--json", "datapackage.json"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    report = json.loads(done.stdout)
    assert report["valid"], json.dumps(report, ensure_ascii=False, indent=1)
    assert len(report["tasks"]) == 5
    assert done.returncode == 0


def test_the_package_of_a_run_is_valid(example: Path) -> None:
    program, file = frictionless(), example / "tables" / "datapackage.json"
    done = subprocess.run(
        [program, "validate", "--json", file.name],
        cwd=file.parent.resolve(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    described = {resource["path"] for resource in json.loads(file.read_bytes())["resources"]}
    there = {f.relative_to(file.parent).as_posix() for f in file.parent.rglob("*.csv")}
    assert described == there


def test_every_value_of_a_run_stands_in_its_wide_table(example: Path) -> None:
    values = rows(example / "tables" / "long.csv")
    assert values
    wide: dict[str, list[dict[str, str]]] = {}
    for value in values:
        table = wide.setdefault(value["file"], rows(example / "tables" / value["file"]))
        assert table[int(value["row"]) - 1][value["column"]] == value["raw_value"]
        assert not value["number"] or value["number"].strip("-") in value["raw_value"].replace(
            ",", ""
        )


def test_the_command_writes_what_a_run_writes(cli: Cli, example: Path, tmp_path: Path) -> None:
    (page,) = (row for row in rows(example / "ledger.csv") if row["raw"].endswith("430218.txt"))
    done = cli("tables", ROOT / "raw" / page["raw"], "--out", tmp_path)
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names[-3:] == ["datapackage.json", "doubts.csv", "long.csv"]
    for file in (example / "tables" / page["page"]).iterdir():
        assert (tmp_path / file.name).read_bytes() == file.read_bytes()
    assert "33 rows, 9 columns, " in done.stderr
    assert "D2, 2015年: 43508 or (empty)" in done.stderr
    strict = cli("tables", ROOT / "raw" / page["raw"], "--out", tmp_path, "--strict", "--excel")
    assert strict.returncode == 0
    (first, *_) = rows(tmp_path / names[0])
    assert first["2015年"] == ""


def test_a_box_of_items_has_no_values() -> None:
    lines = "专栏 3 交通工程\n1.铁路。建成 3 条线路。\n2.机场。扩建 2 个机场。"
    (table,) = pipeline.rebuild_tables(f"某县规划\n\n{lines}\n\n围绕目标，抓好各项任务落实。")
    assert list(READER.read(page_with(table), table)) == []


def test_indicators_of_two_documents_are_joined(example: Path) -> None:
    """The national plan beside a province's: one indicator, two spellings, two units apart."""
    raw = {row["page"]: row["raw"] for row in rows(example / "ledger.csv")}
    nation, province = "www.planshelf.example", "fgw.zhejiang.gov.example"
    found: dict[tuple[str, str, str, str], dict[str, tuple[str, str]]] = {}
    for value in rows(example / "tables" / "long.csv"):
        key = (value["indicator_folded"], value["unit"], value["period"], value["measure"])
        site = raw[value["page"]].partition("/")[0]
        found.setdefault(key, {})[site] = (value["indicator"], value["number"])
    both = {key[:3]: sites for key, sites in found.items() if {nation, province} <= sites.keys()}
    assert len(both) >= 8
    patents = both["每万人高价值发明专利量", "件", "2025"]
    assert patents[nation] == ("5.每万人口高价值发明专利拥有量（件）", "12")
    assert patents[province] == ("每万人高价值发明专利拥有量", "17")
    assert both["常住人口城镇化率", "%", "2020"][nation][1] == "60.6"
    assert both["常住人口城镇化率", "%", "2020"][province][1] == "71"
    # Spelled on three pages in three ways, below a parent on one of them.
    assert len(found["常住人口城镇化率", "%", "2025", "target"]) == 3
