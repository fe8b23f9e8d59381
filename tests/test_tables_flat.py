"""Flattened tables: plans as they lose their markup, in each of the ways pages are flattened."""

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records import Block, Page, Provenance, Table
from pipeline.rules.tables import load
from pipeline.tables import rebuild_tables

RULES = load([Path(__file__).parents[1] / "pipeline" / "rules" / "tables.toml"])
SHARED = Path(__file__).parents[2] / "shared"

# A plan's table: a row a line, cells apart by |; ^ is merged with the cell above, < with the left.
PLANS = {
    "categories and words for figures": """
类别|指标|2020年|2025年|年均/累计|属性
经济发展|1.国内生产总值（GDP）增长（%）|2.3|—|合理区间、各年度视情提出|预期性
^|2.全员劳动生产率增长（%）|2.5|—|高于GDP增长|预期性
^|3.常住人口城镇化率（%）|60.6*|65|—|预期性
民生福祉|8.城镇调查失业率（%）|5.2|—|<5.5|预期性
^|10.每千人口拥有执业（助理）医师数（人）|2.9|3.2|—|预期性
绿色生态|14.单位GDP能源消耗降低（%）|—|—|〔13.5〕|约束性
^|16.地级及以上城市空气质量优良天数比率（%）|87|87.5|—|约束性
安全保障|19.粮食综合生产能力（亿吨）|—|>6.5|—|约束性""",
    "serial numbers and a parent": """
类别|序号|指标|<|2020年|2025年|年均增长|属性
经济发展|1|地区生产总值（亿元）|<|8520|12000|7%|预期性
^|2|城镇化率（%）|常住人口城镇化率|61.5|66|〔4.5〕|预期性
^|^|^|户籍人口城镇化率|43.2|48|〔4.8〕|^
创新驱动|3|研发投入强度（%）|<|2.1|2.8|〔0.7〕|预期性
^|4|高新技术企业数（家）|<|820|1600|14%|预期性""",
    "units": """
序号|指标|单位|2020年|2025年|年均增长|属性
1|地区生产总值|亿元|3821.3|5500|6.5%左右|预期性
2|常住人口城镇化率|%|58.6|64|—|预期性
3|城镇新增就业|万人|5.2|—|〔25〕|预期性
4|单位地区生产总值能耗降低|%|—|—|完成省下达任务|约束性
5|粮食综合生产能力|万吨|210|215|—|约束性""",
    "the attribute before the figures": """
序号|指标名称|属性|2025年目标
1|人均地区生产总值（万元）|预期性|18左右
2|居民平均预期寿命（岁）|预期性|≥84
3|空气质量优良率（%）|约束性|85左右""",
    "within": """
类别|指标|2020年|2025年|属性
设施网络|1.铁路营业里程（万公里）|14.6|16.5|预期性
^|其中：高速铁路营业里程|3.8|5|预期性
^|2.民用运输机场数（个）|241|>270|预期性
智能绿色|3.城市新能源公交车辆占比（%）|66.2|72|预期性""",
    "a communique": """
指标|全国|城市|农村
居民消费价格|0.2|0.3|0.1
其中：食品烟酒|0.3|0.4|0.0
衣着|1.0|1.2|0.4
交通通信|-2.3|-2.5|-1.8""",
    "products": """
产品名称|单位|产量|比上年增长（%）
纱|万吨|2234.2|-2.2
布|亿米|294.9|-4.8
彩色电视机|万台|19339.6|-1.3
其中：液晶电视机|万台|19163.6|-1.2
发电量|亿千瓦小时|94564.4|6.9""",
    "headings inside": """
指标|2020年|2025年|年均增长|属性
一、经济发展|<|<|<|<
地区生产总值增长（%）|3.8|—|6左右|预期性
常住人口城镇化率（%）|56.7|63左右|—|预期性
二、民生福祉|<|<|<|<
人均预期寿命（岁）|77.3|78.2|—|预期性""",
}


def page_of(lines: Sequence[str], step: int = 1) -> Page:
    """Return a page of lines; with `step` 2, each stands two lines below the one before."""
    blocks = [
        Block("paragraph", line, line=1 + number * step)
        for number, line in enumerate(lines)
        if line.strip()
    ]
    return Page("0" * 16, "", tuple(blocks), Provenance("a.txt"))


def rebuild(lines: Sequence[str], step: int = 1) -> Page:
    return rebuild_tables(page_of(lines, step), RULES)


def grid(plan: str) -> list[list[str]]:
    return [line.split("|") for line in plan.strip().split("\n")]


def whole(plan: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the header and rows of a plan, merged cells filled down."""
    rows = grid(plan)
    for above, row in pairwise(rows):
        row[:] = [over if cell == "^" else cell for over, cell in zip(above, row, strict=True)]
    header = list(rows[0])
    for at, name in enumerate(header):
        if name == "<":
            header[at - 1], header[at] = header[at - 1] + "(一级)", header[at - 1] + "(二级)"
    return tuple(header), [tuple("" if c == "<" else c for c in row) for row in rows[1:]]


def own_cells(plan: str) -> list[list[str]]:
    """Return the cells that the page has left: merged ones once."""
    return [[cell for cell in row if cell not in ("^", "<")] for row in grid(plan)]


BEFORE = "要努力实现以下主要目标，各项指标按年度分解落实。"
AFTER = "二、坚持创新驱动发展"


def flatten(plan: str, way: str) -> list[str]:
    rows = own_cells(plan)
    if way == "lines":
        body = [cell for row in rows for cell in row]
    elif way == "one line":
        body = [" ".join(cell for row in rows for cell in row)]
    else:
        body = [{"tabs": "\t", "blanks": "  "}[way].join(row) for row in rows]
    return [BEFORE, "专栏1 主要指标", *body, "注：〔〕为五年累计数。", AFTER, "一句。"]


@pytest.mark.parametrize("way", ["lines", "tabs", "blanks", "one line"])
@pytest.mark.parametrize("name", PLANS)
def test_a_flattened_plan_is_whole_again(name: str, way: str) -> None:
    found = rebuild(flatten(PLANS[name], way)).tables
    assert len(found) == 1
    header, rows = whole(PLANS[name])
    assert found[0].header == header
    assert list(found[0].rows) == rows
    assert (found[0].title, found[0].notes) == ("主要指标", ("注：〔〕为五年累计数。",))


@pytest.mark.parametrize("name", PLANS)
def test_the_page_keeps_every_cell_once_and_says_what_changed(name: str) -> None:
    before = page_of(flatten(PLANS[name], "lines"))
    after = rebuild_tables(before, RULES)
    assert squeezed(after.text) == squeezed(before.text)
    assert len(after.blocks) == len(before.blocks)
    (change,) = after.changes
    assert (change.rule, change.block) == ("tables.flat", after.tables[0].block)
    assert replayed(before, after) == [block.text for block in after.blocks]
    assert len(change.after.split("\n")) == len(grid(PLANS[name]))


def replayed(before: Page, after: Page) -> list[str]:
    """Return the texts of the blocks of `before` after the changes of `after`."""
    texts = [block.text for block in before.blocks]
    for change in after.changes:
        lines = change.before.split("\n")
        assert texts[change.block : change.block + len(lines)] == lines
        texts[change.block : change.block + len(lines)] = [change.after, *[""] * (len(lines) - 1)]
    return texts


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_wrapped_names_are_joined_and_kept_blanks_are_empty_cells() -> None:
    lines = """
指标
2015年
2020年
年均/累计
属性
研究与试验发展
经费投入强度（%）
2.1
2.5
〔0.4〕
预期性
耕地保有量
（亿亩）
18.65
18.65
〔0〕
约束性
单位GDP能源
消耗降低（%）

〔15〕
约束性""".strip().split("\n")
    (table,) = rebuild(lines, step=2).tables
    assert table.rows == (
        ("研究与试验发展经费投入强度（%）", "2.1", "2.5", "〔0.4〕", "预期性"),
        ("耕地保有量（亿亩）", "18.65", "18.65", "〔0〕", "约束性"),
        ("单位GDP能源消耗降低（%）", "", "", "〔15〕", "约束性"),
    )


def test_a_header_of_two_rows_gives_each_column_its_group() -> None:
    lines = """
指标
2015年
规划目标
完成情况
属性
2020年
年均/累计
2020年
年均/累计
城镇化率（%）
56.1
60
〔3.9〕
63.9
〔7.8〕
预期性
地区生产总值（亿元）
43508
7%以上
64613
6.5%
预期性""".strip().split("\n")
    (table,) = rebuild(lines).tables
    assert table.header == (
        *("指标", "2015年", "规划目标_2020年", "规划目标_年均/累计"),
        *("完成情况_2020年", "完成情况_年均/累计", "属性"),
    )
    assert table.rows[1] == (
        *("地区生产总值（亿元）", "43508", "", "7%以上", "64613", "6.5%", "预期性"),
    )


def test_header_cells_may_be_wrapped_too() -> None:
    head = ["类别", "指标", "2020年", "基期值", "2025年", "目标值"]
    head += ["年均增速", "[累计]", "指标", "属性"]
    rows = "经济发展 粮食产量（亿吨） 6.7 6.8 〔0.1〕 预期性 森林覆盖率（%） 23 24 〔1〕 约束性"
    (table,) = rebuild([*head, *rows.split()]).tables
    assert table.header == (
        *("类别", "指标", "2020年基期值", "2025年目标值", "年均增速[累计]", "指标属性"),
    )
    assert table.rows[0] == ("经济发展", "粮食产量（亿吨）", "6.7", "6.8", "〔0.1〕", "预期性")


# --- doubt ---


def doubted(table: Table) -> set[int]:
    return {doubt.row for doubt in table.doubts}


def test_what_only_order_decides_is_doubted_and_what_the_kind_decides_is_not() -> None:
    lines = """
指标
2020年
2025年
年均/累计
属性
新增就业人数（万人）
107
〔400〕
预期性
单位GDP能耗降低（%）
〔13.5〕
约束性
森林覆盖率（%）
23.2
24.1
约束性
单位GDP碳排放降低（%）
国家下达指标
约束性""".strip().split("\n")
    (table,) = rebuild(lines).tables
    assert table.rows[0][1:4] == ("107", "", "〔400〕")
    assert doubted(table) == {0, 3}
    readings = {(d.row, d.column): d.readings for d in table.doubts}
    assert readings[0, 2] == ("107",)
    assert all(doubt.why for doubt in table.doubts)


def test_a_row_that_borrows_number_and_attribute_is_doubted() -> None:
    lines = """
序号
指标
2020年
2025年
属性
1
数字经济增加值占比（%）
45
60左右
预期性
其中：核心产业增加值占比（%）
10.9
15
2
森林覆盖率（%）
61.2
61.5
约束性""".strip().split("\n")
    (table,) = rebuild(lines).tables
    assert table.rows[1] == ("1", "其中：核心产业增加值占比（%）", "10.9", "15", "预期性")
    assert doubted(table) == {1}


GAPS = """
序号   项目名称               实施地点   中央资金   省级资金   合计
1      高山蔬菜基地建设       石门镇     120                   120
2      村组道路硬化           白沙镇                85         85
3      小型水利设施维修       龙泉乡     60         40         100
       合计                              180        125        305"""


@pytest.mark.parametrize("wide", [True, False])
def test_cells_that_stand_below_each_other_leave_empty_ones(*, wide: bool) -> None:
    lines = GAPS.strip("\n").split("\n")
    if not wide:  # programs that count a Chinese character as one column
        cuts = (0, 7, 30, 41, 52, 63, 70)
        cells = [columns(line, cuts) for line in lines]
        sizes = [max(map(len, column)) + 2 for column in zip(*cells, strict=True)]
        lines = ["".join(map(str.ljust, row, sizes)).rstrip() for row in cells]
    (table,) = rebuild([BEFORE, "附件1 资金安排表", *lines, AFTER]).tables
    assert table.header == ("序号", "项目名称", "实施地点", "中央资金", "省级资金", "合计")
    assert table.rows == (
        ("1", "高山蔬菜基地建设", "石门镇", "120", "", "120"),
        ("2", "村组道路硬化", "白沙镇", "", "85", "85"),
        ("3", "小型水利设施维修", "龙泉乡", "60", "40", "100"),
        ("", "合计", "", "180", "125", "305"),
    )


def columns(line: str, cuts: Sequence[int]) -> list[str]:
    """Return a line cut at columns of the screen, where a Chinese character takes two."""
    wide = "".join(char + "\0" * (ord(char) > 0x2E80) for char in line).ljust(cuts[-1])
    return [wide[a:b].replace("\0", "").strip() for a, b in pairwise(cuts)]


PROJECTS = """
序号|项目名称|建设年限|总投资|责任单位
1|城北污水处理厂二期|2022-2024|18600|市住建局
2|国道城区段改线|2021-2023|96350|市交通局
3|第三人民医院迁建|2022-2025|72000|市卫健委
4|青山水库除险加固|2023-2024|5480|市水利局"""


@pytest.mark.parametrize("plan", [PROJECTS, PLANS["categories and words for figures"]])
def test_a_column_of_remarks_that_is_empty_moves_no_cell(plan: str) -> None:
    header, *rows = own_cells(plan)
    cells = [*header, "备注", *chain.from_iterable(rows)]
    (table,) = rebuild([BEFORE, "附表 重点任务", *cells, AFTER]).tables
    names, full = whole(plan)
    assert table.header == (*names, "备注")
    assert table.rows == tuple((*row, "") for row in full)


def test_a_column_that_is_empty_on_both_sides_stops_no_page() -> None:
    head = ["收入项目", "预算数", "备注", "支出项目", "预算数", "备注"]
    rows = [
        ["土地出让收入", "365000", "征地拆迁支出", "247000"],
        ["土地收益基金", "12000", "土地开发支出", "38500"],
        ["农业土地资金", "1800", "农村建设支出", "24600"],
        ["基础设施配套费", "17200", "城市建设支出", "17200"],
    ]
    page = rebuild([BEFORE, *head, *chain.from_iterable(rows), AFTER])
    for cell in chain.from_iterable(rows):
        assert cell in page.text


def test_remarks_in_some_rows_make_no_title_a_number() -> None:
    cells = (
        "序号 标题 发文字号 发布机构 成文日期 备注 "
        "1 城乡居民医疗保险细则 某政规〔2021〕1号 县政府 2021-03-12 "
        "2 建设用地使用权办法 某政规〔2021〕4号 县政府 2021-08-30 2022年修订 "
        "3 烟花爆竹燃放规定 某政办规〔2022〕2号 县政府办 2022-01-10 "
        "4 临时救助办法 某政规〔2022〕3号 县政府 2022-06-21"
    )
    for table in rebuild([BEFORE, "文件目录", *cells.split(), AFTER]).tables:
        assert [row[0] for row in table.rows] == ["1", "2", "3", "4"]


def test_names_below_the_last_number_are_no_numbers() -> None:
    cells = (
        "序号 指标 单位 2020年 2025年 属性 1 农产品加工转化率 % 62 72 预期性 "
        "2 耕地保有量 万亩 86 86 约束性 3 主要污染物减少 % 4 9 约束性 "
        "化学需氧量 吨 12 385 约束性 氨氮 吨 3 21.6 约束性"
    )
    (table,) = rebuild([BEFORE, *cells.split(), AFTER]).tables
    assert [row[1] for row in table.rows][3:] == ["化学需氧量", "氨氮"]
    assert {row[0] for row in table.rows} <= {"1", "2", "3", ""}


def test_a_total_that_does_not_add_up_is_said() -> None:
    lines = ["指标", "2015年", "2020年", "年均/累计", "属性"]
    lines += ["森林覆盖率（%）", "21.66", "23.04", "〔1.83〕", "约束性"]
    lines += ["人均预期寿命（岁）", "76.3", "77.3", "〔1〕", "预期性"]
    (table,) = rebuild(lines).tables
    assert doubted(table) == {0}
    assert table.rows[0][1:4] == ("21.66", "23.04", "〔1.83〕")


# --- no table where there is none ---


@pytest.mark.parametrize(
    "text",
    [
        "指标\n目标\n项目\n通知公告\n政策解读",
        "类别：政策文件\n序号：2021-15\n发布时间：2021年3月11日\n名称：关于印发规划的通知",
        "目标\n到2025年，森林覆盖率达到24.1%。\n到2035年，进一步提高。",
        "一季度生产总值同比增长5.2%。\n指标稳中向好，2023年以来保持恢复。",
        "名称\n首页\n2023\n2022\n2021\n上一页\n下一页\n1\n2\n3",
        "项目  进展\n一期  已开工",
    ],
)
def test_lines_that_are_no_table_are_left_as_they_are(text: str) -> None:
    page = page_of(text.split("\n"))
    assert rebuild_tables(page, RULES) is page


def test_a_table_that_cannot_be_read_is_left_whole() -> None:
    lines = flatten(PLANS["units"], "lines")
    noisy = [part for line in lines for part in (line, "附件", "下载")]
    page = page_of(noisy)
    assert rebuild_tables(page, RULES).tables == ()


def test_a_page_that_is_no_article_is_left() -> None:
    page = page_of(flatten(PLANS["units"], "lines"))
    other = Page(page.id, "", page.blocks, page.provenance, dropped_by="page.list")
    assert rebuild_tables(other, RULES) is other


def test_dropped_lines_are_no_cells() -> None:
    lines = flatten(PLANS["units"], "lines")
    page = page_of(lines)
    chrome = Block("paragraph", "分享到", line=1, dropped_by="chrome.share")
    blocks = (*page.blocks[:20], chrome, *page.blocks[20:])
    after = rebuild_tables(Page(page.id, "", blocks, page.provenance), RULES)
    assert list(after.tables[0].rows) == whole(PLANS["units"])[1]
    assert after.blocks[20] == chrome
    assert [change.block for change in after.changes] == [2, 21]
    assert replayed(Page(page.id, "", blocks, page.provenance), after) == [
        block.text for block in after.blocks
    ]


@pytest.mark.parametrize("between", [["续表"], []])
def test_a_table_over_two_pages_is_one(between: list[str]) -> None:
    lines = flatten(PLANS["units"], "lines")
    cut = lines.index("3")
    head = lines[2:9]
    after = rebuild([*lines[:cut], *between, *head, *lines[cut:]])
    (table,) = after.tables
    assert list(table.rows) == whole(PLANS["units"])[1]
    assert len(after.changes) == 2


# --- properties ---

NAMES = ["粮食产量", "森林覆盖率", "人均预期寿命", "用水总量", "公路里程", "参保人数", "专利拥有量"]
UNITS = ["（%）", "（万吨）", "（亿元）", "（人）", ""]
CATEGORIES = ["经济发展", "创新驱动", "民生福祉", "绿色生态", "安全保障"]


@st.composite
def plans(draw: st.DrawFn) -> list[list[str]]:
    """Return a random plan-like table, its header first, its categories merged over rows."""
    categories = draw(st.booleans())
    header = [*(["类别"] if categories else []), "指标", "2020年", "2025年", "年均/累计", "属性"]
    rows = [header]
    for at in range(draw(st.integers(2, 12))):
        name = f"{draw(st.sampled_from(NAMES))}{draw(st.sampled_from(UNITS))}"
        base, target = draw(st.integers(1, 999)), draw(st.integers(1, 999))
        values = draw(
            st.sampled_from(
                [
                    [str(base), str(target)],
                    [f"{base}.5", f">{target}", "—"],
                    [f"〔{target}〕"],
                    [str(base), f"{target}左右", f"{base % 9}.2%"],
                    ["完成国家下达任务"],
                ]
            )
        )
        first = [CATEGORIES[at % 5]] if categories and at % 3 == 0 else []
        rows.append([*first, name, *values, draw(st.sampled_from(["预期性", "约束性"]))])
    return rows


@settings(max_examples=100, deadline=None)
@given(plans(), st.sets(st.integers(0, 11)))
def test_every_token_lands_exactly_once(plan: list[list[str]], broken: set[int]) -> None:
    lines = [cell for row in plan for cell in row]
    wrapped = [part for at, row in enumerate(plan) for part in wrap(row, wide=at not in broken)]
    for body in (lines, wrapped):
        before = page_of([BEFORE, *body, AFTER])
        after = rebuild_tables(before, RULES)
        assert squeezed(after.text) == squeezed(before.text)
        assert rebuild_tables(after, RULES).text == after.text
        for table in after.tables:
            assert all(len(row) == len(table.header) for row in table.rows)
            assert {row[-1] for row in table.rows} <= {"预期性", "约束性"}
            assert figures(table.rows) == figures(plan[1:])


def wrap(row: Sequence[str], *, wide: bool) -> Iterator[str]:
    """Return the lines of a row; where its column is not `wide`, its name takes two."""
    for cell in row:
        yield from (cell,) if wide or "（" not in cell else (cell[:3], cell[3:])


def figures(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the cells with figures in reading order."""
    return [cell for row in rows for cell in row if any(c.isdigit() for c in cell)]


# --- bounds ---


def test_five_thousand_rows() -> None:
    lines = ["指标", "2020年", "2025年", "属性"]
    for number in range(5000):
        lines += [f"{NAMES[number % 7]}（万吨）", str(number), str(number + 1), "预期性"]
    (table,) = rebuild(lines).tables
    assert len(table.rows) == 5000
    assert table.rows[4999] == ("森林覆盖率（万吨）", "4999", "5000", "预期性")


def test_a_header_again_and_again_is_read_in_bounded_time() -> None:
    page = page_of(["指标", "2020年", "属性"] * 3000)
    assert rebuild_tables(page, RULES).tables == ()


# --- the real page ---


@pytest.mark.skipif(not SHARED.is_dir(), reason="development data are not here")
def test_the_real_plan_has_sixteen_tables() -> None:
    raw = next((SHARED / "seeds").glob("003_*")).read_text("utf-8")
    tables = rebuild(raw.split("\n")).tables
    assert [len(table.rows) for table in tables[:2]] == [33, 36]
    assert len(tables) == 16


def test_twice_is_once() -> None:
    boxes = ["专栏2 工程", "1.铁路。建线。", "2.机场。扩建。"]
    once = rebuild([*flatten(PLANS["units"], "lines"), *boxes])
    assert len(once.tables) == 2
    assert rebuild_tables(once, RULES) == once
