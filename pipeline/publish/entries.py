"""What the writers are given: one entry a page, and what is known of the corpus as a whole."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pipeline.config import OutputsConfig, TablesConfig
from pipeline.paths import site_of
from pipeline.records import Aside, Cluster, Found, Match, Outcome, Page, Status
from pipeline.rules import Rules, built_in_rules
from pipeline.versions import REPEATED, Replaced


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of raw/ and what became of it.

    `canonical` is the page whose copy is kept, itself for an article, "" where there is none;
    `relation` is that of a duplicate to it; `cluster` is set for a kept article. `replaced` says
    why another crawl of the same address stands for this one. `parsed` is the page as it was
    parsed, before any respelling, where it was asked for.
    """

    found: Found
    outcome: Outcome
    status: Status
    canonical: str = ""
    relation: str = ""
    cluster: Cluster | None = None
    replaced: str = ""
    parsed: Page | None = None

    @property
    def kept(self) -> Page | None:
        """Return the page when its text is published, else None."""
        return self.outcome if isinstance(self.outcome, Page) and self.cluster else None

    @property
    def reason(self) -> str:
        """Return the code or rule id that says why the page is no article, "" where it is one."""
        if self.replaced:
            return self.replaced
        return self.outcome.reason if isinstance(self.outcome, Aside) else self.outcome.dropped_by

    @property
    def raw(self) -> str:
        """Return the path in raw/."""
        return self.found.file

    @property
    def text_path(self) -> str:
        """Return where the text of a kept article lies in cleaned/, else ""."""
        return "" if self.kept is None else f"text/{site_of(self.kept)}/{self.kept.id}.txt"


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is known of all pages together. `raw` maps page ids to paths in raw/.

    `reasons` maps rule ids to their reasons, `others` suffixes to the number of files in raw/
    that are no pages. `rules` are those of the run, `tables` and `outputs` how they are written;
    `before` is the folder of the version that readers see now, None where there is none.
    """

    matches: Sequence[Match]
    raw: Mapping[str, str]
    reasons: Mapping[str, str]
    others: Mapping[str, int]
    rules: Rules = field(default_factory=built_in_rules)
    tables: TablesConfig = field(default_factory=TablesConfig)
    outputs: OutputsConfig = field(default_factory=OutputsConfig)
    before: Path | None = None

    def text_of(self, entry: Entry) -> str:
        """Return where the text of a kept article lies in cleaned/, "" where it is not written."""
        return entry.text_path if "text" in self.outputs.articles else ""


class Writer(Protocol):
    """One output format: told of every page once, then closed."""

    def add(self, entry: Entry) -> None:
        """Take one page."""
        ...

    def close(self) -> None:
        """Write what is left, and make it outlast a power cut."""
        ...


def join(
    outcomes: Iterable[tuple[Found, Outcome]],
    matches: Sequence[Match],
    clusters: Sequence[Cluster],
    replaced: Mapping[str, Replaced] | None = None,
) -> Iterator[Entry]:
    """Yield an entry for each page: an article kept, a duplicate of one, or neither.

    `replaced` has by their names the pages that another crawl of their address stands for.
    """
    cluster_of = {member: cluster for cluster in clusters for member in cluster.members}
    relation = {(match.a, match.b): match.relation for match in matches}
    for found, outcome in outcomes:
        cluster = cluster_of.get(outcome.id)
        newer = (replaced or {}).get(found.name)
        if newer:
            kept = cluster_of[newer.by].canonical
            kind = "same" if newer.reason == REPEATED else ""
            yield Entry(found, outcome, "duplicate", kept, kind, replaced=newer.reason)
        elif isinstance(outcome, Aside):
            yield Entry(found, outcome, "aside")
        elif cluster is None or not outcome.is_article:
            yield Entry(found, outcome, "not-an-article")
        elif cluster.canonical == outcome.id:
            yield Entry(found, outcome, "article", outcome.id, "", cluster)
        else:
            pair = (min(outcome.id, cluster.canonical), max(outcome.id, cluster.canonical))
            # Copies of a copy are near to the canonical one, if no closer relation was found.
            kind = relation.get(pair, "near")
            yield Entry(found, outcome, "duplicate", cluster.canonical, kind)
