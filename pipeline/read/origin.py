"""Where a file of a tree came from: its own comment, a note beside it, or its path.

In: the path of a page in raw/, the head of its bytes, `.meta.json` notes. Out: address and time.
Never: a page refused because what is told of it is wrong.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from pipeline.read.times import in_path, moment
from pipeline.reading import Reading

NOTE = ".meta.json"
#: Bytes of a page among which browsers and SingleFile write where they got it from.
HEAD = 8192
_MOST_NOTE = 1024 * 1024

# A folder named as a host: three labels or more, two with a common ending, or four numbers; and
# the port, behind `:` or, where names may hold none, `+`.
_HOST = re.compile(
    r"(?:(?:[a-z0-9_-]+\.){2,}[a-z]{2,18}|[a-z0-9_-]+\.(?:[a-z]{2}|com|net|org|gov|edu|info)"
    r"|(?:[\w-]+\.)+xn--[a-z0-9-]+|(?:\d{1,3}\.){3}\d{1,3})(?:[:+]\d{1,5})?",
    re.IGNORECASE,
)
_SCHEMES = ("http", "https")
# Endings of what a server made when asked; wget writes `.html` behind them and behind a query.
_MADE = r"(?:php|asp|aspx|jsp|jspx|do|action|cgi)"
_ADDED = re.compile(rf"(.*(?:[?@].*|\.{_MADE}))\.html?", re.IGNORECASE)
_AT = re.compile(rf"(\.{_MADE}|\.s?html?)@", re.IGNORECASE)
_INDEX = re.compile(r"index\.html?", re.IGNORECASE)
_SAVED = re.compile(rb"<!--\s*saved from url=\(\d+\)(\S+)\s*-->")
_SINGLE_FILE = re.compile(
    rb"<!--\s*Page saved with SingleFile\s+url:\s*(\S+)(?:\s+saved date:\s*([^\r\n]+))?"
)


class Origin(NamedTuple):
    """An address and the time of the crawl, "" where they are not known."""

    url: str = ""
    fetched: str = ""


def of_file(path: str, head: bytes, note: Origin) -> Origin:
    """Return where the page at `path` came from: the note is believed first, the path last.

    `path` is relative to raw/, as the disk has it; `head` is what its bytes begin with.
    """
    saved, by_path = of_head(head), of_path(path)
    return Origin(
        note.url or saved.url or by_path.url,
        note.fetched or saved.fetched or by_path.fetched,
    )


def of_head(head: bytes) -> Origin:
    """Return what a browser or SingleFile wrote into the page it saved.

    >>> of_head(b"<!-- saved from url=(0024)https://www.example.gov/ -->").url
    'https://www.example.gov/'
    """
    single = _SINGLE_FILE.search(head)
    if single:
        when = (single[2] or b"").decode("utf-8", "replace")
        return Origin(address(single[1]), moment(when.strip()))
    saved = _SAVED.search(head)
    return Origin(address(saved[1])) if saved else Origin()


def of_path(path: str) -> Origin:
    """Return the address that a mirror's path stands for, and the time that folders above name.

    A mirror does not say the scheme; it is http unless a folder above the host says otherwise.

    >>> of_path("2024-01-02/www.example.gov.cn/zwgk/list.php?id=3.html")
    Origin(url='http://www.example.gov.cn/zwgk/list.php?id=3', fetched='2024-01-02')
    """
    *folders, name = path.split("/")
    at = next((i for i, folder in enumerate(folders) if _HOST.fullmatch(folder)), None)
    if at is None:
        return Origin("", in_path("/".join(folders)))
    scheme = folders[at - 1] if at and folders[at - 1] in _SCHEMES else _SCHEMES[0]
    host = folders[at].lower().replace("+", ":")
    local = "/".join([*folders[at + 1 :], _served(name)])
    asked = quote(local, safe="/%:=&?~+!$,;'@()*[]", errors="surrogateescape")
    return Origin(f"{scheme}://{host}/{asked}", in_path("/".join(folders[:at])))


def _served(name: str) -> str:
    """Return the name that the server knew a file of a mirror by."""
    if _INDEX.fullmatch(name):
        return ""
    added = _ADDED.fullmatch(name)
    return _AT.sub(r"\1?", added[1] if added else name, count=1)


def address(value: object) -> str:
    """Return an address of the web as text, "" for what is none."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
    if not isinstance(text, str):
        return ""
    text = text.strip().strip("<>")
    try:
        parts = urlsplit(text)
        known = parts.scheme.lower() in _SCHEMES and bool(parts.hostname)
    except ValueError:
        return ""
    return text.encode("utf-8", "replace").decode("utf-8") if known else ""


def notes_of(name: str) -> tuple[str, str]:
    """Return the names that a note on the file `name` may have, the more exact first.

    >>> notes_of("page.html")
    ('page.html.meta.json', 'page.meta.json')
    """
    return f"{name}{NOTE}", f"{name.rpartition('.')[0]}{NOTE}"


def read_note(data: bytes, fields: Reading) -> Origin | None:
    """Return what a `.meta.json` says; None where it is no JSON object."""
    try:
        found = json.loads(data) if len(data) <= _MOST_NOTE else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    values = lowered(found)
    # Whatever fields are named in config.toml, notes that `import` wrote are understood.
    urls = map(address, _all(values, (*fields.url_fields, "url")))
    times = map(moment, _all(values, (*fields.time_fields, "fetched")))
    return Origin(next(filter(None, urls), ""), next(filter(None, times), ""))


def lowered(record: Mapping[str, object]) -> dict[str, object]:
    """Return the fields of a record by their names in small letters."""
    return {name.strip().lower(): value for name, value in record.items()}


def _all(values: Mapping[str, object], names: Iterable[str]) -> Iterable[object]:
    return (values[name.lower()] for name in names if name.lower() in values)
