"""Policy texts made of the words of words.toml; the same for the same numbers.

In: two numbers, one for what a text says and one for the place, the year and the figures in it.
Out: paragraphs and tables. Never: a word of a real page; a draw without a seed.
"""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
_TEXT, _TABLE, _NAMES = WORDS["text"], WORDS["table"], WORDS["names"]
_NUMERALS = "一二三四五六七八九十"
# Drawn at once: a draw of numpy costs as much as a sentence.
_SOME = 512


class Draw:
    """Numbers that follow from a seed, one after the other."""

    def __init__(self, *seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._left: list[int] = []

    def below(self, most: int) -> int:
        """Return a number from 0 to `most` - 1."""
        if not self._left:
            self._left = self._rng.integers(0, 2**31, _SOME).tolist()
        return self._left.pop() % most

    def pick(self, choices: Sequence[str]) -> str:
        """Return one of `choices`."""
        return choices[self.below(len(choices))]

    def length(self, middle: float, spread: float, most: int) -> int:
        """Return a length as lengths are: many short, few long, `middle` the middle one."""
        return min(most, 1 + int(middle * np.exp(spread * self._rng.standard_normal())))


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: the line above it, its rows with the header first, the line below it."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    note: str


class Prose:
    """Writes texts: `words` draws what they say, `facts` of whom, when and how much."""

    def __init__(self, words: Draw, facts: Draw) -> None:
        self.words, self.facts = words, facts
        self.city = f"{facts.pick(_NAMES['first'])}{facts.pick(_NAMES['second'])}市"
        self.year = 2008 + facts.below(18)

    def say(self, pattern: str) -> str:
        """Return `pattern` with its names replaced by words, each drawn anew."""
        head, *rest = pattern.split("{")
        said = [head]
        for part in rest:
            name, _, tail = part.partition("}")
            said += [self._word(name), tail]
        return "".join(said)

    def _word(self, name: str) -> str:
        if choices := _DRAWN.get(name):
            return self.words.pick(choices)
        return str(_MADE[name](self))

    def place(self) -> str:
        """Return a town."""
        names = (self.facts.pick(_NAMES[part]) for part in ("first", "second", "towns"))
        return "".join(names)

    def person(self) -> str:
        """Return somebody's name."""
        return self.facts.pick(_NAMES["surnames"]) + self.facts.pick(_NAMES["given"])

    def day(self) -> tuple[int, int, int]:
        """Return a day of the year of which the text tells."""
        return self.year, 1 + self.facts.below(12), 1 + self.facts.below(28)

    def title(self) -> str:
        """Return a title."""
        return self.say(self.words.pick(_TEXT["titles"]))

    def paragraph(self) -> str:
        """Return two to seven sentences, most of them of two clauses."""
        sentences = []
        for _ in range(2 + self.words.below(6)):
            clauses = [self.say(self.words.pick(_TEXT["clauses"]))]
            if self.words.below(3):
                clauses.append(self.say(self.words.pick(_TEXT["clauses"])))
            sentences.append("；".join(clauses))
        return "。".join(sentences) + "。"

    def body(self, paragraphs: int) -> list[str]:
        """Return so many paragraphs, long texts with headings, some with a signature at the end."""
        lines = [self.say(self.words.pick(_TEXT["openings"]))]
        sections = 0
        for place in range(paragraphs):
            if paragraphs > len(_NUMERALS) and place % 4 == 0 and sections < len(_NUMERALS):
                heading = self.words.pick(_TEXT["headings"])
                lines.append(f"{_NUMERALS[sections]}、{heading}")
                sections += 1
            lines.append(self.paragraph())
        if self.words.below(2):
            year, month, day = self.day()
            lines += [self.say("{city}{organ}"), f"{year}年{month}月{day}日"]
        return lines

    def grid(self, rows: int) -> Grid:
        """Return a table of so many rows below its header."""
        header = tuple(cell.format(year=self.year, last=self.year - 1) for cell in _TABLE["header"])
        below = (
            (
                f"{row}",
                f"{self.words.pick(_TEXT['nouns'])}{self.words.pick(_TEXT['works'])}",
                self.words.pick(_TABLE["units"]),
                f"{self.facts.below(9000) / 10}",
                f"{self.facts.below(9000) / 10}",
                self.words.pick(_TEXT["organs"]),
            )
            for row in range(1, rows + 1)
        )
        title = self.say(self.words.pick(_TABLE["titles"]))
        return Grid(title, (header, *below), str(_TABLE["note"]))


_DRAWN = {
    "verb": _TEXT["verbs"],
    "noun": _TEXT["nouns"],
    "work": _TEXT["works"],
    "quality": _TEXT["qualities"],
    "body": _TEXT["bodies"],
    "aim": _TEXT["aims"],
    "measure": _TEXT["measures"],
    "organ": _TEXT["organs"],
}
_MADE: dict[str, Callable[[Prose], object]] = {
    "city": lambda prose: prose.city,
    "year": lambda prose: prose.year,
    "place": Prose.place,
    "person": Prose.person,
    "figure": lambda prose: 11 + prose.facts.below(980),
    "share": lambda prose: f"{prose.facts.below(990) / 10}",
    "days": lambda prose: 3 + prose.facts.below(28),
}
