"""The keys of metadata.toml: where a page says its title, date, source, number and address.

In: metadata.toml of this package, and those of the user's own. Out: `MetadataRules`, compiled
once a run. Never: a value that is not on the page.

In a case, `before` is what the rule reads (a line, a <meta>, a piece of the source, an address)
and `after` the value it finds there; where `after` equals `before` the rule finds nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.errors import ConfigError
from pipeline.rules.loader import Rule, check_unique, read_rules

Field = Literal["title", "published", "source", "document_number", "url"]
BUILT_IN = Path(__file__).with_name("metadata.toml")
Place = Literal["meta", "source", "line", "byline", "url", "clock"]

_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
# 2021-3-5, 2021/03/05, 2021.3.5, 2021年3月5日; 20210305; 9/17/2004; 5 March 2021; Mar 5, 2021.
_SPELLINGS = (
    r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}(?:日|(?!\d))",
    r"(?:19|20)\d{6}(?!\d)",
    r"\d{1,2}/\d{1,2}/(?:19|20)\d\d(?!\d)",
    rf"\d{{1,2}}(?:st|nd|rd|th)?\s(?:{_MONTH})[a-z]*\.?,?\s(?:19|20)\d\d(?!\d)",
    rf"(?:{_MONTH})[a-z]*\.?\s\d{{1,2}}(?:st|nd|rd|th)?,?\s(?:19|20)\d\d(?!\d)",
)
#: What `{date}` stands for, without groups; `pipeline.parse.dates` reads what it matches.
DATE = rf"(?<!\d)(?:{'|'.join(_SPELLINGS)})"


class MetadataRule(Rule, frozen=True, kw_only=True):
    """One place where `field` stands. Of one field, an earlier rule wins.

    `apply` says what is read:

    - `meta`: the content of the <meta> elements named in `meta`, the most trusted first;
    - `source`: the decoded source of the page;
    - `line`: lines of text that are not mostly links, line ends read as blanks;
    - `byline`: one whole line, beside the title or right above the body;
    - `url`: the page's address;
    - `clock`: a line that holds the day of the visit, or of something else than this page.

    `find` is a pattern whose first group is the value. `{date}` in it stands for a day in any
    spelling that pages use.
    """

    field: Field
    apply: Place
    meta: tuple[str, ...] = ()
    find: str = ""


@dataclass(frozen=True, slots=True)
class Finder:
    """A metadata rule made ready."""

    rule: MetadataRule
    metas: tuple[str, ...]
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class MetadataRules:
    """The metadata rules of a run, in order, and made ready."""

    rules: tuple[MetadataRule, ...]
    finders: tuple[Finder, ...]


def load(files: Iterable[Path]) -> MetadataRules:
    """Return the rules of `files` together; `ConfigError` where one cannot be used."""
    rules = tuple(rule for file in files for rule in read_rules(file, MetadataRule))
    check_unique(rules)
    return MetadataRules(rules, tuple(_ready(rule) for rule in rules))


def _ready(rule: MetadataRule) -> Finder:
    try:
        pattern = re.compile(rule.find.replace("{date}", DATE), re.IGNORECASE | re.MULTILINE)
    except re.error as error:
        message = f"metadata.toml: {rule.id}: find: is no pattern: {error}. Mend it"
        raise ConfigError(message) from error
    if rule.apply not in ("meta", "clock") and pattern.groups != 1:
        message = f"metadata.toml: {rule.id}: find: needs one group, the value. Mark it with ( )"
        raise ConfigError(message)
    if rule.apply == "meta" and not rule.meta:
        message = f"metadata.toml: {rule.id}: meta: is missing. Name the <meta> elements"
        raise ConfigError(message)
    return Finder(rule, tuple(name.lower() for name in rule.meta), pattern)
