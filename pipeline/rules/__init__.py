"""What is known about pages: rules, read from TOML and checked.

Each family has a module that says which keys its mechanism reads. A folder of the user's own
(`rules.folder` in config.toml) may hold files of the same names; its rules are added to these.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path

from pipeline.fingerprint import files_fingerprint, fingerprint
from pipeline.rules import chrome, dedup, metadata, spelling, tables, values
from pipeline.rules.attacks import refuse_slow
from pipeline.rules.chrome import ChromeRules
from pipeline.rules.dedup import DedupRules
from pipeline.rules.loader import Rule, check_unique
from pipeline.rules.metadata import MetadataRules
from pipeline.rules.spelling import SpellingRules
from pipeline.rules.tables import TableRules
from pipeline.rules.values import ValueRules
from pipeline.style import Style
from pipeline.toml import check_keys, read_toml

FAMILIES = ("metadata", "chrome", "dedup", "tables", "spelling", "values")

_HERE = Path(__file__).parent
_HOUSE = Style()


class Rules:
    """All rules of a run: the package's, and those in a user's folder.

    A family is read when it is first asked for; `ConfigError` names file, key and mend.
    """

    def __init__(self, folder: str = "", style: Style = _HOUSE) -> None:
        self._style = style
        self._roots = [_HERE, *([_checked(Path(folder))] if folder else [])]

    @cached_property
    def metadata(self) -> MetadataRules:
        """Return where a page says its title, date and source."""
        return metadata.load(self._files("metadata"))

    @cached_property
    def chrome(self) -> ChromeRules:
        """Return what is chrome, anywhere and on single sites."""
        return chrome.load(self._files("chrome"), self._sites())

    @cached_property
    def dedup(self) -> DedupRules:
        """Return what repeats and copies are."""
        return dedup.load(self._files("dedup"))

    @cached_property
    def tables(self) -> TableRules:
        """Return how tables are rebuilt."""
        return tables.load(self._files("tables"))

    @cached_property
    def spelling(self) -> SpellingRules:
        """Return how text is spelled."""
        return spelling.load(self._files("spelling"), self._style)

    @cached_property
    def values(self) -> ValueRules:
        """Return how figures, their columns and their names are read."""
        return values.load(self._files("values"))

    @cached_property
    def fingerprints(self) -> Mapping[str, str]:
        """Return for each family 16 hex digits that name its files' content and its style."""
        sites = {"chrome": self._sites()}
        found = {
            name: files_fingerprint([*self._files(name), *sites.get(name, [])]) for name in FAMILIES
        }
        return {**found, "spelling": fingerprint(found["spelling"], repr(self._style))}

    def __iter__(self) -> Iterator[Rule]:
        """Yield every rule."""
        for family in FAMILIES:
            yield from getattr(self, family).rules

    @property
    def reasons(self) -> dict[str, str]:
        """Return the reason of each rule id."""
        return {rule.id: rule.reason for rule in self}

    def _files(self, family: str) -> list[Path]:
        return [file for root in self._roots if (file := root / f"{family}.toml").is_file()]

    def _sites(self) -> list[Path]:
        return [file for root in self._roots for file in sorted((root / "sites").glob("*.toml"))]


@cache
def built_in_rules() -> Rules:
    """Return the package's rules, which tests have checked; nothing of them is read yet."""
    return Rules()


@cache
def load_rules(folder: str = "", style: Style = _HOUSE) -> Rules:
    """Return the package's rules and those in `folder`, all read and checked.

    `style` is how text is spelled where there is a choice.

    Kept for the life of the process: a run reads its rules once.
    """
    rules = Rules(folder, style)
    check_unique(rules)
    if folder:
        _refuse_slow_words(Path(folder))
    return rules


def _checked(folder: Path) -> Path:
    """Return the user's folder; `ConfigError` when it holds a file that nobody would read."""
    files = (file.name for file in sorted(folder.glob("*.toml")))
    check_keys(files, [*(f"{name}.toml" for name in FAMILIES), "config.toml"], f"{folder}/")
    return folder


def _refuse_slow_words(folder: Path) -> None:
    """Try the patterns in the lists of a user's files, each alone; the families compile them.

    Those of chrome and metadata are tried where they are made of their parts.
    """
    for name in ("spelling", "tables", "values"):
        file = folder / f"{name}.toml"
        for where, text in _texts(read_toml(file) if file.is_file() else {}, f"{file}: "):
            try:
                pattern = re.compile(text)
            except re.error:  # a word, not a pattern: a wrong pattern was refused already
                continue
            refuse_slow(pattern, where)


def _texts(value: object, where: str) -> Iterator[tuple[str, str]]:
    """Yield every text in a file with its place, but what only people read."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, where)
    elif isinstance(value, dict):
        for key, one in value.items():
            if key not in ("id", "reason", "source", "case"):
                yield from _texts(one, f"{where.removesuffix(': ')}: {key}")
