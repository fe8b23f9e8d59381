"""What a page says of itself: every rule's cases, and whole pages."""

import time
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.chrome import strip
from pipeline.errors import ConfigError
from pipeline.parse import parse, try_rule
from pipeline.parse.dates import read_date
from pipeline.parse.metadata import names
from pipeline.records import Origin, Page, Provenance, RawPage
from pipeline.rules import load_rules
from pipeline.rules.loader import Case
from pipeline.rules.metadata import BUILT_IN, MetadataRule, load

RULES = load([BUILT_IN])
STORY = (
    "　　会议指出，要把稳增长摆在更加突出的位置，各项问题要在2019年12月31日前完成整改，"
    "新办法自2020年1月6日起施行，有关部门要做好衔接。"
)
CASES = [
    pytest.param(rule, case, id=f"{rule.id}-{number}")
    for rule in RULES.rules
    for number, case in enumerate(rule.case)
]
PAGES = Path(__file__).parent / "pages" / "metadata"
FIELDS = (
    *("title", "published", "issued", "source", "author", "editor", "issuer"),
    *("document_number", "index_number"),
)


def saved(name: str) -> tuple[Page, dict[str, Any]]:
    """Return a page of tests/pages/metadata, and what is expected of it."""
    expected = tomllib.loads((PAGES / f"{name}.toml").read_text("utf-8"))
    file = next(file for file in PAGES.glob(f"{name}.*") if file.suffix != ".toml")
    body = file.read_text("utf-8").encode(expected.get("encoding", "utf-8"))
    return parse(RawPage("", body, "", Provenance(file.name)), RULES), expected


NAMES = sorted(file.stem for file in PAGES.glob("*.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_fields(name: str) -> None:
    """A page says what is expected of it, and nothing else."""
    page, expected = saved(name)
    said = {field: getattr(page, field) for field in FIELDS if getattr(page, field)}
    assert said == {field: expected[field] for field in FIELDS if field in expected}


@pytest.mark.parametrize("name", NAMES)
def test_origins(name: str) -> None:
    """Each field names the rule that found it, and the text it stands in."""
    page, expected = saved(name)
    rules = {origin.field: origin.rule for origin in page.origins}
    assert rules.keys() == {field for field in FIELDS if field in expected}
    assert rules == {**rules, **expected.get("rules", {})}
    for origin in page.origins:
        value = getattr(page, origin.field)
        if isinstance(value, str):
            parts = value.split("、") if origin.field != "title" else [value]
            text = "".join(origin.text.split())
            assert all("".join(part.split()) in text for part in parts), origin


@pytest.mark.parametrize("name", NAMES)
def test_the_table_is_no_body(name: str) -> None:
    page, expected = saved(name)
    text = strip(page, load_rules().chrome).text
    wrong = [line for line in expected.get("must", ()) if line not in text]
    wrong += [line for line in expected.get("must_not", ()) if line in text]
    assert bool(wrong) == ("fails" in expected), wrong


def page_of(source: str, url: str = "") -> Page:
    return parse(RawPage(url, source.encode(), "", Provenance("1.html")), RULES)


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_case(rule: MetadataRule, case: Case) -> None:
    assert try_rule(rule, case.before, RULES) == case.after


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2023年1月6日", date(2023, 1, 6)),
        ("2023-01-06T10:00", date(2023, 1, 6)),
        ("2023/1/6", date(2023, 1, 6)),
        ("2023.01.06", date(2023, 1, 6)),
        ("20230106", date(2023, 1, 6)),
        ("6th March 2021", date(2021, 3, 6)),
        ("Sept. 6, 2021", date(2021, 9, 6)),
        ("9/17/2004", date(2004, 9, 17)),
        ("17/9/2004", date(2004, 9, 17)),
        ("二〇二一年三月五日", date(2021, 3, 5)),
        ("二○一九年十月二十日", date(2019, 10, 20)),
        ("二零二二年十二月三十一日", date(2022, 12, 31)),
        ("06/02/2022", None),
        ("2023年2月30日", None),
        ("2023年13月1日", None),
        ("编号120230106", None),
        ("1949年10月", None),
        ("", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert read_date(text) == day


def test_government_page() -> None:
    page = page_of(
        """<html><head><title>市人民政府关于支持小微企业的若干意见_某市人民政府</title>
        <meta name="ContentSource" content="市府办"><link rel="canonical" href="https://www.example.gov.cn/a/1.html">
        </head><body><h1>某市人民政府</h1><div>今天是2024年5月6日 星期一</div>
        <table><tr><td>索 引 号：<td>000-1<td>发布日期：<td>2023-01-06</tr>
        <tr><td>发文字号：<td>某政发〔2022〕12号<td>成文日期：<td>2022-12-30</tr></table>
        <div class=t>市人民政府关于支持小微企业的若干意见</div><p>"""
        + STORY
        + "</p><p>Copyright © 2015-01-01</p></body></html>"
    )
    assert page.title == "市人民政府关于支持小微企业的若干意见"
    assert page.published == date(2023, 1, 6)
    assert (page.source, page.document_number) == ("市府办", "某政发〔2022〕12号")
    assert page.url == "https://www.example.gov.cn/a/1.html"


def test_newspaper_page() -> None:
    page = page_of(
        "<html><head><title>老街焕新 - 要闻 - 地方新闻网</title></head><body>"
        "<a href=/>首页</a> &gt; 老街焕新"
        "<h1>老街焕新</h1><div>2022-02-13 07:48 | 来源：<a href=x>地方日报</a></div>"
        f"<p>{STORY}</p><ul><li><a href=2>旧闻</a> 2021-01-01 08:00</ul></body></html>"
    )
    assert (page.title, page.published) == ("老街焕新", date(2022, 2, 13))
    assert page.source == "地方日报"


def test_a_title_broken_over_two_lines() -> None:
    page = page_of(
        "<html><head><title>\n 全市经济运行总体平稳 高质量发展取得新成效_某市门户</title></head>"
        f"<h1>全市经济运行总体平稳<br>高质量发展取得新成效</h1><p>{STORY}</p></body></html>"
    )
    assert page.title == "全市经济运行总体平稳 高质量发展取得新成效"


def test_a_page_without_a_date_gets_none() -> None:
    page = page_of(
        "<html><head><title>机构简介</title></head><body><div>今天是2024年5月6日 星期一</div>"
        f"<h2>机构简介</h2><p>{STORY}</p><p>2018年3月成立。</p><ul><li>通知 (2021-03-05 09:00)"
        "</ul><p>版权所有 2003-01-01 至 2024-01-01</p></body></html>"
    )
    assert page.published is None
    assert page.title == "机构简介"


def test_english_page() -> None:
    page = page_of(
        "<html><head><title>Growth slows | Example News</title></head><body><h1>Growth slows</h1>"
        "<div>Published: Thursday, January 5, 2022 by Staff</div><p>"
        + "The economy grew by 3.2 percent in March 2019. " * 4
        + "</p></body></html>"
    )
    assert (page.title, page.published) == ("Growth slows", date(2022, 1, 5))


def test_flattened_text() -> None:
    page = page_of(
        "当前位置：首页 > 新闻中心\n某市政府工作报告\n稿源： 地方新闻网   2020-05-02 07:13:00\n\n"
        + STORY
    )
    assert (page.title, page.published) == ("某市政府工作报告", date(2020, 5, 2))
    assert page.source == "地方新闻网"


def test_a_title_above_the_byline() -> None:
    byline = "稿源: 地方新闻网   2020-05-02 07:13:00\n\n" + STORY
    assert page_of("首页 > 新闻\n老街今年怎么变\n\n" + byline).title == "老街今年怎么变"
    assert page_of("新闻中心\n首页 > 新闻\n" + byline).title == ""


def test_the_day_of_adoption_is_not_that_of_publication() -> None:
    page = page_of(f"某省发展规划纲要\n\n(2021年1月30日某省人民代表大会通过)\n\n{STORY}")
    assert page.published is None


def test_the_address_is_asked_last() -> None:
    source = f"<html><body><h1>通知公告一则</h1><p>{STORY}</p></body></html>"
    url = "https://www.example.gov.cn/tz/202202/t20220211_1.html"
    assert page_of(source, url).published == date(2022, 2, 11)
    assert page_of(source.replace("<p>", "<p>2022-02-10 09:00</p><p>"), url).published == date(
        2022, 2, 10
    )


def test_names_are_parted_by_one_mark() -> None:
    for text, found in (
        ("张三 李四", "张三、李四"),
        ("张三、李四、张三", "张三、李四"),
        ("赵  培", "赵培"),
        ("张三 通讯员 李 四 某报记者 王五", "张三、李四、王五"),
        ("John Q. Doe", "John Q. Doe"),
        ("", ""),
    ):
        assert names(text, RULES) == found


OWN = """
[parts]
ward = "[甲乙丙]区"

[[rule]]
id     = "own.source"
field  = "source"
apply  = "line"
find   = "本页由{blank}*({ward})提供"
reason = "One site says it so."
source = "seen on that site"

[[rule.case]]
before = "本页由甲区提供"
after  = "甲区"

[[rule.case]]
before = "本页由丁区提供"
after  = "本页由丁区提供"
"""


def test_own_rules_are_added(tmp_path: Path) -> None:
    file = tmp_path / "metadata.toml"
    file.write_text(OWN, "utf-8")
    rules = load([BUILT_IN, file])
    body = f"<h1>通知公告一则</h1><p>{STORY}</p><p>本页由 乙区提供</p>".encode()
    page = parse(RawPage("", body, "", Provenance("1.html")), rules)
    assert page.source == "乙区"
    assert page.origins[-1] == Origin("source", "own.source", "本页由 乙区提供", 1)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("({ward})提供", "({ward}提供", "find: is no pattern"),
        ("({ward})提供", "{ward}提供", "find: needs a group"),
        ("({ward})提供", "({wart})提供", "{wart} is no part"),
        ("ward =", "date =", "parts.date: is taken"),
        ('apply  = "line"', 'apply  = "line"\nwords  = ["由"]', "words: one is a single"),
        ('apply  = "line"', 'apply  = "meta"', "meta: is missing"),
        ('"source"\napply  = "line"', '"title"\napply  = "above"', "apply: above has its rule"),
    ],
)
def test_own_rules_that_cannot_be_used(tmp_path: Path, before: str, after: str, said: str) -> None:
    file = tmp_path / "metadata.toml"
    file.write_text(OWN.replace(before, after), "utf-8")
    with pytest.raises(ConfigError) as error:
        load([BUILT_IN, file])
    assert said in str(error.value)


@pytest.mark.parametrize(
    "line",
    [
        "发布 记者 日期 来源 编辑 作者 号 通讯员 文件 令 索引号 发文机关 公告",
        "记者" + " " * 70 + "张" + " " * 60,
        "（记者 " * 30,
        "某市财政局 " * 20 + "\n2021年3月5日",
        "发文机关：" + "政府、" * 45,
    ],
)
def test_hostile_lines_end(line: str) -> None:
    """Two thousand lines of labels without values cost tenths of a second."""
    started = time.process_time()
    page_of("\n".join([line] * 2_000))
    assert time.process_time() - started < 2
