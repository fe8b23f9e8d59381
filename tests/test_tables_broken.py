"""Flattened tables whose lines the page broke: pieces of cells, numbers of printed pages."""

import re
from pathlib import Path

import pytest

from pipeline.records import Block, Page, Provenance
from pipeline.rules.tables import load
from pipeline.tables import rebuild_tables
from pipeline.tables.spans import groups

RULES = load([Path(__file__).parents[1] / "pipeline" / "rules" / "tables.toml"])
HEADER = ("类别", "指标", "2020年", "2025年", "属性")
ROWS = (
    ("经济发展", "1.地区生产总值增长（%）", "3.8", "6左右", "预期性"),
    ("经济发展", "2.单位GDP能耗降低（%）", "〔12.5〕", "〔14.5〕", "约束性"),
    ("民生福祉", "3.居民收入增长（%）", "5.1", "高于GDP增速", "预期性"),
    ("民生福祉", "4.每千人口拥有3岁以下托位数（个）", "1.8", "4.5以上", "预期性"),
)


def page_of(text: str) -> Page:
    """Return a page of the lines of a text that are not blank."""
    lines = enumerate(text.split("\n"), 1)
    blocks = tuple(Block("paragraph", line, line=at) for at, line in lines if line.strip())
    return Page("0" * 16, "", blocks, Provenance("a.txt"))


def lines_of() -> list[str]:
    """Return the cells of the table, merged ones once."""
    cells = list(HEADER)
    for above, row in zip((HEADER, *ROWS), ROWS, strict=False):
        cells += row if row[0] != above[0] else row[1:]
    return cells


def spanned(text: str) -> str:
    """Return a cell as a word processor writes it: a span for each kind of writing."""
    return re.sub(
        r"(?<=[0-9A-Za-z%.])(?=[\u3400-\u9fff（）〔〕])|(?<=[\u3400-\u9fff（）〔〕])(?=[0-9A-Za-z%<>])",
        "\n",
        text,
    )


@pytest.mark.parametrize("between", ["\n", "\n\n"], ids=["lines", "blank-lines"])
def test_pieces_of_cells_are_put_together(between: str) -> None:
    text = between.join(spanned(cell).replace("\n", between) for cell in lines_of())
    assert text.count("\n") > len(lines_of())
    page = rebuild_tables(page_of(text), RULES)
    (table,) = page.tables
    assert (table.header, table.rows) == (HEADER, ROWS)
    own = text.split("\n")
    assert all(
        row[1].startswith(own[line - 1][:1]) or own[line - 1] == row[0]
        for row, line in zip(table.rows, table.lines, strict=True)
    )
    assert "".join(page.blocks[0].text.split()) == "".join(text.split())
    assert not any(block.text for block in page.blocks[1:])


@pytest.mark.parametrize(
    ("pieces", "wanted"),
    [
        ("率（|%|）|60|左右", "率（%）|60左右"),
        ("率（|%|）|控制在|35|以下", "率（%）|控制在35以下"),
        ("率（|%|）|15.9|（|2019|年）|13", "率（%）|15.9（2019年）|13"),
        ("率（|%|）|5|:|4|:|1|预期性", "率（%）|5:4:1|预期性"),
        ("率（|%|）|到|2025|年|到|2030|年", "率（%）|到2025年|到2030年"),
        ("率（|%|）|2.5|高于|GDP|增速|预期性", "率（%）|2.5|高于GDP增速|预期性"),
        ("率（|%|）|国家|5A|级景区（个）|8", "率（%）|国家5A级景区（个）|8"),
        ("率（|%|）|单位|次|/|人|8", "率（%）|单位|次/人|8"),
        # Next to each other, yet cells of their own.
        ("率（|%|）|5|预期性|1|人口自然增长率（|%|）", "率（%）|5|预期性|1|人口自然增长率（%）"),
        ("率（|%|）|单位|8|万户|新增", "率（%）|单位|8|万户|新增"),
        ("地区生产总值增长（%）|60|左右", "地区生产总值增长（%）|60|左右"),
    ],
    ids=lambda value: value.split("|", 3)[-1],
)
def test_pieces(pieces: str, wanted: str) -> None:
    lines = pieces.split("|")
    starts = dict(groups(lines, RULES.lexicon))
    cells, at = [], 0
    while at < len(lines):
        past = starts.get(at, at + 1)
        cells.append("".join(lines[at:past]))
        at = past
    assert "|".join(cells) == wanted


@pytest.mark.parametrize(
    "number", ["— 12 —", "- 12 -", "－12－", "·12·", "第12页/共30页"], ids=lambda text: text
)
def test_the_number_of_a_printed_page_is_no_cell(number: str) -> None:
    cells = lines_of()
    for at in (8, 12, 15):
        broken = [*cells[:at], "", number, "", *cells[at:]]
        page = rebuild_tables(page_of("\n".join(broken)), RULES)
        (table,) = page.tables
        assert (table.header, table.rows) == (HEADER, ROWS), at
        assert not table.doubts
        assert number in [block.text for block in page.blocks]
        assert [(one.text, one.line) for one in page.refused] == [(number, at + 2)]
        assert table.lines[-1] == broken.index(ROWS[-1][1]) + 1


def test_a_number_of_a_page_that_cuts_no_table_is_not_told() -> None:
    page = rebuild_tables(page_of("\n".join(["— 3 —", *lines_of(), "— 4 —", "完。"])), RULES)
    assert page.tables[0].rows == ROWS
    assert not page.refused


@pytest.mark.parametrize("heading", ["（一）优化布局", "三、重点任务", "第三章 任务"])
def test_a_heading_below_a_last_row_with_empty_cells_is_none_of_them(heading: str) -> None:
    cells = "指标|2020年|2025年|年均增长|生产总值|120|180|8.4|财政收入|12|18|8.4|城镇化率|56|62"
    lines = [*cells.split("|"), heading, "到2025年形成新格局。"]
    page = rebuild_tables(page_of("\n".join(lines)), RULES)
    (table,) = page.tables
    assert table.rows[-1] == ("城镇化率", "56", "62", "")
    assert heading in [block.text for block in page.blocks]


WORDS = """
序号|重点任务|牵头单位|配合单位|完成时限
1|建设人才公寓|市住建局|市人社局|2025年12月
2|改造三处老旧|医院门诊楼|市卫健委|市财政局|2024年12月
3|建设公园|市园林局|市住建局|2023年12月
4|办好五所学校|市教育局|市财政局|2023年6月"""


def test_words_of_a_row_with_a_line_too_many_are_doubted() -> None:
    lines = [cell for row in WORDS.split("\n") for cell in row.split("|")]
    (table,) = rebuild_tables(page_of("\n".join(lines)), RULES).tables
    assert 1 in {doubt.row for doubt in table.doubts}, table.rows


TWO_LEVELS = """类别|指标|2020年|2025年|属性
粮食|谷物|播种面积（亿亩）|14.7|14.8|预期性
产量（亿吨）|6.1|6.3|预期性
大豆|播种面积（亿亩）|1.5|1.6|预期性
产量（万吨）|196|230|预期性
经济作物|油料|播种面积（亿亩）|1.9|2.1|预期性
产量（万吨）|358|380|预期性
技术|主要农作物病虫害绿色防控覆盖率（%）|41.5|55|预期性
化肥利用率（%）|40.2|43|约束性"""


def test_rows_below_a_category_of_two_lines_are_doubted_with_it() -> None:
    lines = [cell for row in TWO_LEVELS.split("\n") for cell in row.split("|")]
    (table,) = rebuild_tables(page_of("\n".join(lines)), RULES).tables
    doubted = {doubt.row for doubt in table.doubts}
    assert doubted >= {0, 1, 2, 3, 4, 5}, table


BODY = "全市 3586 5.6 7.2 东湖区 862 5.1 4.8 西川区 715 5.9 8.1"
ARTICLE = f"第二节 主要目标 {{title}} {{header}} {BODY} 第三节 开放 一段话。"


@pytest.mark.parametrize(
    ("title", "header"),
    [
        ("2024年全市分区县主要经济指标", "区县 总量（亿元） 增速（%） 工业增速（%）"),
        ("表5 2023年旅客运输量及周转量", "运输方式 客运量（万人） 增长（%） 周转量"),
        ("表3 2023年居民消费支出及构成", "指标 绝对量（元） 比上年增长（%） 比重（%）"),
        ("附表1 各区“十四五”降低目标", "地区 基本目标 激励目标 力争目标"),
    ],
    ids=["title", "caption", "composition", "unknown-names"],
)
def test_the_title_of_a_table_on_one_line_is_no_column(title: str, header: str) -> None:
    page = rebuild_tables(page_of(ARTICLE.format(title=title, header=header)), RULES)
    (table,) = page.tables
    assert (table.title, table.header) == (title, tuple(header.split()))
    assert [row[0] for row in table.rows] == ["全市", "东湖区", "西川区"]


PRICES = """品种|批发价格（元/吨）|最高零售价格|元/吨|元/升
汽油|89号|8465|8765|6.45
92号|8979|9279|6.89
95号|9493|9793|7.33
柴油|0号|7485|7785|6.53
-10号|7934|8234|6.92"""


def test_units_below_a_name_and_groups_without_a_name_of_their_own() -> None:
    head, *rows = PRICES.split("\n")
    text = "\n".join([head.replace("|元/吨", "\n元/吨", 1), *rows])
    (table,) = rebuild_tables(page_of("表1 价格表\n" + text.replace("|", "\t")), RULES).tables
    assert table.header[:3] == ("品种(一级)", "品种(二级)", "批发价格（元/吨）")
    assert table.header[3:] == ("最高零售价格_元/吨", "最高零售价格_元/升")
    assert [row[:2] for row in table.rows][2:4] == [("汽油", "95号"), ("柴油", "0号")]


def test_the_same_one_cell_a_line_is_doubted() -> None:
    page = rebuild_tables(page_of("表1 价格表\n" + PRICES.replace("|", "\n")), RULES)
    (table,) = page.tables
    assert table.header[-2:] == ("最高零售价格_元/吨", "最高零售价格_元/升")
    assert {doubt.row for doubt in table.doubts} >= {3, 4, 5}


TWO_ROWS = """地区|人口|面积|2020年|2024年|2020年|2024年
东湖区|12|13|81|82
西川区|22|23|91|92
南岭县|32|33|71|72"""


def test_a_header_that_could_be_parted_otherwise_is_doubted_at_the_first_row() -> None:
    sure = TWO_ROWS.replace("|", "\n")
    (table,) = rebuild_tables(page_of(sure), RULES).tables
    assert table.header[1:3] == ("人口_2020年", "人口_2024年")
    assert not table.doubts
    vague = sure.replace("2020年\n2024年\n2020年\n2024年", "男性\n女性\n水面")
    (table,) = rebuild_tables(page_of(vague), RULES).tables
    assert {doubt.row for doubt in table.doubts if "column" in doubt.why} == {0}


def test_names_of_two_lines_each_are_no_two_levels() -> None:
    cells = (
        "主要指标|2025年|既有建筑节能改造|面积（亿平方米）|3.5|新建建筑中装配式|建筑比例（%）|30"
    )
    more = "新增地热能建筑应|用面积（亿平方米）|1.0|建筑能耗中电力消|费比例（%）|55"
    page = rebuild_tables(page_of(f"{cells}|{more}".replace("|", "\n")), RULES)
    assert all("(一级)" not in name for table in page.tables for name in table.header)


def test_columns_below_a_part_of_what_stands_beside_them() -> None:
    head = "分档|户年用水量（立方米）|到户水价（元/立方米）|其中：|水费|水资源费|污水费"
    body = "甲档|0-180|5.00|2.07|1.57|1.36|乙档|181-260|7.00|4.07|1.57|1.36"
    body += "|丙档|260以上|9.00|6.07|1.57|1.36"
    page = rebuild_tables(page_of(f"附表 水价\n{head}|{body}".replace("|", "\n")), RULES)
    (table,) = page.tables
    assert table.header[2:] == (
        "到户水价（元/立方米）",
        "其中：_水费",
        "其中：_水资源费",
        "其中：_污水费",
    )
    assert [row[0] for row in table.rows] == ["甲档", "乙档", "丙档"]
