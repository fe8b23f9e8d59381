"""Which pages carry the same body, which stand inside another, and where copies disagree."""

from pipeline.dedup.matches import find_matches
from pipeline.dedup.signature import as_minhash, gram_hash, sign

__all__ = ["as_minhash", "find_matches", "gram_hash", "sign"]
