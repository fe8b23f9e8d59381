"""HTML references with their semicolon become what they stand for, twice-escaped ones too.

In: a draft. Out: edits of references. Never: a reference without `;` (`&copy=2` in an address is
no ©), an unknown name, or the `&amp;` between the arguments of an address.
"""

import html
from html.entities import html5
from typing import Final

from pipeline import kept
from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.draft import Draft, Edit

_REFERENCE: Final = kept.pattern(
    "&((?:(?:amp|AMP|#0*38|#[xX]0*26);)*)(#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
)
_ADDRESS_BEFORE: Final = kept.pattern("://[!-~]*$")
_ADDRESS_LENGTH: Final = 300  # how far back the start of an address is looked for
_BREAKS: Final = frozenset("\n\r\t\v\f\u0085\u2028\u2029")


def resolve_references(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that put characters in the place of references."""
    if "&" not in draft.seen or ";" not in draft.seen:
        return []
    rule, text, edits = rules.id_of("entities"), draft.text, []
    for match in _REFERENCE.finditer(text):
        after = _meaning(match[1], match[2])
        if after != match[0] and not (after[0] == "&" and _in_address(text, match.start())):
            edits.append((match.start(), match.end(), after, rule))
    return edits


def _meaning(escapes: str, body: str) -> str:
    """Return what `&escapes body;` stands for; itself, once unescaped, for an unknown name."""
    reference = f"&{body};"
    if body[0] != "#" and f"{body};" not in html5:
        return reference
    meaning = html.unescape(reference)
    # A reference to a line break or to nothing at all must not make or break a line.
    if meaning in _BREAKS:
        return " "
    return f"&{escapes}{body};" if not meaning or "\ufffd" in meaning else meaning


def _in_address(text: str, place: int) -> bool:
    return _ADDRESS_BEFORE.search(text[max(0, place - _ADDRESS_LENGTH) : place]) is not None
