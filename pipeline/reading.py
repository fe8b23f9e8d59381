"""How raw/ is read: where a record says its address, body and time, and how much is too much."""

from dataclasses import dataclass, field
from typing import Annotated

import msgspec

Names = Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class Reading(msgspec.Struct, frozen=True):
    """The fields of a record of a feed or table, each by its names, the most trusted first.

    Names are compared without regard to case. `follow_symlinks` reads what links in raw/ lead to,
    as long as that lies in raw/ too.
    """

    url_fields: Names = ("url", "link", "page_url", "final_url", "uri", "href")
    body_fields: Names = ("html", "raw_html", "page_source", "body", "content", "text")
    time_fields: Names = (
        "fetched",
        "fetched_at",
        "fetch_time",
        "crawled",
        "crawled_at",
        "crawl_time",
        "crawl_date",
        "scraped",
        "scraped_at",
        "timestamp",
        "ts",
        "date",
    )
    follow_symlinks: bool = False


@dataclass(frozen=True, slots=True)
class How:
    """All that a reader asks: `max_page_bytes` of one page unpacked, and its share of the packed.

    `max_ratio` is how many times larger than what lies on disk data may become.
    """

    fields: Reading = field(default_factory=Reading)
    max_page_bytes: int = 16 * 1024 * 1024
    max_ratio: float = 200.0
