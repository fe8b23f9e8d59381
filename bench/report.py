"""How long the report of 20,000 pages takes to write, how big it is, and how soon it opens.

In: pages made here, a third of them copies. Out: a table; exit 1 when a figure lies under its floor
in floors.toml, `[report]`: both are shares of what is allowed, 200 MB and 2 s. Where no Chromium is
installed nothing is opened. `--keep FOLDER` leaves the report there.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from msgspec import structs

from bench._floors import hold
from pipeline.publish import Corpus, Entry, write_report
from pipeline.records import Block, Change, Cluster, Disagreement, Found, Match, Page, Provenance
from pipeline.rules import built_in_rules
from tests.browser import browsing, chromium
from tests.dedup_texts import report

PAGES = 20_000
_MB = 1_000_000
_TEXTS = 300
_CHROME = ("chrome.breadcrumb", "chrome.share-bar", "chrome.follow", "chrome.keyword-list")


def page(n: int, texts: list[list[str]]) -> tuple[Page, Page]:
    """Return page number `n` as parsed and as published: 4 to 24 paragraphs, some chrome."""
    title, *body = texts[n % _TEXTS]
    around = [Block("paragraph", f"当前位置 > 第{n % 40}站 > {rule}", line=1) for rule in _CHROME]
    # Every mark typed in half width, as many sites do.
    raw = [Block("paragraph", line.replace("，", ","), line=9 + at) for at, line in enumerate(body)]
    where = Provenance(f"www.site{n % 40}.example/{n:05}.html")
    day = date(2019 + n % 7, 1 + n % 12, 5)
    parsed = Page(f"{n:016x}", "", (*around, *raw), where, title=f"{title}（{n}）", published=day)
    marked = [
        structs.replace(block, dropped_by=rule) for block, rule in zip(around, _CHROME, strict=True)
    ]
    changes = tuple(
        Change(len(_CHROME) + at, "spelling.marks", ",", "，", place)
        for at, line in enumerate(body)
        for place, mark in enumerate(line)
        if mark == "，"
    )
    clean = [structs.replace(block, text=line) for block, line in zip(raw, body, strict=True)]
    return parsed, structs.replace(parsed, blocks=(*marked, *clean), changes=changes)


def entries(count: int) -> Iterator[Entry]:
    """Yield the entries: every third page is a copy of the one before it."""
    texts = [report(n, paragraphs=4 + n * 7 % 21) for n in range(_TEXTS)]
    for n in range(count):
        parsed, cleaned = page(n, texts)
        entry = Entry(Found(cleaned.provenance.file, 1, "0" * 64), cleaned, "article", cleaned.id)
        if n % 3 == 1:
            before = f"{n - 1:016x}"
            yield replace(
                entry, status="duplicate", canonical=before, relation="near", parsed=parsed
            )
        else:
            copy = (f"{n + 1:016x}",) if n % 3 == 0 and n + 1 < count else ()
            cluster = Cluster(cleaned.id, (cleaned.id, *copy), "the earliest")
            yield replace(entry, cluster=cluster, parsed=parsed)


def matches(count: int) -> list[Match]:
    """Return the pairs, each with a passage and a sentence that differs."""
    said = Disagreement("全年新增公交线路12条。", "全年新增公交线路21条。", ("12条",), ("21条",))
    passage = "完善社区食堂运营并规范养老护理服务，" * 12
    return [
        Match(f"{n:016x}", f"{n + 1:016x}", "near", 0.9, (0.9, 0.95), 0.8, (passage,), (said,))
        for n in range(0, count - 1, 3)
    ]


def written(folder: Path, count: int) -> dict[str, float | None]:
    """Write a report of `count` pages; return seconds of one core, and its size."""
    raw = {f"{n:016x}": f"www.site{n % 40}.example/{n:05}.html" for n in range(count)}
    corpus = Corpus(matches(count), raw, built_in_rules().reasons, {})
    made = time.process_time()
    for _ in entries(count):
        pass
    begun = time.process_time()
    write_report(entries(count), corpus, folder)
    seconds = time.process_time() - begun - (begun - made)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / _MB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return {
        "pages": count,
        "seconds_of_one_core": seconds,
        "milliseconds_a_page": 1000 * seconds / count,
        "megabytes": size,
        "megabytes_of_memory": peak,
        "share_of_200_mb": 200 / size,
    }


def opened(index: Path, count: int) -> dict[str, float | None]:
    """Return the seconds until a reader sees the overview, the search and a page."""
    if chromium() is None:
        return {"opens_in_share_of_2_s": None}
    with browsing() as browser:
        places = {"overview": "", "search": "pages", "page": f"page={count // 2:016x}"}
        found: dict[str, float | None] = {}
        for name, place in places.items():
            begun = time.monotonic()
            browser.open(index, place)
            found[f"{name}_opens_in_seconds"] = time.monotonic() - begun
        begun = time.monotonic()
        browser.go("pages&q=12345")
        found["searches_in_seconds"] = time.monotonic() - begun
        if browser.complaints:
            print(*browser.complaints, sep="\n")
    slowest = max(seconds for seconds in found.values() if seconds)
    return found | {"opens_in_share_of_2_s": 2 / slowest}


def main() -> int:
    """Print the table; return 1 when a figure lies under its floor."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--keep", type=Path)
    arguments.add_argument("--pages", type=int, default=PAGES)
    told = arguments.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        folder = told.keep or Path(spare)
        figures = written(folder, told.pages)
        figures |= opened(folder / "report" / "index.html", told.pages)
        return hold("report", figures)


if __name__ == "__main__":
    sys.exit(main())
