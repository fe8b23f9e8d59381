"""What a new version of many files takes, whatever is in it: done while pages are cleaned.

In: the version that readers see, and those before it. Out: a folder of links to the texts and
tables of that version, which the new one begins with; old versions removed. Never: anything left
over by a run that ends.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipeline.engines.forked import beside
from pipeline.paths import Paths
from pipeline.publish import carry, unshown
from pipeline.store import Earlier, remove, rename


class Ahead:
    """The links made ahead for a version; `linked` is their folder, which is not there for long."""

    def __init__(self, linked: Path) -> None:
        self._linked = linked
        self._wait: Callable[[], object] = lambda: None

    @contextmanager
    def made(
        self, paths: Paths, version: str, before: Earlier | None, tops: Sequence[str]
    ) -> Iterator[None]:
        """Have a process make them, and remove versions other than `version` that nobody sees."""
        old = unshown(paths, {version})
        if before is None and not old:
            yield
            return

        def work() -> None:
            if before is not None:
                carry(before, self._linked, tops, next(iter(old), None))
            for one in old:
                remove(one)

        try:
            with beside(work) as self._wait:
                yield
        finally:
            remove(self._linked)

    def take(self, folder: Path) -> None:
        """Let the new folder begin with them, where some were made."""
        self._wait()
        if self._linked.exists():
            rename(self._linked, folder)
