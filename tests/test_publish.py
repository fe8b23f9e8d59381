"""What is written for people and machines: safe to open, whole, and in order."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from msgspec import structs

from pipeline.paths import Paths, quote, safe_name, site_of, unquote
from pipeline.publish import (
    Checksums,
    Corpus,
    Entry,
    damaged,
    join,
    publish,
    turn,
    write_report,
)
from pipeline.publish.sinks import CsvSink
from pipeline.records import (
    Aside,
    Block,
    Cluster,
    Disagreement,
    Found,
    Match,
    Origin,
    Page,
    Provenance,
    Table,
)

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
FOUND = Found("a/1.html", 7, "0" * 64)
PAGE = Page(
    "1" * 16,
    "https://www.example.gov.cn/1.html",
    (
        Block("heading", "关于防汛的通知", line=1),
        Block("paragraph", f"分享到 {HOSTILE}", line=2, dropped_by="chrome.share-bar"),
        Block("paragraph", f"请检查堤防。{HOSTILE}", line=3),
    ),
    Provenance("a/1.html"),
    title=f"通知{HOSTILE}",
    tables=(Table(HOSTILE, ("指标", "2025年"), (("=1+1", "-5.2%"), ("@x", "600"))),),
)
COPY = structs.replace(PAGE, id="2" * 16, provenance=Provenance("b.html"))
LIST = structs.replace(
    PAGE, id="3" * 16, dropped_by="article.list-page", provenance=Provenance("c.html")
)
ASIDE = Aside("4" * 16, Provenance("d.html"), "empty", f"d.html: is empty {HOSTILE}")
MATCH = Match(
    PAGE.id,
    COPY.id,
    "near",
    0.9,
    (0.95, 0.94),
    0.5,
    ("请检查堤防",),
    (Disagreement(f"甲{HOSTILE}", "乙", ("1座",), ("2座",)),),
)
CLUSTER = Cluster(PAGE.id, (PAGE.id, COPY.id), "the earliest")


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Return a folder with every output of four pages."""
    outcomes = [
        (structs.replace(FOUND, file=outcome.provenance.file), outcome)
        for outcome in (PAGE, COPY, LIST, ASIDE)
    ]
    raw = {outcome.id: found.file for found, outcome in outcomes}
    corpus = Corpus([MATCH], raw, {"chrome.share-bar": f"Buttons {HOSTILE}"}, {".css": 3})
    folder = tmp_path / "version"
    publish(join(outcomes, [MATCH], [CLUSTER]), corpus, folder)
    write_report(join(outcomes, [MATCH], [CLUSTER]), corpus, folder)
    return folder


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_page_is_in_the_ledger_with_what_became_of_it(published: Path) -> None:
    found = rows(published / "ledger.csv")
    assert [(row["raw"], row["status"], row["relation"]) for row in found] == [
        ("a/1.html", "article", ""),
        ("b.html", "duplicate", "near"),
        ("c.html", "not-an-article", ""),
        ("d.html", "aside", ""),
    ]
    assert [row["canonical"] for row in found] == [PAGE.id, PAGE.id, "", ""]
    assert (published / found[0]["text"]).read_text("utf-8") == PAGE.text + "\n"


def test_an_article_says_where_its_fields_were_read(tmp_path: Path) -> None:
    origin = Origin("author", "metadata.author-label", f"作者：张三{HOSTILE}", 2)
    page = structs.replace(PAGE, author="张三", issued=date(2021, 3, 5), origins=(origin,))
    folder, corpus = tmp_path / "version", Corpus([], {page.id: "a/1.html"}, {}, {})
    entries = list(join([(FOUND, page)], [], [Cluster(page.id, (page.id,), "the only one")]))
    publish(entries, corpus, folder)
    write_report(entries, corpus, folder)
    article = json.loads((folder / "articles.jsonl").read_bytes())
    assert (article["author"], article["issued"], article["issuer"]) == ("张三", "2021-03-05", "")
    assert article["origins"] == [structs.asdict(origin)]
    assert "metadata.author-label" in (folder / "report" / "data" / f"page-{page.id}.js").read_text(
        "utf-8"
    )
    assert HOSTILE not in (folder / "report" / "index.html").read_text("utf-8")


def test_the_summary_accounts_for_every_page(published: Path) -> None:
    summary = json.loads((published / "summary.json").read_bytes())
    assert summary["pages"] == 4
    kinds = ("articles", "duplicates", "not_articles", "aside")
    assert [summary[kind] for kind in kinds] == [1, 1, 1, 1]


def test_every_dropped_block_names_its_rule(published: Path) -> None:
    with (published / "dropped.jsonl").open(encoding="utf-8") as file:
        blocks = [json.loads(line) for line in file]
    assert {(block["page"], block["line"], block["rule"]) for block in blocks} >= {
        (PAGE.id, 2, "chrome.share-bar"),
        (LIST.id, 1, "article.list-page"),
        (LIST.id, 2, "chrome.share-bar"),
    }


def test_nothing_in_the_report_is_markup_of_a_page(published: Path) -> None:
    html = (published / "report" / "index.html").read_text("utf-8")
    assert "alert(1)" in html
    assert "<img" not in html
    assert html.count("<script") == 2  # its own: words.js and report.js
    assert "Content-Security-Policy" in html


def test_a_spreadsheet_runs_no_cell(published: Path) -> None:
    (file,) = (published / "tables" / PAGE.id).iterdir()
    with file.open(encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream))[1:] == [["'=1+1", "-5.2%"], ["'@x", "600"]]


def test_csv_is_rfc_4180(tmp_path: Path) -> None:
    sink = CsvSink(tmp_path / "x.csv", ("a", "b"))
    sink.add(('他说"好"', "一,二\n三"))
    sink.close()
    assert (tmp_path / "x.csv").read_bytes().decode() == 'a,b\r\n"他说""好""","一,二\n三"\r\n'


@pytest.mark.parametrize(
    ("url", "file", "site"),
    [
        ("https://WWW.Example.gov.cn:8080/1", "x.html", "www.example.gov.cn"),
        ("", "www.example.cn/a/1.html", "www.example.cn"),
        ("", "folder/1.html", "unknown"),
        ("", "1.example.html", "unknown"),
        ("http://[", "1.html", "unknown"),
        ("https://../../etc", "1.html", "_"),
    ],
)
def test_the_site_of_a_page(url: str, file: str, site: str) -> None:
    assert site_of(structs.replace(PAGE, url=url, provenance=Provenance(file))) == site


def test_names_from_pages_choose_no_place() -> None:
    assert safe_name("../../etc/passwd") == "etc_passwd"
    assert safe_name("“十四五”时期/主要指标") == "十四五_时期_主要指标"
    assert safe_name("…") == "_"
    for name in ("a\udcffb\n.html", "%41.html", "关于\u3000通知.txt", "a\\b\x1b]0;x.htm"):
        assert unquote(quote(name)) == name
        assert quote(name).isprintable()
    assert quote("a\udcffb\n.html") == "a%FFb%0A.html"


def test_readers_turn_to_a_version_and_damage_is_found(published: Path, tmp_path: Path) -> None:
    paths = Paths(tmp_path / "raw", tmp_path / "cleaned")
    Checksums(published).write()
    for version in ("one", "two", "three"):
        paths.versions.mkdir(parents=True, exist_ok=True)
        (paths.versions / version).mkdir()
        for file in published.iterdir():
            (paths.versions / version / file.name).symlink_to(file)
        turn(paths, version)
    assert {version.name for version in paths.versions.iterdir()} == {"two", "three"}
    assert (paths.cleaned / "ledger.csv").read_bytes() == (published / "ledger.csv").read_bytes()
    assert damaged(published) == []
    (published / "ledger.csv").write_bytes(b"")
    (published / "new.txt").touch()
    (published / "dropped.jsonl").unlink()
    assert damaged(published) == [
        "dropped.jsonl: is gone",
        "ledger.csv: has other bytes than were published",
        "new.txt: was not published",
    ]


def test_an_entry_of_a_page_set_aside_has_its_reason() -> None:
    entry = Entry(FOUND, ASIDE, "aside")
    assert (entry.reason, entry.kept, entry.text_path) == ("empty", None, "")
