"""What the driver tells executors: where bodies and rows lie, and how bodies are compared."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.run.stages import Settings


@dataclass(frozen=True, slots=True)
class Bodies:
    """The results of one chunk, and the rank of each of its pages in the order of raw/.

    -1 is the rank of a page that is gone, or for which a newer crawl stands.
    """

    pages: Path
    gists: Path
    ranks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Rows that follow one another in the file of a chunk, from `start` to before `end`."""

    rows: Path
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Search:
    """How to look for duplicates.

    `verdicts` is the folder that remembers comparisons, `scratch` one for what is needed meanwhile.
    """

    settings: Settings
    verdicts: Path
    scratch: Path
    preferred_hosts: tuple[str, ...] = ()
