"""Matches → clusters of pages that carry one body, and the copy of each to keep.

In: verified matches and a few facts about each page. Out: every page that has a copy in exactly
one cluster. Never: two pages joined through anything but `same` and `near` matches, or one kept for
another that is its `template`.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from pipeline.dedup.kernel import components
from pipeline.records import Cluster, Match
from pipeline.rules.dedup import DedupRules

WHOLE = 0.98  # of the longest copy; a shorter one is less complete, not just spaced otherwise


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What the choice between copies looks at.

    `chars` counts the characters of the body, `noise` the blocks that were dropped around it.
    """

    host: str = ""
    chars: int = 0
    noise: int = 0
    published: date | None = None
    url: str = ""


Key = Callable[[str], Any]  # numbers for one reason, strings for another; never both


def clusters(
    matches: Sequence[Match],
    facts: Mapping[str, PageFacts],
    preferred_hosts: Sequence[str],
    rules: DedupRules,
) -> list[Cluster]:
    """Return the clusters of the pages in `facts`, sorted by canonical copy.

    A page without a copy is in none. Matches that name other pages are passed over.
    `preferred_hosts` are names of hosts, the most preferred first; a host below one counts as it.
    """
    hosts = tuple(host for rule in rules.of("issuing-site") for host in rule.hosts)
    pairs = [
        (match.a, match.b)
        for match in matches
        if match.relation in ("same", "near") and match.a in facts and match.b in facts
    ]
    ids = sorted({page for pair in pairs for page in pair})
    places = {page: place for place, page in enumerate(ids)}
    ends = np.array([(places[a], places[b]) for a, b in pairs], np.int64).reshape(-1, 2)
    members = defaultdict[int, list[str]](list)
    for page, root in zip(ids, components(len(ids), ends).tolist(), strict=True):
        members[root].append(page)
    forms = {
        pair
        for match in matches
        if match.relation == "template"
        for pair in ((match.a, match.b), (match.b, match.a))
    }
    found, waiting = list[Cluster](), list(members.values())
    while waiting:
        cluster = _choose(tuple(waiting.pop()), facts, preferred_hosts, hosts)
        # A chain of copies may lead to a page that says other figures than the one kept.
        others = [page for page in cluster.members if (page, cluster.canonical) in forms]
        if others:
            waiting += [others, [page for page in cluster.members if page not in others]]
        elif len(cluster.members) > 1:
            found.append(cluster)
    return sorted(found, key=lambda cluster: cluster.canonical)


def on_host(host: str, names: Sequence[str]) -> int:
    """Return the place of the first of `names` that `host` is or lies below; their count if none.

    >>> on_host("www.ningbo.gov.cn", ["example.com", ".gov.cn"])
    1
    """
    for place, name in enumerate(names):
        if host == name.lstrip(".") or host.endswith("." + name.lstrip(".")):
            return place
    return len(names)


def _choose(
    members: tuple[str, ...],
    facts: Mapping[str, PageFacts],
    preferred: Sequence[str],
    issuing: Sequence[str],
) -> Cluster:
    """Return the cluster of `members` with the copy to keep and why it is that one."""
    if len(members) == 1:
        return Cluster.alone(members[0])
    facts = {page: facts[page] for page in members}
    longest = max(one.chars for one in facts.values())
    left, reasons = members, list[str]()
    for reason, key in _criteria(facts, preferred, issuing, longest):
        least = min(map(key, left))
        best = tuple(page for page in left if key(page) == least)
        if len(best) < len(left):
            reasons.append(reason)
        left = best
    return Cluster(left[0], members, ", then ".join(reasons))


def _criteria(
    facts: Mapping[str, PageFacts], preferred: Sequence[str], issuing: Sequence[str], longest: int
) -> list[tuple[str, Key]]:
    """Return the reasons to keep a copy, the weightiest first; the least value is kept."""
    return [
        ("on a preferred host", lambda page: on_host(facts[page].host, preferred)),
        ("on a government's site", lambda page: on_host(facts[page].host, issuing) == len(issuing)),
        ("the most complete", lambda page: facts[page].chars < WHOLE * longest),
        ("with the least noise", lambda page: facts[page].noise),
        ("the earliest", lambda page: (facts[page].published or date.max).toordinal()),
        ("the first by URL", lambda page: facts[page].url),
        ("the first by id", lambda page: page),
    ]
