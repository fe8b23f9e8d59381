"""Pattern → matches; most lines never meet it.

In: a pattern as rules write it. Out: the same as a `Pattern`, which knows what a match begins with
and holds. Never a match lost.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache, cached_property

from pipeline import kept
from pipeline.errors import ConfigError
from pipeline.kept import remember
from pipeline.rules.anatomy import Anatomy, Words, anatomy_of, has

_NOTHING = "(?!)"
_CHARACTERS = 1 << 13  # more than most pages hold

Match = re.Match[str] | None


class Pattern:
    """The pattern of one rule, compiled when a line first asks for it.

    `search` looks first for words one of which each match holds.
    `ConfigError` says that the key `where` is no pattern, or has a capturing group, which rules
    have no use for.
    """

    def __init__(self, find: str, where: str) -> None:
        self.find = find or _NOTHING
        self.where = where
        self._begins: dict[str, bool] = {}

    def begins(self, char: str) -> bool:
        """Return whether a match, if not empty, may begin with `char`; kept for most characters."""
        known = self._begins.get(char)
        if known is None:
            chars, classes, *_ = self.anatomy
            known = char in chars or any(has(members, char) for members in classes)
            if len(self._begins) < _CHARACTERS:
                self._begins[char] = known
        return known

    @cached_property
    def match(self) -> Callable[..., Match]:
        """Return the method that finds a match at a place, its words unasked."""
        return self.compiled.match

    @cached_property
    def search(self) -> Callable[..., Match]:
        """Return the method that finds a match anywhere."""
        words, search = self.anatomy.always, self.compiled.search
        if not words:
            return search
        holds = any_of(frozenset(words)).search
        return lambda text: search(text) if holds(text) else None

    @cached_property
    def fullmatch(self) -> Callable[..., Match]:
        """Return the method that finds whether all of a text matches."""
        return self.compiled.fullmatch

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """Return the pattern as `re` has it."""
        # To look for the other case of each of hundreds of Han takes longest of all.
        cases = re.IGNORECASE if self.anatomy.cased else re.NOFLAG
        try:
            pattern = kept.pattern(self.find, cases)
        except re.error as error:
            raise self._wrong(error) from error
        if pattern.groups:
            message = f"{self.where}: has a capturing group. Write (?:...) instead"
            raise ConfigError(message)
        return pattern

    @cached_property
    def anatomy(self) -> Anatomy:
        """Return what a match begins with and holds."""
        try:
            return Anatomy._make(remember("anatomy", self.find, lambda: (*anatomy_of(self.find),)))
        except re.error as error:
            raise self._wrong(error) from error

    def _wrong(self, error: re.error) -> ConfigError:
        return ConfigError(f"{self.where}: is no pattern: {error}. Mend it: {self.find}")


@cache
def any_of(words: Words) -> re.Pattern[str]:
    """Return a pattern for any of `words`, in either case; for none, it fits nowhere.

    `re` steps over what no word begins with, but only where it need not think of cases there.
    """
    heads = sorted({(f, w[1:]) for w in words for f in (w[0].lower(), w[0].upper())})
    found = "|".join(f"{re.escape(head)}(?i:{re.escape(rest)})" for head, rest in heads)
    return kept.pattern(found or _NOTHING)


def pattern_of(words: Sequence[str], where: str) -> re.Pattern[str]:
    """Return one pattern for a list of them; `ConfigError` names the list `where` they stand."""
    if not words:
        message = f"{where}: is empty. Write a list of patterns"
        raise ConfigError(message)
    try:
        return kept.pattern("|".join(f"(?:{word})" for word in words))
    except re.error as error:
        message = f"{where}: {error}. Mend the pattern"
        raise ConfigError(message) from error
