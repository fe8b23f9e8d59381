"""A record of a feed or a table → a page: its body, address and time, found by name.

In: names and values as a feed has them. Out: a `Record`. Never: a body guessed at where no field
is named as one; a lone surrogate, which no encoder bears.
"""

import re
from collections.abc import Mapping

from pipeline.read.origin import address, lowered
from pipeline.read.record import Place, Record
from pipeline.read.times import moment
from pipeline.reading import How

_SURROGATE = re.compile("[\ud800-\udfff]")


def page_of(values: Mapping[str, object], member: str, place: Place, how: How) -> Record:
    """Return the page that a record holds, or why it holds none."""
    found = lowered(values)
    bodies = [name for name in how.fields.body_fields if found.get(name.lower()) is not None]
    if not bodies:
        names = ", ".join(how.fields.body_fields)
        why = f"has no body. Name its field in read.body_fields (now {names})"
        return Record(member, place, reason="no-body", message=why)
    texts = [(name, _text(found[name.lower()])) for name in bodies]
    name, body = next((pair for pair in texts if pair[1]), texts[0])
    if body is None:
        why = f"{name} is no text. Name another field in read.body_fields"
        return Record(member, place, reason="wrong-type", message=why)
    url = (address(_one(found.get(key.lower()))) for key in how.fields.url_fields)
    when = (moment(_one(found.get(key.lower()))) for key in how.fields.time_fields)
    return Record(
        member,
        place,
        body=body,
        url=next(filter(None, url), ""),
        fetched=next(filter(None, when), ""),
        charset="" if isinstance(found[name.lower()], bytes) else "utf-8",
    )


def _text(value: object) -> bytes | None:
    """Return text as bytes; loaders of feeds write a list of texts for one. None for others."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = "\n".join(value)
    return _SURROGATE.sub("\ufffd", value).encode("utf-8") if isinstance(value, str) else None


def _one(value: object) -> object:
    return value[0] if isinstance(value, list) and value else value
