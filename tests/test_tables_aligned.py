"""Rows that repeat a pattern of kinds, and header cells that lie over any number of others."""

from pathlib import Path

import pytest

from pipeline.records import Block, Page, Provenance, Table
from pipeline.rules.tables import load
from pipeline.tables import merged, rebuild_tables

RULES = load([Path(__file__).parents[1] / "pipeline" / "rules" / "tables.toml"])


def tables_of(text: str) -> tuple[Table, ...]:
    lines = [
        "为便于查询，现将有关情况公布如下。",
        *text.split("|"),
        "各地要抓好落实，按季度报告进展。",
    ]
    blocks = tuple(Block("paragraph", line, line=at) for at, line in enumerate(lines, 1))
    return rebuild_tables(Page("0" * 16, "", blocks, Provenance("a.txt")), RULES).tables


@pytest.mark.parametrize(
    ("cells", "width", "names"),
    [
        ("指标|基期末|规划目标|2020年|2025年|年均增速（%）", 4,
         "指标 基期末_2020年 规划目标_2025年 规划目标_年均增速（%）"),
        ("县区|开工（套）|竣工（套）|投资（亿元）|2024年|2025年|2024年|2025年|2025年", 6,
         "县区 开工（套）_2024年 开工（套）_2025年 竣工（套）_2024年 竣工（套）_2025年 "
         "投资（亿元）_2025年"),
        ("项目|3月|1-3月|同比（%）|同比（%）", 3, "项目 3月_同比（%） 1-3月_同比（%）"),
        ("市县|债务限额|债务余额|合计|一般债务|专项债务|合计|一般债务|专项债务", 7,
         "市县 债务限额_合计 债务限额_一般债务 债务限额_专项债务 "
         "债务余额_合计 债务余额_一般债务 债务余额_专项债务"),
        ("县区|供水（吨）|护理补贴（元）|全自理|半护理|全护理", 5,
         "县区 供水（吨） 护理补贴（元）_全自理 护理补贴（元）_半护理 护理补贴（元）_全护理"),
        ("地市|改造（家）|上云（家）|2023年|2024年|累计至2025年|2025年", 5,
         "地市 改造（家）_2023年 改造（家）_2024年 改造（家）_累计至2025年 上云（家）_2025年"),
        ("月份|气温（℃）|降水（毫米）|本年|距平|本年|距平率（%）", 5,
         "月份 气温（℃）_本年 气温（℃）_距平 降水（毫米）_本年 降水（毫米）_距平率（%）"),
    ],
)  # fmt: skip
def test_merged_cells_lie_over_any_number_of_others(cells: str, width: int, names: str) -> None:
    (price, columns), *_ = merged.divide(cells.split("|"), width, RULES.lexicon)
    assert price < 2
    assert ["_".join(path) for path in columns] == names.split()


def test_codes_stand_before_names_and_totals_have_none() -> None:
    (table,) = tables_of(
        "科目代码|科目名称|预算数|决算数|301|教育支出|41.2|40.8|302|卫生支出|30.1|29.9"
        "|305|农林支出|22.6|23.0|合计|93.9|93.7"
    )
    assert table.rows[-1] == ("", "合计", "93.9", "93.7")
    assert table.rows[0] == ("301", "教育支出", "41.2", "40.8")


@pytest.mark.parametrize(
    ("text", "header", "first", "last"),
    [
        ("序号|站点|里程（公里）|1|城东线|青禾站|12|2|石桥站|15|3|城西线|长塘站|9|4|白沙站|11",
         "序号 站点(一级) 站点(二级) 里程（公里）",
         "1 城东线 青禾站 12", "4 城西线 白沙站 11"),
        ("指标属性|指标|2020年|2025年|约束性|森林覆盖率（%）|35|36|湿地保护率（%）|50|55"
         "|预期性|绿道长度（公里）|120|300|公园面积（公顷）|80|95",
         "指标属性 指标 2020年 2025年", "约束性 森林覆盖率（%） 35 36",
         "预期性 公园面积（公顷） 80 95"),
        ("工程类别|工程名称|投资（亿元）|水库|青禾水库扩建工程|3.5|石桥水库加固工程|2.1|堤防"
         "|临江河北岸堤防工程|4.2|长塘河堤防达标工程|1.9",
         "工程类别 工程名称 投资（亿元）", "水库 青禾水库扩建工程 3.5",
         "堤防 长塘河堤防达标工程 1.9"),
        ("物资种类|单位|县级|乡级|帐篷|顶|120|12|棉被|床|900|60|折叠床|张|300|—|水泵|台|8|2",
         "物资种类 单位 县级 乡级", "帐篷 顶 120 12", "水泵 台 8 2"),
    ],
    ids=["behind-numbers", "attributes-first", "word-unknown", "names-of-kinds"],
)  # fmt: skip
def test_a_first_column_may_be_merged(text: str, header: str, first: str, last: str) -> None:
    (table,) = tables_of(text)
    assert table.header == tuple(header.split())
    assert table.rows[0] == tuple(first.split())
    assert table.rows[-1] == tuple(last.split())


def test_numbers_are_merged_over_rows_between_others_and_over_no_total() -> None:
    (table,) = tables_of(
        "序号|指标|2020年|2025年|1|绿道长度（公里）|120|300|2|公园面积（公顷）|80|95"
        "|湿地面积（公顷）|50|60|3|林地面积（公顷）|500|520|合计|630|675"
    )
    assert [row[0] for row in table.rows] == ["1", "2", "2", "3", "合计"]


def test_a_title_that_nothing_marks_is_no_header_cell() -> None:
    (table,) = tables_of(
        "部分乡镇充电设施布点|站点|桩数（个）|功率（千瓦）|青禾站|12|480|石桥站|8|320|长塘站|6|240|白沙站|4|160"
    )
    assert table.header == ("站点", "桩数（个）", "功率（千瓦）")
    assert len(table.rows) == 4


def test_links_with_numbers_are_no_table() -> None:
    assert not tables_of("首页|上一页|1|2|3|4|5|下一页|尾页|共|5|页")
    assert not tables_of("通知公告|12|政策文件|30|解读|7|专题|4|办事指南|9")


def test_a_heading_that_nothing_marks_is_doubted() -> None:
    (table,) = tables_of(
        "指标|2020年|2025年|水网建设|1.灌区节水面积（万亩）|12|15|2.水库除险座数（座）|8|9"
        "|林草保护|3.退耕面积（万亩）|3.1|3.6|4.草原修复面积（万亩）|7|8"
    )
    assert [row for row in table.rows if not row[1]] == [("水网建设", "", ""), ("林草保护", "", "")]
    assert {doubt.row for doubt in table.doubts} >= {0, 3}


def test_one_of_many_is_a_unit() -> None:
    (table,) = tables_of(
        "监测指标|单位|2010年|2020年|发病率|1/10万|30.5|20.1|住院率|%|97|99|筛查率|%|61|80"
    )
    assert table.rows[0] == ("发病率", "1/10万", "30.5", "20.1")


def rowed(text: str, between: str) -> tuple[Table, ...]:
    """Return the tables of rows whose cells are apart by `between`, a line each."""
    return tables_of("|".join(between.join(row.split()) for row in text.split("|")))


@pytest.mark.parametrize("between", ["\t", "   ", " "])
def test_rows_of_one_line_vouch_for_any_header(between: str) -> None:
    text = (
        "专业代码 专业名称 科类 计划数|510201 机电技术 理工 120|510202 网络技术 综合 80"
        "|460103 数控技术 理工 60|520201 护理 综合 200"
    )
    (table,) = rowed(text, between)
    assert table.header == ("专业代码", "专业名称", "科类", "计划数")
    assert table.rows[-1] == ("520201", "护理", "综合", "200")


@pytest.mark.parametrize("between", ["\t", "   ", " "])
def test_rows_of_one_line_may_lack_a_merged_first_cell(between: str) -> None:
    text = (
        "领域 站点 里程 班次|城东 青禾站 12 30|石桥站 15 28|长塘站 9 16"
        "|城西 白沙站 11 18|云岭站 7 12"
    )
    (table,) = rowed(text, between)
    assert [row[0] for row in table.rows] == ["城东"] * 3 + ["城西"] * 2
    assert not table.doubts


def test_a_caption_with_blanks_is_no_header() -> None:
    (table,) = tables_of(
        "专栏1 表1 2024年末人口及构成|指标   人数（万人）   比重（%）|全县   42.6   100"
        "|城镇   25.1   58.9"
        "|乡村   17.5   41.1"
    )
    assert table.header == ("指标", "人数（万人）", "比重（%）")
    assert table.title == "表1 2024年末人口及构成"


def test_words_in_columns_are_no_table_without_figures() -> None:
    assert not rowed(
        "首页 新闻 公告 服务|政务 公开 指南 目录|办事 大厅 查询 预约|互动 信箱 访谈 调查", " "
    )


def test_blank_lines_between_rows_tell_where_they_end() -> None:
    rows = "类别 序号 指标 2020年 2025年 属性|总量 1 供水量 12.5 14 预期性|2 用电量 8 9.5 预期性|"
    rows += "3 用气量 _ 7 约束性|质量 4 水质 _ _ 约束性|5 空气质量 88 90 约束性"
    lines, at = [], 10
    for row in rows.split("|"):
        for cell in row.split():
            at += 1
            if cell != "_":
                lines.append((at, cell))
        at += 2
    blocks = tuple(Block("paragraph", text, line=line) for line, text in lines)
    after = Block("paragraph", "各地要抓好落实，按季度报告进展。", line=at + 5)
    (table,) = rebuild_tables(
        Page("0" * 16, "", (*blocks, after), Provenance("a.txt")), RULES
    ).tables
    assert table.header == ("类别", "序号", "指标", "2020年", "2025年", "属性")
    assert table.rows[2] == ("总量", "3", "用气量", "", "7", "约束性")
    assert table.rows[3] == ("质量", "4", "水质", "", "", "约束性")
    assert len(table.rows) == 5


def doubted(table: Table) -> set[int]:
    """Return the rows that carry a doubt."""
    return {doubt.row for doubt in table.doubts}


def test_rows_below_a_heading_that_nothing_marks_are_doubted_with_it() -> None:
    body = "全县用水量|8.1|8.6|工业用水量|3.2|3.4|农业用水量|4.1|4.3|管网长度|120|180"
    (marked,) = tables_of(
        f"指标|2020年|2025年|一、供水|{body}|二、排水|污水量|2.2|2.4|雨水量|1.1|1.2"
    )
    (plain,) = tables_of(f"指标|2020年|2025年|供水|{body}|排水|污水量|2.2|2.4|雨水量|1.1|1.2")
    assert not doubted(marked)
    assert doubted(plain) == set(range(len(plain.rows)))


def test_a_category_that_may_have_changed_is_doubted_down_to_the_next() -> None:
    unit = "万吨|12|14|16"
    (table,) = tables_of(
        "类别|指标|单位|2010年|2015年|2020年"
        f"|粮油生产与供应|全县一次粮食综合生产能力|{unit}|油料生产能力|{unit}|县级储备粮规模|吨|9|11"
        f"|仓储建设与改造|县级粮库新增有效仓容总量|{unit}|乡镇粮站改造数量|{unit}|烘干能力|{unit}"
    )
    if len({row[0] for row in table.rows}) < 2:
        assert doubted(table) >= {3, 4, 5}


def test_remarks_that_most_rows_lack_are_doubted() -> None:
    (table,) = tables_of(
        "指标|单位|2020年|2025年|备注|用电量|亿千瓦时|29|47|最大负荷|万千瓦|41|65|含自备|风电装机|万千瓦|23|43"
        "|光电装机|万千瓦|12|40|含屋顶|储能规模|万千瓦|1|12|线路长度|公里|72|105"
    )
    assert {1, 2, 3, 4} <= doubted(table)
