"""What a terminal shows: lines that fit, no colours where none are wanted, JSON, completion."""

import json
import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete
from click.testing import CliRunner
from rich.cells import cell_len

import pipeline
from pipeline.__main__ import cli
from pipeline.commands import terminal
from pipeline.dedup import find_matches, only_in
from pipeline.explain import changed, dropped, said
from pipeline.rules import load_rules
from tests.conftest import ROOT

RAW = ROOT / "raw"
NUMBERS: dict[str, Any] = {
    "pages": 12,
    "articles": 5,
    "duplicates": 1,
    "not_articles": 2,
    "aside": 7,
    "tables": 3,
    "doubtful_cells": 4,
    "disagreements": 1,
    "aside_messages": [
        {"raw": f"{n}.html", "message": f"x\n{n}{'-' * 80}.html: empty"} for n in range(7)
    ],
    "aside_by_reason": {"empty": 7},
    "not_articles_by_reason": {"article.list-page": 2},
    "other_files": {".css": 2, "(hidden)": 1},
}


def screen(monkeypatch: pytest.MonkeyPatch, *, wide: int = 80, real: bool = True) -> StringIO:
    """Put a screen that many columns wide where both consoles write."""
    file = StringIO()
    console = terminal._Console(
        file=file, force_terminal=real, width=wide, highlight=False, soft_wrap=True
    )
    monkeypatch.setattr(terminal, "data", console)
    monkeypatch.setattr(terminal, "talk", console)
    return file


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", text)


def story() -> None:
    rules = load_rules().reasons
    page = pipeline.clean((RAW / "wenku.example.com" / "fanwen" / "4206.txt").read_bytes())
    plan = RAW / "fgw.zhejiang.gov.example" / "fzgh" / "202108" / "t20210812_3764120.html"
    for one in (page, pipeline.clean(plan.read_bytes())):
        parts = {"said": said(one, rules), "taken out": dropped(one, rules)}
        terminal.story(one, [("url", "http://a.example/" + "x" * 90)], parts)
        terminal.story(one, [], {"changed": changed(one, rules)})


def comparison() -> None:
    names = (
        "news.cnningbo.example/system/2023/01/10/030421877.html",
        "epaper.ycrb.example/ycrb/html/2023-01/07/content_1204531.htm",
    )
    texts = {name: pipeline.clean((RAW / name).read_bytes()).text for name in names}
    (match,) = find_matches(texts)
    a, b = (texts[name] for name in (match.a, match.b))
    terminal.comparison(match, (match.a, match.b), only_in(a, b), only_in(b, a))


def status() -> None:
    terminal.summary(NUMBERS, "/data/corpus", "The last run:")


@pytest.mark.parametrize("show", [story, comparison, status], ids=lambda show: show.__name__)
def test_80_columns_are_enough(monkeypatch: pytest.MonkeyPatch, show: Callable[[], None]) -> None:
    on_screen = screen(monkeypatch)
    show()
    told = plain(on_screen.getvalue())
    in_pipe = screen(monkeypatch, real=False)
    show()
    assert max(map(cell_len, told.splitlines())) <= 80
    assert max(map(cell_len, in_pipe.getvalue().splitlines())) > 80
    assert "".join(told.split()) == "".join(in_pipe.getvalue().split())
    # What is continued stands as far in as what it continues.
    assert all(line.startswith((" ", line[:1])) for line in told.splitlines())


def test_no_color_means_none(monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = screen(monkeypatch)
    comparison()
    assert re.search(r"\x1b\[\d*;?3[1-6]m", coloured.getvalue())
    monkeypatch.setenv("NO_COLOR", "1")
    bare = screen(monkeypatch)
    comparison()
    assert not re.search(r"\x1b\[(?:\d+;)*[349]\d", bare.getvalue())
    assert "\n  - " in plain(bare.getvalue())  # signs tell what colours told


def test_a_run_ends_with_three_things_worth_knowing(monkeypatch: pytest.MonkeyPatch) -> None:
    file = screen(monkeypatch, wide=120, real=False)
    status()
    told = file.getvalue()
    assert re.findall(r"^  (\d)\. ([a-z ]+):", told, re.MULTILINE) == [
        ("1", "set aside"),
        ("2", "figures that differ between copies"),
        ("3", "cells that can be read otherwise"),
    ]
    assert told.count(".html: empty") == 5
    assert "and 2 more: `clean-corpus retry --list`" in told
    assert "passed over   no pages: 2 .css, 1 (hidden)" in told
    assert told.endswith("report: /data/corpus/report/index.html\n")
    calm = {**NUMBERS, "aside": 0, "disagreements": 0, "doubtful_cells": 0, "not_articles": 0}
    file = screen(monkeypatch, real=False)
    terminal.summary(calm, "c", "Done:")
    assert "Worth knowing" not in file.getvalue()


def test_emoji_codes_of_pages_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    file = screen(monkeypatch)
    terminal._put(terminal.data, "时间:car:[x]".replace("[", r"\["))
    assert "时间:car:[x]" in file.getvalue()


def call(*words: object) -> Any:
    """Return the JSON that a command prints on standard output."""
    done = CliRunner().invoke(cli, [*map(str, words), "--json"], catch_exceptions=False)
    assert done.exit_code == 0
    return json.loads(done.stdout)


def test_machines_get_json(example: Path, tmp_path: Path) -> None:
    page = RAW / "fgw.zhejiang.gov.example" / "fzgh" / "202108" / "t20210812_3764120.html"
    assert call("verify", "--cleaned", example)["damaged"] == []
    tables = call("tables", page, "--out", tmp_path / "tables")["tables"]
    assert [Path(table["file"]).exists() for table in tables] == [True] * len(tables) != []
    assert {len(table["doubts"]) == len(table["told_doubts"]) for table in tables} == {True}
    text = tmp_path / "text.txt"
    text.write_text("增长5.5%,完成率达98%.\n", "utf-8")
    found = call("normalize", text)
    assert found["text"] == "增长5.5%，完成率达98%。"
    assert found["changes"][0]["edits"][0]["rules"] == ["spelling.marks"]
    assert call("normalize", "--rules")[0].keys() == {"id", "reason"}
    (source,) = call("import", text, "--raw", tmp_path / "raw")
    assert (source["copied"], source["failed"]) == (1, [])
    site = call("learn", "www.lincheng.gov.example", "--raw", RAW, "--out", tmp_path / "rules.toml")
    assert site["toml"] == (tmp_path / "rules.toml").read_text("utf-8")
    assert call("compare", page, page)["relation"] == "same"
    raw = f"raw/{page.relative_to(RAW)}"
    assert call("explain", raw, "--cleaned", example)["title"]
    assert len(call("history", raw, "--cleaned", example)["versions"]) == 1
    assert call("retry", "--list", "--cleaned", example)[0]["reason"]


def test_every_command_that_tells_something_has_json() -> None:
    talking = {name for name, one in cli.commands.items() if name not in ("watch", "schedule")}
    with_json = {
        name for name, one in cli.commands.items() if "as_json" in {p.name for p in one.params}
    }
    assert with_json == talking


def completed(shell: type[ShellComplete], words: list[str], begun: str) -> list[str]:
    complete = shell(cli, {}, "clean-corpus", "_CLEAN_CORPUS_COMPLETE")
    return [item.value for item in complete.get_completions(words, begun)]


@pytest.mark.parametrize(("shell", "word"), [("zsh", "compdef"), ("fish", "complete --no-files")])
def test_a_shell_is_told_how_to_complete(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shell: str, word: str
) -> None:
    monkeypatch.setenv("_CLEAN_CORPUS_COMPLETE", f"{shell}_source")
    with pytest.raises(SystemExit):
        cli.main([], prog_name="clean-corpus", standalone_mode=False)
    assert word in capsys.readouterr().out


def test_shells_complete(example: Path) -> None:
    assert completed(BashComplete, [], "ex") == ["explain"]
    assert completed(ZshComplete, ["run"], "--al") == ["--allow-mass-delete"]
    assert completed(FishComplete, ["run", "--engine"], "lo") == ["local"]
    pages = completed(BashComplete, ["explain", "--cleaned", str(example)], "raw/wenku")
    assert pages == ["raw/wenku.example.com/fanwen/4206.txt"]
    assert completed(BashComplete, ["history", "--cleaned", "nowhere"], "") == []
    commands = (ROOT / "docs" / "commands.md").read_text("utf-8")
    for name in ("bash", "zsh", "fish"):
        assert f"_CLEAN_CORPUS_COMPLETE={name}_source clean-corpus" in commands
