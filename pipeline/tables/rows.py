"""Tokens → rows: the cheapest way to cut a flattened body into the rows of its layout.

In: the tokens of a body, in order, and the columns. Out: rows, with what they cost. Never a token
left out or used twice: the rows are a cut of the tokens.

One dynamic program over the places where a row may end. The state is the parent indicator in
force (none, one child so far, several); category, serial numbers and the attribute of a group are
read along the path. `names` prices the text, `values` the figures.

Prices are set by hand, all on one scale: up to 0.5 is what plans usually do, 1 to 2 what they do
now and then, 3 and more what they hardly do; 8 is never worth it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pipeline.tables.header import Layout
from pipeline.tables.names import Names
from pipeline.tables.paths import Cut, Node, Row, detours, keep, path
from pipeline.tables.tokens import FIGURES, VALUES, Token, prefix, together
from pipeline.tables.values import Placing, Subject, place

_MOST_LINES = 9
_MOST_CATEGORY_LINES = 4
_MOST_PARENT_LINES = 2
_MOST_NAME_LINES = 4
_BEAM = 7.0
_LONE_CHILD = 3.0
_ODD_ROW = 5.0
_UNNESTED = 1.2
_SECTION = 0.4
_UNKNOWN_SECTION = 1.5
_HEADING = 1.0
#: One character by itself is part of a name that is spaced out.
_SHORTEST = 2
_USUAL_HEADING, _LONG_HEADING = 8, 0.3
_MOST_WORDED = 3.0
#: A name that costs so much is none, and longer ones cost more.
_NO_NAME = 8.0
_SHORT_UNIT, _LONGEST_UNIT = 4, 9


@dataclass(frozen=True)
class Reader:
    """Cuts the tokens of one table into rows."""

    tokens: Sequence[Token]
    layout: Layout
    names: Names
    limits: Sequence[int] = field(default_factory=tuple)
    """Where rows end when the lines tell: for each token the end of its row; else empty."""
    headed: bool = False
    """Whether the body begins with a heading, so that more of them are expected."""
    _priced: dict[tuple[tuple[str, ...], tuple[str, ...]], float] = field(
        default_factory=dict, repr=False, compare=False
    )
    """What names cost that were read before; many are tried from several places."""

    def read(self) -> Cut:
        """Return the best cut; no rows where no cut of the tokens fits the layout."""
        total = len(self.tokens)
        reached: list[dict[int, Node]] = [{} for _ in range(total + 1)]
        reached[0][0] = Node(0.0)
        for at in range(total):
            if not reached[at]:
                continue
            cuts = list(self._cuts(at))
            limit = min(node.cost for node in reached[at].values()) + _BEAM
            for node in reached[at].values():
                if node.cost <= limit:
                    self._extend(node, cuts, reached)
            reached[at] = {}
        ends = [_closed(node) for node in reached[total].values()]
        best = min(ends, key=lambda node: node.cost, default=None)
        if best is None:
            return Cut()
        return Cut(path(best), best.cost, tuple(detours(best, ends)))

    def _extend(self, node: Node, cuts: Sequence[Row], reached: Sequence[dict[int, Node]]) -> None:
        """Add `cuts` to the path of `node`, in each state that they may lead to."""
        for cut in cuts:
            states = reached[cut.end]
            least = min((known.cost for known in states.values()), default=math.inf)
            if node.cost + cut.cost > least + _BEAM:
                continue
            for step in self._steps(node, cut):
                keep(states, step)

    # -- what a row costs where it stands ------------------------------------------------------

    def _steps(self, node: Node, cut: Row) -> Iterator[Node]:
        """Return the path with `cut` at its end: under its own parent, as a sibling, by itself."""
        name = together(cut.name)
        lone = _LONE_CHILD if node.children == 1 else 0.0
        if cut.section:
            cost = node.cost + lone + cut.cost
            yield Node(cost, node, cut, number=node.number, nested=node.nested)
            return
        if cut.parent:
            parent = together(cut.parent)
            cost = lone + self._unmarked(cut, within=False)
            yield from self._step(node, cut, cost, (parent, 1))
            return
        within = bool(self.names.words.within.match(name))
        if node.children and not cut.category:
            cost = 0.0 if within else self.names.sibling(name, node.parent, node.name)
            cost += 0.3 * bool(cut.binding) if self.layout.has("binding") else 0.2
            cost -= 1.0 * (self.layout.has("binding") and not cut.binding)
            cost += 2.0 * bool(cut.serial)
            yield from self._step(node, replace(cut, child=True), cost, (node.parent, 2))
        lone += _UNNESTED * node.nested
        yield from self._step(node, cut, lone + self._unmarked(cut, within=within), ("", 0))

    def _unmarked(self, cut: Row, *, within: bool) -> float:
        """Return what it costs that a row of its own lacks attribute, serial number or prefix."""
        cost = 0.3 if within else 2.5
        cost *= self.layout.has("binding") and not cut.binding
        if not within and self.layout.has("serial") and not cut.serial:
            cost += 3.0
        first = (cut.parent or cut.name)[0]
        if not within and self.names.numbered and not prefix(first):
            cost += 3.0
        return cost

    def _step(self, node: Node, cut: Row, cost: float, group: tuple[str, int]) -> Iterator[Node]:
        parent, children = group
        name = together(cut.name)
        placings = place(cut.values, self.layout.figures, self._subject(name, parent))
        if not placings and (cut.values or not self.layout.figures):
            if self.layout.figures:
                return
            placings = (Placing((), 0.0),)
        cost += cut.cost + (placings[0].cost if placings else 0.0)
        cost += self.names.unitless(name, parent)
        number, ill = self._number(node, cut)
        cost += ill
        if node.row is None and self.layout.has("category") and not cut.category:
            cost += 4.0
        row = replace(cut, cost=cost, placings=placings)
        nested = node.nested if node.row is not None else bool(cut.parent)
        yield Node(node.cost + cost, node, row, parent, name, number, children, nested)

    def _subject(self, name: str, parent: str) -> Subject:
        words = self.names.words
        growth = words.growth.search(self.names.stem(name)) or (
            self.names.has_unit(parent) and words.growth.search(self.names.stem(parent))
        )
        return Subject(bool(growth), bool(words.period.search(name)))

    def _number(self, node: Node, cut: Row) -> tuple[int, float]:
        """Return the serial number in force after `cut`, and what it costs that it jumps."""
        digits = "".join(filter(str.isdigit, cut.serial))
        number = int(digits[:6]) if digits else prefix((cut.parent or cut.name)[0])
        if not number:
            return node.number, 0.0
        follows = number == node.number + 1 or (number == 1 and bool(cut.category))
        return number, 0.0 if follows else 1.0

    # -- the rows that may begin at a place ----------------------------------------------------

    def _cuts(self, start: int) -> Iterator[Row]:
        """Return the rows that may begin at `start`, priced without what stands before them."""
        limit = self.limits[start] if self.limits else len(self.tokens)
        heading = self._section(start, limit)
        if heading is not None:
            yield heading
        if self.headed and start == 0:
            return
        for row, at in self._stubs(Row(start, start), start, limit, self.layout.stubs):
            for filled in self._fill(row, at, limit):
                if not self.limits or filled.end == limit:
                    yield filled

    def _section(self, at: int, limit: int) -> Row | None:
        """Return the heading inside the table that stands at `at`, None where none does.

        A line with the sign of a heading, a known category by itself, the only cell of a line
        where each line is a row; or any short line above a name that stands by itself.
        """
        line = self.tokens[at].text
        if not self._is(at, "text") or (self.limits and limit > at + 1):
            return None
        if self.layout.has("category") and not self.limits:
            return None
        if self.names.words.section.match(line) and not self.layout.has("category"):
            return Row(at, at + 1, name=(line,), section=True)
        if self.names.looks_category(line):
            return Row(at, at + 1, name=(line,), cost=_SECTION, section=True)
        cost = _UNKNOWN_SECTION if self.limits else self._heading(at, limit)
        if self.headed and cost < _NO_NAME:
            cost = (
                _SECTION
                + 2.0 * bool(self.names.words.parents.fullmatch(line))
                + _LONG_HEADING * max(0, len(line) - _USUAL_HEADING)
            )
        return Row(at, at + 1, name=(line,), cost=cost, section=True) if cost < _NO_NAME else None

    def _heading(self, at: int, limit: int) -> float:
        """Return what it costs that a line no list knows heads the rows below it."""
        line = self.tokens[at].text
        if at + 1 >= limit or len(line) < _SHORTEST or prefix(line) or self.names.has_unit(line):
            return _NO_NAME
        below = self.tokens[at + 1]
        alone = below.kind == "text" and not self.names.is_rest(below.text)
        numbered = alone and (self.names.numbered and prefix(below.text) > 0)
        if self.layout.has("serial"):
            alone = numbered = below.text.isdigit()
        if not alone:
            return _NO_NAME
        return self.names.category((line,)) + (0.0 if numbered else _HEADING)

    def _stubs(
        self, row: Row, at: int, limit: int, roles: Sequence[str]
    ) -> Iterator[tuple[Row, int]]:
        """Return the ways to read what stands before the figures, in the order of the header."""
        if not roles:
            yield row, at
            return
        readers = {
            "category": self._category, "serial": self._serial, "name": self._name,
            "unit": self._unit, "binding": self._early_binding,
        }  # fmt: skip
        for filled, after in readers[roles[0]](row, at, limit):
            yield from self._stubs(filled, after, limit, roles[1:])

    def _lines(self, at: int, limit: int) -> list[str]:
        """Return the lines from `at` that may be part of a name."""
        end = min(limit, at + _MOST_LINES)
        lines = []
        for token in self.tokens[at:end]:
            if token.kind in ("dash", "gap", "binding") or token.text.isdigit():
                break
            if token.kind in FIGURES and not _is_worded(token):
                break
            lines.append(token.text)
        return lines

    def _category(self, row: Row, at: int, limit: int) -> Iterator[tuple[Row, int]]:
        yield row, at
        lines = self._lines(at, limit)
        most = 1 if self.limits else min(_MOST_CATEGORY_LINES, len(lines))
        for count in range(1, most + 1):
            if count > len(lines):
                return
            cost = self.names.category(lines[:count])
            if cost < 6.0 + count:
                yield replace(row, category=tuple(lines[:count]), cost=row.cost + cost), at + count

    def _serial(self, row: Row, at: int, limit: int) -> Iterator[tuple[Row, int]]:
        if at < limit and self.tokens[at].text.rstrip(".、．").strip("()（）").isdigit():
            yield replace(row, serial=self.tokens[at].text), at + 1
        else:
            yield row, at

    def _name(self, row: Row, at: int, limit: int) -> Iterator[tuple[Row, int]]:
        lines = self._lines(at, limit)
        for count in range(1, len(lines) + 1):
            if self.limits and count > 2:
                return
            odd = sum(2.0 for token in self.tokens[at : at + count] if token.kind != "text")
            for above in range(min(_MOST_PARENT_LINES + 1, count)):
                if count - above > (1 if self.limits else _MOST_NAME_LINES):
                    continue
                parent, name = tuple(lines[:above]), tuple(lines[above:count])
                cost = self._name_cost(parent, name)
                if cost < _NO_NAME:
                    cost += row.cost + odd
                    yield replace(row, parent=parent, name=name, cost=cost), at + count

    def _name_cost(self, parent: tuple[str, ...], name: tuple[str, ...]) -> float:
        known = self._priced.get((parent, name))
        if known is None:
            known = self._priced[parent, name] = self._new_name_cost(parent, name)
        return known

    def _new_name_cost(self, parent: tuple[str, ...], name: tuple[str, ...]) -> float:
        cost = self.names.name(name)
        if parent:
            cost += self.names.parent(parent, name)
        first = (*parent, *name)[0]
        if self.layout.has("category") and self.names.looks_category(first):
            cost += 2.0
        if len(parent) + len(name) > 1 and self.names.words.year.fullmatch(first):
            cost += 3.0  # a year of the header
        return cost

    def _unit(self, row: Row, at: int, limit: int) -> Iterator[tuple[Row, int]]:
        token = self.tokens[at] if at < limit else None
        if token is not None and token.kind in ("unit", "dash"):
            yield replace(row, unit=token.text), at + 1
            return
        yield replace(row, cost=row.cost + 2.0), at
        if token is not None and token.kind == "text" and len(token.text) <= _LONGEST_UNIT:
            long = len(token.text) > _SHORT_UNIT
            yield replace(row, unit=token.text, cost=row.cost + (2.5 if long else 0.8)), at + 1

    def _early_binding(self, row: Row, at: int, limit: int) -> Iterator[tuple[Row, int]]:
        if at < limit and self._is(at, "binding"):
            yield replace(row, binding=self.tokens[at].text), at + 1
        else:
            yield replace(row, cost=row.cost + 1.0), at

    def _fill(self, row: Row, at: int, limit: int) -> Iterator[Row]:
        """Return `row` with its figures, attribute and closing texts."""
        figures = len(self.layout.figures)
        for end, cost in self._value_ends(at, limit, figures):
            after, binding = end, row.binding
            late = self.layout.has("binding") and "binding" not in self.layout.stubs
            if late and after < limit and self._is(after, "binding"):
                binding = self.tokens[after].text
                after += 1
            values = tuple(self.tokens[at:end])
            if not any(token.kind != "gap" for token in values) and figures:
                cost += 1.0 if binding else 7.0
            filled = replace(row, values=values, binding=binding, cost=row.cost + cost)
            yield from self._texts(filled, after, limit)

    def _value_ends(self, at: int, limit: int, figures: int) -> Iterator[tuple[int, float]]:
        """Return where the figures from `at` may end, and what it costs to read them so."""
        end, count, cost = at, 0, 0.0
        while True:
            maximal = end >= limit or self.tokens[end].kind not in VALUES
            if maximal or count == figures or self._may_begin_row(end):
                yield end, cost
            if end >= limit or self._is(end, "binding"):
                return
            token = self.tokens[end]
            count += token.kind != "gap"
            if count > figures:
                return
            if token.kind not in VALUES:
                cost += 1.5 if self._may_be_words(token.text) else 3.0
                if cost > _MOST_WORDED:
                    return
            end += 1

    def _may_be_words(self, text: str) -> bool:
        """Return whether a text may stand for a figure: it looks like no name, the row closes."""
        if not self.layout.has("binding") or self.names.has_unit(text):
            return False
        return not self.names.is_whole(text) and not self.names.in_family(text)

    def _may_begin_row(self, at: int) -> bool:
        """Return whether a figure may be the serial number or the name of the next row."""
        token = self.tokens[at]
        if self.layout.has("serial") and token.text.isdigit():
            return True
        return not self.layout.has("binding") and _is_worded(token)

    def _texts(self, row: Row, at: int, limit: int) -> Iterator[Row]:
        """Return `row` with the cells of its closing text columns, present or missing."""
        wanted = sum(column.role == "text" for column in self.layout.columns)
        for count in range(wanted + 1):
            cells = self.tokens[at : min(limit, at + count)]
            if len(cells) < count or any(token.kind in FIGURES for token in cells):
                return
            texts = tuple(token.text for token in cells)
            cost = row.cost + 1.0 * (wanted - count)
            yield replace(row, texts=texts, end=at + count, cost=cost)

    def _is(self, at: int, kind: str) -> bool:
        return self.tokens[at].kind == kind


def _is_worded(token: Token) -> bool:
    """Return whether a figure may be a name after all: 16-59岁."""
    return any("\u3400" <= char <= "\u9fff" for char in token.text)


def _closed(node: Node) -> Node:
    """Return the last node of a path with the price of a group that has one child only."""
    return replace(node, cost=node.cost + _LONE_CHILD) if node.children == 1 else node


def unexplained(rows: Sequence[Row]) -> int:
    """Return how many tokens stand in rows that no reading explains well."""
    return sum(1 for row in rows if row.cost >= _ODD_ROW)
