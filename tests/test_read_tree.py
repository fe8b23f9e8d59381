"""Files of a tree: which are pages, where each came from, and when."""

import json
import os
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from pipeline import read
from pipeline.read import origin
from pipeline.read.times import in_path, moment
from pipeline.reading import How, Reading
from pipeline.records import RawPage
from tests.reading import BODY, URL, others, read_all, reasons


def put(raw: Path, *names: str, body: str = BODY) -> None:
    for name in names:
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (raw / name).write_text(body, "utf-8")


def one(raw: Path) -> RawPage:
    (page,) = read_all(raw).values()
    assert isinstance(page, RawPage)
    return page


@pytest.mark.parametrize(
    ("path", "url", "fetched"),
    [
        ("www.a.gov.cn/zwgk/t20240102_1.html", "http://www.a.gov.cn/zwgk/t20240102_1.html", ""),
        ("https/www.a.gov.cn/1.html", "https://www.a.gov.cn/1.html", ""),
        ("site/2024-01-02/www.a.gov.cn/index.html", "http://www.a.gov.cn/", "2024-01-02"),
        ("www.a.gov.cn:8080/b/", "http://www.a.gov.cn:8080/b/", ""),
        ("www.a.gov.cn+8080/1.htm", "http://www.a.gov.cn:8080/1.htm", ""),
        ("www.a.gov.cn/list.php?id=3", "http://www.a.gov.cn/list.php?id=3", ""),
        ("www.a.gov.cn/list.php?id=3.html", "http://www.a.gov.cn/list.php?id=3", ""),
        ("www.a.gov.cn/list.php@id=3.html", "http://www.a.gov.cn/list.php?id=3", ""),
        ("www.a.gov.cn/show.aspx.html", "http://www.a.gov.cn/show.aspx", ""),
        ("www.a.gov.cn/公告.html", "http://www.a.gov.cn/%E5%85%AC%E5%91%8A.html", ""),
        ("www.a.gov.cn/%E5%85%AC.html", "http://www.a.gov.cn/%E5%85%AC.html", ""),
        ("10.0.0.1/1.html", "http://10.0.0.1/1.html", ""),
        ("2021.03/1.html", "", ""),
        ("20240102T030405/1.html", "", "2024-01-02T03:04:05"),
        ("pages/20240102.html", "", ""),
        ("1.html", "", ""),
    ],
)
def test_what_a_path_tells(path: str, url: str, fetched: str) -> None:
    assert origin.of_path(path) == (url, fetched)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-01-02T11:04:05.123+08:00", "2024-01-02T03:04:05Z"),
        ("2024-01-02 03:04:05", "2024-01-02T03:04:05"),
        ("2024/1/2", "2024-01-02"),
        ("20240102030405", "2024-01-02T03:04:05"),
        (1704164645, "2024-01-02T03:04:05Z"),
        (1704164645.9, "2024-01-02T03:04:05Z"),
        (1704164645123, "2024-01-02T03:04:05Z"),
        ("1704164645", "2024-01-02T03:04:05Z"),
        ("Tue, 02 Jan 2024 03:04:05 GMT", "2024-01-02T03:04:05Z"),
        ("Tue Jan 02 2024 11:04:05 GMT+0800 (CST)", "2024-01-02T03:04:05Z"),
        *(("", ""), ("soon", ""), ("2024-13-40", ""), ("1024-01-02", ""), ("9" * 5000, "")),
        *((7, ""), (-1, ""), (None, ""), (True, ""), ([], ""), ({}, "")),
        *((float("nan"), ""), (float("inf"), "")),
    ],
)
def test_a_time_in_one_form(value: Any, expected: str) -> None:
    assert moment(value) == expected


def test_the_time_in_the_name_of_a_feed() -> None:
    assert in_path("news_2024-01-02T03-04-05+00-00.jl") == "2024-01-02T03:04:05Z"
    assert in_path("CC-20240102030405-00001.warc.gz") == "2024-01-02T03:04:05"
    assert in_path("part-00001-of-20000001.jsonl") == ""


def test_what_single_file_and_browsers_write(tmp_path: Path) -> None:
    head = f"<!DOCTYPE html> <html><!--\n Page saved with SingleFile \n url: {URL} \n saved date: "
    put(tmp_path, "a.html", body=f"{head}Tue Jan 02 2024 11:04:05 GMT+0800 (CST)\n-->{BODY}")
    page = one(tmp_path)
    assert (page.url, page.provenance.fetched) == (URL, "2024-01-02T03:04:05Z")
    put(tmp_path, "a.html", body=f"<!-- saved from url=(0044){URL} -->\n{BODY}")
    assert one(tmp_path).url == URL
    put(tmp_path, "a.html", body=f"<!-- saved from url=(0014)about:internet -->\n{BODY}")
    assert one(tmp_path).url == ""


def test_folders_saved_with_a_page_hold_no_pages(tmp_path: Path) -> None:
    put(
        tmp_path,
        "通知.html",
        "通知_files/frame.html",
        "公告.htm",
        "公告.files/f.htm",
        "x_files/1.html",
    )
    assert set(reasons(tmp_path)) == {"通知.html", "公告.htm", "x_files/1.html"}
    assert others(tmp_path) == {"(saved with a page)": 2}


@pytest.mark.parametrize("name", ["a.html.meta.json", "a.meta.json"])
def test_a_note_beside_a_page_is_believed_first(tmp_path: Path, name: str) -> None:
    put(tmp_path, "2020-01-01/www.a.gov.cn/a.html")
    note = tmp_path / "2020-01-01" / "www.a.gov.cn" / name
    note.write_text(json.dumps({"URL": URL, "crawled_at": 1704164645, "depth": 3}), "utf-8")
    page = one(tmp_path)
    assert (page.url, page.provenance.fetched) == (URL, "2024-01-02T03:04:05Z")
    assert others(tmp_path) == {}
    for wrong in ('{"url": ', '["x"]', '{"url": "javascript:1", "date": {}}', "[" * 100_000):
        note.write_text(wrong, "utf-8")
        assert one(tmp_path).url == "http://www.a.gov.cn/a.html"


def test_a_note_of_no_page_is_counted(tmp_path: Path) -> None:
    (tmp_path / "gone.html.meta.json").write_text("{}", "utf-8")
    assert others(tmp_path) == {".meta.json of no file": 1}


def test_a_changed_note_changes_the_page(tmp_path: Path) -> None:
    put(tmp_path, "a.html")
    old = time.time() - 60
    os.utime(tmp_path / "a.html", (old, old))
    (tmp_path / "a.meta.json").write_text(json.dumps({"url": URL}), "utf-8")
    first = read.scan(tmp_path, read.Scan(), How(), lambda _: None)
    (tmp_path / "a.meta.json").write_text(json.dumps({"url": URL + "?2"}), "utf-8")
    second = read.scan(tmp_path, first, How(), lambda _: None)
    assert first.pages[0].name != second.pages[0].name
    assert first.pages[0].sha256 == second.pages[0].sha256


def test_pipes_sockets_and_devices_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.html")
    os.mkfifo(tmp_path / "pipe.warc.gz")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(tmp_path / "s.html"))
        put(tmp_path, "a.html")
        assert reasons(tmp_path) == {"a.html": ""}
    assert others(tmp_path) == {"(pipe or device)": 3}


def links(tmp_path: Path) -> Path:
    raw = tmp_path / "raw"
    put(raw, "a/1.html")
    put(tmp_path, "outside/2.html")
    (raw / "out").symlink_to(tmp_path / "outside")
    (raw / "out.html").symlink_to(tmp_path / "outside" / "2.html")
    (raw / "broken.html").symlink_to("nowhere")
    (raw / "self.html").symlink_to("self.html")
    (raw / "a" / "up").symlink_to(raw)
    (raw / "in.html").symlink_to("a/1.html")
    (raw / "b").symlink_to("a")
    return raw


def test_links_are_not_followed_unless_told(tmp_path: Path) -> None:
    raw = links(tmp_path)
    assert set(reasons(raw)) == {"a/1.html"}
    assert others(raw) == {"(link)": 7}


def test_links_that_are_followed_stay_inside_and_make_no_circle(tmp_path: Path) -> None:
    raw = links(tmp_path)
    how = How(Reading(follow_symlinks=True))
    assert set(reasons(raw, how)) == {"a/1.html", "b/1.html", "in.html"}
    assert others(raw, how) == {"(link)": 6}
    (raw / "a" / "other").symlink_to(raw / "c")
    (raw / "c").mkdir()
    (raw / "c" / "other").symlink_to(raw / "a")
    assert "c/other/1.html" in reasons(raw, how)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read anything")
def test_what_may_not_be_read_is_set_aside(tmp_path: Path) -> None:
    put(tmp_path, "a.html", "b/1.html", "c.jsonl")
    for name in ("a.html", "b", "c.jsonl"):
        (tmp_path / name).chmod(0)
    assert reasons(tmp_path) == dict.fromkeys(("a.html", "b/", "c.jsonl"), "unreadable")
    for name in ("a.html", "b", "c.jsonl"):
        (tmp_path / name).chmod(0o700)


def test_what_cannot_be_read_is_set_aside_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.html", "b.html", "c.jsonl")
    opened = Path.open

    def refusing(path: Path, *arguments: Any) -> Any:
        if path.name != "b.html":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refusing)
        scan = read.scan(tmp_path, read.Scan(), How(), lambda _: None)
    assert {page.file: page.reason for page in scan.pages} == {
        "a.html": "unreadable",
        "b.html": "",
        "c.jsonl": "unreadable",
    }
    again = read.scan(tmp_path, scan, How(), lambda _: None).pages
    assert {page.file: page.reason for page in again}["a.html"] == ""


def test_names_of_any_bytes(tmp_path: Path) -> None:
    names = [b"\xff\xfe.html", b"a\nb\tc.html", b"n" * 250 + b".html", b"50%.html"]
    names += ["é.html".encode(), "e\u0301.html".encode(), b"A.html", b"a.html"]
    for name in names:
        Path(os.fsdecode(bytes(tmp_path) + b"/" + name)).write_text(BODY, "utf-8")
    found = read_all(tmp_path)
    assert len(found) == len(names)
    assert {"%FF%FE.html", "a%0Ab%09c.html", "50%25.html"} < set(found)
    assert all(isinstance(page, RawPage) for page in found.values())
    assert all(name.isprintable() for name in found)


def test_pages_of_servers_and_names_with_what_was_asked(tmp_path: Path) -> None:
    put(tmp_path, "a.PHP", "b.aspx", "index.html?id=3", "list.jsp?p=1.2", "c.css", "d.js?v=1.html")
    assert set(reasons(tmp_path)) >= {"a.PHP", "b.aspx", "index.html?id=3", "list.jsp?p=1.2"}
    assert others(tmp_path)[".css"] == 1


def test_a_large_file_is_not_read_whole(tmp_path: Path) -> None:
    put(tmp_path, "a.txt", body="国" * 1000)
    assert reasons(tmp_path, How(max_page_bytes=999)) == {"a.txt": "too-big"}
