"""Pairs → verdicts: texts are joined to candidates alone, and none is compared twice.

In: pairs of pages, the bodies, what earlier runs found out. Out: for each pair the names of its
texts and the verdict, packed, null where they are not related. Never: an estimate, or a verdict
that depends on which executor came to it.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial

import msgspec
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as fn

from pipeline.dedup.body import Body
from pipeline.dedup.matches import KEPT, verdict_on
from pipeline.dedup.quantity import Lexicon
from pipeline.records import Verdict
from pipeline.run.stages import Settings

KNOWN = "name_a binary, name_b binary, relation string, verdict binary"
_JUDGED = f"a long, b long, {KNOWN}"
_COLUMNS = [
    ("a", pa.int64()),
    ("b", pa.int64()),
    ("name_a", pa.binary()),
    ("name_b", pa.binary()),
    ("relation", pa.string()),
    ("verdict", pa.binary()),
]
_SCHEMA = pa.schema(_COLUMNS)
_NAMES = ["name_a", "name_b"]

# A process keeps what it loaded for the tasks after this one.
_LEXICONS: dict[Settings, Lexicon] = {}


def unpacked(verdict: bytes) -> Verdict:
    """Return a verdict as it was before it travelled."""
    return msgspec.msgpack.decode(verdict, type=Verdict)


def compare(
    pairs: DataFrame, bodies: DataFrame, known: DataFrame | None, settings: Settings
) -> DataFrame:
    """Return `pairs` (a, b) with names, relation and verdict, as in `known` where it has them."""
    named = _beside(pairs.select("a", "b"), bodies, "name")
    if known is None:
        return _judged(named, bodies, settings)
    found = named.join(known, _NAMES).select("a", "b", *_NAMES, "relation", "verdict")
    left = named.join(known, _NAMES, "left_anti")
    return found.union(_judged(left, bodies, settings))


def _judged(named: DataFrame, bodies: DataFrame, settings: Settings) -> DataFrame:
    texts = _beside(named, bodies, "text")
    columns = texts.select("a", "b", *_NAMES, "text_a", "text_b")
    return columns.mapInArrow(partial(_judge, settings), _JUDGED)


def _beside(pairs: DataFrame, bodies: DataFrame, column: str) -> DataFrame:
    """Return `pairs` with a column of the bodies of both pages."""
    for side in ("a", "b"):
        wanted = fn.col(column).alias(f"{column}_{side}")
        pairs = pairs.join(bodies.select(fn.col("page").alias(side), wanted), side)
    return pairs


def _judge(settings: Settings, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    lexicon = _lexicon(settings)
    body = lru_cache(KEPT)(_body)
    for batch in batches:
        texts = zip(batch.column(4).to_pylist(), batch.column(5).to_pylist(), strict=True)
        verdicts = [_packed(body, *pair, lexicon) for pair in texts]
        relations = pa.array([relation for relation, _ in verdicts], pa.string())
        packed = pa.array([verdict for _, verdict in verdicts], pa.binary())
        columns = [*(batch.column(place) for place in range(4)), relations, packed]
        yield pa.RecordBatch.from_arrays(columns, schema=_SCHEMA)


def _body(text: bytes) -> Body:
    return Body(text.decode("utf-8", "surrogatepass"))


def _packed(
    body: Callable[[bytes], Body], a: bytes, b: bytes, lexicon: Lexicon
) -> tuple[str | None, bytes | None]:
    verdict = verdict_on(body(a), body(b), lexicon)
    if verdict is None:
        return None, None
    return verdict.relation, msgspec.msgpack.encode(verdict)


def _lexicon(settings: Settings) -> Lexicon:
    if settings not in _LEXICONS:
        _LEXICONS[settings] = Lexicon(settings.rules.dedup)
    return _LEXICONS[settings]
