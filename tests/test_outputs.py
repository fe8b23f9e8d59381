"""The same articles in every format, with the same bytes every time."""

import json
import os
import re
import sqlite3
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, get_args

import pytest
from msgspec.structs import replace
from pyarrow import parquet

from pipeline.config import ArticleFormat, OutputsConfig
from pipeline.errors import ConfigError, DiskError
from pipeline.paths import Paths
from pipeline.publish import (
    CHECKSUMS,
    Checksums,
    Corpus,
    Entry,
    check_outputs,
    earlier,
    is_published,
    made,
    publish,
    publish_rows,
    releases,
    told,
    turn,
)
from pipeline.publish import bulk as bulk_format
from pipeline.publish import libraries as libraries_module
from pipeline.publish import parquet as parquet_format
from pipeline.publish.articles import FIELDS, article
from pipeline.publish.sqlite import SqliteWriter
from pipeline.records import Block, Cluster, Doubt, Found, Origin, Page, Provenance, Table
from tests.conftest import ROOT

ALL = get_args(ArticleFormat)
TABLE = Table(
    "主要指标",
    ("指标", "2025年"),
    (("森林覆盖率(%)", "61.5"), ('"><img>', "")),
    doubts=(Doubt(1, 1, ("", "2"), "two columns", (0.4, 0.1)),),
    lines=(7, 9),
    confidence=((1, 1, 0.5),),
)


def page(number: int, **more: Any) -> Page:
    """Return an article whose every field differs from that of the next."""
    text = f"第{number}号：各县要认真检查水库堤防，做好防汛准备。"
    return replace(
        Page(
            f"{number:016x}",
            f"https://www.example.gov.cn/{number}.html",
            (Block("heading", "通知", line=1), Block("paragraph", text, line=2)),
            Provenance(f"{number}.html"),
            title='关于防汛的通知 "一"\u202e',
            published=date(2021, 3, 1 + number % 28) if number % 3 else None,
            origins=(Origin("published", "metadata.date", "2021-03-02", 3),),
            tables=(TABLE,) if number % 2 else (),
        ),
        **more,
    )


def entries(count: int) -> list[Entry]:
    return [
        Entry(
            Found(one.provenance.file, 7, "0" * 64),
            one,
            "article",
            one.id,
            "",
            Cluster(one.id, (one.id, "f" * 16), "the earliest"),
        )
        for one in map(page, range(count))
    ]


def write(folder: Path, count: int = 5, before: Path | None = None, **outputs: Any) -> Path:
    """Return the folder with all outputs of `count` articles, in all formats or those named."""
    chosen = OutputsConfig(**{"articles": ALL, **outputs})
    corpus = Corpus([], {}, {}, {}, outputs=chosen, before=earlier(before) if before else None)
    publish(entries(count), corpus, folder)
    return folder


def test_processes_write_what_one_writes(tmp_path: Path) -> None:
    corpus = Corpus([], {}, {}, {}, outputs=OutputsConfig(articles=ALL))
    for workers in (1, 3):
        rows = partial(told, entries(9), corpus)
        publish_rows(rows, corpus, tmp_path / f"{workers}", workers)
    one, three = (
        {
            file.relative_to(folder): file.read_bytes()
            for file in folder.rglob("*")
            if file.is_file()
        }
        for folder in (tmp_path / "1", tmp_path / "3")
    )
    assert one == three
    assert len(one) > 20


def plain(row: dict[str, Any]) -> Any:
    """Return a row as JSON has it: lists for tuples, days as text."""
    return json.loads(json.dumps(row, default=str))


def rows() -> list[Any]:
    return [plain(row) for row in map(article, entries(5)) if row]


def of_jsonl(folder: Path) -> list[Any]:
    return [json.loads(line) for line in (folder / "articles.jsonl").read_bytes().splitlines()]


def of_parquet(folder: Path) -> list[Any]:
    files = sorted((folder / "articles").iterdir())
    return [plain(row) for file in files for row in parquet.read_table(file).to_pylist()]


def of_sqlite(folder: Path) -> list[Any]:
    found = sqlite3.connect(folder / "articles.sqlite").execute("SELECT * FROM articles")
    names = [column[0] for column in found.description]
    packed = {name for name, kind in FIELDS.items() if kind in ("words", "nested")}
    return [
        {
            name: json.loads(value) if name in packed else value
            for name, value in zip(names[1:], row[1:], strict=True)
        }
        for row in found
    ]


def of_bulk(folder: Path) -> list[Any]:
    lines = [
        line
        for file in sorted((folder / "bulk").glob("*.ndjson"))
        for line in file.read_bytes().splitlines()
    ]
    actions, documents = (list(map(json.loads, part)) for part in (lines[::2], lines[1::2]))
    assert actions == [{"index": {"_id": document["id"]}} for document in documents]
    return documents


@pytest.mark.parametrize("read", [of_jsonl, of_parquet, of_sqlite, of_bulk])
def test_each_format_holds_the_same_articles(tmp_path: Path, read: Any) -> None:
    assert read(write(tmp_path / "a")) == rows()
    assert all(set(row) == set(FIELDS) for row in rows())


def test_text_has_a_front_matter_only_if_asked_for(tmp_path: Path) -> None:
    name = f"text/www.example.gov.cn/{1:016x}.txt"
    text = (write(tmp_path / "a") / name).read_text("utf-8")
    assert text == page(1).text + "\n"
    front = (write(tmp_path / "b", front_matter=True) / name).read_text("utf-8")
    assert front.endswith(f"\n---\n{text}")
    told = dict(line.split(": ", 1) for line in front.split("---\n")[1].splitlines())
    assert json.loads(told["title"]) == page(1).title
    assert json.loads(told["published"]) == "2021-03-02"
    assert "issued" not in told


def test_the_same_articles_are_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = write(tmp_path / "a", front_matter=True)
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    second = write(tmp_path / "b", front_matter=True)
    files = [file.relative_to(first) for file in first.rglob("*") if file.is_file()]
    assert len(files) >= 12
    assert [
        file for file in files if (first / file).read_bytes() != (second / file).read_bytes()
    ] == []


def test_only_the_formats_chosen_are_written(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", articles=("parquet",))
    names = {file.name for file in folder.iterdir()}
    assert "articles" in names
    assert names.isdisjoint({"articles.jsonl", "articles.sqlite", "text", "bulk"})
    assert b"text/" not in (folder / "ledger.csv").read_bytes()


def test_no_article_is_a_table_without_rows(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", count=0)
    assert parquet.read_table(folder / "articles").column_names == list(FIELDS)
    assert of_sqlite(folder) == of_bulk(folder) == []


def test_row_groups_and_files_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_format, "GROUP_ROWS", 2)
    monkeypatch.setattr(bulk_format, "REQUEST_BYTES", 3000)
    folder = write(tmp_path / "a")
    files = sorted((folder / "articles").iterdir())
    assert [file.name for file in files] == [f"0000{n}.parquet" for n in range(3)]
    assert [parquet.read_table(file).num_rows for file in files] == [2, 2, 1]
    sizes = [file.stat().st_size for file in (folder / "bulk").glob("*.ndjson")]
    assert len(sizes) > 1
    assert max(sizes) <= 3000
    assert of_parquet(folder) == of_bulk(folder) == rows()
    monkeypatch.setattr(parquet_format, "GROUP_BYTES", 10)
    assert len(list((write(tmp_path / "b") / "articles").iterdir())) > len(files)
    assert of_parquet(tmp_path / "b") == rows()


def test_parquet_files_without_a_new_article_are_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_format, "_ENDS", ("1", "3"))
    before, after = tmp_path / "before", tmp_path / "after"
    write(before, count=5)
    Checksums(before).write()
    write(after, count=7, before=before)
    anew = write(tmp_path / "anew", count=7)
    assert of_parquet(after) == of_parquet(anew)
    for file in (anew / "articles").iterdir():
        assert (after / "articles" / file.name).read_bytes() == file.read_bytes()
    old, new = (
        {file.name: file.stat().st_ino for file in sorted((folder / "articles").iterdir())}
        for folder in (before, after)
    )
    assert list(new) == ["00000.parquet", "00001.parquet", "00002.parquet"]
    assert [old[name] == new[name] for name in new] == [True, True, False]
    monkeypatch.setattr(made, "code", lambda: "other code")
    write(tmp_path / "other", count=7, before=before)
    other = {file.stat().st_ino for file in (tmp_path / "other" / "articles").iterdir()}
    assert other.isdisjoint(old.values())


def test_parquet_is_typed_and_packed(tmp_path: Path) -> None:
    file = parquet.ParquetFile(write(tmp_path / "a") / "articles" / "00000.parquet")
    types = {field.name: str(field.type) for field in file.schema_arrow}
    assert types["published"] == types["issued"] == "date32[day]"
    assert (types["chars"], types["members"]) == ("int32", "list<element: string>")
    group = file.metadata.row_group(0)
    assert {group.column(at).compression for at in range(group.num_columns)} == {"ZSTD"}


def test_bulk_lines_are_as_the_servers_document_them(tmp_path: Path) -> None:
    folder = write(tmp_path / "a") / "bulk"
    data = (folder / "00000.ndjson").read_bytes()
    assert data.endswith(b"}\n")
    assert b"\r" not in data
    lines = data.decode("utf-8").split("\n")[:-1]
    for action, document in zip(lines[::2], lines[1::2], strict=True):
        ((kind, meta),) = json.loads(action).items()
        assert kind == "index"
        assert set(meta) == {"_id"}
        assert len(meta["_id"].encode()) <= 512
        assert isinstance(json.loads(document), dict)
    mapping = json.loads((folder / "mapping.json").read_bytes())["mappings"]
    assert set(mapping["properties"]) == set(FIELDS)


FOUND_BY_ANY_LENGTH = """
SELECT count(*) FROM search WHERE search MATCH (
    SELECT ifnull(group_concat('"' || replace(term, '"', '""') || '"', ' OR '), '""')
    FROM terms WHERE term >= :word AND term < :word || char(1114111)
)"""


@pytest.mark.parametrize(
    ("word", "count"), [("防汛", 5), ("备。", 5), ("一", 5), ('"一', 5), ("防火", 0)]
)
def test_a_short_word_is_found(tmp_path: Path, word: str, count: int) -> None:
    database = sqlite3.connect(write(tmp_path / "a") / "articles.sqlite")
    assert database.execute(FOUND_BY_ANY_LENGTH, {"word": word}).fetchone() == (count,)


def test_a_longer_word_is_found_by_the_index(tmp_path: Path) -> None:
    database = sqlite3.connect(write(tmp_path / "a") / "articles.sqlite")
    found = database.execute("SELECT count(*) FROM search WHERE search MATCH '水库堤防'")
    assert found.fetchone() == (5,)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.execute("INSERT INTO search(search, rank) VALUES ('integrity-check', 1)")


def test_a_disk_without_room_is_named(tmp_path: Path) -> None:
    (tmp_path / "articles.sqlite.part").mkdir()
    with pytest.raises(DiskError, match=r"articles\.sqlite"):
        SqliteWriter(tmp_path, Corpus([], {}, {}, {}))


def test_what_is_missing_stops_a_run_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    check_outputs(OutputsConfig(ALL))
    assert len(releases(OutputsConfig(ALL))) == 2
    assert releases(OutputsConfig(("text",))) == []
    monkeypatch.setattr(libraries_module, "_pyarrow", lambda: "")
    monkeypatch.setattr(libraries_module, "OLDEST", (99, 0, 0))
    with pytest.raises(ConfigError, match="needs pyarrow"):
        check_outputs(OutputsConfig(("parquet",)))
    with pytest.raises(ConfigError, match="needs SQLite"):
        check_outputs(OutputsConfig(("sqlite",)))
    check_outputs(OutputsConfig(("jsonl", "text", "bulk")))


def test_a_format_that_is_left_out_later_goes(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "raw", tmp_path / "cleaned")
    paths.versions.mkdir(parents=True)
    write(paths.versions / "one")
    turn(paths, "one")
    write(paths.versions / "two", articles=("text",))
    assert (paths.cleaned / "bulk" / "mapping.json").exists()
    assert not is_published(paths, "two")
    turn(paths, "two")
    links = {file.name for file in paths.cleaned.iterdir()}
    assert links.isdisjoint({"articles", "articles.jsonl", "articles.sqlite", "bulk"})
    assert (paths.cleaned / "text").is_dir()


def test_the_schema_is_written_down() -> None:
    outputs = (
        (ROOT / "docs" / "outputs.md").read_text("utf-8").split("\n## ")[1].split("| key |")[1]
    )
    told = re.findall(r"^\| `(\w+)` \| (\w+)\S* \| ", outputs, re.MULTILINE)
    types = {"word": "string", "prose": "string", "day": "date32", "count": "int32"}
    assert [(name, types.get(kind, "list")) for name, kind in FIELDS.items()] == told


def test_a_text_that_did_not_change_is_not_written_again(tmp_path: Path) -> None:
    before = write(tmp_path / "a", count=4)
    Checksums(before).write()
    texts = [f"text/www.example.gov.cn/{number:016x}.txt" for number in range(5)]
    noted = (before / CHECKSUMS).stat().st_mtime_ns
    (before / texts[1]).write_bytes(b"somebody was here")
    (before / texts[2]).unlink()
    (before / texts[3]).write_bytes(bytes((before / texts[3]).stat().st_size))
    os.utime(before / texts[3], ns=(noted + 1, noted + 1))
    after = write(tmp_path / "b", count=5, before=before)
    again = [(after / text).read_text("utf-8") for text in texts]
    assert again == [page(number).text + "\n" for number in range(5)]
    links = [(after / text).stat().st_nlink for text in texts]
    assert links == [2, 1, 1, 1, 1]
