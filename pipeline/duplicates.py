"""The bodies of a run → what is related, and whose copy is kept.

In: pages, their gists, and the verdicts that earlier runs left in .work. Out: `Duplicates`, and
the verdicts for the next run. Never: two texts compared that a run compared before, or a result
that it could be seen in.

Texts lie on disk meanwhile. Verdicts go by the content of two texts: they outlast edited rules,
pages that move and pages that vanish, and may be deleted.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipeline import dedup, flow, stages
from pipeline.config import Config
from pipeline.paths import Paths
from pipeline.records import Cluster, Gist, Match, Page, Verdict
from pipeline.rules import Rules
from pipeline.store import TextFile, read_records, write_records

_AT_ONCE = 1000  # verdicts a record: packing them one by one takes longer than making them

_Row = tuple[bytes, Verdict | None]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What `DetectDuplicates` found."""

    matches: tuple[Match, ...]
    clusters: tuple[Cluster, ...]


def detect(
    bodies: Iterable[Page], gists: Iterable[Gist], paths: Paths, config: Config, rules: Rules
) -> Duplicates:
    """Return what is related among `bodies`; only pairs that no run compared are compared."""
    facts = {}
    with closing(TextFile(paths.work)) as texts:
        for page in bodies:
            texts.put(page.id, page.text)
            facts[page.id] = flow.facts(page)
        known = dict(_read(verdicts(paths, rules)))
        memory = dedup.Memory({gist.text: gist for gist in gists}, known)
        matches = flow.find_matches(texts, memory, config.run.workers, rules)
    if memory.verdicts.keys() - known.keys() or 2 * len(memory.verdicts) < len(known):
        write_records(verdicts(paths, rules), _rows(memory))
    clusters = flow.choose_copies(matches, facts, rules, config.dedup.preferred_hosts)
    return Duplicates(matches, clusters)


def verdicts(paths: Paths, rules: Rules) -> Path:
    """Return the file that remembers what comparisons came to, as this code makes them."""
    return paths.segment(stages.VERDICTS.name, stages.VERDICTS.shape(rules, ""))


def _read(file: Path) -> Iterator[_Row]:
    if file.exists():
        for rows in read_records(file, list[_Row]):
            yield from rows


def _rows(memory: "dedup.Memory") -> Iterator[list[_Row]]:
    rows = iter(memory.verdicts.items())
    while some := list(islice(rows, _AT_ONCE)):
        yield some
