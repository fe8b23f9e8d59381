"""A metadata rule and the text of one of its cases → what the rule makes of it.

In: a rule and a text. Out: the value it finds first, or the text itself where it finds none. Never
used by the flow.
"""

from pipeline.parse import lexbor
from pipeline.parse.flat import read_lines
from pipeline.parse.metadata import hits, names, organs, title_above
from pipeline.parse.surface import Lines, Surface
from pipeline.parse.title import Heads, choose_title
from pipeline.rules.metadata import MetadataRule, MetadataRules


def try_rule(rule: MetadataRule, text: str, rules: MetadataRules) -> str:
    """Return what `rule` alone finds in `text`, else `text`; "" for a clock's or event's line."""
    alone = rules.alone(rule)
    if rule.apply in ("clock", "event"):
        clocks = alone.of(rule.field, rule.apply)
        return "" if any(clock.pattern.search(text) for clock in clocks) else text
    if rule.apply in ("element", "heading"):
        found = choose_title(Heads(lexbor.read(text)), alone, (), (), ())
        return found[1].value if found else text
    if rule.apply == "above":
        above = title_above(read_lines(text), rules)
        return above.value if above else text
    hit = next(hits(_surface(rule, text, rules), rule.field, alone), None)
    if hit is None:
        return text
    if rule.field == "issuer":
        return organs(hit[1].value)
    people = rule.field in ("author", "editor")
    return names(hit[1].value, rules) if people else hit[1].value


def _surface(rule: MetadataRule, text: str, rules: MetadataRules) -> Surface:
    """Return a page that has `text` where `rule` looks for it."""
    lines, metas = Lines(), lexbor.read(text).metas if rule.apply == "meta" else ()
    if rule.apply in ("line", "byline", "signature"):
        lines.add(text, 1)
        lines.scan(rules.hint, rules.keys)
    return Surface(
        source=text if rule.apply == "source" else "",
        url=text if rule.apply == "url" else "",
        metas={name: [content] for name, content in metas},
        lines=lines,
        bylines=range(len(lines.texts)) if rule.apply == "byline" else (),
        edges=((text, 1),) if rule.apply == "edge" else (),
        titles=(text,) if rule.apply == "title" else (),
    )
