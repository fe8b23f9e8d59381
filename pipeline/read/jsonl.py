"""JSON Lines, as Scrapy and others write feeds: one page a line.

In: lines. Out: a record each. Never: a line that is not read without its number and why; more of
a line in memory than a page may have.
"""

import hashlib
import json
from collections.abc import Iterator

from pipeline.read.fields import page_of
from pipeline.read.record import Place, Record
from pipeline.read.unpack import BrokenError, Unpacked
from pipeline.reading import How

_PIECE = 64 * 1024
_BLANK = b" \t\r\n\xef\xbb\xbf"


def records(stream: Unpacked, how: How, number: int = 1) -> Iterator[Record]:
    """Yield a record for each line from here on; `number` is that of the first.

    Where the packing breaks, what follows on the breach is read on.
    """
    while True:
        member = f"line {number}"
        place = Place()
        try:
            at = stream.place()
            if at is None:
                return
            place = Place("", *at, number)
            line = stream.line(how.max_page_bytes + 1)
            if len(line) > how.max_page_bytes:
                yield _too_big(stream, line, member, place, how)
            elif line.strip(_BLANK):
                yield _record(line, member, place, how)
        except BrokenError as error:
            why = f"{error} (byte {error.at} of the file). Fetch the file again"
            yield Record(member, place, reason=error.reason, message=why)
            if stream.resync() is None:
                return
        number += 1


def _too_big(stream: Unpacked, line: bytes, member: str, place: Place, how: How) -> Record:
    """Pass over the rest of a line; return the record that tells of it."""
    digest, size = hashlib.sha256(line), len(line)
    while not line.endswith(b"\n") and (line := stream.line(_PIECE)):
        digest.update(line)
        size += len(line)
    why = f"is larger than limits.max_page_bytes ({how.max_page_bytes}). Raise it"
    return Record(
        member, place, reason="too-big", message=why, sha256=digest.hexdigest(), size=size
    )


def _record(line: bytes, member: str, place: Place, how: How) -> Record:
    try:
        text = line.decode("utf-8-sig")
        values = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        reason, why = "not-json", f"is no JSON: {error or 'too deep'}. Mend the line"
        if not line.endswith(b"\n"):
            reason, why = "unfinished", "is not at its end yet. The next run looks again"
        return _refused(line, member, place, reason, why)
    if not isinstance(values, dict):
        return _refused(line, member, place, "wrong-type", "is no object. Mend the line")
    found = page_of(values, member, place, how)
    return _refused(line, member, place, found.reason, found.message) if found.reason else found


def _refused(line: bytes, member: str, place: Place, reason: str, message: str) -> Record:
    digest = hashlib.sha256(line.rstrip(b"\r\n")).hexdigest()
    return Record(member, place, reason=reason, message=message, sha256=digest, size=len(line))


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return the object; `ValueError` where a name stands twice, for which is meant?"""
    found = dict(pairs)
    if len(found) < len(pairs):
        message = "a name stands twice in one object"
        raise ValueError(message)
    return found


def _refuse(constant: str) -> object:
    message = f"{constant} is no value"
    raise ValueError(message)
