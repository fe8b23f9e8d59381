"""What recurs within one site: taken where it is the site's, left wherever it may be the text's."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from pipeline import flow, recurring, tasks
from pipeline.config import read_config
from pipeline.paths import Paths
from pipeline.records import Block, Page, Provenance
from pipeline.rules import Rules, load_rules
from pipeline.run import plan
from pipeline.run.job import Asked
from pipeline.run.opening import open_job
from tests import county
from tests.county import HEADER, HOST, TAIL, WORDS, article, sentence

RULES = load_rules()
RULE = "chrome.recurring"


def page(
    lines: Sequence[str | Block],
    place: str,
    *,
    host: str = HOST,
    title: str = "",
    folder: str = "pages",
) -> Page:
    blocks = tuple(Block("paragraph", x) if isinstance(x, str) else x for x in lines)
    url = f"https://{host}/{place}" if host else ""
    return Page(place, url, blocks, Provenance(f"{folder}/{place}.html"), title)


def cleaned(pages: Sequence[Page], rules: Rules = RULES) -> list[Page]:
    outlines = [flow.outline(one, rules) for one in pages]
    lost = flow.lines_lost(outlines, flow.learn_sites(outlines))
    return [flow.drop_recurring(one, lost.get(i, (0, 0)), rules) for i, one in enumerate(pages)]


def taken(bodies: Sequence[Sequence[str | Block]], **more: str) -> list[list[str]]:
    """Return what is taken from each page of one site."""
    pages = [page(lines, f"{i:03}", **more) for i, lines in enumerate(bodies)]
    return [[block.text for block in one.dropped] for one in cleaned(pages)]


def nothing(bodies: Sequence[Sequence[str | Block]], **more: str) -> bool:
    return not any(taken(bodies, **more))


def test_what_stands_around_eight_articles_is_the_sites() -> None:
    bodies = [[HEADER, f"标题{n}", *article(n), *TAIL] for n in range(8)]
    assert taken(bodies) == [[HEADER, *TAIL]] * 8
    (one, *_) = cleaned([page(lines, f"{i}") for i, lines in enumerate(bodies)])
    assert {block.rule for block in one.dropped} == {RULE}


def test_four_articles_prove_nothing() -> None:
    assert nothing([[*article(n), *TAIL] for n in range(4)])
    assert nothing([[*article(n), *TAIL, *TAIL] for n in range(4)])


def test_a_line_of_a_fourth_of_the_articles_is_left() -> None:
    bodies = [[*article(n), *(TAIL if n % 4 == 0 else [])] for n in range(40)]
    assert nothing(bodies)


def test_a_short_article_loses_what_long_ones_proved() -> None:
    bodies = [[*article(n), *TAIL] for n in range(8)] + [[*article(9, 2), *TAIL]]
    assert taken(bodies)[-1] == TAIL


def test_a_page_that_is_made_of_such_lines_is_left_alone() -> None:
    bodies = [[*article(n), *TAIL] for n in range(8)] + [["青禾网站", *TAIL]]
    assert taken(bodies)[-1] == []


def test_the_title_is_never_taken_nor_what_stands_below_it() -> None:
    bodies = [["青禾要闻速递", "今日导读内容", *article(n)] for n in range(8)]
    assert taken(bodies) == [["青禾要闻速递", "今日导读内容"]] * 8
    assert nothing(bodies, title="青禾要闻速递")


def test_a_line_between_sentences_stays() -> None:
    bodies = [[*article(n, 6), *TAIL, sentence(n, "尾")] for n in range(8)]
    assert nothing(bodies)


def test_what_stands_behind_a_line_of_the_pages_own_stays() -> None:
    bodies = [[*article(n), TAIL[0], f"第{n}个不同的栏目名称", TAIL[3]] for n in range(8)]
    assert taken(bodies) == [[TAIL[3]]] * 8


def test_a_table_stays_and_so_does_all_beyond_it() -> None:
    table = Block("table", "单位\t数量")
    assert nothing([[*article(n), *TAIL, table] for n in range(8)])


# The same body again and again ------------------------------------------------------------------


REPORT = ["认真做好全年工作", *article(1, 40), "奋力谱写青禾新篇章", "在新征程上再立新功"]


def test_copies_of_one_report_lose_nothing() -> None:
    last_year = ["认真做好全年工作", *article(2, 40), "奋力谱写青禾新篇章", "在新征程上再立新功"]
    assert nothing([REPORT] * 5)
    assert nothing([*[REPORT] * 9, last_year])


def test_near_copies_of_one_report_lose_nothing() -> None:
    copies = [[*REPORT[:n], sentence(n, "别"), *REPORT[n + 1 :]] for n in range(3, 20)]
    assert nothing(copies)


def test_excerpts_of_one_report_lose_nothing() -> None:
    assert nothing([[*REPORT[:4], *REPORT[n : n + 8], *REPORT[-2:]] for n in range(4, 30, 2)])


def test_short_copies_that_differ_in_a_paragraph_lose_nothing() -> None:
    opening, closing = ["认真做好防汛工作", *article(1, 2)], [*article(2, 2), "守护一方平安"]
    assert nothing([[*opening, sentence(n, "本"), *closing] for n in range(30)])


def test_copies_count_once_and_lose_what_others_proved() -> None:
    copy = [*article(1), *TAIL]
    four = [[*article(n), *TAIL] for n in range(2, 5)]
    assert nothing([*[copy] * 9, *four])
    five = [[*article(n), *TAIL] for n in range(2, 6)]
    assert taken([*[copy] * 9, *five]) == [TAIL] * 13


# Texts of one kind ------------------------------------------------------------------------------


def test_reports_of_ten_years_keep_how_they_begin_and_end() -> None:
    opening = "现在，我代表县人民政府向大会报告工作，请予审议。"
    closing = "让我们更加紧密地团结起来，为建设美丽青禾而努力奋斗！"
    bodies = [["政府工作报告", "各位代表：", opening, *article(n, 30), closing] for n in range(10)]
    assert nothing(bodies)


def test_forms_that_differ_in_a_name_lose_nothing() -> None:
    form = ["办理建设用地批准手续", "报送材料清单一份", "现场核实情况记录", "办结时限二十个工作日"]
    granted = "经审查符合条件，拟同意给予登记，面积{}平方米，现将有关情况公布于众，接受各界监督。"
    bodies = [[f"{WORDS[n : n + 2]}户{granted.format(n * 13)}" * 3, *form] for n in range(40)]
    assert nothing(bodies)


def test_forms_beside_articles_keep_their_own_lines() -> None:
    form = ["经审查，以下单位符合条件，现将名单公布于众，接受社会各界监督。"] * 1 + article(77, 5)
    forms = [[f"某户{n}登记结果", *form, "持证到窗口领取"] for n in range(30)]
    articles = [[*article(n), *TAIL] for n in range(8)]
    lost = taken([*articles, *forms])
    assert lost == [TAIL] * 8 + [[]] * 30


def test_lists_that_recur_below_short_texts_are_theirs() -> None:
    terms = ["本科以上学历", "身体健康", "品行端正", "年龄三十五周岁以下", "遵守国家法律法规"]
    assert nothing([[sentence(n), sentence(n, "岗"), *terms] for n in range(30)])


@pytest.mark.parametrize(
    "ending",
    [
        ["青禾县人民政府办公室"],
        ["青禾县人民政府办公室（代章）"],
        ["中共青禾县委员会", "青禾县人民政府"],
        ["青禾县教育局", "2021年3月5日"],
        ["二〇二一年三月五日"],
        ["特此通知"],
        ["特此函达，请予支持。"],
        ["请认真贯彻执行"],
        ["请遵照执行。"],
        ["此复"],
        ["附件"],
        ["附件：登记表"],
        ["抄送：县委办公室，县人大办公室。"],
        ["（此件公开发布）"],
        ["信息公开属性：主动公开"],
        ["青禾县人民政府办公室2021年3月5日印发"],
        ["本办法自印发之日起施行。"],
        ["自发布之日起施行"],
        ["有效期五年"],
        ["第六章 附则"],
        ["六、保障措施"],
        ["（三）强化督导"],
        ["县长 王小禾"],
        ["张三", "李四"],
        ["欧阳小禾"],
        ["王小禾 李四 张五"],
        ["青禾县人民政府办公室 2021年3月5日"],
        ["青禾县人民政府办公室 二〇二一年三月五日印发"],
        ["（2021年3月5日青禾县第十七届人民代表大会常务委员会第三次会议通过）"],
        ["https://www.qinghe.example/baoming"],
        ["（此页无正文）"],
        ["审判长 王小禾", "审判员 李四", "书记员 张五"],
        ["出席：王小禾、李四、张五"],
        ["记录：李四"],
        ["联系人：王小禾", "联系电话：0500-1234567"],
        ["谢谢大家！"],
        ["（完）"],
        ["“干就完了！”"],
        ["Thank you."],
        ["Notes to editors"],
        ["——"],
        ["以上意见，请予审议。"],
        ["让我们携起手来，把青禾建设得更加美好。"],
        ["青禾小学"],
        ["青禾农业发展有限公司"],
    ],
)
def test_what_documents_end_with_is_theirs(ending: list[str]) -> None:
    assert nothing([[*article(n), *ending] for n in range(12)])


@pytest.mark.parametrize(
    "opening",
    [
        ["各位代表："],
        ["各乡镇人民政府，县政府各部门："],
        ["各村党支部"],
        ["青禾县人民政府令"],
        ["青禾县人民政府文件"],
        ["政府工作报告"],
        ["——在县人民代表大会上"],
        ["（2023年1月6日）"],
        ["一、总体要求"],
        ["第一章 总则"],
        ["编者按：为深入学习贯彻会议精神，本报从今日起开设专栏。"],
        ["为深入贯彻落实上级部署，现就有关事项通知如下。"],
    ],
)
def test_what_documents_begin_with_is_theirs(opening: list[str]) -> None:
    assert nothing([[*opening, *article(n)] for n in range(12)])


def test_a_sentence_goes_only_behind_a_line_that_is_none() -> None:
    note = "本栏目内容仅供参考，以窗口公布为准。"
    assert nothing([[*article(n), note] for n in range(8)])
    assert taken([[*article(n), TAIL[0], note] for n in range(8)]) == [[TAIL[0], note]] * 8


# Sites ------------------------------------------------------------------------------------------


def test_what_many_sites_share_is_of_none() -> None:
    pages = [page([*article(n), *TAIL], f"{n:03}", host=f"www.{n % 10}.example") for n in range(40)]
    assert not any(one.dropped for one in cleaned(pages))


@pytest.mark.parametrize("folder", ["pages", "2021.03", "v1.2", "crawl.7z.2"])
def test_pages_of_unknown_sites_are_never_pooled(folder: str) -> None:
    assert nothing([[*article(n), *TAIL] for n in range(12)], host="", folder=folder)


def test_a_folder_of_the_sites_name_is_the_site() -> None:
    bodies = [[*article(n), *TAIL] for n in range(12)]
    assert taken(bodies, host="", folder="www.qinghe.example") == [TAIL] * 12
    assert taken(bodies, host="61.12.33.4") == [TAIL] * 12


def test_pages_that_are_no_articles_neither_count_nor_lose() -> None:
    pages = [page([*article(n), *TAIL], f"{n:03}") for n in range(8)]
    doors = [replace(one, dropped_by="article.login-wall") for one in pages[4:]]
    assert not any(
        block.dropped_by for one in cleaned([*pages[:4], *doors]) for block in one.blocks
    )


def test_no_pages_teach_nothing() -> None:
    assert flow.learn_sites([]).sites == ()


def test_a_rule_of_a_user_says_what_else_is_left(tmp_path: Path) -> None:
    file = tmp_path / "chrome.toml"
    pages = "\n{{page}}\n".join(f"{sentence(n)}{sentence(n, '又')}\n{{0}}" for n in range(5))
    before, after = pages.format("青禾四季之歌"), pages.format("").replace("。\n", "。")
    kept = pages.format("以史为鉴可以知兴替")
    quoted = (json.dumps(text, ensure_ascii=False) for text in (before, after, kept, kept))
    file.write_text(USER.format(*quoted), "utf-8")
    rules = load_rules(str(tmp_path))
    (own,) = (rule for rule in rules.chrome.rules if rule.id == "mine.recurring")
    for case in own.case:
        assert recurring.try_rule(own, case.before, rules.chrome) == case.after
    bodies = [page([*article(n), "以史为鉴可以知兴替"], f"{n}") for n in range(8)]
    assert any(one.dropped for one in cleaned(bodies))
    assert not any(one.dropped for one in cleaned(bodies, rules))


USER = """
[[rule]]
id     = "mine.recurring"
reason = "The archive's motto closes its documents and belongs to them."
source = "made up for this test"
apply  = "recurring"
keep   = ['以史为鉴.*']
case   = [{{ before = {}, after = {} }}, {{ before = {}, after = {} }}]
"""


# Runs -------------------------------------------------------------------------------------------

DAYS = [
    [range(12)],
    [range(11, -1, -1)],
    [[3], [9, 1, 5], [0, 11], [2, 4, 6, 7, 8, 10]],
    [range(6, 12), range(6)],
]


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize("size", [1, 5, 500])
def test_neither_the_order_of_arrival_nor_the_cut_into_chunks_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: list[Sequence[int]], size: int
) -> None:
    monkeypatch.setattr(plan, "CHUNK_PAGES", size)
    paths = Paths(tmp_path / "raw", tmp_path / "cleaned")
    for day in days:
        county.write(paths.raw, [n for n in day if n % 3])
        county.write(paths.raw, [n for n in day if not n % 3], tail=())
        published(paths)
    texts = sorted((paths.cleaned / "text").resolve().rglob("*.txt"))
    lines = [file.read_text("utf-8").splitlines()[1:] for file in texts]
    assert sorted(lines) == sorted(article(n) for n in range(12))


def published(paths: Paths) -> None:
    config = read_config(None)
    config = replace(config, run=replace(config.run, workers=1))
    job = open_job(paths, config, lambda _stage, _pages: None, Asked())
    try:
        tasks.run(job, lambda _totals: None)
    finally:
        job.close()
