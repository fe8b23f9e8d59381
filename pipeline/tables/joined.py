"""Lines whose cells are marked → rows of a grid: broken cells joined, lost merged cells found.

In: the cells of lines, empty ones kept. Out: a picture of the grid, each place with its text or the
side from which another cell reaches in, and where it could be drawn otherwise. Never a cell left
out or moved past another: a row is some lines in their order, and only whole places are skipped.

A cell with a line break ends a line early, so that the next line goes on with it. A merged cell is
written once, so that the rows below have a cell less. How many columns there are is known from the
longest line; what each holds is learned from the lines that have as many cells.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product, takewhile

from pipeline.rules.tables import Lexicon
from pipeline.tables.header import STUBS, Role, role_of
from pipeline.tables.levels import Path, spread
from pipeline.tables.pattern import KINDS
from pipeline.tables.tokens import FIGURES, Typer, bare, squeeze, together

#: What stands in a place that the cell above, or the one on the left, reaches into.
ABOVE, LEFT = "\0above", "\0left"
_FEWEST_FULL = 2
_MOST_LINES = 12
_MOST_HEADER = 7
_MOST_LEVELS = 3
_NEAR = 1.6
#: What it costs that a row has no cell of its own in a column: at its head, elsewhere by role.
_LEADING, _LATER = 0.15, 2.0
_LATER_BY_ROLE: dict[Role, float] = {"binding": 0.4, "serial": 0.6, "unit": 0.7, "text": 0.7}
#: What every row has for itself.
_ROWS_OWN: frozenset[Role | None] = frozenset(("name", "year", "rate", "measure"))
_JOIN, _JOIN_NAME = 0.35, 0.8
#: A figure does not go on in the next line.
_WHOLE, _JOIN_WHOLE = FIGURES | {"binding", "dash"}, 4.0
_HEADING, _HEADING_NAME, _HEADING_MARKED = 1.2, 0.4, 0.1
_LEVEL, _JOIN_UNKNOWN = 0.5, 0.6
_DEAR_ROW = 0.5
_BROKEN_UNIT, _LONG = 3.0, 8
_DEAREST_HEADER = 2.5
_OPENING, _CLOSING = "(（[〔", ")）]〕"


@dataclass(frozen=True, slots=True)
class Other:
    """A place that could hold something else: its row in the body, what, why, at what cost."""

    row: int
    column: int
    reading: str
    why: str
    margin: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A grid as it was drawn: `depth` rows of header, then rows; `lines` is where each begins."""

    depth: int
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    others: tuple[Other, ...]

    def has_breaks(self, count: int) -> bool:
        """Return whether any of its rows takes more than one of `count` lines."""
        return len(self.rows) < count

    @property
    def is_plain(self) -> bool:
        """Return whether each column has a name of its own, and merged cells only begin rows."""
        head = (text for row in self.rows[: self.depth] for text in row)
        rows = self.rows[self.depth :]
        return LEFT not in list(head) and all(
            ABOVE not in row[sum(1 for _ in takewhile(ABOVE.__eq__, row)) :] for row in rows
        )


@dataclass(frozen=True, slots=True)
class _Frame:
    """What is known of the columns: their roles and the kind of cell that each holds."""

    roles: tuple[Role | None, ...]
    kinds: tuple[int, ...]
    typer: Typer

    @property
    def words(self) -> Lexicon:
        """Return the words of the rules."""
        return self.typer.lexicon


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: `cells` by column, what it costs, and how it could be read otherwise.

    `gaps` is what it costs that cells are missing or broken, whatever they hold.
    """

    cells: tuple[str, ...]
    cost: float
    gaps: float = 0.0
    why: str = ""
    other: tuple[str, ...] = ()
    margin: float = _NEAR


@dataclass(frozen=True, slots=True)
class _Step:
    """What the cheapest rows before a place cost, and the last of them with its first line."""

    cost: float
    start: int = 0
    row: _Row | None = None


def read(lines: Sequence[Sequence[str]], words: Lexicon, *, ruled: bool = False) -> Picture | None:
    """Return the grid of `lines`, None where they make none that is sure enough.

    `ruled` says that the first line is a whole row of the header.
    """
    width = max(map(len, lines), default=0)
    typer = Typer(words)
    best: tuple[float, Picture] | None = None
    for start in _starts(lines, typer) if width > 1 else ():
        price, paths = _header(lines[:start], width, words, ruled=ruled)
        full = [line for line in lines[start:] if len(line) == width]
        if not paths or len(full) < _FEWEST_FULL:
            continue
        roles = tuple(role_of(path[-1], words) for path in paths)
        rows = _cut(lines[start:], _Frame(roles, _kinds(full, typer), typer))
        gaps = sum(row.gaps for _, row in rows)
        if not rows or gaps > _DEAR_ROW * len(rows):
            continue
        if best is None or gaps + price <= best[0]:
            best = gaps + price, _picture(rows, paths, roles, start)
    return best[1] if best else None


def _picture(
    cut: Sequence[tuple[int, _Row]], paths: Sequence[Path], roles: Sequence[Role | None], start: int
) -> Picture:
    """Return the grid of a header and of rows, which begin at the line `start`."""
    head = _head(paths)
    rows = tuple(_drawn(row, paths, roles) for _, row in cut)
    places = tuple(start + at for at, _ in cut)
    return Picture(len(head), (*head, *rows), places, tuple(_others([row for _, row in cut])))


def _starts(lines: Sequence[Sequence[str]], typer: Typer) -> Iterator[int]:
    """Return where the body may begin: at the first line with a figure, or half cells above it."""
    first = sum(1 for _ in takewhile(lambda line: not _has_figure(line, typer), lines))
    if not 0 < first <= _MOST_HEADER or first == len(lines):
        return
    half = first - 1
    while half and len(lines[half]) == 1:
        half -= 1
    yield from range(half + 1, first + 1)


def _has_figure(line: Sequence[str], typer: Typer) -> bool:
    words = typer.lexicon
    return any(typer.kind(text) in FIGURES and role_of(text, words) is None for text in line)


def _header(
    lines: Sequence[Sequence[str]], width: int, words: Lexicon, *, ruled: bool
) -> tuple[float, list[Path]]:
    """Return the columns that the first lines name and what it costs; [] where they name others."""
    best: tuple[float, list[Path]] | None = None
    for breaks in product((False, True), repeat=len(lines) - 1):
        if sum(breaks) >= _MOST_LEVELS or (ruled and breaks and not breaks[0]):
            continue
        rows: list[list[str]] = [list(lines[0])]
        cost = _LEVEL * sum(breaks)
        for line, broken in zip(lines[1:], breaks, strict=True):
            if broken:
                rows.append(list(line))
                continue
            cost += _join_price(rows[-1][-1], line[0], words) + ruled
            rows[-1][-1] += line[0]
            rows[-1] += line[1:]
        lone = any(len(row) == 1 for row in rows[1:])
        if lone or cost >= (best[0] if best else _DEAREST_HEADER):
            continue
        paths = _paths([[squeeze(cell) for cell in row] for row in rows], width, words)
        if paths:
            best = cost, paths
    return best or (0.0, [])


def _join_price(cell: str, more: str, words: Lexicon) -> float:
    """Return how odd it is that a header cell goes on: one that has its unit does not."""
    role, longer = role_of(cell, words), role_of(cell + more, words)
    if (more[:1] in _OPENING and more[-1:] in _CLOSING) or (
        longer is not None and role in (None, longer)
    ):
        return 0.1
    if longer == "binding":
        return 0.1
    whole = cell[-1:] in ")）" or role is not None
    return _BROKEN_UNIT if whole else _JOIN_UNKNOWN + 0.3 * (len(cell) > _LONG)


def _paths(rows: Sequence[Sequence[str]], width: int, words: Lexicon) -> list[Path]:
    """Return the columns of header rows, [] where they make more or fewer."""
    if len(rows[0]) == width and "" in rows[0]:
        return _below(rows, words)
    roles = [role_of(cell, words) for cell in rows[0]]
    if len(rows) == 1 and len(roles) == width - 1 and "name" in roles:
        at = roles.index("name")  # it reaches over the names and what stands above them
        return [(cell,) for cell in (*rows[0][:at], rows[0][at], *rows[0][at:])]
    return spread(rows, width, words)


def _below(rows: Sequence[Sequence[str]], words: Lexicon) -> list[Path]:
    """Return the columns of header rows in which merged cells leave their further places empty.

    The cells of a row stand below the merged ones of the row above it.
    """
    paths: list[list[str]] = [[] for _ in rows[0]]
    free = list(range(len(rows[0])))
    for row in rows:
        below = _free(free, paths, len(row), words)
        if len(below) != len(row):
            return []
        wide: list[int] = []
        for at, text in zip(below, row, strict=True):
            if text or at - 1 not in below:
                paths[at].append(text)
                continue
            paths[at] = list(paths[at - 1])
            wide += [at] if at - 1 in wide else [at - 1, at]
        free = wide
    return [tuple(path) for path in paths]


def _free(
    wide: list[int], paths: Sequence[Sequence[str]], count: int, words: Lexicon
) -> Sequence[int]:
    """Return the columns that have a cell in the next row: those below merged cells.

    Nothing may stand below the names, one alone below any other cell.
    """
    if len(wide) > count:
        return [at for at in wide if paths[at] != paths[0]]
    stubs = STUBS | {"binding", "text"}
    alone = [at for at, path in enumerate(paths) if at and at not in wide and path]
    alone = [at for at in alone if role_of(paths[at][-1], words) not in stubs]
    return sorted([*wide, *alone]) if len(wide) + len(alone) == count else wide


def _kinds(rows: Sequence[Sequence[str]], typer: Typer) -> tuple[int, ...]:
    """Return for each column the kind that its cells fit best."""
    columns = zip(*rows, strict=True)
    kinds = ([typer.kind(text) for text in column] for column in columns)
    return tuple(
        min(range(len(KINDS)), key=lambda kind: sum(KINDS[kind][one] for one in column))
        for column in kinds
    )


def _cut(lines: Sequence[Sequence[str]], frame: _Frame) -> tuple[tuple[int, _Row], ...]:
    """Return the cheapest rows of the lines, each with its first line; () where there are none."""
    width = len(frame.roles)
    reached: list[_Step | None] = [_Step(0.0), *([None] * len(lines))]
    for at in range(len(lines)):
        step = reached[at]
        cells: list[str] = []
        whole = 0
        for end in range(at, min(at + _MOST_LINES, len(lines))) if step else ():
            line = lines[end]
            whole += bool(cells) and frame.typer.kind(cells[-1]) in _WHOLE
            cells = [*cells[:-1], together((cells[-1], line[0])), *line[1:]] if cells else [*line]
            if len(cells) > width:
                break
            row = _row(cells, frame, end - at, whole)
            cost = row.cost + (step.cost if step else 0.0)
            known = reached[end + 1]
            if known is None or cost < known.cost:
                reached[end + 1] = _Step(cost, at, row)
    return tuple(reversed(list(_back(reached))))


def _back(reached: Sequence[_Step | None]) -> Iterator[tuple[int, _Row]]:
    """Return the rows on the way to the last place, last to first."""
    step = reached[-1]
    while step is not None and step.row is not None:
        yield step.start, step.row
        step = reached[step.start]


def _row(cells: Sequence[str], frame: _Frame, joins: int, whole: int) -> _Row:
    """Return the likeliest row of some cells, and the next one.

    Lines were joined `joins` times to make them, `whole` times behind what was whole already.
    """
    named = frame.roles[0] not in ("category", "serial")
    price = _JOIN_WHOLE * whole + joins * (
        _JOIN_NAME if named and joins and len(cells) > 1 else _JOIN
    )
    if len(cells) == 1:
        return _heading(cells[0], frame, price)
    if len(cells) == len(frame.roles) and not joins:
        return _Row(tuple(cells), 0.0)
    (cost, best), *more = sorted(_placed(cells, frame), key=lambda way: way[0])
    gaps = price + _gaps(best, frame)
    if more and more[0][0] - cost < _NEAR:
        return _Row(best, cost + price, gaps, "near", more[0][1], more[0][0] - cost)
    return _Row(best, cost + price, gaps)


def _heading(text: str, frame: _Frame, price: float) -> _Row:
    """Return the row of one cell, which reaches over all columns."""
    cells = (text, *([LEFT] * (len(frame.roles) - 1)))
    counted = frame.roles[0] == "serial" and not text[:1].isdigit()
    if counted or frame.words.section.match(text):
        return _Row(cells, price + _HEADING_MARKED, _HEADING_MARKED)
    named = frame.roles[0] not in ("category", "serial")
    price += _HEADING_NAME if named else _HEADING
    return _Row(cells, price, price, "heading")


def _gaps(cells: Sequence[str], frame: _Frame) -> float:
    """Return what it costs that cells are missing in these places."""
    missing = [at for at, cell in enumerate(cells) if cell == ABOVE]
    leading = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], enumerate(missing)))
    return sum(_missing(frame.roles[at], later=n >= leading) for n, at in enumerate(missing))


def _missing(role: Role | None, *, later: bool) -> float:
    """Return what it costs that a column of this role has no cell of its own; `later` than one."""
    if later:
        return _LATER_BY_ROLE.get(role, _LATER) if role else _LATER
    return _LATER if role in _ROWS_OWN else _LEADING


def _placed(cells: Sequence[str], frame: _Frame) -> Iterator[tuple[float, tuple[str, ...]]]:
    """Return the ways to put cells into columns, in their order, with what each costs."""
    kinds = [frame.typer.kind(cell) for cell in cells]
    ways: dict[int, list[tuple[float, tuple[str, ...]]]] = {0: [(0.0, ())]}
    spare = len(frame.roles) - len(cells)
    for column, (role, kind) in enumerate(zip(frame.roles, frame.kinds, strict=True)):
        after: dict[int, list[tuple[float, tuple[str, ...]]]] = {}
        for used, known in ways.items():
            for cost, row in known:
                if used < len(cells):
                    price = 0.0 if not cells[used] else KINDS[kind][kinds[used]]
                    after.setdefault(used + 1, []).append((cost + price, (*row, cells[used])))
                if column - used < spare:
                    price = _missing(role, later=used > 0)
                    after.setdefault(used, []).append((cost + price, (*row, ABOVE)))
        ways = {used: sorted(known)[:2] for used, known in after.items()}
    return iter(ways.get(len(cells), []))


def _drawn(row: _Row, paths: Sequence[Path], roles: Sequence[Role | None]) -> tuple[str, ...]:
    """Return the places of a row: a name over both columns of its header cell reaches right."""
    cells = list(row.cells)
    for at in range(1, len(cells)):
        doubled = paths[at] == paths[at - 1] and roles[at] not in ("serial", "category")
        if cells[at] == ABOVE and doubled and cells[at - 1] != ABOVE:
            cells[at] = LEFT
    return tuple(cells)


def _head(paths: Sequence[Path]) -> list[tuple[str, ...]]:
    """Return the rows of a header, its merged cells written once."""
    depth = max(map(len, paths))
    rows: list[tuple[str, ...]] = []
    for level in range(depth):
        row: list[str] = []
        for at, path in enumerate(paths):
            if level >= len(path):
                row.append(ABOVE)
            elif (
                at
                and paths[at - 1][: level + 1] == path[: level + 1]
                and (level < len(path) - 1 or paths[at - 1] == path)
            ):
                row.append(LEFT)
            else:
                row.append(path[level])
        rows.append(tuple(row))
    return rows


def _others(rows: Sequence[_Row]) -> Iterator[Other]:
    """Return the places where a row could be read otherwise."""
    for number, row in enumerate(rows):
        if row.why == "heading":
            yield Other(number, 0, "", row.why, 0.0)
        for at, (mine, theirs) in enumerate(zip(row.cells, row.other, strict=False)):
            if mine != theirs:
                reading = "" if theirs in (ABOVE, LEFT) else theirs
                yield Other(number, at, bare(reading) and reading, row.why, row.margin)
