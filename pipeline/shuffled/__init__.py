"""The parts of a run that Spark divides: stages of chunks, and the search for duplicates.

`worker` does a stage on an executor. `bodies` reads the results back as rows; `candidates`,
`verify`, `containment` and `components` are what `pipeline.dedup` does in one process, as joins;
`search` puts them together. What decides anything is called, not written again: the kernels, the
comparison, `settle`, the choice of copies. pyspark is imported in these modules alone, and when
they are asked for.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipeline.shuffled.parts import Bodies, Search

if TYPE_CHECKING:
    from pipeline.engines.spark import SparkEngine
    from pipeline.run.chunks import Work
    from pipeline.run.duplicates import Duplicates
    from pipeline.run.stages import Settings

__all__ = ["Bodies", "Search", "detect_on_spark", "do_chunks"]


def do_chunks(
    spark: "SparkEngine", work: "Sequence[Work]", settings: "Settings", timeout: float
) -> Iterator[int]:
    """Do the work on executors; yield how many pages each piece of it had."""
    from pipeline.shuffled.stages import do

    with spark.explained():
        yield from do(spark.session, work, settings, timeout)


def detect_on_spark(spark: "SparkEngine", parts: Sequence[Bodies], search: Search) -> "Duplicates":
    """Return what is related in the bodies of all `parts`, and whose copy is kept."""
    from pipeline.shuffled.search import detect

    with spark.explained():
        return detect(spark.session, parts, search)
