"""A rule and the text of one of its cases → what the rule makes of it.

In: a rule about copies. Out: text as `[[rule.case]]` writes it. Never: another rule's work.
"""

from pipeline.dedup import quantity
from pipeline.dedup.cluster import on_host
from pipeline.dedup.repeats import drop_repeats
from pipeline.records import Block, Page, Provenance
from pipeline.rules.dedup import DedupRule, DedupRules


def try_rule(rule: DedupRule, text: str, rules: DedupRules) -> str:
    """Return what `rule` alone makes of `text`.

    A page has one block a line. For `issuing-site` each line is the host of one copy, and those
    it prefers come out. A rule about words restates the figures of the text, with what `rules`
    know of units where the rule itself is about no unit.
    """
    if rule.means:
        values = rule.apply in ("unit", "scale")
        others = () if values else rules.of("unit")
        return quantity.Lexicon(DedupRules((*others, rule))).restate(text, values=values)
    lines = text.split("\n")
    if rule.apply == "issuing-site":
        preferred = [line for line in lines if on_host(line, rule.hosts) < len(rule.hosts)]
        return "\n".join(preferred or lines)
    blocks = tuple(Block("paragraph", line) for line in lines)
    page = drop_repeats(Page("", "", blocks, Provenance("")), DedupRules((rule,)))
    return "\n".join(block.text for block in page.blocks if not block.dropped_by)
