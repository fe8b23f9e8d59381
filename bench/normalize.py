"""How fast text is normalized, beside ftfy and OpenCC in the same run.

In: the pages of ../shared/seeds where they are, else text made here. Out: a table of MB/s on one
core. Exit 1 when a figure lies under its floor in floors.toml, `[normalize]`.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import ftfy
import opencc

import pipeline.rules
from bench._floors import hold, seconds
from pipeline.records import Block, Page, Provenance
from pipeline.rules.spelling import load
from pipeline.spelling import normalize_page, normalize_text

HERE = Path(__file__).resolve().parent
SEEDS = HERE.parents[1] / "shared" / "seeds"
TIMES = 5
MADE = (
    '  (一)健全体制机制,推进"一网通办"改革。全年办理事项12,500件,增长8.5%;'
    "网上办结率达95%以上,群众满意度(抽样)为98.2%。\n"
    "  实施“千万工程”三年行动,新增5G基站1.2万个,建成示范村200个。\n"
    "指标名称\n2025年目标\n6.5\n"
)


def sample() -> str:
    """Return about 1.6 MB of page text."""
    pages = sorted(SEEDS.glob("*.txt")) if SEEDS.is_dir() else []
    text = "".join(page.read_text("utf-8") for page in pages) or MADE * 500
    return text * max(1, 1_600_000 // len(text.encode()))


def speed(work: Callable[[], object], size: int) -> float:
    """Return the best MB/s of several runs of `work` over `size` bytes."""
    return size / 1e6 / seconds(work, TIMES)


def measure() -> dict[str, float]:
    """Return MB/s of the normalizer and its peers, and the ratio to ftfy."""
    text = sample()
    size = len(text.encode())
    rules = load([Path(pipeline.rules.__file__).with_name("spelling.toml")])
    blocks = tuple(Block("paragraph", line) for line in text.split("\n"))
    page = Page("0" * 16, "", blocks, Provenance("bench"))
    part = text[: len(text) // 5]
    converter = opencc.OpenCC("t2s")
    figures = {
        "normalize_text": speed(lambda: normalize_text(text, rules), size),
        "normalize_page": speed(lambda: normalize_page(page, rules), size),
        "ftfy": speed(lambda: ftfy.fix_text(part), len(part.encode())),
        "opencc": speed(lambda: converter.convert(text), size),
    }
    figures["times_ftfy"] = figures["normalize_text"] / figures["ftfy"]
    return figures


def main() -> int:
    """Print the table; return 1 when a figure lies under its floor."""
    return hold("normalize", measure(), "MB/s (times_ftfy: ratio)")


if __name__ == "__main__":
    sys.exit(main())
