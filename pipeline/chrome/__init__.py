"""Page → Page: mark chrome.

In: a parsed page. Out: the same blocks; chrome carries the id of the rule that took it in
`dropped_by`, and so does the page where it is no article. Never deletes, reorders or respells a
block.
"""

from typing import TYPE_CHECKING

from pipeline.ondemand import loader

if TYPE_CHECKING:
    from pipeline.chrome.cases import try_rule
    from pipeline.chrome.marks import sets_of, sheet_of, strip

__all__ = ["sets_of", "sheet_of", "strip", "try_rule"]

_HOMES = {"sets_of": "marks", "sheet_of": "marks", "strip": "marks", "try_rule": "cases"}

# A run with nothing to do asks for none of them.
__getattr__ = loader(__name__, _HOMES)
