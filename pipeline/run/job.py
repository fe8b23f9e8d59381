"""One run: what lies in raw/, how it is cut into chunks, and the name of every result.

In: paths and settings. Out: a `Job`, in which nothing has been cleaned yet but everything has its
name. Never: work redone that has a name already; a folder of ours inside raw/.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import compress
from pathlib import Path
from typing import Any, TypeVar

from msgspec import structs

from pipeline import dedup, read, versions
from pipeline.brief import Brief, read_briefs
from pipeline.config import Config
from pipeline.engines import Engine
from pipeline.engines.forked import beside, cores, uncollected
from pipeline.engines.local import LocalEngine
from pipeline.engines.spark import SparkEngine
from pipeline.errors import DamagedError
from pipeline.fingerprint import fingerprint
from pipeline.paths import Paths
from pipeline.publish import (
    Corpus,
    Standings,
    earlier,
    is_published,
    is_whole,
    made,
    publish_rows,
    read_summary,
    releases,
)
from pipeline.records import Aside, Found
from pipeline.recurring import Outline
from pipeline.rules import Rules
from pipeline.run import stages
from pipeline.run.account import Account
from pipeline.run.ahead import Ahead
from pipeline.run.chunks import Work
from pipeline.run.duplicates import Duplicates, Place, detect, verdicts
from pipeline.run.learning import Recurring, learn
from pipeline.run.limits import check_aside
from pipeline.run.merged import Part, kept, merged, values
from pipeline.run.pages import Pages
from pipeline.run.plan import (
    CHUNK_PAGES,
    Chunk,
    Cut,
    Gone,
    ScanRecord,
    is_left,
    key,
    read_shape,
    write_scan,
)
from pipeline.run.stages import Settings, Stage
from pipeline.shuffled import (
    Bodies,
    Search,
    detect_on_spark,
    do_chunks,
    tell_on_spark,
    write_articles,
)
from pipeline.store import (
    TEMPORARY,
    Earlier,
    make_folder,
    names_in,
    read_outcomes,
    read_records,
    remove,
)
from pipeline.versions import Replaced

# What is added to the name of a version that is made anew while readers see the one it replaces.
_AGAIN = "-again"

T = TypeVar("T")

# Reasons that are the machine's and the hour's, not the page's: such pages are tried again.
TRANSIENT = frozenset({"timeout", "worker-died", "changed-while-read"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of one run.

    `wait`: seconds to wait for a run that is at work. `again`: pages that were set aside and are
    tried again, each by its path in raw/ and its member.
    """

    strict: bool = False
    allow_mass_delete: bool = False
    wait: float = 0.0
    again: frozenset[tuple[str, str]] = frozenset()


@dataclass(eq=False, repr=False)  # Luigi prints what its tasks are given: not all of raw/
class Job:
    """Everything a task asks for. `failures` collects what went wrong, for the exit status.

    `looked` is what lies in raw/ without its pages, which `chunks` have: nothing has them twice.
    `content` names all that lies there. `gone` are the pages that raw/ held when the run before
    looked, and holds no more; `is_scan_stored` says that the next run would find it as it is.

    `folder` is the name the version gets: what readers see is never written, so a version that is
    made anew has another name.
    """

    paths: Paths
    config: Config
    settings: Settings
    looked: read.Scan
    chunks: Sequence[Chunk]
    advance: Callable[[str, int], None]
    asked: Asked
    content: str
    gone: tuple[Gone, ...]
    is_scan_stored: bool
    spark: SparkEngine  # its session starts when it is first used
    failures: list[BaseException] = field(default_factory=list)
    folder: str = field(init=False)
    repair: bool = field(init=False)
    _engine: Engine | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.shapes = _shapes(self.settings.rules, self.config)
        self.version = fingerprint(self.shapes["publish"], self.content)
        names = (self.version, f"{self.version}{_AGAIN}")
        standing = [] if self.asked.again else [name for name in names if self._stands(name)]
        shown = self.paths.current.readlink().name if self.paths.current.is_symlink() else ""
        free = [name for name in names if name != shown]
        self.folder = shown if shown in standing else (*standing, *free)[0]
        self.repair = self.published.exists() and not standing

    @property
    def name(self) -> str:
        """Return what names this run: its version and its place.

        A luigid is asked by many: two folders may come to one version, and are two pieces of work.
        """
        return f"{self.version}-{fingerprint(str(self.paths.cleaned.resolve()))}"

    @property
    def pages(self) -> Iterator[Found]:
        """Yield all pages that lie in raw/, in the order of their paths."""
        return values(Part(chunk.left, partial(iter, chunk.left)) for chunk in self.chunks)

    @property
    def rules(self) -> Rules:
        """Return the rules of this run."""
        return self.settings.rules

    @property
    def engine(self) -> Engine:
        """Return the engine, started when it is first asked for."""
        if self._engine is None:
            stages.load(self.settings)
            run = self.config.run
            self._engine = LocalEngine(run.workers, run.page_timeout)
        return self._engine

    @property
    def is_on_spark(self) -> bool:
        """Return whether chunks are divided among the executors of a cluster."""
        return self.config.engine.name == "spark"

    @property
    def workers(self) -> int:
        """Return how many processes may be at work."""
        return self.config.run.workers or cores()

    def rest(self) -> None:
        """Let the workers and their memory go; a stage that needs some has new ones."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def close(self) -> None:
        """Stop the engines, if they were started."""
        self.rest()
        self.spark.close()

    def work(self, stage: Stage, chunk: Chunk) -> Work:
        """Return what there is to do for a stage of one chunk; what it reads need not be there."""
        before = _SOURCES.get(stage.name)
        return Work(
            stage.name,
            chunk,
            self.segment(stage, chunk),
            self.segment(before, chunk) if before else None,
            self.segment(_BESIDE[stage.name], chunk) if stage.name in _BESIDE else None,
            self.recurring.lost.get(chunk.name, {}) if stage is stages.TABLES else {},
        )

    def lacking(self, stage: Stage) -> list[Chunk]:
        """Return the chunks that have no result of `stage` yet; all, where nothing was learnt."""
        if self._has_no_name(stage):
            return list(self.chunks)
        made = [one for one in (stage, _BESIDE.get(stage.name)) if one]
        there = {one.name: names_in(self.paths.segment(one.name, "")) for one in made}
        return [
            chunk
            for chunk in self.chunks
            if not all(self.segment(one, chunk).name in there[one.name] for one in made)
        ]

    def undone(self, stage: Stage) -> list[Work]:
        """Return the work of a stage that is left; bare, where nothing was learnt yet."""
        if self._has_no_name(stage):
            return [Work(stage.name, chunk, Path()) for chunk in self.chunks]
        return [self.work(stage, chunk) for chunk in self.lacking(stage)]

    def _has_no_name(self, stage: Stage) -> bool:
        """Return whether results of `stage` are named by what was not learnt yet."""
        return stage in stages.LEARNT and not self.segment(stages.LEARN).exists()

    def do_on_spark(self, stage: Stage) -> None:
        """Bring every chunk to a stage."""
        self.advance(stage.name, 0)
        timeout = self.config.run.page_timeout
        for pages in do_chunks(self.spark, self.undone(stage), self.settings, timeout):
            self.advance(stage.name, pages)

    def segment(self, stage: Stage, chunk: Chunk | None = None) -> Path:
        """Return the file of a stage's result for one chunk, or for the whole corpus.

        What follows from all pages has a name when `LearnSites` is done, not before.
        """
        name = chunk.name if chunk else self.version
        shape = self.shapes[stage.name]
        if chunk and stage in stages.LEARNT and (lost := self._lost_names.get(chunk.name)):
            shape = fingerprint(shape, lost)
        return self.paths.segment(stage.name, f"{name}-{shape}")

    @cached_property
    def recurring(self) -> Recurring:
        """Return what `LearnSites` stored."""
        return next(read_records(self.segment(stages.LEARN), Recurring))

    @cached_property
    def _lost_names(self) -> dict[str, str]:
        """Return for each chunk that loses lines what names all that it loses."""
        lost = self.recurring.lost
        return {name: fingerprint(repr(sorted(pages.items()))) for name, pages in lost.items()}

    @property
    def published(self) -> Path:
        """Return the folder of the version that this run publishes."""
        return self.paths.versions / self.folder

    @property
    def staging(self) -> Path:
        """Return the folder in which that version is put together."""
        return self.published.with_name(self.folder + TEMPORARY)

    def _stands(self, name: str) -> bool:
        """Return whether the version of that name is whole, and no page waits for another try."""
        folder = self.paths.versions / name
        if not is_whole(folder):
            return False
        if self.paths.damaged.exists() and self.paths.damaged.read_text() == name:
            return False
        try:
            summary = read_summary(folder)
        except DamagedError:
            return False
        return not TRANSIENT & summary["aside_by_reason"].keys()

    @property
    def is_written(self) -> bool:
        """Return whether this version lies on disk, whole."""
        return self.published.exists() and not self.repair

    @property
    def is_done(self) -> bool:
        """Return whether readers see this very version already."""
        return self.is_written and is_published(self.paths, self.folder)

    def to_do(self, wanted: Iterable[Stage]) -> dict[str, int]:
        """Return, for each stage of chunks, how many pages it has to work on."""
        return {
            stage.name: sum(len(chunk.members) for chunk in self.lacking(stage)) for stage in wanted
        }

    @uncollected()
    def learn(self) -> Recurring:
        """Return what recurs on the sites of raw/, whatever chunks their pages are in."""

        def outlines(chunk: Chunk) -> Iterator[Outline]:
            return read_records(self.segment(stages.OUTLINE, chunk), Outline)

        return learn(self.chunks, outlines, self._learned_before)

    @property
    def _learned_before(self) -> Recurring:
        """Return what a run before found in pages that the same rules shaped; nothing, if none."""
        for file in self._learnt(f"*-{self.shapes[stages.LEARN.name]}"):
            with suppress(DamagedError):
                return next(read_records(file, Recurring))
        return Recurring()

    def _learnt(self, pattern: str) -> Iterable[Path]:
        """Return the files in which runs stored what they learnt."""
        return self.paths.segment(stages.LEARN.name, "").glob(pattern)

    def briefs(self) -> Iterator[tuple[Found, Brief]]:
        """Yield every page of raw/ with what is known of it, in the order of the paths."""
        return merged(self._part(chunk, stages.BRIEF, read_briefs) for chunk in self.chunks)

    def _part(self, chunk: Chunk, stage: Stage, reader: Callable[[Path], Iterable[T]]) -> Part[T]:
        """Return the pages of a chunk that are left, with what `stage` made of them."""
        segment = self.segment(stage, chunk)
        return Part(chunk.left, lambda: kept(chunk, reader(segment)))

    @cached_property
    def replaced(self) -> dict[str, Replaced]:
        """Return by their names the articles that a newer crawl of their address stands for."""
        names = versions.shared(self.pages)
        if not names:
            return {}
        return versions.replaced(
            (page, brief.id)
            for page, brief in self.briefs()
            if page.name in names and brief.is_article
        )

    @uncollected()
    def detect(self) -> Duplicates:
        """Return what is related in raw/, and whose copy is kept."""
        if self.is_on_spark:
            return self._detect_on_spark()
        stages.load(self.settings)
        segments = [self.segment(stages.SIGN, chunk) for chunk in self.chunks]
        gists = (gists for file in segments for gists in read_records(file, dedup.Gists))
        return detect(self._places, gists, self.paths, self.config, self.rules)

    def _places(self) -> Iterator[Place]:
        """Yield where the articles lie that no newer crawl stands for."""
        replaced = self.replaced
        for chunk in self.chunks:
            stand: Iterable[bool] = chunk.lefts
            if replaced:
                stand = (is_left(page) and page.name not in replaced for page in chunk.members)
            segment = self.segment(stages.NORMALIZE, chunk)
            briefs = enumerate(read_briefs(self.segment(stages.BRIEF, chunk)))
            for at, brief in compress(briefs, stand):
                if brief.is_article:
                    yield Place(brief, segment, at)

    def _detect_on_spark(self) -> Duplicates:
        alive = {key(page): page for page in self.pages}
        ranks = {name: rank for rank, name in enumerate(alive)}
        parts = [
            Bodies(
                self.segment(stages.NORMALIZE, chunk),
                self.segment(stages.SIGN, chunk),
                tuple(-1 if name in self.replaced else ranks.get(name, -1) for name in chunk.keys),
            )
            for chunk in self.chunks
        ]
        hosts = self.config.dedup.preferred_hosts
        scratch = self.paths.work / f"search{TEMPORARY}"
        search = Search(self.settings, self._verdicts_on_spark, scratch, hosts)
        return detect_on_spark(self.spark, parts, search)

    @property
    def _verdicts_on_spark(self) -> Path:
        """Return the folder in which a cluster keeps what comparisons came to."""
        return verdicts(self.paths, self.rules).with_suffix(".parquet")

    @cached_property
    def duplicates(self) -> Duplicates:
        """Return what `DetectDuplicates` stored."""
        return Duplicates.joined(read_records(self.segment(stages.DUPLICATES), Duplicates))

    @cached_property
    def standings(self) -> Standings:
        """Return what becomes of each page."""
        found = self.duplicates
        return Standings(found.matches, found.clusters, self.replaced)

    @cached_property
    def _follows(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return for each chunk what names all that is told of it, and where related pages lie.

        Of few pages something follows from others; those lie where `raw` of the `Corpus` says.
        """
        matched = {page for match in self.duplicates.matches for page in (match.a, match.b)}
        told, raw = dict[str, str](), dict[str, str]()
        for chunk in self.chunks:
            briefs, names = read_briefs(self.segment(stages.BRIEF, chunk)), list[str]()
            for at, (page, brief) in enumerate(zip(chunk.members, briefs, strict=True)):
                replaced = page.name in self.replaced
                if is_left(page) and (brief.id in matched or replaced):
                    names.append(f"{at} {self.standings.of(page, brief).name}")
                    if not replaced:
                        raw[brief.id] = read.named(page)
            lost = self._lost_names.get(chunk.name, "")
            shape = fingerprint(self.shapes["publish"], lost, *map(str, chunk.gone), "", *names)
            told[chunk.name] = f"{chunk.name}-{shape}"
        return told, raw

    def _told_in(self, stage: Stage, chunk: Chunk) -> Path:
        return self.paths.segment(stage.name, self._follows[0][chunk.name])

    @property
    def account(self) -> Account:
        """Return the account of all pages."""
        return Account(self.chunks, self.segment, self._told_in, self.standings, self.corpus)

    def ahead(self) -> AbstractContextManager[None]:
        """Have done meanwhile what a new version of many files takes, whatever is in it."""
        if not self.is_many or self.is_written:
            return nullcontext()
        tops = ("text", "tables") if "text" in self.config.outputs.articles else ("tables",)
        return self._ahead.made(self.paths, self.folder, self._before_this, tops)

    @cached_property
    def _ahead(self) -> Ahead:
        return Ahead(self.published.with_name(f"{self.folder}-ahead{TEMPORARY}"))

    @cached_property
    def _before_this(self) -> Earlier | None:
        """Return the version that readers see, where what is in it can be trusted."""
        return None if self.paths.damaged.exists() else earlier(self.paths.current.resolve())

    @property
    def writers(self) -> int:
        """Return how many processes write what is published."""
        return self.workers if self.is_many else 1

    @property
    def is_many(self) -> bool:
        """Return whether processes are worth their start where pages are only handed on."""
        return sum(len(chunk.left) for chunk in self.chunks) > CHUNK_PAGES and not self.is_on_spark

    @uncollected()
    def tell(self) -> None:
        """Store what the outputs and the report say of each page, where it is not stored yet."""
        account = self.account
        if not self.is_on_spark:
            account.tell(self.workers)
        elif new := account.new:
            tell_on_spark(self.spark, map(account.untold, new), self.settings, self.corpus)

    @cached_property
    def corpus(self) -> Corpus:
        """Return what the writers must know of all pages together."""
        matches = self.duplicates.matches
        raw = self._follows[1]
        rules, tables, others = self.rules, self.config.tables, self.looked.others
        outputs = self.config.outputs
        before = self._before_this
        return Corpus(matches, raw, rules.reasons, others, rules, tables, outputs, before)

    @uncollected()
    def publish(self, folder: Path) -> None:
        """Write every output into the new folder; on a cluster executors write the articles."""
        self.tell()
        self._ahead.take(folder)
        corpus, formats = self.corpus, self.config.outputs.articles
        if self.is_on_spark and "parquet" in formats:
            make_folder(folder)
            write_articles(self.spark, self.account.runs(), folder)
            others = tuple(name for name in formats if name != "parquet")
            corpus = replace(corpus, outputs=structs.replace(corpus.outputs, articles=others))
        publish_rows(self.account.rows, corpus, folder, self.writers)

    @contextmanager
    def reported(self, folder: Path) -> Iterator[None]:
        """Have the report written beside the outputs; by another process where most of it stands.

        What is all new is written by several, each of which would have a copy of what it needs.
        """
        write = uncollected()(self.account.write_report)
        if self.is_many and self.corpus.before:
            with beside(partial(write, folder)):
                yield
        else:
            write(folder, self.writers)
            yield

    @property
    def _scan_record(self) -> ScanRecord:
        """Return what the next run must know of this one."""
        cuts = tuple(Cut(chunk.name, chunk.keys) for chunk in self.chunks)
        scan = replace(self.looked, pages=Pages(self.pages))
        return ScanRecord(scan, cuts, read_shape(self.settings.how))

    def store_scan(self) -> None:
        """Store what the next run must know of this one, where it does not know it already."""
        if not self.is_scan_stored:
            write_scan(self.paths, self._scan_record)
            self.is_scan_stored = True  # nobody else writes it while this run holds the lock

    def recut(self, chunks: Sequence[Chunk], recurring: Recurring) -> None:
        """Go on with other chunks of the same pages, and what was learnt of those."""
        self.chunks, self.recurring = chunks, recurring
        self.is_scan_stored = False
        for name in ("_lost_names", "_follows"):  # what chunks came to
            self.__dict__.pop(name, None)

    def check_aside(self, summary: Mapping[str, Any]) -> None:
        """Refuse to publish when too many pages were set aside."""
        limits, strict = self.config.limits, self.asked.strict
        check_aside(summary, self.paths.raw, limits, strict=strict)

    def forget(self) -> None:
        """Remove the results of the pages that are tried again, and what follows from all."""
        for chunk in self.chunks:
            if any((page.file, page.member) in self.asked.again for page in chunk.members):
                for stage in (*stages.ALONE, *stages.LEARNT, *stages.TOLD):
                    for file in self.paths.segment(stage.name, "").glob(f"{chunk.name}-*"):
                        remove(file)
        for file in (*self._learnt("*"), self.segment(stages.DUPLICATES)):
            remove(file)

    def sweep(self) -> None:
        """Remove results and versions that neither this run nor a reader of the last one needs."""
        remove(self.paths.damaged)
        if not self.segment(stages.LEARN).exists():
            return  # the state was deleted: there is nothing to sweep, and nothing has a name
        whole = self.whole
        kept = (*stages.ALONE, *stages.LEARNT)
        wanted = {self.segment(stage, chunk) for stage in kept for chunk in whole}
        wanted |= {self._told_in(stage, chunk) for stage in stages.TOLD for chunk in whole}
        if all(map(self._is_settled, self.chunks)):
            wanted |= {self.segment(stages.LEARN), self.segment(stages.DUPLICATES)}
        wanted |= {verdicts(self.paths, self.rules), self._verdicts_on_spark}
        for stage in (*stages.STAGES, stages.VERDICTS, *stages.TOLD):
            for file in self.paths.segment(stage.name, "").glob("*"):
                if file not in wanted:
                    remove(file)

    @cached_property
    def _is_unsettled(self) -> bool:
        """Return whether pages were set aside that may come out otherwise."""
        return bool(TRANSIENT & read_summary(self.published)["aside_by_reason"].keys())

    @property
    def whole(self) -> list[Chunk]:
        """Return the chunks whose results are kept: all of it could be read and came to an end."""
        return [chunk for chunk in self.chunks if chunk.is_read and self._is_settled(chunk)]

    def _is_settled(self, chunk: Chunk) -> bool:
        """Return whether the chunk would come out the same again, on any day."""
        if not self._is_unsettled:
            return True
        outcomes = read_outcomes(self.segment(stages.NORMALIZE, chunk))
        return not any(isinstance(o, Aside) and o.reason in TRANSIENT for o in outcomes)


# What a stage makes beside its result.
_BESIDE = {stages.STRIP.name: stages.OUTLINE, stages.SIGN.name: stages.BRIEF}

# What each stage of chunks reads.
_SOURCES = {
    stages.TABLES.name: stages.STRIP,
    stages.NORMALIZE.name: stages.TABLES,
    stages.SIGN.name: stages.NORMALIZE,
}


def _shapes(rules: Rules, config: Config) -> dict[str, str]:
    """Return, for each stage, what names everything that shapes its result."""
    shapes: dict[str, str] = {}
    before = fingerprint(config.parser, str(config.how.max_page_bytes), str(config.how.max_ratio))
    for stage in stages.STAGES:
        if stage is stages.DUPLICATES:
            before = fingerprint(before, *config.dedup.preferred_hosts)
        before = shapes[stage.name] = stage.shape(rules, before)
    reasons = [f"{rule} {reason}" for rule, reason in sorted(rules.reasons.items())]
    tables = (rules.fingerprints["values"], repr(config.tables))
    outputs = (repr(config.outputs), *releases(config.outputs))
    shapes["publish"] = fingerprint(before, made.code(), *tables, *outputs, *reasons)
    return shapes
