"""How fast tables are rebuilt beside pandas, and what pages without tables pay for the looking.

In: made plans and prose, and a page of ../shared/seeds where it is. Out: ratios in one run, on one
core: a page with a table of 5,000 rows, cleaned whole, times as fast as `pandas.read_html` with
lxml, its fastest parser, reads it; a flattened plan, times as fast as pandas reads one of that size
with its markup; what a page without tables costs in chrome for each time its tables are looked
for; how often a real plan of sixteen tables is cleaned in half a second. Exit 1 when a figure lies
under its floor in floors.toml, `[tables]`.
"""

import io
import sys
from pathlib import Path

import pandas

import pipeline
from bench._floors import hold, seconds
from pipeline import chrome, parse
from pipeline.records import Block, Page, Provenance, RawPage
from pipeline.rules import built_in_rules
from pipeline.tables import rebuild_tables

SEEDS = Path(__file__).resolve().parents[2] / "shared" / "seeds"
HALF = 0.5
HEADER = ("类别", "指标", "2020年", "2025年", "年均/累计", "属性")
ROWS = (
    ("经济发展", "城镇化率（%）", "60.6", "65", "—", "预期性"),
    ("全员劳动生产率增长", "（%）", "2.5", "高于GDP增长", "预期性"),
    ("绿色生态", "单位GDP能源消耗降低（%）", "〔13.5〕", "约束性"),
    ("森林覆盖率（%）", "23.2", "24.1", "约束性"),
)
PROSE = "坚持以人民为中心，全面贯彻新发展理念，加快构建新发展格局，着力推动高质量发展。" * 4
LINES, LARGE = 10, 5000


def markup(rows: list[tuple[str, ...]]) -> str:
    """Return a page with one table of `rows`."""
    body = "".join("<tr>" + "".join(f"<td>{x}</td>" for x in row) + "</tr>" for row in rows)
    return f"<html><body><h1>主要指标</h1><p>{PROSE}</p><table>{body}</table></body></html>"


def page_of(lines: list[str]) -> Page:
    """Return a page of lines."""
    return Page("0" * 16, "", tuple(Block("paragraph", x) for x in lines), Provenance("bench"))


def measure() -> dict[str, float | None]:
    """Return the ratios."""
    rules = built_in_rules()
    plan = [*HEADER, *(cell for row in ROWS * LINES for cell in row)]
    large = markup(
        [HEADER, *(("经济", f"指标{at}", "1", "2", "3", "预期性") for at in range(LARGE))]
    )
    small = markup([HEADER, *(ROWS[0] for _ in range(LINES * len(ROWS)))])
    flat, prose = page_of(plan), page_of([PROSE] * 300)
    raw = RawPage("", "\n".join([PROSE] * 300).encode(), "", Provenance("bench"))
    read = parse.parse(raw, rules.metadata)
    pandas_large = seconds(lambda: pandas.read_html(io.StringIO(large), flavor="lxml"), 1)
    pandas_small = seconds(lambda: pandas.read_html(io.StringIO(small), flavor="lxml"))
    return {
        "large_times_pandas": pandas_large / seconds(lambda: pipeline.rebuild_tables(large), 1),
        "flattened_times_pandas": pandas_small
        / seconds(lambda: rebuild_tables(flat, rules.tables)),
        "chrome_times_looking": seconds(lambda: chrome.strip(read, rules.chrome))
        / seconds(lambda: rebuild_tables(prose, rules.tables)),
        "real_plan_in_half_a_second": _real(),
    }


def _real() -> float | None:
    """Return how often the real plan is cleaned in half a second, None where it is not here."""
    file = next(SEEDS.glob("003_*"), None)
    return HALF / seconds(lambda: pipeline.clean(file.read_bytes())) if file else None


def main() -> int:
    """Print the table; return 1 when a figure lies under its floor."""
    return hold("tables", measure(), "times")


if __name__ == "__main__":
    sys.exit(main())
