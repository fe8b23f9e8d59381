"""The steps, in their order. Read this first.

    RawPage ─parse→ Page ─strip→ Page ─drop_repeats→ Page ─tables→ Page ─normalize→ Page
    Page ─sign→ Signature, all Pages ─find_matches→ Match ─clusters→ Cluster

Every step after `parse` takes a page and its rules and returns the page, marked or respelled.
`pipeline/stages.py` says at which places a run keeps its result.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipeline import chrome, dedup, parse, spelling, tables
from pipeline.publish import site_of
from pipeline.records import Cluster, Match, Outcome, Page, RawPage, Signature
from pipeline.rules import Rules


def clean(raw: RawPage, rules: Rules, parser: str = "lexbor") -> Page:
    """Return the page with its chrome marked, its tables rebuilt and its spelling normalized."""
    page = strip_chrome(raw, rules, parser)
    page = tables.rebuild_tables(page, rules.tables)
    return spelling.normalize_page(page, rules.spelling)


def strip_chrome(raw: RawPage, rules: Rules, parser: str = "lexbor") -> Page:
    """Return the page parsed, with its chrome and second copies of its body marked."""
    page = parse.parse(raw, rules.metadata, parser)
    page = chrome.strip(page, rules.chrome)
    return dedup.drop_repeats(page, rules.dedup)


def bodies(outcomes: Iterable[Outcome]) -> Iterator[Page]:
    """Yield the pages that are articles: what duplicates are looked for among."""
    for outcome in outcomes:
        if isinstance(outcome, Page) and outcome.is_article:
            yield outcome


def sign(page: Page) -> Signature:
    """Return the MinHash signature of the page's body."""
    return dedup.sign(page.id, page.text)


def find_duplicates(
    pages: Sequence[Page],
    signatures: Mapping[str, Signature],
    rules: Rules,
    preferred_hosts: Sequence[str] = (),
) -> tuple[tuple[Match, ...], tuple[Cluster, ...]]:
    """Return the related pairs of `pages`, and the clusters that carry one body each."""
    matches = dedup.find_matches({page.id: page.text for page in pages}, signatures)
    facts = {page.id: _facts(page) for page in pages}
    clusters = dedup.clusters(matches, facts, preferred_hosts, rules.dedup)
    return tuple(matches), tuple(clusters)


def _facts(page: Page) -> "dedup.PageFacts":
    """Return what the choice between copies looks at."""
    return dedup.PageFacts(
        host=site_of(page),
        chars=len(page.text),
        noise=len(page.dropped),
        published=page.published,
        url=page.url or page.provenance.file,
    )
