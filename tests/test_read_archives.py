"""Feeds, web archives, tables and zip files: every record is a page, counted, or has its reason."""

import gzip
import io
import json
import os
import sys
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard

from pipeline import read
from pipeline.errors import PageError
from pipeline.reading import How, Reading
from pipeline.records import RawPage
from tests.reading import (
    BODY,
    URL,
    bomb,
    http,
    lines,
    others,
    packed,
    read_all,
    reasons,
    record,
)

PAGE = BODY.encode()
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda data: data,
    ".gz": gzip.compress,
    ".zst": lambda data: zstandard.ZstdCompressor().compress(data),
}


def bodies(raw: Path, how: How | None = None) -> dict[str, str]:
    """Return the text of each page that is read, by its place."""
    return {
        name: page.body.decode("utf-8")
        for name, page in read_all(raw, how).items()
        if isinstance(page, RawPage)
    }


def only(raw: Path, how: How | None = None) -> RawPage:
    (page,) = read_all(raw, how).values()
    assert isinstance(page, RawPage), page
    return page


# JSON Lines


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("ending", [".jsonl", ".jl"])
def test_a_feed(tmp_path: Path, ending: str, packing: str) -> None:
    data = lines(*({"url": f"{URL}?{n}", "html": f"{BODY}{n}", "date": n} for n in range(30)))
    name = f"feed_2024-01-02T03-04-05+00-00{ending}{packing}"
    (tmp_path / name).write_bytes(PACKINGS[packing](data))
    found = read_all(tmp_path)
    assert list(found) == [f"{name}: line {n}" for n in range(1, 31)]
    page = found[f"{name}: line 7"]
    assert isinstance(page, RawPage)
    assert (page.url, page.body.decode(), page.charset) == (f"{URL}?6", f"{BODY}6", "utf-8")
    assert page.provenance.fetched == "2024-01-02T03:04:05Z"


def test_records_are_found_in_any_order(tmp_path: Path) -> None:
    data = lines(*({"text": f"{BODY * 20}{n}"} for n in range(300)))
    (tmp_path / "a.jsonl").write_bytes(data)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(data[:9999]) + gzip.compress(data[9999:]))
    (tmp_path / "c.jsonl.zst").write_bytes(
        PACKINGS[".zst"](data[:9999]) + PACKINGS[".zst"](data[9999:])
    )
    pages = read.scan(tmp_path, read.Scan(), How(), lambda _: None).pages
    assert len(pages) == 900
    for page in (*pages[::-7], *pages[::11]):
        body = read.read_page(tmp_path, page, How()).body.decode()
        assert body == f"{BODY * 20}{page.number - 1}"


@pytest.mark.parametrize(
    ("values", "url", "fetched", "body"),
    [
        (
            {"link": URL, "content": BODY, "timestamp": 1704164645123},
            URL,
            "2024-01-02T03:04:05Z",
            BODY,
        ),
        ({"Url": URL, "HTML": BODY, "text": "x"}, URL, "", BODY),
        ({"url": [URL], "text": ["一", "二"], "date": ["2024-01-02"]}, URL, "2024-01-02", "一\n二"),
        ({"url": "../../etc/passwd", "body": BODY}, "", "", BODY),
        ({"url": 7, "link": URL, "html": None, "text": BODY}, URL, "", BODY),
        ({"url": "C:\\x", "html": "", "text": BODY}, "", "", BODY),
        (
            {"url": "javascript:alert(1)", "body": "\\ud83d\\ude00 \\ud800"},
            "",
            "",
            "\U0001f600 \ufffd",
        ),
    ],
)
def test_fields_are_found_by_name(
    tmp_path: Path, values: dict[str, Any], url: str, fetched: str, body: str
) -> None:
    data = json.dumps(values).replace("\\\\u", "\\u")
    (tmp_path / "a.jsonl").write_text(data + "\n", "utf-8")
    page = only(tmp_path)
    assert (page.url, page.provenance.fetched, page.body.decode()) == (url, fetched, body)


def test_fields_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines({"Seite": BODY, "url": URL, "Adresse": URL + "?2"}))
    assert reasons(tmp_path) == {"a.jsonl: line 1": "no-body"}
    how = How(Reading(url_fields=("adresse",), body_fields=("seite",)))
    assert (only(tmp_path, how).url, only(tmp_path, how).body) == (URL + "?2", PAGE)


BAD_LINES = [
    (b'{"html": "<p>', "not-json"),
    (b'{"html": "a", "html": "b"}', "not-json"),
    (b'{"html": "a", "score": NaN}', "not-json"),
    (b'{"html": 5}', "wrong-type"),
    (b'{"html": {"a": 1}}', "wrong-type"),
    (b'["html"]', "wrong-type"),
    (b"null", "wrong-type"),
    (b'{"url": "http://a/"}', "no-body"),
    (b"\xff\xfe\x00", "not-json"),
    (b"[" * 100_000, "not-json"),
    (b'{"html": "' + b"a" * 4000 + b'"}', "too-big"),
    (b'{"a": ' + b"9" * 5000 + b"}", "too-big"),
    (b'{"a": ' + b"9" * 4500 + b"}", "not-json"),
]


@pytest.mark.parametrize("packing", PACKINGS)
def test_each_line_that_is_not_read_has_its_reason(tmp_path: Path, packing: str) -> None:
    data = b"\xef\xbb\xbf" + lines({"html": BODY}) + b"\n  \n"
    data += b"".join(line + b"\n" for line, _ in BAD_LINES) + lines({"html": BODY})
    (tmp_path / f"a.jsonl{packing}").write_bytes(PACKINGS[packing](data))
    found = list(reasons(tmp_path, How(max_page_bytes=100_001)).items())
    expected = [reason if reason != "too-big" else "" for _, reason in BAD_LINES]
    expected[-2] = "not-json"
    assert [reason for _, reason in found] == ["", *expected, ""]
    assert found[0][0].endswith("line 1") and found[1][0].endswith("line 4")
    found = list(reasons(tmp_path, How(max_page_bytes=4000)).items())
    too_big = ["too-big" if len(line) >= 4000 else reason for line, reason in BAD_LINES]
    assert [reason for _, reason in found] == ["", *too_big, ""]


def test_a_feed_that_grows(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    whole = lines({"url": URL, "html": BODY}, {"url": URL + "?2", "html": BODY})
    file.write_bytes(whole[:-40])
    first = read.scan(tmp_path, read.Scan(), How(), lambda _: None)
    assert [page.reason for page in first.pages] == ["", "unfinished"]
    file.write_bytes(whole[:-1])
    second = read.scan(tmp_path, first, How(), lambda _: None)
    assert [page.reason for page in second.pages] == ["", ""]
    file.write_bytes(whole + lines({"html": BODY}))
    third = read.scan(tmp_path, second, How(), lambda _: None)
    assert [page.name for page in third.pages][:2] == [page.name for page in second.pages]
    assert first.pages[0] == third.pages[0]


def test_a_line_of_any_length_costs_no_memory(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    with file.open("wb") as feed:
        feed.write(lines({"html": BODY}) + b'{"html": "')
        feed.seek(300_000_000, 1)  # a hole: no disk is used
        feed.write(b'"}\n' + lines({"html": BODY}))
    most = 1_000_000
    tracemalloc.start()
    found = reasons(tmp_path, How(max_page_bytes=most))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert list(found.values()) == ["", "too-big", ""]
    assert peak < 4 * most


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.warc.gz", "a.csv.gz"])
def test_a_bomb_costs_no_memory(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(bomb(256 << 20) + gzip.compress(b"\n" + lines({"html": BODY})))
    tracemalloc.start()
    found = reasons(tmp_path, How(max_page_bytes=1_000_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert {"too-big", "damaged"} & set(found.values())
    assert peak < 8_000_000
    if name == "a.jsonl.gz":
        assert list(found.values()) == ["too-big", ""]
        messages = [page.message for page in read.scan(tmp_path, read.Scan(), How(), print).pages]
        assert "max_unpack_ratio" in messages[0]


def test_damaged_packing_costs_what_is_damaged(tmp_path: Path) -> None:
    members = [gzip.compress(lines({"html": f"{BODY}{n}"}), mtime=0) for n in range(4)]
    members[1] = members[1][:-8] + bytes(8)  # its checksum
    (tmp_path / "a.jsonl.gz").write_bytes(b"".join([*members[:3], b"garbage", members[3]]))
    found = reasons(tmp_path)
    assert list(found.values()).count("damaged") == 2
    assert {f"{BODY}0", f"{BODY}2", f"{BODY}3"} <= set(bodies(tmp_path).values())
    data = gzip.compress(lines(*({"html": f"{BODY}{n}"} for n in range(50))))
    (tmp_path / "a.jsonl.gz").write_bytes(data[:-30])
    found = reasons(tmp_path)
    assert list(found.values())[-1] == "truncated"
    assert len(found) > 1


@pytest.mark.parametrize("ending", [".jsonl", ".warc", ".csv", ".zip", ".warc.gz", ".parquet"])
def test_files_that_are_nothing(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"a{ending}"
    file.touch()
    empty = reasons(tmp_path)
    assert set(empty.values()) <= {"empty", "damaged"}
    assert len(empty) == 1
    file.write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 40)
    assert set(reasons(tmp_path).values()) <= {
        "damaged",
        "not-json",
        "no-body",
        "wrong-columns",
        "unfinished",
    }
    assert reasons(tmp_path)


# WARC


def archive(*blocks: bytes) -> list[bytes]:
    info = record(b"software: x\r\n", kind="warcinfo", Content_Type="application/warc-fields")
    return [info, *(record(block, f"{URL}?{n}") for n, block in enumerate(blocks))]


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "whole.warc.gz"])
def test_a_web_archive(tmp_path: Path, name: str) -> None:
    records = [
        *archive(http(PAGE), http(f"{BODY}{BODY}".encode("gbk"), "text/html; charset=gbk")),
        record(b"GET / HTTP/1.1\r\n\r\n", kind="request"),
        record(http(b"\x89PNG", "image/png")),
        record(http(b"", status=301)),
        record(PAGE, kind="resource", Content_Type="text/html"),
        record(b"-q", "<metadata://x/log.txt>", kind="resource", Content_Type="text/plain"),
        record(b"\xe4\xb8\x80" * 9, kind="conversion", Content_Type="text/plain"),
        record(http(PAGE, status=404)),
    ]
    data = packed(records) if name == "a.warc.gz" else b"".join(records)
    (tmp_path / name).write_bytes(gzip.compress(data) if name == "whole.warc.gz" else data)
    found = list(read_all(tmp_path).values())
    pages = [page for page in found if isinstance(page, RawPage)]
    assert len(pages) == len(found) == 5
    assert [page.status for page in pages] == [200, 200, 0, 0, 404]
    assert [page.charset for page in pages[:2]] == ["utf-8", "gbk"]
    assert pages[1].body.decode("gbk") == BODY * 2
    assert {page.provenance.fetched for page in pages} == {"2024-01-02T03:04:05Z"}
    assert pages[1].url == f"{URL}?1"
    assert others(tmp_path) == {
        "HTTP 301 record": 1,
        "image record": 1,
        "metadata record": 1,
        "request record": 1,
        "warcinfo record": 1,
    }


def sent(body: bytes, headers: dict[str, str]) -> bytes:
    return http(body, "text/html", 200, **headers)


def chunked(data: bytes) -> bytes:
    parts = [data[at : at + 50] for at in range(0, len(data), 50)]
    return b"".join(b"%x;e=1\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


CODINGS: dict[str, tuple[bytes, dict[str, str]]] = {
    "chunked": (chunked(PAGE), {"Transfer_Encoding": "chunked"}),
    "gzip": (gzip.compress(PAGE), {"Content_Encoding": "gzip"}),
    "deflate": (zlib.compress(PAGE), {"Content_Encoding": "deflate"}),
    "bare deflate": (zlib.compress(PAGE)[2:-4], {"Content_Encoding": "deflate"}),
    "br": (brotli.compress(PAGE), {"Content_Encoding": "br"}),
    "zstd": (PACKINGS[".zst"](PAGE), {"Content_Encoding": "zstd"}),
    "both": (
        chunked(gzip.compress(PAGE)),
        {"Transfer_Encoding": "chunked", "Content_Encoding": "gzip"},
    ),
    "two": (brotli.compress(gzip.compress(PAGE)), {"Content_Encoding": "gzip, br"}),
    "undone": (PAGE, {"Transfer_Encoding": "chunked", "Content_Encoding": "gzip"}),
    "undone br": (PAGE, {"Content_Encoding": "br"}),
    "unknown": (PAGE, {"Content_Encoding": "identity"}),
}


@pytest.mark.parametrize("coding", CODINGS)
def test_bodies_as_they_were_sent(tmp_path: Path, coding: str) -> None:
    body, headers = CODINGS[coding]
    (tmp_path / "a.warc").write_bytes(record(sent(body, headers)))
    assert only(tmp_path).body == PAGE


# By name: a test called by bytes of gzip would have another name every second.
BROKEN: dict[str, tuple[bytes, dict[str, str], str]] = {
    "chunked": (chunked(PAGE)[:-30], {"Transfer_Encoding": "chunked"}, "truncated"),
    "gzip": (gzip.compress(PAGE)[:-30], {"Content_Encoding": "gzip"}, "truncated"),
    "gzip's sum": (gzip.compress(PAGE)[:-8] + bytes(8), {"Content_Encoding": "gzip"}, "damaged"),
    "br": (brotli.compress(PAGE)[:-5], {"Content_Encoding": "br"}, "truncated"),
    "gzip bomb": (bomb(64 << 20), {"Content_Encoding": "gzip"}, "too-big"),
    "br bomb": (brotli.compress(bytes(64 << 20)), {"Content_Encoding": "br"}, "too-big"),
    "zstd bomb": (PACKINGS[".zst"](bytes(64 << 20)), {"Content_Encoding": "zstd"}, "too-big"),
    "deflate bomb": (zlib.compress(bytes(64 << 20)), {"Content_Encoding": "deflate"}, "too-big"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_body_that_cannot_be_had_costs_its_page(tmp_path: Path, broken: str) -> None:
    body, headers, reason = BROKEN[broken]
    (tmp_path / "a.warc.gz").write_bytes(packed(archive(sent(body, headers), http(PAGE))))
    tracemalloc.start()
    assert list(reasons(tmp_path, How(max_page_bytes=1_000_000)).values()) == [reason, ""]
    assert tracemalloc.get_traced_memory()[1] < 12_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("cut", [5, 60, 300])
@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_the_last_record_of_a_cut_archive_is_set_aside(tmp_path: Path, name: str, cut: int) -> None:
    records = archive(http(PAGE), http(PAGE * 9), http(bytes(range(32, 127)) * 30))
    data = packed(records) if name.endswith(".gz") else b"".join(records)
    (tmp_path / name).write_bytes(data[:-cut])
    assert list(reasons(tmp_path).values()) == ["", "", "truncated"]


def test_reading_goes_on_after_what_is_damaged(tmp_path: Path) -> None:
    records = archive(*(http(f"{BODY}{n}".encode()) for n in range(5)))
    members = [gzip.compress(one, mtime=0) for one in records]
    members[2] = members[2][:40] + b"\0\1\2\3" + members[2][44:]
    members[4] = members[4][:-8] + bytes(8)
    (tmp_path / "a.warc.gz").write_bytes(b"".join([*members, b"garbage" * 9, members[1]]))
    found = reasons(tmp_path)
    assert list(found.values()) == ["", "damaged", "", "damaged", "", "damaged", ""]
    at = sum(map(len, members[:2]))
    assert f"a.warc.gz: byte {at}" in found
    (tmp_path / "a.warc.gz").unlink()
    wrong = records[2].replace(b"Content-Length: ", b"Content-Size: ")
    plain = [
        *records[:2],
        b"garbage\n" * 9,
        wrong,
        records[3],
        b"WARC/1.0\r\nx: y\r\n\r\n",
        records[4],
    ]
    (tmp_path / "a.warc").write_bytes(b"".join(plain))
    assert list(reasons(tmp_path).values()) == ["", "damaged", "damaged", "", "damaged", ""]


def test_a_checksum_is_looked_at_before_its_record_is_believed(tmp_path: Path) -> None:
    # So long that all but the blank lines behind it is unpacked at once, without the checksum.
    sizes = range(261_000, 262_144)
    whole = next(x for x in (record(http(b"x" * n)) for n in sizes) if len(x) == 262_148)
    data = gzip.compress(whole)
    (tmp_path / "a.warc.gz").write_bytes(data[:-8] + bytes(8) + packed([record(http(PAGE))]))
    pages = read.scan(tmp_path, read.Scan(), How(), lambda _: None).pages
    assert [page.reason for page in pages] == ["damaged", ""]


def test_a_record_that_the_crawler_cut(tmp_path: Path) -> None:
    cut = record(http(PAGE), WARC_Truncated="length")
    (tmp_path / "a.warc").write_bytes(cut + record(http(PAGE)))
    assert list(reasons(tmp_path).values()) == ["truncated", ""]


def test_addresses_are_text(tmp_path: Path) -> None:
    urls = [
        "../../etc/passwd",
        "/etc/passwd",
        "C:\\x",
        "<http://a.gov.example/1>",
        "http://[",
        "dns:a",
    ]
    (tmp_path / "a.warc").write_bytes(b"".join(record(http(PAGE), url) for url in urls))
    pages = [page for page in read_all(tmp_path).values() if isinstance(page, RawPage)]
    assert [page.url for page in pages] == ["", "", "", "http://a.gov.example/1", "", ""]


# Zip and WACZ


def zipped(files: dict[str, bytes], **more: Any) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, **more) as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return data.getvalue()


def test_a_zip_file(tmp_path: Path) -> None:
    files = {
        "b/www.a.gov.cn/1.html": PAGE,
        "../../etc/passwd.html": PAGE,
        "/abs.txt": PAGE,
        "feed.jsonl": lines({"html": BODY}, {"html": 1}),
        "x.warc.gz": packed(archive(http(PAGE))),
        "style.css": b"",
        "inner.zip": zipped({"1.html": PAGE}),
        "note.html": PAGE,
        "note.html.meta.json": lines({"url": URL, "crawled": "2024-01-02"}),
        "table.csv": b"url,text\r\nhttp://a.gov.cn/,abc\r\n",
    }
    before = set(tmp_path.parent.rglob("*"))
    (tmp_path / "a.zip").write_bytes(zipped(files))
    found = read_all(tmp_path)
    assert set(tmp_path.parent.rglob("*")) == {*before, tmp_path / "a.zip"}
    assert [name for name in found if isinstance(found[name], str)] == [
        "a.zip: feed.jsonl line 2",
        "a.zip: inner.zip",
    ]
    assert found["a.zip: inner.zip"] == "nested"
    urls = {name: page.url for name, page in found.items() if isinstance(page, RawPage)}
    assert urls["a.zip: b/www.a.gov.cn/1.html"] == "http://www.a.gov.cn/1.html"
    assert urls["a.zip: note.html"] == URL
    assert urls["a.zip: table.csv row 2"] == "http://a.gov.cn/"
    assert len(urls) == 7
    assert set(others(tmp_path)) == {".css in an archive", ".json in an archive", "warcinfo record"}


def test_a_wacz_holds_what_is_in_its_archive(tmp_path: Path) -> None:
    files = {
        "datapackage.json": b"{}",
        "pages/pages.jsonl": lines({"format": "json-pages-1.0"}, {"url": URL, "text": "x"}),
        "indexes/index.cdx.gz": b"",
        "archive/data.warc.gz": packed(archive(*(http(f"{BODY}{n}".encode()) for n in range(40)))),
    }
    (tmp_path / "a.wacz").write_bytes(zipped(files))
    found = bodies(tmp_path)
    assert list(found.values()) == [f"{BODY}{n}" for n in range(40)]
    assert all(name.startswith("a.wacz: archive/data.warc.gz byte ") for name in found)
    assert others(tmp_path)["warcinfo record"] == 1


def test_what_a_zip_file_cannot_give(tmp_path: Path) -> None:
    data = bytearray(zipped({"1.html": PAGE, "2.html": PAGE * 3, "3.html": PAGE}))
    at = data.index(b"2.html") + 12
    data[at : at + 4] = b"\xff\xff\xff\xff"
    (tmp_path / "a.zip").write_bytes(data)
    assert list(reasons(tmp_path).values()) == ["", "damaged", ""]
    (tmp_path / "a.zip").write_bytes(zipped({"1.html": bytes(40 << 20), "2.html": PAGE}))
    assert list(reasons(tmp_path).values()) == ["too-big", ""]
    many = {f"{n:02}.html": bytes(8 << 20) for n in range(9)}
    (tmp_path / "a.zip").write_bytes(zipped(many))
    found = list(reasons(tmp_path).values())
    assert found[-1] == "too-big"
    assert len(found) < 9
    (tmp_path / "a.zip").write_bytes(zipped({"1.html": PAGE})[:-30])
    assert list(reasons(tmp_path).values()) == ["damaged"]


def test_a_name_that_stands_twice_in_a_zip_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive, pytest.warns(UserWarning):
        archive.writestr("1.html", PAGE)
        archive.writestr("1.html", PAGE * 2)
    found = read_all(tmp_path)
    assert len(found) == 2
    assert [page for page in found.values() if isinstance(page, str)] == ["repeated-name"]


# Tables


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize(("ending", "separator"), [(".csv", ","), (".csv", ";"), (".tsv", "\t")])
def test_a_table(tmp_path: Path, ending: str, separator: str, encoding: str) -> None:
    rows = [["id", "URL", "text"], ["1", URL, '"一，\r\n""二""\r\n三"'], [], ["2", URL, "四"]]
    text = "".join(separator.join(row) + "\r\n" for row in rows)
    (tmp_path / f"a{ending}").write_bytes(text.encode(encoding))
    assert bodies(tmp_path) == {
        f"a{ending}: row 2": '一，\r\n"二"\r\n三',
        f"a{ending}: row 4": "四",
    }


def test_rows_that_are_not_read(tmp_path: Path) -> None:
    text = 'url,text\n,一\n,二,三\nx\n,"四\n,五\n,' + "六" * 400 + "\n,七\n"
    (tmp_path / "a.csv").write_text(text, "utf-8")
    assert list(reasons(tmp_path, How(max_page_bytes=1000)).items()) == [
        ("a.csv: row 2", ""),
        ("a.csv: row 3", "wrong-columns"),
        ("a.csv: row 4", "no-body"),
        ("a.csv: row 5", "too-big"),
        ("a.csv: row 6", ""),
        ("a.csv: row 7", "too-big"),
        ("a.csv: row 8", ""),
    ]
    (tmp_path / "a.csv").write_text("url,text\n" + ',"一\n,二"x\n' * 40 + ',"三\n', "utf-8")
    assert "damaged" in reasons(tmp_path).values()


def test_parquet(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    import pyarrow

    table = pyarrow.table(
        {
            "id": list(range(50)),
            "url": [f"{URL}?{n}" for n in range(50)],
            "html": [f"{BODY}{n}" if n != 7 else None for n in range(50)],
            "crawled": [1704164645] * 50,
        }
    )
    parquet.write_table(table, tmp_path / "a.parquet", row_group_size=20)
    found = read_all(tmp_path)
    assert list(found) == [f"a.parquet: row {n}" for n in range(1, 51)]
    assert found["a.parquet: row 8"] == "no-body"
    page = found["a.parquet: row 42"]
    assert isinstance(page, RawPage)
    assert (page.url, page.body.decode()) == (f"{URL}?41", f"{BODY}41")
    assert page.provenance.fetched == "2024-01-02T03:04:05Z"
    data = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(data[:200] + bytes(400) + data[600:])
    assert "damaged" in reasons(tmp_path).values()


# State


def test_an_archive_that_did_not_change_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.warc.gz").write_bytes(packed(archive(http(PAGE), http(b"\x89PNG", "image/png"))))
    (tmp_path / "images.warc").write_bytes(record(http(b"\x89PNG", "image/png")))
    for file in tmp_path.iterdir():
        os.utime(file, (time.time() - 60, time.time() - 60))
    scanning = sys.modules["pipeline.read.scan"]
    monkeypatch.setattr(scanning, "_RACY_NANOSECONDS", 0)
    first = read.scan(tmp_path, read.Scan(), How(), lambda _: None)
    monkeypatch.setattr(scanning, "open_archive", None)
    assert read.scan(tmp_path, first, How(), lambda _: None) == first
    assert first.others == {"image record": 2, "warcinfo record": 1}


def test_a_page_of_an_archive_that_changed_meanwhile(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(lines({"html": BODY}, {"html": BODY * 2}))
    pages = read.scan(tmp_path, read.Scan(), How(), lambda _: None).pages
    file.write_bytes(lines({"html": BODY + " "}, {"html": BODY * 2}))
    with pytest.raises(PageError) as error:
        read.read_page(tmp_path, pages[0], How())
    assert error.value.reason == "changed-while-read"
    file.write_bytes(b"")
    with pytest.raises(PageError) as error:
        read.read_page(tmp_path, pages[1], How())
    assert error.value.reason == "unreadable"
