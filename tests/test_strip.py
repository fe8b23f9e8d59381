"""Marking chrome: every rule's cases, whole pages, and what must always hold."""

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.chrome import strip
from pipeline.commands.cases import try_chrome
from pipeline.parse import parse
from pipeline.records import Block, Page, Provenance, RawPage
from pipeline.rules import chrome, metadata
from pipeline.rules.chrome import ChromeRule, ChromeRules

RULES = Path(chrome.__file__).parent
PAGES = Path(__file__).parent / "pages" / "strip"
SEEDS = Path(__file__).parents[2] / "shared" / "eval" / "chrome" / "seeds_flat"


@cache
def rules() -> ChromeRules:
    return chrome.load([RULES / "chrome.toml"], sorted((RULES / "sites").glob("*.toml")))


def page_of(*lines: str) -> Page:
    blocks = tuple(Block("paragraph", line, line=i) for i, line in enumerate(lines, 1))
    return Page("0" * 16, "", blocks, Provenance("x.txt"))


def parsed(body: bytes, url: str = "") -> Page:
    return parse(RawPage(url, body, "", Provenance("x")), metadata.load([RULES / "metadata.toml"]))


@pytest.mark.parametrize("rule", rules().rules, ids=lambda rule: rule.id)
def test_cases(rule: ChromeRule) -> None:
    for case in rule.case:
        right = try_chrome(rule, case.before, rules()) == case.after
        assert right != bool(case.fails), case.before


@pytest.mark.parametrize("file", sorted(SEEDS.glob("*.gold.txt")), ids=lambda file: file.name[:3])
def test_seeds(file: Path) -> None:
    raw = file.with_name(file.name.replace(".gold", "")).read_bytes()
    gold = [line.strip() for line in file.read_text("utf-8").split("\n") if line.strip()]
    assert [line.strip() for line in strip(parsed(raw), rules()).text.split("\n")] == gold


@given(st.lists(st.text(max_size=80), max_size=30))
@settings(max_examples=60, deadline=None)
def test_only_marks(lines: list[str]) -> None:
    page = page_of(*lines)
    stripped = strip(page, rules())
    assert [b.text for b in stripped.blocks] == [b.text for b in page.blocks]
    assert {b.dropped_by for b in stripped.blocks} <= {"", *(r.id for r in rules().rules)}
    assert strip(stripped, rules()) == stripped


PATHS = st.lists(st.sampled_from(["div.main@1", "div#nav@2", "p@1", "p@2", "ul@3", "li.tag@9"]))


@given(st.lists(st.tuples(st.text(max_size=60), PATHS, st.floats(0, 1)), max_size=30))
@settings(max_examples=60, deadline=None)
def test_only_marks_in_markup(lines: list[tuple[str, list[str], float]]) -> None:
    blocks = tuple(Block("paragraph", t, "/".join(path), links) for t, path, links in lines)
    page = Page("", "", blocks, Provenance(""), title="页面")
    stripped = strip(page, rules())
    assert [b.text for b in stripped.blocks] == [b.text for b in blocks]
    assert strip(stripped, rules()) == stripped


def test_hostile_pages_end() -> None:
    """Many links, deep paths and one endless line cost no more than they weigh."""
    deep = "/".join(f"div.x{i}@1" for i in range(1_200))
    sentence = "全市排查隐患四百处，整改三百处，其余限期完成，逾期的从严查处。"
    blocks = [Block("paragraph", f"链接{i}", f"div@1/a@{i}", 1.0) for i in range(20_000)]
    blocks += [Block("paragraph", sentence, f"{deep}/p@{i}") for i in range(2_000)]
    blocks += [Block("paragraph", "词 " * 200_000, "div@2")]
    page = strip(Page("", "", tuple(blocks), Provenance("")), rules())
    assert sum(block.text == sentence for block in page.body) == 2_000
    assert not any(block.links for block in page.body)


ADVERSARIAL = (
    "   ",
    "（（（",
    "、、、",
    "第第第",
    "1234567890",
    "当前位置：",
    "首页>",
    "编辑：",
    "a.",
    "关注",
    "张三、",
    "一 ",
    "2021年3月5日 ",
    "转载使用",
    "某某主办 ",
    "凡注明来源侵权",
)


@pytest.mark.parametrize("rule", rules().rules, ids=lambda rule: rule.id)
def test_patterns_are_linear(rule: ChromeRule) -> None:
    """A pattern that backtracks over 50 kB would not come back."""
    pattern = re.compile(rule.find or "(?!)", re.IGNORECASE)
    for text in ADVERSARIAL:
        flood = text * (50_000 // len(text))
        pattern.match(flood)
        pattern.fullmatch(flood + "。")
        assert strip(page_of(flood, flood[:119]), rules()).blocks[0].text == flood


@pytest.mark.parametrize("file", sorted(PAGES.glob("*.toml")), ids=lambda file: file.stem)
def test_pages(file: Path, request: pytest.FixtureRequest) -> None:
    """Whole pages of our own wording: lines that must come out, and texts that must not.

    `fails` says why one is not mended; the day it is, this test asks for its removal.
    """
    wanted = tomllib.loads(file.read_text("utf-8"))
    if "fails" in wanted:
        request.applymarker(pytest.mark.xfail(reason=wanted["fails"], strict=True))
    body = next(f for f in PAGES.glob(f"{file.stem}.*") if f != file).read_bytes()
    page = strip(parsed(body, wanted.get("url", "")), rules())
    lines = [line.strip() for line in page.text.split("\n")]
    assert page.dropped_by == wanted.get("dropped_by", "")
    assert [line for line in wanted.get("must", []) if line not in lines] == []
    assert [text for text in wanted.get("must_not", []) if text in page.text] == []


@pytest.mark.parametrize("file", sorted(PAGES.glob("*.html")), ids=lambda file: file.stem)
def test_flattened_pages_lose_nothing(file: Path) -> None:
    """Without markup less chrome is known, but what must come out still does."""
    wanted = tomllib.loads(file.with_suffix(".toml").read_text("utf-8"))
    lines = [block.text for block in parsed(file.read_bytes()).blocks]
    text = strip(page_of(*"\n".join(lines).split("\n")), rules()).text
    assert [line for line in wanted.get("must", []) if line not in text] == []


TABLES = Path(__file__).parents[2] / "shared" / "eval" / "tables" / "more" / "flat"


@pytest.mark.parametrize("file", sorted(TABLES.glob("*.txt")), ids=lambda file: file.stem)
def test_cells_of_flattened_tables_are_no_chrome(file: Path) -> None:
    page = strip(parsed(file.read_bytes()), rules())
    lost = [block.text for block in page.blocks if block.dropped_by and block.text[-1].isdigit()]
    assert lost == []
    assert page.is_article


@pytest.mark.parametrize("marked", [False, True], ids=["flat", "html"])
@pytest.mark.parametrize("above", ["责任单位名单如下", "二、责任分工"])
def test_a_list_goes_on_behind_the_number_of_a_page(above: str, *, marked: bool) -> None:
    places = [
        "龙门沟",
        "石板滩",
        "清水塘",
        "青杠林",
        "黄桷湾",
        "大堰口",
        "红岩嘴",
        "白鹤湾",
        "梅子坝",
        "柏树林",
    ]
    rows = [line for name in places for line in (f"{name}水库", f"{name[:2]}镇人民政府", "小型")]
    parts = [*rows[:12], "第 1 页", *rows[12:24], "第 2 页 共 3 页", *rows[24:], "第 3 页 共 3 页"]
    body = [
        "山城市水利局关于公布水利工程责任单位名单的通知",
        "根据年度安排，现将水利工程责任单位名单予以公布，请认真履行职责，确保工程安全运行。",
        "各单位要按月报送进度，及时解决问题，资金专款专用，不得挪用，年底前完成验收。",
        above,
        *parts,
    ]
    lines = "\n".join(f"<p>{line}</p>" if marked else line for line in body)
    text = f"<html><body><div>{lines}</div></body></html>" if marked else lines
    kept = strip(parsed(text.encode()), rules()).text.split("\n")
    assert [line for line in body if line not in kept] == [one for one in parts if "页" in one]
