"""Page → Page: one spelling for all pages.

In: a page whose tables are rebuilt. Out: the same blocks; text, title and `changes` respelled by
the rules of spelling.toml. Never loses a block, changes a number, or touches a table or anything
that was dropped.
"""

from typing import TYPE_CHECKING

from pipeline.ondemand import loader
from pipeline.spelling.replay import replay

if TYPE_CHECKING:
    from pipeline.spelling.spell import normalize_page, normalize_text, trace_text, try_rule
    from pipeline.spelling.trace import LineChange, Respelled, pieces, unified

__all__ = [
    "LineChange",
    "Respelled",
    "normalize_page",
    "normalize_text",
    "pieces",
    "replay",
    "trace_text",
    "try_rule",
    "unified",
]

_HOMES = {
    "LineChange": "trace",
    "Respelled": "trace",
    "normalize_page": "spell",
    "normalize_text": "spell",
    "pieces": "trace",
    "trace_text": "spell",
    "try_rule": "spell",
    "unified": "trace",
}

# A run with nothing to do asks for none of them.
__getattr__ = loader(__name__, _HOMES)
