"""Two aligned bodies → clauses whose words agree and whose figures do not.

In: two related bodies, their alignment and what rules say of units. Out: `Disagreement`s, in the
spelling of the pages. Never: two figures from clauses of different words, figures that are one
quantity in two spellings, or one that the other page holds elsewhere in the same words.
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from pipeline import kept
from pipeline.dedup.body import Body
from pipeline.dedup.compiled import Places, Runs
from pipeline.dedup.quantity import HAN_NUMERALS, HOLE, Clause, Figure, Lexicon
from pipeline.dedup.runs import CONTEXT
from pipeline.dedup.suspects import Clauses, read_clauses, suspects
from pipeline.records import Disagreement

SENTENCE = 400  # characters; a longer sentence has lost its stops, and its clause is shown
BORROWED = 4  # clauses; a bare figure says something of the words so far before it
MOVED = 4  # letters; a clause that moved in its sentence keeps so many, and is the only such one

_SENTENCE_END = kept.pattern(r"[。！!？?\n]")
_FIGURES = kept.pattern(r"[\d.,，%％〔〕\s]+")
_NAME = kept.pattern("[一-鿿]{4}")
_OPENING = kept.pattern(r"[\s　]*[(（]?")
_ITEM = kept.pattern(r"[ \t]*[、.．)）]")
_CUT = kept.pattern(r"[\s.,]*\d")
_CUT_BEFORE = kept.pattern(r"\d[\s.,]*$")
_ENDS = " \u00a0\u3000\t\n，。；：！？、"
_NARROW = 8  # characters; more blanks than that part two numbers
_MINUSES = ("-", "−", "－")
_NUMERALS = np.array(sorted(map(ord, HAN_NUMERALS)), np.uint32)


def disagreements(
    a: Body, b: Body, runs: Runs, numbers: Places, lexicon: Lexicon
) -> tuple[Disagreement, ...]:
    """Return the sentences of `a` and `b` that differ in figures alone, in the order of `a`.

    `runs` and `numbers` are those of `runs.gather`; `lexicon` says what units and words mean.
    """
    found: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for x, y, unlike in _differing(a, b, runs, numbers, lexicon):
        figures = found.setdefault((x.sentence, y.sentence), ([], []))
        for one, other in unlike:
            whole = one.bound != other.bound or one.turn != other.turn
            figures[0].append(x.spelled(one, whole=whole))
            figures[1].append(y.spelled(other, whole=whole))
    return tuple(
        Disagreement(*sentences, tuple(left), tuple(right))
        for sentences, (left, right) in found.items()
    )


def _differing(
    a: Body, b: Body, runs: Runs, numbers: Places, lexicon: Lexicon
) -> Iterator[tuple["_Part", "_Part", list[tuple[Figure, Figure]]]]:
    """Yield the clauses of the same words that hold different figures, with these."""
    clauses = _clauses(a, lexicon), _clauses(b, lexicon)
    for i, j, moved in suspects(runs, numbers, *clauses, _NUMERALS).tolist():
        x, y = _Part(a, i, lexicon), _Part(b, j, lexicon)
        if x.text == y.text:
            continue
        unlike = [
            (one, other)
            for one, other in lexicon.unlike(x.text, y.text)
            if x.is_piece(one) == y.is_piece(other)
        ]
        if not unlike or x.row != y.row or x.is_byline or y.is_byline:
            continue
        if x.is_serial or y.is_serial or not _same_subject(x, y, MOVED if moved else CONTEXT):
            continue
        # A clause that the other page holds with the same figure was moved, not changed.
        if x.letters == y.letters or not (x.stands_beside(y) or y.stands_beside(x)):
            yield x, y, unlike


def _clauses(body: Body, lexicon: Lexicon) -> Clauses:
    """Return what `suspects` reads of a body, which keeps it."""
    if lexicon not in body.clauses:
        masked = body.masked
        read = read_clauses(masked.codes, masked.firsts, lexicon.drawn)
        body.clauses[lexicon] = masked.codes, masked.clauses, *read
    return body.clauses[lexicon]


def _same_subject(x: "_Part", y: "_Part", least: int) -> bool:
    """Return whether two clauses, with those before them, share words enough to be of one thing.

    Each clause is borrowed whole: 第一产业 and 第三产业 share the end of one.
    """
    letters = 0
    for _ in range(BORROWED):
        if x.read.words != y.read.words:
            return False
        letters += x.read.letters
        if letters >= least:
            return True
        if x.is_first or y.is_first or least < CONTEXT:
            return False
        x, y = x.before, y.before
    return False


class _Part:
    """The clause at `place` among those of a body."""

    def __init__(self, body: Body, place: int, lexicon: Lexicon) -> None:
        self._body, self._place, self._lexicon = body, place, lexicon
        edges = body.clause_edges[1]
        self._start, self._end = edges[place], edges[place + 1]
        # A minus is no letter; nothing but the next clause's own minus can be mistaken for it.
        if body.text[self._start - 1 : self._start] in _MINUSES:
            self._start -= 1
        # What ends a clause says nothing of it: without its stop it is often the other's, letter by
        # letter, or one that was read before.
        self.text = body.text[self._start : self._end].rstrip(_ENDS)

    @property
    def read(self) -> Clause:
        """Return the figures and the words of the clause."""
        return self._lexicon.read(self.text)

    @property
    def is_first(self) -> bool:
        """Return whether no clause stands before this one."""
        return not self._place

    @property
    def before(self) -> "_Part":
        """Return the clause before this one."""
        return _Part(self._body, self._place - 1, self._lexicon)

    @cached_property
    def letters(self) -> str:
        """Return the folded letters of the clause."""
        return self._body.clause(self._place)

    def stands_beside(self, other: "_Part") -> bool:
        """Return whether the page of `other` holds the letters of this clause somewhere else."""
        codes, text = other._body.clause_edges[0], other._body.letters
        start, end = codes[other._place], codes[other._place + 1]
        return self.letters in text[:start] or self.letters in text[end:]

    def spelled(self, figure: Figure, *, whole: bool) -> str:
        """Return a figure as the page spells it, with its qualifiers if it is wanted `whole`."""
        start, end = (figure.start, figure.end) if whole else figure.bare
        return self._body.text[self._start + start : self._start + end].strip()

    def is_piece(self, figure: Figure) -> bool:
        """Return whether a break may have cut the figure: another number stands right beside it."""
        text, (start, end) = self._body.text, figure.bare
        after = _CUT.match(text, self._start + end)
        return bool(after or _CUT_BEFORE.search(text[: self._start + start][-_NARROW:]))

    @property
    def sentence(self) -> str:
        """Return the sentence with its stop, or the clause where the sentence has no stops."""
        text, last = self._body.text, self._last
        start = max(0, self._start - SENTENCE)
        for stop in _SENTENCE_END.finditer(text, start, self._start):
            start = stop.end()
        after = _SENTENCE_END.search(text, last, last + SENTENCE)
        end = after.end() if after else min(len(text), last + SENTENCE)
        if end - start > SENTENCE:
            start, end = self._start, self._end
        return text[start:end].strip()

    @property
    def _last(self) -> int:
        """Return where the last letter of the clause ends."""
        code = self._body.clause_edges[0][self._place + 1] - 1
        return int(self._body.core.offsets[code]) + 1

    @property
    def _line(self) -> tuple[int, int]:
        """Return where the line of the clause starts and ends."""
        text = self._body.text
        end = text.find("\n", self._last)
        return text.rfind("\n", 0, self._start) + 1, len(text) if end < 0 else end

    @property
    def row(self) -> str:
        """Return the words of a table's row, whose cells are parted by tabs; "" for prose.

        A figure says something of its row: beside another indicator it is another figure.
        """
        start, end = self._line
        line = self._body.text[start:end]
        return _FIGURES.sub("", line) if "\t" in line else ""

    @property
    def is_byline(self) -> bool:
        """Return whether the line is about the page itself."""
        return self._lexicon.byline.search(self._body.text, *self._line) is not None

    @property
    def is_serial(self) -> bool:
        """Return whether the clause is but a number that counts rows or items.

        It is a cell of its own before the row's name, or opens a line before a stop.
        """
        text, (start, end) = self._body.text, self._line
        if self.read.words != HOLE or _OPENING.fullmatch(text, start, self._start) is None:
            return False
        after = text[self._last : end]
        cell = after.startswith("\t") and _NAME.search(after) is not None
        return cell or _ITEM.match(after) is not None
