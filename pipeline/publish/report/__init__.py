"""report/index.html: the run, to look at. One static page, nothing fetched, no script.

In: every page of the corpus. Out: what was kept and what was not, which figures differ, which
cells are doubtful, and what each rule took. Never: a string from a page that is not escaped.
"""

from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from pipeline.publish.entries import Corpus, Entry
from pipeline.publish.report.indicators import Indicators
from pipeline.publish.report.plots import plots_of_table
from pipeline.publish.tables import ValueReader, told_doubts, wide_name
from pipeline.records import Aside, Page, Refused, Table
from pipeline.store import write_bytes

# A person reads a few hundred rows; the rest is in the files that the report names.
SHOWN = 500
# Some twelve hundred bytes each.
PLOTS = 600
SHARED = 60


class ReportWriter:
    """Writes report/index.html."""

    def __init__(self, folder: Path, corpus: Corpus) -> None:
        self._path = folder / "report" / "index.html"
        self._corpus = corpus
        self._status: Counter[str] = Counter()
        self._pages: list[dict[str, Any]] = []
        self._tables: list[dict[str, Any]] = []
        self._refused: list[tuple[str, Refused]] = []
        self._indicators = Indicators()
        self._reader = ValueReader(corpus.rules, strict=corpus.tables.strict)
        self._plots = 0
        self._fired: Counter[str] = Counter()
        self._examples: dict[str, str] = {}

    def add(self, entry: Entry) -> None:
        """Take one page."""
        self._status[entry.status] += 1
        if isinstance(entry.outcome, Page):
            self._count(entry.outcome)
        if len(self._pages) < SHOWN or entry.status == "aside":
            self._pages.append({**_page(entry), "text": self._corpus.text_of(entry)})
        if entry.kept is not None:
            self._refused += [(entry.raw, one) for one in entry.kept.refused]
            for number, table in enumerate(entry.kept.tables):
                self._add_table(entry, entry.kept, number, table)

    def _add_table(self, entry: Entry, page: Page, number: int, table: Table) -> None:
        values = list(self._reader.read(page, table))
        sheet = f"{page.id}/{number}"
        self._indicators.add(page.id, page.title or entry.raw, sheet, values)
        if len(self._tables) >= SHOWN:
            return
        plots = list(islice(plots_of_table(values, sheet), max(0, PLOTS - self._plots)))
        self._plots += len(plots)
        doubts = zip(table.doubts, told_doubts(table), strict=True)
        self._tables.append(
            {
                "raw": entry.raw,
                "number": number + 1,
                "file": wide_name(table, number + 1, page.id),
                "table": table,
                "doubtful": {(doubt.row, doubt.column): told for doubt, told in doubts},
                "plots": plots,
            }
        )

    def _count(self, page: Page) -> None:
        for block in page.dropped:
            self._fired[block.rule] += 1
            self._examples.setdefault(block.rule, block.text)
        for change in page.changes:
            self._fired[change.rule] += 1
            self._examples.setdefault(change.rule, f"{change.before!r} → {change.after!r}")

    def close(self) -> None:
        """Write the page."""
        environment = Environment(
            loader=PackageLoader("pipeline.publish", "report"),
            autoescape=select_autoescape(["html", "j2"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        matches = self._corpus.matches
        html = environment.get_template("index.html.j2").render(
            status=self._status,
            total=self._status.total(),
            pages=self._pages,
            tables=self._tables,
            refused=self._refused[:SHOWN],
            indicators=self._indicators.shared(SHARED),
            matches=matches[:SHOWN],
            differing=_differing(self._corpus)[:SHOWN],
            raw=self._corpus.raw,
            rules=[(rule, n, self._examples[rule]) for rule, n in self._fired.most_common()],
            reasons=self._corpus.reasons,
            others=self._corpus.others,
            shown=SHOWN,
        )
        write_bytes(self._path, [html.encode("utf-8")])


Saying = tuple[str, str]  # the figures of a sentence, and the sentence


def _differing(corpus: Corpus) -> list[dict[Saying, list[str]]]:
    """Return each disagreement once: what is said, and the pages that say so.

    Ten copies of a report disagree with its digest as the report itself does.
    """
    found: dict[frozenset[Saying], dict[Saying, set[str]]] = {}
    for match in corpus.matches:
        for one in match.disagreements:
            first = (" ".join(one.figures_a), one.sentence_a)
            second = (" ".join(one.figures_b), one.sentence_b)
            pages = found.setdefault(frozenset((first, second)), {first: set(), second: set()})
            pages[first].add(corpus.raw[match.a])
            pages[second].add(corpus.raw[match.b])
    return [{said: sorted(pages) for said, pages in one.items()} for one in found.values()]


def _page(entry: Entry) -> dict[str, Any]:
    outcome = entry.outcome
    aside = isinstance(outcome, Aside)
    return {
        "id": outcome.id,
        "raw": entry.raw,
        "status": entry.status,
        "title": "" if isinstance(outcome, Aside) else outcome.title,
        "published": "" if isinstance(outcome, Aside) else outcome.published or "",
        "reason": entry.reason,
        "message": outcome.message if isinstance(outcome, Aside) else "",
        "canonical": entry.canonical,
        "relation": entry.relation,
        "why": entry.cluster.why if entry.cluster and len(entry.cluster.members) > 1 else "",
        "chars": 0 if aside or entry.kept is None else len(entry.kept.text),
        "facts": () if isinstance(outcome, Aside) else outcome.facts,
        "dropped": () if isinstance(outcome, Aside) else outcome.dropped[:SHOWN],
    }
