"""How fast and how well text is normalized, beside autocorrect, ftfy, OpenCC and all three.

In: the pages and cases of ../shared where they are, else text made here. Out: a table of MB/s on
one core, of the share of cases that come out right, and of what length costs. Exit 1 when a figure
lies under its floor in floors.toml, `[normalize]`. zhlint is no Python package, and not run here.
"""

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import autocorrect_py
import ftfy
import opencc

import pipeline.rules
from bench._floors import hold, seconds
from pipeline.records import Block, Page, Provenance
from pipeline.rules.spelling import SpellingRules, load
from pipeline.spelling import normalize_page, normalize_text, trace_text

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[1] / "shared"
SEEDS = SHARED / "seeds"
CASES = SHARED / "eval" / "normalize" / "cases.jsonl"
TIMES = 5
MADE = (
    '  (一)健全体制机制,推进"一网通办"改革。全年办理事项12,500件,增长8.5%;'
    "网上办结率达95%以上,群众满意度(抽样)为98.2%。\n"
    "  实施“千万工程”三年行动,新增5G基站1.2万个,建成示范村200个。\n"
    "指标名称\n2025年目标\n6.5\n"
)
LONG = 50_000_000  # bytes
BRACKETS = 10_000_000

Tool = Callable[[str], str]


def sample() -> str:
    """Return about 1.6 MB of page text."""
    pages = sorted(SEEDS.glob("*.txt")) if SEEDS.is_dir() else []
    text = "".join(page.read_text("utf-8") for page in pages) or MADE * 500
    return text * max(1, 1_600_000 // len(text.encode()))


def speed(work: Callable[[], object], size: int, times: int = TIMES) -> float:
    """Return the best MB/s of several runs of `work` over `size` bytes."""
    return size / 1e6 / seconds(work, times)


def tools(rules: SpellingRules) -> dict[str, Tool]:
    """Return the normalizer and its peers by name; `stack` is all peers, one after the other."""
    converter = opencc.OpenCC("t2s")

    def stack(text: str) -> str:
        return str(autocorrect_py.format(converter.convert(ftfy.fix_text(text))))

    return {
        "ours": lambda text: normalize_text(text, rules),
        "ftfy": ftfy.fix_text,
        "opencc": lambda text: str(converter.convert(text)),
        "autocorrect": lambda text: str(autocorrect_py.format(text)),
        "stack": stack,
    }


def right(tool: Tool) -> float | None:
    """Return the share of cases that `tool` writes as expected; None where there are no cases."""
    if not CASES.is_file():
        return None
    cases = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
    return sum(_lines(tool(c["input"])) == _lines(c["expected"]) for c in cases) / len(cases)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def lengths(text: str, rules: SpellingRules, usual: float) -> Iterator[tuple[str, float]]:
    """Yield what share of the `usual` MB/s is left on texts of great length, and for brackets."""
    whole = text * (LONG // len(text.encode()))
    line = whole.replace("\r", "").replace("\n", "")
    part = line[: len(line) // 10]
    size, of_line, of_part = (len(long.encode()) for long in (whole, line, part))
    yield "share_of_50_mb", speed(lambda: normalize_text(whole, rules), size, 1) / usual
    less = speed(lambda: normalize_text(part, rules), of_part, 2)
    yield "share_of_50_mb_line", speed(lambda: normalize_text(line, rules), of_line, 1) / less
    few = speed(lambda: normalize_text("（(）)" * (BRACKETS // 40), rules), BRACKETS // 5, 2)
    many = speed(lambda: normalize_text("（(）)" * (BRACKETS // 4), rules), 2 * BRACKETS, 1)
    yield "share_of_10m_brackets", many / few


def measure() -> dict[str, float | None]:
    """Return MB/s of the normalizer and its peers, ratios, shares of cases, costs of length."""
    text = sample()
    size = len(text.encode())
    rules = load([Path(pipeline.rules.__file__).with_name("spelling.toml")])
    page = Page("0" * 16, "", tuple(Block("paragraph", x) for x in text.split("\n")), _WHERE)
    part = text[: len(text) // 5]
    known = tools(rules)
    figures: dict[str, float | None] = {
        "normalize_text": (usual := speed(lambda: normalize_text(text, rules), size)),
        "normalize_page": speed(lambda: normalize_page(page, rules), size),
        "trace_text": speed(lambda: trace_text(text, rules), size),
    }
    peers = [name for name in known if name != "ours"]
    for name in peers:
        rate = speed(partial(known[name], part), len(part.encode()), 2)
        figures |= {name: rate, f"times_{name}": usual / rate}
    shares = {name: right(tool) for name, tool in known.items()}
    figures |= {f"right_{name}": share for name, share in shares.items()}
    best = max(shares[name] or 0.0 for name in peers)
    figures["right_above_best_peer"] = None if shares["ours"] is None else shares["ours"] - best
    return figures | dict(lengths(text, rules, usual))


_WHERE = Provenance("bench")


def main() -> int:
    """Print the table; return 1 when a figure lies under its floor."""
    return hold("normalize", measure(), "MB/s; times, right, share: ratio")


if __name__ == "__main__":
    sys.exit(main())
