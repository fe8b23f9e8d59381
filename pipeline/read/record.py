"""What an archive yields: records that are pages, records that cannot be read, and all others."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class Place(NamedTuple):
    """Where a record begins: the name of a file inside the archive, or "", and how to get there.

    `start` is a byte at which reading can begin, of that file; `skip` counts what is left out
    from there once it is unpacked. `number` counts records in their order.
    """

    inner: str = ""
    start: int = 0
    skip: int = 0
    number: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `member` is what people find it by, such as "line 17".

    `reason` and `message` tell why it cannot be read; `sha256` and `size` are then of what there
    is of it. `other` names the kind of a record that is no page; such are counted. `body` is as it
    was sent, `charset` what was claimed for it, `status` that of HTTP, 0 where there is none.
    """

    member: str
    place: Place
    body: bytes = field(default=b"", repr=False)
    url: str = ""
    fetched: str = ""
    charset: str = ""
    status: int = 0
    reason: str = ""
    message: str = ""
    sha256: str = ""
    size: int = 0
    other: str = ""


class Archive(Protocol):
    """A file that holds pages. It is read from front to back; going back costs."""

    def records(self) -> Iterator[Record]:
        """Yield all that is in it; `OSError` where the disk does not give it."""
        ...

    def record(self, place: Place) -> Record:
        """Return the record at a place that `records` told."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...
