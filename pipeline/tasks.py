"""The Luigi graph, thin: tasks name files and call one function. Text is never touched here.

    ScanRaw → StripChrome(chunk) → LearnSites
            → RebuildTables(chunk) → NormalizeText(chunk) → SignBodies(chunk)
            → DetectDuplicates → PublishCorpus → WriteReport → CleanCorpus

What chunks come to depends on what was learnt from all of them, and so do the names of their
results: the graph is built as far as `LearnSites` first, and then to its end.

One task a stage and chunk, never one a page: Luigi's scheduler is quadratic in its tasks. Run by
Luigi's own scheduler inside this process, one worker; a task hands its pages to the engine. On a
cluster one task is a stage of all chunks, which Spark divides among its executors.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

from pipeline import publish
from pipeline.alone import undisturbed
from pipeline.commands import history
from pipeline.errors import DamagedError, EngineError
from pipeline.paths import PUBLISHED
from pipeline.run import chunks, stages
from pipeline.run.job import Job
from pipeline.run.joined import join_small
from pipeline.run.plan import Chunk
from pipeline.store import TEMPORARY, move, remove, write_records

with undisturbed():
    import luigi

    # What lies in /etc, or was named by a variable that is gone now, is not ours either.
    luigi.configuration.get_config().clear()

# Four tries, ten seconds apart: a luigid that is started again in the middle of a run is waited
# for, one that is down ends the run within a minute.
_LUIGID = {"rpc-connect-timeout": "10", "rpc-retry-attempts": "4", "rpc-retry-wait": "10"}


class NamedParameter(luigi.Parameter):
    """A run, a chunk or a stage; in the ids of tasks, and for luigid, it is its name."""

    def serialize(self, x: Job | Chunk | stages.Stage) -> str:
        """Return the name."""
        return x.name

    def _warn_on_wrong_param_type(self, param_name: str, param_value: object) -> None:
        """Say nothing: it is no string, and need not be."""


class Stored(luigi.Target):
    """A file or folder of the store, there whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def exists(self) -> bool:
        """Return whether it is there."""
        return self.path.exists()


class CorpusTask(luigi.Task):
    """A task of one run, which remembers why it failed."""

    job: Job = NamedParameter()

    def on_failure(self, exception: BaseException) -> str:
        """Keep the error for the exit status; Luigi itself only logs it."""
        self.job.failures.append(exception)
        return str(super().on_failure(exception))


class ScanRaw(CorpusTask):
    """Remember what lies in raw/ and how it is cut into chunks."""

    def complete(self) -> bool:
        return self.job.is_scan_stored

    def run(self) -> None:
        # Before the scan: what a run that is killed here forgot, the next one would not look for.
        history.keep(self.job.paths, self.job.gone)
        self.job.store_scan()


class ChunkTask(CorpusTask):
    """A stage of the flow for one chunk of pages."""

    chunk: Chunk = NamedParameter()
    stage: ClassVar[stages.Stage]

    def output(self) -> Stored:
        return Stored(self.job.results.segment(self.stage, self.chunk))

    @property
    def work(self) -> chunks.Work:
        """Return what there is to do."""
        return self.job.results.work(self.stage, self.chunk)

    def complete(self) -> bool:
        return self.work.is_done

    def run(self) -> None:
        chunks.do(self.work, self.job.settings, self.job.engine, self.counted)

    def counted(self, outcomes: Iterator[Any]) -> Iterator[Any]:
        """Yield `outcomes`, telling the progress of each."""
        self.job.advance(self.stage.name, 0)
        for outcome in outcomes:
            yield outcome
            self.job.advance(self.stage.name, 1)


class StripChrome(ChunkTask):
    """Read and parse each page, mark its chrome; keep of it what tells what recurs."""

    stage = stages.STRIP

    def requires(self) -> luigi.Task:
        return ScanRaw(job=self.job)


class LearnSites(CorpusTask):
    """Find what recurs within each site, and what its pages lose by that."""

    def requires(self) -> list[luigi.Task]:
        return [ScanRaw(job=self.job), *_missing(self.job, StripChrome)]

    def output(self) -> Stored:
        return Stored(self.job.results.segment(stages.LEARN))

    def run(self) -> None:
        write_records(self.output().path, [self.job.learn()])


class RebuildTables(ChunkTask):
    """Drop what recurs at the edges of each page, and rebuild its tables."""

    stage = stages.TABLES

    def requires(self) -> list[luigi.Task]:
        return [StripChrome(job=self.job, chunk=self.chunk), LearnSites(job=self.job)]


class NormalizeText(ChunkTask):
    """Bring each page to one spelling."""

    stage = stages.NORMALIZE

    def requires(self) -> luigi.Task:
        return RebuildTables(job=self.job, chunk=self.chunk)


class SignBodies(ChunkTask):
    """Make of each body what the indexes need: its signature, its sketch, its names."""

    stage = stages.SIGN

    def requires(self) -> luigi.Task:
        return NormalizeText(job=self.job, chunk=self.chunk)


class StageOnSpark(CorpusTask):
    """A stage of the flow for every chunk that lacks it, and the stages before."""

    stage: stages.Stage = NamedParameter()

    def requires(self) -> list[luigi.Task]:
        before = _BEFORE[self.stage.name]
        tasks: list[luigi.Task] = [ScanRaw(job=self.job)]
        if before is stages.STRIP:
            tasks.append(LearnSites(job=self.job))
        return tasks if before is None else [*tasks, StageOnSpark(job=self.job, stage=before)]

    def complete(self) -> bool:
        return not self.job.results.undone(self.stage)

    def run(self) -> None:
        self.job.do_on_spark(self.stage)


_BEFORE: Mapping[str, stages.Stage | None] = {
    stages.STRIP.name: None,
    stages.TABLES.name: stages.STRIP,
    stages.NORMALIZE.name: stages.TABLES,
    stages.SIGN.name: stages.NORMALIZE,
}


def _missing(job: Job, task: type[ChunkTask]) -> Sequence[luigi.Task]:
    """Return the tasks that bring every chunk to a stage.

    What is stored needs no task: Luigi's scheduler is spared the chunks of earlier runs.
    """
    if job.is_on_spark:
        return [StageOnSpark(job=job, stage=task.stage)]
    return [task(job=job, chunk=chunk) for chunk in job.results.lacking(task.stage)]


class DetectDuplicates(CorpusTask):
    """Compare the bodies of the whole corpus and cluster what is the same."""

    def requires(self) -> list[luigi.Task]:
        return [ScanRaw(job=self.job), *_missing(self.job, SignBodies)]

    def output(self) -> Stored:
        return Stored(self.job.results.segment(stages.DUPLICATES))

    def run(self) -> None:
        self.job.rest()
        write_records(self.output().path, self.job.detect().parts)


class PublishCorpus(CorpusTask):
    """Write every output of this version into a folder that no reader sees yet."""

    def requires(self) -> list[luigi.Task]:
        # Pages are read again, as they were parsed and as they came out, and may have been lost
        # since they were compared.
        lost = (_missing(self.job, task) for task in (StripChrome, NormalizeText))
        return [DetectDuplicates(job=self.job), *chain.from_iterable(lost)]

    def output(self) -> Stored:
        return Stored(self.job.staging)

    def complete(self) -> bool:
        return self.job.is_written or super().complete()

    def run(self) -> None:
        unfinished = self.job.staging.with_name(f"{self.job.folder}-outputs{TEMPORARY}")
        remove(unfinished)
        try:
            self.job.publish(unfinished)
            self.job.check_aside(publish.read_summary(unfinished))
        except BaseException:
            remove(unfinished)  # on a full disk it holds the space that is wanted
            raise
        move(unfinished, self.job.staging)


class WriteReport(CorpusTask):
    """Add the report that people look at and the checksums of everything: a version is whole."""

    def requires(self) -> luigi.Task:
        return PublishCorpus(job=self.job)

    def output(self) -> Stored:
        return Stored(self.job.published)

    def complete(self) -> bool:
        return self.job.is_written

    def run(self) -> None:
        self.job.tell()  # what was told before may have been lost since
        checksums = publish.Checksums(self.job.staging, self.job.corpus.before)
        with self.job.reported(self.job.staging):
            checksums.look(but=("report", "made"))  # being written
        checksums.write()
        # All but the report was brought to the disk when it got the name it has now.
        move(self.job.staging, self.job.published, synced={*PUBLISHED} - {"report"})
        self.job.repair = False


class CleanCorpus(CorpusTask):
    """Turn the readers to the new version, and sweep what no run needs any more."""

    def requires(self) -> luigi.Task:
        return WriteReport(job=self.job)

    def complete(self) -> bool:
        return self.job.is_done

    def run(self) -> None:
        publish.turn(self.job.paths, self.job.folder)
        join_small(self.job)
        self.job.sweep()


def run(job: Job, begin: Callable[[Mapping[str, int]], None]) -> None:
    """Bring cleaned/ up to raw/. What failed is raised, the first failure first.

    `begin` is told how many pages stages will work on, when that is known.
    """
    with job.ahead():
        if not job.is_written:
            begin(job.results.to_do([stages.STRIP]))
            _build(LearnSites(job=job), job)
            with _removing_damaged():
                begin(job.results.to_do((stages.TABLES, stages.NORMALIZE, stages.SIGN)))
        _build(CleanCorpus(job=job), job)


@contextmanager
def _removing_damaged() -> Iterator[None]:
    """Remove a result that turns out to be damaged: the next run makes it anew."""
    try:
        yield
    except DamagedError as error:
        remove(error.path)
        raise


def _build(task: luigi.Task, job: Job) -> None:
    """Do what `task` requires, and the task.

    Luigi's own exit would be 0 whatever failed, so its verdict is looked at here.
    """
    # Luigi logs every step and every traceback; the caller says what a person must know.
    with _reaching(job.config.run.scheduler):
        result = luigi.build(
            [task],
            workers=1,
            detailed_summary=True,
            log_level="CRITICAL",
            **_scheduler(job.config.run.scheduler),
        )
    for failure in job.failures:
        if isinstance(failure, DamagedError):
            remove(failure.path)
    if job.failures:
        raise job.failures[0]
    if result.status is not luigi.LuigiStatusCode.SUCCESS:
        message = f"Luigi ended with {result.status.name}: {result.one_line_summary}. Run again"
        raise EngineError(message)


def _scheduler(address: str) -> dict[str, Any]:
    """Return what Luigi is told of its scheduler: the one inside, or a luigid at host:port."""
    if not address:
        return {"local_scheduler": True}
    settings = luigi.configuration.get_config()
    settings.read_dict({"core": _LUIGID})
    return {"local_scheduler": False, "scheduler_url": f"http://{address}/"}


@contextmanager
def _reaching(address: str) -> Iterator[None]:
    """Turn what Luigi says of a luigid that does not answer into the mend."""
    try:
        yield
    except luigi.rpc.RPCError as error:
        message = (
            f"run.scheduler: no luigid answers at {address}: {error.sub_exception}. Start it with "
            f"`luigid --port {address.rpartition(':')[2]}`, or empty the key"
        )
        raise EngineError(message) from error
