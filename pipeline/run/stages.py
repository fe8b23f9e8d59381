"""The places where a run keeps its result, and what shapes each of them.

In: a file of raw/, or a page as the stage before left it. Out: the page a stage further, or an
`Aside` where it cannot go on. An edited rule makes anew the stage it shapes and those after it,
and nothing else. Never: an error other than a page's own turned into an `Aside` here; the engine
reports those.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

from pipeline import (
    brief,
    chrome,
    dedup,
    flow,
    parse,
    paths,
    read,
    records,
    recurring,
    spelling,
    tables,
)
from pipeline import rules as rule_files
from pipeline.alone import without
from pipeline.brief import Brief, brief_of, brief_of_article
from pipeline.errors import PageError
from pipeline.fingerprint import files_fingerprint, fingerprint
from pipeline.reading import How
from pipeline.records import Aside, Found, Gist, Outcome, Provenance, RawPage
from pipeline.recurring import Outline, Taken
from pipeline.rules import Rules, load_rules
from pipeline.store import pack, unpack
from pipeline.style import Style


@dataclass(frozen=True, slots=True)
class Settings:
    """What a worker must know to clean a page; small, because it travels with every batch."""

    raw: Path
    rules_folder: str
    parser: str
    how: How
    style: Style

    @property
    def rules(self) -> Rules:
        """Return the rules, loaded once a process."""
        return load_rules(self.rules_folder, self.style)


# What became of a page, as `store.pack` has it: only processes that look at a page unpack it.
Packed = bytes

# A page, and what of it tells what recurs on its site.
Stripped = tuple[Packed, Outline]

# What finds the body of an article again, and what is known of the page.
Signed = tuple[Gist | None, Brief]

# A page, and how many lines it loses at its head and its tail.
Learnt = tuple[Packed, Taken]


def _strip_found(settings: Settings, found: Found) -> Stripped:
    outcome = _stripped(settings, found)
    if isinstance(outcome, Aside):
        return pack(outcome), Outline()
    return pack(outcome), flow.outline(outcome, settings.rules)


def _stripped(settings: Settings, found: Found) -> Outcome:
    try:
        raw = read.read_page(settings.raw, found, settings.how)
    except PageError as error:
        return _aside(found, error.reason, str(error))
    try:
        return flow.strip_chrome(raw, settings.rules, settings.parser)
    except PageError as error:
        return Aside(parse.page_id(raw), raw.provenance, error.reason, str(error))


def _rebuild_tables(settings: Settings, learnt: Learnt) -> Packed:
    packed, lost = learnt
    outcome = unpack(packed)
    if isinstance(outcome, Aside):
        return packed
    page = flow.drop_recurring(outcome, lost, settings.rules)
    return pack(tables.rebuild_tables(page, settings.rules.tables))


def _normalize(settings: Settings, packed: Packed) -> Packed:
    outcome = unpack(packed)
    if isinstance(outcome, Aside):
        return packed
    return pack(spelling.normalize_page(outcome, settings.rules.spelling))


def _sign(packed: Packed) -> Signed:
    outcome = unpack(packed)
    if not flow.is_body(outcome):
        return None, brief_of(outcome)
    gist = flow.make_gist(outcome)
    return gist, brief_of_article(outcome, gist.text)


def aside_found(found: Found, reason: str, message: str) -> Stripped:
    """Return the record of a file on which a worker failed."""
    return pack(_aside(found, reason, f"{read.named(found)}: {message}")), Outline()


def _aside(found: Found, reason: str, message: str) -> Aside:
    """Return the record of a file set aside before its bytes were known."""
    where = Provenance(found.file, member=found.member, fetched=found.fetched)
    raw = RawPage("", b"", "", where)
    return Aside(parse.page_id(raw), raw.provenance, reason, message)


def aside_learnt(learnt: Learnt, reason: str, message: str) -> Packed:
    """Return the record of a page set aside while its tables were rebuilt."""
    return aside_outcome(learnt[0], reason, message)


def aside_outcome(packed: Packed, reason: str, message: str) -> Packed:
    """Return the record of a page set aside in the middle of the flow."""
    outcome = unpack(packed)
    where = outcome.provenance
    place = f"{where.file}: {where.member}" if where.member else where.file
    return pack(Aside(outcome.id, where, reason, f"{place}: {message}"))


def unsigned(packed: Packed, _reason: str, _message: str) -> Signed:
    """Return that a page has no gist: the search for duplicates makes it, or says why not."""
    outcome = unpack(packed)
    return None, brief_of_article(outcome, b"") if flow.is_body(outcome) else brief_of(outcome)


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
    code=(records, flow, read, parse, chrome, dedup, rule_files),
    families=("metadata", "chrome", "dedup"),
    libraries=("selectolax", "beautifulsoup4", "lxml", "opencc"),
)
OUTLINE = Stage("outline", code=(recurring,), families=(), libraries=("numpy",))
LEARN = Stage("learn", code=(), families=(), libraries=())
TABLES = Stage("tables", code=(tables,), families=("tables",), libraries=())
NORMALIZE = Stage(
    "normalize", code=(spelling,), families=("spelling",), libraries=("ftfy", "opencc")
)
SIGN = Stage("sign", code=(dedup,), families=(), libraries=("numpy", "numba"))
BRIEF = Stage("brief", code=(brief, paths), families=(), libraries=())
DUPLICATES = Stage("duplicates", code=(dedup,), families=("dedup",), libraries=("datasketch",))

# What comparisons came to, by the names of two texts: whatever rules shaped the texts.
VERDICTS = Stage(
    "verdicts",
    code=(records, dedup, rule_files),
    families=("dedup",),
    libraries=("numpy", "numba", "datasketch", "opencc"),
)

# What is told of the pages of a chunk: it is shaped by what all pages come to, and named by it.
ROWS = Stage("rows", code=(), families=(), libraries=())
CHAPTERS = Stage("chapters", code=(), families=(), libraries=())
STORIES = Stage("stories", code=(), families=(), libraries=())
TOLD = (ROWS, CHAPTERS, STORIES)

# What is kept for each chunk, in order: what a page tells by itself, and what follows from all.
# LEARN, between them, and DUPLICATES at the end are of the whole corpus.
ALONE = (STRIP, OUTLINE)
LEARNT = (TABLES, NORMALIZE, SIGN, BRIEF)
STAGES = (*ALONE, LEARN, *LEARNT, DUPLICATES)


def code(rules: Rules) -> str:
    """Return 16 hex digits that name all code, rules and libraries that shape any result."""
    shapes = (stage.shape(rules, "") for stage in (*STAGES, VERDICTS))
    publishing = sorted((Path(__file__).parents[1] / "publish").rglob("*.py"))
    return fingerprint(*shapes, files_fingerprint(publishing))


def load(settings: Settings) -> None:
    """Load all that the steps need, so that workers forked after this have it already."""
    # numba would load scipy's matrices, which no kernel multiplies: a fifth of a second.
    with without("scipy"):
        from pipeline.dedup import kernel

        _ = kernel
    _ = settings.rules, dedup.drop_repeats, dedup.find_matches, spelling.normalize_page


def strip_step(settings: Settings) -> Callable[[Found], Stripped]:
    """Return the function that reads and strips one file, ready to travel to a worker."""
    return partial(_strip_found, settings)


def tables_step(settings: Settings) -> Callable[[Learnt], Packed]:
    """Return the function that drops what recurs and rebuilds tables, ready to travel."""
    return partial(_rebuild_tables, settings)


def normalize_step(settings: Settings) -> Callable[[Packed], Packed]:
    """Return the function that brings a page to one spelling, ready to travel to a worker."""
    return partial(_normalize, settings)


def sign_step() -> Callable[[Packed], Signed]:
    """Return the function that makes what the search for copies knows of a page."""
    return _sign
