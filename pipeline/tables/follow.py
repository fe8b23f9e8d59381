"""Doubts → doubts about the rows below: what one guess decides for several rows.

In: the rows, as cut, and the ballot of what is doubtful in them. Out: more votes. Never a vote for
a row that no guess touches.

A category, a heading, a row cut askew: each decides for the rows below it, down to the next one.
"""

from collections.abc import Sequence

from pipeline.rules.tables import TableRules
from pipeline.tables.cells import Frame
from pipeline.tables.paths import Row
from pipeline.tables.shares import Ballot
from pipeline.tables.tokens import bare, together

#: Where so many rows have no remark, nothing tells whose a remark is.
_OFTEN_EMPTY = 0.3
_OFTEN = 0.2
#: A line that takes no more of the room of a name is hardly a broken one; much less so this one.
SHORT, _EARLY = 0.6, 0.3


def follow(ballot: Ballot, frame: Frame, rows: Sequence[Row], *, lined: bool) -> None:
    """Note what follows for rows from the doubts about the rows above them."""
    places = frame.places()
    if frame.layout.has("category"):
        _categories(ballot, places["category"][0], places["name"][0], rows)
    elif not lined:
        _headings(ballot, places["name"][0], frame, rows)
    if frame.layout.has("text") and not lined:
        _remarks(ballot, places["text"][0], places["name"][0], rows)


def is_marked(row: Row, rules: TableRules) -> bool:
    """Return whether a heading inside says so, by its number or as a category that is known."""
    name, words = together(row.name), rules.lexicon
    return bool(words.section.match(name) or words.categories.fullmatch(bare(name)))


def wrap_often(rows: Sequence[Row]) -> bool:
    """Return whether many names take several lines, so that one more is nothing odd.

    The first lines of such names fill some of the room that names have.
    """
    names = [row.name for row in rows if not row.section]
    room = max((len(name[0]) for name in names if name), default=0)
    wrapped = sum(len(name) > 1 and len(name[0]) > _EARLY * room for name in names)
    return wrapped > _OFTEN * len(rows)


def _categories(ballot: Ballot, at: int, name: int, rows: Sequence[Row]) -> None:
    """Note that the rows below a doubtful category are doubtful with it, down to the next one.

    A row that may begin with a category changes that of the rows below it; a line of its own in a
    table that has a column of categories may be the first half of the next.
    """
    other: str | None = None
    half, often = "", wrap_often(rows)
    room = max((len(line) for row in rows for line in row.name), default=0)
    for number, row in enumerate(rows):
        if row.section:
            half = together(row.name)
            continue
        said = ballot.reading((number, at))
        early = len(row.name) > 1 and len(row.name[0]) <= _EARLY * room
        if row.category:
            other = half + together(row.category) if half else None
            other = said or None if len(row.category) > 1 and other is None else other
            half = ""
        elif (early or not often) and said:
            other = said
        elif not often and len(row.name) > 1 and ballot.reading((number, name)) == row.name[0]:
            other = row.name[0]
        if other is not None:
            ballot.add((number, at), other, "wrap")


def _headings(ballot: Ballot, at: int, frame: Frame, rows: Sequence[Row]) -> None:
    """Note that rows below headings may belong to groups of that name, where one is not marked."""
    heads = [number for number, row in enumerate(rows) if row.section]
    numbered = [frame.rules.lexicon.section.match(together(rows[at].name)) for at in heads]
    if all(is_marked(rows[at], frame.rules) for at in heads) or all(numbered):
        return
    if frame.levels:  # names take two columns, hardly three
        return
    for number in range(heads[0], len(rows)):
        ballot.add((number, at), None, "heading")


def _remarks(ballot: Ballot, at: int, name: int, rows: Sequence[Row]) -> None:
    """Note that a remark may begin the next row, where many rows have none."""
    body = [row for row in rows if not row.section]
    empty = sum(not row.texts for row in body)
    if not _OFTEN_EMPTY * len(body) < empty < len(body):
        return
    for number, row in enumerate(rows):
        if row.texts:
            ballot.add((number, at), "", "order")
            if number + 1 < len(rows):
                ballot.add((number + 1, name), None, "order")
