"""Matches of pairs → the same matches, none against the word of cleaner copies.

In: matches by places. Out: some of them retyped `template`. Never: a match that becomes closer.

A copy full of misread letters hides that names and figures were exchanged: it passes for a copy
of next year's report. Its own cleaner copies do not.
"""

from collections import defaultdict
from collections.abc import MutableMapping

from msgspec.structs import replace

from pipeline.records import Relation, Verdict

LINKS: tuple[Relation, ...] = ("contains", "contained", "overlaps")

Pair = tuple[int, int]
Graph = defaultdict[int, set[int]]


def settle(found: MutableMapping[Pair, Verdict]) -> None:
    """Retype in `found` each match that more copies of its two pages deny than confirm.

    The one denied by most goes first, for it may be all that speaks against another.
    """
    graphs = _Graphs(found)
    doubtful = [
        (-count, pair)
        for pair, verdict in found.items()
        if verdict.relation != "template" and (count := graphs.against(*pair)) > 0
    ]
    for _, pair in sorted(doubtful):
        if graphs.against(*pair) > 0:
            graphs.deny(*pair)
            found[pair] = replace(found[pair], relation="template", disagreements=())


class _Graphs:
    """For each page those it is near to, those it is linked or near to, those of its form."""

    def __init__(self, found: MutableMapping[Pair, Verdict]) -> None:
        self._near, self._linked, self._form = (Graph(set) for _ in range(3))
        for (i, j), match in found.items():
            graph = self._form if match.relation == "template" else self._linked
            graph[i].add(j)
            graph[j].add(i)
            if match.relation == "near":
                self._near[i].add(j)
                self._near[j].add(i)

    def against(self, i: int, j: int) -> int:
        """Return how many more copies of the two pages deny their match than confirm it."""
        near, form, linked = self._near, self._form, self._linked
        if i not in form and j not in form:
            return 0
        denying = len(near[i] & form[j]) + len(near[j] & form[i])
        return denying and denying - len(near[i] & linked[j]) - len(near[j] & linked[i])

    def deny(self, i: int, j: int) -> None:
        """Make the match of two pages one of forms."""
        for graph in (self._near, self._linked):
            graph[i].discard(j)
            graph[j].discard(i)
        self._form[i].add(j)
        self._form[j].add(i)
