"""Stages of chunks on executors.

In: pieces of work. Out: their results, in the folder that driver and executors share. Never: a
page that passes through the driver.
"""

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pipeline.run import stages
from pipeline.run.chunks import Work
from pipeline.run.stages import Settings
from pipeline.shuffled.worker import DONE, WORK, Doing

_TASKS = 10_000  # of one stage; with more pieces of work than that a task does several


def do(session: Any, work: Sequence[Work], settings: Settings, timeout: float) -> Iterator[int]:
    """Do the work; yield how many pages each piece of it had."""
    if not work:
        return
    here = replace(settings, raw=settings.raw.resolve())
    doing = Doing(here, timeout, stages.code(settings.rules))
    rows = [(pickle.dumps(one.resolved()),) for one in work]
    session.sparkContext.setJobDescription(work[0].stage)
    spread = session.sparkContext.parallelize(rows, min(len(rows), _TASKS))
    done = session.createDataFrame(spread, WORK).mapInArrow(doing.__call__, DONE)
    yield from (row.pages for row in done.collect())
