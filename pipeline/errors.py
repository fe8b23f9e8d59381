"""The error tree, split by what the caller does: stop, set the page aside, or try again.

Every message names the file, the key or place in it, what is wrong and the mend.
"""

from pathlib import Path


class CorpusError(Exception):
    """Anything this project raises on purpose. `status` is the exit status of CONTRACT.md."""

    status = 1


class ConfigError(CorpusError):
    """Stop: wrong arguments, configuration or rules. Nothing was done."""

    status = 2


class LockError(CorpusError):
    """Stop: another run holds the lock of this `cleaned/`."""

    status = 3


class DiskError(CorpusError):
    """Stop: the disk is full or cannot be written. What was published before still stands."""

    status = 4


class LimitError(CorpusError):
    """Stop: a limit of config.toml forbids publication. What was published before still stands."""

    status = 5


class EngineError(CorpusError):
    """Try again: workers failed in a way that says nothing about a page."""


class DamagedError(CorpusError):
    """Try again: a file of the state at `path` is damaged, and is made anew once it is gone."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"{path}: is damaged: {what}. Run again: it is made anew")
        self.path = path
        self.what = what

    def __reduce__(self) -> tuple[type["DamagedError"], tuple[Path, str]]:
        """Keep `path` when the error crosses from a worker process."""
        return type(self), (self.path, self.what)


class PageError(CorpusError):
    """Set one page aside. `reason` is the code written to the ledger, such as `empty`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    def __reduce__(self) -> tuple[type["PageError"], tuple[str, str]]:
        """Keep `reason` when the error crosses from a worker process."""
        return type(self), (self.reason, str(self))
