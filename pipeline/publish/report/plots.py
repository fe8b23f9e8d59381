"""Values of an indicator → where a plot of them has its lines, points and words.

In: points, each a year with a figure and whose it is. Out: a `Plot` in the units of its view box,
which the template draws. Never: a line between values of two tables; a point for a mean or a sum.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.publish.tables import Value

WIDTH, HEIGHT = 340.0, 170.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 12.0, 92.0, 14.0, 26.0
_LINE_HEIGHT = 12.0
_YEAR_DIGITS = 4
#: More cannot be told apart.
MOST_POINTS = 60
#: Documents beyond these share the last colour.
COLOURS = 6


@dataclass(frozen=True, slots=True)
class Point:
    """A figure of one year. `text` is as on the page, `high` the end of a range, else `low`.

    `sheet` names the table, `series` counts the documents of a plot from 0; `role` is base, target
    or actual, or "" for what a table only reports.
    """

    year: int
    low: float
    high: float
    role: str
    text: str
    sheet: str
    series: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """A point where it is drawn: `x`, `y`, the top of its range, and the line of its label.

    `label` is 0.0 where another point of the year says the same.
    """

    point: Point
    x: float
    y: float
    top: float
    label: float

    @property
    def role(self) -> str:
        """Return the class of the mark."""
        return self.point.role or "reported"

    @property
    def colour(self) -> int:
        """Return the number of its colour."""
        return min(self.point.series, COLOURS - 1)


@dataclass(frozen=True, slots=True)
class Line:
    """What joins the values of one table: a plan's way (`target`) or what came of it."""

    role: str
    colour: int
    path: str


@dataclass(frozen=True, slots=True)
class Plot:
    """All that is drawn of one indicator; `years` has the place of each year on the axis."""

    name: str
    unit: str
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]
    years: tuple[tuple[float, int], ...]

    @property
    def told(self) -> str:
        """Return the plot in words, for those who do not see it."""
        points = (mark.point for mark in self.marks)
        return "; ".join(f"{point.year} {point.role} {point.text}" for point in points)


def point_of(value: Value, sheet: str) -> Point | None:
    """Return the point of a value, None for means, sums, words, and what no single year has."""
    figure = value.figure
    if not figure.number or figure.cumulative or figure.annual or value.measure != value.role:
        return None
    if len(value.period) != _YEAR_DIGITS:
        return None
    low = float(figure.number)
    high = float(figure.high or figure.number)
    return Point(int(value.period), low, high, value.role, value.raw, sheet)


def draw(name: str, unit: str, points: Sequence[Point]) -> Plot | None:
    """Return the plot of `points`, None where they are of one year only, or too many to see."""
    years = sorted({point.year for point in points})
    if len(years) < 2 or len(points) > MOST_POINTS:
        return None
    least, most = min(p.low for p in points), max(p.high for p in points)
    span = (most - least) or 1.0
    places = {year: _across(year, years) for year in years}

    def height(figure: float) -> float:
        share = (figure - least) / span if most > least else 0.5
        return round(HEIGHT - _BOTTOM - share * (HEIGHT - _BOTTOM - _TOP), 1)

    marks = [
        Mark(point, places[point.year], height(point.low), height(point.high), 0.0)
        for point in sorted(points, key=lambda p: (p.year, p.low, p.role, p.series, p.sheet))
    ]
    return Plot(name, unit, tuple(_labelled(marks)), tuple(_lines(marks)), tuple(
        (places[year], year) for year in years
    ))  # fmt: skip


def _across(year: int, years: Sequence[int]) -> float:
    share = (year - years[0]) / (years[-1] - years[0])
    return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT), 1)


def _labelled(marks: Sequence[Mark]) -> Iterator[Mark]:
    """Yield the marks with their labels beside them, none on another's line, each text once."""
    for year in dict.fromkeys(mark.point.year for mark in marks):
        same = [mark for mark in marks if mark.point.year == year]
        told = {mark.point.text: mark for mark in sorted(same, key=lambda one: one.y)}
        lines = dict(zip(told, _apart([mark.y + 4.0 for mark in told.values()]), strict=True))
        for mark in same:
            label = lines.pop(mark.point.text, 0.0)
            yield Mark(mark.point, mark.x, mark.y, mark.top, label)


def _apart(wanted: Sequence[float]) -> list[float]:
    """Return lines near those `wanted`, from the top down, a line's height apart, in the box."""
    lines: list[float] = []
    below = HEIGHT - _BOTTOM + 4.0
    for line in reversed(wanted):
        lines.insert(0, min(line, below))
        below = lines[0] - _LINE_HEIGHT
    above = _LINE_HEIGHT
    for at, line in enumerate(lines):
        lines[at] = round(max(line, above), 1)
        above = lines[at] + _LINE_HEIGHT
    return lines


def _lines(marks: Sequence[Mark]) -> Iterator[Line]:
    """Yield what joins the marks of each table: from its base to targets, and to what came."""
    for key in dict.fromkeys((mark.point.series, mark.point.sheet) for mark in marks):
        own = [mark for mark in marks if (mark.point.series, mark.point.sheet) == key]
        base = [mark for mark in own if mark.role == "base"][:1]
        for role in ("target", "actual", "reported"):
            path = [*base, *(mark for mark in own if mark.role == role)]
            if len(path) > 1 and len({mark.x for mark in path}) > 1:
                steps = " ".join(f"{mark.x:g},{mark.y:g}" for mark in path)
                yield Line(role, path[0].colour, steps)


def plots_of_table(values: Iterable[Value], sheet: str) -> Iterator[Plot]:
    """Yield a plot for each row of a table that has figures of two years in one unit."""
    rows: dict[tuple[int, str], tuple[str, list[Point]]] = {}
    for value in values:
        point = point_of(value, sheet)
        if point is not None:
            known = rows.setdefault((value.row, value.unit), (value.indicator.name, []))
            known[1].append(point)
    for (_, unit), (name, points) in rows.items():
        plot = draw(name, unit, points)
        if plot is not None:
            yield plot
