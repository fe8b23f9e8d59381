"""What a page said before: older crawls that raw/ holds, and older texts of files that changed.

In: pages that are no longer in raw/ as the run before saw them. Out: their texts, kept in
.work/history; the versions of one page, oldest first. Never: a text that anything published
depends on; a page kept because its name changed and not what it holds.
"""

import csv
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import ConfigError, DamagedError
from pipeline.explain import ledger_row
from pipeline.fingerprint import fingerprint
from pipeline.paths import Paths, quote
from pipeline.records import Page
from pipeline.run.plan import Gone
from pipeline.run.stages import NORMALIZE
from pipeline.store import read_outcomes, read_records, remove, write_records
from pipeline.versions import address_of

_FOLDER = "history"

# Bytes, packed, of all that is kept: some million versions. The oldest go first.
_MOST = 2**30


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a page. `until`: when a run found it replaced or gone, "" if raw/ has it.

    Times are ISO 8601; `fetched` is "" where nothing tells it.
    """

    id: str
    raw: str
    member: str
    url: str
    sha256: str
    title: str
    fetched: str
    until: str
    text: str

    @property
    def when(self) -> str:
        """Return the best that is known of when it was so."""
        return self.fetched or self.until


def keep(paths: Paths, gone: Collection[Gone]) -> None:
    """Keep the texts of articles that are `gone`; those whose results are gone too are not."""
    if not gone:
        return
    name = fingerprint(*(part for one in gone for part in (one.found.file, one.found.sha256)))
    if next(paths.segment(_FOLDER, "").glob(f"*-{name}"), None) is not None:
        return
    now = datetime.now(UTC)
    until = now.isoformat(timespec="seconds")
    file = paths.segment(_FOLDER, f"{now:%Y%m%dT%H%M%S}-{name}")
    write_records(file, _versions(paths, gone, until))
    _forget(paths)


def _versions(paths: Paths, gone: Iterable[Gone], until: str) -> Iterator[Version]:
    places: dict[str, dict[int, Gone]] = {}
    for one in gone:
        places.setdefault(one.chunk, {})[one.place] = one
    for chunk, wanted in places.items():
        for segment in sorted(paths.segment(NORMALIZE.name, "").glob(f"{chunk}-*"))[:1]:
            for place, outcome in enumerate(_outcomes(segment)):
                if place in wanted and isinstance(outcome, Page) and outcome.is_article:
                    yield _version(outcome, wanted[place].found.sha256, until)


def _outcomes(segment: Path) -> Iterator[object]:
    """Yield what a segment holds, as far as it can be read: history stops no run."""
    try:
        yield from read_outcomes(segment)
    except DamagedError:
        return


def _version(page: Page, sha256: str, until: str) -> Version:
    where = page.provenance
    return Version(
        page.id,
        where.file,
        where.member,
        page.url,
        sha256,
        page.title,
        where.fetched,
        until,
        page.text,
    )


def _forget(paths: Paths) -> None:
    """Remove the oldest of what is kept, where it is too much."""
    left = _MOST
    for file in sorted(paths.segment(_FOLDER, "").glob("*"), reverse=True):
        left -= file.stat().st_size
        if left < 0:
            remove(file)


def versions_of(paths: Paths, wanted: str) -> list[Version]:
    """Return the versions of a page, oldest first; `wanted` is its URL, id or path in raw/.

    `ConfigError` where neither the last run nor what is kept knows it.
    """
    try:
        row = ledger_row(paths, wanted)
    except ConfigError:
        row = {}
    raw = row.get("raw") or quote(wanted.removeprefix(f"{paths.raw}/"))
    url = row.get("url") or (wanted if "://" in wanted else "")
    same = _Same(raw, row.get("member", ""), address_of(url) if url else "")
    found = {one.id: one for one in _kept(paths) if same.holds(one)}
    found |= {one.id: one for one in _in_raw(paths) if same.holds(one)}
    if not found:
        message = f"{wanted}: is no page id, URL or path of the last run, nor one of an older page"
        raise ConfigError(message)
    return sorted(found.values(), key=lambda one: (not one.until and not one.fetched, one.when))


@dataclass(frozen=True, slots=True)
class _Same:
    """What versions of one page have in common: their address, or their place in raw/."""

    raw: str
    member: str
    address: str

    def holds(self, one: Version) -> bool:
        """Return whether `one` is a version of it."""
        if self.address and one.url:
            return address_of(one.url) == self.address
        return (one.raw, one.member) == (self.raw, self.member)


def _kept(paths: Paths) -> Iterator[Version]:
    for file in sorted(paths.segment(_FOLDER, "").glob("*")):
        yield from read_records(file, Version)


def _in_raw(paths: Paths) -> Iterator[Version]:
    """Yield the articles among the pages of the last run, older crawls too.

    Results of pages that are gone lie beside those of pages that are not: the ledger tells.
    """
    if not (paths.cleaned / "ledger.csv").exists():
        return
    with (paths.cleaned / "ledger.csv").open(encoding="utf-8", newline="") as file:
        alive = {row["page"] for row in csv.DictReader(file)}
    for segment in sorted(paths.segment(NORMALIZE.name, "").glob("*")):
        for outcome in read_outcomes(segment):
            if isinstance(outcome, Page) and outcome.is_article and outcome.id in alive:
                yield _version(outcome, "", "")
