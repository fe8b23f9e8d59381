"""How fast, how small and how right duplicates are found, beside peers in the same run.

In: texts made here. Out: a table: signatures a second from raw text, index build and query,
memory, the quality of matches on labelled copies and forms, what new pages cost. Exit 1 when a
figure lies under its floor in floors.toml, `[dedup]`. Ratios are to the processor time of a peer
on one core; datasketch has its defaults. Peers that are not installed are passed over, with a word:
rensa comes with `make bench`; text-dedup asks for an older rich than this project's, and does not.
"""

import re
import sys
import time
import tracemalloc
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from datasketch import MinHash, MinHashLSH

from bench._floors import hold, seconds
from pipeline.dedup import Memory, candidates, find_matches, sign
from pipeline.dedup.compiled import Codes
from tests.dedup_texts import misread, report

PAGES = 300
INDEXED, TRACED, MILLION = 100_000, 20_000, 1_000_000
MILLION_SECONDS = 15
FAMILIES = 150
NOTICES = 5_000

Signer = Callable[[str], object]


def by_datasketch(text: str) -> MinHash:
    """Return the signature as datasketch's documentation makes one: shingles, then a batch."""
    sketch = MinHash(num_perm=128)
    sketch.update_batch([text[i : i + 5].encode() for i in range(len(text) - 4)])
    return sketch


def rensa() -> Signer:
    """Return what signs a text as rensa's documentation does."""
    module: Any = import_module("rensa")

    def by_rensa(text: str) -> object:
        sketch = module.RMinHash(num_perm=128, seed=1)
        sketch.update([text[i : i + 5] for i in range(len(text) - 4)])
        return sketch.digest()

    return by_rensa


def text_dedup() -> Signer:
    """Return what signs a text as text-dedup does; it parts words at blanks, so they are given."""
    module: Any = import_module("text_dedup.minhash")
    rng, most = np.random.default_rng(1), np.uint32((1 << 32) - 1)
    prime = np.uint64((1 << 61) - 1)
    choices = {
        "num_perm": 128,
        "ngram_size": 5,
        "min_length": 5,
        "hashranges": [(start, start + 4) for start in range(0, 128, 4)],
        "permutations": tuple(rng.integers(1, 1 << 61, 128, np.uint64) for _ in range(2)),
        "hash_func": module.xxh3_32hash,
        "dtype": np.uint64,
        "max_hash": most,
        "modulo_prime": prime,
    }
    return lambda text: module.embed_func(" ".join(re.sub(r"\s", "", text)), 0, **choices)


PEERS: dict[str, Callable[[], Signer]] = {"rensa": rensa, "text_dedup": text_dedup}


def signature_figures() -> dict[str, float | None]:
    """Return signatures a second of 3,000-character pages, and how many times those of peers."""
    texts = ["\n".join(report(n, paragraphs=24)) for n in range(PAGES)]
    sign("warm", texts[0])
    few = texts[: PAGES // 10]
    ours = seconds(lambda: [sign("p", text) for text in texts], 9) / len(texts)
    figures: dict[str, float | None] = {
        "characters_a_page": float(np.mean([len(text) for text in texts])),
        "signatures_a_second": 1 / ours,
        "signatures_times_datasketch": _each(by_datasketch, few) / ours,
    }
    for name, peer in PEERS.items():
        try:
            figures[f"signatures_times_{name}"] = _each(peer(), few) / ours
        except ImportError as error:
            print(f"{name} is passed over: {error}")
            figures[f"signatures_times_{name}"] = None
    return figures


def _each(signer: Signer, texts: list[str]) -> float:
    """Return the processor time that `signer` takes for one text."""
    signer(texts[0])
    return seconds(lambda: [signer(text) for text in texts], 3) / len(texts)


def some_values(count: int) -> Codes:
    """Return the values of `count` signatures, every second one a near copy of the one before."""
    values = np.random.default_rng(1).integers(0, 2**32, (count, 128), np.uint32)
    values[1::2, :64] = values[::2, :64]
    return values


def index_by_datasketch(values: Codes) -> MinHashLSH:
    """Return datasketch's index, built and asked for each of its pages."""
    index = MinHashLSH(num_perm=128, params=(32, 4))
    sketches = [MinHash(hashvalues=row, scheme="affine32") for row in values]
    for n, sketch in enumerate(sketches):
        index.insert(n, sketch)
    for sketch in sketches:
        index.query(sketch)
    return index


def index_figures() -> dict[str, float | None]:
    """Return how many times faster and smaller the index is than peers', built and asked."""
    values = some_values(INDEXED)
    fast = seconds(lambda: candidates.propose(values))
    slow = seconds(lambda: index_by_datasketch(values), 1)
    part = values[:TRACED]
    theirs = peak(lambda: index_by_datasketch(part))
    ours = peak(lambda: candidates.propose(part))
    return {
        "index_seconds": fast,
        "index_times_datasketch": slow / fast,
        "index_smaller_than_datasketch": theirs / ours,
    }


def million_figures() -> dict[str, float | None]:
    """Return how often an index of a million signatures fits into the time it may take."""
    values = some_values(MILLION)
    return {"million_in_its_time": MILLION_SECONDS / seconds(lambda: candidates.propose(values), 1)}


def peak(work: Callable[[], object]) -> float:
    """Return the most bytes that `work` held at one time."""
    tracemalloc.start()
    held = work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del held
    return float(most)


def quality_figures() -> dict[str, float | None]:
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
    pairs = (("a", "b"), ("a", "c"), ("b", "c"), ("x", "y"))
    true = {(f"{n:04}{a}", f"{n:04}{b}") for n in range(FAMILIES) for a, b in pairs}
    links = {(m.a, m.b) for m in matches if m.relation in ("contains", "contained", "overlaps")}
    excerpts = {(f"{n:04}a", f"{n:04}e") for n in range(FAMILIES)}
    return {
        "texts_a_second": len(texts) / spent,
        "duplicates_f1": 2 * len(near & true) / (len(near) + len(true)),
        "excerpts_recall": len(links & excerpts) / len(excerpts),
    }


def growth_figures() -> dict[str, float | None]:
    """Return how many times dearer a search is than one that knows all texts but a hundredth.

    And how many times dearer a report on a page is than a notice that stands on thousands of them.
    """
    texts = {str(n): "\n".join(report(n // 3)[n % 3 :]) for n in range(1500)}
    memory = Memory()
    old = {page: text for page, text in texts.items() if int(page) % 100}
    find_matches(old, memory, workers=1)
    again = seconds(lambda: find_matches(texts, Memory(memory.gists, memory.verdicts), 1))
    full = seconds(lambda: find_matches(texts, workers=1), 1)
    notice = "\n".join(report(17, paragraphs=2))
    notices = {str(n): f"{notice}\n编号：明政告{n}" for n in range(NOTICES)}
    crowd = seconds(lambda: find_matches(notices, workers=1), 1)
    return {
        "growth_times_full": full / again,
        "notices_times_reports": (full / len(texts)) / (crowd / len(notices)),
    }


def main() -> int:
    """Print the table; return 1 when a figure lies under its floor."""
    figures = signature_figures() | index_figures() | million_figures()
    return hold("dedup", figures | quality_figures() | growth_figures())


if __name__ == "__main__":
    sys.exit(main())
