"""Which pages are related, and how: each kind of copy, and what must never pass for one."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedup import Gists, candidates, find_matches, make_gist, runs
from pipeline.dedup.align import align
from pipeline.dedup.body import Body
from pipeline.records import Match
from pipeline.rules.script import convert
from tests.dedup_texts import misread, report

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"


def only(*texts: str) -> Match | None:
    """Return the one match between two texts, None if there is none."""
    matches = find_matches({f"p{n}": text for n, text in enumerate(texts)})
    assert len(matches) <= 1
    return matches[0] if matches else None


def relation(*texts: str) -> str:
    match = only(*texts)
    return match.relation if match else "none"


def page(paragraphs: list[str]) -> str:
    return "\n".join(paragraphs)


def test_same_text_in_other_width_punctuation_script_and_spacing() -> None:
    text = "国务院办公厅印发《关于进一步优化营商环境的实施意见》，提出5个方面30项任务。"
    traditional = "國務院辦公廳印發「關於進一步優化營商環境的實施意見」,提出５個方面３０項任務｡"
    match = only(text, "　　" + "\u200b".join(traditional))
    assert match is not None
    assert match.relation == "same"
    assert match.containment == (1.0, 1.0)
    assert match.passages


def test_a_decimal_point_is_no_punctuation() -> None:
    assert (
        relation(
            "研发投入强度提高到3.15%以上，全年力争完成。",
            "研发投入强度提高到315%以上，全年力争完成。",
        )
        != "same"
    )


@pytest.mark.parametrize("share", [0.01, 0.03, 0.05])
def test_misread_copy_is_near(share: float) -> None:
    text = report(1)
    assert relation(page(text), page(misread(text, share))) == "near"


def test_a_copy_in_traditional_with_the_marks_of_taiwan_is_the_same() -> None:
    text = report(5)
    marks = str.maketrans({"“": "「", "”": "」", "，": "﹐", "；": "﹔", "%": "％", "、": "﹑"})
    body = convert(page(text), "s2tw").translate(marks)
    assert body != page(text)
    assert relation(page(text), body) == "same"
    assert relation(page(misread(text, 0.05)), body) == "near"


def test_two_misread_copies_are_near() -> None:
    text = report(2)
    assert relation(page(misread(text, 0.05, 1)), page(misread(text, 0.05, 2))) == "near"


def test_paragraphs_in_another_order_are_near() -> None:
    text = report(3)
    assert relation(page(text), page(text[::-1])) == "near"


def test_body_that_stands_twice_is_near() -> None:
    text = report(4)
    assert relation(page(text), page(misread(text, 0.01) + text)) == "near"


def test_tag_cloud_does_not_make_a_page_longer() -> None:
    text = report(5, paragraphs=4)
    cloud = " ".join(
        "".join(words) for words in itertools.product("公共交通教育", "服务规划", "网站")
    )
    assert relation(page(text), page([*text, cloud])) == "near"


def test_rewritten_sentences_are_near() -> None:
    text, other = report(6, paragraphs=14), report(600, paragraphs=14)
    for place in (2, 7, 12):
        sentences = text[place].split("。")
        sentences[1] = other[place].split("。")[0]
        text = [*text[:place], "。".join(sentences), *text[place + 1 :]]
    assert relation(page(report(6, paragraphs=14)), page(text)) == "near"


def test_excerpt_is_contained() -> None:
    text = report(7)
    match = only(page(text), page(text[3:6]))
    assert match is not None
    assert match.relation == "contains"
    assert match.containment[1] > 0.99
    assert relation(page(text[3:6]), page(text)) == "contained"


def test_digest_is_contained() -> None:
    text = report(8, paragraphs=16)
    digest = ["。".join(paragraph.split("。")[::2]) + "。" for paragraph in text[1:]]
    assert relation(page(digest), page(text)) == "contained"


def test_compilation_contains_its_parts() -> None:
    first, second = report(9), report(10)
    matches = find_matches({"a": page(first), "b": page(second), "c": page(first + second)})
    assert [(m.a, m.b, m.relation) for m in matches] == [
        ("a", "c", "contained"),
        ("b", "c", "contained"),
    ]


def test_excerpt_and_digest_of_one_report_overlap() -> None:
    text = report(11, paragraphs=20)
    assert relation(page(text[1:14]), page(text[8:20])) == "overlaps"


def test_next_years_report_is_a_template() -> None:
    assert relation(page(report(12)), page(report(12, facts=77))) == "template"


def test_next_years_report_with_half_of_it_new_is_no_copy() -> None:
    last, this, other = report(13), report(13, facts=78), report(1300)
    mixed = [a if n % 2 else b for n, (a, b) in enumerate(zip(this, other, strict=True))]
    assert relation(page(last), page(mixed)) in ("template", "none")


def test_copy_of_last_years_report_stays_apart_from_this_years() -> None:
    last, this = report(14), report(14, facts=79)
    texts = {"a": page(last), "b": page(this), "c": page(misread(last, 0.05))}
    texts |= {"d": page(misread(last, 0.02)), "e": page(misread(this, 0.05))}
    near = {(m.a, m.b) for m in find_matches(texts) if m.relation in ("same", "near")}
    assert near == {("a", "c"), ("a", "d"), ("c", "d"), ("b", "e")}


FORM = """关于{city}市{place}地块出让结果的公示
{city}市自然资源局于{year}年{month}月{day}日公开出让{place}地块，面积{area}平方米，起始价{price}万元，成交价{deal}万元。
竞得人须在{days}日内签订出让合同，逾期不签的，保证金不予退还。公示期为公示之日起十日，联系电话{phone}。"""
PLACES = ("东门口", "西溪里", "南塘河", "北仓桥", "荷花池", "槐树路", "三里亭", "白鹤岭")


def form(rng: np.random.Generator) -> str:
    return FORM.format(
        city=("明州", "越城", "衢江")[rng.integers(3)],
        place=PLACES[rng.integers(len(PLACES))],
        year=rng.integers(2015, 2026),
        month=rng.integers(1, 13),
        day=rng.integers(1, 29),
        area=rng.integers(2000, 90000),
        price=rng.integers(500, 9000),
        deal=rng.integers(9000, 30000),
        days=rng.choice([10, 15, 30]),
        phone=rng.integers(60000000, 89999999),
    )


def test_form_letters_are_never_merged() -> None:
    rng = np.random.default_rng(15)
    matches = find_matches({f"{n:04}": form(rng) for n in range(600)})
    assert {m.relation for m in matches} == {"template"}


def test_copies_of_one_form_letter_are_found_among_the_others() -> None:
    rng = np.random.default_rng(16)
    texts = {f"{n:04}": form(rng) for n in range(200)}
    texts["copy"] = texts["0100"].replace("，", ",").replace("公示期为", "公示期")
    near = [(m.a, m.b) for m in find_matches(texts) if m.relation in ("same", "near")]
    assert near == [("0100", "copy")]


def test_one_boilerplate_notice_on_5000_pages_takes_one_match_a_page() -> None:
    notice = page(report(17, paragraphs=1))
    matches = find_matches({f"{n:04}": notice for n in range(5000)})
    assert len(matches) == 4999
    assert {m.a for m in matches} == {"0000"}


def test_a_notice_with_its_own_number_on_each_of_5000_pages_takes_pairs_in_line() -> None:
    notice = page(report(17, paragraphs=1))
    gists = [make_gist(f"{notice}\n编号：明政告{n}") for n in range(5000)]
    assert len({gist.folded for gist in gists}) == 5000
    assert len(candidates.propose(Gists.of(gists).stacked)) <= candidates.CROWD * 5000


def test_set_phrases_that_run_through_many_pages_link_none() -> None:
    phrase = (
        "各地各部门要提高政治站位，加强组织领导，压实工作责任，强化督促检查，确保各项任务落到实处。"
        * 2
    )
    texts = {f"{n:02}": page([*report(2000 + n, paragraphs=3), phrase]) for n in range(60)}
    assert not [m for m in find_matches(texts) if m.relation != "template"]


def test_tables_of_numbers_only() -> None:
    rng = np.random.default_rng(18)
    table = "\n".join("\t".join(map(str, rng.integers(100, 9999, 6))) for _ in range(30))
    other = "\n".join("\t".join(map(str, rng.integers(100, 9999, 6))) for _ in range(30))
    assert relation(table, table.replace("\t", " ")) == "same"
    assert relation(table, other) == "none"


def test_short_pages() -> None:
    notice = "市图书馆定于本周六上午九时至下午四时闭馆检修，请读者留意，还书箱照常开放使用。"
    other = "区体育馆因承办中学生运动会，自下周一起暂停对外开放，恢复时间将另行通知各位市民。"
    assert relation(notice, notice.replace("，", ", ")) == "same"
    assert relation(notice, other) == "none"
    assert relation("第12号公告：停水八小时。", "第13号公告：停水八小时。") != "same"


WARNING = (
    "{}气象台{}年{}月{}日{}时发布暴雨黄色预警信号：预计未来{}小时内，北部和东部乡镇将出现{}毫米以上强降水，"
    "局地伴有雷电和{}级以上大风，请注意防范山洪、城镇内涝和地质灾害，减少户外活动。"
)


def test_short_notices_of_one_form_are_never_merged() -> None:
    rng = np.random.default_rng(20)
    highest = (13, 29, 24, 13, 99, 12)
    texts = {
        f"{n:02}": WARNING.format(
            ("东阳市", "西岭市", "青田县")[n % 3],
            2015 + n % 9,
            *(rng.integers(1, most) for most in highest),
        )
        for n in range(40)
    }
    assert not [m for m in find_matches(texts) if m.relation in ("same", "near")]
    copy = texts["00"].replace("，", ",").replace("减少户外活动", "尽量减少户外活动")
    assert relation(texts["00"], copy) == "near"


def test_a_notice_of_fifty_letters_with_another_hour_is_another() -> None:
    text = "本馆自下月起延长开放时间，每周二至周日上午{}点至晚上八点开放，周一闭馆，欢迎读者。"
    assert relation(text.format("九"), text.format("8")) == "template"
    assert relation(text.format("九"), text.format("9")) == "near"


TENDER = (
    "青禾县{unit}采购项目公开招标公告\n"
    "本项目的潜在投标人应当在县公共资源电子交易平台获取招标文件，按时提交投标文件。\n"
    "采购需求：{what}，详见招标文件第三章，欢迎合格的供应商参加投标。\n"
    "本项目不接受联合体投标，预算金额{money}万元，合同履行期限自签订之日起算。\n"
    "投标人应当符合政府采购法第22条的规定，提供近3年内无重大违法记录的声明。\n"
    "招标文件每套售价500元，发售时间为上午8:30至12:00，下午14:30至17:30，售后不退。\n"
    "根据财库〔2020〕46号和财库〔2017〕141号文件，小型和微型企业的报价给予10%的扣除。\n"
    "投标文件在政务服务中心3楼305室提交，正本1份、副本4份，中标后30日内签订合同。\n"
    "质疑和投诉按照财政部令第94号办理，采购监督电话为0500-1234567。\n"
    "采购人信息：名称为{unit}，地址在县城环城路12号，招标结果在原平台公告。"
)


def test_tenders_of_one_office_are_no_copies_though_laws_and_hours_agree() -> None:
    one = TENDER.format(unit="人民医院", what="保洁服务", money=268.5)
    other = TENDER.format(unit="公安局", what="食材配送", money=46.8)
    assert relation(one, other) == "template"
    assert relation(one, one.replace("268.5", "286.5")) == "near"
    assert (
        relation(one, one.replace("欢迎合格的", "请合格").replace("售后不退", "概不退还")) == "near"
    )


HIRING = (
    "青禾县人民医院{0}年公开招聘护士公告\n"
    "根据事业单位公开招聘人员暂行规定（人事部令第6号），"
    "现公开招聘护士{1}名。\n"
    "报名时间为{0}年3月{2}日至3月{3}日，每天上午8:30至12:00，下午14:30至17:30，"
    "地点在行政楼2楼203室。\n"
    "笔试占60%，面试占40%，公示期为7个工作日，试用期6个月。\n"
    "咨询电话：0500-7654321。"
)


def test_this_years_hiring_is_no_copy_of_last_years() -> None:
    old, new = HIRING.format(2021, 12, 8, 12), HIRING.format(2022, 20, 14, 18)
    assert relation(old, new) == "template"
    assert relation(old, old.replace("3月12日", "3月13日")) == "near"


def test_an_appointment_of_others_is_no_copy() -> None:
    text = "经研究决定，任命{}同志为市{}局副局长，试用期一年，免去其市{}办主任职务，请遵照执行。"
    first = text.format("张建华", "水务", "防汛")
    assert relation(first, text.format("李文博", "园林", "绿化")) not in ("same", "near")


def test_empty_and_tiny_bodies_match_nothing() -> None:
    texts = {"a": "", "b": "", "c": "　\n", "d": "……", "e": "关闭", "f": "关闭", "g": "1"}
    assert find_matches(texts) == []
    assert find_matches({}) == []


def test_one_character_repeated() -> None:
    assert relation("的" * 5000, "的" * 4000) != "none"
    assert relation("的" * 5000, "了" * 5000) == "none"


def test_lone_surrogates_are_survived() -> None:
    assert relation("\ud800公开征求意见的通知", "公开征求意见的通知") == "same"


def test_order_of_arrival_makes_no_difference() -> None:
    texts = {f"{n:02}": page(report(n % 9, facts=n % 4)) for n in range(40)}
    texts |= {f"x{n}": page(misread(report(n), 0.02)) for n in range(9)}
    backwards = dict(reversed(texts.items()))
    assert find_matches(texts) == find_matches(backwards)


def test_matches_are_sorted_and_ordered() -> None:
    matches = find_matches({f"{n:02}": page(report(n % 7)[n % 2 :]) for n in range(30)})
    assert matches
    assert all(m.a < m.b for m in matches)
    assert [(m.a, m.b) for m in matches] == sorted({(m.a, m.b) for m in matches})


def test_passages_stand_in_both_texts() -> None:
    text = report(19)
    match = only(page(text), page([*report(20)[:3], *text[4:7]]))
    assert match is not None
    assert 1 <= len(match.passages) <= 10
    assert all(len(passage) >= 20 and passage in page(text) for passage in match.passages)
    assert match.passages[0][:30] in page(text[4:7])


def test_the_one_differing_figure_is_reported() -> None:
    text = page(report(21))
    a = text + "\n实施山区道路提升计划，改造危桥38座，新建公交站亭120个。全年完成投资3.5亿元。"
    b = text + "\n实施山区道路提升计划,改造危桥38座,新建公交站亭160个。全年完成投资3.5亿元。"
    match = only(a, b)
    assert match is not None
    assert match.relation == "near"
    assert match.figures < 1.0
    (found,) = match.disagreements
    assert found.sentence_a == "实施山区道路提升计划，改造危桥38座，新建公交站亭120个。"
    assert found.sentence_b == "实施山区道路提升计划,改造危桥38座,新建公交站亭160个。"
    assert (found.figures_a, found.figures_b) == (("120个",), ("160个",))


def test_a_moved_clause_is_no_disagreement() -> None:
    lines = [f"{name}新建公交站亭{n}个，改造危桥{n + 3}座。" for n, name in enumerate(PLACES, 20)]
    text = report(22)
    match = only(page(text + lines), page(text + lines[::-1]))
    assert match is not None
    assert match.disagreements == ()


def test_forms_have_no_disagreements() -> None:
    match = only(page(report(23)), page(report(23, facts=5)))
    assert match is not None
    assert match.relation == "template"
    assert match.disagreements == ()


@pytest.mark.skipif(not SEEDS.is_dir(), reason="needs ../shared")
def test_the_seeds() -> None:
    texts = {path.name[:3]: path.read_text("utf-8") for path in SEEDS.glob("*.txt")}
    (match,) = find_matches(texts)
    assert (match.a, match.b, match.relation) == ("000", "004", "overlaps")
    (found,) = match.disagreements
    assert (found.figures_a, found.figures_b) == (("200人",), ("100人",))
    assert "新增省级以上重点人才工程200人" in found.sentence_a
    assert "新增省级以上重点人才工程100人" in found.sentence_b


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.sampled_from("abcd"), st.text("省市新建3.5 \n，。個个"), max_size=4))
def test_any_texts_are_compared_without_surprise(texts: dict[str, str]) -> None:
    for found in find_matches(texts):
        assert found.a < found.b
        assert 0.0 <= found.jaccard <= min(found.containment) <= max(found.containment) <= 1.0
        assert 0.0 <= found.figures <= 1.0
        assert all(passage in texts[found.a] for passage in found.passages)
        for one in found.disagreements:
            assert one.sentence_a in texts[found.a]
            assert one.sentence_b in texts[found.b]
            assert len(one.figures_a) == len(one.figures_b) >= 1


PLAN = (
    "规划实施期间，每年对指标完成情况作一次监测，中期作一次全面评估，评估结果向社会公开。\n"
    "约束性指标分解到各市县，纳入年度考核，未完成的地方要说明原因并提出补救措施。\n"
)


def test_rows_of_two_plans_differ_in_figures_of_the_same_indicator_alone() -> None:
    rows = (
        "16\t地级及以上城市空气质量优良天数比率(%)\t93.3\t{air}以上\t约束性",
        "17\t地级及以上城市细颗粒物平均浓度(微克/立方米)\t25\t27以下\t约束性",
        "18\t地表水达到或好于三类水体比例(%)\t94.6\t95以上\t约束性",
        "19\t森林覆盖率(%)\t61.2\t61.5\t约束性",
        "20\t每万老年人口拥有持证养老护理员数(人)\t16\t25\t预期性",
    )
    lines = "\n".join(rows)
    fewer = "\n".join(f"{n}\t{row.split(chr(9), 1)[1]}" for n, row in enumerate(rows[::2], 11))
    texts = {"a": PLAN + lines.format(air=93), "b": PLAN + fewer.format(air=94)}
    (match,) = find_matches(texts)
    figures = [(found.figures_a, found.figures_b) for found in match.disagreements]
    assert figures == [(("93",), ("94",))]


@pytest.mark.parametrize(
    ("figure", "other"),
    [("5.8%", "-5.8%"), ("5.8%", "5.8‰"), ("5.8%", "5.8"), ("5.8%", "5.9%"), ("5.8%", "58%")],
)
def test_a_sign_is_part_of_a_figure(figure: str, other: str) -> None:
    text = PLAN + "全年外贸进出口总额同比增长{}，规模以上工业企业利润保持稳定。\n" + PLAN[::-1]
    (match,) = find_matches({"a": text.format(figure), "b": text.format(other)})
    assert match.relation == "near"
    (found,) = match.disagreements
    assert (found.figures_a, found.figures_b) == ((figure,), (other,))


def test_hyphens_and_widths_are_no_signs() -> None:
    text = PLAN + "新冠病毒COVID-19防控常态化，投资增长5-8{}。\n" + PLAN[::-1]
    (match,) = find_matches({"a": text.format("%"), "b": text.format("％")})
    assert match.relation == "same"


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(5, 90)), min_size=1, max_size=9))
def test_runs_without_a_wide_gap_say_what_is_missing(pieces: list[tuple[int, int]]) -> None:
    parts = [f"{chr(0x4E00 + n)}{chr(0x5000 + size)}" * size for n, size in pieces]
    a, b = Body("".join(parts)), Body("".join(parts[::2]) + "完" * len(parts))
    shared = align(a.masked.fields, b.masked.fields, b.chains)
    for side, (one, other) in enumerate(((a, b), (b, a))):
        if runs.bridges(shared, side, len(one.masked.codes)):
            seeds = one.masked.seeds, other.masked.seeds
            assert runs.missing(*seeds, other.chains) == (0, 0)


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "\u2003", "\u3000", "\x1c"], ids=ascii)
def test_a_tag_cloud_is_seen_between_any_blanks(blank: str) -> None:
    cloud = blank.join(["政策", "民生", "公交", "养老", "托育", "河道", "粮食", "图书"])
    body = Body(f"{page(report(5))}\n{cloud}\n")
    assert len(body.core) == len(body.folded) - 16
