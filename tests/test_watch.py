"""Runs without a person: watched, scheduled, told of; and those who want to know are told."""

import http.server
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.commands.schedule import cron_line, units, watching_unit
from pipeline.errors import ConfigError
from tests.conftest import ROOT, Cli
from tests.test_run import ledger, page, raw, tree

__all__ = ["raw"]

PATIENCE = 120.0
AWKWARD = "a b%h $HOME \"quoted\" 'q' back\\slash ; & (汉)"


def until(happened: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def start(said: Path, *arguments: object) -> subprocess.Popen[bytes]:
    """Start `clean-corpus`; what it says goes to the file `said`."""
    words = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    env = {**os.environ, "NO_COLOR": "1"}
    # A shell starts what it puts in the background with Ctrl-C ignored, and so would be what this
    # process starts, were these tests run so.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with said.open("wb") as file:
            return subprocess.Popen(words, stderr=file, cwd=ROOT, env=env, process_group=0)
    finally:
        signal.signal(signal.SIGINT, before)


def descendants(pid: int) -> list[int]:
    """Return the processes that `pid` started, and those they did."""
    try:
        found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [one for child in map(int, found) for one in (child, *descendants(child))]


def runs(cleaned: Path) -> list[dict[str, object]]:
    file = cleaned / ".work" / "runs.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


in_proc = pytest.mark.skipif(not Path("/proc/1/task").exists(), reason="looks into /proc")


@in_proc
def test_watch_takes_what_arrives_survives_failures_and_ends_when_told(
    raw: Path, tmp_path: Path
) -> None:
    cleaned, rules, config = tmp_path / "cleaned", tmp_path / "rules", tmp_path / "config.toml"
    rules.mkdir()
    config.write_text("[rules]\nfolder = 'rules'\n", "utf-8")
    said = tmp_path / "said"
    options = ("--raw", raw, "--cleaned", cleaned, "--config", config, "--every", "1h")

    def heard(text: str, times: int = 1) -> Callable[[], bool]:
        return lambda: said.read_text("utf-8").count(text) >= times

    watch = start(said, "watch", *options)
    try:
        until(heard("Next run in 3600 s"), "the first run does not end")
        assert set(ledger(cleaned)) == {"a/1.html", "2.txt"}
        (rules / "chrome.toml").write_text("[[rule]]\nid = ", "utf-8")
        shutil.copyfile(raw / "2.txt", raw / "3.txt")
        until(heard("the run failed: the settings or rules are wrong"), "no failure is told")
        (rules / "chrome.toml").unlink()
        shutil.copyfile(raw / "2.txt", raw / "4.txt")
        until(heard("Next run in 3600 s", 3), "nothing is run after the failure")
        assert set(ledger(cleaned)) == {"a/1.html", "2.txt", "3.txt", "4.txt"}
        shutil.copyfile(raw / "2.txt", raw / "5.txt")
        until(lambda: len(descendants(watch.pid)) > 0, "no run begins")
        inside = descendants(watch.pid)
        watch.send_signal(signal.SIGTERM)
        assert watch.wait(PATIENCE) == 143
        places = [Path(f"/proc/{pid}") for pid in inside]
        until(lambda: not any(place.exists() for place in places), "the run lives on")
    finally:
        watch.kill()
        watch.wait()
    assert [one["status"] for one in runs(cleaned)][:3] == [0, 2, 0]
    assert [one["failures_in_a_row"] for one in runs(cleaned)][:3] == [0, 1, 0]


@in_proc
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_run_that_is_stopped_leaves_no_process_and_the_old_view(
    raw: Path, tmp_path: Path, number: signal.Signals
) -> None:
    # So many that the workers are at work for seconds, however seldom this process may look.
    for i in range(600):
        (raw / f"n{i}.html").write_text(page(f"第{i}号县政府工作报告", f"第{i}县", i, i), "utf-8")
    cleaned = tmp_path / "cleaned"
    run = start(tmp_path / "said", "run", "--raw", raw, "--cleaned", cleaned, "--workers", 2)
    until(lambda: len(descendants(run.pid)) > 1 or run.poll() is not None, "no worker begins")
    inside = descendants(run.pid)
    run.send_signal(number)
    assert run.wait(PATIENCE) == 128 + number, (tmp_path / "said").read_text("utf-8")
    assert inside
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in inside), "workers live on")
    assert not (cleaned / "ledger.csv").exists()
    assert [one["outcome"] for one in runs(cleaned)] == ["interrupted"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--every", "soon"), "no span of time"),
        (("--every", "0"), "shorter than a second"),
        (("--raw", "nowhere"), "is no folder"),
        (("--scheduler", "somewhere"), "--scheduler: "),
    ],
)
def test_watch_refuses_what_a_person_can_mend_at_once(
    cli: Cli, arguments: tuple[str, ...], said: str
) -> None:
    done = cli("watch", *arguments)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_run_waits_for_another_when_it_is_asked_to(cli: Cli, raw: Path, tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned"
    code = (
        "import time; from pathlib import Path; from pipeline.store import locked\n"
        f"with locked(Path({str(cleaned / '.work' / 'lock')!r})):\n"
        "    print('held', flush=True)\n    time.sleep(float(input()))\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == b"held\n"
    short = cli("run", "--raw", raw, "--cleaned", cleaned, "--wait", "0.3")
    assert short.returncode == 3
    holder.stdin.write(b"2\n")
    holder.stdin.flush()
    done = cli("run", "--raw", raw, "--cleaned", cleaned, "--wait", "60s")
    holder.communicate()
    assert done.returncode == 0, done.stderr


class Listener(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted."""

    got: list[bytes] = []  # noqa: RUF012 - one server a test session

    def do_POST(self) -> None:
        self.got.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    Listener.got.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_those_who_want_to_know_are_told(cli: Cli, raw: Path, tmp_path: Path, address: str) -> None:
    cleaned, config = tmp_path / "cleaned", tmp_path / "config.toml"
    note = tmp_path / "said $(touch hacked)"
    keep = [sys.executable, "-c", "import sys; open(sys.argv[1], 'w').write(input())", str(note)]
    config.write_text(
        f"[monitor]\nprometheus = 'corpus.prom'\non_success = {json.dumps(keep)}\n"
        f"failure_url = '{address}'\non_failure = ['{tmp_path}/nobody']\n",
        "utf-8",
    )
    options = ("--raw", raw, "--cleaned", cleaned, "--config", config)
    assert cli("run", *options).returncode == 0
    told = json.loads(note.read_text("utf-8"))
    assert (told["outcome"], told["status"], told["summary"]["pages"]) == ("published", 0, 2)
    metrics = (tmp_path / "corpus.prom").read_text("utf-8")
    assert 'clean_corpus_pages{corpus="' in metrics
    assert metrics == (cleaned / ".work" / "metrics.prom").read_text("utf-8")
    note.unlink()
    assert cli("run", *options).returncode == 0
    assert not note.exists()
    for file in raw.rglob("*.*"):
        file.unlink()
    failed = cli("run", *options)
    assert failed.returncode == 5
    assert "monitor.on_failure: " in failed.stderr
    (body,) = Listener.got
    told = json.loads(body)
    assert (told["outcome"], told["status"], told["failures_in_a_row"]) == ("failed", 5, 1)
    assert "pages of the last run are gone" in told["message"]
    metrics = (tmp_path / "corpus.prom").read_text("utf-8")
    assert 'last_run_status{corpus="' + str(cleaned) + '"} 5' in metrics
    assert not list(tmp_path.glob("hacked*"))
    assert not (ROOT / "hacked").exists()


def test_units_hold_any_path(tmp_path: Path) -> None:
    places = {name: Path("/data") / AWKWARD / name for name in ("raw", "cleaned", "folder")}
    command = ["/usr/bin/env", "run", "--raw", str(places["raw"])]
    files = units(command, places, "mine", 90) | watching_unit(command, places, "kept")
    assert set(files) == {"mine.service", "mine.timer", "kept.service"}
    assert "OnUnitInactiveSec=90s" in files["mine.timer"]
    (line,) = [line for line in files["mine.service"].splitlines() if line.startswith("ExecStart=")]
    meant = line.removeprefix("ExecStart=").replace("%%", "%").replace("$$", "$")
    assert shlex.split(meant) == command
    verify = shutil.which("systemd-analyze")
    if verify:
        for name, text in files.items():
            (tmp_path / name).write_text(text, "utf-8")
        paths = [str(tmp_path / name) for name in files]
        done = subprocess.run([verify, "verify", *paths], capture_output=True, check=False)
        assert done.stderr.decode() == ""
        assert done.returncode == 0


def test_a_crontab_line_holds_any_path(tmp_path: Path) -> None:
    folder = tmp_path / AWKWARD
    folder.mkdir()
    line = cron_line([sys.executable, "-c", "import os; print(os.getcwd())", "100%"], folder, 600)
    when, command = line[:12], line[12:].strip()
    assert when == "*/10 * * * *"
    assert command.count("%") == command.count("\\%")
    done = subprocess.run(
        ["/bin/sh", "-c", command.replace("\\%", "%")], capture_output=True, check=True
    )
    assert done.stdout.decode().strip() == str(folder)


@pytest.mark.parametrize("every", [59, 7 * 60, 5 * 3600, 90])
def test_what_cron_cannot_say_is_refused(every: float) -> None:
    with pytest.raises(ConfigError, match="cron cannot say"):
        cron_line(["x"], Path("/"), every)


def test_a_path_that_no_unit_can_hold_is_refused() -> None:
    with pytest.raises(ConfigError, match="Rename it"):
        cron_line(["x"], Path("/a\nb"), 600)


def test_schedule_prints_and_writes_what_it_was_asked_for(cli: Cli, tmp_path: Path) -> None:
    line = cli("schedule", "--cron", "--raw", ROOT / "raw", "--every", "1d", "--workers", "2")
    assert line.returncode == 0, line.stderr
    assert line.stdout.startswith("7 3 * * * cd ")
    assert " --workers 2" in line.stdout
    assert f" --config {ROOT / 'config.toml'}" in line.stdout
    printed = cli("schedule", "--systemd", "--raw", ROOT / "raw")
    written = cli("schedule", "--systemd", "--raw", ROOT / "raw", "--out", tmp_path)
    assert written.returncode == 0, written.stderr
    for file in ("clean-corpus.service", "clean-corpus.timer"):
        assert (tmp_path / file).read_text("utf-8") in printed.stdout
    for wrong in (["schedule"], ["schedule", "--cron", "--watch"], ["schedule", "--name", "a b"]):
        assert cli(*wrong, "--raw", ROOT / "raw").returncode == 2


def test_settings_of_luigi_that_lie_about_are_not_heeded(raw: Path, tmp_path: Path) -> None:
    for name in ("luigi.cfg", "client.cfg", "luigi.toml"):
        (tmp_path / name).write_text("[core\nthis is = no setting at all [", "utf-8")
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LUIGI_CONFIG_PATH": str(tmp_path / "luigi.toml")}
    env["LUIGI_CONFIG_PARSER"] = "toml"
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "run", "--raw", raw, "--cleaned", tmp_path / "cleaned"],
        capture_output=True,
        cwd=tmp_path,
        env=env,
        check=False,
    )
    said = done.stderr.decode()
    assert done.returncode == 0, said
    for name in ("luigi.cfg", "client.cfg", "luigi.toml", "LUIGI_CONFIG_PATH", "LUIGI_CONFIG_PARS"):
        assert name in said
    assert len(tree(tmp_path / "cleaned")) > 5


def test_a_luigid_that_is_down_ends_the_run(cli: Cli, raw: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pipeline import tasks; from pipeline.__main__ import main\n"
        "tasks._LUIGID['rpc-retry-wait'] = '0'\n"
        f"sys.argv = ['x', 'run', '--raw', {str(raw)!r}, '--cleaned', {str(tmp_path / 'c')!r}, "
        "'--scheduler', '127.0.0.1:9']\nmain()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=False)
    said = done.stderr.decode()
    assert done.returncode == 1, said
    assert "no luigid answers at 127.0.0.1:9" in said
    assert not (tmp_path / "c" / "ledger.csv").exists()


def test_a_broken_installation_is_found_before_any_work(raw: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from msgspec.structs import replace; from pipeline import flow\n"
        "from pipeline.__main__ import main\n"
        "strip = flow.strip_chrome\n"
        "flow.strip_chrome = lambda *given: replace(strip(*given), blocks=())\n"
        f"sys.argv = ['x', 'run', '--raw', {str(raw)!r}, '--cleaned', {str(tmp_path / 'c')!r}]\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=False)
    assert done.returncode == 2
    assert "self-test: the built-in page notice.html" in done.stderr.decode()
    assert not (tmp_path / "c" / "ledger.csv").exists()


def test_a_disk_without_room_stops_the_run_before_any_work(
    cli: Cli, raw: Path, tmp_path: Path
) -> None:
    config, cleaned = tmp_path / "config.toml", tmp_path / "cleaned"
    config.write_text(f"[limits]\nmin_free_bytes = {2**55}\n", "utf-8")
    done = cli("run", "--raw", raw, "--cleaned", cleaned, "--config", config)
    assert done.returncode == 4
    assert "limits.min_free_bytes" in done.stderr
    assert str(cleaned) in done.stderr
    assert not list((cleaned / ".work").glob("*/*"))


def test_what_was_set_aside_is_tried_again(cli: Cli, raw: Path, tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned"
    (raw / "broken.html").write_bytes(b"")
    (raw / "3.html").write_text(page("丙市二〇二三年政府工作报告", "丙市"), "utf-8")
    options = ("--raw", raw, "--cleaned", cleaned)
    code = (
        "import sys; from dataclasses import replace; from pipeline import tables\n"
        "from pipeline.__main__ import main\n"
        "rebuild = tables.rebuild_tables\n"
        "def broken(page, rules):\n"
        "    if page.provenance.file == '3.html':\n"
        "        raise ZeroDivisionError('a library that is broken today')\n"
        "    return rebuild(page, rules)\n"
        "tables.rebuild_tables = broken\n"
        f"sys.argv = ['x', 'run', '--raw', {str(raw)!r}, '--cleaned', {str(cleaned)!r}]\nmain()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True)
    first = ledger(cleaned)
    assert first["3.html"]["reason"] == "crashed"
    assert cli("run", *options).returncode == 0
    assert ledger(cleaned) == first
    listed = json.loads(cli("retry", *options, "--list", "--json").stdout)
    assert [(one["raw"], one["reason"]) for one in listed] == [
        ("3.html", "crashed"),
        ("broken.html", "empty"),
    ]
    assert all(one["since"].startswith("20") and one["message"] for one in listed)
    shown = cli("retry", *options, "--list", "--reason", "empty").stdout
    assert "broken.html" in shown
    assert "3.html" not in shown
    assert cli("retry", *options, "2.txt").returncode == 2
    done = cli("retry", *options)
    assert done.returncode == 0, done.stderr
    assert "tried again: 2, no longer set aside: 1" in done.stderr
    assert ledger(cleaned)["3.html"]["status"] == "article"
    again = json.loads(cli("retry", *options, "--list", "--json").stdout)
    assert again == [listed[1]]
    other = tmp_path / "other"
    assert cli("run", "--raw", raw, "--cleaned", other).returncode == 0
    assert tree(other) == tree(cleaned)
