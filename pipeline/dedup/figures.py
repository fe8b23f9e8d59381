"""Two aligned bodies → clauses whose words agree and whose numbers do not.

In: two related bodies and the numbers that their alignment pairs. Out: `Disagreement`s, in the
spelling of the pages. Never: two numbers from different clauses, or a figure that the other page
holds elsewhere in the same words.
"""

import re

from pipeline.dedup import align
from pipeline.dedup.body import Body
from pipeline.dedup.compiled import Places
from pipeline.records import Disagreement

SENTENCE = 400  # characters; a longer sentence has lost its stops, and its clause is shown

_SENTENCE_END = re.compile(r"[。！!？?\n]")
# A multiplier and a measure: 万平方米, 亿美元, 个百分点, 人次, %.
_UNIT = re.compile(
    r" ?[十百千万亿]*(?:[%％‰℃]|[个家项所处条座套张名人次场户件辆台亩吨米公里平方立克斤元美分点百千"
    r"瓦时天年月日岁倍级期届批升位只头艘架列标箱部门间宗起例款]{1,4})?"
)

_MINUS = re.compile(r"(?<![0-9A-Za-z])[-−－]$")
_FIGURES = re.compile(r"[\d.,，%％〔〕\s]+")
_NAME = re.compile("[一-鿿]{4}")


def disagreements(a: Body, b: Body, pairs: Places) -> tuple[Disagreement, ...]:
    """Return the sentences of `a` and `b` that differ only in figures, in the order of `a`.

    `pairs` are those of `align.pair_numbers`.
    """
    found: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for i, j, left, right in align.same_clauses(pairs, a.clauses, b.clauses).tolist():
        x, y = _Clause(a, i, left, right), _Clause(b, j, left, right)
        if x.row != y.row or x.is_serial:
            continue
        # A clause that the other page holds with the same figure was moved, not changed.
        moved = x.letters in b.letters or y.letters in a.letters
        if moved and x.letters != y.letters:
            continue
        figures = found.setdefault((x.sentence, y.sentence), ([], []))
        figures[0].append(x.figure)
        figures[1].append(y.figure)
    return tuple(
        Disagreement(*sentences, tuple(left), tuple(right))
        for sentences, (left, right) in found.items()
    )


class _Clause:
    """The clause around the number at `place`, with `left` codes before it and `right` after."""

    def __init__(self, body: Body, place: int, left: int, right: int) -> None:
        masked, size = body.masked, len(body.core)
        first, last = int(masked.starts[place - left]), masked.end(place + right, size)
        offsets = body.core.offsets
        self.letters = body.letters[first:last]
        self._text = body.text
        self._start, self._end = int(offsets[first]), int(offsets[last - 1]) + 1
        self._number = int(offsets[masked.starts[place]])
        self._after = int(offsets[masked.end(place, size) - 1]) + 1

    @property
    def sentence(self) -> str:
        """Return the sentence with its stop, or the clause where the sentence has no stops."""
        low, high = max(0, self._start - SENTENCE), self._end + SENTENCE
        start = low
        for stop in _SENTENCE_END.finditer(self._text, low, self._number):
            start = stop.end()
        after = _SENTENCE_END.search(self._text, self._end, high)
        end = after.end() if after else min(len(self._text), high)
        if end - start > SENTENCE:
            start, end = self._start, self._end
        return self._text[start:end].strip()

    @property
    def _line(self) -> tuple[int, int]:
        """Return where the line of the number starts and ends."""
        end = self._text.find("\n", self._after)
        start = self._text.rfind("\n", 0, self._number) + 1
        return start, len(self._text) if end < 0 else end

    @property
    def row(self) -> str:
        """Return the words of a table's row, whose cells are parted by tabs; "" for prose.

        A figure says something of its row: beside another indicator it is another figure.
        """
        start, end = self._line
        line = self._text[start:end]
        return _FIGURES.sub("", line) if "\t" in line else ""

    @property
    def is_serial(self) -> bool:
        """Return whether the number only counts rows: a cell of its own before the row's name."""
        after = self._text[self._after : self._line[1]]
        return after.startswith("\t") and _NAME.search(after) is not None

    @property
    def figure(self) -> str:
        """Return the number with its unit: 200人, 1000万平方米, 3.15%."""
        unit = _UNIT.match(self._text, self._after, self._end + 1)
        start = self._number - 1 if self._is_negative else self._number
        return self._text[start : unit.end() if unit else self._after].strip()

    @property
    def _is_negative(self) -> bool:
        """Return whether a minus stands before the number, which is no hyphen."""
        return _MINUS.search(self._text, max(0, self._number - 2), self._number) is not None
