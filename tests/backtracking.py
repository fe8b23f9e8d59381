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
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

import pipeline.spelling
from pipeline.rules.attacks import TooSlowError, attacks
from tests.spelling import RULES

LENGTH = 100_000
SECONDS = 1.0  # of processor time for one text; a linear search of it takes a few milliseconds

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


def slow(name: str, pattern: re.Pattern[str]) -> str:
    """Return the start of a text that takes `pattern` too long, "" where none does."""
    bound = SHORT.get(name, LENGTH + 1)
    for text in attacks(pattern, LENGTH):
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
