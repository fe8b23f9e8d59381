"""What is known about pages: rules, read from TOML and checked.

Each family has a module that says which keys its mechanism reads. A folder of the user's own
(`rules.folder` in config.toml) may hold files of the same names; its rules are added to these.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.fingerprint import files_fingerprint
from pipeline.rules import chrome, dedup, metadata, spelling, tables
from pipeline.rules.chrome import ChromeRules
from pipeline.rules.dedup import DedupRules
from pipeline.rules.loader import Rule, check_unique
from pipeline.rules.metadata import MetadataRules
from pipeline.rules.spelling import SpellingRules
from pipeline.rules.tables import TableRules
from pipeline.toml import check_keys

FAMILIES = ("metadata", "chrome", "dedup", "tables", "spelling")

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of a run, and for each family 16 hex digits that name its files' content."""

    metadata: MetadataRules
    chrome: ChromeRules
    dedup: DedupRules
    tables: TableRules
    spelling: SpellingRules
    fingerprints: Mapping[str, str]

    def __iter__(self) -> Iterator[Rule]:
        """Yield every rule."""
        for family in FAMILIES:
            yield from getattr(self, family).rules

    @property
    def reasons(self) -> dict[str, str]:
        """Return the reason of each rule id."""
        return {rule.id: rule.reason for rule in self}


@cache
def load_rules(folder: str = "") -> Rules:
    """Return the package's rules and those in `folder`; `ConfigError` names file, key and mend.

    Kept for the life of the process: a run reads its rules once.
    """
    roots = [_HERE, *([_checked(Path(folder))] if folder else [])]
    files = {name: _existing(roots, f"{name}.toml") for name in FAMILIES}
    sites = [file for root in roots for file in sorted((root / "sites").glob("*.toml"))]
    rules = Rules(
        metadata=metadata.load(files["metadata"]),
        chrome=chrome.load(files["chrome"], sites),
        dedup=dedup.load(files["dedup"]),
        tables=tables.load(files["tables"]),
        spelling=spelling.load(files["spelling"]),
        fingerprints={
            name: files_fingerprint([*own, *(sites if name == "chrome" else [])])
            for name, own in files.items()
        },
    )
    check_unique(rules)
    return rules


def _checked(folder: Path) -> Path:
    """Return the user's folder; `ConfigError` when it holds a file that nobody would read."""
    files = (file.name for file in sorted(folder.glob("*.toml")))
    check_keys(files, [*(f"{name}.toml" for name in FAMILIES), "config.toml"], f"{folder}/")
    return folder


def _existing(roots: list[Path], name: str) -> list[Path]:
    return [root / name for root in roots if (root / name).is_file()]
