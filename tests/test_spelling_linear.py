"""Hostile text takes no more than ordinary text of its length: each of these would hang else."""

import pytest

from pipeline.spelling import normalize_text
from tests.spelling import RULES

LENGTH = 60_000
UNITS = [
    "(", ")", "（", "(a", "((中", "“", "\"", "5\"", "'", "「", "《", "<<", "&", "&#38;",
    "&amp;", " ", "\u3000", "中 ", "a ", ",", "中,", "A,", "a,b ", "?", "!", "...", "…", "-",
    "--", "~", "第", "第第一", "、、、", "1.", "1", "〔2021〕", "国发[2021]", "(2021)", "O",
    "二○", "http://", "a@", "@a.", "www.", "//", "\\\\a", "C:\\", "/a", "a/", "::", "a::b",
    "1:2:", "<a ", "<!--", "{\"a\":", "a=\"", "[1] ", "[J]", "Smith (2020", "(Smith, ",
    "select a from ", "print(\"", "æ", "æ·", "Ã", "鏀", "鏀垮簻", "绉?", "籓", "�", "锟斤拷",
    "發", "あ", "\u200d", "é́", "\u4e2d\uff0c\n", "\u4e2d\n", "\u201c\u4e2d\n",
    "\uff08\u4e2d\uff0c\n",
    "\u575a\u6301\u7a33\u4e2d\u6c42\u8fdb\u5de5\u4f5c\u603b\u57fa\u8c03\uff0c\u5168\u9762\u8d2f\u5f7b\u65b0\u53d1\u5c55\u7406\u5ff5\n",
    "\n", " \n", "\u3000\u3000\u4e2d\uff0c\n", "A\n", "１，２３４", "．", "ｗｗｗ．",
    "年 1 月 ", "目 录 ", "\uf8ff", ". ", "_",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_hostile_text_is_survived(unit: str) -> None:
    text = "甲" + unit * (LENGTH // len(unit)) + "乙"
    assert normalize_text(text, RULES)
