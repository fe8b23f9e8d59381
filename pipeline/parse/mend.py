"""Markup → markup a parser reads in linear time and reads whole.

In: decoded markup. Out: the same markup, but for what no parser bears: controls, an unclosed
comment or script that swallows the rest, nesting that takes minutes. Never a text taken out, and
never a line end: the lines of the source stay countable.
"""

import itertools
import re
from collections import Counter

from pipeline import kept

_CONTROLS = (
    *map(chr, (*range(0x09), 0x0B, *range(0x0E, 0x20), 0x7F)),
    *("\ufdd0", "\ufffe", "\uffff"),
)
_CONTROL = kept.pattern(f"[{''.join(_CONTROLS)}]")
# What stands in them is text to the parser, tags too, until their end.
_RAW_TAGS = (
    *("iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp"),
    # No raw text, but what they hold is no text of the page; without an end that is all the rest.
    *("datalist", "select", "template"),
)
_FIRST_LETTERS = "".join(sorted({tag[0] for tag in _RAW_TAGS}))
_RAW = kept.pattern(rf"<(/?)(?=[{_FIRST_LETTERS}])({'|'.join(_RAW_TAGS)})(?=[\s/>])", re.IGNORECASE)
_BODY_TAG = kept.pattern(
    r"</?(?:html|head|body|meta|link|div|p|table|tr|td|ul|ol|li|h[1-6]|center)(?=[\s/>])",
    re.IGNORECASE,
)
# A value in quotes may hold either bracket, and outside of one `<` does not end a tag either.
_TAG = kept.pattern(
    r"""<(/?)([a-zA-Z][a-zA-Z0-9]*)(?=[\s/>])(?:[^>=]|=\s*+(?:"[^"]*+"|'[^']*+')|=)*+>"""
)
# Elements that end with their tag, or where the next of their kind starts: they never nest.
_FLAT_TAGS = frozenset(
    (
        *("area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link"),
        *("meta", "option", "p", "param", "source", "tbody", "td", "tfoot", "th", "thead", "tr"),
        *("track", "wbr"),
    )
)
# Elements that every later block opens again until they are closed (HTML Standard §13.2.4.3), so
# that a page of <font> without </font> has as many nodes as the product of both.
_FORMATTING = frozenset(
    (
        *("a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong"),
        *("tt", "u"),
    )
)
#: Deeper than any page seen (about 60), and far above what costs time: parsers look through all
#: open elements for each new one.
MAX_DEPTH, _MAX_FORMATTING = 256, 32
_STRETCH = 1 << 14
#: So many open at once are no page's; most of them, like <br>, end by themselves.
_MOST_TAGS = MAX_DEPTH * 4
#: No tag is longer (characters) but for a picture in its address, or thousands of attributes, of
#: which each is compared with all before it.
_LONGEST_TAG, _LONGEST_VALUE, _MOST_ATTRIBUTES = 50_000, 2_000, 50
_ATTRIBUTE = kept.pattern(r"""\s([^\s"'=<>/]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'<>]+))?""")


def mend(markup: str) -> str:
    """Return `markup` ready for any parser; most pages come back as they are."""
    markup = remove_controls(markup)
    if "<!--" in markup:
        markup = _close_comment(markup)
    markup = _close_raw(markup)
    if _has_long_tag(markup):
        markup = "<".join(map(_shorten, markup.split("<")))
    return _flatten(markup) if _may_be_deep(markup) else markup


def remove_controls(text: str) -> str:
    """Return `text` without NUL and its like, and with one kind of line end."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    # To look for each of them takes half the time of one look at each character.
    controls = any(control in text for control in _CONTROLS)
    return _CONTROL.sub("", text) if controls else text


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
    tags = [(match, match.group(2).lower()) for match in _RAW.finditer(markup)]
    closed = {name: match.start() for match, name in tags if match.group(1)}
    parts, done = [], 0
    for match, name in tags:
        if match.group(1) or match.start() < max(done, closed.get(name, -1)):
            continue
        end = _BODY_TAG.search(markup, match.end())
        at = end.start() if end else len(markup)
        parts.append(f"{markup[done:at]}</{name}>")
        done = at
    return "".join(parts) + markup[done:]


def _has_long_tag(markup: str) -> bool:
    """Return whether a tag may be too long: a stretch of that length has no other `<`."""
    at = 0
    while len(markup) - at > _LONGEST_TAG:
        last = markup.rfind("<", at, at + _LONGEST_TAG + 1)
        if last < at:
            return True
        at = last + 1
    return False


def _shorten(part: str) -> str:
    """Return what follows a `<` with its tag shortened, if it is that of a very long one."""
    if len(part) <= _LONGEST_TAG or not part[0].isalpha():
        return part
    end = part.find(">")
    tag = part[:end] if end >= 0 else part
    if len(tag) <= _LONGEST_TAG:
        return part
    name = re.split(r"[\s/]", tag, maxsplit=1)[0]
    attributes = itertools.islice(_ATTRIBUTE.finditer(tag), _MOST_ATTRIBUTES)
    kept = (match.group() for match in attributes if len(match.group()) <= _LONGEST_VALUE)
    return name + "".join(kept) + part[len(tag) :]


def _may_be_deep(markup: str) -> bool:
    """Return whether elements may be nested too deep: a bound, from counts of whole stretches."""
    tags = markup.count("<")
    if tags <= _MOST_TAGS or tags - markup.count("</") <= _MOST_TAGS:
        return False
    depth = 0
    for at in range(0, len(markup), _STRETCH):
        closes = markup.count("</", at, at + _STRETCH)
        opens = markup.count("<", at, at + _STRETCH) - closes
        if depth + opens > _MOST_TAGS:
            return True
        depth = max(0, depth + opens - closes)
    return False


def _flatten(markup: str) -> str:
    """Return `markup` without the tags of elements nested too deep; their text stays."""
    open_tags: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    room = {True: _MAX_FORMATTING, False: MAX_DEPTH}

    def keep(match: re.Match[str]) -> str:
        closing, name = match.group(1), match.group(2).lower()
        formatting = name in _FORMATTING
        if name in _FLAT_TAGS:
            return match.group()
        if not closing and room[formatting]:
            room[formatting] -= 1
            open_tags[name] += 1
            return match.group()
        if not closing:
            dropped[name] += 1
            return " "
        if dropped[name]:
            dropped[name] -= 1
            return " "
        if open_tags[name]:
            open_tags[name] -= 1
            room[formatting] += 1
        return match.group()

    # With an end for the last tag, no search for one comes back empty-handed.
    return _TAG.sub(keep, f"{markup}>")[:-1]
