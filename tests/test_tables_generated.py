"""What holds for every flattened table, over random tables such as plans have."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records import Block, Page, Provenance, Table
from pipeline.rules.tables import load
from pipeline.tables import rebuild_tables

RULES = load([Path(__file__).parents[1] / "pipeline" / "rules" / "tables.toml"])
SHARED = Path(__file__).parents[2] / "shared"
CATEGORIES = ("经济发展", "创新驱动", "民生福祉", "绿色生态", "安全保障")
NAMES = ("粮食产量", "森林覆盖率", "人均预期寿命", "用水总量", "公路里程", "参保人数", "劳动生产率")
NUMBER = re.compile(r"\d+")
UNITS = ("%", "万吨", "亿元", "人", "公里")
BINDINGS = ("预期性", "约束性")
BEFORE, AFTER = "各项指标按年度分解落实，逐级压实责任。", "二、坚持创新驱动发展"


@dataclass(frozen=True)
class Plan:
    """A random plan: its header and rows as the page has left them, merged cells once.

    `wrong` counts the totals that do not add up.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    wrong: int

    def lines(self, way: str) -> list[str]:
        rows = [self.header, *self.rows]
        if way == "lines":
            return [cell for row in rows for cell in row]
        if way == "one line":
            return [" ".join(cell for row in rows for cell in row)]
        return [{"tabs": "\t", "blanks": "  ", "blank": " "}[way].join(row) for row in rows]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Return a plan with or without categories, numbers, units, a period and attributes."""
    categories, serial, units, period, binding = (draw(st.booleans()) for _ in range(5))
    header = [
        *(("类别",) if categories else ()),
        *(("序号",) if serial else ()),
        "指标",
        *(("单位",) if units else ()),
        *("2020年", "2025年"),
        *(("年均/累计",) if period else ()),
        *(("属性",) if binding else ()),
    ]
    rows, wrong = [], 0
    for at in range(draw(st.integers(3, 9))):
        unit = draw(st.sampled_from(UNITS))
        name = draw(st.sampled_from(NAMES)) + ("" if units else f"（{unit}）")
        base, more = draw(st.integers(100, 800)), draw(st.integers(1, 90))
        off = draw(st.sampled_from((0, 0, 0, 17)))
        figures = [str(base), str(base + more + off), f"〔{more}〕"][: 3 if period else 2]
        full = draw(st.booleans()) or not period
        wrong += bool(off) and full and period
        rows.append(
            (
                *((CATEGORIES[at // 3],) if categories and at % 3 == 0 else ()),
                *((str(at + 1),) if serial else ()),
                name,
                *((unit,) if units else ()),
                *(figures if full else figures[2:]),
                *((draw(st.sampled_from(BINDINGS)),) if binding else ()),
            )
        )
    return Plan(tuple(header), tuple(rows), wrong)


def page_of(lines: list[str]) -> Page:
    blocks = (Block("paragraph", line, line=at) for at, line in enumerate(lines, 1))
    return Page("0" * 16, "", tuple(blocks), Provenance("a.txt"))


def squeezed(text: str) -> str:
    return "".join(text.split())


WAYS = ("lines", "tabs", "blanks", "blank", "one line")


@settings(max_examples=60, deadline=None)
@given(plans(), st.sampled_from(WAYS))
def test_every_cell_lands_once_and_in_its_order(plan: Plan, way: str) -> None:
    before = page_of([BEFORE, *plan.lines(way), AFTER])
    after = rebuild_tables(before, RULES)
    assert squeezed(after.text) == squeezed(before.text)
    assert rebuild_tables(after, RULES) == after
    for table in after.tables:
        assert [cell for row in table.rows for cell in row if is_figure(cell)] == [
            cell for row in plan.rows for cell in row if is_figure(cell)
        ]
        holds(table, plan)


def is_figure(cell: str) -> bool:
    """Return whether a cell is a figure of a year or a period, no serial number."""
    return cell.strip("〔〕").isdigit() and len(cell) > 1


def holds(table: Table, plan: Plan) -> None:
    """Check what is true of every table."""
    assert all(len(row) == len(table.header) for row in table.rows)
    assert len(table.rows) == len(table.lines) == len(plan.rows)
    if "序号" in table.header:
        numbers = [int(row[table.header.index("序号")]) for row in table.rows]
        assert numbers == list(range(1, len(numbers) + 1))
    if "属性" in table.header:
        assert {row[-1] for row in table.rows} <= set(BINDINGS)
    said = [doubt for doubt in table.doubts if doubt.why == RULES.doubts["sum"]]
    assert len(said) == plan.wrong
    for doubt in table.doubts:
        shares = (table.confidence_at(doubt.row, doubt.column), *doubt.shares)
        assert all(0 <= share <= 1 for share in shares)
        assert sum(shares) < 1.01
        assert len(doubt.shares) == len(doubt.readings)
        assert doubt.why


@settings(max_examples=40, deadline=None)
@given(plans(), st.sampled_from(WAYS))
def test_nearly_every_plan_is_read(plan: Plan, way: str) -> None:
    after = rebuild_tables(page_of([BEFORE, *plan.lines(way), AFTER]), RULES)
    assert len(after.tables) + len(after.refused) == 1


@dataclass(frozen=True)
class Full:
    """A random table without an empty cell: its columns and rows, and its lines, one cell each."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[str, ...]


PLACES = (
    "青禾县",
    "临江区",
    "云岭市",
    "石桥镇",
    "长塘区",
    "南浦市",
    "白沙县",
    "丽泽州",
    "衡水湖区",
)
# Header cells that no list knows.
STRANGE = ("网点密度", "服务半径", "供给强度", "到站车次")
STATES = ("已经办结", "正在推进")
HEADINGS = ("一、东部片区", "二、中部片区", "三、西部片区")


@st.composite
def full_tables(draw: st.DrawFn) -> Full:
    """Return a table with strange headers, units, two header rows, headings or a last word."""
    names = draw(st.permutations(PLACES))[: draw(st.integers(4, 9))]
    figures = draw(st.integers(2, 4))
    merged, units, worded, headed = (draw(st.booleans()) for _ in range(4))
    strange = draw(st.sampled_from(("地区", "站点类型")))
    units = units and strange == "地区"
    leaves = [*STRANGE[: figures - 1], "2025年"]
    first = [strange, *(("单位",) if units else ())]
    second: list[str] = []
    columns = [*first, *leaves]
    if merged:
        groups, parts = ("上年实际", "本年计划"), ("总量（个）", "增速（%）")
        columns = [*first, *(f"{group}_{part}" for group in groups for part in parts)]
        leaves, second = list(groups), [*parts, *parts]
    last = ["办理进展"] if worded else []
    lines, rows = [*first, *leaves, *last, *second], []
    for at, name in enumerate(names):
        if headed and not at % 3:
            lines.append(HEADINGS[at // 3])
            rows.append((HEADINGS[at // 3], *[""] * (len(columns) - 1 + worded)))
        row = [name, *((draw(st.sampled_from(("万人", "公里", "1/10万"))),) if units else ())]
        row += [str(draw(st.integers(11, 988))) for _ in range(len(columns) - len(row))]
        row += [STATES[at % 2]] if worded else []
        lines += row
        rows.append(tuple(row))
    return Full((*columns, *last), tuple(rows), tuple(lines))


@settings(max_examples=60, deadline=None)
@given(full_tables())
def test_full_tables_are_read_whatever_their_headers_say(full: Full) -> None:
    before = page_of([BEFORE, *full.lines, AFTER])
    after = rebuild_tables(before, RULES)
    assert squeezed(after.text) == squeezed(before.text)
    (table,) = after.tables
    assert table.rows == full.rows
    assert table.header == full.columns


@st.composite
def grouped(draw: st.DrawFn) -> Full:
    """Return a table whose rows stand below categories that no list knows, each said once."""
    names = draw(st.permutations(NAMES))[: draw(st.integers(4, 7))]
    groups = draw(st.permutations(("渔港", "林果", "驿站服务", "滩涂")))
    lines, rows = ["领域", "指标", "2020年", "2025年"], []
    for at, name in enumerate(names):
        unit = draw(st.sampled_from(UNITS))
        row = (
            f"每一万名常住居民的{name}（{unit}）",
            *(str(draw(st.integers(11, 988))) for _ in "12"),
        )
        lines += [*((groups[at // 2],) if at % 2 == 0 else ()), *row]
        rows.append((groups[at // 2], *row))
    return Full(("领域", "指标", "2020年", "2025年"), tuple(rows), tuple(lines))


@settings(max_examples=30, deadline=None)
@given(grouped())
def test_short_lines_above_long_names_are_categories(full: Full) -> None:
    (table,) = rebuild_tables(page_of([BEFORE, *full.lines, AFTER]), RULES).tables
    assert table.rows == full.rows
    assert table.header == full.columns


CELLS = st.one_of(
    st.sampled_from(
        ("", "—", "预期性", "亿元", "合计", "其中：城镇", "2021-2023", "〔3.5〕", ">6.5")
    ),
    st.sampled_from(("备注", "序号", "2022-06-21", "2022年", "全市", *NAMES, *CATEGORIES)),
    st.integers(1, 99_999).map(str),
)
HEADS = st.sampled_from(
    ("序号", "类别", "指标", "项目名称", "单位", "2020年", "2025年", "年均增长", "属性", "备注", "")
)


@st.composite
def ragged(draw: st.DrawFn) -> list[str]:
    """Return the lines of something like a table, in one of the ways that pages are flattened."""
    width = draw(st.integers(2, 7))
    header = draw(st.lists(HEADS, min_size=width, max_size=width))
    row = st.lists(CELLS, min_size=1, max_size=width)
    rows = [header, *draw(st.lists(row, min_size=1, max_size=8))]
    way = draw(st.sampled_from(("lines", "one line", "\t", "   ", " ", ",", " | ")))
    if way == "lines":
        return [cell for one in rows for cell in one if cell]
    if way == "one line":
        return [" ".join(cell for one in rows for cell in one if cell)]
    return [way.join(one) for one in rows if any(one)]


@settings(max_examples=150, deadline=None)
@given(ragged())
def test_whatever_a_table_came_to_no_number_is_lost_or_made(lines: list[str]) -> None:
    page = page_of([BEFORE, "专栏1 主要指标", *filter(str.strip, lines), AFTER])
    before = Counter(NUMBER.findall(" ".join(lines)))
    after = rebuild_tables(page, RULES)
    shown = " ".join((after.text, *(note for table in after.tables for note in table.notes)))
    shown += " ".join(f"{table.title} {table.unit}" for table in after.tables)
    assert not before - Counter(NUMBER.findall(shown))
    cells = " ".join(cell for table in after.tables for row in table.rows for cell in row)
    assert set(NUMBER.findall(cells)) <= {*before, "1"}  # numbers of boxes are counted


# The rows of the development page whose reading is judgement, by their names.
JUDGED = (
    "八大万亿级产业增加值增长", "城镇保障性安居工程", "新增城镇就业", "耕地保有量",
    "万元生产总值耗地量", "城镇调查失业率", "单位GDP能源消耗降低", "其中:数字经济核心产业",
    "林木蓄积量", "优良天数比率",
)  # fmt: skip


@pytest.mark.skipif(not SHARED.is_dir(), reason="development data are not here")
@pytest.mark.parametrize("name", JUDGED)
def test_rows_that_are_judgement_are_doubted(name: str) -> None:
    raw = next((SHARED / "seeds").glob("003_*")).read_text("utf-8")
    tables = rebuild_tables(page_of([x for x in raw.split("\n") if x.strip()]), RULES).tables[:2]
    doubted = {"".join(table.rows[d.row]) for table in tables for d in table.doubts}
    assert any(name in row for row in doubted)


@pytest.mark.skipif(not SHARED.is_dir(), reason="development data are not here")
def test_what_is_certain_is_not_doubted() -> None:
    raw = next((SHARED / "seeds").glob("003_*")).read_text("utf-8")
    tables = rebuild_tables(page_of([x for x in raw.split("\n") if x.strip()]), RULES).tables[:2]
    rows = sum(len(table.rows) for table in tables)
    doubted = {(at, d.row) for at, table in enumerate(tables) for d in table.doubts}
    assert len(doubted) * 3 < rows
