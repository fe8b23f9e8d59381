"""Pages and pairs → small scripts that index.html loads when it needs them: data/<name>.js.

In: rows of JSON. Out: files of some rows each, each a call of `piece` with its name and rows: a
page opened from a disk may run a script that lies beside it, but fetch nothing. Never: a file whose
rows depend on any others, so that what comes later leaves it as it is.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

# A stretch of pages ends behind one whose id ends so, and is 16 pages long in the mean. A page
# more or less changes its own stretch, and perhaps a neighbour.
ENDS = "0"
LONGEST = 64


def script(name: str, rows: Iterable[bytes]) -> bytes:
    """Return the file data/<name>.js, which hands over these rows."""
    return b"".join((f'piece("{name}",[\n'.encode(), b",\n".join(rows), b"\n]);\n"))


def value(name: str, told: object) -> bytes:
    """Return the file data/<name>.js, which hands over one value."""
    return b"".join((f'piece("{name}",'.encode(), packed(told), b");\n"))


def packed(told: object) -> bytes:
    """Return `told` as JSON without blanks, in UTF-8, Chinese unescaped."""
    return msgspec.json.encode(told)


def stretches(ids: Sequence[str]) -> Iterator[tuple[str, range]]:
    """Yield the stretches of pages with their names: the id of the first page of each.

    One page may lie in raw/ twice, and begin two of them; `report.js` names them in the same way.
    """
    named: dict[str, int] = {}
    begin = 0
    for at, page in enumerate(ids, 1):
        if page.endswith(ENDS) or at - begin == LONGEST or at == len(ids):
            first = ids[begin]
            named[first] = again = named.get(first, 0) + 1
            yield f"page-{first}" + (f"-{again}" if again > 1 else ""), range(begin, at)
            begin = at


def bits(count: int, rows: int) -> int:
    """Return by how many bits of their ids so many things are parted into files of `rows`."""
    return max(0, (max(count, 1) - 1) // rows).bit_length()


def bucket(page: str, wide: int) -> str:
    """Return the number of the file in which something of that id is."""
    return f"{int(page[:6], 16) >> (24 - wide):x}"
