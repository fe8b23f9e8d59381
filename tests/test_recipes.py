"""Every recipe of docs/recipes.md is run with the tool it is for, and prints what it says it does.

So do the examples of docs/outputs.md.

DuckDB, polars and frictionless are in .venv-check, which `make test` makes; the others, which need
more room, in .venv-consumers, which .ci/run makes. Where they are absent their recipes are skipped.
"""

import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from tests.conftest import ROOT, Cli

RECIPES = (ROOT / "docs" / "recipes.md").read_text("utf-8")
OUTPUTS = (ROOT / "docs" / "outputs.md").read_text("utf-8")
ARTICLES = OUTPUTS.split("\n## ledger.csv")[0]
CHECK, CONSUMERS = ROOT / ".venv-check" / "bin", ROOT / ".venv-consumers" / "bin"
LIGHT = {"duckdb", "polars"}


def recipes() -> list[Any]:
    """Return each block of code: language, lines, and what it prints ("" where not told)."""
    found = []
    for section in [*RECIPES.split("\n## ")[1:], *ARTICLES.split("\n## ")[1:]]:
        title = section.splitlines()[0]
        blocks = re.findall(
            r"```(python|sql|sh)\n(.*?)```(?:\n\n```text\n(.*?)```)?", section, re.DOTALL
        )
        found += [
            pytest.param(*block, id=f"{title} {number}", marks=_marks(*block[:2]))
            for number, block in enumerate(blocks, 1)
        ]
    return found


def _marks(language: str, code: str) -> list[pytest.MarkDecorator]:
    heavy = language == "python" and not re.search(rf"^import ({'|'.join(LIGHT)})$", code, re.M)
    return [pytest.mark.consumers] if heavy else []


@pytest.fixture(scope="module")
def corpus(cli: Cli, example: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with cleaned/ in it, the example corpus in every format."""
    folder = tmp_path_factory.mktemp("recipes")
    shutil.copytree(example, folder / "cleaned", symlinks=True)
    settings = re.findall(r"```toml\n(.*?)```", RECIPES, re.DOTALL)[0]
    (folder / "config.toml").write_text(settings, "utf-8")
    arguments = ("--cleaned", folder / "cleaned", "--config", folder / "config.toml")
    done = cli("run", "--raw", ROOT / "raw", *arguments)
    assert done.returncode == 0, done.stderr
    return folder


class Server(BaseHTTPRequestHandler):
    """What Elasticsearch and OpenSearch document of an index and of _bulk, and no more."""

    mapping: ClassVar[dict[str, Any]] = {}
    documents: ClassVar[dict[str, Any]] = {}

    def do_PUT(self) -> None:
        assert self.headers["Content-Type"] == "application/json"
        type(self).mapping = json.loads(self._body())["mappings"]["properties"]
        self._answer({"acknowledged": True})

    def do_POST(self) -> None:
        assert self.path.startswith("/articles/_bulk")
        assert self.headers["Content-Type"] == "application/x-ndjson"
        body = self._body()
        assert body.endswith(b"\n")
        lines = body.split(b"\n")[:-1]
        for action, source in zip(lines[::2], lines[1::2], strict=True):
            document = json.loads(source)
            assert set(document) == set(self.mapping)
            self.documents[json.loads(action)["index"]["_id"]] = document
        self._answer({"errors": False})

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _answer(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def search() -> Iterator[str]:
    """Return the address of a server that takes bulk requests."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def run(folder: Path, *command: str, **more: str) -> str:
    environment = {**os.environ, "PATH": f"{CHECK}:{os.environ['PATH']}", **more}
    environment |= {"HF_HOME": str(folder / "hf"), "HF_HUB_OFFLINE": "1", "PYTHONPATH": ""}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, check=False, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("utf-8")


def of_python(folder: Path, code: str) -> str:
    light = re.search(rf"^import ({'|'.join(LIGHT)})$", code, re.MULTILINE)
    python = (CHECK if light else CONSUMERS) / "python"
    if not python.exists():
        name = python.parent.parent.name
        pytest.skip(f"{name} is not here; `make {name}/.done` makes it")
    return run(folder, str(python), "-c", code)


def of_sql(folder: Path, code: str) -> str:
    found = sqlite3.connect(folder / "cleaned" / "articles.sqlite").execute(code)
    return "".join("|".join(map(str, row)).replace("\n", " ") + "\n" for row in found)


@pytest.mark.parametrize(("language", "code", "told"), recipes())
def test_a_recipe(corpus: Path, search: str, language: str, code: str, told: str) -> None:
    if language == "sh":
        missing = [name for name in ("curl", "frictionless") if f"{name} " in code]
        missing = [
            name for name in missing if not (CHECK / name).exists() and not shutil.which(name)
        ]
        if missing:
            pytest.skip(f"{missing[0]} is not here")
        printed = run(corpus, "bash", "-euo", "pipefail", "-c", code, SEARCH=search)
    else:
        printed = of_python(corpus, code) if language == "python" else of_sql(corpus, code)
    assert not told or printed == told
    if "_bulk" in code:
        lines = (corpus / "cleaned" / "articles.jsonl").read_bytes().splitlines()
        assert list(Server.documents.values()) == [json.loads(line) for line in lines]


def test_every_tool_has_a_recipe() -> None:
    assert len(recipes()) >= 12
    for tool in ("datasets", "duckdb", "polars", "pandas", "langchain", "llama_index"):
        assert f"import {tool}" in RECIPES or f"from {tool}" in RECIPES
