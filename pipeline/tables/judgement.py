"""A cut of rows → what in it is judgement: other readings of its cells, and what they cost.

In: the rows, as cut and filled down, and the detours of the cut. Out: votes on a ballot. Never a
cell changed: the best reading stands, the others are said.

Three things make a cell doubtful: another placing of the figures of its row, another cut of the
lines around it, and habits that no price shows (a merged attribute, words for a figure).
"""

from collections.abc import Iterator, Sequence

from pipeline.tables.cells import Frame, above_of, fill_down
from pipeline.tables.follow import SHORT, follow, is_marked, wrap_often
from pipeline.tables.header import FIGURE_ROLES, Column
from pipeline.tables.names import Names
from pipeline.tables.paths import Detour, Row
from pipeline.tables.shares import Ballot
from pipeline.tables.tokens import FIGURES, bare, prefix, together
from pipeline.tables.values import adds_up, slides

#: Columns of words beside the names.
_FEWEST_WORDED = 2

_Reading = tuple[int, str, str | None, float | None]
_Judged = tuple[str, str, str | None]


def vote(
    frame: Frame,
    rows: Sequence[Row],
    filled: Sequence[Row],
    detours: Sequence[Detour],
    *,
    lined: bool = False,
) -> Ballot:
    """Return all that could be read otherwise in the rows.

    `lined` says that each row has a line of its own, so that its cells are apart.
    """
    ballot = Ballot()
    places = frame.places()
    room = _room(rows)
    for number, (row, full) in enumerate(zip(rows, filled, strict=True)):
        if row.section:
            if not is_marked(row, frame.rules):
                ballot.add((number, places["name"][0]), None, "heading")
            continue
        if row.placings and frame.layout.figures:
            for at, why, reading, margin in _readings(row, frame.layout.figures):
                ballot.add((number, places["figure"][at]), reading, why, margin)
        lines = () if lined else _lines(row, frame, room)
        for role, why, other in (*_group(row, full, frame), *lines):
            ballot.add((number, places[role][0]), other, why)
    for detour in detours:
        _compare(ballot, frame, filled, detour)
    follow(ballot, frame, rows, lined=lined)
    _header(ballot, frame, rows)
    return ballot


def _header(ballot: Ballot, frame: Frame, rows: Sequence[Row]) -> None:
    """Note at the first row which columns may have another name; a header has no cells to doubt."""
    first = next((number for number, row in enumerate(rows) if not row.section), None)
    if first is None or frame.levels:
        return
    for at in frame.layout.unsure:
        ballot.add((first, at), None, "header")


def _is_askew(row: Row, frame: Frame) -> bool:
    """Return whether nothing tells which of the columns of words a further line belongs to.

    Names of two levels behind numbers are read where rows have a cell more than others; words of
    any column may take two lines.
    """
    words = sum(column.role == "text" for column in frame.layout.columns)
    further = words > 1 and not frame.layout.figures and len(row.name) > 1
    counted = frame.levels and frame.layout.has("serial") and not frame.layout.has("category")
    return further or (counted and _words_of(row) >= _FEWEST_WORDED)


def _words_of(row: Row) -> int:
    """Return how many cells of a row beside its name hold words."""
    return sum(token.kind not in FIGURES for token in row.values)


def _room(rows: Sequence[Row]) -> int:
    """Return how long the names of one line get, but for the longest, which may be odd.

    0 where many names take several lines, so that one more is nothing odd.
    """
    if wrap_often(rows):
        return 0
    lengths = sorted(len(row.name[0]) for row in rows if len(row.name) == 1 and not row.section)
    return lengths[-2] if len(lengths) > 1 else 0


def _compare(ballot: Ballot, frame: Frame, filled: Sequence[Row], detour: Detour) -> None:
    """Note what a detour reads otherwise, cell by cell."""
    others = list(fill_down(detour.rows, above_of(filled, detour.first)))
    for number in range(detour.first, detour.last + 1):
        row = filled[number]
        other = max(others, key=lambda one: _shared(row, one), default=None)
        if other is None:
            continue
        for at, (mine, theirs) in enumerate(zip(frame.cells(row), frame.cells(other), strict=True)):
            if mine != theirs:
                ballot.add((number, at), theirs, _why(frame.roles[at]), detour.margin)


def _shared(one: Row, other: Row) -> int:
    """Return how many tokens two rows share; the last ones, where figures stand, decide a tie."""
    shared = min(one.end, other.end) - max(one.start, other.start)
    return 2 * shared + (one.end == other.end)


def _why(role: str) -> str:
    """Return the reason of a doubt where another cut reads a cell of this role otherwise."""
    if role in FIGURE_ROLES:
        return "near"
    return "wrap" if role in ("category", "name") else "cut"


def _readings(row: Row, columns: Sequence[Column]) -> Iterator[_Reading]:
    """Return (column, why, other reading, margin) for each figure that may be read otherwise."""
    best = row.placings[0].cells
    for at, to in slides(row.placings[0], columns):
        yield to, "order", best[at], None
        yield at, "order", "", None
    # Base and total that give the target leave no doubt about the three of them.
    confirmed = any(adds_up(at, best, columns) for at, cell in enumerate(best) if cell)
    for other in () if confirmed else row.placings[1:]:
        margin = other.cost - row.placings[0].cost
        changed = [at for at, theirs in enumerate(other.cells) if theirs != best[at]]
        yield from ((at, "near", other.cells[at], margin) for at in changed)
    if "" in best:
        words = {token.text for token in row.values if token.kind in ("phrase", "text")}
        yield from ((at, "type", "", None) for at in row.placings[0].odd)
        yield from ((at, "phrase", "", None) for at, cell in enumerate(best) if cell in words)
    for at, cell in enumerate(best):
        if cell and adds_up(at, best, columns) is False:
            yield at, "sum", None, None


def _group(row: Row, full: Row, frame: Frame) -> Iterator[_Judged]:
    """Return (role, why, other reading) of what a row takes from the rows above it."""
    layout, words = frame.layout, frame.rules.lexicon
    within = words.within.match(together(row.name))
    if row.child and row.binding and not within and not _shares_unit(full):
        yield "name", "group", together(row.name)
    if within and layout.has("serial") and not row.serial:
        yield "serial", "within", ""
    if layout.has("binding") and not row.binding and not row.child:
        yield "binding", "within" if within else "merged", ""


def _lines(row: Row, frame: Frame, room: int) -> Iterator[_Judged]:
    """Return what is judgement in the parting of lines: one wrapped name, or heading and name.

    Lines of a narrow cell are filled: what leaves most of a line empty is a cell of its own, and
    a name broken early may be two.
    """
    name, rules = together(row.name), frame.rules
    if _is_askew(row, frame):
        yield "name", "wrap", None
    names = Names(rules.lexicon, units=False, numbered=False)
    if len(row.name) > 1 and not row.parent and _may_be_two(row.name, names, room):
        yield "name", "wrap", row.name[0]
    if prefix(name) or prefix(together(row.parent)) or row.serial:
        return
    category = together(row.category)
    known = rules.lexicon.categories.fullmatch(bare(category))
    if category and not row.parent and not known and len(category) > SHORT * room:
        yield "category", "wrap", category + name


def _may_be_two(lines: Sequence[str], names: Names, room: int) -> bool:
    """Return whether a name of several lines may begin with a cell of its own."""
    first, second = lines[:2]
    if names.may_part(first, second):
        return True
    goes_on = names.is_rest(second) or names.words.unfinished.search(bare(first))
    opened = first.count("（") + first.count("(") > first.count("）") + first.count(")")
    short = 1 < len(bare(first)) <= SHORT * room
    return short and not goes_on and not opened and not prefix(first)


def _shares_unit(row: Row) -> bool:
    """Return whether the unit stands at the parent, so that its rows cannot be by themselves."""
    parent, name = together(row.parent), together(row.name)
    return parent.endswith((")", "）")) and not name.endswith((")", "）"))
