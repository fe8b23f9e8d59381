"""The keys of chrome.toml and sites/*.toml.

In: rules files, packaged ones first, a user's after. Out: `ChromeRules`, compiled once a run.
Never: a pattern that remembers (capturing groups), so that one scan tells which rule matched.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from pipeline.errors import ConfigError
from pipeline.rules.loader import Rule, check_unique, read_rules
from pipeline.toml import check_keys, read_toml

Zone = Literal["head", "middle", "tail"]
Mechanism = Literal[
    "piece",
    "filler",
    "start",
    "end",
    "thread",
    "readers",
    "path",
    "comments",
    "hidden",
    "body",
    "label",
    "counter",
    "keyword-list",
    "link-menu",
    "above-title",
    "tab-title",
    "after-end",
    "dated-links",
    "value",
    "post-foot",
    "post-head",
    "outside-body",
    "list-page",
    "login-wall",
    "error-page",
    "empty-shell",
]
ZONES: tuple[Zone, ...] = ("head", "middle", "tail")
LINE_RULES = ("piece", "filler", "start", "end", "thread", "readers")
_FLAGS = re.IGNORECASE
_NOTHING = "(?!)"
SHORT = 120  # most chrome lines are shorter; longer lines meet the few rules that ask for them


class ChromeRule(Rule, frozen=True, kw_only=True):
    """One kind of chrome.

    `find` is a pattern for a folded line (`pipeline.chrome.lines.fold`). `<word>` in it stands for
    the pattern of that name in the `[part]` table of the packaged chrome.toml. `apply` names the
    mechanism:

    - `piece`: a line made of pieces, and of nothing else, is chrome;
    - `filler`: a piece that proves nothing alone (a date, a button);
    - `start`, `end`: a piece that opens or closes the article: all above, or below, goes with it;
    - `thread`: as `end`, and earlier too where dated posts of readers stand below it;
    - `readers`: as `end`, and from a fifth of the sentences on: readers write more than authors;
    - `path`: an element with such a tag, id or class holds chrome;
    - `comments`: such an element holds what readers wrote, be it longer than the article;
    - `hidden`: such an element holds what a browser does not show, unless it is long;
    - `body`: an element with such an id or class is likely to hold the body;
    - `label`: a label of the metadata table, which goes with its value;
    - others: the mechanism of that name in `pipeline.chrome`; `find` is what it reads.

    `zone` says where a line rule holds, `limit` is the longest folded line it looks at, in
    characters. `proof` is a pattern that one of a menu's names must match, or, of dated links, one
    for a title with its date. `keep` lists patterns
    of lines that the mechanism never takes.
    """

    apply: Mechanism = "piece"
    zone: tuple[Zone, ...] = ZONES
    find: str = ""
    limit: int = SHORT
    proof: str = ""
    keep: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)  # as itself a key of what is remembered about names
class RuleSet:
    """Rules of one origin, compiled.

    `lines` are the line rules, fillers last: they prove nothing. `first` finds the first of them
    that has a piece at some place of a line: each is a group of it. `long` finds whether one of
    those for long lines has. `proofs` and `keeps` hold `proof` and `keep` by rule id,
    `mechanisms` the other rules of each mechanism with their patterns, in the order of the file.
    """

    rules: tuple[ChromeRule, ...]
    lines: tuple[ChromeRule, ...]
    first: re.Pattern[str]
    long: re.Pattern[str]
    proofs: Mapping[str, re.Pattern[str]]
    keeps: Mapping[str, re.Pattern[str]]
    mechanisms: Mapping[str, Sequence[tuple[ChromeRule, re.Pattern[str]]]]

    def of(self, mechanism: Mechanism) -> Sequence[tuple[ChromeRule, re.Pattern[str]]]:
        """Return the rules of `mechanism` with their patterns, in the order of the file."""
        return self.mechanisms.get(mechanism, ())


@dataclass(frozen=True)
class Site:
    """What is known about one site; a host below one of `hosts` belongs to it too."""

    name: str
    hosts: tuple[str, ...]
    rules: RuleSet

    def serves(self, host: str) -> bool:
        """Return whether `host` belongs to this site."""
        return any(host == name or host.endswith("." + name) for name in self.hosts)


@dataclass(frozen=True)
class ChromeRules:
    """All that is known about chrome: what holds anywhere, and what holds on one site."""

    general: RuleSet
    sites: tuple[Site, ...] = ()

    @property
    def rules(self) -> tuple[ChromeRule, ...]:
        """Return every rule, general ones first, then site by site."""
        return (*self.general.rules, *(rule for site in self.sites for rule in site.rules.rules))

    def for_host(self, host: str) -> tuple[RuleSet, ...]:
        """Return the rule sets that hold on `host`: its site's first, the general one last."""
        return (*(site.rules for site in self.sites if site.serves(host)), self.general)


def load(files: Sequence[Path], site_files: Sequence[Path]) -> ChromeRules:
    """Return the rules of `files` (chrome.toml, a user's after) and of `site_files`.

    `ConfigError` names the file and rule whose key, pattern or part is wrong.
    """
    spelling = _Spelling({}, {})
    general: list[ChromeRule] = []
    for file in files:
        top = read_toml(file)
        check_keys(top, ("part", "variants", "rule"), f"{file}: ")
        spelling.parts.update(top.get("part", {}))
        pairs = top.get("variants", "").split()
        spelling.variants.update({ord(pair[0]): pair for pair in pairs})
        general += spelling.expand(file)
    sites = tuple(_site(file, spelling) for file in site_files)
    rules = ChromeRules(compile_rules(general), sites)
    check_unique(rules.rules)
    return rules


def compile_rules(rules: Iterable[ChromeRule]) -> RuleSet:
    """Return `rules` compiled; `ConfigError` names the one whose pattern is wrong."""
    rules = tuple(rules)
    lines = [rule for rule in rules if rule.apply in LINE_RULES]
    lines.sort(key=lambda rule: rule.apply == "filler")
    others = [(rule, _pattern(rule, rule.find)) for rule in rules if rule.apply not in LINE_RULES]
    return RuleSet(
        rules,
        tuple(lines),
        _union(lines),
        _union([rule for rule in lines if rule.limit > SHORT]),
        {rule.id: _pattern(rule, rule.proof) for rule in rules if rule.proof},
        {rule.id: _pattern(rule, "|".join(rule.keep)) for rule in rules if rule.keep},
        {
            mechanism: tuple(pair for pair in others if pair[0].apply == mechanism)
            for mechanism in {rule.apply for rule, _ in others}
        },
    )


def _site(file: Path, spelling: "_Spelling") -> Site:
    top = read_toml(file)
    check_keys(top, ("hosts", "rule"), f"{file}: ")
    hosts = top.get("hosts")
    if not isinstance(hosts, list) or not hosts or not all(isinstance(h, str) for h in hosts):
        message = f'{file}: hosts: is no list of names. Write hosts = ["www.example.cn"]'
        raise ConfigError(message)
    return Site(file.stem, tuple(hosts), compile_rules(spelling.expand(file)))


@dataclass(frozen=True)
class _Spelling:
    """What patterns are written with: parts by name, and characters with all their forms."""

    parts: dict[str, str]
    variants: dict[int, str]

    def expand(self, file: Path) -> list[ChromeRule]:
        """Return the rules of `file` with patterns written out."""

        def full(text: str) -> str:
            # A part may use parts, two deep at most.
            for _ in range(3):
                text = re.sub("<([a-z]+)>", lambda match: self._part(match[1], file), text)
            return _BRACKETS.sub(self._with_variants, text)

        return [
            msgspec.structs.replace(
                r, find=full(r.find), proof=full(r.proof), keep=tuple(map(full, r.keep))
            )
            for r in read_rules(file, ChromeRule)
        ]

    def _part(self, name: str, file: Path) -> str:
        if name not in self.parts:
            message = f"{file}: <{name}>: is not in [part]. Use one of: {', '.join(self.parts)}"
            raise ConfigError(message)
        return self.parts[name]

    def _with_variants(self, match: re.Match[str]) -> str:
        """Return a class with all forms of its characters, or a text with classes for them."""
        text = match[0]
        if text.startswith("["):
            forms = text.translate(self.variants)
            return f"(?-i:{forms})" if _HAN_RANGE.fullmatch(forms) else forms
        return text.translate({code: f"[{forms}]" for code, forms in self.variants.items()})


# A character class, or what stands between classes.
_BRACKETS = re.compile(r"\[(?:\\.|[^\]\\])*\]|(?:\\.|[^\[\\])+")

# A class with a range of Han, none of which has a case. To look for the cases of a range, `re`
# walks through all of it: 3 ms for each such class, a quarter of the time of loading.
_HAN_RANGE = re.compile(
    r"\[\^?(?:[^\w\\-]|\\[wsd]|[\u2e80-\u9fff])*"
    r"[\u2e80-\u9fff]-[\u2e80-\u9fff](?:[^\w\\-]|\\[wsd]|[\u2e80-\u9fff])*\]"
)


def _union(rules: Sequence[ChromeRule]) -> re.Pattern[str]:
    """Return a pattern with a group for each of `rules`; of none, it matches nowhere.

    To compile each rule besides would double the time in which a process starts, so that is left
    to the few lines that ask for one, and to the message about one that is wrong.
    """
    union = "|".join(f"({rule.find or _NOTHING})" for rule in rules) or _NOTHING
    try:
        pattern = re.compile(union, _FLAGS)
    except re.error:
        pattern = None
    if pattern is None or pattern.groups != len(rules):
        for rule in rules:
            _pattern(rule, rule.find)
        message = f"{rules[0].id}: find: is no pattern beside the others. Mend it"
        raise ConfigError(message)
    return pattern


def _pattern(rule: ChromeRule, find: str) -> re.Pattern[str]:
    try:
        pattern = compiled(find)
    except re.error as error:
        message = f"{rule.id}: find: is no pattern: {error}. Mend it: {find}"
        raise ConfigError(message) from error
    if pattern.groups:
        message = f"{rule.id}: find: has a capturing group. Write (?:...) instead"
        raise ConfigError(message)
    return pattern


@cache
def compiled(find: str) -> re.Pattern[str]:
    """Return the pattern of a rule's `find`, compiled once; an empty one matches nowhere."""
    return re.compile(find or _NOTHING, _FLAGS)
