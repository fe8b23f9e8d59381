"""What the writers are given: one entry a page, and what is known of the corpus as a whole."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from pipeline.brief import Brief, brief_of
from pipeline.config import OutputsConfig, TablesConfig
from pipeline.paths import site_of
from pipeline.records import Aside, Cluster, Found, Match, Outcome, Page, Status, TakenOut
from pipeline.rules import Rules, built_in_rules
from pipeline.store import Earlier
from pipeline.versions import REPEATED, Replaced

T_contra = TypeVar("T_contra", contravariant=True)


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
    def dropped(self) -> Sequence[TakenOut]:
        """Return what was taken out of the page."""
        return self.outcome.taken_out if isinstance(self.outcome, Page) else ()

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
class Standing:
    """What became of one page; the fields are those of `Entry`."""

    status: Status
    canonical: str = ""
    relation: str = ""
    cluster: Cluster | None = None
    replaced: str = ""

    @property
    def name(self) -> str:
        """Return what tells it from any other."""
        parts = (self.status, self.canonical, self.relation, self.replaced)
        if self.cluster is None:
            return " ".join(parts)
        return " ".join((*parts, *self.cluster.members, self.cluster.why))

    def entry(self, found: Found, outcome: Outcome) -> Entry:
        """Return the entry of the page."""
        return Entry(
            found,
            outcome,
            self.status,
            self.canonical,
            self.relation,
            self.cluster,
            self.replaced,
        )


@dataclass(frozen=True, slots=True)
class Corpus:
    """What is known of all pages together.

    `raw` maps the ids of pages that have matches to their paths in raw/, `reasons` rule ids to
    their reasons, `others` suffixes to the number of files in raw/ that are no pages. `rules` are
    those of the run, `tables` and `outputs` how they are written; `before` is the version that
    readers see now, None where there is none or it is damaged.
    """

    matches: Sequence[Match]
    raw: Mapping[str, str]
    reasons: Mapping[str, str]
    others: Mapping[str, int]
    rules: Rules = field(default_factory=built_in_rules)
    tables: TablesConfig = field(default_factory=TablesConfig)
    outputs: OutputsConfig = field(default_factory=OutputsConfig)
    before: Earlier | None = None

    def text_of(self, entry: Entry) -> str:
        """Return where the text of a kept article lies in cleaned/, "" where it is not written."""
        return entry.text_path if "text" in self.outputs.articles else ""


class Writer(Protocol[T_contra]):
    """One output format: told of every page once, then closed."""

    def add(self, page: T_contra, /) -> None:
        """Take one page."""
        ...

    def close(self) -> None:
        """Write what is left, and make it outlast a power cut."""
        ...


class Standings:
    """What becomes of each page, by what was found out about all of them.

    An article that is in none of `clusters` has no copy. `replaced` has by their names the pages
    that another crawl of their address stands for.
    """

    def __init__(
        self,
        matches: Sequence[Match],
        clusters: Sequence[Cluster],
        replaced: Mapping[str, Replaced] | None = None,
    ) -> None:
        self._clusters = {member: cluster for cluster in clusters for member in cluster.members}
        self._relations = {(match.a, match.b): match.relation for match in matches}
        self._replaced = replaced or {}

    def of(self, found: Found, brief: Brief) -> Standing:
        """Return what becomes of a page: an article kept, a duplicate of one, or neither."""
        newer = self._replaced.get(found.name)
        if newer:
            kept = self._cluster(newer.by).canonical
            kind = "same" if newer.reason == REPEATED else ""
            return Standing("duplicate", kept, kind, replaced=newer.reason)
        if brief.aside:
            return Standing("aside")
        if not brief.is_article:
            return Standing("not-an-article")
        cluster = self._cluster(brief.id)
        if cluster.canonical == brief.id:
            return Standing("article", brief.id, "", cluster)
        pair = (min(brief.id, cluster.canonical), max(brief.id, cluster.canonical))
        # Copies of a copy are near to the canonical one, if no closer relation was found.
        return Standing("duplicate", cluster.canonical, self._relations.get(pair, "near"))

    def _cluster(self, page: str) -> Cluster:
        return self._clusters.get(page) or Cluster.alone(page)

    def entries(self, outcomes: Iterable[tuple[Found, Outcome]]) -> Iterator[Entry]:
        """Yield an entry for each page."""
        for found, outcome in outcomes:
            yield self.of(found, brief_of(outcome)).entry(found, outcome)


def join(
    outcomes: Iterable[tuple[Found, Outcome]],
    matches: Sequence[Match],
    clusters: Sequence[Cluster],
    replaced: Mapping[str, Replaced] | None = None,
) -> Iterator[Entry]:
    """Yield an entry for each page, as `Standings` has it."""
    return Standings(matches, clusters, replaced).entries(outcomes)
