"""How well and how fast the body of a page is found, beside four extractors in the same run.

In: the pages of ../shared/eval/chrome/cwced_zh where they are, the own pages of the project, those
of bench/pages.py, and the same as flattened text. Out: a table of F1 and pages a second on one core
for each extractor and set. Exit 1 when a figure lies under its floor in floors.toml, `[chrome]`.

Each extractor runs as its documentation recommends, in a process of its own, on the decoded page.
Warmed by pages of other sets it sees each page once, so that nothing is remembered from one round
to the next; the best of three such processes counts. Where it fails on a page its F1 is 0. Who
wrote the own pages knew the rules of the pipeline; the text of the real ones was chosen by others.

No extractor reads flattened text. Beside it stands `ftfy.fix_text`, a pass over every line of a
text that whoever cleans such text makes anyway.
"""

import importlib.util
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import count, islice
from multiprocessing import get_context
from pathlib import Path

from lxml.etree import LxmlError
from rich.console import Console
from rich.table import Table

import pipeline
from bench._floors import hold
from bench._score import f1, fold, text_f1
from bench.pages import Made, flatten, make

HERE = Path(__file__).resolve().parent
REAL = HERE.parents[1] / "shared" / "eval" / "chrome" / "cwced_zh"
OWN = HERE.parent / "tests" / "pages" / "strip"
MADE, TIMES = 50, 3
OURS = "pipeline.strip"
#: What extractors were seen to raise, and their like: it is counted, and the bench goes on.
_RAISED = (AttributeError, LookupError, LxmlError, RecursionError, TypeError, ValueError)

Extractor = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Case:
    """A page, and either its whole text or, for own pages, what must and must not come out.

    A title may come out above the text; nobody loses by it, and nobody gains.
    """

    markup: str
    gold: str = ""
    title: str = ""
    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What one extractor did on one set: mean F1, processor seconds, pages it failed on."""

    f1: float
    seconds: float
    failed: int


# Extractors ---------------------------------------------------------------------------------------


def _ours() -> Extractor:
    return lambda markup: pipeline.strip(markup).text


def _trafilatura() -> Extractor:
    from trafilatura import extract

    return lambda markup: extract(markup, include_comments=False, include_tables=True) or ""


def _magic_html() -> Extractor:
    from lxml.html import fromstring
    from magic_html import GeneralExtractor

    extractor = GeneralExtractor()
    return lambda markup: fromstring(extractor.extract(markup)["html"]).text_content()


def _readability() -> Extractor:
    from lxml.html import fromstring
    from readability import Document

    return lambda markup: fromstring(Document(markup).summary()).text_content()


def _resiliparse() -> Extractor:
    from resiliparse.extract.html2text import extract_plain_text

    return lambda markup: extract_plain_text(markup, main_content=True)


def _ftfy() -> Extractor:
    from ftfy import fix_text

    return fix_text


#: Name → what makes the extractor. magic-html asks for Python 3.12.
EXTRACTORS: Mapping[str, Callable[[], Extractor]] = {
    OURS: _ours,
    "trafilatura": _trafilatura,
    "magic_html": _magic_html,
    "readability": _readability,
    "resiliparse": _resiliparse,
}


def installed() -> list[str]:
    """Return the extractors that can be had here."""
    return [name for name in EXTRACTORS if name == OURS or importlib.util.find_spec(name)]


# Pages --------------------------------------------------------------------------------------------


def real() -> Iterator[Case]:
    """Yield the pages that others chose the text of; none where they are not here."""
    for file in sorted(REAL.glob("*.html")):
        gold = file.with_suffix(".gold.txt").read_text("utf-8")
        yield Case(pipeline.decode(file.read_bytes()), gold)


def own() -> Iterator[Case]:
    """Yield the project's own pages that hold an article."""
    for file in sorted(OWN.glob("*.html")):
        wanted = tomllib.loads(file.with_suffix(".toml").read_text("utf-8"))
        if wanted.get("must"):
            must, must_not = tuple(wanted["must"]), tuple(wanted.get("must_not", ()))
            yield Case(pipeline.decode(file.read_bytes()), must=must, must_not=must_not)


def made() -> Iterator[Case]:
    """Yield the articles of bench/pages.py."""
    for page in islice(articles(0), MADE):
        yield Case(page.markup, page.gold.text, page.gold.title)


def flattened() -> Iterator[Case]:
    """Yield the same as somebody else flattens them: all their lines and nothing more."""
    for page in islice(articles(0), MADE):
        yield Case(flatten(page.markup), page.gold.text, page.gold.title)


def articles(first: int) -> Iterator[Made]:
    """Yield the pages made from number `first` on, without those that are no articles."""
    return (page for page in map(make, count(first)) if page.gold.text)


SETS = {"real": real, "own": own, "made": made, "flattened": flattened}


# Measures -----------------------------------------------------------------------------------------


def score(case: Case, text: str) -> float:
    """Return the F1 of `text`: of 4-grams, or of whole lines for an own page."""
    if not case.must:
        return text_f1(case.gold, text, case.title)
    folded = fold(text)
    right = sum(fold(line) in folded for line in case.must)
    wrong = sum(fold(line) in folded for line in case.must_not)
    return f1(right, right + wrong, len(case.must))


def run(name: str, kind: str) -> Result:
    """Return what extractor `name` does on the set `kind`, each page once."""
    extract = _ftfy() if name == "ftfy" else EXTRACTORS[name]()
    cases = list(SETS[kind]())
    for page in warming(kind):
        attempt(extract, page)
    spent, failed, total = 0.0, 0, 0.0
    for case in cases:
        start = time.process_time()
        text = attempt(extract, case.markup)
        spent += time.process_time() - start
        failed += text is None
        total += 0.0 if text is None else score(case, text)
    return Result(total / len(cases), spent, failed)


def warming(kind: str) -> Iterator[str]:
    """Yield pages of other sets: what is made once for thousands of pages is made for them."""
    others = islice(real(), 20) if kind == "own" else own()
    yield from (case.markup for case in others)
    yield from (page.markup for page in islice(articles(10_000), 8))


def attempt(extract: Extractor, page: str) -> str | None:
    """Return the text that is extracted from `page`, None where the extractor fails."""
    try:
        return extract(page)
    except _RAISED:
        return None


def alone(name: str, kind: str) -> Result:
    """Return the best of several runs, each in a fresh process."""
    results = []
    for _ in range(TIMES):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            results.append(pool.submit(run, name, kind).result())
    return min(results, key=lambda result: result.seconds)


def measure() -> tuple[dict[tuple[str, str], Result], dict[str, tuple[int, int]]]:
    """Return the result of each extractor on each set; and how many pages and bytes a set has."""
    sizes = {}
    for kind, pages in SETS.items():
        lengths = [len(case.markup.encode()) for case in pages()]
        if lengths:
            sizes[kind] = (len(lengths), sum(lengths))
    names = {kind: [OURS, "ftfy"] if kind == "flattened" else installed() for kind in sizes}
    results = {(kind, name): alone(name, kind) for kind in sizes for name in names[kind]}
    return results, sizes


def figures(results: Mapping[tuple[str, str], Result]) -> dict[str, float | None]:
    """Return what the floors hold: F1, F1 above the best peer's, and times as fast as each."""
    held: dict[str, float | None] = {}
    for kind in ("real", "own", "made"):
        ours = results.get((kind, OURS))
        peers = {name: results.get((kind, name)) for name in EXTRACTORS if name != OURS}
        best = max((peer.f1 for peer in peers.values() if peer), default=None)
        held[f"{kind}_f1"] = ours.f1 if ours else None
        held[f"{kind}_f1_above_best_peer"] = ours.f1 - best if ours and best else None
        for name, peer in peers.items() if kind != "own" else ():
            held[f"{kind}_times_{name}"] = peer.seconds / ours.seconds if peer and ours else None
    flat, fixed = results["flattened", OURS], results["flattened", "ftfy"]
    held["flattened_f1"] = flat.f1
    held["flattened_times_ftfy"] = fixed.seconds / flat.seconds
    return held


def main() -> int:
    """Print both tables; return 1 when a figure lies under its floor."""
    results, sizes = measure()
    table = Table("set", "extractor", "F1", "failed", "pages/s", "ms a page", "MB/s")
    for (kind, name), result in results.items():
        pages, size = sizes[kind]
        table.add_row(
            f"{kind}: {pages} pages of {size / pages / 1000:.0f} KB",
            name,
            "" if name == "ftfy" else f"{result.f1:.3f}",
            f"{result.failed}",
            f"{pages / result.seconds:,.0f}",
            f"{1000 * result.seconds / pages:.2f}",
            f"{size / result.seconds / 1e6:.2f}",
        )
    Console(width=100).print(table)
    return hold("chrome", figures(results))


if __name__ == "__main__":
    sys.exit(main())
