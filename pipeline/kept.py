"""What takes long to work out of the package's rules, kept beside the code as Python keeps its own.

In: a pattern, or the name of something. Out: the pattern compiled; what was worked out. Never
another answer than without the file, which may be missing, unreadable, or another Python's: then
the answer takes its time. `clean-corpus check`, which ends the set-up, writes it.

`re` compiles in Python: five hundred patterns take half a second, as long as a hundred pages.
"""

import marshal
import os
import re
import sys
from array import array
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

_T = TypeVar("_T")
_Key: TypeAlias = tuple[str, str, int]
_CODE = "code"
_FILE = Path(__file__).parent / "__pycache__" / f"kept.{sys.implementation.cache_tag}"
_ASKED: dict[_Key, Any] = {}


def pattern(find: str, flags: int = 0) -> re.Pattern[str]:
    """Return what `re.compile` returns, and raise what it raises."""
    key = (_CODE, find, int(flags))
    _ASKED.setdefault(key)
    known = _kept().get(key)
    return _restored(find, known) if known else re.compile(find, flags)


def remember(name: str, of: str, work_out: Callable[[], _T]) -> _T:
    """Return what `work_out` makes, the thing of that `name` that belongs to the text `of`.

    It is made of numbers, strings, tuples, lists and dicts, and nobody changes it.
    """
    key = (name, of, 0)
    known: _T | None = _kept().get(key)
    if known is None:
        known = _ASKED[key] = work_out()
    return known


def save() -> None:
    """Keep for later processes all that this one asked for; where it may not write, nothing."""
    kept = dict(_kept())
    for key, made in _ASKED.items():
        name, find, flags = key
        if key not in kept:
            kept[key] = _code(find, flags) if name == _CODE else made
    new = _FILE.with_name(f"{_FILE.name}.{os.getpid()}")
    try:
        _FILE.parent.mkdir(exist_ok=True)
        new.write_bytes(marshal.dumps((sys.version, kept)))
        new.replace(_FILE)
    except OSError:  # an installation that another user owns, or a full disk
        with suppress(OSError):
            new.unlink()
    _kept.cache_clear()


@cache
def _kept() -> Mapping[_Key, Any]:
    try:
        version, kept = marshal.loads(_FILE.read_bytes())
    except (OSError, EOFError, ValueError, TypeError):
        return {}
    return kept if version == sys.version else {}


# What follows is what `re.compile` does, cut in two where the work is done. It is private to `re`;
# a test holds both against each other, and the file knows which Python wrote it.
def _code(find: str, flags: int) -> tuple[int, bytes, int, dict[str, int]]:
    """Return the flags, code and groups of a pattern."""
    parser: Any = import_module("re._parser")
    compiler: Any = import_module("re._compiler")
    tree = parser.parse(find, flags)
    state = tree.state
    code = array("I", compiler._code(tree, flags)).tobytes()
    return flags | state.flags, code, state.groups, dict(state.groupdict)


def _restored(find: str, known: tuple[int, bytes, int, dict[str, int]]) -> re.Pattern[str]:
    flags, code, groups, places = known
    names: list[str | None] = [None] * groups
    for name, place in places.items():
        names[place] = name
    sre: Any = import_module("_sre")
    pattern: re.Pattern[str] = sre.compile(
        find, flags, array("I", code).tolist(), groups - 1, places, tuple(names)
    )
    return pattern
