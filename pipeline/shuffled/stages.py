"""Stages of chunks on executors.

In: pieces of work. Out: their results, in the folder that driver and executors share. Never: a
page that passes through the driver.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pipeline.run import stages
from pipeline.run.chunks import Work
from pipeline.run.stages import Settings
from pipeline.shuffled.worker import Doing, shared_out


def do(session: Any, work: Sequence[Work], settings: Settings, timeout: float) -> Iterator[int]:
    """Do the work; yield how many pages each piece of it had."""
    if not work:
        return
    here = replace(settings, raw=settings.raw.resolve())
    doing = Doing(here, timeout, stages.code(settings.rules))
    session.sparkContext.setJobDescription(work[0].stage)
    yield from shared_out(session, (one.resolved() for one in work), doing)
