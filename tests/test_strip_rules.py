"""Loading chrome.toml and sites: what is refused, and what a rule's keys do."""

import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from pipeline.chrome import strip
from pipeline.chrome.lines import fold
from pipeline.errors import ConfigError
from pipeline.records import Block, Cell, Page, Provenance
from pipeline.rules import chrome
from pipeline.rules.chrome import ChromeRules, Known
from pipeline.rules.index import Index, each
from pipeline.rules.patterns import Pattern

RULE = """
[[rule]]
id     = "{id}"
reason = "A test."
source = "seen on pages of tests"
find   = '{find}'
{more}
case   = [{{ before = "drop", after = "" }}, {{ before = "keep", after = "keep" }}]
"""
RULES = Path(chrome.__file__).parent
SENTENCE = "全市排查隐患四百处，整改三百处，其余限期完成，逾期的从严查处。"


@cache
def packaged() -> ChromeRules:
    return chrome.load([RULES / "chrome.toml"], sorted((RULES / "sites").glob("*.toml")))


def _line_rules() -> list[Known]:
    sets = (packaged().general, *(site.rules for site in packaged().sites))
    return [known for rules in sets for known in rules.lines]


@cache
def _lines_of_cases() -> list[str]:
    cases = [case for rule in packaged().rules for case in rule.case]
    return fold("\n".join(case.before for case in cases).split("\n"), packaged().variants)


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


@pytest.mark.parametrize("key", ["find", "proof", "keep"])
def test_a_wrong_pattern_is_named_by_file_rule_and_key(tmp_path: Path, key: str) -> None:
    good, bad = rule("drop"), {"find": "(", "proof": "(?<=a+)", "keep": ["[a"]}[key]
    text = good.replace("'drop'", "'('") if key == "find" else rule("drop", f"{key} = {bad!r}")
    file = write(tmp_path, "a.toml", "hosts = ['a.cn']\n" + text)
    with pytest.raises(ConfigError) as raised:
        chrome.load([], [file])
    assert str(raised.value).startswith(f"{file}: chrome.test: {key}: is no pattern: ")
    assert str(raised.value).endswith(f". Mend it: {bad[0] if key == 'keep' else bad}")


@pytest.mark.parametrize("known", _line_rules(), ids=lambda known: known[0].id)
def test_what_a_pattern_begins_with_and_holds_loses_no_match(known: Known) -> None:
    _, find = known
    index = Index([find])
    for line in _lines_of_cases():
        held = index.held(line)
        for at, char in enumerate(line):
            match = find.match(line, at)
            if match and match.end() > at:
                sure, wordy = index.begun(char)
                assert find.begins(char), line
                assert sure | (wordy & held), line


@pytest.mark.parametrize(
    ("find", "begins", "others", "words"),
    [
        ("版权|copyright", "版cC", "权本1", set()),
        ("(?:本站)?.{0,9}转载|引用", "本x一", "", {"转载"}),
        ("[^。]{1,9}(?:ICP备|网安备)", "京I", "。", {"ICP备", "网安备"}),
        (r"\d{1,2}[年/]", "1٣", "一a", {"年", "/"}),
        ("(?i:[a-c])x*(?=z)", "aBc", "d", set()),
        ("(?<=x)(?:共|约)? ?字", "共约 字", "x", {"字"}),
        ("(?>a|b)+?", "ab?", "", set()),
        (r"[^\W一-龥]\s第", "a1", "一", {"第"}),
        ("[Ａ-Ｚ]|[^\U00010400]", "Ａ一", "", set()),
    ],
)
def test_pattern(find: str, begins: str, others: str, words: set[str]) -> None:
    pattern = Pattern(find, "")
    assert [char for char in begins if not pattern.begins(char)] == []
    assert [char for char in others if pattern.begins(char)] == []
    assert set(pattern.anatomy.words) == words


@pytest.mark.parametrize(
    "find", ["copyright", "[^一a]", "Ａ", "(?i:x)", "(?!b)。", "(?>一|[c-f])+"]
)
def test_letters_are_met_in_either_case(find: str) -> None:
    assert Pattern(find, "").anatomy.cased
    assert Pattern(find, "").compiled.flags & re.IGNORECASE


@pytest.mark.parametrize("find", ["版权", r"[^一\s]\d", "[一-龥·]{2}(?=[。；])$", "(?:一|二)*+."])
def test_what_has_no_case_is_matched_as_it_stands(find: str) -> None:
    assert not Pattern(find, "").anatomy.cased


@given(st.text("版权本站第共0٣ aAs。转载/龥\U00020000", max_size=12))
def test_index_asks_all_that_match(line: str) -> None:
    finds = ["版权(?!所)", ".{0,4}转载", "[^。]第", r"\d+[年/]?", "[一-龥]{2}", "s|A", r"\s?共"]
    patterns = [Pattern(find, "") for find in finds]
    index = Index(patterns)
    held = index.held(line)
    for at, char in enumerate(line):
        sure, wordy = index.begun(char)
        asked = set(each(sure | (wordy & held)))
        hits = {i for i, find in enumerate(patterns) if (m := find.match(line, at)) and m[0]}
        assert hits <= asked


def test_search_asks_for_words_first() -> None:
    find = Pattern("^附|^.{0,8}名单$|Table [0-9]", "")
    texts = ("附件", "见附件", "人员名单", "名单如下", "TABLE 1", "table a", "")
    for text in texts:
        assert bool(find.search(text)) == bool(find.compiled.search(text))


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
    others = [field for field in structs.fields(Block) if field.name != "dropped_by"]
    assert all(getattr(block, field.name) != field.default for field in others)
    page = strip(Page("", "", (block, Block("paragraph", SENTENCE)), Provenance("")), rules)
    assert page.blocks[0] == structs.replace(block, dropped_by="chrome.test")
