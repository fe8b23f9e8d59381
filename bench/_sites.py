"""Sites that are not: what each puts around the articles it carries, in one of twelve frames.

In: the number of a site, and what a page of it holds. Out: its markup. A site has one frame, its
own menus, scripts, styles and names of classes, and the encoding of all its pages.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from bench._prose import WORDS, Draw, Grid, Prose

SITES = 400
_CHROME, _MARKUP, _NAMES = WORDS["chrome"], WORDS["markup"], WORDS["names"]
_WAYS = {**_CHROME, **_MARKUP}
#: What pages are encoded in, and what they say of it; most are UTF-8, as on the web.
_ENCODINGS = (
    *(("utf-8", "utf-8"),) * 6,
    *(("gb18030", "gb2312"), ("gb18030", "GBK"), ("gb18030", ""), ("big5hkscs", "big5")),
)
#: Bytes of a site's own scripts and styles: the middle one and the most.
_FILLER, _MOST = 30_000, 110_000


@dataclass(frozen=True, slots=True)
class Site:
    """A site, and all that is the same on its pages."""

    number: int
    host: str
    name: str
    city: str
    encoding: str
    declared: str
    menu: str
    side: str
    footer: str
    filler: str

    def choose(self, kind: str) -> str:
        """Return which of several words or names a site has."""
        choices = _WAYS[kind]
        return str(choices[(self.number * 7 + len(kind)) % len(choices)])


@dataclass(frozen=True, slots=True)
class Content:
    """What a page of a site holds. `links` are headlines, of a page that is only a list of them."""

    number: int
    title: str
    lines: Sequence[str]
    day: tuple[int, int, int]
    prose: Prose
    grid: Grid | None = None
    links: bool = False


@lru_cache(maxsize=SITES)
def site(number: int) -> Site:
    """Return site `number`, of 0 to `SITES` - 1."""
    draw = Draw(7, number)
    prose = Prose(draw, draw)
    encoding, declared = _ENCODINGS[draw.below(len(_ENCODINGS))]
    name = prose.say(_CHROME["site" if draw.below(4) else "paper"])
    host = f"www.{draw.pick(_NAMES['syllables'])}{draw.pick(_NAMES['syllables'])}{number}.example"
    size = draw.length(_FILLER, 0.7, _MOST)
    menu, side = _menu(draw, 30 + draw.length(60, 0.6, 250)), _side(prose, 1 + draw.below(4))
    footer = _footer(prose)
    return Site(
        *(number, host, name, prose.city, encoding, declared, menu, side),
        *(footer, _filler(draw, size)),
    )


def page(where: Site, content: Content) -> str:
    """Return the markup of a page."""
    return _FRAMES[where.number % len(_FRAMES)](where, content)


# What a site has ----------------------------------------------------------------------------------


def _filler(draw: Draw, size: int) -> str:
    """Return styles and scripts of about `size` characters, as pages carry them in their head."""
    parts: dict[str, list[str]] = {"style": [], "script": []}
    while size > 0:
        for kind, made in parts.items():
            text = draw.pick(_MARKUP[kind]).format(i=100 + draw.below(899))
            made.append(text)
            size -= len(text)
    style, script = ("".join(made) for made in parts.values())
    return f'<style type="text/css">\n{style}</style>\n<script>\n{script}</script>\n'


def _menu(draw: Draw, count: int) -> str:
    """Return a menu of `count` links: nested lists, rows of a table, or bare links."""
    kind = draw.below(3)
    items = []
    for i in range(count):
        name = f"{_CHROME['sections'][i % 40]}{'' if i < 40 else draw.pick(_NAMES['first'])}"
        link = f'<a href="/col/col{1_229_000 + i}/index.html" target="_blank" title="{name}">'
        if kind == 0:
            items.append(f'<li class="li{i}" onmouseover="over(this)">{link}{name}</a></li>\n')
        elif kind == 1:
            row = "</tr>\n<tr>" if i % 12 == 11 else ""
            items.append(f'<td align=center>{link}<font color="#fff">{name}</font></a></td>{row}')
        else:
            items.append(f"{link}{name}</a> |\n")
    inner = "".join(items)
    if kind == 0:
        return f'<div class="nav"><ul class="menu clearfix">{inner}</ul></div>\n'
    return f"<table width=960><tr>{inner}</tr></table>\n" if kind == 1 else f"<p>{inner}</p>\n"


def _side(prose: Prose, lists: int) -> str:
    """Return lists of headlines with dates, each below its name."""
    return "".join(
        _headlines(prose, name, 8 + prose.words.below(14)) for name in _CHROME["lists"][-lists:]
    )


def _headlines(prose: Prose, name: str, count: int) -> str:
    lines = []
    for i in range(count):
        title = prose.say(prose.words.pick(_CHROME["headlines"]))
        year, month, day = prose.day()
        lines.append(
            f'<li><span class="date">{year}-{month:02}-{day:02}</span>'
            f'<a href="/art/{year}/{month}/{day}/art_{i}.html" title="{title}">{title}</a></li>\n'
        )
    return f'<div class="list"><h3>{name}</h3><ul>{"".join(lines)}</ul></div>\n'


def _footer(prose: Prose) -> str:
    """Return the bottom of every page."""
    draw = prose.words
    lines = "".join(
        f"<p>{line}</p>\n"
        for line in (
            text.format(
                city=prose.city,
                n=1 + draw.below(400),
                code=300_000 + draw.below(20_000),
                long=3_300_000 + draw.below(900_000),
                letter=draw.pick(_CHROME["letters"]),
            )
            for text in _CHROME["footers"]
        )
    )
    options = "".join(
        f"<option value=/{i}>{prose.place()}</option>" for i in range(10 + draw.below(40))
    )
    friends = f"<select><option>{_CHROME['friends']}</option>{options}</select>"
    return f'<div class="footer">{friends}\n{lines}</div>\n'


# What a page has ----------------------------------------------------------------------------------


def _head(where: Site, content: Content) -> str:
    charset = f'<meta charset="{where.declared}">' if where.number % 2 else ""
    if where.declared and not charset:
        kind = f"text/html; charset={where.declared}"
        charset = f'<meta http-equiv="Content-Type" content="{kind}">'
    said = ""
    if where.number % 3:
        year, month, day = content.day
        said = f"""<meta name="ArticleTitle" content="{content.title}">
<meta name="PubDate" content="{year}-{month:02}-{day:02} 09:{content.number % 60:02}">
<meta name="ColumnName" content="{_CHROME["sections"][content.number % 40]}">\n"""
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head>{charset}
<title>{content.title}_{where.name}</title>
{said}{where.filler}</head>\n"""


def _byline(where: Site, content: Content) -> list[str]:
    """Return what stands between the title and the body."""
    prose, (year, month, day) = content.prose, content.day
    patterns = (where.choose(kind) for kind in ("times", "sources", "counters", "sizes", "shares"))
    return [
        pattern.format(
            day=f"{year}-{month:02}-{day:02}",
            time=f"{8 + content.number % 10:02}:{content.number % 60:02}",
            source=where.name,
            person=prose.person(),
            count=content.number % 9000,
        )
        for pattern in patterns
        if pattern
    ]


def _path(where: Site, content: Content) -> str:
    sections = _CHROME["sections"]
    names = (sections[0], sections[2 + content.number % 5], sections[10 + content.number % 30])
    links = where.choose("arrows").join(
        f'<a href="/{i}/">{name}</a>' for i, name in enumerate(names)
    )
    return f'<div class="path">{where.choose("paths")}{links}</div>\n'


def _after(where: Site, content: Content) -> str:
    """Return what stands below the body: editors, tools, neighbours, headlines."""
    prose = content.prose
    editor = where.choose("editors").format(person=prose.person())
    neighbours = "".join(
        f"<p>{pattern.format(n=content.number + i, title=prose.title())}</p>"
        for i, pattern in enumerate(_CHROME["neighbours"])
    )
    related = _headlines(prose, where.choose("lists"), 5 + content.number % 10)
    tools = f'<div class="tools">{where.choose("tools")}</div>'
    return f"<p>{editor}</p>{tools}\n<div class=neighbours>{neighbours}</div>\n{related}"


def _comments(content: Content) -> str:
    lines = "".join(
        f'<div class="comment-item"><img src="/u/{i}.jpg"><span class="user">{i:06}</span>'
        f"<p>{content.prose.words.pick(_CHROME['remarks'])}</p></div>\n"
        for i in range(content.number % 60)
    )
    return f'<div id="comments"><h3>{_CHROME["comments"]}</h3>{lines}</div>\n'


def _grid(grid: Grid | None) -> str:
    """Return a table as markup, with the lines above and below it."""
    if grid is None:
        return ""
    rows = "".join(
        f"<tr>{''.join(f'<td><p>{cell}</p></td>' for cell in row)}</tr>\n" for row in grid.rows
    )
    return f"<p>{grid.title}</p>\n<table border=1>\n{rows}</table>\n<p>{grid.note}</p>\n"


def _paragraphs(content: Content, pattern: str) -> str:
    """Return the body: a list of links, or its paragraphs in `pattern`, and its table."""
    if content.links:
        return _headlines(content.prose, "", 25 + content.number % 60)
    return "".join(pattern.format(escape(line)) for line in content.lines) + _grid(content.grid)


# Frames -------------------------------------------------------------------------------------------


def _division(where: Site, content: Content, body: str) -> str:
    """Return a page of divisions with names, of the fifteen years that are behind us."""
    wrapper, info = where.choose("wrappers"), where.choose("infos")
    byline = "".join(f"<span>{part}</span>\n" for part in _byline(where, content))
    return f"""{_head(where, content)}<body>
<div class="header"><div class="logo"><a href="/">{where.name}</a></div>{where.menu}</div>
{_path(where, content)}<div class="{wrapper}">
<h1 class="{where.choose("titles")}">{content.title}</h1>
<div class="{info}">{byline}</div>
{body}{_after(where, content)}</div><div class="right">{where.side}</div>
{where.footer}</body></html>"""


def _portal(where: Site, content: Content) -> str:
    name = where.choose("containers")
    text = _paragraphs(content, '<p style="text-indent:2em">{}</p>\n')
    return _division(where, content, f'<div id="{name}" class="{name}">{text}</div>\n')


def _typed(where: Site, content: Content) -> str:
    """Return a body pasted from a word processor: a span around every span."""
    span = '<span style="font-family:仿宋_GB2312;font-size:16.0pt;line-height:150%">'
    pattern = (
        f'<p class="MsoNormal" align="left">{span}<span lang="EN-US">　　</span>{{}}</span></p>\n'
    )
    return _division(
        where, content, f'<div class="TRS_Editor">{_paragraphs(content, pattern)}</div>\n'
    )


def _commented(where: Site, content: Content) -> str:
    """Return a body between comments of a content management system, in nested divisions."""
    text = _paragraphs(content, "<p>　　{}</p>\n")
    inner = f"<!--content.begin--><div><div><div>{text}</div></div></div><!--content.end-->"
    return _division(where, content, f'<div class="{where.choose("containers")}">{inner}</div>\n')


def _divided(where: Site, content: Content) -> str:
    """Return a body whose paragraphs are divisions."""
    text = _paragraphs(content, "<div>&nbsp; &nbsp; &nbsp; &nbsp; {}</div><div><br></div>\n")
    return _division(where, content, f'<div class="{where.choose("containers")}">{text}</div>\n')


def _broken(where: Site, content: Content) -> str:
    """Return a county site: a body of bare <br>, what is disclosed in a table above it."""
    year, month, day = content.day
    text = _paragraphs(content, "　　{}<br><br>\n")
    index = f"""<table class="xxgk"><tr><th>索引号：</th><td>K{content.number:06}-02-{year}</td>
<th>组配分类：</th><td>其他</td></tr><tr><th>发布机构：</th><td>{where.name}</td>
<th>发文日期：</th><td>{year}-{month:02}-{day:02}</td></tr></table>\n"""
    return _division(where, content, f'{index}<div class="con">{text}</div>\n')


def _tables(where: Site, content: Content) -> str:
    """Return a site of twenty years ago: tables for the frame, fonts, references for blanks."""
    text = _paragraphs(content, "<P><FONT size=3>&nbsp;&nbsp;&nbsp;&nbsp;{}</FONT></P>\n")
    byline = "　".join(_byline(where, content))
    return f"""{_head(where, content)}<body>{where.menu}<table width=960><tr>
<td width=220 valign=top>{where.side}</td><td><table width="100%">
<tr><td>{_path(where, content)}</td></tr>
<tr><td align=center><font size=5><b>{content.title}</b></font></td></tr>
<tr><td align=center>{byline}</td></tr>
<tr><td class=content>{text}</td></tr><tr><td>{_after(where, content)}</td></tr>
</table></td></tr></table>{where.footer}</body></html>"""


def _loose(where: Site, content: Content) -> str:
    """Return a page whose tags nobody closed."""
    text = _paragraphs(content, "<p>　　{}\n")
    byline = " ".join(_byline(where, content))
    return f"""{_head(where, content)}<body bgcolor=#ffffff>{where.menu}{_path(where, content)}
<center><h2>{content.title}</h2></center><p align=center>{byline}<hr><div class=nr>{text}</div>
{_after(where, content)}{where.side}{where.footer}"""


def _news(where: Site, content: Content) -> str:
    """Return a news site: an article, recommended ones beside it, comments below."""
    text = _paragraphs(content, "<p>{}</p>\n")
    byline = "".join(f"<span>{part}</span>" for part in _byline(where, content))
    return f"""{_head(where, content)}<body><nav>{where.menu}</nav><div class=wrap>
<article><header><h1>{content.title}</h1><div class="article-info">{byline}</div></header>
<div class="article-content">{text}</div></article>
<aside>{where.side}</aside>{_after(where, content)}{_comments(content)}</div>
<footer>{where.footer}</footer></body></html>"""


def _sections(where: Site, content: Content) -> str:
    """Return a site of today: a grid of columns, sections, a body of section paragraphs."""
    text = _paragraphs(content, '<section class="p"><span>{}</span></section>\n')
    byline = "".join(f"<li>{part}</li>" for part in _byline(where, content))
    return f"""{_head(where, content)}<body><header class="navbar">{where.menu}</header>
<main class="container"><div class="row"><div class="col-md-9">{_path(where, content)}
<h2>{content.title}</h2><ul class="list-inline">{byline}</ul>
<div class="detail-body">{text}</div>{_after(where, content)}</div>
<div class="col-md-3">{where.side}</div></div></main>{where.footer}</body></html>"""


def _library(where: Site, content: Content) -> str:
    """Return a library of documents: what is known of one in a list, its text below."""
    text = _paragraphs(content, "<p>{}</p>\n")
    year, month, day = content.day
    known = f"""<dl class="doc"><dt>标题</dt><dd>{content.title}</dd><dt>成文日期</dt>
<dd>{year}年{month}月{day}日</dd><dt>发布机构</dt><dd>{where.name}</dd></dl>"""
    return f"""{_head(where, content)}<body>{where.menu}{_path(where, content)}{known}
<div class="pages-title">{content.title}</div><div class="pages_content">{text}</div>
{_after(where, content)}{where.side}{where.footer}</body></html>"""


def _cells(where: Site, content: Content) -> str:
    """Return a body whose paragraphs are rows of a table."""
    text = _paragraphs(content, "<tr><td>　　{}</td></tr>\n")
    return _division(where, content, f'<table class="text-box" width="100%">{text}</table>\n')


def _spanned(where: Site, content: Content) -> str:
    """Return a body of spans parted by breaks, in an element that no standard knows."""
    text = _paragraphs(content, "<span>　　{}</span><br/>\n")
    return _division(where, content, f"<ucapcontent>{text}</ucapcontent>\n")


_FRAMES: tuple[Callable[[Site, Content], str], ...] = (
    *(_portal, _typed, _commented, _divided, _broken, _tables),
    *(_loose, _news, _sections, _library, _cells, _spanned),
)
