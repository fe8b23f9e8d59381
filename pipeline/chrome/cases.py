"""A chrome rule and the lines of one of its cases → what the rule leaves of them.

In: a rule and lines. Out: those that it, alone, does not take. Never used by the flow.
"""

from collections.abc import Iterator, Sequence

from pipeline import kept
from pipeline.chrome.marks import mark
from pipeline.chrome.sheet import read
from pipeline.records import Block, BlockKind, Origin, Page, Provenance
from pipeline.rules.chrome import ChromeRule, ChromeRules, compile_rules

_CASE_LINE = kept.pattern(r"(?:\{(?P<where>[^}]*)\} )?(?P<text>.*)")
_CASE_FACT = kept.pattern(r"([a-z_]+)=([^,]+)")
_CHROME = "chrome"
_GLUED = "glued"
_FACTS = 2  # the pieces of a line that was parted stand on the first


def try_rule(rule: ChromeRule, text: str, rules: ChromeRules) -> str:
    """Return the lines of `text` that `rule`, alone of `rules`, leaves; "" where it drops the page.

    Each line is a block. It may begin with `{path links}`, where the block stood and the share
    of its characters inside links, or with `{chrome}`: another rule took it already, or with
    `{glued}`: it is a piece of a line that was parted, or with `{source=a,editor=b}`: so much was
    read of it.
    """
    lines = text.split("\n")
    sheet = read(case_page(lines), (compile_rules([rule], "rules"),), rules.variants)
    sheet.facts = tuple(_case_facts(lines))
    other = ChromeRule(id=_CHROME, reason="", source="")
    for line in sheet.lines:
        line.mark(other if line.block.dropped_by else None)
    if mark(sheet):
        return ""
    marks = (line.rule is not None and line.rule is not other for line in sheet.lines)
    return "\n".join(line for line, gone in zip(lines, marks, strict=True) if not gone)


def case_page(lines: Sequence[str]) -> Page:
    """Return the page that the lines of a case stand for."""
    blocks = (_case_block(line, number) for number, line in enumerate(lines, _FACTS))
    return Page("", "", tuple(blocks), Provenance(""))


def _case_facts(lines: Sequence[str]) -> Iterator[tuple[str, Origin]]:
    """Yield what was read of the lines of a case, as they say themselves."""
    for number, line in enumerate(lines, _FACTS):
        where, text = _case_parts(line)
        for field, value in _CASE_FACT.findall(where):
            yield value, Origin(field, _CHROME, text, number)


def _case_parts(line: str) -> tuple[str, str]:
    """Return what stands in braces before a line of a case, and the line."""
    match = _CASE_LINE.fullmatch(line)
    return (match["where"] or "", match["text"]) if match else ("", line)


def _case_block(line: str, number: int) -> Block:
    where, text = _case_parts(line)
    path, _, links = where.partition(" ")
    if path == _CHROME:
        return Block("paragraph", text, dropped_by=_CHROME)
    if path == _GLUED:
        return Block("paragraph", text, line=1)
    if _CASE_FACT.match(where):
        return Block("paragraph", text, line=number)
    kind: BlockKind = "table" if path.rpartition("/")[2].startswith("table@") else "paragraph"
    return Block(kind, text, path, float(links or 0))
