"""Sketches → pairs where one body may stand inside the other, those of `dedup.containment`.

In: sketches of distinct texts, and the clusters of copies among them. Out: pairs of pages; for
links, whether what they share tells anything. Never: a set phrase that gathers all its pages in
one place: of a batch no more of them are passed on than show that it is one.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as fn

from pipeline.dedup.containment import BOUND, COMMON, MEMBERS, SHARED, share_told
from pipeline.dedup.matches import TELLING
from pipeline.shuffled.candidates import pairs_of_lists, signed
from pipeline.shuffled.scratch import Scratch

_POSTINGS = pa.schema([("hash", pa.int64()), ("owner", pa.int64())])
_HASHES = pa.schema([("page", pa.int64()), ("hash", pa.int64())])
_TOLD = pa.schema([("a", pa.int64()), ("b", pa.int64())])


def postings(sketches: DataFrame) -> DataFrame:
    """Return for each hash of `sketches` (page, sketch, root) the clusters that hold it.

    Of more than `COMMON` it is said which some are, and that they are more.
    """
    rows = sketches.select("root", "sketch").mapInArrow(_postings, "hash long, owner long")
    owners = rows.groupBy("hash").agg(fn.collect_set("owner").alias("pages"))
    return owners.filter("size(pages) > 1")


def common(posted: DataFrame) -> DataFrame:
    """Return the hashes that many clusters hold."""
    return posted.filter(fn.size("pages") > COMMON).select("hash")


def propose(scratch: Scratch, posted: DataFrame, sketches: DataFrame) -> DataFrame:
    """Return the pairs of pages of clusters that share enough hashes which are not common.

    The first page of each cluster with those of the other. Pairs inside a cluster are left out.
    """
    lists = posted.filter(fn.size("pages") <= COMMON).select("pages")
    pairs = lists.mapInArrow(pairs_of_lists, "a long, b long").groupBy("a", "b").count()
    related = scratch.keep(pairs.filter(fn.col("count") >= SHARED).select("a", "b"), "excerpts")
    in_order = Window.partitionBy("root").orderBy("page")
    members = sketches.select("page", "root", fn.row_number().over(in_order).alias("nth"))
    members = members.filter(fn.col("nth") <= MEMBERS).drop("nth")
    found = [
        related.join(members.withColumnRenamed("root", other), other).select(
            fn.least(one, "page").alias("a"), fn.greatest(one, "page").alias("b")
        )
        for one, other in (("a", "b"), ("b", "a"))
    ]
    return found[0].union(found[1]).distinct()


def telling(links: DataFrame, sketches: DataFrame, common: DataFrame) -> DataFrame:
    """Return those of `links` (a, b) that share more than phrases which many clusters hold."""
    if common.isEmpty():
        return links.select("a", "b")
    ends = links.select(fn.explode(fn.array("a", "b")).alias("page")).distinct()
    hashes = ends.join(sketches, "page").select("page", "sketch")
    hashes = hashes.mapInArrow(_below_bound, "page long, hash long")
    counted = hashes.join(common, "hash", "left_anti").groupBy("page")
    counted = counted.agg(fn.array_sort(fn.collect_list("hash")).alias("hashes"))
    pairs = links.select("a", "b")
    for side in ("a", "b"):
        pairs = pairs.join(counted.select(fn.col("page").alias(side), _of(side)), side)
    return pairs.select("a", "b", "of_a", "of_b").mapInArrow(_tell, "a long, b long")


def _of(side: str) -> fn.Column:
    return fn.col("hashes").alias(f"of_{side}")


def _split(batch: pa.RecordBatch) -> tuple[np.ndarray, np.ndarray]:
    """Return the owners and hashes of a batch of owners and sketches, one row a hash."""
    sketches = batch.column(1).to_pylist()
    hashes = np.frombuffer(bytearray().join(sketches), "<u8")
    counts = np.array([len(sketch) // 8 for sketch in sketches], np.int64)
    return np.repeat(batch.column(0).to_numpy(), counts), hashes


def _postings(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        owners, hashes = _split(batch)
        rows = np.unique(np.stack((signed(hashes), owners)), axis=1)
        firsts = np.flatnonzero(np.r_[True, rows[0, 1:] != rows[0, :-1]]) if rows.size else rows[0]
        sizes = np.diff(np.r_[firsts, rows.shape[1]])
        nth = np.arange(rows.shape[1]) - np.repeat(firsts, sizes)
        kept = rows[:, nth <= COMMON]
        yield pa.RecordBatch.from_arrays([pa.array(kept[0]), pa.array(kept[1])], schema=_POSTINGS)


def _below_bound(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        pages, hashes = _split(batch)
        below = hashes < BOUND
        columns = [pa.array(pages[below]), pa.array(signed(hashes[below]))]
        yield pa.RecordBatch.from_arrays(columns, schema=_HASHES)


def _tell(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        sides = (batch.column(place) for place in (2, 3))
        told = pa.array([_tells(*pair) for pair in zip(*sides, strict=True)], pa.bool_())
        columns = [batch.column(0).filter(told), batch.column(1).filter(told)]
        yield pa.RecordBatch.from_arrays(columns, schema=_TOLD)


def _tells(a: pa.ListScalar, b: pa.ListScalar) -> bool:
    x, y = (np.array(one.values.to_numpy()).view(np.uint64) ^ np.uint64(1 << 63) for one in (a, b))
    return share_told(x, y) >= TELLING
