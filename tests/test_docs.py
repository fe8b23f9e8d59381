"""docs/: the tutorial's commands do what it shows, links lead somewhere, the READMEs agree."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.__main__ import cli
from tests.conftest import ROOT

DOCS = sorted((ROOT / "docs").glob("*.md"))
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
ENGLISH, CHINESE = (ROOT / name for name in ("README.md", "README.zh-CN.md"))


@pytest.fixture
def place(example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder like the project's after `make clean-corpus`; it is where commands run."""
    shutil.copytree(ROOT / "raw", tmp_path / "raw")
    shutil.copytree(example, tmp_path / "cleaned", symlinks=True)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    shutil.copy(ROOT / "config.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def typed(line: str) -> str:
    """Return what one line of a shell prints; our own commands run in this process."""
    words = shlex.split(line)
    if words[0] == "clean-corpus":
        done = CliRunner().invoke(cli, words[1:], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output
    return subprocess.run(line, shell=True, check=True, capture_output=True, text=True).stdout


def test_the_tutorial(place: Path) -> None:
    parts = re.findall(r"```sh\n(.*?)```\n(?:\n```text\n(.*?)```)?", TUTORIAL, re.DOTALL)
    assert len(parts) == 9
    for commands, shown in parts:
        printed = " ".join("\n".join(map(typed, commands.splitlines())).split())
        at = 0
        for line in shown.splitlines():
            wanted = " ".join(line.split("…")[0].split())
            at = printed.find(wanted, at)
            assert at >= 0, f"{commands}: {line}\n{printed}"


@pytest.mark.parametrize("file", [ENGLISH, CHINESE, *DOCS], ids=lambda file: file.name)
def test_links_lead_somewhere(file: Path) -> None:
    text = re.sub(r"```.*?```", "", file.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        name, _, part = target.partition("#")
        if not name.startswith("http"):
            there = (file.parent / name) if name else file
            assert there.exists(), target
            if part:
                heads = re.findall(r"^#+ (.*)$", there.read_text("utf-8"), re.MULTILINE)
                slugs = {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}
                assert part in slugs, target


def test_the_index_names_every_document() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    assert [file.name for file in DOCS if file.name != "README.md" and file.name not in index] == []


def test_the_pictures_are_ours_alone() -> None:
    pictures = list((ROOT / "docs" / "pictures").iterdir())
    text = "".join(file.read_text("utf-8") for file in DOCS)
    for picture in pictures:
        assert picture.name in text
        drawn = picture.read_text("utf-8")
        assert "<title>" in drawn
        assert not re.search(r"(?:href|src)=|<script|url\(", drawn)


def commands(file: Path) -> tuple[list[str], list[str], list[str]]:
    """Return what a README has people type, the commands it lists, and the names of files."""
    text = file.read_text("utf-8")
    blocks = re.findall(r"```\w*\n.*?```", text, re.DOTALL)
    listed = re.findall(r"^\| `(clean-corpus .*?)` \|", text, re.MULTILINE)
    options = re.findall(r"`(--[\w-]+)", text)
    files = re.findall(r"^\| (`[^|]*`) \|", text.split("`checksums.sha256`")[0], re.MULTILINE)
    return blocks, listed + options, files


def test_both_readmes_hold_the_same_commands() -> None:
    assert commands(ENGLISH) == commands(CHINESE)
    assert ENGLISH.name in CHINESE.read_text("utf-8")
    assert CHINESE.name in ENGLISH.read_text("utf-8")
    links = [
        set(re.findall(r"\]\(([^)]+)\)", file.read_text("utf-8"))) for file in (ENGLISH, CHINESE)
    ]
    assert links[0] - {CHINESE.name} == links[1] - {ENGLISH.name}
