"""report/: the run, to look at. A static page and what it loads from beside it; nothing fetched.

In: every page of the corpus. Out: index.html, which tells the run; scripts under data/, which tell
each page, each pair of related pages and what to search, loaded when a reader asks for them; and
`report.js`, which shows them. Never: a string from a page that is not escaped; more in memory than
a batch of pages and the counts of the run.
"""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from pipeline.publish.entries import Corpus, Entry
from pipeline.publish.report.budget import Budget
from pipeline.publish.report.indicators import Indicators
from pipeline.publish.report.lookalikes import Lookalikes
from pipeline.publish.report.pieces import Pieces, packed, write_piece
from pipeline.publish.report.story import caption, drawing, sheet, story
from pipeline.publish.report.tally import STATUSES, Tally, by_status, most_first
from pipeline.publish.report.tongues import code, said, script, tongue, translated, word
from pipeline.publish.report.words import clear, clear_blanks
from pipeline.publish.tables import ValueReader, told_doubts
from pipeline.records import Aside, Match, Page, Table
from pipeline.store import write_bytes

# Rows a file. A reader waits for one file of pages, and to search for all of the index.
PAGES, MATCHES, INDEX = 16, 50, 5000
# A person reads so many in index.html; the rest is found by search, and in the files.
SHOWN = 50
SHARED = 60
STATIC = ("report.css", "report.js")


class ReportWriter:
    """Writes report/."""

    def __init__(self, folder: Path, corpus: Corpus) -> None:
        self._folder = folder / "report"
        self._corpus = corpus
        self._tally = Tally()
        self._budget = Budget()
        self._pages = Pieces(self._folder, "page", PAGES)
        self._index = Pieces(self._folder, "index", INDEX)
        self._sites: dict[str, int] = {}
        self._rules: dict[str, int] = {}
        self._aside: list[tuple[str, Aside]] = []
        self._doubtful: list[dict[str, Any]] = []
        self._indicators = Indicators()
        self._lookalikes = Lookalikes()
        self._reader = ValueReader(corpus.rules, strict=corpus.tables.strict)
        self._related = _by_page(corpus.matches)

    def add(self, entry: Entry) -> None:
        """Take one page."""
        site, month, rules = self._tally.add(entry)
        self._lookalikes.add(entry, site)
        related = self._related.get(entry.outcome.id, [])
        room = self._budget.room
        told = story(entry, related, room)
        raw = told["raw"] = self._corpus.raw.get(entry.outcome.id, entry.raw)
        tables = () if entry.kept is None else entry.kept.tables
        if entry.kept is not None:
            told["text"] = self._corpus.text_of(entry)
            told["tables"] = list(self._sheets(entry.kept, raw, room))
            told["refused"] = [[one.line, one.text[:SHOWN], one.why] for one in entry.kept.refused]
        elif isinstance(entry.outcome, Aside) and len(self._aside) < SHOWN:
            self._aside.append((raw, entry.outcome))
        self._budget.spend(self._pages.add(told))
        self._index.add(
            [
                entry.outcome.id,
                "" if isinstance(entry.outcome, Aside) else entry.outcome.title,
                raw,
                STATUSES.index(entry.status),
                _number(self._sites, site),
                month,
                "" if entry.canonical == entry.outcome.id else entry.canonical,
                len(entry.cluster.members) if entry.cluster else 0,
                len(related),
                sum(len(match.disagreements) for _, match in related),
                len(tables),
                sum(len(table.doubts) for table in tables),
                sum(block[2] >= 0 for block in told.get("blocks", ()) if block[3]),
                [_number(self._rules, rule) for rule in rules],
                entry.reason,
            ]
        )

    def _sheets(self, page: Page, raw: str, room: int) -> Iterable[dict[str, Any]]:
        """Yield the tables of a page as far as there is room; note what is doubtful in them."""
        for number, table in enumerate(page.tables, 1):
            values = list(self._reader.read(page, table))
            name = f"{page.id}/{number}"
            self._indicators.add(page.id, page.title or raw, name, values)
            if table.doubts and len(self._doubtful) < SHOWN:
                self._doubtful.append(_doubtful(page, raw, number, table))
            told = sheet(page, number, values, max(0, room))
            room -= len(packed(told))
            yield told

    def close(self) -> None:
        """Write what all pages share, and the page that a reader opens."""
        self._pages.close()
        self._index.close()
        matches = Pieces(self._folder, "match", MATCHES)
        for match in self._corpus.matches:
            matches.add(_match(match))
        matches.close()
        shared = self._indicators.shared(SHARED)
        plots = [drawing(one.plot) | {"documents": one.documents} for one in shared]
        write_piece(self._folder, "indicators", packed(plots))
        write_piece(self._folder, "names", packed(self._names(len(plots))))
        for name in STATIC:
            write_bytes(self._folder / name, [Path(__file__).with_name(name).read_bytes()])
        write_bytes(self._folder / "words.js", [script()])
        write_bytes(self._folder / "index.html", [self._html(len(plots)).encode("utf-8")])

    def _names(self, indicators: int) -> dict[str, Any]:
        """Return what `report.js` must know before anything else."""
        return {
            "rows": {"page": PAGES, "match": MATCHES, "index": INDEX},
            "pages": self._tally.status.total(),
            "matches": len(self._corpus.matches),
            "indicators": indicators,
            "sites": list(self._sites),
            "rules": list(self._rules),
            "reasons": dict(sorted(self._corpus.reasons.items())),
        }

    def _html(self, indicators: int) -> str:
        environment = Environment(
            loader=PackageLoader("pipeline.publish", "report"),
            autoescape=select_autoescape(["html", "j2"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= {"clear": clear, "clear_blanks": clear_blanks}
        tally, corpus = self._tally, self._corpus
        environment.globals |= {
            "word": word,
            "said": said,
            "code": code,
            "translated": translated,
            "tongue": tongue,
            "because": lambda rule: translated("rule", corpus.reasons.get(rule, ""), rule),
        }
        rules = sorted(tally.rules.items(), key=lambda item: (-item[1].times, item[0]))
        return environment.get_template("index.html.j2").render(
            total=tally.status.total(),
            status=tally.status,
            statuses=STATUSES,
            why=sorted(tally.reasons.items(), key=lambda item: (-item[1], item[0])),
            sites=most_first(by_status(tally.sites)),
            months=sorted(by_status(tally.months).items()),
            differing=list(islice(_differing(corpus), SHOWN)),
            differences=sum(len(match.disagreements) for match in corpus.matches),
            doubtful=self._doubtful,
            aside=self._aside,
            most_taken=tally.most_taken,
            lookalikes=self._lookalikes.found(SHOWN),
            rules=rules,
            silent=tally.silent(corpus.reasons),
            others=corpus.others,
            raw=corpus.raw,
            indicators=indicators,
        )


def _number(numbers: dict[str, int], name: str) -> int:
    """Return the number of a name, counted from 0 in the order in which names came."""
    return numbers.setdefault(name, len(numbers))


def _by_page(matches: Iterable[Match]) -> dict[str, list[tuple[int, Match]]]:
    found: dict[str, list[tuple[int, Match]]] = {}
    for number, match in enumerate(matches):
        for page in (match.a, match.b):
            found.setdefault(page, []).append((number, match))
    return found


def _match(match: Match) -> list[object]:
    shares = [round(share, 4) for share in (match.jaccard, *match.containment, match.figures)]
    differing = [
        [one.sentence_a, one.sentence_b, one.figures_a, one.figures_b]
        for one in match.disagreements
    ]
    return [match.a, match.b, match.relation, *shares, match.passages, differing]


def _doubtful(page: Page, raw: str, number: int, table: Table) -> dict[str, Any]:
    doubts = told_doubts(table)
    return {
        "page": page.id,
        "raw": raw,
        "number": number,
        "title": caption(page, table),
        "doubts": doubts[:SHOWN],
        "count": len(doubts),
    }


def _differing(corpus: Corpus) -> Iterable[dict[str, Any]]:
    """Yield each disagreement once: which pair holds it, both sayings, and how many pairs do.

    Ten copies of a report disagree with its digest as the report itself does.
    """
    found: dict[frozenset[tuple[tuple[str, ...], str]], dict[str, Any]] = {}
    for number, match in enumerate(corpus.matches):
        for one in match.disagreements:
            first = (one.figures_a, one.sentence_a)
            second = (one.figures_b, one.sentence_b)
            known = found.setdefault(
                frozenset((first, second)),
                {"number": number, "match": match, "sides": (first, second), "pairs": 0},
            )
            known["pairs"] += 1
    return found.values()
