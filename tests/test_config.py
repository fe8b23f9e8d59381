"""Settings: every key is known and explained, every mistake is named with its mend."""

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pipeline.config import Config, read_config
from pipeline.errors import ConfigError

ROOT = Path(__file__).parent.parent


def _keys(table: dict[str, Any], prefix: str = "") -> set[str]:
    """Return the dotted name of every key."""
    return {
        name
        for key, value in table.items()
        for name in (
            _keys(value, f"{key}.") if value and isinstance(value, dict) else {prefix + key}
        )
    }


def test_the_committed_file_holds_every_key_at_its_default() -> None:
    table = tomllib.loads((ROOT / "config.toml").read_text("utf-8"))
    assert msgspec.convert(table, Config) == Config()
    assert _keys(table) == _keys(msgspec.to_builtins(Config()))


def test_every_key_has_a_comment_above_it() -> None:
    lines = (ROOT / "config.toml").read_text("utf-8").splitlines()
    keys = [i for i, line in enumerate(lines) if " = " in line and not line.startswith("#")]
    assert keys
    assert all(lines[i - 1].startswith("#") for i in keys)


def test_every_key_is_documented_with_its_default() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    found = {}
    for section in text.split("\n## "):
        prefix = re.match(r"\[(\w+)\]\n", section)
        rows = re.findall(
            r"^\| `(\w+)` \| `(.*?)` \| (?:.+?) \| (?:.+?) \|$", section, re.MULTILINE
        )
        for key, default in rows:
            found[f"{prefix[1]}.{key}" if prefix else key] = tomllib.loads(f"x = {default}")["x"]
    assert set(found) == _keys(msgspec.to_builtins(Config()))
    table: dict[str, Any] = {}
    for key, default in found.items():
        *above, name = key.split(".")
        (table.setdefault(above[0], {}) if above else table)[name] = default
    assert msgspec.convert(table, Config) == Config()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("parsr = 'lexbor'", "parsr: is not a setting. Use one of: parser"),
        ("[run]\nworker = 2", "run.worker: is not a setting. Use one of: workers"),
        ("[run]\nworkers = -1", "run.workers: "),
        ("[run]\nworkers = 'two'", "run.workers: "),
        ("[run]\npage_timeout = nan", "run.page_timeout: "),
        ("[limits]\nmax_aside_share = 2.0", "limits.max_aside_share: "),
        ("[dedup]\nprefer = ['gov.cn']", "dedup.prefer: is not a setting. Use one of: preferred_"),
        ("[dedup]\npreferred_hosts = 'gov.cn'", "dedup.preferred_hosts: "),
        ("[dedup]\npreferred_hosts = ['https://www.gov.cn/']", "dedup.preferred_hosts"),
        ("[dedup]\npreferred_hosts = ['www.Gov.cn']", "dedup.preferred_hosts"),
        (
            "[engine]\nname = 'abacus'",
            'engine.name: \'abacus\' is no choice. Use one of: "local", "spark"',
        ),
        ("[engine]\nmaster = 'localhost:7077'", "engine.master: "),
        ("[engine]\nmaster = ''", "engine.master: "),
        ("[engine.conf]\n'executor.memory' = '8g'", "engine.conf"),
        ("[engine.conf]\n'spark.executor.cores' = 4", "engine.conf"),
        ("[normalize]\ngaps = 'spaces'", "normalize.gaps: 'spaces' is no choice. Use one of: "),
        ("[normalize]\nscript = 1", 'one of: "simplified", "traditional", "keep"'),
        ("[normalize]\nquotes = '\"\"'", 'normalize.quotes: \'""\' is no choice. Use one of: "“”"'),
        ("[normalize]\nvocabulary = []", "normalize.vocabulary: [] is no choice. Use one of: "),
        ("[normalize]\ncell = 'verbatim'", "normalize.cell: is not a setting. Use one of: cells"),
        ("[outputs]\narticles = ['csv']", "outputs.articles: 'csv' is no choice. Use one of: "),
        ("[outputs]\narticles = 'text'", "outputs.articles: "),
        ("run = 3", "run: "),
        ("x = [", "is not TOML"),
        ("[rules]\nfolder = 'nowhere'", "rules.folder: "),
    ],
)
def test_a_mistake_is_named_with_file_and_key(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(content, "utf-8")
    with pytest.raises(ConfigError) as error:
        read_config(file)
    assert str(file) in str(error.value)
    assert message in str(error.value)


def test_a_missing_file_is_an_error_only_when_it_was_named(tmp_path: Path) -> None:
    assert read_config(None) == Config()
    with pytest.raises(ConfigError, match="No such file"):
        read_config(tmp_path / "config.toml")


def test_the_rules_folder_is_found_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    file = tmp_path / "config.toml"
    file.write_text("[rules]\nfolder = 'mine'", "utf-8")
    assert Path(read_config(file).rules.folder) == tmp_path / "mine"
