"""ftfy, tuned: what is left of damaged Latin text. The only module that imports it.

In: a line. Out: the line mended. Never touches quotes, widths or line breaks: its defaults turn
（） into () and “” into "".
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftfy import TextFixerConfig


def mend(line: str) -> str:
    """Return `line` with mojibake of Latin letters undone and stray surrogates replaced."""
    from ftfy import fix_text  # few pages need it, and it takes as long to load as ten to clean

    return fix_text(line, _tuned())


@cache
def _tuned() -> "TextFixerConfig":
    from ftfy import TextFixerConfig

    return TextFixerConfig(
        unescape_html=False,  # entities.py does, and knows addresses
        remove_terminal_escapes=True,
        fix_encoding=True,
        restore_byte_a0=True,
        replace_lossy_sequences=False,  # a lossy run is left exactly
        decode_inconsistent_utf8=True,
        fix_c1_controls=False,  # mojibake.py reads the marks among them, the rest is deleted
        fix_latin_ligatures=False,  # a table in spelling.toml
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        fix_surrogates=True,
        remove_control_chars=False,  # a table in spelling.toml
        normalization=None,  # letters.py composes what has to be
        max_decode_length=1_000_000,
        explain=False,
    )
