"""`clean-corpus import`: copies in raw/ that lose neither bytes nor where they came from."""

import json
from pathlib import Path

from pipeline.records import RawPage
from tests.conftest import Cli
from tests.reading import BODY, URL, lines, read_all

FEED = lines({"url": URL, "html": BODY})


def test_what_is_imported_is_read_as_it_was_found(cli: Cli, tmp_path: Path) -> None:
    source, raw = tmp_path / "source", tmp_path / "raw"
    host = source / "2024-01-02" / "www.a.gov.example"
    host.mkdir(parents=True)
    (host / "1.html").write_text(BODY, "utf-8")
    (host / "2.html").write_text(BODY, "utf-8")  # the same bytes from another address
    (host / "2.html.meta.json").write_text(json.dumps({"link": URL}), "utf-8")
    (host / "style.css").touch()
    (source / "feed_20240102.jsonl").write_bytes(FEED)
    done = cli("import", source, "--raw", raw)
    assert done.returncode == 0, done.stderr
    assert "copied: 3, there before: 0, passed over: 1" in done.stderr
    before = {file: file.stat().st_mtime_ns for file in raw.rglob("*")}
    assert len([file for file in before if file.name.endswith(".meta.json")]) == 3
    found = [(page.url, page.provenance.fetched, page.body) for page in pages(raw)]
    assert sorted(found) == sorted(
        (page.url, page.provenance.fetched, page.body) for page in pages(source)
    )
    assert {url for url, _, _ in found} == {URL, "http://www.a.gov.example/1.html"}
    assert {fetched for _, fetched, _ in found} == {"2024-01-02"}
    assert (
        "copied: 0, there before: 1"
        in cli("import", source / "feed_20240102.jsonl", "--raw", raw).stderr
    )
    assert before == {file: file.stat().st_mtime_ns for file in raw.rglob("*")}


def pages(folder: Path) -> list[RawPage]:
    return [page for page in read_all(folder).values() if isinstance(page, RawPage)]


def test_what_cannot_be_imported(cli: Cli, tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for source, said in ((tmp_path / "none", "is not there"), (tmp_path, "lies in")):
        done = cli("import", source, "--raw", raw)
        assert done.returncode == 2
        assert said in done.stderr
    (tmp_path / "link.html").symlink_to(tmp_path / "1.html")
    (tmp_path / "1.html").write_text(BODY, "utf-8")
    assert "passed over: 1" in cli("import", tmp_path / "link.html", "--raw", raw).stderr
    assert list(raw.iterdir()) == []
