"""Pages that break programs, made in code: each grows with `n`, and says how large it is tested.

In: a size. Out: a page, as markup, text or bytes. Never chance: the same size gives the same page.
As a program it strips them all, within limits, and says what is wrong with each, a line a page.
"""

import contextlib
import html as references
import json
import re
import resource
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pipeline
from pipeline.errors import PageError

SECONDS, MEMORY = 120, 3 << 30
_HIDDEN = {"-->": "<!--.*?-->"} | {f"</{tag}>": f"<{tag}.*?</{tag}>" for tag in ("script", "title")}
_TAG = re.compile("<[^<>]*>")
_LETTERS = re.compile(r"[^\W_]+")

BODY = "各级各部门要压实责任，确保全年粮食播种面积稳定在120万亩以上。"
NOTICE = "".join(f"<p>{BODY[:-1]}，第{i}项工作由县农业农村局牵头。</p>\n" for i in range(8))


@dataclass(frozen=True, slots=True)
class Hostile:
    """A kind of page: `make(n)` grows with `n`; tests make it of `size`.

    `hides` says that it holds text that no browser shows, or tags that are hard to tell.
    """

    make: Callable[[int], str | bytes]
    size: int
    hides: bool = False


def html(body: str, head: str = "<title>关于做好秋粮生产的通知</title>") -> str:
    """Return a whole page."""
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


def _nested(opening: str, closing: str = "") -> Callable[[int], str]:
    """Return what makes `n` elements in each other, around one text."""
    return lambda n: html(f"{NOTICE}{opening * n}{BODY}{closing * n}<p>尾声</p>")


def _repeated(piece: str) -> Callable[[int], str]:
    """Return what makes `piece` `n` times below a notice."""
    return lambda n: html(NOTICE + piece * n)


def _counted(piece: str) -> Callable[[int], str]:
    """Return what makes `piece` `n` times below a notice, `{i}` in it being its number."""
    return lambda n: html(NOTICE + "".join(piece.replace("{i}", str(i)) for i in range(n)))


def _open(tag: str) -> Callable[[int], str]:
    """Return what opens an element `n` times, each before a paragraph, and never closes it."""
    return lambda n: html("".join(f"{tag}<p>第{i}段，{BODY}</p>\n" for i in range(n)))


def _text(line: str) -> Callable[[int], str]:
    """Return what makes flattened text of `n` equal lines below a notice."""
    return lambda n: f"关于做好秋粮生产的通知\n{BODY}\n{BODY}\n" + line * n


def _lines(line: str) -> Callable[[int], str]:
    """Return what makes flattened text of `n` lines, `{i}` in each being its number."""
    start = f"关于做好秋粮生产的通知\n{BODY}\n"
    return lambda n: start + "".join(line.replace("{i}", str(i)) for i in range(n))


def _table(n: int) -> str:
    """Return a page with a table of `n` cells in rows of six."""
    row = "<tr>" + "<td>12.5" * 6
    return html(f"{NOTICE}<table>{row * (n // 6)}</table>")


def _doctype(n: int) -> str:
    """Return entities that would grow to ten to the power of `n` characters if they were read."""
    entities = "".join(f'<!ENTITY a{i + 1} "{f"&a{i};" * 10}">' for i in range(n))
    page = html(f"{NOTICE}<p>&a{n};</p>")
    return page.replace(" html>", f' html [<!ENTITY a0 "哈">{entities}]>', 1)


def _formatting(n: int) -> str:
    """Return `n` formatting elements that no tag closes, each of another kind and with a block."""
    tags = ("b", "i", "font", "u", "a", "em", "nobr")
    return html("".join(f"<{tags[i % 7]} id=x{i}><p>第{i}段</p>" for i in range(n)))


PAGES = {
    # Nesting
    "div in div": Hostile(_nested("<div>", "</div>"), 50_000),
    "div in div, open": Hostile(_nested("<div>"), 100_000),
    "font in font": Hostile(_nested("<font color=red>", "</font>"), 100_000),
    "font in font, open": Hostile(_nested("<font color=red>"), 100_000),
    "section in section": Hostile(_nested("<section class=a>", "</section>"), 50_000),
    "blockquote in blockquote": Hostile(_nested("<blockquote>", "</blockquote>"), 50_000),
    "list in list": Hostile(_nested("<ul><li>", "</ul>"), 20_000),
    "list in list, with text": Hostile(_nested("<ul><li>项", "</ul>"), 3_000),
    "bold in paragraph": Hostile(_nested("<p><b>"), 20_000),
    "table in table": Hostile(_nested("<table><tr><td>", "</table>"), 50_000),
    "table in table, with text": Hostile(_nested("<table><tr><td>格<td>", "</table>"), 1_500),
    "table straight in table": Hostile(_nested("<table>"), 50_000),
    "anchor in anchor": Hostile(_nested("<a href=/x>", "</a>"), 50_000),
    "span in span": Hostile(_nested("<span>", "</span>"), 50_000),
    "unknown element in itself": Hostile(_nested("<x-y>", "</x-y>"), 50_000),
    "button in form in button": Hostile(_nested("<form><button>"), 50_000),
    "svg in svg": Hostile(_nested("<svg><g>", "</g></svg>"), 20_000, hides=True),
    "template in template": Hostile(_nested("<template>", "</template>"), 20_000, hides=True),
    "math in math": Hostile(_nested("<math><mi>", "</mi></math>"), 20_000),
    "ruby in ruby": Hostile(_nested("<ruby><rt>", "</rt></ruby>"), 20_000),
    "ends without starts": Hostile(_repeated("</div></p></b></td>"), 50_000),
    "formatting never closed": Hostile(_formatting, 3_000),
    "crossed formatting": Hostile(_repeated("<b><i><p>段</b></i>"), 4_000),
    # Never closed
    "open comments": Hostile(_open("<!--"), 2_000),
    "open scripts": Hostile(_open("<script>"), 2_000),
    "open styles": Hostile(_open("<style>"), 2_000),
    "open textareas": Hostile(_open("<textarea>"), 2_000),
    "open titles": Hostile(_open("<title>"), 2_000),
    "open tables": Hostile(_open("<table>"), 2_000),
    "open anchors": Hostile(_open("<a href=/x>"), 2_000),
    "open selects": Hostile(_open("<select>"), 2_000, hides=True),
    "open noscripts": Hostile(_open("<noscript>"), 2_000),
    "open iframes": Hostile(_open("<iframe>"), 2_000),
    "open objects": Hostile(_open("<object>"), 800, hides=True),
    "open CDATA": Hostile(_open("<![CDATA["), 2_000, hides=True),
    "open tags": Hostile(_open("<div class='"), 1_000, hides=True),
    # Attributes
    "attribute of 5 MB": Hostile(lambda n: html(f'<p title="{"长" * n}">{BODY}'), 1_700_000),
    "style of 5 MB": Hostile(lambda n: html(f'<p style="{"a:b;" * n}">{BODY}'), 1_200_000),
    "class of 1 MB": Hostile(lambda n: html(f'<p class="{"a " * n}">{BODY}'), 500_000),
    "many attributes": Hostile(
        lambda n: html(f"<p {' '.join(f'a{i}=1' for i in range(n))}>{BODY}"), 100_000
    ),
    "many classes in each path": Hostile(_repeated(f'<div class="{"c " * 400}"><p>段</p>'), 150),
    "signs in attributes": Hostile(_nested("<div class='<'>", "</div>"), 2_000, hides=True),
    "ends of tags in attributes": Hostile(_nested("<div class='>'>", "</div>"), 20_000, hides=True),
    "formatting with signs in attributes": Hostile(
        _counted("<b id='{i}<'><p>段</p>"), 300, hides=True
    ),
    "picture in an address": Hostile(
        lambda n: html(f'{NOTICE}<img src="data:image/png;base64,{"iVBOR" * n}">'), 400_000
    ),
    # Floods
    "named references": Hostile(_repeated("&mdash;"), 300_000),
    "numeric references": Hostile(_repeated("&#20108;&#x4e8c;"), 150_000),
    "references in references": Hostile(_repeated("&amp;amp;amp;nbsp;"), 100_000),
    "references without end": Hostile(_repeated("&notanentity"), 100_000),
    "ampersands": Hostile(_repeated("&"), 1_000_000),
    "brackets": Hostile(_repeated("<"), 500_000),
    "links": Hostile(_counted("<a href=/{i}.html>链接{i}</a>\n"), 200_000),
    "links in paragraphs": Hostile(_counted("<p><a href=/{i}.html>要闻第{i}条</a></p>"), 4_000),
    "links in a list": Hostile(_counted("<li><a href=/{i}.html>要闻第{i}条</a>2021-03-05"), 2_000),
    "empty elements": Hostile(_repeated("<i></i><p></p>"), 100_000),
    "line breaks": Hostile(_repeated("<br>"), 100_000),
    "short paragraphs": Hostile(_counted("<p>第{i}</p>"), 4_000),
    "long paragraphs": Hostile(_counted(f"<p>第{{i}}，{BODY * 3}</p>"), 2_500),
    "short divisions with classes": Hostile(_counted("<div class=c{i}>段{i}</div>"), 4_000),
    "options": Hostile(
        lambda n: html(f"{NOTICE}<select>{'<option>选' * n}</select>"), 100_000, hides=True
    ),
    "comments": Hostile(_repeated("<!-- 注释 -->"), 100_000),
    "scripts": Hostile(_repeated("<script>var a = '<p>';</script>"), 10_000),
    "script of 5 MB": Hostile(
        lambda n: html(f"<script>{'if(a<b)c();' * n}</script>{NOTICE}"), 450_000
    ),
    "headings equal to the title": Hostile(_repeated("<h1>关于做好秋粮生产的通知</h1>"), 10_000),
    "metas": Hostile(lambda n: html(NOTICE, "<meta name=PubDate content=2021-03-05>" * n), 50_000),
    "title of 1 MB": Hostile(lambda n: html(NOTICE, f"<title>{'秋粮通知-' * n}</title>"), 20_000),
    "title and heading of 1 MB": Hostile(
        lambda n: html(f"<h1>{'秋粮通知_' * n}</h1>{NOTICE}", f"<title>{'秋粮通知_' * n}</title>"),
        30_000,
    ),
    "meta of 1 MB": Hostile(
        lambda n: html(NOTICE, f'<meta name=ArticleTitle content="{"秋粮通知" * n}">'), 90_000
    ),
    "source of 1 MB": Hostile(
        lambda n: html(NOTICE, f'<meta name=ContentSource content="{"县报 " * n}">'), 150_000
    ),
    "ends of the page": Hostile(_repeated("</body></html><html><body>"), 20_000),
    "framesets": Hostile(_repeated("<frameset><frame src=a>"), 20_000),
    "form controls": Hostile(_repeated("<input value=x><button>好</button>"), 5_000),
    # Tables
    "table of 30,000 cells": Hostile(_table, 30_000),
    "table of 18,000 cells": Hostile(_table, 18_000),
    "spans of 99999": Hostile(
        lambda n: html(
            f"{NOTICE}<table>{'<tr><td rowspan=99999 colspan=99999>甲<td>乙<td>丙' * n}</table>"
        ),
        500,
    ),
    "spans in one row": Hostile(
        lambda n: html(f"{NOTICE}<table><tr>{'<td rowspan=9 colspan=9>甲' * n}<tr><td>乙</table>"),
        2_000,
    ),
    "stairs of spans": Hostile(
        lambda n: html(
            f"{NOTICE}<table>{''.join(f'<tr><td rowspan={n}>甲<td>乙' for _ in range(n))}</table>"
        ),
        300,
    ),
    "small tables": Hostile(_repeated("<table><tr><td>一<td>1<tr><td>二<td>2</table>"), 400),
    "text straight in a table": Hostile(_repeated("<table>文<tr>字</table>"), 4_000),
    # Lines
    "one line of 1 MB": Hostile(lambda n: BODY * n, 11_000),
    "one paragraph of 1 MB": Hostile(lambda n: html(f"<p>{BODY * n}</p>"), 11_000),
    "one word of 1 MB": Hostile(lambda n: html(f"<p>{'a' * n}</p>"), 1_000_000),
    "one number of 1 MB": Hostile(lambda n: html(f"{NOTICE}<p>{'1' * n}</p>"), 1_000_000),
    "newlines": Hostile(_text("\n"), 1_000_000),
    "newlines in markup": Hostile(_repeated("\n"), 1_000_000),
    "blanks": Hostile(_text(" "), 1_000_000),
    "blanks in markup": Hostile(lambda n: html(f"<p>{BODY}{' ' * n}{BODY}</p>"), 1_000_000),
    "ideographic blanks": Hostile(_text("\u3000"), 300_000),
    "lines of one character": Hostile(_text("一\n"), 20_000),
    "lines of one character in markup": Hostile(_repeated("一<br>"), 12_000),
    "carriage returns": Hostile(_text("行\r"), 15_000),
    "lines that all differ": Hostile(_lines(f"第{{i}}段，{BODY}\n"), 4_000),
    # Chrome without end
    "dates": Hostile(_text("2021-03-05\n"), 5_000),
    "dates, each another": Hostile(_lines("2021-03-05 10:{i}\n"), 4_000),
    "sources": Hostile(_text("来源：\n"), 8_000),
    "sources and names": Hostile(_lines("来源：县报第{i}版\n"), 8_000),
    "lists": Hostile(_text("张三、李四、王五、赵六、\n"), 5_000),
    "menu in one line": Hostile(_text("首页 | 要闻 | 政务 | "), 7_000),
    "menu in one line, without blanks": Hostile(_text("首页|要闻|政务|"), 12_000),
    "menu without signs": Hostile(_text("首页要闻政务服务互动数据专题"), 3_000),
    "breadcrumbs": Hostile(_text("当前位置：首页 > 要闻 > 正文\n"), 2_000),
    "shares": Hostile(_text("分享到：\n微信\n微博\n"), 3_000),
    "related": Hostile(_lines("相关阅读\n要闻第{i}条\n"), 2_000),
    "rights": Hostile(_text("版权所有 主办：县人民政府 备案号：京ICP备00000000号\n"), 2_500),
    "page numbers": Hostile(_lines("{i}\n"), 6_000),
    "titles and dates": Hostile(_lines("要闻第{i}条的标题是这样写的\n2021-03-05\n"), 1_000),
    "questions": Hostile(_lines("问：第{i}个问题？\n答：请看上一条。\n"), 3_000),
    "comment list": Hostile(
        _counted("<div class=comment><span>网友{i}</span><p>说得好，支持！</p>1楼 回复</div>"),
        2_000,
    ),
    # Traps for patterns
    "digits and bars": Hostile(_text("2021-"), 200_000),
    "dates without an end": Hostile(_text("2021年3月"), 150_000),
    "half a date": Hostile(_text("2021年 "), 150_000),
    "colons": Hostile(_text("："), 300_000),
    "labels in one line": Hostile(_text("来源：作者：编辑："), 30_000),
    "names in one line": Hostile(_text("记者 张三 "), 30_000),
    "open brackets": Hostile(_text("（【〔["), 80_000),
    "bars": Hostile(_text("|"), 300_000),
    "arrows": Hostile(_text(">"), 300_000),
    "commas": Hostile(_text("、"), 300_000),
    "enclosed numbers": Hostile(_text("（1）"), 100_000),
    "addresses": Hostile(_text("http://a.cn/"), 80_000),
    "addresses of mail": Hostile(_text("a@a."), 250_000),
    # Bytes
    "null bytes": Hostile(
        lambda n: html(f"<p>{BODY[:9]}{chr(0) * n}{BODY[9:]}</p>{NOTICE * n}"), 500
    ),
    "null bytes in tags": Hostile(_repeated("<p\0 class\0=a\0>段</\0p>"), 20_000, hides=True),
    "surrogates by number": Hostile(_repeated("&#xD800;&#xDFFF;&#x110000;&#0;"), 50_000),
    "noncharacters": Hostile(_repeated("\ufdd0\ufffe\uffff段"), 50_000),
    "marks of byte order": Hostile(_repeated("\ufeff段\ufeff"), 100_000),
    "directions and joiners": Hostile(_repeated("\u202e\u200b\u200d\u2066段"), 50_000),
    "combining marks": Hostile(_repeated("a" + "\u0301" * 50), 10_000),
    "entities that grow": Hostile(_doctype, 12, hides=True),
    "UTF-16": Hostile(lambda n: html(NOTICE * n).encode("utf-16"), 500),
    "UTF-16 without a mark": Hostile(lambda n: html(NOTICE * n).encode("utf-16-be"), 500),
    "UTF-16 of an odd length": Hostile(lambda n: html(NOTICE * n).encode("utf-16") + b"\0", 500),
    "UTF-7": Hostile(lambda n: b"+/v8-" + html(NOTICE * n).encode("utf-7"), 300),
    "GBK with broken bytes": Hostile(
        lambda n: (
            html("段落\ufffd结束。<p>" * n).encode("gb18030").replace(b"\x84\x31\xa4\x37", b"\xff")
        ),
        1_500,
    ),
    "GBK, every byte shifted": Hostile(
        lambda n: (f"<p>{BODY}" * n).encode("gb18030")[:3] + b"\x81" + (BODY * n).encode("gb18030"),
        5_000,
    ),
    "half of each character": Hostile(
        lambda n: b"<p>" + BODY.encode()[:1] * n + b"<p>" + BODY.encode(), 200_000
    ),
    "two charsets by turns": Hostile(
        lambda n: (f"<p>{BODY}".encode() + f"<p>{BODY}".encode("gbk")) * n, 200
    ),
    "charset labels": Hostile(
        lambda n: b"<meta charset=gbk>" * n + html(NOTICE).encode("gbk"), 50_000
    ),
}


def trouble(kind: Hostile) -> str:
    """Return what is wrong with what comes out of a page: "" where all its text is accounted for.

    A page set aside is one of them, with its reason.
    """
    page = kind.make(kind.size)
    try:
        blocks = pipeline.strip(page).blocks
    except PageError as error:
        return f"{error.reason}: {error}"
    source = page if isinstance(page, str) else pipeline.decode(page)
    if kind.hides:
        source = NOTICE if NOTICE in source else BODY * (BODY in source)
    lost = _letters(visible(source)) - _letters("".join(block.text for block in blocks))
    return f"lost {lost.total()} characters: {''.join(lost)[:40]}" if lost else ""


def visible(source: str) -> str:
    """Return the text of simple markup."""
    for end, pattern in _HIDDEN.items():
        if end in source:
            source = re.sub(pattern, " ", source, flags=re.DOTALL)
    return references.unescape(_TAG.sub(" ", source))


def _letters(text: str) -> Counter[str]:
    return Counter("".join(_LETTERS.findall(text)))


def main() -> None:
    """Write the name of each page, when it is begun, and its trouble, when it is done."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    with contextlib.suppress(ValueError):  # macOS knows no such limit
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for name, kind in PAGES.items():
        sys.stdout.write(json.dumps(name))
        sys.stdout.flush()
        sys.stdout.write(f"\t{json.dumps(trouble(kind))}\n")


if __name__ == "__main__":
    main()
