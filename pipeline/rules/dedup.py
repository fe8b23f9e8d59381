"""The keys of dedup.toml.

In: rules files, packaged ones first, a user's after. Out: `DedupRules`. Never: a mechanism
without a rule, for every mark names one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from pipeline import kept
from pipeline.errors import ConfigError
from pipeline.rules.loader import Rule, check_unique, read_rules

Mechanism = Literal[
    "second-copy", "issuing-site", "unit", "scale", "bound", "turn", "neutral", "byline"
]
_WORDS = ("unit", "scale", "bound", "turn", "neutral", "byline")
_MEANINGS = {
    "unit": kept.pattern(r"\d+(\.\d+|/\d+)? \S+"),
    "scale": kept.pattern(r"\d+"),
    "bound": kept.pattern("least|most|about"),
    "turn": kept.pattern("rise|fall"),
}


class DedupRule(Rule, frozen=True, kw_only=True):
    """One rule about copies.

    `apply` names the mechanism:

    - `second-copy`: of two copies of a body on one page one is marked, when at least `letters`
      letters and `share` of the page's text (0.0 to 1.0) come again in the same order, or at
      least `least` letters and `most` of its text;
    - `issuing-site`: of copies on several sites those whose host ends in one of `hosts` are
      preferred.

    The others say what words mean beside a figure, by `means`:

    - `unit`: how many of which unit, "1000 米"; a kind that starts with `*` counts things, and
      the kind `*` goes with every such kind;
    - `scale`: by what a number is multiplied, "10000";
    - `bound`: whether the figure is the "least", the "most" or "about" it;
    - `turn`: whether it is a "rise" or a "fall";
    - `neutral`: "", or the place or time that is spoken of, which no figure depends on;
    - `byline`: "", words of lines about the page itself, whose figures are not compared.
    """

    apply: Mechanism
    share: float = 0.0
    letters: int = 0
    most: float = 1.0
    least: int = 0
    hosts: tuple[str, ...] = ()
    means: Mapping[str, str] = msgspec.field(default_factory=dict)

    def is_copy(self, letters: int, size: int) -> bool:
        """Return whether `letters` that come again, of `size`, are more than a coincidence."""
        return letters >= max(self.letters, self.share * size) or (
            letters >= self.least and letters >= self.most * size
        )


@dataclass(frozen=True)
class DedupRules:
    """All rules about copies, in the order of the files."""

    rules: tuple[DedupRule, ...]

    def of(self, mechanism: Mechanism) -> tuple[DedupRule, ...]:
        """Return the rules of `mechanism`."""
        return tuple(rule for rule in self.rules if rule.apply == mechanism)


def load(files: Sequence[Path]) -> DedupRules:
    """Return the rules of `files`; `ConfigError` names the rule and key that is wrong."""
    rules = tuple(rule for file in files for rule in read_rules(file, DedupRule))
    check_unique(rules)
    for rule in rules:
        _check(rule)
    return DedupRules(rules)


def _check(rule: DedupRule) -> None:
    """Refuse a rule that could take a short coincidence for a copy, or that names no host."""
    if rule.apply == "second-copy" and not (
        0.0 < rule.share <= rule.most <= 1.0 and 50 <= rule.least <= rule.letters
    ):
        message = (
            f"dedup.toml: {rule.id}: share, most, letters, least: would take a coincidence for a "
            "copy. Write 0 < share <= most <= 1 and 50 <= least <= letters"
        )
        raise ConfigError(message)
    if rule.apply == "issuing-site" and not rule.hosts:
        message = f'dedup.toml: {rule.id}: hosts: is missing. Write hosts = [".gov.cn"]'
        raise ConfigError(message)
    if rule.apply in _WORDS and not rule.means:
        message = f"dedup.toml: {rule.id}: means: is missing. Write the words and what they mean"
        raise ConfigError(message)
    shape = _MEANINGS.get(rule.apply)
    for word, meaning in rule.means.items():
        if not word or (shape and not shape.fullmatch(meaning)):
            message = (
                f"dedup.toml: {rule.id}: means: {word!r} = {meaning!r} is nothing that "
                f"{rule.apply} can read. Write {shape.pattern if shape else 'a word'}"
            )
            raise ConfigError(message)
