"""Results of chunks → rows, one for each body that is compared.

In: where the results of each chunk lie. Out: a table whose `page` is the page's id as a number
that sorts as ids do. Never: two rows of one page; a row of what is no article.
"""

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as fn

from pipeline import flow
from pipeline.brief import brief_of_article
from pipeline.dedup.gist import Gists, make_gist, name
from pipeline.records import Page
from pipeline.shuffled.parts import Bodies
from pipeline.shuffled.scratch import Scratch
from pipeline.store import read_outcomes, read_records

_COLUMNS = {
    "page": pa.int64(),
    "rank": pa.int64(),
    "name": pa.binary(),
    "folded": pa.binary(),
    "values": pa.binary(),
    "sketch": pa.binary(),
    "text": pa.binary(),
    "facts": pa.binary(),
}
_SCHEMA = pa.schema(_COLUMNS.items())
_ROWS = "page long, rank long, name binary, folded binary, values binary, sketch binary, text binary, facts binary"  # noqa: E501
_HALF = 2**63  # Spark has no numbers without a sign


def number(page: str) -> int:
    """Return the id of a page as a number with a sign; they sort alike.

    >>> number("0000000000000000") < number("8000000000000000") < number("ffffffffffffffff")
    True
    """
    return int(page, 16) - _HALF


def page_id(number: int) -> str:
    """Return the id that `number` was made of.

    >>> page_id(number("00ff00ff00ff00ff"))
    '00ff00ff00ff00ff'
    """
    return f"{number + _HALF:016x}"


def read(scratch: Scratch, parts: Sequence[Bodies]) -> DataFrame:
    """Return the bodies of all `parts`, each page once: as it stands last in raw/."""
    rows = [(pickle.dumps(_resolved(part)),) for part in parts]
    session = scratch.session
    spread = session.sparkContext.parallelize(rows, len(rows))
    found = session.createDataFrame(spread, "part binary").mapInArrow(_rows, _ROWS)
    found = scratch.keep(found, "bodies")
    twice = found.groupBy("page").agg(fn.count("*").alias("n"), fn.max("rank").alias("last"))
    again = [(row.page, row.last) for row in twice.filter("n > 1").collect()]
    if not again:
        return found
    last = fn.broadcast(session.createDataFrame(again, "page long, last long"))
    return found.join(last, "page", "left").filter("last is null or rank = last").drop("last")


def _resolved(part: Bodies) -> Bodies:
    return replace(part, pages=part.pages.resolve(), gists=part.gists.resolve())


def _rows(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for packed in batch.column(0).to_pylist():
            part: Bodies = pickle.loads(packed)
            rows = list(_bodies(part))
            columns = zip(*rows, strict=True) if rows else ([] for _ in _COLUMNS)
            arrays = map(pa.array, map(list, columns), _COLUMNS.values())
            yield pa.RecordBatch.from_arrays(list(arrays), schema=_SCHEMA)


def _bodies(part: Bodies) -> Iterator[tuple[Any, ...]]:
    gists = {gist.text: gist for some in read_records(part.gists, Gists) for gist in some}
    for rank, outcome in zip(part.ranks, read_outcomes(part.pages), strict=True):
        if rank < 0 or not isinstance(outcome, Page) or not outcome.is_article:
            continue
        text, brief = outcome.text, brief_of_article(outcome, b"")
        facts = msgspec.msgpack.encode(flow.facts(brief))
        gist = gists.get(name(text)) or make_gist(text)
        found = (gist.text, gist.folded, gist.values, gist.sketch)
        yield number(outcome.id), rank, *found, text.encode("utf-8", "surrogatepass"), facts
