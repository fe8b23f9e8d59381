"""examples/: each folder is cleaned by the command and the settings that its README shows."""

import csv
import re
import shlex
from pathlib import Path

import pytest

from tests.conftest import ROOT, Cli

README = (ROOT / "examples" / "README.md").read_text("utf-8")
EXAMPLES = {
    name: section
    for section in README.split("\n## ")[1:]
    for name in re.findall(r"--raw examples/(\w+)/raw", section)
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example(cli: Cli, tmp_path: Path, name: str) -> None:
    section = EXAMPLES[name]
    (settings,) = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)
    assert settings == (ROOT / "examples" / name / "config.toml").read_text("utf-8")
    (command,) = re.findall(r"```sh\nclean-corpus (.*?)\n```", section)
    done = cli(*shlex.split(command.replace(f"cleaned-{name}", str(tmp_path))))
    assert done.returncode == 0, done.stderr
    with (tmp_path / "ledger.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            (": ".join(filter(None, (row["raw"], row["member"]))), row["status"], row["reason"])
            for row in csv.DictReader(file)
        ]
    told = re.findall(r"^\| `(.*?)` \| (\S+) \| ?(\S*) ?\|$", section, re.MULTILINE)
    assert rows == told
    texts = "".join(file.read_text("utf-8") for file in (tmp_path / "text").glob("*/*.txt"))
    assert {
        "scrapy": "今年先更新26台" in texts,
        "wget": texts.startswith("---\nid: ") and "客户端" not in texts,
        "warc": (tmp_path / "articles.sqlite").exists() and not texts,
    }[name]


def test_each_crawl_is_an_example() -> None:
    assert set(EXAMPLES) == {
        folder.name for folder in (ROOT / "examples").iterdir() if folder.is_dir()
    }
