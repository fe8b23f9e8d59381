"""Entries → counts: by site, by month, by reason, and what each rule did where.

In: pages, each once, or the counts of some of them. Out: numbers, and a few examples of each rule.
Never: more kept than there are sites, months and rules, however many pages; an example that depends
on which pages were counted together.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import msgspec

from pipeline.paths import site_of
from pipeline.publish.entries import Entry
from pipeline.records import Aside, Page, Status, TakenOut

K = TypeVar("K", bound=Hashable)

STATUSES: tuple[Status, ...] = ("article", "duplicate", "not-an-article", "aside")
# These name themselves wherever they do anything; a word of a table's grammar does not.
_TOLD = ("chrome", "site", "article", "metadata", "spelling")
_EXAMPLES = 3
_SITES = 5
_SHOWN = 120
_MOST_TAKEN, _TOP = 8, 8

# The file of a page, and its rank in it: what pages are sorted by.
Place = tuple[str, int]


def place_of(entry: Entry) -> Place:
    """Return where a page stands among all pages."""
    return entry.found.file, entry.found.number


class Example(msgspec.Struct, frozen=True, array_like=True):
    """What a rule did: a text, or what was and what it became, on which page, and its path."""

    place: Place
    parts: tuple[str, ...]
    page: str
    raw: str


class Fired(msgspec.Struct, array_like=True):
    """What one rule did: how often, on how many pages, on which sites, and examples."""

    times: int = 0
    pages: int = 0
    sites: dict[str, int] = msgspec.field(default_factory=dict)
    examples: list[Example] = msgspec.field(default_factory=list)

    @property
    def top(self) -> list[tuple[str, int]]:
        """Return the sites on which it fired most."""
        return sorted(self.sites.items(), key=lambda item: (-item[1], item[0]))[:_SITES]

    def take(self, more: "Fired") -> None:
        """Add what it did on other pages."""
        self.times += more.times
        self.pages += more.pages
        for site, count in more.sites.items():
            _count(self.sites, site, count)
        first: dict[tuple[str, ...], Example] = {}
        for example in sorted((*self.examples, *more.examples), key=lambda one: one.place):
            first.setdefault(example.parts, example)
        # What is among the first of all pages is among the first of its own.
        self.examples = list(first.values())[:_EXAMPLES]


class Taken(msgspec.Struct, frozen=True, array_like=True):
    """How many lines were taken out of one page, and how many of them by which rule."""

    page: str
    title: str
    raw: str
    lines: int
    rules: dict[str, int]

    @property
    def top(self) -> list[tuple[str, int]]:
        """Return the rules that took most."""
        return sorted(self.rules.items(), key=lambda item: (-item[1], item[0]))[:_TOP]


Counts = dict[tuple[str, str], int]


class Tally(msgspec.Struct, array_like=True):
    """All counts of some pages, or of a run."""

    status: dict[str, int] = msgspec.field(default_factory=dict)
    reasons: Counts = msgspec.field(default_factory=dict)
    sites: Counts = msgspec.field(default_factory=dict)
    months: Counts = msgspec.field(default_factory=dict)
    rules: dict[str, Fired] = msgspec.field(default_factory=dict)
    most_taken: list[Taken] = msgspec.field(default_factory=list)

    def add(self, entry: Entry, dropped: Sequence[TakenOut]) -> tuple[str, str, list[str]]:
        """Count one page; return its site, its month, and the rules that touched it."""
        site, month = site_name(entry), month_of(entry)
        _count(self.status, entry.status, 1)
        _count(self.sites, (site, entry.status), 1)
        _count(self.months, (month, entry.status), 1)
        if entry.reason:
            _count(self.reasons, (entry.status, entry.reason), 1)
        self._note_taken(entry, dropped)
        times = Counter[str]()
        if isinstance(entry.outcome, Page):
            times = _times(entry.outcome, dropped)
            new = {rule for rule in times if self._wants(rule)}
            for rule, what in _deeds(entry.outcome, dropped) if new else ():
                if rule in new and self._wants(rule):
                    self._note(rule, what, entry)
        for rule, count in times.items():
            fired = self.rules[rule]
            fired.pages += 1
            fired.times += count
            _count(fired.sites, site, count)
        return site, month, list(times)

    def _note_taken(self, entry: Entry, dropped: Sequence[TakenOut]) -> None:
        """Keep the articles and copies from which most was taken."""
        page = entry.outcome
        if not isinstance(page, Page) or not page.is_article:
            return
        least = self.most_taken[-1].lines if len(self.most_taken) == _MOST_TAKEN else 0
        if dropped and len(dropped) >= least:
            rules = Counter(rule for _, _, rule in dropped)
            title = page.title or entry.raw
            one = Taken(page.id, title, entry.raw, len(dropped), dict(rules))
            self.most_taken = _most([*self.most_taken, one])

    def _wants(self, rule: str) -> bool:
        """Return whether a rule has too few examples yet."""
        known = self.rules.get(rule)
        return known is None or len(known.examples) < _EXAMPLES

    def _note(self, rule: str, what: tuple[str, ...], entry: Entry) -> None:
        """Keep the first examples of a rule that say something new."""
        fired = self.rules.setdefault(rule, Fired())
        parts = tuple(part[:_SHOWN] for part in what)
        if all(parts != one.parts for one in fired.examples):
            fired.examples.append(Example(place_of(entry), parts, entry.outcome.id, entry.raw))

    def take(self, more: "Tally") -> None:
        """Add the counts of other pages; examples are then those of the first of all places."""
        for mine, theirs in (
            (self.reasons, more.reasons),
            (self.sites, more.sites),
            (self.months, more.months),
        ):
            for name, count in theirs.items():
                _count(mine, name, count)
        for status, count in more.status.items():
            _count(self.status, status, count)
        for rule, fired in more.rules.items():
            self.rules.setdefault(rule, Fired()).take(fired)
        self.most_taken = _most([*self.most_taken, *more.most_taken])

    def silent(self, reasons: Mapping[str, str]) -> list[str]:
        """Return the rules that did nothing, of those that would have said so."""
        told = (rule for rule in reasons if rule.partition(".")[0] in _TOLD)
        return sorted(rule for rule in told if rule not in self.rules)


def _most(taken: Iterable[Taken]) -> list[Taken]:
    return sorted(taken, key=lambda one: (-one.lines, one.raw, one.page))[:_MOST_TAKEN]


def _count(counts: dict[K, int], name: K, count: int) -> None:
    counts[name] = counts.get(name, 0) + count


def by_status(counts: Counts) -> dict[str, list[int]]:
    """Return for each name its pages by status, in the order of STATUSES."""
    names = dict.fromkeys(name for name, _ in counts)
    return {name: [counts.get((name, status), 0) for status in STATUSES] for name in names}


def most_first(rows: Mapping[str, list[int]]) -> list[tuple[str, list[int]]]:
    """Return the rows with most pages first."""
    return sorted(rows.items(), key=lambda item: (-sum(item[1]), item[0]))


def site_name(entry: Entry) -> str:
    """Return the site of a page; one that was set aside has but its path to tell."""
    outcome = entry.outcome
    if isinstance(outcome, Aside):
        outcome = entry.parsed or Page(outcome.id, "", (), outcome.provenance)
    return site_of(outcome)


def month_of(entry: Entry) -> str:
    """Return the month a page was published in, such as 2021-03, "" where that is not known."""
    outcome = entry.outcome
    day = None if isinstance(outcome, Aside) else outcome.published
    return day.isoformat()[:7] if day else ""


def _times(page: Page, dropped: Sequence[TakenOut]) -> Counter[str]:
    """Return how often each rule did anything to a page."""
    rules = [rule for _, _, rule in dropped]
    rules += [change.rule for change in page.changes]
    rules += [origin.rule for _, origin in page.facts]
    return Counter(rules)


def _deeds(page: Page, dropped: Sequence[TakenOut]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each thing that a rule did to a page: the rule, and what was and what became of it."""
    for _, text, rule in dropped:
        yield rule, (text,)
    for change in page.changes:
        yield change.rule, (change.before, change.after)
    for value, origin in page.facts:
        yield origin.rule, (origin.field.replace("_", " "), value)
