"""Big pages as the sites have them: a small body among menus, lists, comments and scripts.

In: a number. Out: the same page for it every time, with the text that must come out. Never a word
of a real page: bodies are those of `tests/dedup_texts.py`, all around them is our own wording.
"""

from dataclasses import dataclass

from tests.dedup_texts import Writer, report

_SECTIONS = (
    *("首页", "要闻动态", "政务公开", "办事服务", "互动交流", "数据开放", "走进本市", "专题专栏"),
    *("领导之窗", "机构职能", "政策文件", "政策解读", "规划计划", "财政预决算", "人事信息"),
    *("招标采购", "应急管理", "公共资源", "行政执法", "建议提案", "新闻发布会", "图片新闻"),
    *("视频播报", "部门动态", "区县传真", "通知公告", "重点领域", "民生实事", "便民查询"),
)
_PLACES = ("青禾县", "临江区", "云岭市", "白沙镇", "长塘街道", "石桥开发区", "南屏新区", "东湾县")
_REMARKS = (
    *(
        "说得好，支持！",
        "希望早日落实到位。",
        "什么时候轮到我们小区？",
        "公交线路能不能再加密一些？",
    ),
    *("顶一个。", "办事效率比以前高多了，点赞。", "请问具体怎么申请？电话一直打不通。"),
)
_SCRIPT = """
function show{n}(box, step) {{
  var list = document.getElementById("tab{n}").getElementsByTagName("li");
  for (var i = 0; i < list.length; i++) {{ list[i].className = i < step ? "on" : ""; }}
  if (box && box.offsetHeight > {n}) {{ box.innerHTML += "<p class='tip'>加载更多</p>"; }}
}}
"""
_STYLE = ".box{n} .tit{n} a:hover{{color:#c{n:03};padding:0 {n}px;background:url(/i/{n}.png)}}\n"


@dataclass(frozen=True, slots=True)
class Sample:
    """A page, and its title and body, a paragraph a line."""

    markup: str
    gold: str


def sample(n: int) -> Sample:
    """Return page number `n`: 85 to 163 KB, a body of 4 to 24 paragraphs in one of four frames."""
    lines = report(n, paragraphs=4 + n * 7 % 21)
    page = _FRAMES[n % len(_FRAMES)](n, lines)
    room = (89_000 + n * 8_000 % 96_000) - len(page.encode())
    count = max(1, room // 417)
    style = "".join(_STYLE.format(n=i) for i in range(count))
    script = "".join(_SCRIPT.format(n=i) for i in range(count))
    head = f"<style>{style}</style><script>{script}</script></head>"
    return Sample(page.replace("</head>", head, 1), "\n".join(lines))


def _menu(n: int, count: int) -> str:
    """Return a menu of `count` links, as nested lists."""
    items = []
    for i in range(count):
        name = _SECTIONS[(n + i) % len(_SECTIONS)]
        place = _PLACES[i // len(_SECTIONS) % len(_PLACES)] if i >= len(_SECTIONS) else ""
        href = f"/col/col{1_229_000 + i}/index.html"
        items.append(
            f'<li class="li{i}" onmouseover="over(this)"><a href="{href}" target="_blank" '
            f'title="{place}{name}" style="color:#333">{place}{name}</a></li>\n'
        )
    return f'<ul class="menu clearfix">{"".join(items)}</ul>'


def _bar(n: int, count: int) -> str:
    """Return a menu of `count` links as rows of a table, of the time before style sheets."""
    cells = []
    for i in range(count):
        name = f'<font color="#ffffff">{_SECTIONS[(n + i) % len(_SECTIONS)]}</font>'
        row = "</tr><tr>" if i % 15 == 14 else ""
        cells.append(f'<td align=center><a href="/{i}.htm">{name}</a></td>{row}')
    return f"<table width=960 align=center><tr>{''.join(cells)}</tr></table>"


def _titles(n: int, count: int) -> list[str]:
    """Return `count` headlines."""
    writer = Writer(n + 90_000, n)
    ends = ("工作会议召开", "取得新进展", "实施方案解读", "专项行动启动", "情况通报")
    return [f"{writer.city}{writer.clause()[:14]}{ends[i % len(ends)]}" for i in range(count)]


def _hot(n: int, count: int, name: str) -> str:
    """Return a list of headlines with dates below the heading `name`."""
    lines = (
        f'<li class="clearfix"><span class="date">2023-{i % 12 + 1:02}-{i % 28 + 1:02}</span>'
        f'<a href="/art/2023/{i}/art_{n}_{i}.html" title="{title}" target="_blank">{title}</a>'
        "</li>\n"
        for i, title in enumerate(_titles(n + len(name), count))
    )
    return f'<div class="list"><h3>{name}</h3><ul>{"".join(lines)}</ul></div>'


def _comments(n: int, count: int) -> str:
    """Return a list of what readers say."""
    lines = (
        f'<div class="comment-item"><img src="/u/{i}.jpg"><span class="user">网友{n}{i:03}</span>'
        f'<span class="time">2023-05-{i % 28 + 1:02} 10:{i % 60:02}</span>'
        f"<p>{_REMARKS[(n + i) % len(_REMARKS)]}</p>"
        f"<a href=javascript:;>回复</a> <a href=#>赞({i})</a></div>"
        for i in range(count)
    )
    return f'<div id="comments"><h3>网友评论</h3>{"".join(lines)}</div>'


def _footer(n: int) -> str:
    """Return the bottom of a government page."""
    place = _PLACES[n % len(_PLACES)]
    links = "".join(f"<option value=/{i}>{name}局" for i, name in enumerate(_SECTIONS))
    return f"""<div class="tabs">{_hot(n, 30, "最新信息")}{_hot(n, 30, "部门动态")}</div>
<div class="friends">{_menu(n + 9, 90)}</div>
<div class="footer"><select><option>友情链接{links}</select>
<p>主办单位：{place}人民政府办公室　承办单位：{place}大数据中心</p>
<p>地址：{place}人民路{n}号　邮编：315000　网站标识码：3302{n:06}</p>
<p>浙ICP备0500{n:04}号-1　浙公网安备 3302060200{n:04}号</p>
<p><a href="/map">网站地图</a> | <a href="/about">关于我们</a> | <a href="/law">隐私</a></p>
</div>"""


def _head(title: str) -> str:
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8">
<title>{title}_市政府门户网站</title><meta name="ArticleTitle" content="{title}">
<meta name="PubDate" content="2023-05-06"></head>"""


def _byline(n: int) -> str:
    return f"""<div class="info"><span>发布时间：2023-05-06 09:{n % 60:02}</span>
<span>来源：市政府办公室</span><span>浏览次数：<em>128</em></span>
<span>字号：[ 大 中 小 ]</span><span>分享到：微信 微博</span></div>"""


def _portal(n: int, lines: list[str]) -> str:
    """Return a government portal of today: divisions with names."""
    title, *body = lines
    text = "".join(f'<p style="text-indent:2em">{line}</p>\n' for line in body)
    return f"""{_head(title)}<body>
<div class="header"><div class="logo"><a href="/">市人民政府</a></div>{_menu(n, 150)}</div>
<div class="path">当前位置：<a href="/">首页</a> &gt; <a href="/zw">政务公开</a> &gt; 正文</div>
<div class="main"><h1 class="title">{title}</h1>{_byline(n)}
<div id="zoom" class="article-con">{text}</div>
<div class="tools">【打印本页】【关闭窗口】</div></div>
{_hot(n, 20, "相关阅读")}{_footer(n)}</body></html>"""


def _tables(n: int, lines: list[str]) -> str:
    """Return a site of twenty years ago: tables for the frame, fonts, references for blanks."""
    title, *body = lines
    indent = "&nbsp;" * 4
    text = "".join(f"<P><FONT size=3>{indent}{line}</FONT></P>\n" for line in body)
    return f"""{_head(title)}<body>{_bar(n, 150)}<table width=960><tr>
<td width=220 valign=top>{_hot(n, 40, "热点新闻")}</td><td><table width="100%">
<tr><td align=center><font size=5><b>{title}</b></font></td></tr>
<tr><td align=center>2023年5月6日　来源：市报　作者：本报记者</td></tr>
<tr><td class=content>{text}</td></tr>
<tr><td>【字体：大 中 小】【打印】【关闭】</td></tr></table></td></tr></table>
{_footer(n)}</body></html>"""


def _news(n: int, lines: list[str]) -> str:
    """Return a news site: an article, recommended ones beside it, more comments than text."""
    title, *body = lines
    text = "".join(f"<p>　　{line}</p>" for line in body)
    return f"""{_head(title)}<body><nav>{_menu(n, 150)}</nav><div class=wrap>
<article><header><h1>{title}</h1>{_byline(n)}</header>
<div class="article-content">{text}<p class="editor">责任编辑：王小林</p></div></article>
<aside>{_hot(n, 15, "热门排行")}{_hot(n, 10, "猜你喜欢")}</aside>{_comments(n, 60)}</div>
{_footer(n)}</body></html>"""


def _breaks(n: int, lines: list[str]) -> str:
    """Return a county site: a body of bare <br>, what is disclosed in a table above it."""
    title, *body = lines
    text = "<br><br>\n".join(f"　　{line}" for line in body)
    return f"""{_head(title)}<body><div id=top>{_menu(n, 150)}</div>
<table class="xxgk"><tr><th>索引号：</th><td>K{n:06}-0202-2023</td>
<th>组配分类：</th><td>其他</td></tr><tr><th>发布机构：</th><td>市政府办公室</td>
<th>发文日期：</th><td>2023-05-06</td></tr></table>
<div class=tit>{title}</div>{_byline(n)}
<div class="con">{text}</div><div class="share">扫一扫在手机打开当前页</div>
{_hot(n, 30, "推荐信息")}{_footer(n)}</body></html>"""


_FRAMES = (_portal, _tables, _news, _breaks)
