"""How much may go wrong before a run publishes nothing.

In: what a run found, and what the settings allow. Out: nothing, or an error that says what to do.
Never: a version published that lacks most of what the last one had.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.config import LimitsConfig
from pipeline.errors import EngineError, LimitError
from pipeline.read import Scan

# Below this many pages a share says nothing: one broken file among ten is no alarm.
LIMITS_COUNT_FROM = 50


def check_vanished(before: Scan, scan: Scan, raw: Path, limits: LimitsConfig) -> None:
    """Refuse a scan that lacks too many of the pages that were found `before`."""
    if before.pages == scan.pages:
        return
    count, share = len(before.pages), limits.max_vanished_share
    same = set(map(id, scan.pages))  # what did not change is what was found before
    changed = {(page.file, page.member) for page in before.pages if id(page) not in same}
    if changed:
        changed -= {(page.file, page.member) for page in scan.pages}
    vanished = len(changed)
    all_gone = vanished == count > 0
    if all_gone or (count >= LIMITS_COUNT_FROM and vanished > share * count):
        message = (
            f"{raw}: {vanished} of {count} pages of the last run are gone, more than "
            f"limits.max_vanished_share ({share}) allows. Nothing was published. Bring them back, "
            "or say --allow-mass-delete if it was meant"
        )
        raise LimitError(message)


def check_aside(
    summary: Mapping[str, Any], raw: Path, limits: LimitsConfig, *, strict: bool
) -> None:
    """Refuse to publish when too many pages were set aside; `strict` allows none."""
    aside, pages = summary["aside"], summary["pages"]
    if summary["aside_by_reason"].get("crashed") == pages:
        message = f"every page crashed, the first so:\n{summary['aside_messages'][0]['message']}"
        raise EngineError(message)
    share = 0.0 if strict else limits.max_aside_share
    if aside > share * pages and (strict or pages >= LIMITS_COUNT_FROM):
        limit = "--strict" if strict else f"limits.max_aside_share ({share})"
        reasons = ", ".join(f"{n} {why}" for why, n in summary["aside_by_reason"].items())
        message = (
            f"{raw}: {aside} of {pages} pages were set aside ({reasons}), more than {limit} "
            "allows. Nothing was published. Mend those pages, or allow more"
        )
        raise LimitError(message)
