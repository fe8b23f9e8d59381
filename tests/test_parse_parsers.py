"""The two parsers, held against each other."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.parse import parse
from pipeline.records import Block, Cell, Page, Provenance, RawPage
from pipeline.rules.metadata import BUILT_IN, load

SHARED = Path(__file__).parents[2] / "shared"
RULES = load([BUILT_IN])
TABLE = (
    "<table border=1><thead><tr><th>指标<th>2020年</thead><tbody><tr><td>人口<td>950"
    "<tr><td rowspan=2>就业<br>人数<td>12</tr><tr><td>13</tbody></table>"
)
BODIES = {
    "paragraphs": "<div id=a class='b c'><p>一</p><p>二<b>三</b></p></div>",
    "inline": "<p>见<a href=1>附件<i>一</i></a>和<a name=x>锚</a><span> 空 格 </span></p>",
    "br": "<div>　　一<br>二<br/><br>三</div>尾",
    "list": "<ul><li>一<ul><li>二</li></ul></li><li><p>三</p><p>四</p></li></ul>",
    "headings": "<h1>一</h1><h2><span>二</span></h2><div><h6>三</h6>四</div>",
    "data table": f"<h2>表</h2>{TABLE}<p>注</p>",
    "layout table": f"<table><tr><td>左</td><td><table><tr><td>{TABLE}</table></td></tr></table>",
    "definition": "<dl><dt>一</dt><dd>二</dd></dl><address>三</address>",
    "hidden": "<div style='display:none'><p>一</p></div><p hidden>二</p><p>三</p>",
    "skipped": "<script>a</script><style>b</style><!-- c --><noscript>d</noscript>一",
    "form": "<form><input value=a><select><option>b</select><textarea>一\n二</textarea></form>",
    "raised by a wrapper": "<p>10<sup><span>4</span></sup>m<sup>2</sup></p>",
    "literal": "<p>一</p><xmp></div><b>二</b></xmp><p>三</p>",
    "script in a script": "<script><!-- '<script></script>' --></script><p>一</p>",
    "names of tags": "<a<b>一</a<b><p x<y=1 title='a>b <i>'>二</p>",
    "unread ends": "<noscript><noscript>一</noscript></noscript>二<svg><style><g></style>三",
    "pre": "<pre>一\n  二\n</pre>",
    "unknown": "<ucap-content><p>一</p></ucap-content><article><section>二</section></article>",
    "raised": "<p>10<sup>4</sup>CO<sub>2</sub></p>",
    "references": "<p>&lt;一&gt;&nbsp;&amp;&#20108;&ldquo;三&rdquo;</p>",
    "unclosed": "<div><p>一<p>二<ul><li>三<li>四",
    "two ends": "<p>一</p></body></html><html><body><p>二</p></body></html>",
    "unclosed comment": "<p>一</p><!-- 二 <p>三</p>",
    "blanks": "<p> 一\n二 \n three  four </p>\n\n五",
    "empty elements": "<ul><li>一<li><li>二</ul><p>三<img><br><hr>四<p></p></p><b></b>五",
    "returns": "<p>一&#13;</p><p>&#13;</p><p>二&#13;三</p>",
    "blanks in cells": TABLE.replace("人口", " \n<b>人</b> <x-a>口</x-a> <i>数</i>\n ").replace(
        "<tr>", "\n <tr>\n"
    ),
    "details": "<details><summary>一</summary>二</details><button>三</button>",
}


_CELL = st.lists(
    st.sampled_from(("人口", "12.5", " ", "\n", "\t", "&nbsp;", "　", "&lt;", "&amp;", "<br>"))
    | st.sampled_from(
        ("<p>甲</p>", "<span class=a>乙</span>", "<a href=1>丙</a>", "<div>丁", "<b>")
    ),
    max_size=4,
).map("".join)
_ROWS = st.lists(
    st.lists(st.tuples(st.sampled_from(("td", "th")), _CELL), min_size=2, max_size=4),
    min_size=2,
    max_size=4,
)


@given(_ROWS)
def test_cells_that_are_scanned_are_those_that_beautifulsoup_reads(
    rows: list[list[tuple[str, str]]],
) -> None:
    def cells(attributes: str) -> list[tuple[Cell, ...]]:
        markup = "".join(
            f"<tr>{''.join(f'<{tag}{attributes}>{text}</{tag}>' for tag, text in row)}</tr>"
            for row in rows
        )
        return [block.cells for block in read(f"<table>{markup}</table>", "lexbor").blocks]

    # A span that says 0 columns means one, but is not plain.
    assert cells("") == cells(" colspan=0")


def read(body: str, parser: str) -> Page:
    source = (
        '<html><head><title>题目</title><meta name="PubDate" content="2021-03-05">'
        f'<link rel="canonical" href="https://a.cn/1"></head><body>{body}</body></html>'
    )
    return parse(RawPage("", source.encode(), "", Provenance("1.html")), RULES, parser)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_both_parsers_give_the_same_page(body: str) -> None:
    first, second = read(body, "lexbor"), read(body, "beautifulsoup")
    assert first.blocks
    assert [_seen(block) for block in first.blocks] == [_seen(block) for block in second.blocks]
    assert (first.title, first.published, first.url) == (second.title, second.published, second.url)


def _seen(block: Block) -> tuple[object, ...]:
    """Return what does not depend on the <tbody> that only one of the trees has."""
    path = [part for part in block.path.split("/") if not part.startswith("tbody")]
    return block.kind, block.text, block.links, block.cells, block.line, path


@pytest.mark.skipif(not SHARED.exists(), reason="the development data is not here")
def test_both_parsers_read_the_same_text_of_real_pages() -> None:
    pages = sorted((SHARED / "eval/chrome/cwced_zh").glob("*.html"))[::4]
    differing = 0
    for file in pages:
        raw = RawPage("", file.read_bytes(), "", Provenance(file.name))
        first, second = (_words(parse(raw, RULES, name)) for name in ("lexbor", "beautifulsoup"))
        differing += len(first ^ second) > 0.02 * len(first)
    assert differing <= len(pages) // 5


def _words(page: Page) -> set[str]:
    text = "".join("".join(block.text.split()) for block in page.blocks)
    return {text[i : i + 8] for i in range(len(text))}
