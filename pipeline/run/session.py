"""One run from its lock to the news of it, as `run`, `retry` and each round of `watch` do it.

In: folders, settings, and what is asked of the run. Out: the numbers it ended with. Never: two runs
at once over one cleaned/; a run that ends without those knowing who want to.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pipeline.commands import aside
from pipeline.config import Config
from pipeline.paths import Paths
from pipeline.publish import read_summary
from pipeline.run import preflight
from pipeline.run.job import Asked, Job
from pipeline.run.monitor import Watched
from pipeline.run.opening import check_folders, open_job
from pipeline.store import locked


class Progress(Protocol):
    """Who is shown how far the run is."""

    def begin(self, totals: Mapping[str, int]) -> None:
        """Tell how many pages each stage will work on."""
        ...

    def advance(self, stage: str, pages: int) -> None:
        """Tell that a stage has done some more pages."""
        ...


@dataclass(frozen=True, slots=True)
class Ended:
    """The numbers a run ended with; `nothing`: it found nothing to do."""

    numbers: dict[str, Any]
    nothing: bool


def run_once(
    paths: Paths, config: Config, asked: Asked, progress: Progress, say: Callable[[str], None]
) -> Ended:
    """Bring cleaned/ up to raw/ and tell who wants to know; what failed is raised."""
    with Watched(paths, config.monitor, say) as watched:
        check_folders(paths)
        for line in preflight.passed_over(Path.cwd()):
            say(line)
        with locked(paths.lock, asked.wait):
            watched.noted = True
            preflight.check_disk(paths, config.limits.min_free_bytes)
            with closing(open_job(paths, config, progress.advance, asked)) as job:
                nothing = job.is_done
                if nothing:
                    job.store_scan()
                else:
                    _run(job, config.parser, progress)
                    aside.note(paths)
        numbers = read_summary(paths.current)
        job.check_aside(numbers)
        watched.done(numbers, job.results.version, nothing=nothing)
        return Ended(numbers, nothing)


def _run(job: Job, parser: str, progress: Progress) -> None:
    """Do all that is to be done."""
    from pipeline import tasks  # Luigi, which a run without anything to do does not need

    preflight.check_installation(job.rules, parser)
    tasks.run(job, progress.begin)
