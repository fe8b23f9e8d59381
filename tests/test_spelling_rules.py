"""Every rule does what its cases say, and is the one that did it."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from pipeline.errors import ConfigError
from pipeline.records import Block, Page, Provenance
from pipeline.rules.loader import Case
from pipeline.rules.spelling import SpellingRule, load
from pipeline.spelling import normalize_page, normalize_text, try_rule
from tests.spelling import FILE, RULES

CASES = [(rule, case) for rule in RULES.rules for case in rule.case]
OWN = """
[[rule]]
id = "own.name"
reason = "The office was renamed."
source = "https://www.example.gov.cn/notice"
apply = "replace"
find = "旧名(办|局)"
replace = '新名\\1'
[[rule.case]]
before = "旧名办"
after = "新名办"
[[rule.case]]
before = "新名办"
after = "新名办"
"""


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_case(rule: SpellingRule, case: Case) -> None:
    assert try_rule(rule, case.before, RULES) == case.after


@pytest.mark.parametrize(("rule", "case"), [(r, c) for r, c in CASES if c.before != c.after])
def test_rule_is_named(rule: SpellingRule, case: Case) -> None:
    blocks = tuple(Block("paragraph", line) for line in case.before.split("\n"))
    rules = RULES.styled(rule.choice)
    page = normalize_page(Page("0" * 16, "", blocks, Provenance("page.txt")), rules)
    assert rule.id in {change.rule for change in page.changes}
    assert page.text == case.after


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_twice_is_once(rule: SpellingRule, case: Case) -> None:
    assert try_rule(rule, case.after, RULES) == case.after


def test_there_are_enough_cases() -> None:
    kept = sum(case.before == case.after for _, case in CASES)
    assert len(CASES) >= 300
    assert kept >= 100


def test_pages_that_are_no_article_stay() -> None:
    page = Page("0" * 16, "", (Block("paragraph", "标题,正文"),), Provenance("page.txt"))
    dropped = replace(page, dropped_by="strip.error-page")
    assert normalize_page(dropped, RULES) is dropped


def test_tables_and_dropped_blocks_stay() -> None:
    blocks = (
        Block("table", "指标,甲\t5％"),
        Block("paragraph", "首页,导航", dropped_by="chrome.menu"),
        Block("paragraph", "坚持稳中求进,"),
        Block("heading", "(一)总体要求"),
        Block("paragraph", "推动发展,"),
        Block("paragraph", "增进福祉."),
    )
    page = normalize_page(Page("0" * 16, "", blocks, Provenance("page.txt")), RULES)
    assert [block.text for block in page.blocks] == [
        "指标,甲\t5％",
        "首页,导航",
        "坚持稳中求进，",
        "（一）总体要求",
        "推动发展，增进福祉。",
        "",
    ]


def test_rules_of_a_user_are_added(tmp_path: Path) -> None:
    own = tmp_path / "spelling.toml"
    own.write_text(OWN, "utf-8")
    rules = load([FILE, own])
    assert normalize_text("旧名局,旧名办", rules) == "新名局，新名办"


def test_a_user_can_not_change_a_number(tmp_path: Path) -> None:
    own = tmp_path / "spelling.toml"
    own.write_text(OWN.replace("旧名(办|局)", "第5(办|局)"), "utf-8")
    rules = load([FILE, own])
    assert normalize_text("第5办", rules) == "第5办"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('apply = "replace"', 'apply = "quotes"', "has a rule already"),
        ('apply = "replace"', 'apply = "qoutes"', "is not a setting"),
        ("旧名(办|局)", "旧名(办|局", "is no pattern"),
        ('apply = "replace"', 'apply = "table"\npairs = "ABC"', "single characters"),
        ("[[rule.case]]", "choice = { gap = 'space' }\n[[rule.case]]", "is not a setting"),
        ("[[rule.case]]", "choice = { gaps = 'spce' }\n[[rule.case]]", "choice: Invalid enum"),
        ("[[rule]]", "[lexikon]\na = 1\n[[rule]]", "is not a setting"),
    ],
)
def test_bad_rules_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    own = tmp_path / "spelling.toml"
    own.write_text(OWN.replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigError, match=message):
        load([FILE, own])


def test_every_mechanism_needs_its_rule(tmp_path: Path) -> None:
    own = tmp_path / "spelling.toml"
    own.write_text(OWN, "utf-8")
    with pytest.raises(ConfigError, match="no rule gives its reason"):
        load([own])
