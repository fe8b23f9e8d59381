"""Bytes with a wrong, missing or too narrow label."""

import pytest

from pipeline.parse.decode import decode

TEXT = "市人民政府关于印发二〇三五年远景目标的通知，面积12㎡，朱镕基。"


@pytest.mark.parametrize("declared", ["", "utf-8", "gb2312", "iso-8859-1", "big5", "no such thing"])
@pytest.mark.parametrize("codec", ["gb18030", "utf-8", "utf-8-sig"])
def test_the_bytes_decide_not_the_label(codec: str, declared: str) -> None:
    assert decode(TEXT.encode(codec), declared) == TEXT
