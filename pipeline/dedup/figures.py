"""Two aligned bodies → clauses whose words agree and whose numbers do not.

In: two related bodies and the runs they share. Out: `Disagreement`s, in the spelling of the
pages. Never: two numbers from different clauses, or a figure that the other page holds elsewhere
in the same words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.dedup.align import CONTEXT
from pipeline.dedup.body import Body
from pipeline.dedup.compiled import Runs
from pipeline.records import Disagreement

CLAUSE = 120  # characters on either side of a number; a longer clause is no clause
SENTENCE = 400  # characters; a longer sentence has lost its stops, and its clause is shown

_CLAUSE_END = re.compile(
    r"[，,。；;：:！!？?、（）()\[\]〔〕【】《》\n\t]|(?<!\d)[.．]|[.．](?!\d)"
)
_DIGITS = re.compile(r"[0-9.]+")
_SENTENCE_END = re.compile(r"[。！!？?\n]")
# A multiplier and a measure: 万平方米, 亿美元, 个百分点, 人次, %.
_UNIT = re.compile(
    r"\s?[十百千万亿]*(?:[%％‰℃]|[个家项所处条座套张名人次场户件辆台亩吨米公里平方立克斤元美分点百千瓦"
    r"时天年月日岁倍级期届批斤升位只头艘架列万标箱部门间宗起例款]{1,4})?"
)


@dataclass(frozen=True, slots=True)
class _Number:
    """A number in a text: where it stands, and its clause (places in the text).

    `letters` are those of the clause and of a few before it where the clause is short, folded.
    """

    start: int
    end: int
    clause: tuple[int, int]
    letters: str

    @property
    def words(self) -> str:
        """Return the letters without any number's digits."""
        return _DIGITS.sub("#", self.letters)


def disagreements(a: Body, b: Body, runs: Runs) -> tuple[Disagreement, ...]:
    """Return the sentences of `a` and `b` that differ only in figures, in the order of `a`."""
    found: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for x, y in _differing(a, b, runs):
        if not _same_clause(a, x, b, y):
            continue
        key = _sentence(a.text, x), _sentence(b.text, y)
        figures = found.setdefault(key, ([], []))
        figures[0].append(_figure(a.text, x))
        figures[1].append(_figure(b.text, y))
    return tuple(
        Disagreement(*sentences, tuple(left), tuple(right))
        for sentences, (left, right) in found.items()
    )


def _differing(a: Body, b: Body, runs: Runs) -> Iterator[tuple[_Number, _Number]]:
    """Yield the pairs of numbers that stand at the same place of a run and differ."""
    x, y = a.masked, b.masked
    for i, j, length, _ in runs.tolist():
        differs = x.values[i : i + length] != y.values[j : j + length]
        for place in np.flatnonzero(differs).tolist():
            if place >= CONTEXT:
                yield _number(a, i + place), _number(b, j + place)


def _number(body: Body, place: int) -> _Number:
    """Return the number at `place` of the masked codes."""
    offsets, masked = body.core.offsets, body.masked
    first, last = int(masked.starts[place]), masked.end(place, len(body.core))
    start, end = int(offsets[first]), int(offsets[last - 1]) + 1
    clause = _around(_CLAUSE_END, body.text, (start, end), CLAUSE)
    low, high = np.searchsorted(offsets, clause)
    return _Number(start, end, clause, body.letters[min(low, max(0, first - CONTEXT)) : high])


def _around(stop: re.Pattern[str], text: str, span: tuple[int, int], reach: int) -> tuple[int, int]:
    """Return the stretch of `text` around `span` that holds no `stop`, at most `reach` away."""
    low, high = max(0, span[0] - reach), min(len(text), span[1] + reach)
    before = low
    for found in stop.finditer(text, low, span[0]):
        before = found.end()
    after = stop.search(text, span[1], high)
    return before, after.start() if after else high


def _same_clause(a: Body, x: _Number, b: Body, y: _Number) -> bool:
    """Return whether two numbers stand in the same words, and in these words nowhere else.

    A clause that the other page holds with the same figure was moved, not changed.
    """
    return x.words == y.words and x.letters not in b.letters and y.letters not in a.letters


def _sentence(text: str, number: _Number) -> str:
    """Return the sentence around `number`, or its clause where the sentence has no stops."""
    start, end = _around(_SENTENCE_END, text, number.clause, SENTENCE)
    if end - start > SENTENCE:
        start, end = number.clause
    return text[start : end + 1].strip()


def _figure(text: str, number: _Number) -> str:
    """Return the number with its unit: 200人, 1000万平方米, 3.15%."""
    unit = _UNIT.match(text, number.end, number.clause[1])
    return text[number.start : unit.end() if unit else number.end]
