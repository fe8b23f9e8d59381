"""A library imported out of reach of settings that lie about.

In: the working directory and the environment as somebody left them. Out: an import that sees
neither. Never: a file in the working directory that changes what a run does without a word.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path

#: Files that Luigi would read in the working directory, and how its variables begin.
LUIGI_FILES = ("luigi.cfg", "client.cfg", "luigi.toml")
LUIGI_PREFIX = "LUIGI_"


_taken: list[str] = []


@contextmanager
def undisturbed() -> Iterator[None]:
    """Work in a folder of ours, and take Luigi's variables out of the environment for good."""
    for name in sorted(name for name in os.environ if name.startswith(LUIGI_PREFIX)):
        del os.environ[name]
        _taken.append(name)
    with chdir(Path(__file__).parent):
        yield


def taken() -> tuple[str, ...]:
    """Return the names of the variables that were taken out of the environment."""
    return tuple(_taken)


@contextmanager
def without(name: str) -> Iterator[None]:
    """Import as if the package `name` were not installed, unless it is loaded already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # so says importlib's reference
    try:
        yield
    finally:
        del sys.modules[name]
