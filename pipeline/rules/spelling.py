"""The keys of spelling.toml, and what the normalizer reads out of it.

In: the packaged spelling.toml, then a user's own. Out: frozen rules, one table of characters and
the lexicon compiled to patterns. Never: a mechanism without a rule that gives its reason.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec

from pipeline import kept
from pipeline.errors import ConfigError
from pipeline.rules.loader import Rule, check_unique, read_rules
from pipeline.style import Style
from pipeline.toml import check_keys, read_toml

# What code does and spelling.toml explains: each has one rule, in the packaged file.
MECHANISMS: Final = frozenset(
    {
        "blanks",
        "brackets",
        "c1-controls",
        "combining",
        "corner-quotes",
        "dashes",
        "document-number",
        "dots",
        "entities",
        "fixed-encoding",
        "full-stop",
        "full-width-number",
        "gaps",
        "ideographic-zero",
        "joiners",
        "latin-line",
        "list-marker",
        "marks",
        "middle-dot",
        "mojibake",
        "quotes",
        "rejoin",
        "script",
        "tilde",
        "title-marks",
        "to-corner-quotes",
        "traditional",
        "trim",
        "vocabulary",
    }
)
_HOUSE: Final = Style()

RULES_OF_DATA: Final = frozenset({"table", "replace"})


class SpellingRule(Rule, frozen=True, kw_only=True):
    """One spelling. `apply` names the mechanism; the other keys are what it reads.

    "table" respells characters: `pairs` holds them two by two (from, to), `table` those that
    become several, `delete` single ones or ranges ("a..z"). "replace" turns every match of the
    pattern `find` into `replace`, unless a digit would change. Any other name is a mechanism of
    `pipeline.spelling`. `choice` is the style under which the cases hold, where it is not the
    house's: what `[normalize]` of config.toml would say.
    """

    apply: str
    pairs: str = ""
    table: dict[str, str] = msgspec.field(default_factory=dict)
    delete: tuple[str, ...] = ()
    find: str = ""
    replace: str = ""
    choice: dict[str, str] = msgspec.field(default_factory=dict)


class Lexicon(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words and shapes that mechanisms look for; every list may be added to by a user.

    `lines` and `spans` are patterns of what is never touched, each with the literals of which
    one must be present (`needs`), so that a text without them is not searched.
    """

    lines: tuple["Protected", ...] = ()
    spans: tuple["Protected", ...] = ()
    item_labels: tuple[str, ...] = ()
    numbered_labels: tuple[str, ...] = ()
    title_endings: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    top_domains: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    divisions: str = ""
    ordinals: str = ""
    neutral_script: str = ""
    everyday: str = ""
    script_words: dict[str, str] = msgspec.field(default_factory=dict)


class Protected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of text that stays byte-identical."""

    name: str
    find: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class SpellingRules:
    """All spelling rules, ready to use."""

    rules: tuple[SpellingRule, ...]
    lexicon: Lexicon
    table: Mapping[str, tuple[str, str]]
    names: Mapping[str, str]
    lines: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]
    spans: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]
    item: re.Pattern[str]
    list_marker: re.Pattern[str]
    division: re.Pattern[str]
    numbered_label: re.Pattern[str]
    title: re.Pattern[str]
    replacements: tuple[tuple[re.Pattern[str], SpellingRule], ...]
    style: Style
    skipped: frozenset[str] = frozenset()

    def id_of(self, mechanism: str) -> str:
        """Return the id of the rule that gives the reason of `mechanism`."""
        return self.names[mechanism]

    @property
    def working(self) -> tuple[SpellingRule, ...]:
        """Return the rules that are not skipped and not waiting for another style."""
        ours = msgspec.to_builtins(self.style).items()
        return tuple(
            rule
            for rule in self.rules
            if rule.id not in self.skipped and rule.choice.items() <= ours
        )

    def styled(self, choice: Mapping[str, str]) -> "SpellingRules":
        """Return these rules under the house style, but for what `choice` says."""
        return replace(self, style=msgspec.convert(choice, Style))

    def picked(self, only: Sequence[str] = (), skip: Sequence[str] = ()) -> "SpellingRules":
        """Return these rules with none at work but `only`, or all but `skip`; both are ids.

        `ConfigError` for an id that no rule has. What is protected stays so.
        """
        known = [rule.id for rule in self.rules]
        for option, names in (("--only", only), ("--skip", skip)):
            for name in names:
                if name not in known:
                    near = difflib.get_close_matches(name, known, 1, 0.0)[0]
                    message = f"{option}: {name}: is no rule. Use {near}, or one that --rules lists"
                    raise ConfigError(message)
        out = frozenset(known).difference(only) if only else frozenset[str]()
        return replace(self, skipped=out.union(skip))


def load(files: Sequence[Path], style: Style = _HOUSE) -> SpellingRules:
    """Return the rules of `files`; the first is the packaged one, later ones add to it."""
    rules = tuple(rule for file in files for rule in read_rules(file, SpellingRule))
    check_unique(rules)
    _check_choices(rules)
    lexicon = _merge(_lexicon(file) for file in files)
    return SpellingRules(
        rules=rules,
        lexicon=lexicon,
        table=_table(rules),
        names=_names(rules),
        lines=_protected(lexicon.lines),
        spans=_protected(lexicon.spans),
        item=_pattern(_starts(lexicon), "lexicon.markers"),
        list_marker=_pattern(_any(lexicon.markers), "lexicon.markers"),
        division=_pattern(
            f"第[{lexicon.ordinals}\\d]{{1,6}}[{lexicon.divisions}]", "lexicon.divisions"
        ),
        numbered_label=_pattern(_any(lexicon.numbered_labels), "lexicon.numbered_labels"),
        title=_pattern(f"(?:{_any(lexicon.title_endings)})$", "lexicon.title_endings"),
        replacements=tuple(
            (_pattern(rule.find, rule.id), rule) for rule in rules if rule.apply == "replace"
        ),
        style=style,
    )


def _check_choices(rules: Iterable[SpellingRule]) -> None:
    """Refuse a `choice` that config.toml could not make."""
    for rule in rules:
        check_keys(rule.choice, Style.__struct_fields__, f"{rule.id}: choice.")
        try:
            msgspec.convert(rule.choice, Style)
        except msgspec.ValidationError as error:
            message = f"{rule.id}: choice: {error}. Write what config.toml could say"
            raise ConfigError(message) from error


def _lexicon(file: Path) -> Lexicon:
    """Return the `[lexicon]` of `file`, empty where there is none."""
    content = read_toml(file)
    check_keys(content, ("rule", "lexicon"), f"{file}: ")
    try:
        return msgspec.convert(content.get("lexicon", {}), Lexicon)
    except msgspec.ValidationError as error:
        message = f"{file}: lexicon: {error}. Mend the value"
        raise ConfigError(message) from error


def _merge(parts: Iterable[Lexicon]) -> Lexicon:
    """Return one lexicon with the lists, strings and tables of all `parts` added up."""
    merged = Lexicon()
    for part in parts:
        sums = {}
        for name in Lexicon.__struct_fields__:
            old, new = getattr(merged, name), getattr(part, name)
            sums[name] = old | new if isinstance(old, dict) else old + new
        merged = Lexicon(**sums)
    return merged


def _names(rules: Iterable[SpellingRule]) -> dict[str, str]:
    """Return mechanism → rule id; every mechanism has exactly one rule."""
    names: dict[str, str] = {}
    for rule in rules:
        if rule.apply in RULES_OF_DATA:
            continue
        check_keys([rule.apply], MECHANISMS | RULES_OF_DATA, f"{rule.id}: apply: ")
        if rule.apply in names:
            message = f"{rule.id}: apply: {rule.apply} has a rule already: {names[rule.apply]}"
            raise ConfigError(message + ". Leave one of them out")
        names[rule.apply] = rule.id
    for mechanism in sorted(MECHANISMS - names.keys()):
        message = f"spelling rules: {mechanism}: no rule gives its reason. Add one with `apply`"
        raise ConfigError(message)
    return names


def _table(rules: Iterable[SpellingRule]) -> dict[str, tuple[str, str]]:
    """Return character → (its respelling, rule id) over all rules that hold a table."""
    table: dict[str, tuple[str, str]] = {}
    for rule in rules:
        if len(rule.pairs) % 2 or any(len(key) != 1 for key in rule.table):
            message = f"{rule.id}: pairs and table: hold single characters. Mend the odd one"
            raise ConfigError(message)
        found = dict(zip(rule.pairs[::2], rule.pairs[1::2], strict=True)) | rule.table
        found |= {character: "" for span in rule.delete for character in _span(span)}
        table |= {character: (after, rule.id) for character, after in found.items()}
    return table


def _span(span: str) -> list[str]:
    """Return the characters of "a..z", or the one character that `span` is."""
    first, _, last = span.partition("..")
    return [chr(code) for code in range(ord(first), ord(last or first) + 1)]


def _protected(
    kinds: Iterable[Protected],
) -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    return tuple((_pattern(kind.find, f"lexicon: {kind.name}"), kind.needs) for kind in kinds)


def _starts(lexicon: Lexicon) -> str:
    """Return the pattern of a line that begins something of its own."""
    labels = f"(?:{_any(lexicon.item_labels)})[{lexicon.ordinals}\\d]{{0,3}}[:：]"
    numbered = f"(?:{_any(lexicon.numbered_labels)})[{lexicon.ordinals}\\d]{{1,3}}"
    division = f"第[{lexicon.ordinals}\\d]{{1,6}}[{lexicon.divisions}]"
    return f"(?:{_any(lexicon.markers)}|{division}|{labels}|{numbered})"


def _any(patterns: Iterable[str]) -> str:
    """Return one pattern that matches any of `patterns`; nothing at all where there is none."""
    return "|".join(f"(?:{pattern})" for pattern in patterns) or "(?!)"


def _pattern(pattern: str, where: str) -> re.Pattern[str]:
    try:
        return kept.pattern(pattern)
    except re.error as error:
        message = f"{where}: {pattern}: is no pattern: {error}. Mend it"
        raise ConfigError(message) from error
