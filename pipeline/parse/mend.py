"""Markup → markup a parser reads in linear time and reads whole.

In: decoded markup. Out: the same markup, but for what no parser bears: controls, an unclosed
comment or script that swallows the rest, nesting that takes minutes. Never a text taken out, and
never a line end: the lines of the source stay countable.
"""

import re

_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")
_RAW = re.compile(
    r"<(script|style|title|textarea|iframe|noframes|noembed|xmp|noscript)(?=[\s/>])", re.IGNORECASE
)
_BODY_TAG = re.compile(
    r"</?(?:html|head|body|meta|link|div|p|table|tr|td|ul|ol|li|h[1-6]|center)(?=[\s/>])",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)(?=[\s/>])[^<>]*>")
_PLAIN = re.compile("<plaintext[^<>]*>", re.IGNORECASE)
# Elements that end with their tag, or where the next of their kind starts: they never nest.
_FLAT_TAGS = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta"),
        *("param", "source", "track", "wbr", "p", "li", "option", "dt", "dd", "tr", "td"),
        *("th", "tbody", "thead", "tfoot", "a"),
    )
)
#: Deeper than any page seen (about 60), and far above what costs time: parsers look through all
#: open elements for each new one.
MAX_DEPTH = 256


def mend(markup: str) -> str:
    """Return `markup` ready for any parser; most pages come back as they are."""
    markup = remove_controls(markup)
    if "<!--" in markup:
        markup = _close_comment(markup)
    markup = _close_raw(markup)
    if _may_be_deep(markup):
        markup = _flatten(markup)
    return markup


def remove_controls(text: str) -> str:
    """Return `text` without NUL and its like, and with one kind of line end."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text)


def _close_comment(markup: str) -> str:
    """Return `markup` where a comment without an end is none: what follows it is text."""
    start = markup.rfind("<!--")
    end = max(markup.rfind("-->"), markup.rfind("--!>"))
    if start < end:
        return markup
    # The last comment that ends may have swallowed openings; the first after it is the open one.
    start = markup.find("<!--", max(end, 0))
    return markup[:start] + markup[start + 4 :].replace("<!--", "")


def _close_raw(markup: str) -> str:
    """Return `markup` where a script, style or title without an end ends at the next tag."""
    lower = markup.lower()
    last: dict[str, int] = {}
    for match in _RAW.finditer(markup):
        name = match.group(1).lower()
        if name not in last:
            last[name] = lower.rfind("</" + name)
        if match.start() > last[name]:
            end = _BODY_TAG.search(markup, match.end())
            at = end.start() if end else len(markup)
            closed = f"{markup[:at]}</{match.group(1)}>{markup[at:]}"
            return _close_raw(closed) if end else closed
    return markup


def _may_be_deep(markup: str) -> bool:
    """Return whether elements may be nested too deep: a bound, from counts of whole stretches."""
    if markup.count("<") <= MAX_DEPTH:
        return False
    depth = 0
    for at in range(0, len(markup), 1 << 14):
        stretch = markup[at : at + (1 << 14)]
        closes = stretch.count("</")
        opens = stretch.count("<") - closes
        if depth + opens > MAX_DEPTH * 4:
            return True
        depth = max(0, depth + opens - closes)
    return False


def _flatten(markup: str) -> str:
    """Return `markup` without the tags of elements below `MAX_DEPTH`; their text stays."""
    open_tags: dict[str, int] = {}
    depth = 0
    dropped: dict[str, int] = {}

    def keep(match: re.Match[str]) -> str:
        nonlocal depth
        closing, name = match.group(1), match.group(2).lower()
        if name in _FLAT_TAGS:
            return match.group()
        if not closing:
            if depth >= MAX_DEPTH:
                dropped[name] = dropped.get(name, 0) + 1
                return " "
            depth += 1
            open_tags[name] = open_tags.get(name, 0) + 1
        elif dropped.get(name):
            dropped[name] -= 1
            return " "
        elif open_tags.get(name):
            open_tags[name] -= 1
            depth -= 1
        return match.group()

    return _TAG.sub(keep, _PLAIN.sub("", markup))
