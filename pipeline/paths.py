"""Where every file lies. Names only: nothing here touches the disk.

cleaned/ledger.csv → .current/ledger.csv      what readers open; the links never change
cleaned/.current → .versions/<version>        one rename of this link publishes a run
cleaned/.versions/<version>/                  a published version, complete
cleaned/.work/                                state; may be deleted, costs a full run
"""

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from urllib.parse import unquote_to_bytes, urlsplit

from pipeline.records import Page

#: The site of pages of which neither address nor folder tells it.
UNKNOWN = "unknown"

PUBLISHED = (
    "articles",
    "articles.jsonl",
    "articles.sqlite",
    "bulk",
    "checksums.sha256",
    "disagreements.csv",
    "dropped.jsonl",
    "ledger.csv",
    "matches.csv",
    "report",
    "summary.json",
    "tables",
    "text",
)


@dataclass(frozen=True, slots=True)
class Paths:
    """The two folders of a run, and every place in them."""

    raw: Path
    cleaned: Path

    @property
    def work(self) -> Path:
        """Return the folder of the pipeline's own state."""
        return self.cleaned / ".work"

    @property
    def lock(self) -> Path:
        """Return the file whose lock a run holds."""
        return self.work / "lock"

    @property
    def scan(self) -> Path:
        """Return the file that remembers what lay in raw/ and in which chunk it is."""
        return self.work / "scan"

    @property
    def damaged(self) -> Path:
        """Return the file that names a version found damaged, for the next run to make anew."""
        return self.work / "damaged"

    @property
    def aside(self) -> Path:
        """Return the file that says since when each page that is set aside is so."""
        return self.work / "aside.json"

    @property
    def runs(self) -> Path:
        """Return the file with a line of JSON for each of the last runs."""
        return self.work / "runs.jsonl"

    @property
    def metrics(self) -> Path:
        """Return the file with the numbers of the last run, as Prometheus reads them."""
        return self.work / "metrics.prom"

    @property
    def spark_log(self) -> Path:
        """Return the file with what Spark said in the last run on a cluster."""
        return self.work / "spark.log"

    def segment(self, stage: str, name: str) -> Path:
        """Return the file of one stage's result for one chunk, or for the whole corpus."""
        return self.work / stage / name

    @property
    def current(self) -> Path:
        """Return the link to the version that readers see."""
        return self.cleaned / ".current"

    @property
    def versions(self) -> Path:
        """Return the folder that holds the versions."""
        return self.cleaned / ".versions"


def safe_name(text: str, length: int = 60) -> str:
    """Return `text` fit to be a file name anywhere, at most `length` characters.

    Letters, digits, `-`, `.` and `_` stay; a run of anything else becomes one `_`. A name never
    starts with a dot: text from a page must not choose where a file lies.
    """
    return re.sub(r"[^\w.-]+", "_", text)[:length].strip("._") or "_"


def quote(path: str) -> str:
    """Return a path that any output can hold; `unquote` gives it back.

    Bytes that are no UTF-8, controls, `%` itself and backslashes become %XX; all else stays.

    >>> quote("50%.html"), quote(chr(0xDCFF) + ".html")
    ('50%25.html', '%FF.html')
    """
    if path.isprintable() and "%" not in path and "\\" not in path:
        return path
    return "".join(c if c.isprintable() and c not in "%\\" else _percent(c) for c in path)


def _percent(character: str) -> str:
    data = character.encode("utf-8", "surrogateescape")
    return "".join(f"%{byte:02X}" for byte in data)


def unquote(path: str) -> str:
    """Return the path as the disk knows it."""
    return os.fsdecode(unquote_to_bytes(path))


def site_of(page: Page) -> str:
    """Return the host of the page's URL, or the folder it came in when that is a host's name.

    Mirrors keep one folder a host; where neither tells, `UNKNOWN`. Fit to be a folder's name.
    """
    return _site(page.url, page.provenance.file)


@lru_cache(256)  # several outputs ask it of a page
def _site(url: str, file: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # such as "http://[": a page may call itself anything
        host = ""
    top = PurePosixPath(file).parts[0]
    if not host and top != file and "." in top:
        host = top
    return safe_name(quote(host).lower(), 100) if host else UNKNOWN
