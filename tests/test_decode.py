"""Bytes with a wrong, missing or too narrow label, and bytes that are broken."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.parse.decode import claimed, decode
from pipeline.parse.soup import declared_charset

SHARED = Path(__file__).parents[2] / "shared"

TEXT = "市人民政府关于印发二〇三五年远景目标的通知，占地12㎡，联系人朱镕喆。"
TRADITIONAL = "行政院核定前瞻基礎建設計畫，推動數位轉型與綠能發展。"
LABELS = ["", "utf-8", "gb2312", "x-gbk", "iso-8859-1", "windows-1252", "big5", "unicode", "?"]


@pytest.mark.parametrize("declared", LABELS)
@pytest.mark.parametrize("codec", ["gb18030", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_the_bytes_decide_not_the_label(codec: str, declared: str) -> None:
    assert decode(TEXT.encode(codec), declared) == TEXT


@pytest.mark.parametrize("declared", LABELS)
@pytest.mark.parametrize("codec", ["big5", "big5hkscs", "gb18030"])
def test_traditional_text(codec: str, declared: str) -> None:
    assert decode(TRADITIONAL.encode(codec), declared) == TRADITIONAL


def test_characters_of_hong_kong() -> None:
    text = "香港特別行政區政府嘅施政報告，啲市民話冇問題，喺中環嗰度。"
    assert decode(text.encode("big5hkscs"), "big5") == text


def test_characters_beyond_gbk() -> None:
    text = "古籍用字㐀䶵𠮷，" + TEXT
    assert decode(text.encode("gb18030"), "gb2312") == text


@pytest.mark.parametrize("codec", ["gb18030", "utf-8", "utf-16-le", "utf-16-be"])
def test_the_meta_label_is_no_order(codec: str) -> None:
    page = f'<html><head><meta charset="gb2312"></head><body><p>{TEXT}</p></body></html>'
    assert decode(page.encode(codec)) == page


@pytest.mark.parametrize("codec", ["shift_jis", "euc_jp"])
def test_a_label_that_nobody_writes_by_mistake(codec: str) -> None:
    page = f"<html><head><meta charset={codec}></head><body>日本政府は新しい対策を発表した。"
    assert decode(page.encode(codec)) == page


@pytest.mark.parametrize(("codec", "label"), [("utf-7", "utf-7"), ("hz", "hz-gb-2312")])
def test_han_hidden_in_ascii(codec: str, label: str) -> None:
    assert decode("公开文件".encode(codec), label) == "公开文件"


@pytest.mark.parametrize("declared", ["", "iso-8859-1", "utf-8"])
def test_english_pages(declared: str) -> None:
    text = "The ministry’s résumé – “naïve”, it costs £5…"
    assert decode(text.encode("cp1252"), declared) == text


@pytest.mark.parametrize("codec", ["gb18030", "utf-8"])
@pytest.mark.parametrize("at", [0, 9, 30, 45])
def test_one_lost_byte_costs_one_character(codec: str, at: int) -> None:
    body = TEXT.encode(codec)
    text = decode(body[:at] + body[at + 1 :], "gb2312")
    assert text.count("\ufffd") == 1
    assert len(set(TEXT) - set(text)) <= 1


@pytest.mark.parametrize("at", [10, 11, 30])
def test_one_wrong_byte_costs_one_character(at: int) -> None:
    body = TEXT.encode("gb18030")
    text = decode(body[:at] + b"\xff" + body[at + 1 :])
    assert text.count("\ufffd") == 1
    assert len(set(TEXT) - set(text)) <= 1


def test_a_text_cut_in_the_middle_of_a_character() -> None:
    text = "各区县人民政府，市级各部门：现将工作方案印发给你们。"
    assert decode(text.encode("gb18030")[:-1], "gbk") == text[:-1] + "\ufffd"
    assert decode(text.encode()[:-1]) == text[:-1] + "\ufffd"


def test_single_bytes_of_windows() -> None:
    body = "税费".encode("gbk") + b"\xa0\x8020" + "按月缴纳，不得拖欠。".encode("gbk")
    assert decode(body.replace(b"\xa0\x80", b"\xa0 \x80")) == "税费\xa0 €20按月缴纳，不得拖欠。"


def test_private_use_of_the_old_standard() -> None:
    body = "地名：".encode("gbk") + b"\xa8\xbc\xfe\x59\xa3\xa0" + "，见附件。".encode("gbk")
    assert decode(body) == "地名：\u1e3f\u9fb4\u3000，见附件。"


@given(st.text("".join(sorted(set(TEXT + TRADITIONAL))), min_size=20), st.sampled_from(LABELS))
def test_utf8_always_comes_back(text: str, declared: str) -> None:
    assert decode(text.encode(), declared) == text


@given(st.binary(), st.text(max_size=12))
def test_any_bytes_are_accepted(body: bytes, declared: str) -> None:
    assert isinstance(decode(body, declared), str)


@pytest.mark.skipif(not SHARED.exists(), reason="the development data is not here")
def test_development_cases() -> None:
    lines = (SHARED / "eval/normalize/bytes_cases.jsonl").read_text("utf-8").splitlines()
    for case in map(json.loads, lines):
        body = base64.b64decode(case["input_b64"])
        assert decode(body, case["declared"] or "") == case["expected"], case["why"]


@pytest.mark.skipif(not SHARED.exists(), reason="the development data is not here")
def test_real_pages_decode_intact() -> None:
    for page in sorted((SHARED / "eval/chrome/cwced_zh").glob("*.html")):
        text = decode(page.read_bytes())
        assert text.count("\ufffd") <= 12, page.name
        assert sum("\u4e00" <= char <= "\u9fff" for char in text) > 200, page.name


_HEADS = st.lists(
    st.sampled_from(
        (
            *(
                "<meta ",
                "<META ",
                '<meta http-equiv="Content-Type" content="text/html; ',
                ">",
                '" />',
            ),
            *(
                "charset=",
                "CHARSET=",
                "charset = ",
                "gb2312",
                "'Big5'",
                '"utf-8"',
                "x y",
                '">',
                " ",
            ),
            *(
                "<?xml encoding='gbk'?>",
                "<title>charset</title>",
                "<!-- ",
                " -->",
                "<script ",
                "一",
            ),
        )
    ),
    max_size=9,
).map("".join)


@given(_HEADS)
def test_a_claim_is_read_as_beautifulsoup_reads_it(head: str) -> None:
    body = head.encode("gb18030")
    assert claimed(body).lower() == declared_charset(body)
