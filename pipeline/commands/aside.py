"""The pages set aside: which, why, and since when.

In: the published ledger and the clock. Out: `Waiting` pages; .work/aside.json, which remembers when
each was first set aside. Never: the time of a run in anything published, which is the same whenever
it is made.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.paths import Paths
from pipeline.publish import read_summary
from pipeline.store import write_bytes


@dataclass(frozen=True, slots=True)
class Waiting:
    """A page set aside: where it lies, the reason, the time (ISO 8601, UTC) since when it is so.

    `since` is "" where that is not known. `message` is the mend, for the first pages of a run.
    """

    raw: str
    member: str
    reason: str
    since: str
    message: str


def note(paths: Paths) -> None:
    """Remember the pages set aside by the version that readers see, and since when they are."""
    known = _known(paths)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    found = {_key(row): known.get(_key(row), now) for row in _rows(paths)}
    if found != known:
        write_bytes(paths.aside, [json.dumps(found, ensure_ascii=False, indent=0).encode("utf-8")])


def waiting(paths: Paths) -> list[Waiting]:
    """Return the pages set aside by the version that readers see; none where there is none."""
    if not paths.current.exists():
        return []
    known = _known(paths)
    messages = {one["raw"]: one["message"] for one in read_summary(paths.current)["aside_messages"]}
    return [
        Waiting(
            row["raw"],
            row["member"],
            row["reason"],
            known.get(_key(row), ""),
            messages.get(row["raw"], "").strip().rpartition("\n")[2],
        )
        for row in _rows(paths)
    ]


def _rows(paths: Paths) -> Iterator[dict[str, str]]:
    if not read_summary(paths.current)["aside"]:
        return
    with (paths.current / "ledger.csv").open(encoding="utf-8", newline="") as file:
        yield from (row for row in csv.DictReader(file) if row["status"] == "aside")


def _key(row: dict[str, str]) -> str:
    """Return what makes it the same page for the same reason: new bytes or a new reason begin."""
    return "\n".join((row["raw"], row["member"], row["sha256"], row["reason"]))


def _known(paths: Paths) -> dict[str, str]:
    try:
        known: Any = json.loads(paths.aside.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
