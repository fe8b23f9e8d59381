"""A page that came on one line: what it is parted into, and that nothing is lost."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.parse.flat import read_lines
from pipeline.parse.glued import part
from pipeline.rules import metadata

CLOSES = re.compile(r"(?<=[。）])（?(?:责任编辑：|相关新闻)")
TITLE = "青禾老街换上新招牌"
TEXT = (
    "昨天，老街的四十块招牌全部换新，店主们说灯比从前亮，字也看得清，晚上来的人多了两成。",
    "招牌由县里统一设计，店名用各家自己的字，颜色分七种，钱由县里出六成，店主出四成。",
    "下一步，街上还要把架空的电线埋到地下，雨天积水的地方装上新的管子，年底前完工。",
)
MENU = "首页时政民生专题图片视频论坛博客" * 12 + "您的位置：首页>时政>正文"
TAIL = (
    "（责任编辑：张三）相关新闻县图书馆新馆开门公园步道完工小学添了三间教室"
    + "县医院请来专家坐诊" * 9
)


def glued(*, indent: str = "　　") -> str:
    return f"{TITLE}-某县新闻网{MENU}{TITLE}" + "".join(indent + line for line in TEXT) + TAIL


def test_page_on_one_line() -> None:
    blocks = read_lines(glued(), CLOSES)
    texts = [block.text.strip() for block in blocks]
    assert texts[1:5] == [TITLE, *TEXT]
    assert texts[5].startswith("（责任编辑")
    assert {block.line for block in blocks} == {1}


def test_nothing_is_lost() -> None:
    for line in (glued(), glued(indent=" "), glued(indent="")):
        blocks = read_lines(line, CLOSES)
        assert "".join(block.text for block in blocks).replace(" ", "") == line.replace(" ", "")


@pytest.mark.parametrize("line", [TEXT[0], "".join(TEXT) * 2, "指标\t2020\t2025。。。" * 40])
def test_other_lines_stay(line: str) -> None:
    page = ["第一行"] * 20 + [line] + ["最后一行"] * 20
    assert [pieces for pieces in part(page, CLOSES) if len(pieces) > 1] == []


def test_twice_is_once() -> None:
    once = [block.text for block in read_lines(glued(), CLOSES)]
    assert [block.text for block in read_lines("\n".join(once), CLOSES)] == once


HEADS = metadata.load([metadata.BUILT_IN]).heads
MENUS = "首页 时政 民生 专题 图片 视频 论坛 博客 "


@pytest.mark.parametrize(
    "above",
    [
        "首页民生新闻 您的位置：首页 > 民生新闻",
        MENUS,
        f"{MENUS}新闻>民生>正文 ",
        f"{MENUS}放大+ 缩小- 默认o ",
    ],
)
@pytest.mark.parametrize(
    "byline",
    [
        "发布时间：2021-03-05来源：某县新闻网作者：张三 李四【大|中|小】",
        "2021-03-05 10:20 青禾镇 阅读 321【字体：大 中 小】 打印 分享到：微信微博 ",
        "2021-03-05  ",
    ],
)
def test_title_between_head_and_byline(above: str, byline: str) -> None:
    line = above + TITLE + (" " if byline[0] == "2" else "") + byline + "".join(TEXT) * 4
    texts = [block.text.strip() for block in read_lines(line, CLOSES, HEADS)]
    assert texts[:3] == [above.strip(), TITLE, byline.strip()]


@pytest.mark.parametrize("before", [MENUS, "首页>民生新闻>"])
def test_no_byline_no_title(before: str) -> None:
    line = f"{before}{TITLE} 2021年3月5日，{''.join(TEXT) * 4}"
    assert len(part([line], CLOSES, HEADS)[0]) == 1


@given(
    st.lists(
        st.sampled_from([TITLE, MENU, *TEXT, TAIL, "　　", " ", "。", "！", "\n"]), max_size=40
    )
)
@settings(max_examples=100, deadline=None)
def test_pieces_are_the_line(words: list[str]) -> None:
    lines = "".join(words).split("\n")
    assert ["".join(pieces) for pieces in part(lines, CLOSES)] == lines
