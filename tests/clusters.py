"""A corpus that has one of everything a cluster could get wrong, and settings of small clusters."""

import io
import json
from collections.abc import Mapping
from pathlib import Path

from pyarrow import parquet

from tests.dedup_texts import misread, report

# Java that lives a minute: what it compiles well it would never use.
BRIEF = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
# Nothing of the machine's network is asked, and few tasks are enough for few pages.
ALONE = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.driver.extraJavaOptions": BRIEF,
    "spark.executor.extraJavaOptions": BRIEF,
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.adaptive.enabled": "false",
}
_PAGE = """<html><head><meta charset="utf-8"><title>{title}</title></head><body>
<div class="nav"><a href="/">首页</a></div><div class="article"><h1>{title}</h1>
{body}</div><div class="footer">版权所有</div></body></html>"""
_LAST = "本站转载的文章由编辑室整理，读者如有疑问请致电本站。"
_TABLE = "<table><tr><th>指标</th><th>2020年</th><th>2025年</th></tr><tr><td>床位数（张）</td><td>{}</td><td>900</td></tr></table>"  # noqa: E501


def corpus(raw: Path, families: int) -> None:
    """Write reports with copies misread, copied whole, cut and filled in anew; a feed; bad pages.

    More families leave the pages of fewer as they are.
    """
    for n in range(families):
        mine, next_years = report(n), report(n, facts=n + 7919)
        bodies = {
            "a": mine,
            "b": misread(mine, 0.02, n),
            "c": misread(mine, 0.05, n + 1),
            "d": mine,
            "e": mine[2:6],
            "x": next_years,
            "y": misread(next_years, 0.03, n),
        }
        for kind, lines in bodies.items():
            tail = [_TABLE.format(n + 100)] if kind == "x" else []
            body = "".join(f"<p>{line}</p>\n" for line in [*lines[1:], *tail, _LAST])
            text = _PAGE.format(title=lines[0], body=body)
            _write(raw / f"www.site{n % 3}.example" / f"{n}{kind}.html", text)
    _write(raw / "empty.html", "")
    _write(raw / "short.txt", "通知\n\n无\n")
    _write(raw / "feed.jsonl", "".join(map(_crawl, range(8))))


def _crawl(n: int) -> str:
    """Return a line of a feed: an address of four, crawled twice; of one the same bytes again."""
    text = "\n\n".join(report(200 + (n if n % 4 else 0), paragraphs=4))
    url = f"https://www.feed.example/{n % 4}.html"
    line = {"url": url, "text": text, "fetched": f"2024-01-0{1 + n // 4}"}
    return json.dumps(line, ensure_ascii=False) + "\n"


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.write_text(text, "utf-8")


def settings(
    folder: Path, master: str, conf: Mapping[str, str] = ALONE, name: str = "spark"
) -> Path:
    """Return a config.toml that says `master`."""
    file = folder / "config.toml"
    lines = "".join(f"{json.dumps(key)} = {json.dumps(value)}\n" for key, value in conf.items())
    file.write_text(
        f'[engine]\nname = "{name}"\nmaster = "{master}"\n[engine.conf]\n{lines}', "utf-8"
    )
    return file


def written(tree: Mapping[str, bytes]) -> dict[str, object]:
    """Return what must be equal: the bytes of every file, of Parquet the rows.

    Checksums and what tells of which articles a file was made go by where files of Parquet end.
    """
    found: dict[str, object] = {}
    rows: list[object] = []
    for name, data in sorted(tree.items()):
        if name.endswith(".parquet"):
            rows += parquet.read_table(io.BytesIO(data)).to_pylist()
        elif name not in {"checksums.sha256", "made/articles.json"}:
            found[name] = data
    return found | {"articles/": rows}


def different(raw: Path, pages: int) -> None:
    """Write so many pages: of four one is a report, two are copies misread, one is next year's."""
    for n in range(pages):
        lines = report(n // 4, facts=n // 4 + 7919 if n % 4 == 3 else None)
        lines = misread(lines, 0.01 * (n % 4), n) if n % 4 in (1, 2) else lines
        _write(raw / f"www.site{n % 50}.example" / f"{n}.html", _page(lines))


def alike(raw: Path, pages: int) -> None:
    """Write so many pages that carry one text."""
    for n in range(pages):
        _write(raw / f"www.site{n % 50}.example" / f"{n}.html", _page(report(1)))


def _page(lines: list[str]) -> str:
    body = "".join(f"<p>{line}</p>\n" for line in lines[1:])
    return _PAGE.format(title=lines[0], body=body)
