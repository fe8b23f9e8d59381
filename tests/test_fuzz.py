"""Whatever comes in: a page or a `PageError`, all text in its blocks, marks and nothing else.

Soup is random markup; `HYPOTHESIS_PROFILE=explore` looks for other examples than the fixed ones.
"""

import re
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import pipeline
from pipeline import chrome
from pipeline.errors import PageError
from pipeline.parse import parse
from pipeline.records import Page, Provenance, RawPage
from pipeline.rules import load_rules
from tests.hostile import visible

RULES = load_rules()
_CODECS = ("utf-8", "gb18030", "big5hkscs", "utf-16", "utf-16-be", "utf-8-sig", "cp1252", "utf-7")
_WORDS = (
    *("关于做好秋粮生产的通知", "各地要压实责任，确保面积稳定在120万亩以上。", "首页", "要闻"),
    *("来源：县报", "2021-03-05", "2021年3月5日", "责任编辑：张三", "分享到：微信", "打印", "关闭"),
    *("当前位置：首页 > 要闻", "一、总体要求", "（一）基本原则", "附件：1.名单.doc", "相关阅读"),
    *("版权所有", "京ICP备00000000号", "上一篇：无", "1", "12.5%", "、", "|", ">", "（", "：", " "),
    *("　　", "\u00a0", "\u200b", "\ufeff", "𠮷", "é", "&amp;", "&nbsp;", "&#20108;", "&lt;b&gt;"),
    *("&notanentity", "&", "&#xD800;", "问：多少？", "答：三个。", "网友12楼", "下载APP", "县长"),
)
_PAIRED = (
    *("div", "p", "span", "b", "font", "ul", "ol", "li", "table", "tr", "td", "th", "h1", "h2"),
    *("a", "section", "article", "form", "center", "blockquote", "pre", "em", "dl", "dt", "dd"),
)
_ODD = (
    *("script", "style", "title", "textarea", "select", "option", "svg", "math", "iframe"),
    *("noscript", "template", "object", "button", "frameset", "body", "html", "head", "caption"),
    *("tbody", "colgroup", "plaintext", "ruby", "x-y", "o:p"),
)
_BROKEN = (
    *("<", ">", "</", "<!--", "-->", "<!", "<![CDATA[", "]]>", "<?xml", "<div class='", '"', "'"),
    *("<br>", "<br/>", "<img src=x>", "<hr", "<!DOCTYPE html>", "</body></html>", "\0", "\r", "\n"),
    *("<td rowspan=9999>", "<td colspan=0>", "<a href=javascript:;>", "<p style=display:none>"),
    *("<div hidden>", "<meta charset=gbk>", "<base href=x>", "<input value=x>"),
)
_ATTRIBUTES = (
    *("", ' class="content"', " id=zoom", ' class="nav"', ' style="display:none"', " href=/x"),
    *(" class='a/b c'", ' class="\u7279"', " hidden", ' class="comment-list"', " x=1"),
    *(
        ' title="a>b<p>c</p>"',
        " alt='<td>'",
        ' data-x="</div><!--"',
        " class='<'",
        ' href="?a=1&b>"',
    ),
)

_VALUE = re.compile("""="[^"]*"|='[^']*'""")

words = st.sampled_from(_WORDS) | st.text(max_size=12)
opening = st.builds("<{}{}>".format, st.sampled_from(_PAIRED + _ODD), st.sampled_from(_ATTRIBUTES))
closing = st.builds("</{}>".format, st.sampled_from(_PAIRED + _ODD))
soup = st.lists(words | opening | closing | st.sampled_from(_BROKEN), max_size=60).map("".join)
flattened = st.lists(st.lists(words, max_size=4).map("".join), max_size=40).map("\n".join)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Return a page's bytes in some charset, cut off, with bytes of another one in it."""
    source = draw(soup | flattened)
    body = source.encode(draw(st.sampled_from(_CODECS)), "replace")
    at = draw(st.integers(0, len(body)))
    end = draw(st.integers(at, len(body)))
    return body[:at] + draw(st.binary(max_size=6)) + body[at:end]


def page_of(body: bytes, parser: str = "lexbor", charset: str = "") -> Page | None:
    """Return the page parsed, None where it is set aside with a reason and a mend."""
    try:
        return parse(RawPage("", body, charset, Provenance("1.html")), RULES.metadata, parser)
    except PageError as error:
        assert error.reason in ("empty", "not-html", "not-text")
        assert str(error).startswith("1.html: ")
        return None


@given(damaged(), st.sampled_from((*_CODECS, "", "?", "gb2312", "x" * 99)))
@settings(max_examples=300)
def test_decode_never_raises(body: bytes, declared: str) -> None:
    assert isinstance(pipeline.decode(body, declared), str)


@given(soup | flattened, st.sampled_from(("", "gb2312", "big5", "utf-16", "iso-8859-1")))
@settings(max_examples=300)
def test_decode_leaves_valid_utf8_alone(text: str, declared: str) -> None:
    # ASCII may be UTF-7, and bytes of zero UTF-16, where the page says so.
    if not text.isascii() and "\0" not in text:
        decoded = pipeline.decode(text.encode(), declared)
        assert decoded.lstrip("\ufeff") == text.lstrip("\ufeff")


@given(damaged() | (soup | flattened).map(str.encode), st.sampled_from(("lexbor", "beautifulsoup")))
@settings(max_examples=400)
def test_strip_only_marks(body: bytes, parser: str) -> None:
    page = page_of(body, parser)
    if page is None:
        return
    stripped = chrome.strip(page, RULES.chrome)
    known = {rule.id for rule in RULES.chrome.rules} | {""}
    assert {block.dropped_by for block in stripped.blocks} | {stripped.dropped_by} <= known
    unmarked = tuple(replace(block, dropped_by="") for block in stripped.blocks)
    assert unmarked == page.blocks
    assert replace(stripped, blocks=page.blocks, dropped_by="") == page
    assert chrome.strip(stripped, RULES.chrome) == stripped
    published = Counter(stripped.text) + Counter("".join(d.text for d in stripped.dropped))
    assert not Counter("".join(block.text for block in page.blocks)) - published


@given(flattened)
@settings(max_examples=200)
def test_every_line_of_flattened_text_is_a_block(text: str) -> None:
    page = page_of(text.encode())
    if page is None or "<" in text or "\0" in text:
        return
    kept = "".join("".join(block.text.split()) for block in page.blocks)
    assert Counter(filter(str.isalnum, kept)) == Counter(filter(str.isalnum, text))
    assert [block.line for block in page.blocks] == sorted({block.line for block in page.blocks})


paragraphs = st.builds(
    "<{0}{1}>{2}</{0}>\n".format,
    st.sampled_from(("p", "h1", "h2", "pre")),
    st.sampled_from(
        ("", ' class="a b"', " style='display: none'", " title=\"<p>一</p>\" id='a>b'")
    ),
    st.lists(
        st.sampled_from([word for word in _WORDS if "&" not in word])
        | st.sampled_from(
            ("<b>加粗</b>", '<a href="/?<a>">链接</a>', "<br>", "<i></i>", "&lt;p&gt;")
        ),
        min_size=1,
        max_size=4,
    ).map("".join),
)
_AROUND = ("<div>{}</div>", '<div class="content">{}</div>', "<section id=zoom>{}</section>")
_LISTS = ("<ul><li>{}</li></ul>", "<blockquote hidden>{}</blockquote>", "<dl><dd>{}</dd></dl>")
sound = st.recursive(
    paragraphs,
    lambda inner: st.builds(
        str.format, st.sampled_from(_AROUND + _LISTS), st.lists(inner, max_size=3).map("".join)
    ),
    max_leaves=8,
)


@given(st.lists(sound, min_size=3, max_size=5).map("".join))
@settings(max_examples=100)
def test_sound_markup_is_read_whole_and_alike_by_both_parsers(body: str) -> None:
    source = f"<!DOCTYPE html><html><head><title>题</title></head><body>{body}</body></html>"
    first, second = (page_of(source.encode(), parser) for parser in ("lexbor", "beautifulsoup"))
    assert first == second
    assert first is not None
    kept = "".join(block.text for block in first.blocks)
    told = visible(_VALUE.sub("", body))
    assert Counter(filter(str.isalnum, kept)) == Counter(filter(str.isalnum, told))
