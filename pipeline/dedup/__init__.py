"""Which pages carry the same body, which stand inside another, and where copies disagree.

`letters`, `fold` and `kernel` turn text into hashes, `signature` hashes into signatures, `gist`
holds what the indexes need. `candidates` (bands) and `containment` (sketches) propose pairs;
`verify` compares them on an alignment (`align`), `settle` hears their copies, `passages` and
`figures` say what they share and where they differ. `matches` joins these, `memory` holds what is
left to the next search, `cluster` picks the copy to keep, `again` and `repeats` look inside one
page.
"""

from typing import TYPE_CHECKING

from pipeline.ondemand import loader

if TYPE_CHECKING:
    from pipeline.dedup.again import drop_repeats
    from pipeline.dedup.cases import try_rule
    from pipeline.dedup.cluster import PageFacts, clusters
    from pipeline.dedup.gist import Gists, make_gist
    from pipeline.dedup.matches import find_matches, prepare
    from pipeline.dedup.memory import Memory, Verdicts
    from pipeline.dedup.passages import only_in
    from pipeline.dedup.signature import as_minhash, gram_hash, sign

__all__ = [
    "Gists",
    "Memory",
    "PageFacts",
    "Verdicts",
    "as_minhash",
    "clusters",
    "drop_repeats",
    "find_matches",
    "gram_hash",
    "make_gist",
    "only_in",
    "prepare",
    "sign",
    "try_rule",
]

_HOMES = {
    "Gists": "gist",
    "Memory": "memory",
    "PageFacts": "cluster",
    "Verdicts": "memory",
    "as_minhash": "signature",
    "clusters": "cluster",
    "drop_repeats": "again",
    "find_matches": "matches",
    "gram_hash": "signature",
    "only_in": "passages",
    "make_gist": "gist",
    "prepare": "matches",
    "sign": "signature",
    "try_rule": "cases",
}

# numba takes half a second to load.
__getattr__ = loader(__name__, _HOMES)
