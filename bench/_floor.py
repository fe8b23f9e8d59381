"""The least that cleaning pages takes: read, parse with lexbor, write Parquet, in two processes.

In: a folder of pages and a folder to write to. Out: one Parquet file a process. Nothing is cleaned.
"""

import sys
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from selectolax.lexbor import LexborHTMLParser

_ROWS = 500
_SCHEMA = pa.schema([("file", pa.string()), ("text", pa.string())])


def work(task: tuple[int, list[str], str]) -> None:
    """Read, parse and write the files of one process."""
    number, files, out = task
    with pq.ParquetWriter(f"{out}/{number}.parquet", _SCHEMA, compression="zstd") as writer:
        for start in range(0, len(files), _ROWS):
            some = files[start : start + _ROWS]
            writer.write_table(pa.table([some, [text(file) for file in some]], _SCHEMA))


def text(file: str) -> str:
    """Return all text of a page, whatever it is."""
    body = LexborHTMLParser(Path(file).read_bytes()).body
    return body.text() if body else ""


def main() -> None:
    """Work through the folder in so many processes."""
    raw, out, workers = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    out.mkdir(parents=True, exist_ok=True)
    files = sorted(map(str, raw.rglob("*.html")))
    with get_context("fork").Pool(workers) as pool:
        pool.map(work, [(n, files[n::workers], str(out)) for n in range(workers)])


if __name__ == "__main__":
    main()
