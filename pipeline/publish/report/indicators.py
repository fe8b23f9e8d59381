"""Values of all tables → indicators that several documents hold, each with one plot.

In: the values of each kept page. Out: for each folded name and unit that two documents share, the
documents and the plot of their figures. Never: two units in one plot; more points kept of an
indicator than a plot can show; a plot that depends on which pages were looked at together.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from pipeline.publish.report.plots import MOST_POINTS, Plot, Point, draw, point_of
from pipeline.publish.report.tally import Place
from pipeline.publish.tables import Value

_LEAST_DOCUMENTS = 2

# An indicator: its folded name, and its unit.
Name = tuple[str, str]


class Document(msgspec.Struct, frozen=True, array_like=True):
    """The points of one indicator in one document."""

    place: Place
    title: str
    points: tuple[Point, ...]


# The documents of each indicator, packed: most are of one document, and never looked at.
Measured = dict[Name, tuple[int, int, bytes]]


@dataclass(frozen=True, slots=True)
class Shared:
    """An indicator of several documents: their titles, in the order of the plot's colours."""

    plot: Plot
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indicators:
    """Collects the points of some pages by indicator."""

    _points: dict[Name, dict[Place, Document]] = field(default_factory=dict)
    _count: dict[Name, int] = field(default_factory=dict)

    def add(self, place: Place, title: str, sheet: str, values: Iterable[Value]) -> None:
        """Take the values of the table `sheet` of a page."""
        for value in values:
            point = point_of(value, sheet)
            if point is None or not value.indicator.folded:
                continue
            name = (value.indicator.folded, value.unit)
            self._count[name] = self._count.get(name, 0) + 1
            pages = self._points.setdefault(name, {})
            known = pages.get(place, Document(place, title, ()))
            if self._count[name] <= MOST_POINTS:
                pages[place] = Document(place, title, (*known.points, point))

    def measured(self) -> Measured:
        """Return how many points and documents each indicator has, and these, packed."""
        pack = msgspec.msgpack.Encoder().encode
        return {
            name: (self._count[name], len(pages), pack(list(pages.values())))
            for name, pages in self._points.items()
        }


class Counted:
    """How often each indicator is on all pages; `Measured` are opened again for the few told.

    Three hundred thousand pages had four hundred megabytes of figures that no plot shows.
    """

    def __init__(self) -> None:
        self._counts: dict[Name, tuple[int, int]] = {}
        self._held: dict[Name, array[int]] = {}
        self._parts = 0

    def add(self, measured: Measured) -> None:
        """Count the indicators of some pages; all that are given are numbered, from 0."""
        for name, (points, pages, _) in measured.items():
            known = self._counts.get(name, (0, 0))
            self._counts[name] = known[0] + points, known[1] + pages
            self._held.setdefault(name, array("I")).append(self._parts)
        self._parts += 1

    def shared(self, most: int, opened: Callable[[int], Measured]) -> list[Shared]:
        """Return at most `most` indicators of several documents, those of most documents first.

        `opened` returns once more what was given as number so and so.
        """
        several = [
            (name, pages)
            for name, (points, pages) in self._counts.items()
            if points <= MOST_POINTS and pages >= _LEAST_DOCUMENTS
        ]
        several.sort(key=lambda item: (-item[1], item[0]))
        found: list[Shared] = []
        for start in range(0, len(several), most):
            found += self._plotted([name for name, _ in several[start : start + most]], opened)
            if len(found) >= most:
                break
        return found[:most]

    def _plotted(
        self, names: Sequence[Name], opened: Callable[[int], Measured]
    ) -> Iterator[Shared]:
        """Yield those of `names` that can be drawn, in their order."""
        documents: dict[Name, list[bytes]] = {name: [] for name in names}
        for number in sorted({number for name in names for number in self._held[name]}):
            measured = opened(number)
            for name in names:
                if name in measured:
                    documents[name].append(measured[name][2])
        drawn = (_drawn(name, packed) for name, packed in documents.items())
        return (one for one in drawn if one is not None)


def _drawn(name: Name, packed: Iterable[bytes]) -> Shared | None:
    unpack = msgspec.msgpack.Decoder(list[Document]).decode
    documents = [document for part in packed for document in unpack(part)]
    documents.sort(key=lambda document: document.place)
    points = [
        replace(point, series=number)
        for number, document in enumerate(documents)
        for point in document.points
    ]
    plot = draw(*name, points)
    return Shared(plot, tuple(document.title for document in documents)) if plot else None
