"""Tables that kept their markup, and boxes of items."""

import pickle
from collections.abc import Sequence
from pathlib import Path

import pytest

import pipeline
from pipeline.records import Block, Cell, Page, Provenance, Table
from pipeline.rules.tables import load
from pipeline.tables import rebuild_tables

RULES = load([Path(__file__).parents[1] / "pipeline" / "rules" / "tables.toml"])


def block(*rows: Sequence[Cell | str], line: int = 1) -> Block:
    """Return a table block; a plain string is a cell without spans."""
    cells = [
        Cell(number, at, cell) if isinstance(cell, str) else cell
        for number, row in enumerate(rows)
        for at, cell in enumerate(row)
    ]
    return Block("table", "", cells=tuple(cells), line=line) if cells else Block("table", "")


def wide(row: int, text: str, columns: int, rows: int = 1) -> Cell:
    return Cell(row, 0, text, rowspan=rows, colspan=columns)


def tables(*blocks: Block) -> tuple[Table, ...]:
    page = Page("0" * 16, "", tuple(shown(one) for one in blocks), Provenance("a.html"))
    after = rebuild_tables(page, RULES)
    assert after.blocks == page.blocks
    assert not after.changes
    return after.tables


def shown(one: Block) -> Block:
    text = one.text or "\n".join(cell.text for cell in one.cells)
    return Block(one.kind, text, cells=one.cells, links=one.links)


def text(line: str) -> Block:
    return Block("paragraph", line)


def test_spans_are_filled_down_and_headers_run_together() -> None:
    (table,) = tables(
        block(
            [Cell(0, 0, "指标", 2), Cell(0, 1, "规划目标", 1, 2), Cell(0, 3, "属性", 2)],
            [Cell(1, 1, "2020年"), Cell(1, 2, "2025年")],
            ["森林覆盖率（%）", "23.2", "24.1", Cell(2, 3, "约束性", 2)],
            ["耕地保有量（亿亩）", "18.65", Cell(3, 2, "18.65")],
        )
    )
    assert table.header == ("指标", "规划目标_2020年", "规划目标_2025年", "属性")
    assert table.rows[1] == ("耕地保有量（亿亩）", "18.65", "18.65", "约束性")


def test_header_of_three_rows() -> None:
    (table,) = tables(
        block(
            [Cell(0, 0, "地区", 3), Cell(0, 1, "“十四五”目标", 1, 4)],
            [Cell(1, 1, "2023年", 1, 2), Cell(1, 3, "2025年", 1, 2)],
            [Cell(2, 1, "产值"), Cell(2, 2, "增速"), Cell(2, 3, "产值"), Cell(2, 4, "增速")],
            ["东部", "5.1", "5%", "5.8", "6%"],
        )
    )
    assert table.header[:2] == ("地区", "“十四五”目标_2023年_产值")
    assert table.header[4] == "“十四五”目标_2025年_增速"
    assert len(table.rows) == 1


def test_marked_header_cells_decide_over_looks() -> None:
    head = [Cell(0, at, name, header=True) for at, name in enumerate(["甲", "乙"])]
    (table,) = tables(block([*head], ["一", "二"], ["三", "四"]))
    assert (table.header, len(table.rows)) == (("甲", "乙"), 2)


def test_title_unit_and_notes_leave_the_grid() -> None:
    (table,) = tables(
        block(
            [wide(0, "表2 主要产品产量", 3)],
            [wide(1, "单位：万吨", 3)],
            ["产品名称", "2019年", "2020年"],
            ["粗钢", "99542", "106477"],
            [wide(4, "注：为快报数。", 3)],
            [wide(5, "资料来源：统计公报", 3)],
        )
    )
    assert (table.title, table.unit) == ("表2 主要产品产量", "万吨")
    assert table.notes[0] == "注：为快报数。"
    assert table.rows == (("粗钢", "99542", "106477"),)


def test_title_and_notes_stand_around_the_grid() -> None:
    (table,) = tables(
        text("专栏1 主要指标"),
        text("（单位：亿元）"),
        block(["指标", "2020年"], ["生产总值", "1015986"]),
        text("注：按当年价格计算。"),
        text("二、其他"),
    )
    assert (table.title, table.unit, table.notes) == (
        "主要指标",
        "亿元",
        ("注：按当年价格计算。",),
    )


def test_lines_in_cells_are_joined() -> None:
    (table,) = tables(
        block(["指\n标", "2020\n年"], ["全员劳动\n生产率", "1,015,986"], ["R&D\nintensity", "2.4"])
    )
    assert table.header == ("指标", "2020年")
    assert table.rows == (("全员劳动生产率", "1,015,986"), ("R&D intensity", "2.4"))


def test_figures_on_lines_of_one_cell_stay_two() -> None:
    cells = ["12.5\n13.6", "25\n-3", "3%\n4%"]
    (table,) = tables(
        block(["指标", "产值", "增速", "占比"], ["全市", *cells], ["全县", "1", "2", "3"])
    )
    assert table.rows[0] == ("全市", "12.5 13.6", "25 -3", "3% 4%")


def test_a_table_over_two_pages_is_one() -> None:
    first = block(["类别", "指标", "2020年"], ["经济", "粮食（亿吨）", "6.5"])
    second = block(["类别", "指标", "2020年"], ["", "煤炭（亿吨）", "40"], ["民生", "寿命", "77"])
    (table,) = tables(first, text("续表"), second, text("注：快报数。"))
    assert [row[0] for row in table.rows] == ["经济", "经济", "民生"]
    assert table.notes == ("注：快报数。",)


def test_a_table_that_goes_on_without_its_header_is_one() -> None:
    first = block(["指标", "2020年"], ["粮食（亿吨）", "6.5"])
    second = block(["煤炭（亿吨）", "40"], ["原油（亿吨）", "1.95"])
    (table,) = tables(first, text("续表"), second)
    assert len(table.rows) == 3


def test_tables_with_titles_of_their_own_stay_apart() -> None:
    first = block(["指标", "2020年"], ["粮食（亿吨）", "6.5"])
    second = block(["指标", "2020年"], ["煤炭（亿吨）", "40"])
    found = tables(text("表1 农业"), first, text("表2 能源"), second)
    assert [table.title for table in found] == ["表1 农业", "表2 能源"]
    assert [table.block for table in found] == [1, 3]


def test_totals_that_do_not_add_up_are_said() -> None:
    (table,) = tables(
        block(
            ["指标", "2015年", "2020年", "年均/累计"],
            ["森林覆盖率（%）", "21.66", "23.04", "〔1.83〕"],
            ["人均预期寿命（岁）", "76.3", "77.3", "〔1〕"],
            ["新增就业（万人）", "107", "108", "〔400〕"],
        )
    )
    assert [(doubt.row, doubt.column) for doubt in table.doubts] == [(0, 3)]


def test_lists_of_links_are_no_tables() -> None:
    links = block(["首页", "政策"], ["新闻", "公告"])
    assert tables(Block("table", "x", cells=links.cells, links=0.9)) == ()


def test_a_page_with_markup_is_not_searched_for_flattened_tables() -> None:
    lines = ["指标", "2020年", "2025年", "属性"]
    for name in ("粮食（亿吨）", "煤炭（亿吨）", "原油（亿吨）"):
        lines += [name, "1.5", "2.5", "预期性"]
    grid = block(["指标", "2020年"], ["粮食（亿吨）", "6.5"])
    assert len(tables(grid, *map(text, lines))) == 1


@pytest.mark.parametrize("span", [10**6, 10**9])
def test_spans_end_with_the_table(span: int) -> None:
    (table,) = tables(
        block(
            ["指标", "2020年"],
            [Cell(1, 0, "粮食", rowspan=span), "6.5"],
            [Cell(2, 1, "6.6", colspan=span)],
        )
    )
    assert table.rows[1][:2] == ("粮食", "6.6")
    assert len(table.header) <= 1000


def test_spans_that_fill_millions_of_places_make_no_grid() -> None:
    rows = [[Cell(row, 0, "x", rowspan=9999, colspan=999)] for row in range(3000)]
    assert tables(block(["指标", "2020年"], *rows)) == ()


def test_two_hundred_columns() -> None:
    head = ["地区", *(f"{1800 + year}年" for year in range(200))]
    (table,) = tables(block([*head], *(["东部", *map(str, range(200))] for _ in range(200))))
    assert (len(table.header), len(table.rows)) == (201, 200)


# --- boxes ---


def boxes(*lines: str) -> tuple[Table, ...]:
    return tables(*map(text, lines))


def test_a_box_is_a_table_of_items_and_its_lines_stay() -> None:
    (table,) = boxes(
        "专栏 10“十四五”项目",
        "安排两个领域的项目。",
        "1. 科技领域。安排25个。力争更多。",
        "2. 交通领域。安排70个。",
        "（四）下一节",
        "1. 不属于专栏。",
    )
    assert table.header == ("专栏号", "专栏标题", "条目号", "条目标题", "条目内容")
    assert table.rows == (
        ("10", "“十四五”项目", "0", "导语", "安排两个领域的项目。"),
        ("10", "“十四五”项目", "1", "科技领域", "安排25个。力争更多。"),
        ("10", "“十四五”项目", "2", "交通领域", "安排70个。"),
    )
    assert table.block == 0


@pytest.mark.parametrize(
    "marks",
    [
        ("1.", "2."),
        ("（1）", "（2）"),
        ("①", "②"),
        ("1、", "2、"),
        ("01 ", "02 "),
        ("（一）", "（二）"),
    ],
)
def test_items_are_numbered_in_many_ways(marks: tuple[str, str]) -> None:
    (table,) = boxes("专栏3 工程", f"{marks[0]}铁路。建线。", f"{marks[1]}机场。扩建。")
    assert [row[2:] for row in table.rows] == [("1", "铁路", "建线。"), ("2", "机场", "扩建。")]


def test_titles_may_end_with_a_colon_or_have_no_text() -> None:
    (colon,) = boxes("专栏3 工程", "1.铁路：建线。再建。", "2.机场：扩建。")
    assert colon.rows[0][3:] == ("铁路", "建线。再建。")
    (bare,) = boxes("专栏4 清单", "1.完善办法。", "2.深化改革。")
    assert bare.rows[0][3:] == ("完善办法", "")


def test_the_title_of_a_box_may_stand_below_its_number() -> None:
    (table,) = boxes("专栏 3", "交通工程", "1.铁路。建线。", "2.机场。扩建。")
    assert table.rows[0] == ("3", "交通工程", "1", "铁路", "建线。")


def test_texts_may_stand_below_their_titles() -> None:
    lines = ("01 铁路", "建线。", "再建。", "02 机场", "扩建。", "第二章 开放", "一段话。")
    (table,) = boxes("专栏3 工程", *lines)
    assert [row[3:] for row in table.rows] == [("铁路", "建线。再建。"), ("机场", "扩建。")]


def test_lines_that_are_drawn_and_marks_of_markdown_are_no_part_of_a_box() -> None:
    (table,) = boxes(
        "### **专栏3 工程**", "---", "分两类安排。", "01 铁路", "建线。", "02 机场", "扩建。"
    )
    assert [row[1:] for row in table.rows] == [
        ("工程", "0", "导语", "分两类安排。"),
        ("工程", "1", "铁路", "建线。"),
        ("工程", "2", "机场", "扩建。"),
    ]


LINE = (
    "专栏8 平台 {} 专栏9 人才行动 统筹安排两类。 1.引进。引进百人。 2.培养。培养千人。 第三节 其他"
)


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ("01 实验室 建五家。 02 中心 布局十家，加强协同。 第二节 开放 一段话。", 2),
        ("（一）实验室。建五家。 （二）中心。布局十家，加强协同。 一段话。", 2),
        ("01 实验室 建五家。再建。 02 中心 布局十家。 03 基地 建三个。", 3),
        # Where an item ends is not told: a blank stands inside one.
        ("01 实验室 建五家。 再建一家。 02 中心 布局十家。 另一段话。", 0),
        # A table that counts its rows, run together.
        ("清单 1 实验室 五家。 2 中心 十家。", 0),
        ("01 实验室 建五家 02 中心 布局十家 一段话。", 0),
        ("01 实验室 建五家。 03 中心 布局十家。", 0),
    ],
)
def test_boxes_on_one_line(items: str, found: int) -> None:
    line = f"第一节 一段话在前。 {LINE.format(items)}"
    made = boxes(line)
    assert [len(table.rows) for table in made] == [*([found] if found else []), 3]
    rows = [row[2:] for row in made[-1].rows]
    assert rows == [
        ("0", "导语", "统筹安排两类。"),
        ("1", "引进", "引进百人。"),
        ("2", "培养", "培养千人。"),
    ]
    if found:
        assert made[0].rows[0][:4] == ("8", "平台", "1", "实验室")
        assert all(row[4].endswith("。") and row[4] in line for row in made[0].rows)


def test_a_box_on_one_line_that_was_parted_into_sentences() -> None:
    page = pipeline.clean("正文在此，说明安排。\n" + LINE.format("01 室 建五家。 02 厅 建十家。"))
    assert [len(table.rows) for table in page.tables] == [2, 3]


@pytest.mark.parametrize(
    "lines",
    [
        ("专栏3 工程", "一、加强组织", "（一）加强领导。各负其责。", "（二）明确分工。分头落实。"),
        ("专栏3所列项目由各部门落实。", "1.加强领导。", "2.明确责任。"),
        ("专栏3 工程", "一段话。", "又一段话。", "第三段话。", "1.太远。", "2.太远。"),
        ("专栏3 工程", "1.只有一项。", "3.不是第二项。"),
        ("专栏3 工程", "第二章 开放", "1.另起。", "2.另起。"),
    ],
)
def test_lines_that_are_no_box(lines: tuple[str, ...]) -> None:
    assert boxes(*lines) == ()


def test_rules_reach_a_worker() -> None:
    assert pickle.loads(pickle.dumps(RULES)) == RULES
