"""Bytes to blocks: the shapes of pages, the pages that break parsers, tables, flattened text."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline.errors import PageError
from pipeline.parse import looks_like_html, page_id, parse
from pipeline.records import Block, Page, Provenance, RawPage
from pipeline.rules.metadata import BUILT_IN, load

RULES = load([BUILT_IN])
BODY = "各级各部门要压实责任，确保全年粮食播种面积稳定在120万亩以上。"
PARSERS = ("lexbor", "beautifulsoup")


def page_of(source: str | bytes, parser: str = "lexbor", url: str = "") -> Page:
    body = source if isinstance(source, bytes) else source.encode()
    return parse(RawPage(url, body, "", Provenance("pages/1.html")), RULES, parser)


def texts(source: str, parser: str = "lexbor") -> list[str]:
    return [block.text for block in page_of(source, parser).blocks]


def html(body: str) -> str:
    return f"<html><head><title>题目</title></head><body>{body}</body></html>"


def test_kinds_and_links() -> None:
    blocks = page_of(
        html(
            "<h2>工作<b>安排</b></h2><p>见<a href=/1>附件</a>。</p>"
            "<ul><li><p>第一项</p><li>第二项</ul>"
            "<p>一、总体要求</p><p>• 稳增长</p><p><a name=top>锚点</a></p>"
        )
    ).blocks
    assert [(block.kind, block.text) for block in blocks] == [
        ("heading", "工作安排"),
        ("paragraph", "见附件。"),
        ("item", "第一项"),
        ("item", "第二项"),
        ("heading", "一、总体要求"),
        ("item", "• 稳增长"),
        ("paragraph", "锚点"),
    ]
    assert [block.links for block in blocks] == [0, 0.5, 0, 0, 0, 0, 0]


def test_what_a_script_listens_on_is_a_link() -> None:
    page = html(
        "<ul><li><a>要闻</a><li><a class=card onclick='go(1)'><img><b>工作动态</b></a>"
        "<li><a id=top>锚点</a></ul><a><p>"
        + "城区积水点已全部排除，交通恢复正常。" * 8
        + "</p></a>"
    )
    for parser in ("lexbor", "beautifulsoup"):
        assert [block.links for block in page_of(page, parser).blocks] == [1, 1, 0, 0]


def test_lines_of_bare_br() -> None:
    source = html("<div id=zoom>　　第一段。<br><br/>　　第二段，<br>\n 第三段。</div>")
    assert texts(source) == ["　　第一段。", "　　第二段，", "第三段。"]
    assert {block.path for block in page_of(source).blocks} == {"div#zoom@1"}


def test_blanks_collapse_as_in_a_browser() -> None:
    assert texts(html("<p> \n 全年　增长\n   5% \n左右&nbsp; </p>")) == ["全年　增长 5% 左右"]
    assert texts(html("<p>全年实现\n    平稳开局</p>")) == ["全年实现平稳开局"]
    assert texts(html("<pre>第一行\n第二行</pre>")) == ["第一行", "第二行"]


def test_raised_digits_are_no_longer_number() -> None:
    assert texts(
        html("<p>10<sup>4</sup>吨CO<sub>2</sub>，PM<sub>2.5</sub>见注<sup>[1]</sup></p>")
    ) == ["10⁴吨CO₂，PM2.5见注[1]"]


def test_markup_that_is_shown_is_text() -> None:
    assert texts(html("<p>一</p><plaintext></p><b>二")) == ["一", "</p><b>二</body></html>"]


def test_paths_are_bounded() -> None:
    deep = f"<div class='{'c' * 3_000}'>" * 200
    (block,) = page_of(html(f"{deep}{BODY}")).blocks
    assert block.path.startswith("div.ccc")
    assert len(block.path) < 10_000


def test_what_is_no_text() -> None:
    source = html(
        "<!-- 注释 --><script>var 变量;</script><style>样式</style><noscript>请启用脚本</noscript>"
        "<template>模板</template><svg><text>图</text></svg><select><option>选项</select>"
        "<input type=hidden value=隐藏><video>不支持</video>"
        f'<script id="__NEXT_DATA__" type="application/json">{{"text":"{BODY}"}}</script>'
        f'<img src="data:image/png;base64,{"A" * 100_000}"><x-unknown>{BODY}</x-unknown>'
    )
    assert texts(source) == [BODY]


def test_what_is_hidden_is_kept_and_marked() -> None:
    blocks = page_of(
        html(
            f'<div style="display: none"><p>{BODY}</p></div><p hidden>二</p>'
            '<p style="color:red;DISPLAY:NONE">三</p><p style="visibility: hidden">四</p>'
        )
    ).blocks
    assert ["!hidden" in block.path for block in blocks] == [True, True, True, False]


def test_no_two_elements_share_a_path() -> None:
    blocks = page_of(
        html("<div><p>一</p><p>二</p></div><div class=a><p>三</p></div><p>四</p>")
    ).blocks
    assert [block.path for block in blocks] == ["div@1/p@1", "div@1/p@2", "div.a@2/p@1", "p@3"]


def test_lines_of_the_source() -> None:
    source = (
        "<html><title>甲乙丙</title>\n<body>\n<p>甲乙丙</p>\n\n"
        "<p>&ldquo;丁\n戊&rdquo;</p>\n<p>己庚</p></body></html>"
    )
    assert [block.line for block in page_of(source).blocks] == [3, 5, 7]


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    "source",
    [
        f"<html><body><p>前文</p></body></html><html><body><p>{BODY}</p></body></html>",
        f"<html><body><div><p>前文<div>{BODY}",
        f"<html><body><table><tr><td>导航<td>{BODY}</table>",
        f"<html><body><!-- 没有结束的注释 <p>{BODY}</p>",
        f"<html><head><title>没有结束的标题<body><p>{BODY}</p>",
        f"<html><head><style>p {{color: red}}<body><p>{BODY}</p>",
        f"<html><body><script>var a = 1;<p>{BODY}</p>",
        f"<html><body><textarea><p>{BODY}</p>",
        f"<html><body>{'<script>var a;<p>' * 3_000}{BODY}</p>",
        f"<html><body><object><param name=a><embed src=b><p>{BODY * 4}</p>",
        f"<html><body>{'<section>' * 200}{BODY}{'</section>' * 200}",
        f"<html><body>{'<div>' * 20_000}{BODY}{'</div>' * 20_000}<p>尾</p>",
        f"<html><body>{'<table><tr><td>' * 2_000}{BODY}",
        f"<html><body>{''.join(f'<font color={i}>' for i in range(5_000))}{BODY}",
        f"<html><body><p {' '.join(f'a{i}=1' for i in range(60_000))}>{BODY}",
        f"<html><body><select>{'<option>选' * 5_000}</select>{BODY}",
        f"<html><body>{'<br>' * 20_000}{BODY}",
        f"<html><body>{'&amp;' * 50_000}<p>{BODY}",
        f"<html><body><!--{'x' * 1_000_000}--><p>{BODY}",
        f"<html><body><p>{BODY[:9]}\0{BODY[9:]}\x01</p>",
        f"<html><body><center><table width=760><tr><td><table><tr><td>{BODY}</table></table>",
    ],
    ids=range(21),
)
def test_broken_pages_keep_their_text(source: str, parser: str) -> None:
    assert BODY in "\n".join(texts(source, parser))


def test_formatting_that_is_never_closed_does_not_multiply() -> None:
    source = html("".join(f"<font color={i}><p>第{i}段" for i in range(3_000)))
    assert len(page_of(source).blocks) == 3_000


def test_a_data_table_is_one_block() -> None:
    table = (
        "<table><caption>表</caption><thead><tr><th rowspan=2>指标<th colspan=2>数值</tr>"
        "<tr><th>2020年<th>2025年</tr></thead>"
        "<tr><td>城镇新增<br>就业（万人）<td>[120]<td></tr><tr><td>人口<td><p>950</p><p>左右</p><td>10<sup>3</sup></tr></table>"
    )
    (block,) = page_of(html(table)).blocks
    assert block.kind == "table"
    assert block.text.split("\n") == [
        "表",
        "指标\t数值",
        "\t2020年\t2025年",
        "城镇新增 就业（万人）\t[120]",
        "人口\t950 左右\t10³",
    ]
    title, first, second, *_ = block.cells
    assert (title.text, title.row, title.colspan) == ("表", 0, 3)
    assert (first.rowspan, first.header, second.column, second.colspan) == (2, True, 1, 2)
    assert [c.text for c in block.cells if c.row == 3] == ["城镇新增\n就业（万人）", "[120]", ""]
    assert [c.header for c in block.cells if c.row == 4] == [False, False, False]


@pytest.mark.parametrize(
    "table",
    [
        "<table><tr><td>一格</table>",
        "<table><tr><td>来源：市局<td>字号：大<td>打印</table>",
        "<table>" + "<tr><td><a href=1>首页</a><td><a href=2>要闻</a>" * 2 + "</table>",
        f"<table><tr><td>导航<td>栏目<tr><td>侧栏<td>{BODY * 30}</table>",
        "<table><tr><td>姓名<td><input><tr><td>意见<td><input></table>",
    ],
    ids=["single cell", "byline", "menu", "frame", "form"],
)
def test_a_layout_table_dissolves(table: str) -> None:
    blocks = page_of(html(table)).blocks
    assert blocks
    assert {block.kind for block in blocks} == {"paragraph"}


def test_spans_are_clamped() -> None:
    table = (
        "<table><tr><td rowspan=99999 colspan=-3>甲<td>乙"
        "<tr><td colspan=0>丙<td rowspan=0>丁</table>"
    )
    (block,) = page_of(html(table)).blocks
    assert [(c.text, c.row, c.column, c.rowspan, c.colspan) for c in block.cells] == [
        ("甲", 0, 0, 2, 1),
        ("乙", 0, 1, 1, 1),
        ("丙", 1, 1, 1, 1),
        ("丁", 1, 2, 1, 1),
    ]


def test_a_table_of_impossible_spans_keeps_its_text() -> None:
    table = "<table>" + "<tr><td rowspan=500 colspan=1000>甲<td>乙" * 500 + "</table>"
    blocks = page_of(html(table)).blocks
    assert "".join("".join(block.text.split()) for block in blocks) == "甲乙" * 500


def test_flattened_text_keeps_its_lines() -> None:
    text = "题目\r\n\r\n　　一、要求\n  • 稳就业 \n全年增5%。 \xa0\n\n（一）“十四五”目标\n（1）\n"
    assert page_of(text).blocks == (
        Block("paragraph", "题目", line=1),
        Block("heading", "　　一、要求", line=3),
        Block("item", "  • 稳就业", line=4),
        Block("paragraph", "全年增5%。", line=5),
        Block("heading", "（一）“十四五”目标", line=7),
        Block("paragraph", "（1）", line=8),
    )


def test_html_is_told_by_content() -> None:
    assert looks_like_html("\ufeff\n<!DOCTYPE html><p>一")
    assert looks_like_html("前言<br>一<br>二<br>")
    assert not looks_like_html("在网页里写 <b> 表示加粗，a < b 且 c > d。\n" + BODY)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n\t", "empty"),
        ("　\u00a0\n".encode(), "empty"),
        (b"%PDF-1.7\n%\xe2\xe3", "not-html"),
        (b"\x7fELF\x02\x01\x01" + bytes(40), "not-html"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "not-html"),
        (bytes(range(256)) * 20, "not-text"),
    ],
)
def test_what_is_no_page_is_set_aside(body: bytes, reason: str) -> None:
    with pytest.raises(PageError, match=r"pages/1\.html: ") as error:
        page_of(body)
    assert error.value.reason == reason


def test_page_id_names_place_and_body() -> None:
    raw = RawPage("http://a/1", b"x", "", Provenance("1.html"))
    assert re.fullmatch("[0-9a-f]{16}", page_id(raw))
    assert page_id(raw) == page_id(replace(raw, charset="gbk", provenance=Provenance("2.html")))
    others = [
        raw,
        replace(raw, body=b"y"),
        replace(raw, url="http://a/2"),
        replace(raw, url=""),
        replace(raw, url="", provenance=Provenance("1.html", member="m")),
        replace(raw, url="", provenance=Provenance("\udcff.html")),
    ]
    assert len(set(map(page_id, others))) == len(others)


@given(st.binary(max_size=400), st.sampled_from(PARSERS))
def test_any_bytes_give_a_page_or_a_page_error(body: bytes, parser: str) -> None:
    try:
        page = page_of(b"<p>" + body, parser)
    except PageError:
        return
    assert all(block.text.strip(" ") for block in page.blocks)


_PIECES = st.sampled_from(
    (
        *("<div>", "</div>", "<p>", "<table>", "<tr>", "<td>", "</table>", "<!--", "-->", "<b>"),
        *("</b>", "<a href=x>", "<script>", "</script>", "<li>", "<br>", "<h1>", "<title>"),
        *("<select>", "<svg>", "<pre>", "<textarea>", "&amp;", "<", ">", "甲", "1", " "),
    )
)


@settings(max_examples=200)
@given(st.lists(_PIECES, max_size=40).map("".join), st.sampled_from(PARSERS))
def test_any_markup_gives_blocks(markup: str, parser: str) -> None:
    page = page_of(html(markup), parser) if markup.strip() else page_of(html("甲"))
    assert all(0 <= block.links <= 1 and block.text for block in page.blocks)


_HAN = st.text("政策文件发展规划工作报告二〇三五镕㎡，。", min_size=1, max_size=40)


@given(st.lists(_HAN, min_size=1, max_size=6), st.sampled_from(["gb18030", "utf-8"]))
def test_no_character_of_a_simple_page_is_lost(paragraphs: list[str], codec: str) -> None:
    source = html("".join(f"<p>{text}</p>" for text in [*paragraphs, BODY]))
    assert [block.text for block in page_of(source.encode(codec)).blocks] == [*paragraphs, BODY]
