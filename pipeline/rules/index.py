"""The patterns of many rules → those to ask at some place of a line.

In: patterns, each with its place among them. Out: the places of those that may match there, as the
bits of a number. Never a match lost.

A pattern that names the letter which stands there is asked without more. One that takes any
letter, or that begins with a mark or figure as so many lines do, is asked where the line holds one
of its words, which one scan for the words of all patterns tells (Aho and Corasick, CACM 18, 1975).
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TypeAlias

from ahocorasick_rs import AhoCorasick

from pipeline.rules.anatomy import KINDS, NO_CASE, Class, has
from pipeline.rules.patterns import Pattern

#: Places, counted from 0, as the bits of a number.
Places: TypeAlias = int

_CHARACTERS = 1 << 14  # more than all pages of a run begin their lines with


class Index:
    """The anatomy of patterns, laid out by characters and words."""

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns
        self._begun: dict[str, tuple[Places, Places]] = {}
        self._of_kind: dict[tuple[object, ...], Places] = {}

    def held(self, line: str) -> Places:
        """Return the places of the patterns one of whose words `line` holds, in any case."""
        words, places = self._words
        found = 0
        for word, _, _ in words.find_matches_as_indexes(line.lower(), overlapping=True):
            found |= places[word]
        return found

    def begun(self, char: str) -> tuple[Places, Places]:
        """Return the places of the patterns that may begin with `char`.

        First those to ask whatever the line holds, then those one of whose words it must hold.
        Kept for each character, as far as a hostile page does not bring all there are.
        """
        known = self._begun.get(char)
        if known is None:
            if len(self._begun) > _CHARACTERS:
                self._begun.clear()
            named = self._heads[0].get(char, 0)
            able = named | self._classed(char)
            sure = able & ~self._wordy | (named if char.isalpha() else 0)
            known = self._begun[char] = sure, able & ~sure
        return known

    def _classed(self, char: str) -> Places:
        """Return the places of patterns one of whose classes has `char`: most Han are alike."""
        code = ord(char)
        alike = code if code < NO_CASE else (bisect(self._bounds, code),)
        kind = (alike, *(test(char) for test in KINDS.values()))
        if kind not in self._of_kind:
            places = (at for members, at in self._heads[1].items() if has(members, char))
            self._of_kind[kind] = _union(places)
        return self._of_kind[kind]

    @cached_property
    def _wordy(self) -> Places:
        return _union(1 << i for i, find in enumerate(self._patterns) if find.anatomy.words)

    @cached_property
    def _words(self) -> tuple[AhoCorasick, list[Places]]:
        """Return what finds words, and the places of the patterns that hold each."""
        places: dict[str, Places] = {}
        for i, find in enumerate(self._patterns):
            for word in find.anatomy.words:
                places[word.lower()] = places.get(word.lower(), 0) | 1 << i
        return AhoCorasick(list(places), store_patterns=False), list(places.values())

    @cached_property
    def _heads(self) -> tuple[dict[str, Places], dict[Class, Places]]:
        """Return the characters, and the classes of them, that patterns begin with."""
        named: dict[str, Places] = {}
        classes: dict[Class, Places] = {}
        for i, find in enumerate(self._patterns):
            for char in find.anatomy.chars:
                named[char] = named.get(char, 0) | 1 << i
            for members in find.anatomy.classes:
                classes[members] = classes.get(members, 0) | 1 << i
        return named, classes

    @cached_property
    def _bounds(self) -> Sequence[int]:
        """Return the codes where a range of some class begins, or has ended."""
        ranges = [pair for _, pairs, _ in self._heads[1] for pair in pairs]
        return sorted({code for first, last in ranges for code in (first, last + 1)})


def each(places: Places) -> Iterator[int]:
    """Yield the places in order."""
    while places:
        lowest = places & -places
        yield lowest.bit_length() - 1
        places ^= lowest


def _union(some: Iterator[Places]) -> Places:
    found = 0
    for places in some:
        found |= places
    return found
