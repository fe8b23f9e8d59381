"""How fast tables are rebuilt, and what pages without tables pay for the looking.

In: made plans and prose, and the pages of ../shared/seeds where they are. Out: a table of pages a
second on one core, for each kind of page. Exit 1 when a figure lies under its floor in
floors.toml, `[tables]`.
"""

import sys
import time
from pathlib import Path

import pipeline.rules
from bench._floors import hold
from pipeline.records import Block, Cell, Page, Provenance
from pipeline.rules.tables import load
from pipeline.tables import rebuild_tables

HERE = Path(__file__).resolve().parent
SEEDS = HERE.parents[1] / "shared" / "seeds"
SECONDS = 1.0
HEADER = ("类别", "指标", "2020年", "2025年", "年均/累计", "属性")
ROWS = (
    ("经济发展", "城镇化率（%）", "60.6", "65", "—", "预期性"),
    ("全员劳动生产率增长", "（%）", "2.5", "高于GDP增长", "预期性"),
    ("绿色生态", "单位GDP能源消耗降低（%）", "〔13.5〕", "约束性"),
    ("森林覆盖率（%）", "23.2", "24.1", "约束性"),
)
PROSE = "坚持以人民为中心，全面贯彻新发展理念，加快构建新发展格局，着力推动高质量发展。" * 4


def page_of(blocks: list[Block]) -> Page:
    """Return a page of blocks."""
    return Page("0" * 16, "", tuple(blocks), Provenance("bench"))


def pages() -> dict[str, Page]:
    """Return one page of each kind."""
    plan = [*HEADER, *(cell for row in ROWS * 10 for cell in row)]
    cells = tuple(
        Cell(row, column, f"{row * column}") for row in range(5000) for column in range(6)
    )
    made = {
        "flattened_40_rows": page_of([Block("paragraph", line) for line in plan]),
        "markup_5000_rows": page_of([Block("table", "x", cells=cells)]),
        "no_table_300_paragraphs": page_of([Block("paragraph", PROSE)] * 300),
    }
    for file in sorted(SEEDS.glob("003*.txt")) if SEEDS.is_dir() else []:
        lines = enumerate(file.read_text("utf-8").split("\n"), 1)
        blocks = [Block("paragraph", text, line=at) for at, text in lines if text.strip()]
        made["real_plan_16_tables"] = page_of(blocks)
    return made


def measure() -> dict[str, float]:
    """Return pages a second of each kind."""
    rules = load([Path(pipeline.rules.__file__).with_name("tables.toml")])
    figures = {}
    for name, page in pages().items():
        done, start = 0, time.process_time()
        while time.process_time() - start < SECONDS:
            rebuild_tables(page, rules)
            done += 1
        figures[name] = done / (time.process_time() - start)
    return figures


def main() -> int:
    """Print the table; return 1 when a figure lies under its floor."""
    return hold("tables", measure(), "pages/s")


if __name__ == "__main__":
    sys.exit(main())
