"""Bodies → what is related, and whose copy is kept: `pipeline.dedup` on a cluster.

In: the results of chunks. Out: `Duplicates`, those a run on one machine finds. Never: a text
that is not a candidate's moved; all edges of the corpus on the driver, where they are many.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from msgspec.structs import replace
from pyspark.sql import DataFrame
from pyspark.sql import functions as fn

from pipeline import flow
from pipeline.dedup.body import Body
from pipeline.dedup.cluster import PageFacts
from pipeline.dedup.matches import EXPANDED, FEW
from pipeline.dedup.passages import opening
from pipeline.dedup.settle import LINKS, settle
from pipeline.records import Cluster, Match, Verdict
from pipeline.run.duplicates import Duplicates
from pipeline.shuffled import bodies as results
from pipeline.shuffled import candidates, containment
from pipeline.shuffled.bodies import page_id
from pipeline.shuffled.components import components
from pipeline.shuffled.parts import Bodies, Search
from pipeline.shuffled.scratch import Scratch
from pipeline.shuffled.verify import KNOWN, compare, unpacked
from pipeline.store import TEMPORARY, move, remove


def detect(session: Any, parts: Sequence[Bodies], search: Search) -> Duplicates:
    """Return what is related in the bodies of `parts`, and whose copy is kept."""
    scratch = Scratch(session, search.scratch)
    try:
        bodies = results.read(scratch, parts)
        texts = _Texts(scratch, bodies, search)
        matches = sorted([*texts.same(), *texts.related()], key=lambda match: (match.a, match.b))
        texts.remember()
        facts = scratch.rows(bodies.select("page", "facts"), "facts")
        return Duplicates(tuple(matches), _clusters(matches, facts, search))
    finally:
        scratch.clear()


class _Texts:
    """The distinct texts of the corpus, and how they are related."""

    def __init__(self, scratch: Scratch, bodies: DataFrame, search: Search) -> None:
        self._scratch, self._bodies, self._search = scratch, bodies, search
        self._known = _read_known(scratch.session, search.verdicts)
        self._made: list[DataFrame] = []
        groups = bodies.filter("length(folded) > 0").groupBy("folded")
        groups = groups.agg(fn.min("page").alias("first"), fn.count("*").alias("copies"))
        self._groups = scratch.keep(groups, "copies")
        firsts = self._groups.select(fn.col("first").alias("page"), "copies")
        self._texts = scratch.keep(bodies.join(firsts, "page"), "texts")

    def same(self) -> Iterator[Match]:
        """Yield the matches of pages whose texts fold alike, each with the first of them."""
        copied = self._texts.filter("copies > 1").select("page", "text")
        openings = copied.mapInArrow(_openings, "first long, opening binary")
        groups = self._groups.filter("copies > 1").join(openings, "first")
        pairs = self._bodies.select("page", "folded").join(groups, "folded").filter("page != first")
        for row in self._scratch.rows(pairs.select("first", "page", "opening"), "same"):
            shown = msgspec.msgpack.decode(row["opening"], type=tuple[str, ...])
            ends = page_id(row["first"]), page_id(row["page"])
            yield Match(*ends, "same", 1.0, (1.0, 1.0), 1.0, shown)

    def related(self) -> Iterator[Match]:
        """Yield the matches between distinct texts."""
        pairs = self._candidates()
        found = self._compare(pairs)
        found = self._settled(found)
        near = found.filter("relation = 'near'")
        roots = components(self._scratch, near)
        sketches = self._texts.select("page", "sketch").join(roots, "page", "left")
        sketches = self._scratch.keep(
            sketches.withColumn("root", fn.coalesce("root", "page")), "clusters"
        )
        posted = self._scratch.keep(containment.postings(sketches), "postings")
        parts = containment.propose(self._scratch, posted, sketches)
        parts = parts.join(pairs, ["a", "b"], "left_anti")
        found = self._settled(found.union(self._compare(parts)))
        links = found.filter(fn.col("relation").isin(*LINKS))
        told = containment.telling(links, sketches, containment.common(posted))
        told = self._scratch.keep(told, "links")
        stand = found.filter(~fn.col("relation").isin(*LINKS))
        for some in (stand, found.join(told, ["a", "b"]), self._compare(self._spread(told))):
            columns = some.select("a", "b", "relation", "verdict")
            yield from map(_match, self._scratch.rows(columns, "matches"))

    def _candidates(self) -> DataFrame:
        """Return the pairs to compare first; of few texts every pair."""
        pages = self._texts.select("page")
        if self._texts.count() > FEW:
            return candidates.propose(self._scratch, self._texts.select("page", "values"))
        others = pages.withColumnRenamed("page", "b")
        return pages.withColumnRenamed("page", "a").join(others, fn.col("a") < fn.col("b"))

    def _compare(self, pairs: DataFrame) -> DataFrame:
        """Return the verdicts on `pairs` that are related; all of them are remembered."""
        judged = compare(pairs, self._bodies, self._known, self._search.settings)
        judged = self._scratch.keep(judged, "comparison")
        self._made.append(judged)
        return judged.filter("relation is not null").select("a", "b", "relation", "verdict")

    def _settled(self, found: DataFrame) -> DataFrame:
        """Return `found`; what more copies deny than confirm is a `template`."""
        table = found.select("a", "b", "relation").toArrow().to_pydict()
        ends = list(zip(table["a"], table["b"], strict=True))
        said = {pair: _SHELLS[kind] for pair, kind in zip(ends, table["relation"], strict=True)}
        before = dict(said)
        settle(said)
        denied = [pair for pair in ends if said[pair] is not before[pair]]
        if not denied:
            return found
        rows = fn.broadcast(self._scratch.session.createDataFrame(denied, "a long, b long"))
        marked = found.join(rows.withColumn("denied", fn.expr("true")), ["a", "b"], "left")
        kind = fn.when(fn.col("denied"), "template").otherwise(fn.col("relation"))
        settled = marked.select("a", "b", kind.alias("relation"), "verdict")
        return self._scratch.keep(settled, "settled")

    def _spread(self, links: DataFrame) -> DataFrame:
        """Return the pairs of the other pages that carry linked texts, where they are few."""
        copies = self._bodies.select("page", "folded").join(self._groups, "folded")
        copies = copies.filter(fn.col("copies") <= EXPANDED).select("first", "page", "copies")
        pairs = links
        for side in ("a", "b"):
            columns = {"first": side, "page": f"page_{side}", "copies": f"of_{side}"}
            pairs = pairs.join(copies.withColumnsRenamed(columns), side)
        many = fn.col("of_a") * fn.col("of_b")
        others = fn.expr("not (page_a = a and page_b = b)")
        pairs = pairs.filter((many > 1) & (many <= EXPANDED) & others)
        ends = ("page_a", "page_b")
        return pairs.select(fn.least(*ends).alias("a"), fn.greatest(*ends).alias("b"))

    def remember(self) -> None:
        """Keep all verdicts for the next run."""
        used = self._made[0]
        for made in self._made[1:]:
            used = used.union(made)
        folder = self._search.verdicts
        unfinished = folder.with_name(folder.name + TEMPORARY)
        remove(unfinished)
        columns = used.select("name_a", "name_b", "relation", "verdict")
        columns.dropDuplicates(["name_a", "name_b"]).write.parquet(unfinished.resolve().as_uri())
        move(unfinished, folder)


_SHELLS = {
    kind: Verdict(kind, 0.0, (0.0, 0.0), 0.0) for kind in ("same", "near", "template", *LINKS)
}


def _read_known(session: Any, folder: Path) -> DataFrame | None:
    """Return what earlier runs found out, None where none did."""
    if not folder.exists():
        return None
    return session.read.schema(KNOWN).parquet(folder.resolve().as_uri())


def _openings(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        texts = batch.column(1).to_pylist()
        shown = [opening(Body(text.decode("utf-8", "surrogatepass"))) for text in texts]
        packed = pa.array(map(msgspec.msgpack.encode, shown), pa.binary())
        yield pa.RecordBatch.from_arrays([batch.column(0), packed], ["first", "opening"])


def _match(row: Mapping[str, Any]) -> Match:
    verdict = unpacked(row["verdict"])
    if verdict.relation != row["relation"]:
        verdict = replace(verdict, relation=row["relation"], disagreements=())
    return Match(
        page_id(row["a"]),
        page_id(row["b"]),
        verdict.relation,
        verdict.jaccard,
        verdict.containment,
        verdict.figures,
        verdict.passages,
        verdict.disagreements,
    )


def _clusters(
    matches: Sequence[Match], facts_of: Iterable[Mapping[str, Any]], search: Search
) -> tuple[Cluster, ...]:
    """Return the clusters of all pages, sorted; facts are looked at where there is a choice."""
    copied = {
        page
        for match in matches
        if match.relation in ("same", "near")
        for page in (match.a, match.b)
    }
    facts: dict[str, PageFacts] = {}
    decode = msgspec.msgpack.Decoder(PageFacts).decode
    for row in facts_of:
        page = page_id(row["page"])
        if page in copied:
            facts[page] = decode(row["facts"])
    return flow.choose_copies(matches, facts, search.settings.rules, search.preferred_hosts)
