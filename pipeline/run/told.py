"""What is told of the pages of one chunk, wherever that is done.

In: the pages and what becomes of each, and where their results lie. Out: rows, stories and a
chapter in files of their own, whole or not at all. Never: anything of all pages but what the pages
of the chunk have to do with it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path

from pipeline.publish import Corpus, Entry, Row
from pipeline.publish.entries import Standing
from pipeline.records import Aside, Found
from pipeline.store import read_outcomes, write_packed, write_records


@dataclass(frozen=True, slots=True)
class Untold:
    """Pages of a chunk that raw/ still holds, with what becomes of them; small, for it travels.

    `left` says of each place in the chunk whether its page is one of them. `cleaned` and `parsed`
    hold the results of the whole chunk; the other files are to be made.
    """

    pages: tuple[Found, ...]
    standings: tuple[Standing, ...]
    left: tuple[bool, ...]
    cleaned: Path
    parsed: Path
    rows: Path
    chapters: Path
    stories: Path

    @property
    def made(self) -> tuple[Path, Path, Path]:
        """Return the files that are to be made."""
        return self.rows, self.chapters, self.stories

    def resolved(self) -> "Untold":
        """Return the same for a process in another folder."""
        cleaned, parsed = self.cleaned.resolve(), self.parsed.resolve()
        return replace(self, cleaned=cleaned, parsed=parsed).into(*map(Path.resolve, self.made))

    def into(self, rows: Path, chapters: Path, stories: Path) -> "Untold":
        """Return the same with other files to be made."""
        return replace(self, rows=rows, chapters=chapters, stories=stories)


def tell(untold: Untold, corpus: Corpus) -> None:
    """Make the files; of the corpus rules, settings and reasons are asked."""
    from pipeline.publish.telling import Telling

    telling, rows = Telling(corpus), list[Row]()
    write_packed(untold.stories, telling.stories(_entries(untold), rows))
    write_records(untold.chapters, [telling.chapter()])
    write_records(untold.rows, rows)


def _entries(untold: Untold) -> Iterator[Entry]:
    """Yield the entry of each page, with the page as it was parsed."""
    results = (
        compress(read_outcomes(file), untold.left) for file in (untold.cleaned, untold.parsed)
    )
    known = zip(untold.pages, untold.standings, *results, strict=True)
    for found, standing, cleaned, parsed in known:
        entry = standing.entry(found, cleaned)
        yield replace(entry, parsed=None if isinstance(parsed, Aside) else parsed)
