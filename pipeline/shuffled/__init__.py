"""The parts of a run that Spark divides: looking, stages of chunks, the search, writing articles.

`mirror` brings pages from where Spark reads; `files` looks into what is new in raw/; `worker` does
a stage on an executor. `bodies` reads the results back as rows; `candidates`, `verify`,
`containment` and `components` are what `pipeline.dedup` does in one process, as joins; `search`
puts them together; `telling` and `articles` write what comes of it. What decides anything is
called, not written again: the kernels, the comparison, `settle`, the choice of copies. pyspark is
imported in these modules alone, and when they are asked for.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.read import Seen, Unseen
from pipeline.shuffled.parts import Bodies, Run, Search

if TYPE_CHECKING:
    from pipeline.engines.spark import SparkEngine
    from pipeline.publish import Corpus
    from pipeline.run.chunks import Work
    from pipeline.run.duplicates import Duplicates
    from pipeline.run.stages import Settings
    from pipeline.run.told import Untold

__all__ = [
    "Bodies",
    "Run",
    "Search",
    "detect_on_spark",
    "do_chunks",
    "follow_on_spark",
    "look_on_spark",
    "tell_on_spark",
    "write_articles",
]

# Files that are new, or their bytes, from which on a cluster is asked: below, they are read here
# before its first process has started.
MANY = 50_000
MUCH = 256 * 2**20
_AT_ONCE = 1_000_000  # files that the driver has in memory


def follow_on_spark(spark: "SparkEngine", address: str, raw: Path, record: Path) -> None:
    """Bring into `raw` what is new at an address that Spark reads, remove what is gone there."""
    from pipeline.shuffled.mirror import follow

    with spark.explained():
        follow(spark.session, address, raw, record)


def look_on_spark(
    spark: "SparkEngine",
    settings: "Settings",
    scratch: Path,
    function: Callable[[Unseen], Seen],
    unseen: Iterable[Unseen],
) -> Iterator[Seen]:
    """Yield what each file holds; executors look, where they are many or large."""
    waiting = iter(unseen)
    while files := list(islice(waiting, _AT_ONCE)):
        if len(files) < MANY and sum(file.size for file in files) < MUCH:
            yield from map(function, files)
            continue
        from pipeline.shuffled.files import look

        with spark.explained():
            yield from look(spark.session, scratch, settings, function, files)


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


def tell_on_spark(
    spark: "SparkEngine", untold: "Iterable[Untold]", settings: "Settings", corpus: "Corpus"
) -> None:
    """Have executors tell what the outputs and the report say of the pages of chunks."""
    from pipeline.shuffled.telling import tell

    with spark.explained():
        tell(spark.session, untold, settings, corpus)


def write_articles(spark: "SparkEngine", runs: Iterable[Run], folder: Path) -> None:
    """Have executors write the articles of all `runs`, in their order, into `folder`/articles."""
    from pipeline.shuffled.articles import write

    with spark.explained():
        write(spark.session, runs, folder)
