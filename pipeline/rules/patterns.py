"""Pattern → what a match begins with and a word it holds, so that most lines never meet it.

In: a pattern as rules write it. Out: the same as a `Pattern`, which knows these. Never a match
lost: what is not understood here may begin with anything and holds no word.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property
from importlib import import_module
from typing import Any

from pipeline.errors import ConfigError

# The tree that `re` itself compiles. It is private, and nothing else tells what a pattern can
# begin with; an operation that a later Python adds is not understood, which costs time alone.
_TREE: Any = import_module("re._parser")
_OP: Any = import_module("re._constants")

_CATEGORIES: dict[Any, Callable[[str], bool]] = {
    _OP.CATEGORY_DIGIT: str.isdecimal,
    _OP.CATEGORY_SPACE: str.isspace,
    _OP.CATEGORY_WORD: lambda char: char.isalnum() or char == "_",
}
_REPEATS = (_OP.MAX_REPEAT, _OP.MIN_REPEAT, _OP.POSSESSIVE_REPEAT)
_NO_WIDTH = (_OP.ASSERT, _OP.ASSERT_NOT, _OP.AT)
_NOTHING = "(?!)"
_CHARACTERS = 1 << 13  # more than most pages hold
_FEW = 8  # characters in a class that are looked for one by one
_NO_CASE = 0x2E80  # where East Asian characters begin

Words = frozenset[str]
Item = tuple[Any, Any]  # an operation and what it works on
Class = list[Item]
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
            chars, classes = self.heads
            known = char in chars or any(has(members, char) for members in classes)
            if len(self._begins) < _CHARACTERS:
                self._begins[char] = known
        return known

    def needs_word(self, char: str) -> bool:
        """Return whether a match that begins with `char` holds one of `words`."""
        return bool(self.words) and not (char.isalpha() and char in self.heads[0])

    @cached_property
    def words(self) -> Words:
        """Return words one of which a match holds, unless it begins with one of few letters.

        None where that cannot be said of all of them.
        """
        found = [_words(branch) for branch in self._branches if not _has_few_heads(branch)]
        return frozenset().union(*found) if all(found) else frozenset()

    @cached_property
    def match(self) -> Callable[..., Match]:
        """Return the method that finds a match at a place, its words unasked."""
        return self.compiled.match

    @cached_property
    def search(self) -> Callable[..., Match]:
        """Return the method that finds a match anywhere."""
        words, search = _words(self._tree), self.compiled.search
        if not words:
            return search
        holds = any_of(words).search
        return lambda text: search(text) if holds(text) else None

    @cached_property
    def fullmatch(self) -> Callable[..., Match]:
        """Return the method that finds whether all of a text matches."""
        return self.compiled.fullmatch

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """Return the pattern as `re` has it."""
        try:
            pattern = re.compile(self.find, re.IGNORECASE)
        except re.error as error:
            raise self._wrong(error) from error
        if pattern.groups:
            message = f"{self.where}: has a capturing group. Write (?:...) instead"
            raise ConfigError(message)
        return pattern

    @cached_property
    def _tree(self) -> Class:
        try:
            return list(_TREE.parse(self.find))
        except re.error as error:
            raise self._wrong(error) from error

    @property
    def _branches(self) -> Sequence[Iterable[Item]]:
        """Return the sequences one of which the pattern stands for."""
        tree = self._tree
        return _inside(*tree[0]) if len(tree) == 1 and tree[0][0] is _OP.BRANCH else [tree]

    @cached_property
    def heads(self) -> tuple[set[str], list[Class]]:
        """Return the characters that a match, if not empty, may begin with, and classes of them."""
        chars: set[str] = set()
        classes: list[Class] = []
        _add_heads(self._tree, chars, classes)
        return chars, classes

    def _wrong(self, error: re.error) -> ConfigError:
        return ConfigError(f"{self.where}: is no pattern: {error}. Mend it: {self.find}")


@cache
def any_of(words: Words) -> re.Pattern[str]:
    """Return a pattern for any of `words`, in either case; for none, it fits nowhere.

    `re` steps over what no word begins with, but only where it need not think of cases there.
    """
    heads = sorted({(f, w[1:]) for w in words for f in (w[0].lower(), w[0].upper())})
    found = "|".join(f"{re.escape(head)}(?i:{re.escape(rest)})" for head, rest in heads)
    return re.compile(found or _NOTHING)


def holders(words: Mapping[int, Words]) -> dict[str, frozenset[int]]:
    """Return the shortest of all `words`, in small letters, each with those whose words hold it.

    No word here holds another, so that those in a line can be found one by one.
    """
    small = {place: [word.lower() for word in some] for place, some in words.items()}
    found: dict[str, set[int]] = {}
    for word in sorted({word for some in small.values() for word in some}, key=len):
        if not any(short in word for short in found):
            found[word] = set()
    for place, some in small.items():
        for short, places in found.items():
            if any(short in word for word in some):
                places.add(place)
    return {word: frozenset(places) for word, places in found.items()}


def _add_heads(items: Iterable[Item], chars: set[str], classes: list[Class]) -> bool:
    """Add what a sequence may begin with; return whether it may be empty."""
    return all(_may_be_empty(op, value, chars, classes) for op, value in items)


def _has_few_heads(items: Iterable[Item]) -> bool:
    """Return whether a sequence begins with one of few letters: most texts begin with none."""
    chars: set[str] = set()
    classes: list[Class] = []
    return not _add_heads(items, chars, classes) and not classes and "".join(chars).isalpha()


def _may_be_empty(op: Any, value: Any, chars: set[str], classes: list[Class]) -> bool:
    """Add what one operation may begin with; return whether it may be empty."""
    inside = [_add_heads(items, chars, classes) for items in _inside(op, value)]
    if inside:
        return any(inside) or (op in _REPEATS and value[0] == 0)
    if op in _NO_WIDTH:
        return True
    if op is _OP.LITERAL or _is_list(op, value):
        codes = [value] if op is _OP.LITERAL else [code for _, code in value]
        chars.update(form for code in codes for form in _cases(chr(code)))
    else:
        classes.append(_class_of(op, value))
    return False


def _class_of(op: Any, value: Any) -> Class:
    """Return one operation as a class; what is not understood may be anything."""
    if op is _OP.NOT_LITERAL:
        return [(_OP.NEGATE, None), (_OP.LITERAL, value)]
    return list(value) if op is _OP.IN else [(_OP.ANY, None)]


def _inside(op: Any, value: Any) -> Sequence[Iterable[Item]]:
    """Return the sequences one of which an operation stands for; none where it has none."""
    if op is _OP.BRANCH:
        return list(value[1])
    if op is _OP.SUBPATTERN:
        return [value[3]]
    return [value[2]] if op in _REPEATS else []


def _is_list(op: Any, value: Any) -> bool:
    """Return whether an operation is a class of single characters."""
    return op is _OP.IN and all(member is _OP.LITERAL for member, _ in value)


def _cases(char: str) -> set[str]:
    return {char} if ord(char) >= _NO_CASE else {char, char.lower()[:1], char.upper()[:1]}


def has(members: Class, char: str) -> bool:
    """Return whether a class has `char` in one case or another; yes where that is not known."""
    if members[0][0] is _OP.NEGATE:
        return not any(_is_member(char, op, value) is True for op, value in members[1:])
    forms = _cases(char)
    return any(_is_member(form, op, value) is not False for op, value in members for form in forms)


def _is_member(char: str, op: Any, value: Any) -> bool | None:
    """Return whether one entry of a class has `char`; None where that is not known."""
    if op is _OP.LITERAL:
        return ord(char) == int(value)
    if op is _OP.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    known = _CATEGORIES.get(value) if op is _OP.CATEGORY else None
    return known(char) if known else None


def _words(items: Iterable[Item]) -> Words:
    """Return words one of which each match of a sequence holds; none where it need not."""
    best: Words = frozenset()
    run = ""
    for op, value in items:
        run = run + chr(value) if op is _OP.LITERAL else ""
        found = frozenset((run,)) if run else _words_of(op, value)
        best = max(best, found, key=_worth)
    return best


def _words_of(op: Any, value: Any) -> Words:
    """Return words one of which each match of one operation holds."""
    if _is_list(op, value) and len(value) <= _FEW:
        return frozenset(chr(code) for _, code in value)
    if op in _REPEATS and value[0] == 0:
        return frozenset()
    inside = [_words(items) for items in _inside(op, value)]
    return frozenset().union(*inside) if all(inside) else frozenset()


def _worth(words: Words) -> tuple[int, int]:
    """Return how rarely a line holds one of `words`: it is told by the shortest."""
    return min(map(len, words), default=0), -len(words)
