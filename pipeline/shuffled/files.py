"""New files of raw/ → what each holds, found out on executors.

In: files, and the function that looks into one. Out: what it returns of each, in no order. Never:
the bytes of a page through the driver; a file divided: what a record is, is known from its start.
"""

import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from pipeline.read import Seen, Unseen
from pipeline.run import stages
from pipeline.run.stages import Settings
from pipeline.shuffled.scratch import Scratch
from pipeline.shuffled.worker import Batches, check_code

# What one task is given: a file alone where it is larger, so many where they are small.
_TASK_BYTES = 64 * 2**20
_TASK_FILES = 2000

_SEEN = "seen binary"
_SCHEMA = pa.schema([("seen", pa.binary())])


@dataclass(frozen=True, slots=True)
class Looking:
    """The function of executors; `code` names the code and rules of the driver."""

    settings: Settings
    code: str
    function: Callable[[Unseen], Seen]

    def __call__(self, batches: Batches) -> Batches:
        """Yield for each batch of packed files what they hold."""
        check_code(self.settings, self.code)
        for batch in batches:
            files = (
                file for packed in batch.column(0).to_pylist() for file in pickle.loads(packed)
            )
            for file in files:
                seen = pa.array([msgspec.msgpack.encode(self.function(file))], pa.binary())
                yield pa.RecordBatch.from_arrays([seen], schema=_SCHEMA)


def look(
    session: Any,
    folder: Path,
    settings: Settings,
    function: Callable[[Unseen], Seen],
    files: Sequence[Unseen],
) -> Iterator[Seen]:
    """Yield what each of `files` holds; `folder` is one for what is needed meanwhile."""
    scratch = Scratch(session, folder)
    rows = [(pickle.dumps(some),) for some in _shared_out(files)]
    looking = Looking(settings, stages.code(settings.rules), function)
    spread = session.sparkContext.parallelize(rows, len(rows))
    table = session.createDataFrame(spread, "files binary")
    decode = msgspec.msgpack.Decoder(Seen).decode
    try:
        for row in scratch.rows(table.mapInArrow(looking.__call__, _SEEN), "look"):
            yield decode(row["seen"])
    finally:
        scratch.clear()


def _shared_out(files: Sequence[Unseen]) -> Iterator[list[Unseen]]:
    """Yield the files in the lists that tasks are given."""
    some: list[Unseen] = []
    size = 0
    for file in files:
        if some and (size + file.size > _TASK_BYTES or len(some) == _TASK_FILES):
            yield some
            some, size = [], 0
        some.append(file)
        size += file.size
    if some:
        yield some
