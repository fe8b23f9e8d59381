"""Entries → counts: by site, by month, by reason, and what each rule did where.

In: every page once. Out: numbers, and a few examples of each rule. Never: more kept than there are
sites, months and rules, however many pages.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.paths import site_of
from pipeline.publish.entries import Entry
from pipeline.records import Aside, Page, Status

STATUSES: tuple[Status, ...] = ("article", "duplicate", "not-an-article", "aside")
# These name themselves wherever they do anything; a word of a table's grammar does not.
_TOLD = ("chrome", "site", "article", "metadata", "spelling")
_EXAMPLES = 3
_SITES = 5
_SHOWN = 120
_MOST_TAKEN, _TOP = 8, 8


@dataclass(slots=True)
class Fired:
    """What one rule did: how often, on how many pages, on which sites, and examples.

    An example is a text or what was and what it became, the page's id, and its path in raw/.
    """

    times: int = 0
    pages: int = 0
    sites: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[tuple[str, ...], str, str]] = field(default_factory=list)

    @property
    def top(self) -> list[tuple[str, int]]:
        """Return the sites on which it fired most."""
        return sorted(self.sites.items(), key=lambda item: (-item[1], item[0]))[:_SITES]


@dataclass(frozen=True, slots=True)
class Taken:
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


@dataclass(slots=True)
class Tally:
    """All counts of a run."""

    status: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    sites: Counter[tuple[str, str]] = field(default_factory=Counter)
    months: Counter[tuple[str, str]] = field(default_factory=Counter)
    rules: dict[str, Fired] = field(default_factory=dict)
    most_taken: list[Taken] = field(default_factory=list)

    def add(self, entry: Entry) -> tuple[str, str, list[str]]:
        """Count one page; return its site, its month, and the rules that touched it."""
        site, month = site_name(entry), month_of(entry)
        self.status[entry.status] += 1
        self.sites[site, entry.status] += 1
        self.months[month, entry.status] += 1
        if entry.reason:
            self.reasons[entry.status, entry.reason] += 1
        self._note_taken(entry)
        times: Counter[str] = Counter()
        if isinstance(entry.outcome, Page):
            for rule, what in _deeds(entry.outcome):
                times[rule] += 1
                known = self.rules.get(rule)
                if known is None or len(known.examples) < _EXAMPLES:
                    self._note(rule, what, entry)
        for rule, count in times.items():
            fired = self.rules[rule]
            fired.pages += 1
            fired.times += count
            fired.sites[site] += count
        return site, month, list(times)

    def _note_taken(self, entry: Entry) -> None:
        """Keep the articles and copies from which most was taken."""
        page = entry.outcome
        if not isinstance(page, Page) or not page.is_article:
            return
        rules = Counter(block.dropped_by for block in page.blocks if block.dropped_by)
        if rules:
            one = Taken(page.id, page.title or entry.raw, entry.raw, rules.total(), dict(rules))
            ranked = sorted((*self.most_taken, one), key=lambda taken: (-taken.lines, taken.raw))
            self.most_taken[:] = ranked[:_MOST_TAKEN]

    def _note(self, rule: str, what: tuple[str, ...], entry: Entry) -> None:
        """Keep the first examples of a rule that say something new."""
        fired = self.rules.setdefault(rule, Fired())
        parts = tuple(part[:_SHOWN] for part in what)
        if all(parts != one for one, _, _ in fired.examples):
            fired.examples.append((parts, entry.outcome.id, entry.raw))

    def silent(self, reasons: Mapping[str, str]) -> list[str]:
        """Return the rules that did nothing, of those that would have said so."""
        told = (rule for rule in reasons if rule.partition(".")[0] in _TOLD)
        return sorted(rule for rule in told if rule not in self.rules)


def by_status(counts: Counter[tuple[str, str]]) -> dict[str, list[int]]:
    """Return for each name its pages by status, in the order of STATUSES."""
    names = dict.fromkeys(name for name, _ in counts)
    return {name: [counts[name, status] for status in STATUSES] for name in names}


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
    return f"{day:%Y-%m}" if day else ""


def _deeds(page: Page) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each thing that a rule did to a page: the rule, and what was and what became of it."""
    for block in page.dropped:
        yield block.rule, (block.text,)
    for change in page.changes:
        yield change.rule, (change.before, change.after)
    for value, origin in page.facts:
        yield origin.rule, (origin.field.replace("_", " "), value)
