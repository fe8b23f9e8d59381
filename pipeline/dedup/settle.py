"""Matches of pairs → the same matches, none against the word of cleaner copies.

In: matches by places. Out: some of them retyped `template`. Never: a match that becomes closer.

A copy full of misread letters hides that names and figures were exchanged: it passes for a copy
of next year's report. Its own cleaner copies do not.
"""

from collections import defaultdict
from collections.abc import MutableMapping
from dataclasses import replace

from pipeline.records import Match, Relation

LINKS: tuple[Relation, ...] = ("contains", "contained", "overlaps")

Graph = defaultdict[int, set[int]]


def settle(found: MutableMapping[tuple[int, int], Match]) -> None:
    """Retype in `found` each match that more copies of its two pages deny than confirm."""
    near, form, linked = (
        _graph(found, relations) for relations in (("near",), ("template",), (*LINKS, "near"))
    )
    denied = []
    for (i, j), match in found.items():
        if match.relation == "template":
            continue
        against = len(near[i] & form[j]) + len(near[j] & form[i])
        if against > len(near[i] & linked[j]) + len(near[j] & linked[i]):
            denied.append((i, j))
    for pair in denied:
        found[pair] = replace(found[pair], relation="template", disagreements=())


def _graph(found: MutableMapping[tuple[int, int], Match], relations: tuple[Relation, ...]) -> Graph:
    """Return the places that each place has such a match with."""
    graph: Graph = defaultdict(set)
    for (i, j), match in found.items():
        if match.relation in relations:
            graph[i].add(j)
            graph[j].add(i)
    return graph
