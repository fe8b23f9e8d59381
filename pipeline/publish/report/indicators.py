"""Values of all tables → indicators that several documents hold, each with one plot.

In: the values of each kept page. Out: for each folded name and unit that two documents share, the
documents and the plot of their figures. Never: two units in one plot; more points kept of an
indicator than a plot can show.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pipeline.publish.report.plots import MOST_POINTS, Plot, Point, draw, point_of
from pipeline.publish.tables import Value

_LEAST_DOCUMENTS = 2


@dataclass(frozen=True, slots=True)
class Shared:
    """An indicator of several documents: their titles, in the order of the plot's colours."""

    plot: Plot
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indicators:
    """Collects points by indicator; a document is named by its page."""

    _points: dict[tuple[str, str], dict[str, list[Point]]] = field(default_factory=dict)
    _titles: dict[str, str] = field(default_factory=dict)
    _count: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, page: str, title: str, sheet: str, values: Iterable[Value]) -> None:
        """Take the values of the table `sheet` of a page."""
        for value in values:
            point = point_of(value, sheet)
            if point is not None and value.indicator.folded:
                self._titles[page] = title
                key = (value.indicator.folded, value.unit)
                self._count[key] += 1
                if self._count[key] > MOST_POINTS:
                    self._points[key] = {}
                else:
                    self._points.setdefault(key, {}).setdefault(page, []).append(point)

    def shared(self, most: int) -> list[Shared]:
        """Return at most `most` indicators of several documents, those of most documents first."""
        several = [
            (key, pages) for key, pages in self._points.items() if len(pages) >= _LEAST_DOCUMENTS
        ]
        several.sort(key=lambda item: (-len(item[1]), item[0]))
        found: list[Shared] = []
        for (name, unit), pages in several:
            points = [
                replace(point, series=number)
                for number, page in enumerate(pages)
                for point in pages[page]
            ]
            plot = draw(name, unit, points)
            if plot is not None:
                found.append(Shared(plot, tuple(self._titles[page] for page in pages)))
            if len(found) == most:
                break
        return found
