"""Tables whose cells are parted by bars, commas or tabs, and tables on a line with other text."""

import csv
import io
from collections.abc import Sequence

import pytest

from pipeline.records import Table
from tests.test_tables_flat import AFTER, BEFORE, PLANS, grid, own_cells, rebuild, whole


def places(plan: str) -> list[list[str]]:
    """Return the cells of a plan in their places, merged ones written once."""
    return [["" if cell in ("^", "<") else cell for cell in row] for row in grid(plan)]


def write(plan: str, way: str) -> list[str]:
    """Return a plan as programs write it."""
    full, own = places(plan), own_cells(plan)
    if way == "bars on both sides":
        return [f"| {' | '.join(row)} | " for row in full]
    if way == "a ruler, merged cells left out":
        ruler = "| " + " | ".join("---" for _ in full[0]) + " |"
        return ["|" + "  |" * len(full[0]), ruler, *(f"| {' | '.join(row)} |" for row in own)]
    if way == "a ruler, no bars outside":
        head, *body = ["| ".join(row) for row in own]
        return [head, "|".join("---" for _ in own[0]), *body]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([whole(plan)[0], *whole(plan)[1]])
    return out.getvalue().splitlines()


WAYS = (
    "bars on both sides", "a ruler, merged cells left out", "a ruler, no bars outside", "commas",
)  # fmt: skip
#: Names over two columns: where they are left out, only words tell parent from child.
NESTED = "serial numbers and a parent"


def table_of(lines: Sequence[str]) -> Table:
    (table,) = rebuild([BEFORE, "专栏1 主要指标", *lines, AFTER]).tables
    return table


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", [name for name in PLANS if name != NESTED])
def test_every_way_of_marking_cells(name: str, way: str) -> None:
    table = table_of(write(PLANS[name], way))
    header, rows = whole(PLANS[name])
    assert (table.title, table.header, list(table.rows)) == ("主要指标", header, rows)


def test_text_has_one_row_a_line_and_no_bars() -> None:
    page = rebuild([BEFORE, *write(PLANS["units"], "a ruler, no bars outside"), AFTER])
    assert "|" not in page.text
    assert "2\t常住人口城镇化率\t%\t58.6\t64\t—\t预期性" in page.text.split("\n")


@pytest.mark.parametrize(
    "lines",
    [
        ["首页 | 新闻 | 政务公开", "要闻 | 公告 | 专题", "市情 | 县区 | 乡镇"],
        [
            "会议强调，目标,任务,责任要层层落实。",
            "要抓重点,补短板,强弱项。",
            "要有思路,有办法,有实效。",
        ],
        ["2021年，A|B 两类企业共 35 家。", "2022年，A|B 两类企业共 41 家。"],
    ],
    ids=["menu", "commas in prose", "bars in prose"],
)
def test_marks_in_prose_make_no_table(lines: Sequence[str]) -> None:
    page = rebuild([BEFORE, *lines, AFTER])
    assert page.tables == ()
    assert page.text.split("\n") == [BEFORE, *lines, AFTER]


def test_rows_of_too_many_cells_are_refused_and_stay() -> None:
    lines = ["| 指标 | 2020年 |", "| --- | --- |", "| 粮食 | 21 | 22 | 23 |", "| 油料 | 3 |"]
    page = rebuild([BEFORE, *lines, AFTER])
    assert [one.text for one in page.refused] == [lines[0]]
    assert page.text.split("\n")[1:-1] == lines


def test_a_broken_header_and_broken_categories() -> None:
    lines = """类别\t指标\t2020年
完成值\t2025年
目标值\t指标
性质
创新
驱动\t研发经费投入强度（%）\t2.3\t2.6\t预期性
高新技术企业数（家）\t820\t1600\t预期性
绿色
生态\t森林覆盖率（%）\t61\t62\t约束性""".splitlines()
    table = table_of(lines)
    assert table.header == ("类别", "指标", "2020年完成值", "2025年目标值", "指标性质")
    assert [row[0] for row in table.rows] == ["创新驱动", "创新驱动", "绿色生态"]


def test_quoted_cells_of_a_spreadsheet() -> None:
    lines = """指标\t单位\t2020年\t2025年
"粮食综合
生产能力"\t万吨\t21\t22
油料产量\t万吨\t\t4
"城镇
新增就业"\t万人\t3\t4""".splitlines()
    table = table_of(lines)
    names = [row[0] for row in table.rows]
    assert names == ["粮食综合生产能力", "油料产量", "城镇新增就业"]
    assert table.rows[1] == ("油料产量", "万吨", "", "4")


def test_merged_cells_that_were_written_in_each_place() -> None:
    lines = """用地类型,用地类型,2020年,2020年,2035年,2035年
用地类型,用地类型.1,面积（公顷）,占比（%）,面积（公顷）,占比（%）
农用地,耕地,1286,26.1,1275,25.9
农用地,园地,214,4.4,208,4.2
建设用地,城镇用地,186,3.8,231,4.7""".splitlines()
    table = table_of(lines)
    assert table.header[:4] == (
        "用地类型(一级)", "用地类型(二级)", "2020年_面积（公顷）", "2020年_占比（%）",
    )  # fmt: skip
    assert table.rows[1] == ("农用地", "园地", "214", "4.4", "208", "4.2")


def test_a_title_that_was_run_into_the_first_cell() -> None:
    lines = [
        "专栏2 县域发展主要指标 指 标| 2020年| 2025年", "---|---|---",
        "粮食产量（万吨）| 21| 22", "森林覆盖率（%）| 61| 62",
    ]  # fmt: skip
    (table,) = rebuild([BEFORE, *lines, AFTER]).tables
    assert (table.title, table.header[0]) == ("专栏2 县域发展主要指标", "指标")


ONE = (
    "指标 2020年 2025年 属性 粮食综合生产能力（亿吨） 6.5 6.8 约束性 "
    "森林覆盖率（%） 23.2 24.1 约束性"
)


@pytest.mark.parametrize(
    ("line", "title"),
    [
        (f"表1 县域主要指标 {ONE}", "表1 县域主要指标"),
        (f"全县发展的目标如下： 县域发展 主要指标 {ONE}", "县域发展 主要指标"),
        (f"{ONE} 以上数据由县统计局提供", ""),
        (f"{ONE} 第二章 重点任务 要加强领导，落实责任。", ""),
    ],
    ids=["title", "prose and title", "words behind", "chapter behind"],
)
def test_a_table_on_a_line_with_other_text(line: str, title: str) -> None:
    page = rebuild([BEFORE, line, "各部门要加强领导，明确责任，抓紧落实。"])
    (table,) = page.tables
    assert table.title == title
    assert table.rows[1] == ("森林覆盖率（%）", "23.2", "24.1", "约束性")
    assert "".join(line.split()) in "".join(page.text.split())


@pytest.mark.parametrize(
    ("below", "count"),
    [
        (["注：1.产量按新口径。", "2.比重按现价。", "3.优化空间布局。"], 3),
        (["注：产量按新口径。", "1.优化空间布局。坚持因地制宜。"], 1),
        (["注：①产量按新口径；②比重按现价。", "③面积按变更调查。", "1.优化空间布局。"], 2),
        (["注：", "1.产量按新口径。", "三、重点任务"], 2),
    ],
    ids=["counts on", "begins anew", "within a note", "announced"],
)
def test_notes_end_where_their_numbers_do(below: Sequence[str], count: int) -> None:
    (table,) = rebuild([BEFORE, *write(PLANS["units"], "commas"), *below]).tables
    assert table.notes == tuple(below[:count])


@pytest.mark.parametrize(
    ("above", "title"),
    [
        (["2024年各县城乡低保标准"], "2024年各县城乡低保标准"),
        (["各县粮食生产任务", "单位：万吨"], "各县粮食生产任务"),
        (["第三节 发展目标"], ""),
        (["三、各项任务"], ""),
        (["具体任务如下："], ""),
    ],
    ids=["no word", "above the unit", "chapter", "part", "announcement"],
)
def test_titles_that_no_word_marks(above: Sequence[str], title: str) -> None:
    (table,) = rebuild([BEFORE, *above, *write(PLANS["units"], "commas"), AFTER]).tables
    assert table.title == title


TASKS = """
领域|任务|责任单位|指标值
交通|城北大道开工|市交通局|开工建设
^|环城路前期|市交通局|完成可研
水利|青山水库除险|市水利局|主体完工
^|管网改造（公里）|市水利局|26
教育|学位（个）|市教育局|1200"""


@pytest.mark.parametrize("way", ["bars on both sides", "tabs"])
def test_rows_of_words_are_no_header(way: str) -> None:
    lines = ["\t".join(row) for row in places(TASKS)] if way == "tabs" else write(TASKS, way)
    header, rows = whole(TASKS)
    assert (table_of(lines).header, table_of(lines).rows) == (header, tuple(rows))


@pytest.mark.parametrize("mark", ["|", "\t", ","])
def test_a_total_has_no_number_of_another_row(mark: str) -> None:
    rows = ["序号 项目 资金", "1 道路 120", "2 饮水 80", "3 水库 60", " 合计 260"]
    lines = [row.replace(" ", mark) for row in rows]
    lines = [f"|{line}|" for line in lines] if mark == "|" else lines
    assert table_of(lines).rows[-1] == ("", "合计", "260")


def test_a_browser_leaves_merged_cells_out_and_keeps_empty_ones() -> None:
    plan = PLANS["categories and words for figures"]
    lines = ["\t".join(row) for row in own_cells(plan)]
    assert lines[2] == "2.全员劳动生产率增长（%）\t2.5\t—\t高于GDP增长\t预期性"
    lines[2] = lines[2].replace("2.5", "")
    rows = whole(plan)[1]
    assert table_of(lines).rows == (rows[0], (*rows[1][:2], "", *rows[1][3:]), *rows[2:])
