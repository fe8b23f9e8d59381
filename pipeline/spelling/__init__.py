"""Page → Page: one spelling for all pages.

In: a page whose tables are rebuilt. Out: the same blocks; text, title and `changes` respelled by
the rules of spelling.toml. Never loses a block, changes a number, or touches a table or anything
that was dropped.
"""

from pipeline.spelling.replay import replay
from pipeline.spelling.spell import normalize_page, normalize_text, try_rule

__all__ = ["normalize_page", "normalize_text", "replay", "try_rule"]
