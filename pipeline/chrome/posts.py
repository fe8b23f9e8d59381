"""Several posts on one page → marks on all below the first.

In: a sheet's lines. Out: nothing; lines get their rule. Never marks where a post has no sentence
of its own: the stamps of a list prove nothing.
"""

from collections.abc import Sequence
from itertools import pairwise

from pipeline.chrome.sheet import Line, Sheet, take

_POSTS = 3  # fewer may be the article's own
_STAMP = 100  # characters of the line that opens or closes a post, at most
_POST = 20  # a post has so many characters at least


def mark_posts(sheet: Sheet, lines: Sequence[Line]) -> None:
    """Mark what stands below the first post of a blog's page or of a forum's thread."""
    short = [
        (i, line.text)
        for i, line in enumerate(lines)
        if not line.mass and len(line.block.text) <= _STAMP
    ]
    for rule, stamp in sheet.of("post-foot"):
        places = [0, *(i for i, text in short if stamp.search(text))]
        ends = [end for start, end in pairwise(places) if _mass(lines[start:end]) >= _POST]
        if len(ends) >= _POSTS:
            take(lines[ends[0] :], rule)
    for rule, stamp in sheet.of("post-head"):
        places = [*(i for i, text in short if stamp.search(text)), len(lines)]
        ends = [end for start, end in pairwise(places) if _mass(lines[start:end])]
        if len(ends) >= _POSTS:
            take((lines[place] for place in places[:-1]), rule)
            take(lines[ends[0] :], rule)


def _mass(lines: Sequence[Line]) -> float:
    return sum(line.mass for line in lines)
