"""A pattern → texts made to keep it busy, and whether it is busy too long.

In: a pattern, as rules write it. Out: the worst texts that can be made from its parts; a
`ConfigError` for a pattern that takes more than it should. A search that goes back over what it
read takes a hundredfold of time for a tenfold of text: one page could hold up a run.
"""

import importlib
import re
import signal
import threading
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any, NoReturn

from pipeline.errors import ConfigError

# From one place, a match of so many letters takes a millisecond; what goes back over all it read,
# and back again, takes a lifetime. What is only squared passes: lines are short, and many good
# rules begin anew at each letter.
_LENGTH = 4_000
_SECONDS = 0.25  # of processor time for one text

_LOOSE = 40  # a repeat that may go on so often can be grown
_LETTERS = ("a", "A", "1", " ", "中", "一", "，", '"', "-", ".", "/", "=", "?", "“", "(", "[", "é")
_parser: Any = importlib.import_module("re._parser")
_MAX_REPEAT = _parser.MAXREPEAT


class TooSlowError(Exception):
    """A text took longer than any linear search of it can."""


def refuse_slow(pattern: re.Pattern[str], where: str) -> None:
    """Refuse a pattern that goes back over what it read; `where` names file, rule and key."""
    text = slowest(pattern)
    if text:
        message = (
            f"{where}: takes too long on a text such as {text!r}, repeated. Let no two repeats "
            f"stand for the same letters, or write *+ and ++: {pattern.pattern}"
        )
        raise ConfigError(message)


def slowest(pattern: re.Pattern[str]) -> str:
    """Return the start of a text that takes `pattern` too long, "" where none does.

    Only a main thread can stop a search, and only a pattern with a loose repeat needs to be tried.
    """
    if threading.current_thread() is not threading.main_thread() or not _is_loose(pattern):
        return ""
    before = signal.signal(signal.SIGVTALRM, _stop)
    try:
        return next(
            (text[:40] for text in attacks(pattern, _LENGTH) if _is_slow(pattern, text)), ""
        )
    finally:
        signal.signal(signal.SIGVTALRM, before)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise TooSlowError


def _is_slow(pattern: re.Pattern[str], text: str) -> bool:
    signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS)
    try:
        pattern.match(text)
    except TooSlowError:
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return False


def _is_loose(pattern: re.Pattern[str]) -> bool:
    tree = list(_parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))
    return any(True for _ in _loose(tree, ""))


def attacks(pattern: re.Pattern[str], length: int) -> Iterator[str]:
    """Yield texts of `length` that almost match: each loose repeat grown, each start repeated."""
    seen: set[str] = set()
    tree = list(_parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))
    whole = _sample(tree)
    units = [("", whole), ("", whole[:-1]), ("", whole + " "), ("", whole + "\n")]
    for prefix, body in _loose(tree, ""):
        units += [(prefix, body), ("", prefix + body)]
    for prefix, unit in units:
        if unit and (prefix + "\0" + unit) not in seen:
            seen.add(prefix + "\0" + unit)
            yield prefix + unit * (length // len(unit)) + "\x01"


def _loose(nodes: Sequence[Any], prefix: str) -> Iterator[tuple[str, str]]:
    """Yield (what leads up to it, what it repeats) for every repeat without a narrow limit."""
    for i, node in enumerate(nodes):
        before = prefix + _sample(nodes[:i])
        if "REPEAT" in str(node[0]) and (node[1][1] is _MAX_REPEAT or node[1][1] >= _LOOSE):
            yield from ((before, unit) for unit in _samples(list(node[1][2])))
        for part in _parts(node):
            yield from _loose(part, before)


def _parts(node: Any) -> list[list[Any]]:
    """Return the sequences that a node is made of; more than one where it is a choice."""
    kind, value = node
    name = str(kind)
    if name == "BRANCH":
        return [list(branch) for branch in value[1]]
    if "REPEAT" in name:
        return [list(value[2])]
    if name == "SUBPATTERN":
        return [list(value[-1])]
    if name in ("ASSERT", "ASSERT_NOT"):
        return [list(value[1])]
    return [list(value)] if name == "ATOMIC_GROUP" else []


def _samples(nodes: Sequence[Any]) -> list[str]:
    """Return texts that `nodes` match: one a letter, where they are a single class."""
    if len(nodes) == 1 and str(nodes[0][0]) in ("IN", "ANY", "NOT_LITERAL"):
        return [letter for letter in _LETTERS if _allows(nodes[0], letter)] or [_sample(nodes)]
    return [_sample(nodes)]


def _sample(nodes: Sequence[Any]) -> str:
    """Return one text that `nodes` match, short."""
    return "".join(map(_one, nodes))


def _one(node: Any) -> str:
    kind, value = node
    name = str(kind)
    if name == "LITERAL":
        return chr(value)
    if name in ("IN", "ANY", "NOT_LITERAL"):
        return next((letter for letter in _LETTERS if _allows(node, letter)), "") or _first(value)
    if name.startswith("ASSERT"):
        return ""
    times = max(1, value[0]) if "REPEAT" in name else 1
    return _sample(next(iter(_parts(node)), [])) * times


def _first(items: Any) -> str:
    """Return a character of a class that none of the usual letters is in."""
    for kind, value in items:
        if str(kind) == "LITERAL":
            return chr(value)
        if str(kind) == "RANGE":
            return chr(value[0])
    return "a"


def _allows(node: Any, letter: str) -> bool:
    kind, value = node
    if str(kind) == "ANY":
        return True
    if str(kind) == "NOT_LITERAL":
        return bool(ord(letter) != value)
    negated = str(value[0][0]) == "NEGATE"
    return any(_holds(item, letter) for item in value) != negated


def _holds(item: Any, letter: str) -> bool:
    kind, value = item
    if str(kind) == "LITERAL":
        return bool(ord(letter) == value)
    if str(kind) == "RANGE":
        return bool(value[0] <= ord(letter) <= value[1])
    if str(kind) == "CATEGORY":
        tests = {"DIGIT": str.isdigit, "SPACE": str.isspace, "WORD": str.isalnum}
        name = str(value).removeprefix("CATEGORY_")
        return tests[name.removeprefix("NOT_")](letter) != name.startswith("NOT_")
    return False
