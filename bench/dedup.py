"""How fast, how small and how right duplicates are found, beside datasketch in the same run.

In: texts made here. Out: a table: signatures a second from raw text, index build and query,
memory, and the quality of matches on labelled copies and forms. Exit 1 when a figure lies under
its floor in floors.toml, `[dedup]`. Ratios are to datasketch with its defaults, on one core.
"""

import sys
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
from datasketch import MinHash, MinHashLSH

from bench._floors import hold, seconds
from pipeline.dedup import candidates, find_matches, sign
from pipeline.records import Signature
from tests.dedup_texts import misread, report

PAGES = 300
INDEXED = 20_000
FAMILIES = 150


def by_datasketch(text: str) -> MinHash:
    """Return the signature as datasketch's documentation makes one: shingles, then a batch."""
    sketch = MinHash(num_perm=128)
    sketch.update_batch([text[i : i + 5].encode() for i in range(len(text) - 4)])
    return sketch


def signature_figures() -> dict[str, float]:
    """Return signatures a second of 3,000-character pages, and how many times datasketch's."""
    texts = ["\n".join(report(n, paragraphs=24)) for n in range(PAGES)]
    sign("warm", texts[0])
    ours = PAGES / seconds(lambda: [sign("p", text) for text in texts])
    few = texts[: PAGES // 10]
    theirs = len(few) / seconds(lambda: [by_datasketch(text) for text in few], 1)
    return {
        "characters_a_page": float(np.mean([len(text) for text in texts])),
        "signatures_a_second": ours,
        "signatures_times_datasketch": ours / theirs,
    }


def index_figures() -> dict[str, float]:
    """Return how many times faster and smaller the index is than `MinHashLSH`, built and asked."""
    rng = np.random.default_rng(1)
    values = rng.integers(0, 2**32, (INDEXED, 128), np.uint32)
    values[1::2, :64] = values[::2, :64]  # every second one has a near copy
    signatures = [Signature(str(n), row.tobytes(), 1000) for n, row in enumerate(values)]
    sketches = [MinHash(hashvalues=row, scheme="affine32") for row in values]

    def theirs() -> MinHashLSH:
        index = MinHashLSH(num_perm=128, params=(32, 4))
        for n, sketch in enumerate(sketches):
            index.insert(n, sketch)
        for sketch in sketches:
            index.query(sketch)
        return index

    def ours() -> object:
        return candidates.propose(candidates.stack(signatures))

    fast, slow = seconds(ours), seconds(theirs, 1)
    return {
        "index_seconds": fast,
        "index_times_datasketch": slow / fast,
        "index_smaller_than_datasketch": peak(theirs) / peak(ours),
    }


def peak(work: Callable[[], object]) -> float:
    """Return the most bytes that `work` held at one time."""
    tracemalloc.start()
    held = work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del held
    return float(most)


def quality_figures() -> dict[str, float]:
    """Return the F1 of duplicates, the recall of excerpts, and texts a second.

    A family is a report, two misread copies, an excerpt, and the same form filled in for another
    place and year, with a copy of its own.
    """
    texts = dict[str, str]()
    for n in range(FAMILIES):
        mine, next_years = report(n), report(n, facts=n + 7919)
        bodies = {
            "a": mine,
            "b": misread(mine, 0.02, n),
            "c": misread(mine, 0.05, n + 1),
            "e": mine[2:6],
            "x": next_years,
            "y": misread(next_years, 0.03, n),
        }
        texts |= {f"{n:04}{kind}": "\n".join(lines) for kind, lines in bodies.items()}
    start = time.process_time()
    matches = find_matches(texts)
    spent = time.process_time() - start
    near = {(m.a, m.b) for m in matches if m.relation in ("same", "near")}
    pairs = ("ab", "ac", "bc", "xy")
    true = {(f"{n:04}{a}", f"{n:04}{b}") for n in range(FAMILIES) for a, b in pairs}
    links = {(m.a, m.b) for m in matches if m.relation in ("contains", "contained", "overlaps")}
    excerpts = {(f"{n:04}a", f"{n:04}e") for n in range(FAMILIES)}
    return {
        "texts_a_second": len(texts) / spent,
        "duplicates_f1": 2 * len(near & true) / (len(near) + len(true)),
        "excerpts_recall": len(links & excerpts) / len(excerpts),
    }


def main() -> int:
    """Print the table; return 1 when a figure lies under its floor."""
    return hold("dedup", signature_figures() | index_figures() | quality_figures())


if __name__ == "__main__":
    sys.exit(main())
