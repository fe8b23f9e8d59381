"""The worst that can be thought of for each pattern of the normalizer, made from the pattern.

In: every pattern that the modules of `pipeline.spelling` and its rules hold, found by looking.
Out: the names of those that take more than they should, a line each. A text that grows tenfold
may cost tenfold: a search that goes back over what it read costs a hundredfold, and is stopped.
"""

import importlib
import pkgutil
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import Any, NoReturn

import pipeline.spelling
from tests.spelling import RULES

LENGTH = 100_000
SECONDS = 1.0  # of processor time for one text; a linear search of it takes a few milliseconds
_LOOSE = 40  # a repeat that may go on so often can be grown
_LETTERS = ("a", "A", "1", " ", "中", "一", "，", '"', "-", ".", "/", "=", "?", "“", "(", "[", "é")
_parser: Any = importlib.import_module("re._parser")
_MAX_REPEAT = _parser.MAXREPEAT

# What looks at a stretch that the code keeps short, or only where a line or a quote begins.
SHORT = {
    "brackets._CALL": 24,
    "marks._PHRASE": 60,
    "entities._ADDRESS_BEFORE": 300,
}
ANCHORED = (
    *("rules.lines", "rules.item", "rules.list_marker", "rules.division"),
    *("brackets._MARKER", "brackets._NUMBERED", "paragraph._BRACKETED", "quotes._CONNECTION"),
)


class TooSlowError(Exception):
    """A text took longer than any linear search of it can."""


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Yield (where it stands, pattern) for all patterns that text is searched with."""
    for module in pkgutil.iter_modules(pipeline.spelling.__path__):
        held = vars(importlib.import_module(f"pipeline.spelling.{module.name}"))
        for name, value in held.items():
            yield from _inside(f"{module.name}.{name}", value)
    for name in RULES.__dataclass_fields__:
        yield from _inside(f"rules.{name}", getattr(RULES, name))


def _inside(name: str, value: object) -> Iterator[tuple[str, re.Pattern[str]]]:
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield name, value
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            yield from _inside(f"{name}[{i}]", item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _inside(f"{name}[{key!r}]", item)


def attacks(pattern: re.Pattern[str]) -> Iterator[str]:
    """Yield texts of LENGTH that almost match: each loose repeat grown, each start repeated."""
    seen: set[str] = set()
    tree = list(_parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))
    whole = _sample(tree)
    units = [("", whole), ("", whole[:-1]), ("", whole + " "), ("", whole + "\n")]
    for prefix, body in _loose(tree, ""):
        units += [(prefix, body), ("", prefix + body)]
    for prefix, unit in units:
        if unit and (prefix + "\0" + unit) not in seen:
            seen.add(prefix + "\0" + unit)
            yield prefix + unit * (LENGTH // len(unit)) + "\x01"


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


def slow(name: str, pattern: re.Pattern[str]) -> str:
    """Return the start of a text that takes `pattern` too long, "" where none does."""
    bound = SHORT.get(name, LENGTH + 1)
    for text in attacks(pattern):
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        try:
            if name.startswith(ANCHORED):
                pattern.match(text)
            else:
                for _ in pattern.finditer(text[-bound:]):
                    pass
        except TooSlowError:
            return repr(text[:60])
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return ""


def main() -> None:
    """Write the number of patterns, and a line for each that is slow; or try the one given."""

    def stop(_number: int, _frame: FrameType | None) -> NoReturn:
        raise TooSlowError

    signal.signal(signal.SIGVTALRM, stop)
    found = {name: re.compile(name) for name in sys.argv[1:]} or dict(patterns())
    for name, pattern in found.items():
        text = slow(name, pattern)
        if text:
            sys.stdout.write(f"{name}\t{text}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(found)}\n")


if __name__ == "__main__":
    main()
