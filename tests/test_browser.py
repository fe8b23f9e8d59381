"""The report in Chromium: what a reader sees, and that nothing of a page runs or is sent for."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from pipeline.publish import Corpus, join, write_report
from pipeline.records import (
    Aside,
    Block,
    Change,
    Cluster,
    Disagreement,
    Doubt,
    Found,
    Match,
    Origin,
    Page,
    Provenance,
    Refused,
    Table,
)
from tests.browser import Browser, browsing, chromium

pytestmark = pytest.mark.skipif(chromium() is None, reason="no Chromium is installed")

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(2)</script>\u202egnp.exe'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return one browser for all tests here; it must have nothing to complain of in the end."""
    with browsing() as one:
        yield one
        assert one.complaints == []
        assert [url for url in one.requests if not url.startswith(("file:", "about:"))] == []


@pytest.fixture(scope="module")
def index(example: Path) -> Path:
    """Return the report of the example corpus."""
    return example / "report" / "index.html"


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_it_opens_on_every_page_accounted_for(browser: Browser, index: Path, example: Path) -> None:
    browser.open(index)
    summary = json.loads((example / "summary.json").read_bytes())
    assert browser.text("h1") == f"What became of {summary['pages']} pages"
    assert browser.text(".flow .sum dd") == str(summary["pages"])
    kinds = ("articles", "duplicates", "not_articles", "aside")
    counts = browser.texts(".flow dl > div:not(.part):not(.sum) dd")
    assert counts == [str(summary[kind]) for kind in kinds]
    assert browser.run("document.getElementById('view').hidden")


def test_pages_are_found_by_words_and_filters(browser: Browser, index: Path, example: Path) -> None:
    ledger = rows(example / "ledger.csv")
    browser.open(index)
    browser.press("/")
    browser.wait("document.querySelector('input[type=search]')")
    assert browser.text("#view [role=status]") == f"{len(ledger)} pages of {len(ledger)}"
    browser.wait("document.activeElement.type === 'search'")
    browser.type(ledger[0]["raw"])
    assert browser.texts(".pages small.path")[0].startswith(ledger[0]["raw"])
    assert browser.text("#view [role=status]").startswith("1 page ")
    for status in ("duplicate", "not-an-article"):
        browser.go(f"pages&status={status}")
        wanted = sorted(row["raw"] for row in ledger if row["status"] == status)
        found = browser.texts(".pages small.path")
        assert sorted(text.partition(" · ")[0] for text in found) == wanted
    browser.go("pages&having=differing")
    assert len(browser.texts(".pages li")) >= 2
    rule = str(lines(example / "dropped.jsonl")[0]["rule"])
    browser.go(f"pages&rule={rule}")
    touched = {line["page"] for line in lines(example / "dropped.jsonl") if line["rule"] == rule}
    assert len(browser.texts(".pages li")) == len(touched)


def test_a_page_shows_what_was_dropped_and_what_was_published(
    browser: Browser, index: Path, example: Path
) -> None:
    dropped = lines(example / "dropped.jsonl")
    browser.open(index)
    for article in lines(example / "articles.jsonl"):
        browser.go(f"page={article['id']}")
        assert "\n".join(browser.texts("[data-text]")) == article["text"]
        gone = [str(one["text"]) for one in dropped if one["page"] == article["id"]]
        assert browser.texts(".dropped .raw") == gone


def test_the_reason_is_told_of_what_is_pointed_at(
    browser: Browser, index: Path, example: Path
) -> None:
    first = lines(example / "dropped.jsonl")[0]
    browser.open(index, f"page={first['page']}")
    assert browser.run("document.getElementById('why').hidden")
    browser.press("j")
    rule, told = browser.texts("#why p")[0].split(" ", 1)
    assert rule.partition(".")[0] in {"chrome", "site", "article", "spelling"}
    assert len(told) > 10
    browser.press("Escape")
    assert browser.run("document.getElementById('why').hidden")
    browser.run("document.querySelector('.dropped del').click()")
    assert str(first["rule"]) in browser.text("#why")
    browser.run("document.querySelector('h1').click()")
    assert browser.run("document.getElementById('why').hidden")
    browser.run("document.querySelector('.keys input').click()")
    assert browser.run("[...document.querySelectorAll('.same')].every(n => !n.checkVisibility())")


def pair_of(example: Path) -> str:
    one = rows(example / "disagreements.csv")[0]
    return f"pair={one['a']}-{one['b']}"


def test_a_pair_shows_the_figures_that_differ(browser: Browser, index: Path, example: Path) -> None:
    one = rows(example / "disagreements.csv")[0]
    browser.open(index, pair_of(example))
    cells = browser.texts(".halves tbody tr:first-child td")
    assert [one["sentence_a"] in cells[0], one["sentence_b"] in cells[1]] == [True, True]
    marks = browser.texts(".halves tr:first-child mark")
    assert set(marks) <= set(f"{one['figures_a']} {one['figures_b']}".split())
    assert len(marks) >= 2
    assert browser.texts("blockquote")


def test_a_cluster_shows_its_members_and_why_one_was_kept(
    browser: Browser, index: Path, example: Path
) -> None:
    article = max(lines(example / "articles.jsonl"), key=lambda one: len(str(one["members"])))
    members = article["members"]
    assert isinstance(members, list)
    assert len(members) > 1
    browser.open(index, f"cluster={article['id']}")
    links = browser.run(
        "[...document.querySelectorAll('table:not(.halves) bdi a')].map(a => a.hash.slice(6))"
    )
    assert links[: len(members)] == members
    assert str(article["why"]) in browser.text("#view")
    assert "the copy kept" in browser.text("#view")


def test_a_table_shows_its_doubtful_cells(browser: Browser, index: Path, example: Path) -> None:
    browser.open(index)
    for article in lines(example / "articles.jsonl"):
        tables = article["tables"]
        assert isinstance(tables, list)
        if tables:
            browser.go(f"page={article['id']}&table=1")
            assert len(browser.texts("section.table")) == len(tables)
            doubts = sum(len(table["doubts"]) for table in tables)
            assert len(browser.texts("td.doubt")) == doubts
            wanted = [cell for table in tables for row in table["rows"] for cell in row]
            plain = browser.texts("section.table td:not(.doubt)")
            assert [cell for cell in plain if cell in wanted] == plain


def test_it_speaks_english_and_chinese(browser: Browser, index: Path, example: Path) -> None:
    article = next(one for one in lines(example / "articles.jsonl") if one["tables"])
    places = (
        "overview",
        f"page={article['id']}",
        "pages",
        pair_of(example),
        f"cluster={article['id']}",
    )
    shown = "[...document.querySelectorAll('[lang^=zh], .flow dd, td')].map(n => n.textContent)"
    digits = "document.body.textContent.replace(/\\D/g, '').length"
    english = {}
    browser.open(index)
    assert browser.run("document.documentElement.lang") == "en"
    for place in places:
        browser.go(place)
        english[place] = browser.text("body"), browser.run(digits)
    browser.go(places[1])
    texts = browser.texts("[data-text]")
    browser.run("document.querySelector('[data-tongue=zh]').click()")
    browser.wait("/\\p{Script=Han}/u.test(document.querySelector('#view h2').textContent)")
    assert browser.texts("[data-text]") == texts
    browser.open(index)  # which remembers what was chosen
    assert browser.run("document.documentElement.lang") == "zh-CN"
    assert browser.text("h1") == f"{len(rows(example / 'ledger.csv'))} 个页面的去向"
    for place in places:
        browser.go(place)
        told, count = browser.text("body"), browser.run(digits)
        assert told != english[place][0]
        assert abs(count - english[place][1]) <= 8, place  # 5 in the reasons of rules, no figure
        left = "[...document.querySelectorAll('h1, h2, th, label, button:not([data-tongue])')]"
        left += ".filter(n => n.checkVisibility() && !n.closest('[lang=zh]')).map(n => n.innerText)"
        assert [one for one in browser.run(left) if one.isascii() and " " in one.strip()] == []
    assert browser.run(shown)
    browser.run("document.querySelector('[data-tongue=en]').click()")
    browser.wait("document.documentElement.lang === 'en'")
    browser.go("overview")
    assert browser.text("body") == english["overview"][0]


@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_a_phone(browser: Browser, index: Path, example: Path, dark: bool) -> None:  # noqa: FBT001
    articles = lines(example / "articles.jsonl")
    tabled = next(article["id"] for article in articles if article["tables"])
    browser.look(390, dark=dark)
    for place in ("", "pages", f"page={tabled}", f"cluster={articles[0]['id']}", pair_of(example)):
        browser.open(index, place)
        assert browser.run("document.documentElement.scrollWidth") <= 390, place
    browser.look(1280)


def test_the_policy_lets_nothing_else_run_or_load(browser: Browser, index: Path) -> None:
    browser.open(index)
    browser.run(
        """for (const [tag, key, value] of [["script", "textContent", "window.ran = 1"],
                                            ["img", "src", "https://example.invalid/x.png"]]) {
             document.body.append(Object.assign(document.createElement(tag), { [key]: value }));
           }"""
    )
    assert not browser.run("'ran' in window")
    browser.wait("true")
    refused = [said for said in browser.complaints if "Content Security Policy" in said]
    assert len(refused) == len(browser.complaints) == 2
    browser.complaints.clear()
    browser.requests.remove("https://example.invalid/x.png")  # which was refused before it was sent


def hostile_corpus() -> tuple[list[tuple[Found, Page | Aside]], Match, Cluster]:
    table = Table(HOSTILE, (HOSTILE, "2025年"), (("指标", f"5{HOSTILE}"),), notes=(HOSTILE,))
    table = structs.replace(table, doubts=(Doubt(0, 1, (HOSTILE,), HOSTILE, (0.2,)),))
    page = Page(
        "1" * 16,
        f"javascript:alert(3)//{HOSTILE}",
        (
            Block("paragraph", f"分享{HOSTILE}", dropped_by=f"chrome.share{HOSTILE}"),
            Block("paragraph", f"正文{HOSTILE}"),
        ),
        Provenance("a.html"),
        title=HOSTILE,
        author=HOSTILE,
        tables=(table,),
        origins=(Origin("author", "metadata.author", HOSTILE, 1),),
        refused=(Refused(0, 1, HOSTILE, HOSTILE),),
        changes=(Change(1, f"spelling.x{HOSTILE}", HOSTILE, HOSTILE, 0),),
    )
    copy = structs.replace(page, id="2" * 16)
    aside = Aside("4" * 16, Provenance("d.html"), "empty", f"d.html: is empty {HOSTILE}")
    differs = Disagreement(f"甲{HOSTILE}", f"乙{HOSTILE}", ("1座",), (HOSTILE,))
    match = Match(page.id, copy.id, "near", 0.9, (0.9, 0.9), 0.5, (HOSTILE,), (differs,))
    cluster = Cluster(page.id, (page.id, copy.id), HOSTILE)
    outcomes: list[Page | Aside] = [page, copy, aside]
    found = [(Found(f"{n}.html", 1, "0" * 64), one) for n, one in enumerate(outcomes)]
    return found, match, cluster


def test_hostile_pages_are_inert(browser: Browser, tmp_path: Path) -> None:
    found, match, cluster = hostile_corpus()
    raw = {outcome.id: f"{file.file}{HOSTILE}" for file, outcome in found}
    reasons = {f"chrome.share{HOSTILE}": HOSTILE}
    entries = [replace(entry, parsed=entry.kept) for entry in join(found, [match], [cluster])]
    write_report(entries, Corpus([match], raw, reasons, {HOSTILE: 1}), tmp_path)
    page = found[0][1].id
    for place in (
        "",
        "pages",
        f"page={page}",
        f"pair={match.a}-{match.b}",
        f"cluster={page}",
        f"page={'4' * 16}",
    ):
        browser.open(tmp_path / "report" / "index.html", place)
        assert browser.texts("img") == []
        assert browser.texts("script") == ["", ""]
        assert "onerror=alert(1)" in str(browser.run("document.body.textContent"))
        assert browser.run("[...document.links].every(a => a.protocol === 'file:')")
    browser.open(tmp_path / "report" / "index.html", f"page={page}")
    assert "⟨U+202E⟩" in browser.text("h1")
    browser.press("j")
    assert "alert(2)" in browser.text("#why")
