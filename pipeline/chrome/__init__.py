"""Page → Page: mark chrome.

In: a parsed page. Out: the same blocks; chrome carries the id of the rule that took it in
`dropped_by`, and so does the page where it is no article. Never deletes, reorders or respells a
block.
"""

from pipeline.chrome.cases import try_rule
from pipeline.chrome.marks import sets_of, sheet_of, strip

__all__ = ["sets_of", "sheet_of", "strip", "try_rule"]
