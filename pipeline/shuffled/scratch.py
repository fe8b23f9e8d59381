"""Tables between two steps of a search, in a folder that is gone when the search ends.

In: a table that is not worked out yet. Out: the same table, in files that all executors see.
Never: a plan that holds the plans of all steps before it: Spark looks at a plan as a tree, and
one in which each step uses two others doubles with every step. And never a step done again
because an executor was lost that had kept its result.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pyarrow import parquet
from pyspark.sql import DataFrame

from pipeline.store import remove

_ROWS = 1000  # at a time, for whole texts may be among them


class Scratch:
    """A folder for tables."""

    def __init__(self, session: Any, folder: Path) -> None:
        self.session = session
        self._folder = folder.resolve()
        self._count = 0
        self.clear()

    def keep(self, table: DataFrame, name: str) -> DataFrame:
        """Return `table`, worked out; `name` is what Spark's own pages call the work."""
        place = self._kept(table, name).as_uri()
        return self.session.read.schema(table.schema).parquet(place)

    def rows(self, table: DataFrame, name: str) -> Iterator[Mapping[str, Any]]:
        """Yield the rows of `table`, in no order; all are worked out before the first.

        Spark would do one task after the other for them (`toLocalIterator`), or hold all at once.
        """
        for file in sorted(self._kept(table, name).glob("*.parquet")):
            with parquet.ParquetFile(file) as opened:
                for batch in opened.iter_batches(_ROWS):
                    yield from batch.to_pylist()

    def _kept(self, table: DataFrame, name: str) -> Path:
        self._count += 1
        self.session.sparkContext.setJobDescription(name)
        place = self._folder / f"{self._count:02}-{name}"
        table.write.parquet(place.as_uri())
        return place

    def clear(self) -> None:
        """Remove all tables."""
        remove(self._folder)
