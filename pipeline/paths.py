"""Where every file lies. Names only: nothing here touches the disk.

cleaned/ledger.csv → .current/ledger.csv      what readers open; the links never change
cleaned/.current → .versions/<version>        one rename of this link publishes a run
cleaned/.versions/<version>/                  a published version, complete
cleaned/.work/                                state; may be deleted, costs a full run
"""

import re
from dataclasses import dataclass
from pathlib import Path

PUBLISHED = (
    "articles.jsonl",
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


def printable(path: str) -> str:
    """Return a path that any output can hold: bytes that are no UTF-8 and controls as %XX."""
    data = path.encode("utf-8", "surrogateescape")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "".join(chr(b) if b < 0x80 else f"%{b:02X}" for b in data)
    return "".join(c if c.isprintable() else "".join(f"%{b:02X}" for b in c.encode()) for c in text)
