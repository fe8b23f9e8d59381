"""The keys of chrome.toml and sites/*.toml.

In: rules files, packaged ones first, a user's after. Out: `ChromeRules`. A pattern is compiled
when a line first asks for it: most pages ask for few, and all take as long as fifty pages. Those
of a user's files are compiled at once, so that a wrong one stops the run before it begins.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import msgspec

from pipeline import kept
from pipeline.errors import ConfigError
from pipeline.rules.attacks import refuse_slow
from pipeline.rules.index import Index, Places
from pipeline.rules.loader import Rule, check_unique, rules_of
from pipeline.rules.patterns import Pattern
from pipeline.toml import check_keys, read_toml

Zone = Literal["head", "middle", "tail"]
Mechanism = Literal[
    "piece",
    "mark",
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
    "between",
    "code",
    "glued",
    "calendar",
    "page-counter",
    "keyword-list",
    "link-menu",
    "above-title",
    "tab-title",
    "after-end",
    "dated-links",
    "value",
    "origin",
    "byline",
    "stamp",
    "post-foot",
    "post-head",
    "cards",
    "teaser",
    "picture-number",
    "labelled-title",
    "list-table",
    "outside-body",
    "beside-body",
    "way",
    "recurring",
    "list-page",
    "search-page",
    "teaser-page",
    "home-page",
    "paged-list",
    "paper-page",
    "login-wall",
    "error-page",
    "empty-shell",
    "script-shell",
]
ZONES: tuple[Zone, ...] = ("head", "middle", "tail")
CLOSING = ("end", "thread", "readers")
LINE_RULES = ("piece", "mark", "filler", "start", *CLOSING)
_PART = kept.pattern("<([a-z]+)>")
_DEEP = 3  # a part may use parts, two deep at most
_HERE = Path(__file__).parent
SHORT = 120  # most chrome lines are shorter; longer lines meet the few rules that ask for them


class ChromeRule(Rule, frozen=True, kw_only=True):
    """One kind of chrome.

    `find` is a pattern for a folded line (`pipeline.chrome.lines.fold`). `<word>` in it stands for
    the pattern of that name in the `[part]` table of the packaged chrome.toml. `apply` names the
    mechanism:

    - `piece`: a line made of pieces, and of nothing else, is chrome;
    - `mark`: the same, but it stands inside articles too, and proves nothing of lines around it;
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
    for a title with its date, of `after-end` one for lines that go on with the body, of pages
    that lead to others one for what proves an article, or a hit, and of what stands outside the
    body the name of a lead's element. `keep` lists patterns of lines that the mechanism never
    takes.
    """

    apply: Mechanism = "piece"
    zone: tuple[Zone, ...] = ZONES
    find: str = ""
    limit: int = SHORT
    proof: str = ""
    keep: tuple[str, ...] = ()


Known = tuple[ChromeRule, Pattern]


@dataclass(frozen=True, eq=False)  # as itself a key of what is remembered about names
class RuleSet:
    """Rules of one origin: the file `where` they come from, first of all.

    `lines` are the line rules, fillers last: they prove nothing.
    """

    where: str
    rules: tuple[ChromeRule, ...]
    lines: tuple[Known, ...]
    _of: dict[str, tuple[Known, ...]] = field(default_factory=dict)

    @cached_property
    def index(self) -> Index:
        """Return what tells the line rules to ask, by their places in `lines`."""
        return Index([find for _, find in self.lines])

    @cached_property
    def for_long(self) -> Places:
        """Return the places of the line rules that look at long lines."""
        return sum(1 << i for i, (rule, _) in enumerate(self.lines) if rule.limit > SHORT)

    def of(self, mechanism: Mechanism) -> Sequence[Known]:
        """Return the rules of `mechanism` with their patterns, in the order of the file."""
        if mechanism not in self._of:
            rules = (rule for rule in self.rules if rule.apply == mechanism)
            self._of[mechanism] = tuple(
                (rule, Pattern(rule.find, f"{self.where}: {rule.id}: find")) for rule in rules
            )
        return self._of[mechanism]

    @cached_property
    def proofs(self) -> Mapping[str, Pattern]:
        """Return `proof` of the rules that have one, by rule id."""
        return self._patterns("proof", ((rule, rule.proof) for rule in self.rules))

    @cached_property
    def keeps(self) -> Mapping[str, Pattern]:
        """Return `keep` of the rules that have one, by rule id."""
        return self._patterns("keep", ((rule, "|".join(rule.keep)) for rule in self.rules))

    def _patterns(self, key: str, finds: Iterable[tuple[ChromeRule, str]]) -> Mapping[str, Pattern]:
        return {
            rule.id: Pattern(find, f"{self.where}: {rule.id}: {key}")
            for rule, find in finds
            if find
        }


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
    """All that is known about chrome: what holds anywhere, and what holds on one site.

    Each pair of `variants` is a character and another form of it, which patterns see as the first.
    """

    general: RuleSet
    sites: tuple[Site, ...] = ()
    variants: str = ""

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
    parts: dict[str, str] = {}
    variants = ""
    general: list[ChromeRule] = []
    for file in files:
        top = read_toml(file)
        check_keys(top, ("part", "variants", "rule"), f"{file}: ")
        parts.update(top.get("part", {}))
        variants += top.get("variants", "")
        general += _expanded(top, file, parts, variants)
    sites = tuple(_site(file, parts, variants) for file in site_files)
    where = str(files[0]) if files else ""
    rules = ChromeRules(compile_rules(general, where), sites, variants)
    check_unique(rules.rules)
    return rules


def compile_rules(rules: Iterable[ChromeRule], where: str) -> RuleSet:
    """Return `rules`, which were read from the file `where`, ready to be asked."""
    rules = tuple(rules)
    lines = [rule for rule in rules if rule.apply in LINE_RULES]
    lines.sort(key=lambda rule: rule.apply == "filler")
    return RuleSet(
        where, rules, tuple((r, Pattern(r.find, f"{where}: {r.id}: find")) for r in lines)
    )


def _site(file: Path, parts: Mapping[str, str], variants: str) -> Site:
    top = read_toml(file)
    check_keys(top, ("hosts", "rule"), f"{file}: ")
    hosts = top.get("hosts")
    if not isinstance(hosts, list) or not hosts or not all(isinstance(h, str) for h in hosts):
        message = f'{file}: hosts: is no list of names. Write hosts = ["www.example.cn"]'
        raise ConfigError(message)
    rules = _expanded(top, file, parts, variants)
    return Site(file.stem, tuple(hosts), compile_rules(rules, str(file)))


def _expanded(
    top: Mapping[str, Any], file: Path, parts: Mapping[str, str], variants: str
) -> list[ChromeRule]:
    """Return the rules of a file, their parts written out in the characters of folded lines."""
    simple = forms(variants)

    def part(match: re.Match[str]) -> str:
        if match[1] not in parts:
            message = f"{file}: <{match[1]}>: is not in [part]. Use one of: {', '.join(parts)}"
            raise ConfigError(message)
        return parts[match[1]]

    def full(text: str) -> str:
        for _ in range(_DEEP):
            text = _PART.sub(part, text)
        return text.translate(simple)

    rules = [
        msgspec.structs.replace(
            r, find=full(r.find), proof=full(r.proof), keep=tuple(map(full, r.keep))
        )
        for r in rules_of(top, file, ChromeRule)
    ]
    if not file.is_relative_to(_HERE):
        _refuse_wrong(rules, file)
    return rules


def forms(variants: str) -> dict[int, str]:
    """Return for the code of each other form the character that patterns are written with."""
    return {ord(form): pair[0] for pair in variants.split() for form in pair[1:]}


def _refuse_wrong(rules: Iterable[ChromeRule], file: Path) -> None:
    """Refuse a user's pattern that is none or is slow; those of the package are tested."""
    for rule in rules:
        finds = {"find": rule.find, "proof": rule.proof, "keep": "|".join(rule.keep)}
        for key, find in finds.items():
            where = f"{file}: {rule.id}: {key}"
            refuse_slow(Pattern(find, where).compiled, where)
