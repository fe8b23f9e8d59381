"""The steps, in their order. Read this first.

    RawPage ─parse→ Page ─strip→ Page ─drop_repeats→ Page ─tables→ Page ─normalize→ Page

Every step after `parse` takes a page and its rules and returns the page, marked or respelled.
`clean` is the whole flow for one page; `STAGES` are the places where a run keeps its result, so
that an edited rule makes anew what it shaped and nothing else.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from pipeline import chrome, dedup, parse, read, records, spelling, tables
from pipeline import rules as rule_files
from pipeline.errors import PageError
from pipeline.fingerprint import files_fingerprint, fingerprint
from pipeline.publish import site_of
from pipeline.records import (
    Aside,
    Cluster,
    Found,
    Match,
    Outcome,
    Page,
    Provenance,
    RawPage,
    Signature,
)
from pipeline.rules import Rules, load_rules


@dataclass(frozen=True, slots=True)
class Settings:
    """What a worker must know to clean a page; small, because it travels with every batch."""

    raw: Path
    rules_folder: str
    parser: str
    max_page_bytes: int

    @property
    def rules(self) -> Rules:
        """Return the rules, loaded once a process."""
        return load_rules(self.rules_folder)


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


# One stage, item by item: what the tasks hand to an engine. A page that cannot go on comes out
# as an `Aside`; every other error is a fault of the program, and the engine reports it.


def _strip_found(settings: Settings, found: Found) -> Outcome:
    try:
        raw = read.read_page(settings.raw, found, settings.max_page_bytes)
    except PageError as error:
        return aside_found(found, error.reason, str(error))
    try:
        return strip_chrome(raw, settings.rules, settings.parser)
    except PageError as error:
        return Aside(parse.page_id(raw), raw.provenance, error.reason, str(error))


def _rebuild_tables(settings: Settings, outcome: Outcome) -> Outcome:
    if isinstance(outcome, Aside):
        return outcome
    return tables.rebuild_tables(outcome, settings.rules.tables)


def _normalize(settings: Settings, outcome: Outcome) -> Outcome:
    if isinstance(outcome, Aside):
        return outcome
    return spelling.normalize_page(outcome, settings.rules.spelling)


def aside_found(found: Found, reason: str, message: str) -> Aside:
    """Return the record of a file set aside before its bytes were known."""
    raw = RawPage("", b"", "", Provenance(found.file))
    return Aside(parse.page_id(raw), raw.provenance, reason, message)


def aside_outcome(outcome: Outcome, reason: str, message: str) -> Aside:
    """Return the record of a page set aside in the middle of the flow."""
    where = outcome.provenance
    return Aside(outcome.id, where, reason, f"{where.file}: {message}")


@dataclass(frozen=True, slots=True)
class Stage:
    """A step or two whose result is kept, and what shapes that result besides its input."""

    name: str
    code: tuple[ModuleType, ...]
    families: tuple[str, ...]
    libraries: tuple[str, ...]

    def shape(self, rules: Rules, before: str) -> str:
        """Return 16 hex digits that change when this stage, or one `before` it, would do."""
        sources = [file for module in self.code for file in _sources(module)]
        versions = [f"{name} {version(name)}" for name in self.libraries]
        own = [rules.fingerprints[family] for family in self.families]
        return fingerprint(before, files_fingerprint(sources), *versions, *own)


def _sources(module: ModuleType) -> list[Path]:
    """Return the source files of a module, or of a package and all in it."""
    file = Path(str(module.__file__))
    return sorted(file.parent.rglob("*.py")) if file.name == "__init__.py" else [file]


STRIP = Stage(
    "strip",
    code=(records, read, parse, chrome, dedup, rule_files),
    families=("metadata", "chrome", "dedup"),
    libraries=("selectolax", "beautifulsoup4", "lxml", "opencc"),
)
TABLES = Stage("tables", code=(tables,), families=("tables",), libraries=())
NORMALIZE = Stage(
    "normalize", code=(spelling,), families=("spelling",), libraries=("ftfy", "opencc")
)
SIGN = Stage("sign", code=(dedup,), families=(), libraries=("numpy", "numba"))
DUPLICATES = Stage("duplicates", code=(dedup,), families=("dedup",), libraries=("datasketch",))

STAGES = (STRIP, TABLES, NORMALIZE)

_PAGE_STEPS: Mapping[str, Callable[[Settings, Outcome], Outcome]] = {
    TABLES.name: _rebuild_tables,
    NORMALIZE.name: _normalize,
}


def load(settings: Settings) -> None:
    """Load all that the steps need, so that workers forked after this have it already."""
    _ = settings.rules, dedup.drop_repeats, dedup.find_matches


def first_step(settings: Settings) -> Callable[[Found], Outcome]:
    """Return the function that reads and strips one file, ready to travel to a worker."""
    return partial(_strip_found, settings)


def page_step(stage: Stage, settings: Settings) -> Callable[[Outcome], Outcome]:
    """Return the function of `stage`, ready to travel to a worker."""
    return partial(_PAGE_STEPS[stage.name], settings)


# The corpus as a whole.


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
