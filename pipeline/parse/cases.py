"""A metadata rule and the text of one of its cases → what the rule makes of it.

In: a rule and a text. Out: the value it finds first, or the text itself where it finds none. Never
used by the flow.
"""

from pipeline.parse.metadata import Surface, values
from pipeline.parse.soup import metas_of
from pipeline.rules.metadata import MetadataRule, MetadataRules


def try_rule(rule: MetadataRule, text: str, rules: MetadataRules) -> str:
    """Return what `rule` alone finds in `text`, else `text`; a clock's line gives ""."""
    finders = tuple(finder for finder in rules.finders if finder.rule is rule)
    if rule.apply == "clock":
        return "" if any(finder.pattern.search(text) for finder in finders) else text
    surface = Surface(
        source=text if rule.apply == "source" else "",
        url=text if rule.apply == "url" else "",
        metas=metas_of(text) if rule.apply == "meta" else (),
        lines=text if rule.apply == "line" else "",
        bylines=(text,) if rule.apply == "byline" else (),
    )
    return next(values(surface, rule.field, MetadataRules((rule,), finders)), text)
