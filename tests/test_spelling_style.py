"""What config.toml lets a user choose: each choice does what it says, and harms nothing."""

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import read_config
from pipeline.records import Block, Doubt, Page, Provenance, Table
from pipeline.rules import Rules
from pipeline.spelling import normalize_page, normalize_text, replay
from pipeline.style import Style
from tests.spelling import RULES
from tests.test_spelling_always import BLOCKS, KIND, PIECES, PROTECTED, digits, page_of

SPACE = {"gaps": "space"}
CORNERS = {"quotes": "「」"}
TRADITIONAL = {"script": "traditional"}
TAIWAN = {"vocabulary": "taiwan"}

CASES = [
    (SPACE, "到2025年，建成5G基站3万个。", "到 2025年，建成 5G 基站 3 万个。"),
    (SPACE, "到 2025 年，建成 5G  基站，增长 6% 以上", "到 2025年，建成 5G 基站，增长 6% 以上"),
    (SPACE, "登录https://www.example.cn查询", "登录 https://www.example.cn 查询"),
    (SPACE, "第3条、第12届，国发〔2021〕12号", "第3条、第12届，国发〔2021〕12号"),
    (SPACE, "1.总体要求\n附件1：名单\n总则……………………1", "1.总体要求\n附件1：名单\n总则……………………1"),
    (SPACE, "坚 持统 筹，推进", "坚持统筹，推进"),
    (SPACE, "文件D:\\数据\\表a.xls", "文件 D:\\数据\\表a.xls"),
    (CORNERS, "他说：“要做到‘四个自信’。”", "他说：「要做到『四个自信』。」"),
    (CORNERS, '实施"八八战略"和”双碳“工作', "实施「八八战略」和「双碳」工作"),
    (CORNERS, "落实「双减」和〝双增〞", "落实「双减」和「双增」"),
    (CORNERS, "He said “yes”.\n他说“好\n‘90后’", "He said “yes”.\n他说“好\n「90后」"),
    (CORNERS, "China’s ‘plan’ 计划", "China’s 「plan」 计划"),
    (CORNERS, "《论“十四五”规划》（“规划”）", "《论「十四五」规划》（「规划」）"),
    (TRADITIONAL, "发展经济，改善民生。", "發展經濟，改善民生。"),
    (TRADITIONAL, "資訊科技發展，后里台", "資訊科技發展，后里台"),
    (TRADITIONAL, "附图1:2023年，国发[2021]12号", "附圖1：2023年，國發〔2021〕12號"),
    (TRADITIONAL, "カタカナの发展", "カタカナの发展"),
    (TRADITIONAL | TAIWAN, "软件和信息产业发展", "軟體和資訊產業發展"),
    (TRADITIONAL | {"vocabulary": "hongkong"}, "发展线上服务，卫生里面", "發展線上服務，衞生裏面"),
    (TAIWAN, "資訊科技與軟體產業發展", "信息技术与软件产业发展"),
    (TAIWAN, "購買隨身碟12個。", "购买U盘12个。"),
    (TAIWAN, "衞生系統裡看著", "卫生系统里看着"),
    (TAIWAN, "资讯科技，成效显著", "资讯科技，成效显著"),
    ({"vocabulary": "hongkong"}, "資訊衞生裏面", "资讯卫生里面"),
    ({"script": "keep"}, "資訊科技,发展经济.", "資訊科技，发展经济。"),
]


@pytest.mark.parametrize(("choice", "before", "after"), CASES)
def test_a_choice_does_what_it_says(choice: dict[str, str], before: str, after: str) -> None:
    rules = RULES.styled(choice)
    assert normalize_text(before, rules) == after
    assert normalize_text(after, rules) == after


def test_cells_are_respelled_where_that_was_chosen() -> None:
    table = Table(
        title="主要指标(预期)",
        header=("指标", "２０２５年"),
        rows=(("增长率(%)", "５．５"), ("", "１，２００")),
        notes=("注:按可比价",),
        doubts=(Doubt(0, 1, ("５．５", "5"), "two readings"),),
        unit="％",
    )
    block = Block("table", "指标\t２０２５年\n增长率(%)\t５．５\n\t１，２００")
    dropped = Block("table", "首页,导航", dropped_by="chrome.menu")
    where = Provenance("page.txt")
    page = Page("0" * 16, "", (block, dropped), where, tables=(table,))
    assert normalize_page(page, RULES) == page
    out = normalize_page(page, RULES.styled({"cells": "normalized"}))
    assert out.blocks[0].text == "指标\t2025年\n增长率(%)\t5.5\n\t1,200".replace("(%)", "（%）")
    assert out.blocks[1] == dropped
    assert replay(page.blocks, out.changes) == out.blocks
    (made,) = out.tables
    assert made.title == "主要指标（预期）"
    assert made.rows == (("增长率（%）", "5.5"), ("", "1,200"))
    assert (made.notes, made.unit, made.doubts[0].readings) == (
        ("注：按可比价",),
        "%",
        ("5.5", "5"),
    )


def test_a_choice_is_read_and_names_the_result(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[normalize]\ngaps = "space"\nquotes = "「」"\n', "utf-8")
    style = read_config(file).normalize
    assert style == Style(gaps="space", quotes="「」")
    prints = [Rules("", one).fingerprints for one in (Style(), style)]
    changed = {name for name in prints[0] if prints[0][name] != prints[1][name]}
    assert changed == {"spelling"}


STYLES = [
    dict(zip(("gaps", "script", "vocabulary", "quotes"), chosen, strict=True))
    for chosen in product(
        ("remove", "space"),
        ("simplified", "traditional", "keep"),
        ("characters", "taiwan", "hongkong"),
        ("“”", "「」"),
    )
]
CHOICES = st.sampled_from(STYLES).map(lambda choice: choice | {"cells": "normalized"})
WORDS = st.sampled_from(
    [
        *("软件", "軟體", "資訊", "信息", "隨身碟", "里面", "裏面", "发展", "發展", "号", "號"),
        *("“", "”", "‘", "’", "「", "」", "『", "』", '"', "'", "it’s", "后", "乾", "于", "显著"),
        *(
            "附图1",
            "第3条",
            "５．５",
            "条",
            "條",
            "编",
            "GDP",
            " ",
            "\n",
            "，",
            "。",
            "a1",
            "%",
            "é",
        ),
    ]
)
MIXED = st.lists(st.one_of(WORDS, PIECES), max_size=30).map("".join)
TABLES = st.lists(st.one_of(WORDS, PIECES).filter(lambda piece: "\n" not in piece), max_size=9)


@settings(max_examples=500, deadline=None)
@given(MIXED, CHOICES)
def test_twice_is_once(text: str, choice: dict[str, str]) -> None:
    rules = RULES.styled(choice)
    once = normalize_text(text, rules)
    assert normalize_text(once, rules) == once


@settings(max_examples=150, deadline=None)
@given(MIXED.filter(lambda text: not re.search("[㈠&]", text)), CHOICES)
def test_digits_stay(text: str, choice: dict[str, str]) -> None:
    assert digits(normalize_text(text, RULES.styled(choice))) == digits(text)


@settings(max_examples=200, deadline=None)
@given(PROTECTED, st.sampled_from(["", "查看", "详见 "]), CHOICES)
def test_protected_spans_stay(span: str, before: str, choice: dict[str, str]) -> None:
    line = span if span[0] in "[{c" else f"{before}{span}，软件发展"
    assert span in normalize_text(line, RULES.styled(choice))


@settings(max_examples=150, deadline=None)
@given(BLOCKS, TABLES, KIND, CHOICES)
def test_changes_replay(
    blocks: list[Block], cells: list[str], kind: str, choice: dict[str, str]
) -> None:
    table = Block("table", "\t".join(cells))
    page = page_of([*blocks, table])
    rules = RULES.styled(choice)
    out = normalize_page(page, rules)
    assert replay(page.blocks, out.changes) == out.blocks
    again = normalize_page(out, rules)
    assert again.blocks == out.blocks
    assert again.changes == out.changes
