"""`normalize --diff`, `--only`, `--skip` and `--rules`: what was done, by which rule."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from pipeline.commands import terminal
from pipeline.spelling import LineChange, normalize_text, trace_text, unified
from tests.spelling import RULES
from tests.test_spelling_always import TEXTS
from tests.test_spelling_style import CHOICES, MIXED

Cli = Callable[..., "CompletedProcess[str]"]
IDS = [rule.id for rule in RULES.rules]
TEXT = """\
实施"八八战略",推进改革.

坚持稳中求进工作，
推动　发展 , 增长５．５％.
第二行不变。
国发[2021] 12号(以下简称"办法").
"""
DIFF = """\
--- t.txt
+++ t.txt
@@ -1,1 +1,1 @@ spelling.full-stop spelling.marks spelling.quotes
-实施"八八战略",推进改革.
+实施“八八战略”，推进改革。
@@ -2,1 +1,0 @@
-
@@ -3,2 +2,1 @@ spelling.blanks spelling.full-stop spelling.full-width-letters \
spelling.full-width-number spelling.marks spelling.rejoin
-坚持稳中求进工作，
-推动　发展 , 增长５．５％.
+坚持稳中求进工作，推动发展，增长5.5%。
@@ -6,1 +4,1 @@ spelling.brackets spelling.document-number spelling.full-stop spelling.quotes
-国发[2021] 12号(以下简称"办法").
+国发〔2021〕12号（以下简称“办法”）。
"""


def patched(text: str, changes: tuple[LineChange, ...]) -> list[str]:
    """Return the lines of `text` after `changes`, edit by edit."""
    lines, out, place = text.split("\n"), list[str](), 0
    for change in changes:
        out += lines[place : change.number - 1]
        count = change.before.count("\n") + 1
        before = "\n".join(lines[change.number - 1 : change.number - 1 + count])
        assert before == change.before
        after = before
        for edit in reversed(change.edits):
            end = edit.start + len(edit.before)
            assert after[edit.start : end] == edit.before
            assert edit.before != edit.after
            after = after[: edit.start] + edit.after + after[end:]
        assert after == change.after
        out += [after] if after else []
        place = change.number - 1 + count
    return out + lines[place:]


@settings(max_examples=200, deadline=None)
@given(st.one_of(TEXTS, MIXED), CHOICES)
def test_the_changes_of_a_text_lead_to_it(text: str, choice: dict[str, str]) -> None:
    rules = RULES.styled(choice)
    out = patched(text.replace("\r", ""), trace_text(text.replace("\r", ""), rules))
    assert "\n".join(line for line in out if line) == normalize_text(text.replace("\r", ""), rules)


@settings(max_examples=120, deadline=None)
@given(TEXTS, st.lists(st.sampled_from(IDS), max_size=5), st.sampled_from(["only", "skip"]))
def test_only_what_was_picked_is_at_work(text: str, ids: list[str], option: str) -> None:
    rules = RULES.picked(**{option: ids})
    changes = trace_text(text, rules)
    at_work = {rule for change in changes for edit in change.edits for rule in edit.rules}
    assert at_work <= ((set(ids) or set(IDS)) if option == "only" else set(IDS) - set(ids))
    out = patched(text, changes)
    assert "\n".join(line for line in out if line) == normalize_text(text, rules)


def test_no_rule_at_work_changes_nothing() -> None:
    assert normalize_text(TEXT, RULES.picked((), IDS)) == TEXT.replace("\n\n", "\n").strip("\n")


def test_each_rule_can_be_left_out_alone() -> None:
    for rule in RULES.rules:
        case = next(case for case in rule.case if case.before != case.after)
        rules = RULES.styled(rule.choice)
        assert normalize_text(case.before, rules.picked((), [rule.id])) != case.after, rule.id


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--only", "spelling.mark"), "--only: spelling.mark: is no rule. Use spelling.marks"),
        (("--skip", "quotes"), "--skip: quotes: is no rule. Use spelling.quotes"),
        (("--skip", "spelling.marks", "--skip", "x"), "--skip: x: is no rule. Use "),
    ],
)
def test_an_unknown_rule_is_refused(cli: Cli, option: tuple[str, ...], message: str) -> None:
    done = cli("normalize", *option, stdin=TEXT.encode())
    assert done.returncode == 2
    assert message in done.stderr
    assert not done.stdout


def test_a_pipe_gets_a_unified_diff(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "t.txt"
    file.write_text(TEXT, "utf-8")
    done = cli("normalize", "--diff", file)
    assert done.returncode == 0
    assert done.stdout == DIFF.replace("t.txt", str(file))
    assert "3 lines change: spelling.quotes 4, " in done.stderr
    clean = cli("normalize", "--diff", stdin="坚持稳中求进。".encode())
    assert (clean.returncode, clean.stdout) == (0, "")
    assert "fine as it is" in clean.stderr


def test_a_terminal_gets_colours_and_rules(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        terminal, "data", Console(force_terminal=True, width=200, color_system="standard")
    )
    text = "首" * 90 + '"双碳",\x1b[31m推进.'
    terminal.text_diff(trace_text(text, RULES), "-")
    out = capsys.readouterr().out
    assert "\x1b[9;31m,\x1b[0m\x1b[32m，\x1b[0m" in out
    assert "spelling.quotes" in out
    assert "\x1b[31m推进" not in out
    assert "首" * 40 not in out
    assert out.count("首") == 32


def test_without_colours_brackets_tell(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal, "data", Console(force_terminal=True, width=200, no_color=True))
    terminal.text_diff(trace_text("稳中 求进,推动", RULES), "-")
    out = capsys.readouterr().out
    assert "稳中[- -]求进[-,-]{+，+}推动" in out.replace("\x1b[9m", "").replace("\x1b[0m", "")


def test_the_rules_are_listed(cli: Cli) -> None:
    done = cli("normalize", "--rules").stdout.splitlines()
    listed = dict(line.split("\t") for line in done)
    assert listed["spelling.quotes"].startswith("Chinese quotes are “ ”")
    assert "spelling.gaps" not in listed
    few = cli("normalize", "--rules", "--only", "spelling.dots").stdout
    assert few.startswith("spelling.dots\t")
    assert few.count("\n") == 1


def test_a_diff_of_nothing_is_empty() -> None:
    assert list(unified(trace_text("", RULES), "-")) == ["--- -", "+++ -"]
