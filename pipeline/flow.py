"""The steps, in their order. Read this first.

    RawPage ─parse→ Page ─strip→ Page ─drop_repeats→ Page ─tables→ Page ─normalize→ Page
    Page ─make_gist→ Gist, all texts ─find_matches→ Match ─choose_copies→ Cluster

A run looks at all pages of a site before it rebuilds tables, and marks what recurs on them:

    Page ─outline→ Outline, all Outlines ─learn_sites→ lines lost ─drop_recurring→ Page

Every step after `parse` takes a page and its rules and returns the page, marked or respelled.
`pipeline/run/stages.py` says at which places a run keeps its result.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeGuard

from msgspec.structs import replace

from pipeline import chrome, dedup, parse, recurring, spelling, tables
from pipeline.brief import Brief
from pipeline.paths import site_of
from pipeline.records import Cluster, Gist, Match, Outcome, Page, RawPage
from pipeline.recurring import Learned, Outline, Taken
from pipeline.rules import Rules

# What a server itself calls an error or a move is none, whatever it says: the rule for that, and
# the first status of HTTP that means it.
_ERROR = "article.error-page"
_MOVED = 300

# A folder may have any name; "2021.03" or "pages" is none of a site, whose pages share chrome.
_SITE = re.compile(r"(?:[\w-]+\.)+(?:[a-z]{2,}|xn--[\w-]+)|(?:\d{1,3}\.){3}\d{1,3}")


def clean(raw: RawPage, rules: Rules, parser: str = "lexbor") -> Page:
    """Return the page with its chrome marked, its tables rebuilt and its spelling normalized.

    It is one page: what recurs on its site, only a run can see.
    """
    page = strip_chrome(raw, rules, parser)
    page = tables.rebuild_tables(page, rules.tables)
    return spelling.normalize_page(page, rules.spelling)


def strip_chrome(raw: RawPage, rules: Rules, parser: str = "lexbor") -> Page:
    """Return the page parsed, with its chrome and second copies of its body marked."""
    page = parse.parse(raw, rules.metadata, parser)
    page = chrome.strip(page, rules.chrome)
    if raw.status >= _MOVED and page.is_article:
        page = replace(page, dropped_by=_ERROR)
    return dedup.drop_repeats(page, rules.dedup)


def outline(page: Page, rules: Rules) -> Outline:
    """Return what of a stripped page tells what recurs on its site; empty for no known site."""
    return recurring.outline_page(page, known_site(page), rules.chrome)


def known_site(page: Page) -> str:
    """Return the site of a page as the outputs name it; "" where that is no name of a host."""
    site = site_of(page)
    return site if _SITE.fullmatch(site) else ""


def learn_sites(outlines: Sequence[Outline]) -> Learned:
    """Return what recurs within each site; `outlines` stand in the order of the pages' paths."""
    return recurring.learn(outlines)


def lines_lost(outlines: Iterable[Outline], learned: Learned) -> dict[int, Taken]:
    """Return how many lines pages lose at head and tail, by their place in `outlines`."""
    return recurring.taken(outlines, learned)


def drop_recurring(page: Page, lost: Taken, rules: Rules) -> Page:
    """Return the page with so many lines at its head and its tail marked."""
    return recurring.mark_recurring(page, lost, rules.chrome) if any(lost) else page


def bodies(outcomes: Iterable[Outcome]) -> Iterator[Page]:
    """Yield the pages that are articles: what duplicates are looked for among."""
    for outcome in outcomes:
        if is_body(outcome):
            yield outcome


def is_body(outcome: Outcome) -> TypeGuard[Page]:
    """Return whether a page is an article."""
    return isinstance(outcome, Page) and outcome.is_article


def make_gist(page: Page) -> Gist:
    """Return what finds the page's body again: its signature, its sketch, its names."""
    return dedup.make_gist(page.text)


def find_matches(
    texts: Mapping[str, str], memory: "dedup.Memory", workers: int, rules: Rules
) -> tuple[Match, ...]:
    """Return the related pairs of `texts` (page ids to bodies, on disk or not).

    What `memory` holds is not compared again; it is brought up to date.
    """
    return tuple(dedup.find_matches(texts, memory, workers, rules.dedup))


def choose_copies(
    matches: Sequence[Match],
    facts: "Mapping[str, dedup.PageFacts]",
    rules: Rules,
    preferred_hosts: Sequence[str] = (),
) -> tuple[Cluster, ...]:
    """Return the clusters that carry one body each, of all pages in `facts`."""
    return tuple(dedup.clusters(matches, facts, preferred_hosts, rules.dedup))


def facts(brief: Brief) -> "dedup.PageFacts":
    """Return what the choice between copies looks at."""
    return dedup.PageFacts(brief.host, brief.chars, brief.noise, brief.published, brief.url)
