"""Paths over the rows of a table: the best one, and where others come near it.

In: nodes, each the best path to a place in one state, with the rivals that it beat there. Out: the
rows of the best path, and its detours: rows that could be cut otherwise, and what that costs.
Never a detour that leaves the best path twice: each is one decision.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.tables.tokens import Token
from pipeline.tables.values import Placing

#: Paths that cost so much more than the best one to the same place are no rivals.
NEAR = 2.0
_MOST_RIVALS = 6
_LONGEST_DETOUR = 40


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was cut: lines of each stub, values by column, where its tokens lie.

    `child` says that it belongs to the parent of a row above, `section` that it is one cell over
    all columns, a heading inside the table. `placings` are the readings of its values, best first.
    """

    start: int
    end: int
    category: tuple[str, ...] = ()
    serial: str = ""
    parent: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    unit: str = ""
    values: tuple[Token, ...] = ()
    binding: str = ""
    texts: tuple[str, ...] = ()
    cost: float = 0.0
    child: bool = False
    section: bool = False
    placings: tuple[Placing, ...] = ()


@dataclass(slots=True)
class Node:
    """The best path to a place in one state; `parent`, `name`, `number` are those in force.

    `children` counts the rows of the parent in force so far: 0, 1, 2 for several; `nested` says
    that the first row of the table has a parent, as then mostly all have.
    """

    cost: float
    before: "Node | None" = None
    row: Row | None = None
    parent: str = ""
    name: str = ""
    number: int = 0
    children: int = 0
    nested: bool = False
    rivals: "list[Node]" = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Detour:
    """Another cut: `rows` in place of the rows `first` to `last` of the best one, for `margin`."""

    first: int
    last: int
    rows: tuple[Row, ...]
    margin: float


@dataclass(frozen=True, slots=True)
class Cut:
    """The best cut of a body into rows, what it costs, and what could be cut otherwise."""

    rows: tuple[Row, ...] = ()
    cost: float = 0.0
    detours: tuple[Detour, ...] = ()


def keep(states: dict[int, Node], step: Node) -> None:
    """Add a path to those that end at its place, the cheapest of each state in front."""
    known = states.get(step.children)
    if known is None:
        states[step.children] = step
        return
    best, other = (step, known) if step.cost < known.cost else (known, step)
    if best is step:
        best.rivals = known.rivals
        known.rivals = []
        states[step.children] = best
    if other.cost <= best.cost + NEAR:
        best.rivals.append(other)


def path(node: Node) -> tuple[Row, ...]:
    """Return the rows on the way to `node`, first to last."""
    return tuple(reversed([at.row for at in _back(node) if at.row is not None]))


def detours(end: Node, ends: Sequence[Node]) -> Iterator[Detour]:
    """Return the detours from the path to `end`, cheapest first at each place.

    `ends` are the best paths of all states at the last place; they rival there.
    """
    best = [node for node in _back(end) if node.row is not None][::-1]
    places = {id(node): number for number, node in enumerate(best)}
    end.rivals += [other for other in ends if other is not end and other.cost <= end.cost + NEAR]
    for last, node in enumerate(best):
        near = sorted((r for r in node.rivals if r.cost <= node.cost + NEAR), key=_cost)
        for rival in near[:_MOST_RIVALS]:
            way = _until(rival, places)
            if way is not None:
                first, rows = way
                yield Detour(first, last, rows, rival.cost - node.cost)


def _cost(node: Node) -> float:
    return node.cost


def _until(node: Node, places: Mapping[int, int]) -> tuple[int, tuple[Row, ...]] | None:
    """Return where a path left the best one, and its rows from there; None where that is far."""
    rows: list[Row] = []
    for at in _back(node):
        if id(at) in places or at.row is None:
            return places.get(id(at), -1) + 1, tuple(reversed(rows))
        rows.append(at.row)
        if len(rows) > _LONGEST_DETOUR:
            return None
    return None


def _back(node: Node) -> Iterator[Node]:
    """Return `node` and the nodes before it, last to first."""
    at: Node | None = node
    while at is not None:
        yield at
        at = at.before
