"""A body that stands twice on a page loses its second copy, and nothing else."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.dedup import drop_repeats, kernel, repeats, try_rule
from pipeline.dedup.again import GRAM, count_grams
from pipeline.dedup.fold import fold
from pipeline.dedup.letters import fold_letters
from pipeline.records import Block, Page, Provenance
from pipeline.rules import dedup as dedup_rules
from tests.dedup_texts import misread, report

RULES = dedup_rules.load([Path(dedup_rules.__file__).with_suffix(".toml")])
ID = "dedup.second-copy"


def page(lines: list[str], dropped: tuple[int, ...] = ()) -> Page:
    blocks = tuple(
        Block("paragraph", line, dropped_by="chrome.test" if n in dropped else "")
        for n, line in enumerate(lines)
    )
    return Page("0" * 16, "", blocks, Provenance("x.txt"))


def marked(lines: list[str], dropped: tuple[int, ...] = ()) -> list[int]:
    """Return the places of the blocks that the rule takes from a page with these lines."""
    result = drop_repeats(page(lines, dropped), RULES)
    assert [block.text for block in result.blocks] == lines
    assert all(result.blocks[n].dropped_by == "chrome.test" for n in dropped)
    return [n for n, block in enumerate(result.blocks) if block.dropped_by == ID]


def test_second_copy_goes_with_its_title() -> None:
    text = report(1)
    size = len(text)
    assert marked(text + text) == list(range(size, 2 * size))


def test_chrome_between_and_inside_the_copies() -> None:
    text = report(2)
    lines = [text[0], "来源：本站", *text[1:], "责任编辑：值班", text[0], "打印本页", *text[1:]]
    chrome = tuple(n for n, line in enumerate(lines) if line not in text)
    size = len(text)
    expected = [n for n in range(size + 2, len(lines)) if n not in chrome]
    assert marked(lines, chrome) == expected


def test_copy_in_other_punctuation_and_spacing() -> None:
    text = report(3)
    other = [line.replace("，", ",").replace("。", " . ") for line in text]
    assert marked(text + other) == list(range(len(text), 2 * len(text)))


def test_copy_whose_paragraphs_were_run_together_goes() -> None:
    text = report(4)
    assert marked([*text, "".join(text)]) == [len(text)]
    assert marked(["".join(text), *text]) == list(range(1, len(text) + 1))


def test_third_copy_goes_too() -> None:
    text = report(5)
    assert marked(text * 3) == list(range(len(text), 3 * len(text)))


def test_copy_that_breaks_off_goes_though_it_is_the_first() -> None:
    text = report(6)
    assert marked(text[:6] + text) == list(range(6))
    assert marked(text + text[:6]) == list(range(len(text), len(text) + 6))


def test_misread_paragraph_of_the_second_copy_stays() -> None:
    text = report(7)
    other = [*text[:4], misread([text[4]], 0.05)[0], *text[5:]]
    size = len(text)
    assert marked(text + other) == [n for n in range(size, 2 * size) if n != size + 4]


def test_paragraph_with_another_figure_stays() -> None:
    text = [*report(8), "全年改造危桥38座，新建公交站亭120个，新增停车泊位2600个。"]
    other = [*text[:-1], text[-1].replace("120", "160")]
    assert 2 * len(text) - 1 not in marked(text + other)


def test_recurring_headings_cells_and_phrases_stay() -> None:
    lines = []
    for n in range(30):
        lines += ["一、总体要求", "预期性", "其中", *report(100 + n, paragraphs=1)[1:]]
    assert marked(lines) == []


def test_summary_that_quotes_the_body_stays() -> None:
    text = report(9, paragraphs=30)
    quotes = [line.split("。")[0] + "。" for line in text[1:6]]
    assert marked(quotes + text) == []


def test_empty_and_dropped_pages() -> None:
    assert marked([]) == []
    assert marked(["", "　", "……"] * 3) == []
    text = report(10)
    assert marked(text + text, tuple(range(2 * len(text)))) == []


def test_twice_equals_once() -> None:
    text = report(11)
    once = drop_repeats(page(text + text[2:9]), RULES)
    assert drop_repeats(once, RULES) == once


def letters(line: str) -> str:
    return "".join(map(chr, fold(line).codes))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 8), st.integers(1, 9)), max_size=6))
def test_every_dropped_letter_stands_in_what_is_kept(pieces: list[tuple[int, int, int]]) -> None:
    lines = [line for n, start, size in pieces for line in report(n)[start : start + size]]
    gone = marked(lines)
    kept = "".join(letters(line) for n, line in enumerate(lines) if n not in gone)
    assert all(letters(lines[n]) in kept for n in gone)


def test_cases_of_the_rules() -> None:
    for rule in RULES.rules:
        for case in rule.case:
            assert try_rule(rule, case.before, RULES) == case.after, (rule.id, case.note)


@given(st.text(alphabet="国號号aＡ１٣.．, \n\ud800𝟏\U000e0041", max_size=40))
def test_letters_are_those_that_fold_finds(text: str) -> None:
    assert fold_letters(text).tolist() == fold(text).codes.tolist()


@given(st.lists(st.integers(0, 40), max_size=60))
def test_grams_are_counted_as_the_kernel_counts_them(places: list[int]) -> None:
    words = [f"第{place}段的文字各不相同" for place in places]
    codes = fold_letters("\n".join(words))
    grams = kernel.gram_hashes(fold("\n".join(words)).codes, GRAM)
    assert count_grams(codes) == (len(kernel.distinct(grams)), len(grams) - len(set(grams)))


@given(st.lists(st.integers(0, 12), max_size=40))
def test_no_copy_is_missed_by_looking_first(places: list[int]) -> None:
    told = page(
        [f"{place}．第{place}段的文字与别的各不相同，有{place * place}个字" for place in places]
    )
    assert drop_repeats(told, RULES) == repeats.drop_repeats(told, RULES)
