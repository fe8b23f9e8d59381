"""The keys of metadata.toml: where a page says its title, dates, names, numbers and address.

In: metadata.toml of this package, and those of the user's own. Out: `MetadataRules`, compiled
once a run. Never: a value that is not on the page.

In a case, `before` is what the rule reads (a line, a <meta>, a piece of the source, an address)
and `after` the value it finds there; where `after` equals `before` the rule finds nothing.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from pipeline import kept
from pipeline.errors import ConfigError
from pipeline.rules.attacks import refuse_slow
from pipeline.rules.loader import Rule, check_unique, rules_of
from pipeline.toml import check_keys, read_toml

Field = (
    Literal["title", "published", "issued", "source", "author", "editor", "issuer"]
    | Literal["document_number", "index_number", "url"]
)
BUILT_IN = Path(__file__).with_name("metadata.toml")
Place = (
    Literal[
        "meta", "source", "line", "byline", "edge", "signature", "title", "url", "clock", "event"
    ]
    | Literal["element", "heading", "above"]
)
Round = Literal["beside"] | Place

_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
# 2021-3-5, 2021/03/05, 2021.3.5, 2021年3月5日; 20210305; 9/17/2004; 5 March 2021; Mar 5, 2021.
_SPELLINGS = (
    r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}(?:日|(?!\d))",
    r"(?:19|20)\d{6}(?!\d)",
    r"\d{1,2}/\d{1,2}/(?:19|20)\d\d(?!\d)",
    rf"\d{{1,2}}(?i:st|nd|rd|th)?\s(?i:{_MONTH})[A-Za-z]*\.?,?\s(?:19|20)\d\d(?!\d)",
    rf"(?i:{_MONTH})[A-Za-z]*\.?\s\d{{1,2}}(?i:st|nd|rd|th)?,?\s(?:19|20)\d\d(?!\d)",
)
#: What `{date}` stands for, without groups; `pipeline.parse.dates` reads what it matches.
DATE = rf"(?<!\d)(?:{'|'.join(_SPELLINGS)})"
#: What `{numerals}` stands for: a day as old documents sign it, 二〇二一年三月五日.
_ONES = "一二三四五六七八九"
NUMERALS = f"[一二][〇○Ｏ零O{_ONES}]{{3}}年[{_ONES}十]{{1,2}}月[{_ONES}十]{{1,3}}日"
#: How many characters of a word are looked for.
_KEY = 2
_BLANK = r"[^\S\n]"
_SPACE = r"[^\S\n\t]"
# A label's cell ends with a colon or with the cell. Two cell ends are an empty value.
# `+` behind a count gives nothing back: long runs of blanks would be tried in every division.
_SEPARATOR = rf"{_SPACE}*+(?:[:：\]】]{_SPACE}*+[\t\n]?|[\t\n]|(?<=\s)){_SPACE}*+(?=\S)"
#: Where a value is looked for, the most trusted place first; lines beside the title come first.
_ROUNDS: tuple[tuple[Round, Place], ...] = (
    *(("meta", "meta"), ("source", "source"), ("beside", "line"), ("byline", "byline")),
    *(("edge", "edge"), ("line", "line"), ("title", "title"), ("signature", "signature")),
    ("url", "url"),
)
_PARTS = {"date": DATE, "numerals": NUMERALS, "blank": _BLANK, "sep": _SEPARATOR}
_PART = kept.pattern(r"\{([a-z_]+)(?::([^{}]*))?\}")
_NOWHERE = kept.pattern("(?!)")
#: What is read as one part of a page in a second way cannot be copied: there is one title.
_ONCE = ("element", "heading", "above")


class MetadataRule(Rule, frozen=True, kw_only=True):
    """One place where `field` stands. Of one field, an earlier rule wins.

    `apply` says what is read:

    - `meta`: the content of the <meta> elements named in `meta`, the most trusted first;
    - `source`: the decoded source of the page;
    - `line`: lines of text that are not mostly links, line ends read as blanks;
    - `byline`: one whole line, beside the title or right above the body;
    - `edge`: the head of each of the first paragraphs, and the tail of those that end in a bracket;
    - `signature`: below the first paragraph, a line and the next, which holds one of `words`;
    - `title`: the page's title, and <title>;
    - `url`: the page's address;
    - `clock`: a line that says nothing of `field`: the day of the visit, a disclaimer;
    - `event`: the same, of a line with a label right above it and the line below: a meeting's day;
    - `element`, `heading`, `above`: for the title, <title>, the first <h1>, and the line above the
      byline of flattened text. A mechanism, so there is one of each.

    `find` is a pattern whose group is the value; alternatives may have one each. In it `{date}`
    stands for a day in any spelling that pages use, `{numerals}` for one in Chinese numerals,
    `{blank}` for one blank inside a line, `{sep}` for what parts a label from its value,
    `{label:甲|乙}` for words that may have blanks between their characters, and `{name}` for the
    part of that name in the file's `[parts]`. Case counts but in `(?i:...)`.

    Every match holds one of `words`, or of the words of its first `{label}`, in the line where it
    starts: so most rules are never tried on most pages. A rule without either always is. Words
    have two characters or more.
    """

    field: Field
    apply: Place
    meta: tuple[str, ...] = ()
    find: str = ""
    words: tuple[str, ...] = ()


class Finder:
    """A metadata rule made ready; `keys` are the first two characters of its words.

    Its pattern is compiled when a page first needs it: one page needs few of them.
    """

    def __init__(self, rule: MetadataRule, keys: frozenset[str], parts: Mapping[str, str]) -> None:
        self.rule = rule
        self.metas = tuple(name.lower() for name in rule.meta)
        self.keys = keys
        self._parts = parts

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return what `find` says; `ConfigError` where it is no pattern, or says no value."""
        rule = self.rule
        pattern = _compiled(rule.find, self._parts, rule.id)
        if rule.apply not in ("meta", "clock", "event", *_ONCE) and not pattern.groups:
            message = f"metadata.toml: {rule.id}: find: needs a group, the value. Mark it with ( )"
            raise ConfigError(message)
        return pattern


Finders = Mapping[tuple[Field, Place], Sequence[Finder]]


@dataclass(frozen=True, slots=True)
class Heads:
    """What stands above a text on one line.

    `byline` finds what stands between title and text, `toolbar` what stands above a title; with
    the name of a `column` the way to the page ends.
    """

    byline: re.Pattern[str] = _NOWHERE
    toolbar: re.Pattern[str] = _NOWHERE
    column: re.Pattern[str] = _NOWHERE


@dataclass(frozen=True, slots=True)
class MetadataRules:
    """The metadata rules of a run, in order, and made ready.

    `finders` holds those of each field and place, `plan` those of each field in the order they are
    asked. `hint` finds the `keys` of all words in one scan. `between` parts the names of people
    from each other and from what they are. `closes` finds what stands below a text, on one line,
    and `heads` what stands above it.
    """

    rules: tuple[MetadataRule, ...]
    finders: Finders
    plan: Mapping[Field, Sequence[tuple[Round, Finder]]]
    keys: frozenset[str]
    hint: re.Pattern[str]
    between: re.Pattern[str]
    closes: re.Pattern[str] = _NOWHERE
    heads: Heads = Heads()

    def of(self, field: Field, place: Place) -> Sequence[Finder]:
        """Return the finders of `field` at `place`."""
        return self.finders.get((field, place), ())

    def alone(self, rule: MetadataRule) -> "MetadataRules":
        """Return these rules with `rule` for the only one that is asked."""
        place = (rule.field, rule.apply)
        finders = {place: [finder for finder in self.finders[place] if finder.rule is rule]}
        return replace(self, finders=finders, plan=_plan(finders))


def load(files: Iterable[Path]) -> MetadataRules:
    """Return the rules of `files` together; `ConfigError` where one cannot be used.

    The package's own patterns are tried by tests; those of others are compiled here and now.
    """
    tables = {file: read_toml(file) for file in files}
    rules = {file: rules_of(table, file, MetadataRule) for file, table in tables.items()}
    everything = tuple(chain.from_iterable(rules.values()))
    check_unique(everything)
    ready = _ready(everything, _parts(tables))
    own = {rule.id for rule in rules.get(BUILT_IN, ())}
    for finder in chain.from_iterable(ready.finders.values()):
        if finder.rule.id not in own:
            refuse_slow(finder.pattern, f"metadata.toml: {finder.rule.id}: find")
    return ready


def _ready(rules: Sequence[MetadataRule], parts: Mapping[str, str]) -> MetadataRules:
    """Return `rules` made ready, with `parts` for the names in braces."""
    finders: dict[tuple[Field, Place], list[Finder]] = {}
    for rule in rules:
        row = finders.setdefault((rule.field, rule.apply), [])
        if row and rule.apply in _ONCE:
            message = f"metadata.toml: {rule.id}: apply: {rule.apply} has its rule. Use another"
            raise ConfigError(message)
        row.append(_finder(rule, parts))
    plan = _plan(finders)
    keys = frozenset(key for row in finders.values() for finder in row for key in finder.keys)
    between = _compiled("{between}", parts, "parts.between") if "between" in parts else None
    closes, *heads = (
        _compiled(f"{{{part}}}", parts, f"parts.{part}") if part in parts else _NOWHERE
        for part in ("closes", "heads", "toolbar", "column")
    )
    between = between or re.compile(",")
    hint = _hint(keys)
    return MetadataRules(tuple(rules), finders, plan, keys, hint, between, closes, Heads(*heads))


def _plan(finders: Finders) -> dict[Field, list[tuple[Round, Finder]]]:
    """Return for each field its finders in the order they are asked."""
    plan: dict[Field, list[tuple[Round, Finder]]] = {field: [] for field, _ in finders}
    for field, row in plan.items():
        for one, place in _ROUNDS:
            row += ((one, finder) for finder in finders.get((field, place), ()))
    return plan


def _parts(tables: Mapping[Path, Mapping[str, Any]]) -> dict[str, str]:
    """Return the `[parts]` of the files; a name is given once."""
    parts = dict(_PARTS)
    for file, table in tables.items():
        check_keys(table, ["rule", "parts"], f"{file}: ")
        for name, part in table.get("parts", {}).items():
            if name in parts:
                message = f"{file}: parts.{name}: is taken. Choose another name"
                raise ConfigError(message)
            parts[name] = str(part)
    return parts


def _finder(rule: MetadataRule, parts: Mapping[str, str]) -> Finder:
    if rule.apply == "meta" and not rule.meta:
        message = f"metadata.toml: {rule.id}: meta: is missing. Name the <meta> elements"
        raise ConfigError(message)
    label = next((words for name, words in _PART.findall(rule.find) if name == "label"), "")
    words = rule.words or tuple(filter(None, label.split("|")))
    if any(len(word) < _KEY for word in words):
        message = f"metadata.toml: {rule.id}: words: one is a single character. Write two or more"
        raise ConfigError(message)
    in_lines = rule.apply in ("line", "byline", "signature")
    keys = frozenset(word[:_KEY].lower() for word in words if in_lines)
    return Finder(rule, keys, parts)


def _compiled(find: str, parts: Mapping[str, str], name: str) -> re.Pattern[str]:
    def expand(match: re.Match[str]) -> str:
        part, words = match.groups()
        if part == "label":
            return f"(?:{'|'.join(map(_spaced, words.split('|')))})"
        if part not in parts:
            message = f"metadata.toml: {name}: find: {{{part}}} is no part. Add it to [parts]"
            raise ConfigError(message)
        return f"(?:{_PART.sub(expand, parts[part])})"

    try:
        # Not re.IGNORECASE: looking for the other case of hundreds of Han takes longest of all.
        return kept.pattern(_PART.sub(expand, find), re.MULTILINE)
    except re.error as error:
        message = f"metadata.toml: {name}: find: is no pattern: {error}. Mend it"
        raise ConfigError(message) from error


def _spaced(word: str) -> str:
    return f"{_BLANK}*+".join(map(re.escape, word))


def _hint(keys: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that stops at the first character of each key, blanks or not between.

    It stops at some pairs that are no key too: two sets are found much faster than many pairs.
    """
    first, second = (
        "".join(sorted({re.escape(case) for key in keys for case in (key[i], key[i].upper())}))
        for i in range(_KEY)
    )
    return kept.pattern(f"[{first}]{_BLANK}*+(?=[{second}])" if first else "(?!)")
