"""Document → what the page says of itself: title, date, source, document number, address.

In: a document and the metadata rules. Out: the fields found, "" or None where the page does not
say. Never the day of the visit, a copyright year or a date of the body's own story: a date counts
where a label, a meta element or the byline beside the title says that it is the publication's.
"""

from dataclasses import dataclass
from datetime import date

from pipeline.parse.markup import Document
from pipeline.rules.metadata import MetadataRules


@dataclass(frozen=True, slots=True)
class Found:
    """What a page says of itself."""

    title: str = ""
    published: date | None = None
    source: str = ""
    document_number: str = ""
    url: str = ""


def describe(document: Document, rules: MetadataRules) -> Found:
    """Return what `document` says of itself."""
    metas = dict(reversed(document.metas))
    named = (metas.get(name, "").strip() for name in rules.metas.get("title", ()))
    title = next(filter(None, named), document.title.strip())
    return Found(title=title, url=document.canonical)
