"""What holds for any text: twice is once, digits stay, protected spans stay, changes replay."""

import re
import unicodedata
from functools import reduce

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.records import Block, Page, Provenance
from pipeline.rules.script import convert
from pipeline.spelling import normalize_page, normalize_text, replay
from tests.spelling import RULES

PIECES = st.sampled_from(
    [
        *"的一是国发展政府工作年月日号第条章一二三○",
        *",;:?!.()\"'，。、；：？！（）“”‘’《》<>「」『』【】〔〕[]",
        *"0159 O０５％．：，－～~-—…•·・\u3000\u00a0\t",
        *"\n\n\n\n",
        *"ABabé$+/&%#@\u200b\u200d\ufeff\u0093⻓ﬁ㈠",
        *("發", "著", "後", "里", "於"),
        *("GDP", "IPv6", "2023", "1,234", "3.5%", "7:30", "...", "--", "……", "——", "??", "???"),
        *("一、", "（一）", "1.", "1)", "附件：", "附件1:", "国发[2021]12号", "第一条 ", "目  录"),
        *("坚持稳中求进工作总基调，完整、准确、全面贯彻新发展理念", "&nbsp;", "&ldquo;", "A, B"),
        *("http://www.example.cn/a?b=1,2", "a@example.cn", "v1.2.3", "f(x)", "\ufffd", "\uf8ff"),
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)
WILD = st.text(max_size=60)
PROTECTED = st.sampled_from(
    [
        "https://www.example.gov.cn/a_(b)?x=1,2;y=3&copy=4",
        "office@example.gov.cn",
        "D:\\data\\2023.xlsx",
        "/usr/local/share/list.csv",
        "v2.10.3",
        "192.168.0.1:8080",
        "2001:db8::ff00:42:8329",
        "report_v1.2(final).pdf",
        "Smith et al. (2020)",
        "[1] 张三,李四. 治理研究[J]. 管理, 2020(5): 1-9.",
        '{"名称": "通知", "年份": 2023}',
        'class="content" id="main"',
    ]
)
KIND = st.sampled_from(["paragraph", "paragraph", "paragraph", "heading", "item", "table"])
LINES = st.lists(PIECES.filter(lambda piece: "\n" not in piece), max_size=15).map("".join)
BLOCKS = st.lists(
    st.builds(
        Block,
        kind=KIND,
        text=LINES,
        dropped_by=st.sampled_from(["", "", "", "chrome.any"]),
        path=st.sampled_from(["", "p"]),
    ),
    max_size=8,
)
# Ideographs but for 〇, which stands for what is none, and for the numbers in ㈠.
HAN = re.compile("[\u2e80-\u2fd5\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
# What OpenCC does by the word around a character: 著 the particle, 乾 dry, 甚麼, 計畫.
NAMED = {"著": "着", "乾": "干", "甚": "什", "畫": "划", "麼": "么", "裏": "里", "祇": "只"}
TRADITIONAL = st.sampled_from(
    [
        *(
            "看著",
            "乾淨",
            "乾县",
            "甚麼",
            "計畫",
            "裏面",
            "裡面",
            "祇有",
            "發展",
            "髮型",
            "著名",
            "專著",
        ),
        *(
            "後來",
            "皇后",
            "於是",
            "衞生",
            "臺灣",
            "台湾",
            "体系",
            "體系",
            "餘下",
            "馀下",
            "昇腾",
            "⼀般",
            "⻓",
        ),
        *(
            "\uf98e度",
            "\uf9dc",
            "國",
            "国",
            "這",
            "这",
            "，",
            "。",
            "\n",
            " ",
            "“",
            "”",
            "の",
            "2023年",
        ),
    ]
)
HAN_TEXTS = st.lists(st.one_of(TRADITIONAL, PIECES.filter(lambda p: p != "㈠")), max_size=40).map(
    "".join
)
FULL_WIDTH = {0xFF10 + digit: 0x30 + digit for digit in range(10)}


def page_of(blocks: list[Block], dropped_by: str = "") -> Page:
    """Return a page of `blocks`."""
    where = Provenance(file="page.txt")
    return Page("0" * 16, "", tuple(blocks), where, title="标题:甲", dropped_by=dropped_by)


def digits(text: str) -> list[str]:
    """Return the digits of `text`, width folded; those that a zero of a year can be left out."""
    return re.findall("[1-9]", text.translate(FULL_WIDTH))


@settings(max_examples=2000, deadline=None)
@given(TEXTS)
def test_twice_is_once(text: str) -> None:
    once = normalize_text(text, RULES)
    assert normalize_text(once, RULES) == once


@settings(max_examples=200, deadline=None)
@given(WILD)
def test_twice_is_once_on_anything(text: str) -> None:
    once = normalize_text(text, RULES)
    assert normalize_text(once, RULES) == once


@settings(max_examples=200, deadline=None)
@given(TEXTS.filter(lambda text: not re.search("[㈠&]", text)))
def test_digits_stay(text: str) -> None:
    assert digits(normalize_text(text, RULES)) == digits(text)


@settings(max_examples=200, deadline=None)
@given(TEXTS.filter(lambda text: not re.search("[㈠&一二三四五六七八九〇○]", text)))
def test_all_digits_stay_in_their_order(text: str) -> None:
    found = re.findall("[0-9]", text.translate(FULL_WIDTH))
    assert re.findall("[0-9]", normalize_text(text, RULES)) == found


@settings(max_examples=500, deadline=None)
@given(HAN_TEXTS)
def test_han_change_by_the_tables_alone(text: str) -> None:
    before, after = HAN.findall(text), HAN.findall(normalize_text(text, RULES))
    assert len(before) == len(after)
    others = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert all(b in variants(a) for a, b in others)


def variants(character: str) -> set[str]:
    """Return what the tables that the style names may make of one ideograph."""
    table = RULES.table.get(character, ("", ""))[0]
    spellings = RULES.lexicon.script_words.items()
    words = {b for old, new in spellings for a, b in zip(old, new, strict=True) if a == character}
    chains = (("tw2t", "t2s"), ("hk2t", "t2s"), ("tw2t", "hk2t", "t2s"))
    converted = {reduce(convert, chain, character) for chain in chains}
    composed = unicodedata.normalize("NFC", character)
    return {table, composed, *words, *converted, *NAMED.get(character, "")}


@settings(max_examples=100, deadline=None)
@given(PROTECTED, st.sampled_from(["", "查看", "详见 "]), st.sampled_from(["", "。", ",请办理。"]))
def test_protected_spans_stay(span: str, before: str, after: str) -> None:
    line = span if span[0] in "[{c" else f"{before}{span}{after}"
    assert span in normalize_text(line, RULES)


@settings(max_examples=200, deadline=None)
@given(BLOCKS)
def test_changes_replay(blocks: list[Block]) -> None:
    page = page_of(blocks)
    out = normalize_page(page, RULES)
    assert replay(page.blocks, out.changes) == out.blocks
    ids = {rule.id for rule in RULES.rules}
    assert all(change.rule in ids for change in out.changes)


@settings(max_examples=500, deadline=None)
@given(BLOCKS)
def test_page_twice_is_once(blocks: list[Block]) -> None:
    once = normalize_page(page_of(blocks), RULES)
    again = normalize_page(once, RULES)
    assert again.blocks == once.blocks
    assert again.changes == once.changes


@settings(max_examples=500, deadline=None)
@given(st.lists(LINES, max_size=8))
def test_page_agrees_with_text(lines: list[str]) -> None:
    page = page_of([Block("paragraph", line) for line in lines])
    out = normalize_page(page, RULES)
    assert out.text == normalize_text("\n".join(lines), RULES)
    assert out.title == "标题：甲"
