"""Edges → components, each named by its least page.

In: a table of edges. Out: every page of an edge with the least page it is connected with. Never:
more edges on the driver than it has room for: above `EDGES` they stay where they are, and are
joined by large-star and small-star (Kiveris et al. 2014, https://doi.org/10.1145/2670979.2670997).
"""

from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as fn

from pipeline.dedup import kernel
from pipeline.shuffled.scratch import Scratch

# 5 million take the driver 2.3 s and 660 MB; the stars take several rounds of shuffles.
EDGES = 5_000_000


def components(scratch: Scratch, edges: DataFrame, most: int = EDGES) -> DataFrame:
    """Return a table (page, root) of all pages in `edges` (a, b)."""
    edges = edges.select("a", "b")
    if edges.count() <= most:
        return _on_driver(scratch.session, edges)
    return _by_stars(scratch, edges)


def _on_driver(session: Any, edges: DataFrame) -> DataFrame:
    table = edges.toArrow()
    ends = [table.column(name).to_numpy() for name in ("a", "b")]
    pages, places = np.unique(np.concatenate(ends), return_inverse=True)
    pairs = np.ascontiguousarray(places.reshape(2, -1).T, np.int64)
    roots = pages[kernel.components(len(pages), pairs)]
    return session.createDataFrame(
        pa.table({"page": pa.array(pages, pa.int64()), "root": pa.array(roots, pa.int64())})
    )


def _by_stars(scratch: Scratch, edges: DataFrame) -> DataFrame:
    """Return the components by stars: each round every page learns of a lesser one.

    The rounds end when none does; they are as many as the logarithm of the longest chain.
    """
    known, before = scratch.keep(_both_ways(edges).filter("a > b").distinct(), "components"), None
    while (now := _sums(known)) != before:
        before = now
        known = scratch.keep(_small_star(_large_star(known)), "components")
    roots = known.select(fn.col("b").alias("page")).distinct().withColumn("root", fn.col("page"))
    return known.select(fn.col("a").alias("page"), fn.col("b").alias("root")).union(roots)


def _large_star(edges: DataFrame) -> DataFrame:
    """Join every greater neighbour of a page to the least one, or to the page."""
    both = _both_ways(edges)
    least = both.groupBy("a").agg(fn.least(fn.min("b"), fn.first("a")).alias("root"))
    joined = both.filter("b > a").join(least, "a")
    return joined.select(fn.col("b").alias("a"), fn.col("root").alias("b")).distinct()


def _small_star(edges: DataFrame) -> DataFrame:
    """Join every lesser neighbour of a page, and the page, to the least one."""
    least = edges.groupBy("a").agg(fn.min("b").alias("root"))
    joined = edges.join(least, "a").filter("b != root").select(fn.col("b").alias("a"), "root")
    found = joined.union(least.select("a", "root")).distinct()
    return found.select("a", fn.col("root").alias("b"))


def _both_ways(edges: DataFrame) -> DataFrame:
    turned = edges.select(fn.col("b").alias("a"), fn.col("a").alias("b"))
    return edges.select("a", "b").union(turned)


def _sums(edges: DataFrame) -> tuple[int, int]:
    """Return what tells two tables of edges apart."""
    mixed = fn.sum(fn.xxhash64("a", "b") % (1 << 40))
    row = edges.agg(fn.count("*").alias("n"), mixed.alias("sum")).first()
    return (row.n, row.sum or 0)
