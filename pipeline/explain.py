"""One page of the last run → every block taken out, every change, every rule's reason.

In: a page id, a URL, or a path in raw/. Out: the page as the last run left it, and its row in the
ledger. Never: a guess at what happened; all of it was written down when it did.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from pipeline import flow, recurring
from pipeline.errors import ConfigError
from pipeline.paths import Paths, quote
from pipeline.records import Outcome, Page
from pipeline.rules import Rules
from pipeline.run.stages import LEARN, NORMALIZE
from pipeline.store import read_outcomes, read_records

# A rebuilt table changes hundreds of lines at once; its first cells tell which it is.
SHOWN = 60

_OPPOSITE = {"contains": "contained", "contained": "contains"}


@dataclass(frozen=True, slots=True)
class Told:
    """What one rule did, to the blocks that began on `lines`; line 0 is the page's head."""

    rule: str
    reason: str
    what: str
    lines: tuple[int, ...]


def ledger_row(paths: Paths, wanted: str) -> dict[str, str]:
    """Return the ledger's row of the page with this id, URL or path; `ConfigError` if none."""
    ledger = paths.cleaned / "ledger.csv"
    if not ledger.exists():
        message = f"{ledger}: is not there: nothing was published yet. Run `clean-corpus run`"
        raise ConfigError(message)
    raw = quote(wanted.removeprefix(f"{paths.raw}/"))
    with ledger.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            place = f"{row['raw']}: {row['member']}" if row["member"] else row["raw"]
            if wanted in (row["page"], row["url"], row["raw"], place) or raw in (row["raw"], place):
                return row
    message = f"{wanted}: is no page id, URL or path of the last run. See {ledger}"
    raise ConfigError(message)


def last_outcome(paths: Paths, page: str) -> Outcome:
    """Return what the last run made of a page; `ConfigError` when its state was deleted."""
    for segment in sorted(paths.segment(NORMALIZE.name, "").glob("*")):
        for outcome in read_outcomes(segment):
            if outcome.id == page:
                return outcome
    message = f"{paths.work}: the state of the last run is gone. Run `clean-corpus run` again"
    raise ConfigError(message)


def related(paths: Paths, page: str) -> list[tuple[str, str]]:
    """Return what the page is to others: the relation, and the other's path in raw/."""
    found = []
    with (paths.cleaned / "matches.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["a"] == page:
                found.append((row["relation"], row["raw_b"]))
            elif row["b"] == page:
                found.append((_OPPOSITE.get(row["relation"], row["relation"]), row["raw_a"]))
    return found


def said(page: Page, reasons: Mapping[str, str]) -> Iterator[Told]:
    """Yield what the page says of itself, field by field, and the text it says it in."""
    for value, origin in page.facts:
        what = f"{origin.field.replace('_', ' ')} {value} ← {_short(origin.text)}"
        yield Told(origin.rule, reasons.get(origin.rule, ""), what, (origin.line,))


def standing(paths: Paths, page: Page, rules: Rules) -> dict[str, str]:
    """Return for texts of the page that recur on its site on how many pages they do, in words."""
    from pipeline.run.learning import Recurring

    site = flow.known_site(page)
    stored = next(paths.segment(LEARN.name, "").glob("*"), None)
    if stored is None:
        return {}
    learned = next(read_records(stored, Recurring)).learned
    texts = {block.text for block in page.blocks if block.dropped_by}
    counts = {text: recurring.standing(text, site, learned, rules.chrome) for text in texts}
    return {
        text: f"It stands on {count} of {bodies} different bodies of {site}."
        for text, (count, bodies) in counts.items()
        if count
    }


def dropped(
    page: Page, reasons: Mapping[str, str], remarks: Mapping[str, str] | None = None
) -> Iterator[Told]:
    """Yield each block that was taken out, in the order of the page; `remarks` are by text."""
    for block in page.dropped:
        remark = (remarks or {}).get(block.text, "")
        reason = f"{reasons.get(block.rule, '')} {remark}".strip()
        yield Told(block.rule, reason, block.text, (block.line,))


def changed(page: Page, reasons: Mapping[str, str]) -> Iterator[Told]:
    """Yield each kind of change once, with the lines it was made on, rule by rule."""
    rows = sorted(
        (
            change.rule,
            f"{_short(change.before)} → {_short(change.after)}",
            page.blocks[change.block].line,
        )
        for change in page.changes
        if change.block >= 0
    )
    for (rule, what), group in groupby(rows, key=lambda row: row[:2]):
        yield Told(rule, reasons.get(rule, ""), what, tuple(line for _, _, line in group))


def _short(text: str) -> str:
    """Return `text` with its blanks visible, the middle of a long one left out."""
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…{len(text) - SHOWN} more")
