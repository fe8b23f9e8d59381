"""One run: what lies in raw/, what is done with it, and the version that is published.

In: paths and settings. Out: a `Job`, in which nothing has been cleaned yet but everything has its
name. Never: work redone that has a name already; a folder of ours inside raw/.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from msgspec import structs

from pipeline import read
from pipeline.config import Config
from pipeline.engines import Engine
from pipeline.engines.forked import beside, cores, uncollected
from pipeline.engines.local import LocalEngine
from pipeline.engines.spark import SparkEngine
from pipeline.errors import DamagedError
from pipeline.fingerprint import fingerprint
from pipeline.paths import Paths
from pipeline.publish import Corpus, earlier, is_published, is_whole, publish_rows, read_summary
from pipeline.records import Aside
from pipeline.recurring import Outline
from pipeline.rules import Rules
from pipeline.run import stages
from pipeline.run.account import Account
from pipeline.run.ahead import Ahead
from pipeline.run.duplicates import Duplicates, detect, verdicts
from pipeline.run.learning import Recurring, learn
from pipeline.run.limits import check_aside
from pipeline.run.pages import Pages
from pipeline.run.plan import CHUNK_PAGES, Chunk, Cut, Gone, ScanRecord, read_shape, write_scan
from pipeline.run.related import Related
from pipeline.run.results import Results
from pipeline.run.stages import Settings, Stage
from pipeline.shuffled import Search, detect_on_spark, do_chunks, tell_on_spark, write_articles
from pipeline.store import TEMPORARY, Earlier, make_folder, read_outcomes, read_records, remove

# What is added to the name of a version that is made anew while readers see the one it replaces.
_AGAIN = "-again"

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

    `results` says where everything lies that is made on the way, `related` what pages have to do
    with each other. `looked` is what lies in raw/ without its pages, which the chunks of `results`
    have: nothing has them twice. `gone` are the pages that raw/ held when the run before
    looked, and holds no more; `is_scan_stored` says that the next run would find it as it is.

    `folder` is the name the version gets: what readers see is never written, so a version that is
    made anew has another name.
    """

    paths: Paths
    config: Config
    settings: Settings
    looked: read.Scan
    results: Results
    advance: Callable[[str, int], None]
    asked: Asked
    gone: tuple[Gone, ...]
    is_scan_stored: bool
    spark: SparkEngine  # its session starts when it is first used
    failures: list[BaseException] = field(default_factory=list)
    folder: str = field(init=False)
    repair: bool = field(init=False)
    _engine: Engine | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.related = Related(self.results)
        names = (self.results.version, f"{self.results.version}{_AGAIN}")
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
        return f"{self.results.version}-{fingerprint(str(self.paths.cleaned.resolve()))}"

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

    def do_on_spark(self, stage: Stage) -> None:
        """Bring every chunk to a stage."""
        self.advance(stage.name, 0)
        timeout = self.config.run.page_timeout
        for pages in do_chunks(self.spark, self.results.undone(stage), self.settings, timeout):
            self.advance(stage.name, pages)

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

    @uncollected()
    def learn(self) -> Recurring:
        """Return what recurs on the sites of raw/, whatever chunks their pages are in."""

        def outlines(chunk: Chunk) -> Iterator[Outline]:
            return read_records(self.results.segment(stages.OUTLINE, chunk), Outline)

        return learn(self.results.chunks, outlines, self.results.learned_before)

    @uncollected()
    def detect(self) -> Duplicates:
        """Return what is related in raw/, and whose copy is kept."""
        if self.is_on_spark:
            return self._detect_on_spark()
        stages.load(self.settings)
        related = self.related
        return detect(related.places, related.gists, self.paths, self.config, self.rules)

    def _detect_on_spark(self) -> Duplicates:
        hosts = self.config.dedup.preferred_hosts
        scratch = self.paths.work / f"search{TEMPORARY}"
        search = Search(self.settings, self._verdicts_on_spark, scratch, hosts)
        return detect_on_spark(self.spark, self.related.bodies(), search)

    @property
    def _verdicts_on_spark(self) -> Path:
        """Return the folder in which a cluster keeps what comparisons came to."""
        return verdicts(self.paths, self.rules).with_suffix(".parquet")

    @property
    def account(self) -> Account:
        """Return the account of all pages."""
        return Account(self.results, self.related, self.corpus)

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
        pages = sum(len(chunk.left) for chunk in self.results.chunks)
        return pages > CHUNK_PAGES and not self.is_on_spark

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
        matches, raw = self.related.duplicates.matches, self.related.raw
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
        cuts = tuple(Cut(chunk.name, chunk.keys) for chunk in self.results.chunks)
        scan = replace(self.looked, pages=Pages(self.results.pages))
        return ScanRecord(scan, cuts, read_shape(self.settings.how))

    def store_scan(self) -> None:
        """Store what the next run must know of this one, where it does not know it already."""
        if not self.is_scan_stored:
            write_scan(self.paths, self._scan_record)
            self.is_scan_stored = True  # nobody else writes it while this run holds the lock

    def recut(self, chunks: Sequence[Chunk], recurring: Recurring) -> None:
        """Go on with other chunks of the same pages, and what was learnt of those."""
        self.results.recut(chunks, recurring)
        self.related.recut()
        self.is_scan_stored = False

    def check_aside(self, summary: Mapping[str, Any]) -> None:
        """Refuse to publish when too many pages were set aside."""
        limits, strict = self.config.limits, self.asked.strict
        check_aside(summary, self.paths.raw, limits, strict=strict)

    def sweep(self) -> None:
        """Remove results and versions that neither this run nor a reader of the last one needs."""
        remove(self.paths.damaged)
        if not self.results.is_learnt:
            return  # the state was deleted: there is nothing to sweep, and nothing has a name
        whole, segment = self.whole, self.results.segment
        kept = (*stages.ALONE, *stages.LEARNT)
        wanted = {segment(stage, chunk) for stage in kept for chunk in whole}
        wanted |= {self.related.told(stage, chunk) for stage in stages.TOLD for chunk in whole}
        if all(map(self._is_settled, self.results.chunks)):
            wanted |= {segment(stages.LEARN), segment(stages.DUPLICATES)}
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
        return [chunk for chunk in self.results.chunks if chunk.is_read and self._is_settled(chunk)]

    def _is_settled(self, chunk: Chunk) -> bool:
        """Return whether the chunk would come out the same again, on any day."""
        if not self._is_unsettled:
            return True
        outcomes = read_outcomes(self.results.segment(stages.NORMALIZE, chunk))
        return not any(isinstance(o, Aside) and o.reason in TRANSIENT for o in outcomes)
