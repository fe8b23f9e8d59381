"""What scrapers write into flattened text: read away for matching, kept in what is published."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.chrome.surface import seen, wrapped
from pipeline.records import Block

LYNX = ["   * [1]首页", "   * [2]新闻", "   * [3]教育"]


def read(*texts: str) -> list[tuple[str, float]]:
    blocks = [Block("paragraph", text) for text in texts]
    return [(block.text, block.links) for block in seen(blocks)]


@pytest.mark.parametrize(
    ("text", "words", "links"),
    [
        ("[首页](/) > [新闻](/news/) > 正文", "首页 > 新闻 > 正文", 4 / 6),
        ('1. [标题](/a/1.html "标题")', "1. 标题", 2 / 3),
        ("## 二、发展目标", "二、发展目标", 0.0),
        ("**难点在哪里？**", "难点在哪里？", 0.0),
        ("[ ![](/logo.png) ](/)", "[image]", 1.0),
        ("· 某县召开大会", "某县召开大会", 0.0),
        ("&copy;&nbsp;2026 某市教育局", "©\xa02026 某市教育局", 0.0),
        ("当 前 位 置 ： 首 页  >  正 文", "当前位置：首页 > 正文", 0.0),
        ("完成投资120亿元[1]，同比增长3*5%。", "完成投资120亿元[1]，同比增长3*5%。", 0.0),
        ("#1 机组停机检修 #2 机组运行", "#1 机组停机检修 #2 机组运行", 0.0),
        ("#一号机组 # 二号机组", "#一号机组 # 二号机组", 0.0),
        ("1 2 3 4 5", "1 2 3 4 5", 0.0),
        ("王**", "王", 0.0),
    ],
)
def test_words(text: str, words: str, links: float) -> None:
    ((found, share),) = read(text)
    assert found == words
    assert share == pytest.approx(links)


def test_numbers_of_links() -> None:
    found = read(*LYNX, "典礼由党委副书记[4]韩立群主持。", "  4. https://www.example.cn/a.htm")
    assert found[:3] == [("首页", 1.0), ("新闻", 1.0), ("教育", 1.0)]
    assert found[3][0] == "典礼由党委副书记韩立群主持。"
    assert found[4][1] == 1.0


def test_numbers_of_notes() -> None:
    notes = ["[1]王某. 物流研究[J]. 学报, 2010.", "[2]李某. 配送[M].", "[3]张某. 仓储[M]."]
    assert read(*notes) == [(note, 0.0) for note in notes]


@given(st.lists(st.text(alphabet="*+[]()!#&;_ a1中。· \u3000", max_size=60), max_size=8))
@settings(max_examples=200, deadline=None)
def test_as_many_blocks(texts: list[str]) -> None:
    blocks = [Block("paragraph", text, line=i) for i, text in enumerate(texts)]
    found = seen(blocks)
    assert [block.line for block in found] == [block.line for block in blocks]
    assert all(0.0 <= block.links <= 1.0 for block in found)


@pytest.mark.parametrize("text", ["[a](", "![](", "**", "](", "* ", "&a", "[1]", "a b "])
def test_floods_end(text: str) -> None:
    assert len(seen([Block("paragraph", text * 20_000)])) == 1


def test_lines_cut_at_the_edge_of_a_screen() -> None:
    edge = "   " + "典礼上学校还为十二名应征入伍复学学生佩戴了红花并为新生代表佩戴校徽家长" + "们"
    lines = [edge, "   鼓掌。", edge, "", edge, "      缩进的一行。", edge, edge]
    blocks = [Block("paragraph", text, line=i) for i, text in enumerate(lines, 1) if text]
    assert wrapped(blocks) == [True, False, False, False, False, True, False]
    assert not any(wrapped(blocks[:2]))
