"""Signatures → pairs worth comparing, those of `pipeline.dedup.candidates`, by Spark's shuffle.

In: a table of pages and the values of their signatures, no two of one text. Out: pairs a < b.
Never: a bucket gathered in one row unless it is small: of a full one pages meet their neighbours
and one page for all.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as fn

from pipeline.dedup import kernel
from pipeline.dedup.candidates import CROWD, FULL, FULL_BANDS, NEIGHBOURS
from pipeline.dedup.signature import PERMUTATIONS, bands
from pipeline.shuffled.scratch import Scratch

_SIGN = np.uint64(1 << 63)  # numbers with a sign sort as those without when it is turned
_BANDS = "band int, key long, beside long, page long"
_PAIRS = pa.schema([("a", pa.int64()), ("b", pa.int64())])
_UNLIKE = pa.schema([("a", pa.int64()), ("b", pa.int64()), ("unlike", pa.int32())])


def propose(scratch: Scratch, values: DataFrame) -> DataFrame:
    """Return the pairs of `values` (page, values) that share a band and are likest."""
    bucket = Window.partitionBy("band", "key")
    keys = values.select("page", "values").mapInArrow(_keys, _BANDS)
    shared = scratch.keep(
        keys.withColumn("size", fn.count("*").over(bucket)).filter("size > 1"), "bands"
    )
    pairs = _all_pairs(shared.filter(fn.col("size") <= FULL))
    pairs = pairs.union(_some_pairs(shared.filter(fn.col("size") > FULL)))
    return scratch.keep(_likest(scratch.keep(pairs.distinct(), "pairs"), values), "candidates")


def _all_pairs(rows: DataFrame) -> DataFrame:
    pages = rows.groupBy("band", "key").agg(fn.collect_list("page").alias("pages"))
    return pages.select("pages").mapInArrow(pairs_of_lists, "a long, b long")


def _some_pairs(rows: DataFrame) -> DataFrame:
    """Return pairs of full buckets: each page with its neighbours and with one page for all."""
    in_order = Window.partitionBy("page").orderBy("band")
    rows = rows.withColumn("nth", fn.row_number().over(in_order)).filter(
        fn.col("nth") <= FULL_BANDS
    )
    bucket = Window.partitionBy("band", "key")
    beside = bucket.orderBy("beside", "page")
    others = [fn.lead("page", k).over(beside) for k in range(1, NEIGHBOURS + 1)]
    others.append(fn.min("page").over(bucket))
    met = rows.select("page", fn.array(*others).alias("others"))
    met = met.select("page", fn.explode("others").alias("other"))
    met = met.filter("other is not null and other != page")
    return met.select(fn.least("page", "other").alias("a"), fn.greatest("page", "other").alias("b"))


def _likest(pairs: DataFrame, values: DataFrame) -> DataFrame:
    """Return the pairs that are among the `CROWD` likest of one of their two pages.

    Most pages have fewer: only pairs of two crowded pages need to be looked at.
    """
    for side in ("a", "b"):
        crowd = pairs.groupBy(side).count().filter(fn.col("count") > CROWD)
        pairs = pairs.join(crowd.withColumnRenamed("count", f"of_{side}"), side, "left")
    crowded = fn.col("of_a").isNotNull() & fn.col("of_b").isNotNull()
    few = pairs.filter(~crowded).select("a", "b")
    # A pair is ranked among all of a page's pairs, those of pages that are not crowded too.
    sides = [_ranked(pairs, values, side, other) for side, other in (("a", "b"), ("b", "a"))]
    many = sides[0].union(sides[1]).distinct()
    return few.union(many.join(few, ["a", "b"], "left_anti"))


def _ranked(pairs: DataFrame, values: DataFrame, side: str, other: str) -> DataFrame:
    """Return of crowded pages on one side the likest pairs."""
    left = pairs.filter(f"of_{side} is not null").select("a", "b")
    for column in ("a", "b"):
        named = values.select(fn.col("page").alias(column), fn.col("values").alias(f"of_{column}"))
        left = left.join(named, column)
    unlike = left.select("a", "b", "of_a", "of_b").mapInArrow(_unlike, "a long, b long, unlike int")
    likest = Window.partitionBy(side).orderBy("unlike", other)
    ranked = unlike.withColumn("nth", fn.row_number().over(likest))
    return ranked.filter(fn.col("nth") <= CROWD).select("a", "b")


def stacked(column: Any) -> Any:
    """Return signatures of an Arrow column, one row each."""
    joined = bytearray().join(column.to_pylist())
    return np.frombuffer(joined, "<u4").reshape(-1, PERMUTATIONS)


def signed(numbers: Any) -> Any:
    """Return 64-bit numbers as Spark has them, in the same order."""
    return (numbers ^ _SIGN).view(np.int64)


def _keys(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    names = ["band", "key", "beside", "page"]
    for batch in batches:
        pages, values = batch.column(0), stacked(batch.column(1))
        keys = [signed(kernel.mix(values, *band)) for band in bands()]
        for n, key in enumerate(keys):
            band = pa.array(np.full(len(pages), n, np.int32))
            beside = keys[(n + 1) % len(keys)]
            columns = [band, pa.array(key), pa.array(beside), pages]
            yield pa.RecordBatch.from_arrays(columns, names)


def pairs_of_lists(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield every pair of each list of a batch, the lesser first."""
    for batch in batches:
        found = [np.empty((0, 2), np.int64)]
        for pages in batch.column(0):
            members = np.sort(pages.values.to_numpy())
            left, right = np.triu_indices(len(members), 1)
            found.append(np.stack((members[left], members[right]), axis=1))
        pairs = np.concatenate(found)
        columns = [pa.array(pairs[:, 0]), pa.array(pairs[:, 1])]
        yield pa.RecordBatch.from_arrays(columns, schema=_PAIRS)


def _unlike(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield how many values of the signatures of each pair differ."""
    for batch in batches:
        size = len(batch)
        values = np.concatenate([stacked(batch.column(place)) for place in (2, 3)])
        places = np.stack((np.arange(size), np.arange(size) + size), axis=1)
        unlike = (PERMUTATIONS - kernel.count_equal(values, places)).astype(np.int32)
        columns = [batch.column(0), batch.column(1), pa.array(unlike)]
        yield pa.RecordBatch.from_arrays(columns, schema=_UNLIKE)
