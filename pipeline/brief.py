"""What is known of a page without its text: enough to say what becomes of it among all pages.

In: a page, or what stands for it. Out: its `Brief`. Never: anything that all pages together decide.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from pipeline.paths import site_of
from pipeline.records import Aside, Noun, Outcome, Page
from pipeline.store import read_records, write_records


class Brief(Noun, frozen=True):
    """Whose it is and whether it is an article; `reason` says why it is none.

    `aside`: it was set aside. Of an article `body` is the name of its text, as its `Gist` has it,
    and the rest is what the choice between copies looks at (`dedup.PageFacts`).
    """

    id: str
    reason: str = ""
    aside: bool = False
    body: bytes = b""
    host: str = ""
    chars: int = 0
    noise: int = 0
    published: date | None = None
    url: str = ""

    @property
    def is_article(self) -> bool:
        """Return whether a body was found."""
        return not self.reason


def brief_of(outcome: Outcome) -> Brief:
    """Return whose it is, and whether it is an article."""
    if isinstance(outcome, Aside):
        return Brief(outcome.id, outcome.reason, aside=True)
    return Brief(outcome.id, outcome.dropped_by)


def brief_of_article(page: Page, body: bytes) -> Brief:
    """Return the brief of an article, `body` being the name of its text."""
    return Brief(
        page.id,
        body=body,
        host=site_of(page),
        chars=len(page.text),
        noise=len(page.taken_out),
        published=page.published,
        url=page.url or page.provenance.file,
    )


def write_briefs(file: Path, briefs: Iterable[Brief]) -> None:
    """Store what is known of the pages of a chunk: together, for they are all read in every run."""
    write_records(file, [tuple(briefs)])


def read_briefs(file: Path) -> Sequence[Brief]:
    """Return what `write_briefs` stored, in its order."""
    return next(read_records(file, tuple[Brief, ...]))
