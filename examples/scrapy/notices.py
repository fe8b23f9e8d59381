"""A spider of one site. `scrapy runspider notices.py` writes a feed into raw/."""

from collections.abc import Iterator

import scrapy
from scrapy.http import Response


class Notices(scrapy.Spider):
    """Follows the list of notices; an item a page, lists too."""

    name = "notices"
    start_urls = ("http://www.licheng.gov.example/zwgk/",)
    custom_settings = {"FEEDS": {"raw/%(name)s.jl": {"format": "jsonlines"}}}  # noqa: RUF012

    def parse(self, response: Response) -> Iterator[object]:
        """Yield what came, and follow what it leads to."""
        visited = response.headers["Date"].decode("ascii")
        yield {"page": response.url, "visited": visited, "markup": response.text}
        yield from response.follow_all(css=".list a", callback=self.parse)
