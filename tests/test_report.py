"""What the report is made of: stories of pages, tables and plots, and what keeps it small."""

import itertools
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import structs

from pipeline.publish import Corpus, Entry, join, write_report
from pipeline.publish.report import budget, tongues
from pipeline.publish.report.lookalikes import Collector, Lookalike, Lookalikes
from pipeline.publish.report.pieces import bits, bucket, packed, stretches
from pipeline.publish.report.plots import HEIGHT, WIDTH, Plot, Point, draw
from pipeline.publish.report.story import caption, cut, story
from pipeline.publish.report.tally import Example, Tally, by_status, most_first
from pipeline.publish.report.words import clear, clear_blanks
from pipeline.records import (
    Aside,
    Block,
    Change,
    Cluster,
    Doubt,
    Found,
    Page,
    Provenance,
    Refused,
    Table,
)
from pipeline.rules import load_rules

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
    table = structs.replace(table, title=f"“十四五”目标{hostile}")
    page = Page("1" * 16, "", (Block("table", "x", line=3),), Provenance("a.html"), "全国规划")
    refused = (Refused(0, 9, f"指标{hostile}", f"too odd{hostile}"),)
    page = structs.replace(page, tables=(table,), refused=refused, title=f"全国规划{hostile}")
    return [
        page,
        structs.replace(page, id="2" * 16, title="某省规划", provenance=Provenance("b.html")),
    ]


def report(tmp_path: Path, hostile: str = "") -> Path:
    found = [(Found(page.provenance.file, 1, "0" * 64), page) for page in pages(hostile)]
    clusters = [Cluster(page.id, (page.id,), "the only one") for _, page in found]
    raw = {page.id: file.file for file, page in found}
    write_report(join(found, [], clusters), Corpus([], raw, {}, {}), tmp_path)
    return tmp_path / "report"


def piece(report: Path, name: str) -> Any:
    """Return the value that a script of the report hands over."""
    script = (report / "data" / f"{name}.js").read_text("utf-8")
    head, tail = f'piece("{name}",', ");\n"
    assert script.startswith(head)
    assert script.endswith(tail)
    return json.loads(script[len(head) : -len(tail)])


def test_doubtful_cells_have_their_other_readings(tmp_path: Path) -> None:
    page = piece(report(tmp_path), f"page-{'1' * 16}")[0]
    (table,) = page["tables"]
    assert table["doubts"] == [[1, 1, "23.2", ["(empty)", "24.1"], "why", 0.7, 0]]
    assert page["refused"] == [[9, "指标", "too odd"]]
    html = (tmp_path / "report" / "index.html").read_text("utf-8")
    told = re.search(r"<li>.*</li>", html)
    assert told is not None
    words = re.sub("<[^>]+>", "", told[0])
    assert words == "Row 2, 2020年: 23.2 or (empty) or 24.1 70% sure. why"


def test_indicators_of_two_documents_stand_in_one_plot(tmp_path: Path) -> None:
    plots = piece(report(tmp_path), "indicators")
    assert len(plots) == 2
    assert plots[0]["documents"] == ["全国规划", "某省规划"]
    told = "2020 base 60.6; 2020 base 60.6; 2025 target 65; 2025 target 65"
    assert (plots[0]["name"], plots[0]["told"]) == ("城镇化率", told)


def test_the_report_runs_and_fetches_nothing_but_its_own(tmp_path: Path) -> None:
    folder = report(tmp_path, HOSTILE)
    html = (folder / "index.html").read_text("utf-8")
    assert "alert(1)" in html
    assert re.findall("<script[^>]*>", html) == [
        '<script src="words.js" defer>',
        '<script src="report.js" defer>',
    ]
    assert "default-src 'none'" in html
    for file in (folder / "index.html", folder / "report.css", folder / "report.js"):
        assert not re.search(
            r"""(?:src|href|url)\s*[=(]\s*["']?(?:https?:|//)""", file.read_text("utf-8")
        )
    assert "innerHTML" not in (folder / "report.js").read_text("utf-8")


def test_the_same_pages_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = report(tmp_path / "a"), report(tmp_path / "b")
    files = sorted(file.relative_to(first) for file in first.rglob("*.*"))
    assert len(files) == 8
    assert all((first / file).read_bytes() == (second / file).read_bytes() for file in files)


def test_a_page_shows_its_raw_text_and_what_was_done_to_it() -> None:
    parsed = Page(
        "1" * 16, "", (Block("paragraph", "打印"), Block("paragraph", "甲,乙")), Provenance("a")
    )
    blocks = (
        structs.replace(parsed.blocks[0], dropped_by="chrome.tools"),
        Block("paragraph", "甲，乙"),
    )
    page = structs.replace(
        parsed, blocks=blocks, changes=(Change(1, "spelling.marks", ",", "，", 1),)
    )
    told = story(Entry(Found("a", 1, ""), page, "article", parsed=parsed))
    assert told["blocks"] == [[0, "p", 0, "打印"], [0, "p", -1, "甲,乙"]]
    assert told["changes"] == [[1, 1, 1, ",", "，"]]
    assert told["rules"] == ["chrome.tools", "spelling.marks"]


def test_long_pages_are_cut_where_there_is_no_room() -> None:
    text = "请检查堤防。" * 200
    page = Page("1" * 16, "", (Block("paragraph", text),) * 1000, Provenance("a"))
    page = structs.replace(page, changes=tuple(Change(n, "r", "请", "請") for n in (2, 500)))
    entry = Entry(Found("a", 1, ""), page, "article", parsed=structs.replace(page, changes=()))
    whole = story(entry)
    assert cut(whole, 10_000_000) is whole
    told = cut(whole, 40_000)
    assert [block[3:] for block in told["blocks"][:2]] == [[text]] * 2
    assert told["blocks"][-1][3:] == [text[:60], 1140]
    assert len(told["blocks"]) + told["more"] == 1000
    assert len(told["changes"]) == 1
    assert 36_000 < len(packed(told)) <= 40_000
    again = cut(cut(whole, 200_000), 40_000)
    assert again == told


def test_text_and_tables_share_the_room() -> None:
    told = {
        "blocks": [[n, "p", -1, "甲" * 100] for n in range(100)],
        "more": 0,
        "changes": [],
        "tables": [{"rows": [["乙" * 100]] * 100, "more": 0, "doubts": [[99, 0]]}] * 2,
    }
    shown = cut(told, 20_000)
    whole = sum(len(block) == 4 for block in shown["blocks"])
    rows = [len(table["rows"]) for table in shown["tables"]]
    assert 20 < whole < 40
    assert 20 < sum(rows) < 40
    assert [row + table["more"] for row, table in zip(rows, shown["tables"], strict=True)] == [
        100
    ] * 2
    assert shown["tables"][0]["doubts"] == []


def test_long_stories_are_cut_where_all_would_take_too_much() -> None:
    def room(*sizes: int) -> int:
        return budget.room(np.array(sizes, np.uint32))

    assert room() == room(400_000) == room(*[8_000] * 20_000) == budget.MOST
    assert room(*[8_000] * 19_000, *[400_000] * 1_000) == 22_524
    assert room(*[400_000] * 20_000) == 7_125


def test_what_hides_is_named() -> None:
    assert clear("甲\u202e乙\u200b") == "甲⟨U+202E⟩乙⟨U+200B⟩"
    assert clear_blanks("甲 乙\u3000") == "甲␣乙□"


def lines_of(
    number: int, *texts: str, gone: tuple[str, ...] = (), site: str = "a.example"
) -> Entry:
    """Return the entry of an article of these lines, and of those that chrome.share took."""
    kept = [Block("paragraph", text, line=n) for n, text in enumerate(texts, 1)]
    taken = [Block("paragraph", text, line=99, dropped_by="chrome.share") for text in gone]
    where = Provenance(f"{site}/{number}.html")
    page = Page(f"{number:016x}", "", (*kept, *taken), where, title="关于防汛的通知")
    cluster = Cluster(page.id, (page.id,), "the only copy")
    return Entry(Found(where.file, 1, ""), page, "article", page.id, cluster=cluster)


def lookalikes(most: int, *parts: list[Entry]) -> list[Lookalike]:
    """Return what the lines of several chapters come to."""
    all_lines = []
    for part in parts:
        collector = Collector()
        for entry in part:
            collector.add(entry, entry.raw.partition("/")[0], entry.dropped)
        all_lines.append(collector.lines())
    found = Lookalikes()
    for lines in all_lines:
        found.add(lines)
    return found.found(most, all_lines.__getitem__)


def test_lines_that_look_like_chrome_are_told() -> None:
    own = (
        "关于防汛的通知",
        "一、总体要求",
        "第二章 附则",
        "请按期办理。",
        "2021年5月8日",
        "附件：表",
    )
    entries = [
        lines_of(1, "打印本页", "共3页", *own),
        lines_of(2, "共5页", *own, gone=("打印：本页", "打印本页")),
        lines_of(3, "共12页", "共 1 页", "只此一家", *own, gone=("打印本页",)),
        lines_of(4, "共2页", *own, gone=("打印本页", "只此一家"), site="b.example"),
        *(lines_of(n, "不详的网站", site="unknown") for n in (5, 6, 7)),
    ]
    copy = replace(lines_of(8, "打印本页", "共7页"), status="duplicate", cluster=None)
    first, second = lookalikes(9, [*entries, copy])
    page = "0" * 15
    assert first == Lookalike("打印本页", f"{page}1", 1, "a.example", 1, "chrome.share", 3)
    assert (second.page, second.site, second.articles) == (f"{page}1", "a.example", 3)
    assert lookalikes(1, [*entries, copy]) == [first]
    for parts in ([[copy], entries[4:], entries[:4]], [[one] for one in reversed(entries)]):
        assert lookalikes(9, *parts) == [first, second]


SOURCES = Path(tongues.__file__).parent
RULES = load_rules()


def test_each_word_of_the_report_is_said_in_both_languages() -> None:
    table = tongues.words()
    for key, forms in table["words"].items():
        assert set(forms) == {"en", "zh"}, key
        assert re.search("[\u3400-\u9fff]|^[。，；]", forms["zh"]), key
        named = [set(re.findall(r"\{(\w+)\}", form)) for form in forms.values()]
        assert named[0] == named[1] or named[0] <= {"n"} >= named[1], key
    js, html = ((SOURCES / name).read_text("utf-8") for name in ("report.js", "index.html.j2"))
    asked = re.findall(r"\b(?:say|words|many)\(\"([\w-]+)\"", js)
    asked += re.findall(r"\b(?:word|said)\(\"([\w-]+)\"[,)]", html)
    assert len(asked) > 100
    assert [key for key in asked if key not in table["words"]] == []
    # What is asked for by a name made of parts stands in the sources as those parts.
    made = re.compile(
        r"^(?:status|relation|is|aside|field|column|with|role)-|-note$|^(?:superseded|repeated)$"
    )
    known = {key for key in table["words"] if not made.search(key)}
    assert [key for key in known if f'"{key}"' not in js + html and key not in asked] == []


def test_reasons_of_rules_and_doubts_are_told_in_chinese_too() -> None:
    table = tongues.words()
    reasons = RULES.reasons
    assert [rule for rule in table["reasons"] if rule not in reasons] == []
    whys = [*RULES.tables.doubts.values(), *RULES.tables.refusals.values()]
    for kind, wanted in (("reasons", list(reasons)), ("said", whys)):
        told = sum(one in table[kind] for one in wanted)
        assert told >= 0.9 * len(wanted), kind  # what is new may speak English for a while


def test_every_page_is_counted_by_site_month_and_rule() -> None:
    page = pages()[0]
    gone = Block("paragraph", "打印", dropped_by="chrome.tools")
    page = structs.replace(page, blocks=(gone, gone), published=date(2021, 3, 5))
    aside = Aside("9" * 16, Provenance("www.a.example/1.html"), "empty", "is empty")
    tally = Tally()
    entry = Entry(Found("a", 1, ""), page, "article")
    assert list(entry.dropped) == [(one.line, one.text, one.rule) for one in page.dropped]
    assert tally.add(entry, entry.dropped) == (
        "unknown",
        "2021-03",
        ["chrome.tools"],
    )
    tally.add(Entry(Found("b", 1, ""), aside, "aside"), ())
    assert most_first(by_status(tally.sites)) == [
        ("unknown", [1, 0, 0, 0]),
        ("www.a.example", [0, 0, 0, 1]),
    ]
    assert by_status(tally.months) == {"2021-03": [1, 0, 0, 0], "": [0, 0, 0, 1]}
    fired = tally.rules["chrome.tools"]
    assert (fired.times, fired.pages, fired.top) == (2, 1, [("unknown", 2)])
    assert fired.examples == [Example(("a", 0), ("打印",), page.id, "a")]
    reasons = {"chrome.tools": "", "chrome.share": "", "tables.percent": ""}
    assert tally.silent(reasons) == ["chrome.share"]
    (taken,) = tally.most_taken
    assert (taken.raw, taken.lines, taken.top) == ("a", 2, [("chrome.tools", 2)])


def test_a_table_is_named_with_its_number() -> None:
    page = pages()[0]
    title = "“十四五”目标"
    lines = ("正文。" * 40 + title, f"专栏 3 {title}", "指标")
    blocks = tuple(Block("paragraph", line) for line in lines)
    table = structs.replace(page.tables[0], title=title, block=2)
    assert caption(structs.replace(page, blocks=blocks), table) == f"专栏 3 {title}"
    assert (
        caption(structs.replace(page, blocks=blocks[:1]), structs.replace(table, block=0)) == title
    )


def test_counts_of_chapters_add_up_however_pages_are_parted() -> None:
    entries = []
    for n in range(12):
        gone = Block("paragraph", f"打印{n % 5}", dropped_by="chrome.tools")
        page = structs.replace(pages()[0], id=f"{n:016x}", blocks=(gone,) * (n % 4 + 1))
        entries.append(Entry(Found(f"{n:02}.html", 1, ""), page, "article"))

    def told(*parts: list[Entry]) -> Tally:
        whole = Tally()
        for part in parts:
            one = Tally()
            for entry in part:
                one.add(entry, entry.dropped)
            whole.take(one)
        return whole

    once = told(entries)
    assert [one.raw for one in once.rules["chrome.tools"].examples] == [
        "00.html",
        "01.html",
        "02.html",
    ]
    assert told(entries[7:], entries[:3], entries[3:7]) == once
    assert told(*([entry] for entry in reversed(entries))) == once


def test_a_page_more_changes_its_own_file_of_stories() -> None:
    ids = [f"{n * 7919:016x}" for n in range(400)]
    before = {name: [ids[at] for at in pages] for name, pages in stretches(ids)}
    assert [page for own in before.values() for page in own] == ids
    assert all(name == f"page-{own[0]}" for name, own in before.items())
    more = [*ids[:200], "123456789abcdef1", *ids[200:]]
    after = {name: [more[at] for at in pages] for name, pages in stretches(more)}
    assert sum(before.get(name) != own for name, own in after.items()) == 1
    twice = dict(stretches(["0" * 16] * 3))
    assert list(twice) == [f"page-{'0' * 16}{end}" for end in ("", "-2", "-3")]
    assert [len(own) for own in dict(stretches(["1" * 16] * 100)).values()] == [64, 36]


def test_pairs_are_parted_by_the_first_page() -> None:
    assert (bits(0, 50), bits(50, 50), bits(51, 50), bits(401, 50)) == (0, 0, 1, 4)
    assert (bucket("ffffff0000000000", 0), bucket("ffffff0000000000", 4)) == ("0", "f")
    assert bucket("0fffff0000000000", 8) == "f"
