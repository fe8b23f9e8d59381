"""Loading chrome.toml and sites: what is refused, and what a rule's keys do."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from pipeline.chrome import strip
from pipeline.errors import ConfigError
from pipeline.records import Block, Cell, Page, Provenance
from pipeline.rules import chrome
from pipeline.rules.chrome import ChromeRules

RULE = """
[[rule]]
id     = "{id}"
reason = "A test."
source = "seen on pages of tests"
find   = '{find}'
{more}
case   = [{{ before = "drop", after = "" }}, {{ before = "keep", after = "keep" }}]
"""
SENTENCE = "全市排查隐患四百处，整改三百处，其余限期完成，逾期的从严查处。"


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def rule(find: str, more: str = "", name: str = "chrome.test") -> str:
    return RULE.format(id=name, find=find, more=more)


def kept(rules: ChromeRules, *lines: str, url: str = "") -> list[str]:
    blocks = tuple(Block("paragraph", line) for line in lines)
    page = strip(Page("", url, blocks, Provenance("")), rules)
    return page.text.split("\n")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (rule("(drop)"), "capturing group"),
        (rule("drop["), "is no pattern"),
        (rule("<nothing>"), "is not in [part]"),
        (rule("drop", "zone = ['foot']"), "Invalid enum value"),
        (rule("drop", "aply = 'end'"), "is not a setting"),
        (rule("drop") + rule("drop"), "used twice"),
        ("rules = 1\n" + rule("drop"), "is not a setting"),
    ],
)
def test_refused(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint.replace("[", r"\[")):
        chrome.load([write(tmp_path, "chrome.toml", text)], [])


@pytest.mark.parametrize("hosts", ["", "hosts = 'a.cn'\n", "hosts = []\n", "hosts = [1]\n"])
def test_site_without_hosts_is_refused(tmp_path: Path, hosts: str) -> None:
    with pytest.raises(ConfigError, match="hosts"):
        chrome.load([], [write(tmp_path, "a.toml", hosts + rule("drop"))])


def test_rules_of_a_user_come_after(tmp_path: Path) -> None:
    first = write(tmp_path, "chrome.toml", "[part]\nword = 'drop'\n" + rule("<word>"))
    second = write(tmp_path, "user.toml", rule("<word> too", name="user.test"))
    rules = chrome.load([first, second], [])
    assert [r.id for r in rules.rules] == ["chrome.test", "user.test"]
    assert rules.rules[1].find == "drop too"


def test_site_rules_hold_on_their_site(tmp_path: Path) -> None:
    site = write(tmp_path, "site.toml", 'hosts = ["example.cn"]\n' + rule("本站栏目", name="s.t"))
    rules = chrome.load([write(tmp_path, "chrome.toml", rule("drop"))], [site])
    lines = (SENTENCE, "本站栏目")
    assert kept(rules, *lines, url="https://news.example.cn/1.html") == [SENTENCE]
    assert kept(rules, *lines, url="https://notexample.cn/1.html") == list(lines)
    assert kept(rules, *lines, url="http://[") == list(lines)


def test_variants_stand_for_each_other(tmp_path: Path) -> None:
    text = 'variants = "关關"\n' + rule("关于[关于]们")
    rules = chrome.load([write(tmp_path, "chrome.toml", text)], [])
    assert kept(rules, SENTENCE, "關于關们", "关于于们", "關於們") == [SENTENCE, "關於們"]


def test_zone_and_limit(tmp_path: Path) -> None:
    text = rule("drop.*", "zone = ['tail']\nlimit = 10")
    rules = chrome.load([write(tmp_path, "chrome.toml", text)], [])
    lines = ["drop", SENTENCE, SENTENCE, "drop", "drop and more"]
    assert kept(rules, *lines) == ["drop", SENTENCE, SENTENCE, "drop and more"]


def test_a_rule_of_another_zone_hides_none_behind_it(tmp_path: Path) -> None:
    text = rule("dr[aeiou]p", "zone = ['tail']", "first.test") + rule(
        "drop|dr.p!", "", "second.test"
    )
    rules = chrome.load([write(tmp_path, "chrome.toml", text)], [])
    assert kept(rules, "drop", "drip", SENTENCE, SENTENCE, "drop", "drip") == [
        "drip",
        SENTENCE,
        SENTENCE,
    ]


def test_a_mark_leaves_all_else_of_a_block(tmp_path: Path) -> None:
    rules = chrome.load([write(tmp_path, "chrome.toml", rule("drop"))], [])
    block = Block("item", "drop", "div/p@1", 0.5, (Cell(0, 0, "drop"),), 7)
    others = [field for field in fields(Block) if field.name != "dropped_by"]
    assert all(getattr(block, field.name) != field.default for field in others)
    page = strip(Page("", "", (block, Block("paragraph", SENTENCE)), Provenance("")), rules)
    assert page.blocks[0] == replace(block, dropped_by="chrome.test")
