"""What the README shows is what happens: its commands, its example page, its table of files."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.__main__ import cli as commands
from tests.conftest import ROOT, Cli

README = (ROOT / "README.md").read_text("utf-8")
PAGE = ROOT / "raw" / "wenku.example.com" / "fanwen" / "4206.txt"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def shown(block: str) -> list[str]:
    """Return the lines of a block, up to where the README leaves something out."""
    return [line.split("…")[0].rstrip() for line in block.splitlines() if line.strip("… ")]


def test_the_page_before_and_after() -> None:
    before, after = blocks("text")[:2]
    raw = [line.strip() for line in PAGE.read_text("utf-8").splitlines()]
    assert [line for line in shown(before) if not any(r.startswith(line) for r in raw)] == []
    import pipeline

    text = pipeline.clean(PAGE.read_bytes()).text.splitlines()
    for line, published in zip(shown(after), text, strict=False):
        assert published.startswith(line)


def test_what_explain_says(cli: Cli, example: Path) -> None:
    told = cli("explain", f"raw/{PAGE.relative_to(ROOT / 'raw')}", "--cleaned", example).stdout
    lines = {line.strip() for line in told.splitlines()}
    assert [line for line in shown(blocks("text")[2]) if line.strip() not in lines] == []


@pytest.mark.parametrize("command", re.findall(r"\| `clean-corpus (\w+)", README))
def test_each_command_is_there(command: str) -> None:
    assert CliRunner().invoke(commands, [command, "--help"]).exit_code == 0


def test_each_make_target_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"make ([a-z-]+)", "\n".join(blocks("sh"))))
    assert targets == {"clean-corpus", "test"}
    assert all(f"\n{target}: " in makefile for target in targets)


def test_each_published_file_is_there(example: Path) -> None:
    table = README.split("## What you get")[1].split("##")[0]
    cells = re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
    names = re.findall(r"`([a-z/]+(?:\.\w+)?)`", "\n".join(cells))
    assert len(names) >= 8
    for name in names:
        place = example / name if name != "doubts.csv" else example / "tables" / name
        assert place.exists(), name


def test_the_python_example(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(PAGE.read_bytes())
    done = subprocess.run(
        [sys.executable, "-c", blocks("python")[0]],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    assert "今年怎么干" in done.stdout.decode("utf-8")


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_rule_that_shows_how_to_add_one_holds(cli: Cli, tmp_path: Path) -> None:
    adding = (ROOT / "docs" / "adding.md").read_text("utf-8")
    settings, rule = re.findall(r"```toml\n(.*?)```", adding, re.DOTALL)
    (tmp_path / "my-rules").mkdir()
    (tmp_path / "my-rules" / "chrome.toml").write_text(rule, "utf-8")
    (tmp_path / "config.toml").write_text(settings, "utf-8")
    done = cli("check", "--config", tmp_path / "config.toml")
    assert done.returncode == 0, done.stderr


def test_the_rows_shown_of_each_file_are_in_it(example: Path) -> None:
    outputs = (ROOT / "docs" / "outputs.md").read_text("utf-8")
    parts = re.findall(r"```(?:csv|json)\n(.*?)```", outputs, re.DOTALL)
    lines = [line.split("…")[0] for part in parts for line in part.splitlines()]
    files = [*example.glob("*.csv"), *example.glob("*.jsonl"), *example.rglob("tables/**/*.*")]
    published = "\n".join(file.read_text("utf-8") for file in files if file.is_file())
    assert len(lines) >= 12
    # How sure a reading is may change with every rule; that there is such a row does not.
    sure = re.compile(r",[01]\.\d{3},")
    published = sure.sub(",#,", published)
    assert [line for line in lines if sure.sub(",#,", line) not in published] == []
