"""The tables and plots of the report: what is drawn, what is doubtful, nothing fetched or run."""

import itertools
import re
from dataclasses import replace
from pathlib import Path

from pipeline.publish import Corpus, join, write_report
from pipeline.publish.report.plots import HEIGHT, WIDTH, Plot, Point, draw
from pipeline.records import Block, Cluster, Doubt, Found, Page, Provenance, Refused, Table

HOSTILE = '"/><script>alert(1)</script>'


def point(year: int, figure: float, role: str, text: str = "", series: int = 0) -> Point:
    return Point(year, figure, figure, role, text or f"{figure:g}", f"t{series}", series)


def drawn(*points: Point) -> Plot:
    plot = draw("城镇化率", "%", points)
    assert plot is not None
    return plot


def test_a_plan_is_drawn_from_its_base_to_its_target_and_to_what_came() -> None:
    plot = drawn(point(2015, 65.8, "base"), point(2020, 70, "target"), point(2020, 71, "actual"))
    assert [line.role for line in plot.lines] == ["target", "actual"]
    base, target, actual = plot.marks
    assert base.y > target.y > actual.y  # higher figures stand higher
    assert base.x < target.x == actual.x
    assert target.label - actual.label >= 12
    assert plot.told == "2015 base 65.8; 2020 target 70; 2020 actual 71"
    assert [year for _, year in plot.years] == [2015, 2020]


def test_figures_of_one_year_are_no_plot() -> None:
    assert draw("", "", [point(2020, 1, "base"), point(2020, 2, "target")]) is None
    assert draw("", "", []) is None


def test_labels_stay_in_the_box_and_off_each_other() -> None:
    crowd = [point(2025, 70 + n / 9, "target", series=n) for n in range(9)]
    plot = drawn(point(2020, 60, "base"), *crowd, point(2025, 70, "actual", series=9))
    labels = sorted(mark.label for mark in plot.marks if mark.point.year == 2025 and mark.label)
    assert len(labels) == 9  # two of them say 70
    assert all(b - a >= 12 for a, b in itertools.pairwise(labels))
    assert labels[0] >= 10
    assert labels[-1] <= HEIGHT
    assert all(0 < mark.x < WIDTH and 0 < mark.y < HEIGHT for mark in plot.marks)


def test_equal_figures_are_drawn_on_one_line() -> None:
    plot = drawn(point(2020, 5, "base"), point(2025, 5, "target"))
    assert len({mark.y for mark in plot.marks}) == 1


def pages(hostile: str = "") -> list[Page]:
    rows = (("城镇化率（%）", "60.6", f"65{hostile}"), ("森林覆盖率（%）", "23.2", "24.1"))
    table = Table(
        f"主要指标{hostile}",
        ("指标", "2020年", "2025年"),
        rows,
        doubts=(Doubt(1, 1, ("", f"24.1{hostile}"), f"why{hostile}", (0.2, 0.1)),),
        confidence=((1, 1, 0.7),),
    )
    table = replace(table, title=f"“十四五”目标{hostile}")
    page = Page("1" * 16, "", (Block("table", "x", line=3),), Provenance("a.html"), "全国规划")
    refused = (Refused(0, 9, f"指标{hostile}", f"too odd{hostile}"),)
    page = replace(page, tables=(table,), refused=refused, title=f"全国规划{hostile}")
    return [page, replace(page, id="2" * 16, title="某省规划", provenance=Provenance("b.html"))]


def report(tmp_path: Path, hostile: str = "") -> str:
    found = [(Found(page.provenance.file, 1, "0" * 64), page) for page in pages(hostile)]
    clusters = [Cluster(page.id, (page.id,), "the only one") for _, page in found]
    raw = {page.id: file.file for file, page in found}
    write_report(join(found, [], clusters), Corpus([], raw, {}, {}), tmp_path)
    return (tmp_path / "report" / "index.html").read_text("utf-8")


def test_doubtful_cells_show_their_other_readings(tmp_path: Path) -> None:
    html = report(tmp_path)
    cell = re.search(r'<td class="doubt"[^>]*>(.*?)</td>', html)
    assert cell is not None
    told = re.sub("<[^>]+>", " ", cell[1]).split()
    assert told == ["23.2", "70%", "sure;", "or", "(empty)", ";", "or", "24.1"]
    assert "too odd" in html


def test_indicators_of_two_documents_stand_in_one_plot(tmp_path: Path) -> None:
    html = report(tmp_path)
    shared = html[html.index('id="indicators"') : html.index('id="pages"')]
    assert shared.count("<figure>") == 2
    assert "全国规划" in shared
    assert "某省规划" in shared
    assert 'aria-label="城镇化率 %: 2020 base 60.6; 2020 base 60.6; 2025 target 65' in shared


def test_the_report_runs_and_fetches_nothing(tmp_path: Path) -> None:
    html = report(tmp_path, HOSTILE)
    assert "alert(1)" in html
    assert "<script" not in html
    assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:|//)""", html)
