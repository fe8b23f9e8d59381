"""Tables of any size: read, or set aside with a reason, in bounded time."""

import time

import pytest

import pipeline
from pipeline.records import Page

INTRO = "现将全县粮食产量情况公布如下，请各乡镇认真对照，切实抓好落实，确保完成全年目标任务。"


def markup(*rows: str) -> str:
    return (
        f"<html><body><h1>全县粮食产量情况</h1><p>{INTRO}</p><table>{''.join(rows)}</table></body>"
    )


def row(*cells: object) -> str:
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def years(columns: int) -> list[str]:
    return [f"{1801 + year}年" for year in range(columns)]


def lines(rows: int, columns: int = 2) -> list[str]:
    """Return the cells of a flattened table, its header first."""
    body = [
        ("粮食产量（万吨）", *map(str, range(at, at + columns)), "预期性") for at in range(rows)
    ]
    head = ("指标", *(f"{2020 + 5 * year}年" for year in range(columns)), "属性")
    return [cell for cells in (head, *body) for cell in cells]


def clean(text: str, seconds: float) -> Page:
    """Return a page cleaned in no more processor time than `seconds`."""
    start = time.process_time()
    page = pipeline.clean(text)
    assert time.process_time() - start < seconds
    return page


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        (markup(row("指标", *years(4)), *(row("粮食", *range(4)) for _ in range(5000))), (5000, 5)),
        (
            markup(row("指标", *years(199)), *(row("粮食", *range(199)) for _ in range(50))),
            (50, 200),
        ),
        (
            markup(
                row("指标", *years(2)),
                "<tr><td rowspan=1000000>粮食</td><td>1</td><td>2</td></tr>",
                *(row(at, at) for at in range(50)),
            ),
            (51, 3),
        ),
        (
            "<table><tr><td>" * 50
            + markup(row("指标", *years(2)), row("粮食", 1, 2), row("油料", 3, 4))
            + "</td></tr></table>" * 50,
            (2, 3),
        ),
    ],
    ids=["5000 rows", "200 columns", "rowspan", "nested 50 deep"],
)
def test_large_tables_are_read(text: str, shape: tuple[int, int]) -> None:
    page = clean(text, 20.0)
    (table,) = page.tables
    assert (len(table.rows), len(table.header)) == shape
    assert not page.refused


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            markup(
                row("指标", *years(2)),
                *(
                    f"<tr><td rowspan=9999 colspan=999>粮食{at}</td><td>1</td></tr>"
                    for at in range(90)
                ),
            ),
            "merged cells",
        ),
        (markup(*(row("粮食", at) for at in range(1500))), "more cells than are read"),
        ("\n".join([INTRO, *lines(400)]), "more cells than are read"),
        (
            "\n".join([INTRO, *lines(0), *lines(40)[4:] * 2][:-3]).replace("\n1\n", "\n1\n5\n7\n"),
            "no cut",
        ),
    ],
    ids=["spans", "markup too long", "lines too long", "no grid"],
)
def test_what_is_not_read_stays_in_the_text_and_is_said(
    text: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.tables.flat._MOST_TOKENS", 1000)
    monkeypatch.setattr("pipeline.tables.markup._MOST_LINES", 1000)
    monkeypatch.setattr("pipeline.parse.grid._MOST_CELLS", 2000)
    page = clean(text, 20.0)
    assert page.tables == ()
    assert why in page.refused[0].why
    assert page.refused[0].text
    assert len(page.text.split("\n")) > 80


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        (["类别| 指标| 2020年", "---|---|---", *("经济| 粮食| 1", "油料| 2") * 1500], 3000),
        (["类别\t指标\t2020年", *("经济", "发展\t粮食\t1", "油料\t2") * 1000], 2000),
        (["指标,2020年,2025年", *("粮食,1,2",) * 3000], 3000),
        (["1,2,3"] * 3000, 0),
        (['"指标\t单位\t"2020年'] * 3000, 0),
    ],
    ids=["bars", "broken cells", "commas", "commas without a header", "open quotes"],
)
def test_large_tables_with_marks(rows: list[str], count: int) -> None:
    page = clean("\n".join([INTRO, *rows, INTRO]), 20.0)
    assert sum(len(table.rows) for table in page.tables) == count
