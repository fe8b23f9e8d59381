"""Pattern → what a match begins with, what it holds, and whether letters are in it.

In: the tree of a pattern, as `re` parses it. Out: plain values, which can be kept. Never a match
lost: what is not understood here may begin with anything and holds no word.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any, NamedTuple, TypeAlias

# The tree that `re` itself compiles. It is private, and nothing else tells what a pattern can
# begin with; an operation that a later Python adds is not understood, which costs time alone.
_TREE: Any = import_module("re._parser")
_OP: Any = import_module("re._constants")

_DIGIT, _SPACE, _WORD, _ANY = "digit", "space", "word", "any"
KINDS: dict[str, Callable[[str], bool]] = {
    _DIGIT: str.isdecimal,
    _SPACE: str.isspace,
    _WORD: lambda char: char.isalnum() or char == "_",
    _ANY: lambda _: True,
}
_CATEGORIES: dict[Any, str] = {
    _OP.CATEGORY_DIGIT: _DIGIT,
    _OP.CATEGORY_SPACE: _SPACE,
    _OP.CATEGORY_WORD: _WORD,
}
_REPEATS = (_OP.MAX_REPEAT, _OP.MIN_REPEAT, _OP.POSSESSIVE_REPEAT)
_NO_WIDTH = (_OP.ASSERT, _OP.ASSERT_NOT, _OP.AT)
_CASELESS = (_OP.ANY, _OP.AT, _OP.CATEGORY, _OP.NEGATE)
_FEW = 8  # characters in a class that are looked for one by one
#: Where East Asian characters begin, which have no case.
NO_CASE = 0x2E80

Words: TypeAlias = frozenset[str]
_Item: TypeAlias = tuple[Any, Any]  # an operation and what it works on
#: Whether it holds all others, first and last code of its ranges, and its kinds of characters.
Class: TypeAlias = tuple[bool, tuple[tuple[int, int], ...], tuple[str, ...]]


class Anatomy(NamedTuple):
    """What a match may begin with, if it is not empty: `chars`, or a character of `classes`.

    It holds one of `words`, unless it begins with one of few letters, and one of `always` in any
    case; none where that cannot be said. `cased` says that the case of letters matters.
    """

    chars: str
    classes: tuple[Class, ...]
    words: tuple[str, ...]
    always: tuple[str, ...]
    cased: bool


def anatomy_of(find: str) -> Anatomy:
    """Return the anatomy of a pattern; `re.error` where it is none."""
    tree = list(_TREE.parse(find))
    chars: set[str] = set()
    classes: list[Class] = []
    _add_heads(tree, chars, classes)
    branches = _inside(*tree[0]) if len(tree) == 1 and tree[0][0] is _OP.BRANCH else [tree]
    found = [_words(branch) for branch in branches if not _has_few_heads(branch)]
    words = frozenset().union(*found) if all(found) else frozenset()
    return Anatomy(
        "".join(sorted(chars)),
        tuple(classes),
        tuple(sorted(words)),
        tuple(sorted(_words(tree))),
        _is_cased(tree),
    )


def has(members: Class, char: str) -> bool:
    """Return whether a class has `char` in one case or another; yes where that is not known."""
    negated, ranges, kinds = members
    if negated:
        return not _is_member(char, ranges, kinds)
    return any(_is_member(form, ranges, kinds) for form in _cases(char))


def _is_member(char: str, ranges: Iterable[tuple[int, int]], kinds: Iterable[str]) -> bool:
    code = ord(char)
    return any(first <= code <= last for first, last in ranges) or any(
        KINDS[kind](char) for kind in kinds
    )


def _is_cased(items: Iterable[_Item]) -> bool:
    """Return whether a sequence names letters that have a case."""
    return any(_names_cased(op, value) for op, value in items)


def _names_cased(op: Any, value: Any) -> bool:
    if op in (_OP.LITERAL, _OP.NOT_LITERAL):
        return _holds_cased(value, value)
    if op is _OP.RANGE:
        return _holds_cased(*value)
    if op is _OP.IN:
        return _is_cased(value)
    if op in (_OP.ASSERT, _OP.ASSERT_NOT):
        return _is_cased(value[1])
    inside = _inside(op, value)
    # What is not understood may name any; a category, a mark and an end name none.
    return any(map(_is_cased, inside)) if inside else op not in _CASELESS


@lru_cache(maxsize=1 << 10)
def _holds_cased(first: int, last: int) -> bool:
    """Return whether a letter from code `first` to `last` has a case."""
    return any(chr(code).lower() != chr(code).upper() for code in range(first, last + 1))


def _add_heads(items: Iterable[_Item], chars: set[str], classes: list[Class]) -> bool:
    """Add what a sequence may begin with; return whether it may be empty."""
    return all(_may_be_empty(op, value, chars, classes) for op, value in items)


def _has_few_heads(items: Iterable[_Item]) -> bool:
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
        return True, ((value, value),), ()
    if op is not _OP.IN:
        return False, (), (_ANY,)
    negated = value[0][0] is _OP.NEGATE
    members = value[1:] if negated else value
    ranges = [(code, code) for op, code in members if op is _OP.LITERAL]
    ranges += [(first, last) for op, (first, last) in _only(members, _OP.RANGE)]
    named = [_CATEGORIES.get(name) for _, name in _only(members, _OP.CATEGORY)]
    known = [name for name in named if name]
    unknown = len(ranges) + len(known) < len(members)
    # All but something unknown may be anything too.
    return negated, tuple(ranges), (*known, *((_ANY,) if unknown and not negated else ()))


def _only(members: Iterable[_Item], wanted: Any) -> list[_Item]:
    return [(op, value) for op, value in members if op is wanted]


def _inside(op: Any, value: Any) -> Sequence[Iterable[_Item]]:
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
    return {char} if ord(char) >= NO_CASE else {char, char.lower()[:1], char.upper()[:1]}


def _words(items: Iterable[_Item]) -> Words:
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
