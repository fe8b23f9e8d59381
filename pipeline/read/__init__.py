"""Files → RawPage, one module a format; `formats.py` says which reads what.

In: the folder raw/. Out: what lies there (`scan`), and each page's bytes (`read_page`). Never: a
write to raw/, a link followed out of it, a pipe opened, a page forgotten because it could not be
read; more of an archive in memory than one record, and where its pages are.
"""

from pipeline.paths import quote
from pipeline.read.formats import PAGES, READERS, ending
from pipeline.read.origin import NOTE
from pipeline.read.page import named, read_page
from pipeline.read.scan import Archived, Look, Scan, Seen, Unseen, order, origin_of, scan
from pipeline.read.walk import FILE, UNREADABLE, Lying, lying_in

__all__ = [
    "FILE",
    "NOTE",
    "PAGES",
    "READERS",
    "UNREADABLE",
    "Archived",
    "Look",
    "Lying",
    "Scan",
    "Seen",
    "Unseen",
    "ending",
    "lying_in",
    "named",
    "order",
    "origin_of",
    "quote",
    "read_page",
    "scan",
]
