"""What a person sees in a terminal: progress, summaries, stories. The only user of rich.

Talk goes to standard error, data to standard output. Text from pages is shown with its control
characters escaped: a title must not steer a terminal.
"""

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any, NoReturn

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.progress import TimeRemainingColumn as TimeLeft
from rich.table import Table as Grid
from rich.text import Text

from pipeline.records import Aside, Match, Outcome, Page, Table

if TYPE_CHECKING:
    from pipeline.commands.aside import Waiting
    from pipeline.commands.history import Version
    from pipeline.config import Config
    from pipeline.explain import Told
    from pipeline.paths import Paths
    from pipeline.publish import ToldDoubt
    from pipeline.rules.loader import Rule
    from pipeline.run.job import Asked
    from pipeline.spelling import LineChange


class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        """Leave it to the command line how a reader that had enough is answered."""
        raise BrokenPipeError


talk = _Console(stderr=True, highlight=False, soft_wrap=True)
data = _Console(highlight=False, soft_wrap=True)

EMPTY = "(empty)"

# A log wants a line now and then, not one a page.
_LOG_SECONDS = 10.0
_COUNTED = (
    ("pages", "pages read"),
    ("articles", "articles"),
    ("duplicates", "duplicates"),
    ("not_articles", "not articles"),
    ("aside", "set aside"),
    ("tables", "tables"),
)
# Things worth knowing next, and pages set aside of which the mend is said.
_WORTH, _MESSAGES = 3, 5
# Characters that stay, shown on each side of a change.
_PASSAGE = 40  # characters at either end of a passage
_BESIDE = 16


def shown(text: str) -> str:
    """Return text of a page fit for a terminal: controls escaped, no markup."""
    return escape(_printable(text))


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


class RunProgress:
    """Progress of a run: bars with rate and time left in a terminal, plain lines in a log."""

    def __init__(self) -> None:
        self._bars = Progress(
            TextColumn("{task.description:>10}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeLeft(compact=True),
            console=talk,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}
        self._totals: dict[str, int] = {}
        self._done: dict[str, int] = {}
        self._started: dict[str, float] = {}
        self._logged = time.monotonic()

    def __enter__(self) -> "RunProgress":
        if talk.is_terminal:
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if talk.is_terminal:
            self._bars.stop()

    def begin(self, totals: Mapping[str, int]) -> None:
        """Tell how many pages each stage will work on."""
        for stage, total in totals.items():
            if total:
                self._totals[stage] = total
                self._tasks[stage] = self._bars.add_task(stage, total=total, rate="", start=False)

    def advance(self, stage: str, pages: int) -> None:
        """Tell that a stage has done some more pages."""
        now = time.monotonic()
        started = self._started.setdefault(stage, now)
        done = self._done[stage] = self._done.get(stage, 0) + pages
        rate = f"{done / (now - started):,.0f} pages/s" if now > started else ""
        if talk.is_terminal:
            if stage in self._tasks:
                self._bars.start_task(self._tasks[stage])
                self._bars.update(self._tasks[stage], advance=pages, rate=rate)
            return
        total = self._totals.get(stage, 0)
        if done == total or now - self._logged > _LOG_SECONDS:
            self._logged = now
            seconds = now - started
            talk.print(f"stage={stage} pages={done} of={total} seconds={seconds:.1f}", markup=False)


def say(message: str, style: str = "") -> None:
    """Say one line on standard error."""
    talk.print(shown(message), style=style or None)


def _put(console: Console, line: str | Text, indent: int = 2) -> None:
    """Print one line of markup; in a terminal what does not fit stands below it, as far in."""
    text = line if isinstance(line, Text) else Text.from_markup(line, emoji=False)
    if console.is_terminal:
        console.print(Padding(text, (0, 0, 0, indent), expand=False), soft_wrap=False)
    else:
        console.print(Text(" " * indent) + text)


def complain(message: str) -> None:
    """Say what is wrong on standard error."""
    talk.print(f"[bold red]error[/] {shown(message)}")


def told_run(paths: "Paths", config: "Config", asked: "Asked", *, brief: bool) -> dict[str, Any]:
    """Run the whole job, show how far it is and what it came to; return its numbers.

    `brief` says little where there was nothing to do.
    """
    from pipeline.run.session import run_once

    started = time.monotonic()
    with RunProgress() as progress:
        ended = run_once(paths, config, asked, progress, say)
    if ended.nothing and brief:
        say(f"{paths.raw}: nothing new")
        return ended.numbers
    heading = f"Cleaned in {time.monotonic() - started:.1f} s:"
    if ended.nothing:
        heading = "There was nothing to do: the last result is up to date with pages and rules:"
    summary(ended.numbers, str(paths.cleaned), heading)
    return ended.numbers


def waiting_list(pages: Sequence["Waiting"], *, as_json: bool) -> None:
    """Print on standard output what is set aside, why and since when."""
    if as_json:
        data.file.write(json.dumps([asdict(page) for page in pages], ensure_ascii=False) + "\n")
        return
    for page in pages:
        place = f"{page.raw}: {page.member}" if page.member else page.raw
        _put(data, f"[bold]{shown(place)}[/]", 0)
        _put(data, f"{shown(page.reason)}, since {page.since or 'before it was noted'}", 4)
        if page.message:
            _put(data, shown(page.message), 4)
    say(f"set aside: {len(pages)}")


def summary(numbers: Mapping[str, Any], cleaned: str, heading: str) -> None:
    """Print what a run did under `heading`, and the things worth knowing next."""
    talk.print(shown(heading))
    rows = [(numbers[name], label, _detail(name, numbers)) for name, label in _COUNTED]
    if numbers["other_files"]:
        others = numbers["other_files"]
        kinds = ", ".join(f"{count} {kind}" for kind, count in others.items())
        rows.append((sum(others.values()), "passed over", f"no pages: {kinds}"))
    grid = Grid.grid(padding=(0, 2))
    for count, label, detail in rows:
        grid.add_row(f"[bold]{count:>8,}[/]", label, shown(detail))
    talk.print(grid)
    lines = list(islice(_worth_knowing(numbers, cleaned), _WORTH))
    if lines:
        talk.print("Worth knowing next:")
    for number, (line, more) in enumerate(lines, 1):
        _put(talk, f"{number}. {shown(line)}")
        for one in more:
            _put(talk, shown(one), 5)
    _put(talk, f"report: {shown(cleaned)}/report/index.html")


def _detail(name: str, numbers: Mapping[str, Any]) -> str:
    by_reason = {"aside": "aside_by_reason", "not_articles": "not_articles_by_reason"}
    if name in by_reason:
        return ", ".join(f"{count} {why}" for why, count in numbers[by_reason[name]].items())
    if name == "tables" and numbers["doubtful_cells"]:
        return f"{numbers['doubtful_cells']} doubtful cells"
    return ""


def _worth_knowing(numbers: Mapping[str, Any], cleaned: str) -> Iterator[tuple[str, list[str]]]:
    """Yield what a person should look at, the weightiest first, each with lines that say more."""
    if numbers["aside"]:
        messages = [page["message"].strip().splitlines()[-1] for page in numbers["aside_messages"]]
        rest = numbers["aside"] - len(messages[:_MESSAGES])
        more = [f"and {rest} more: `clean-corpus retry --list`"] if rest else []
        yield f"set aside: {numbers['aside']}. What to do:", messages[:_MESSAGES] + more
    if numbers["disagreements"]:
        count = numbers["disagreements"]
        yield f"figures that differ between copies: {count}, in {cleaned}/disagreements.csv", []
    if numbers["doubtful_cells"]:
        count = numbers["doubtful_cells"]
        yield f"cells that can be read otherwise: {count}, in {cleaned}/tables/doubts.csv", []
    if numbers["not_articles"]:
        yield f"no articles: {numbers['not_articles']}; why each is none: {cleaned}/ledger.csv", []


def story(
    outcome: Outcome, rows: Iterable[tuple[str, str]], parts: Mapping[str, Iterable["Told"]]
) -> None:
    """Print the whole story of one page on standard output."""
    _put(data, f"[bold]{shown(_title(outcome))}[/]", 0)
    for name, value in rows:
        if value:
            _put(data, f"{name:10} {shown(value)}")
    if isinstance(outcome, Aside):
        _put(data, f"{'message':10} {shown(outcome.message)}")
    for heading, told in parts.items():
        _told(heading, list(told))
    if isinstance(outcome, Page):
        for table in outcome.tables:
            _table(table)


def _title(outcome: Outcome) -> str:
    title = outcome.title if isinstance(outcome, Page) else ""
    return title or outcome.provenance.file


def _told(heading: str, rows: list["Told"]) -> None:
    data.print(f"\n[bold]{heading}[/] ({sum(len(told.lines) for told in rows)})")
    for told in rows:
        unique = sorted(set(told.lines))
        lines = ", ".join(map(str, unique[:8])) + (" …" if len(unique) > 8 else "")
        times = f" ×{len(told.lines)}" if len(told.lines) > 1 else ""
        where = f"line {lines}{times}" if any(unique) else "head"
        _put(data, f"{where}: {shown(told.what)}")
        _put(data, f"[cyan]{shown(told.rule)}[/] {shown(told.reason)}", 6)


def _table(table: Table) -> None:
    from pipeline.publish import told_doubts

    data.print()
    _put(data, f"[bold]table[/] {shown(table.title)}: {len(table.rows)} rows", 0)
    _doubts(data, told_doubts(table))


def _doubts(console: Console, doubts: Iterable["ToldDoubt"]) -> None:
    for doubt in doubts:
        reading = " or ".join((doubt.chosen or EMPTY, *doubt.others))
        _put(console, f"{doubt.cell}, {shown(doubt.column)}: {shown(reading)}")
        _put(console, f"{doubt.confidence:.0%} sure: {shown(doubt.why)}", 6)


def rule_list(rules: Iterable["Rule"], *, as_json: bool) -> None:
    """Print id and reason of each rule on standard output, a tab between them in a pipe."""
    if as_json:
        told = [{"id": rule.id, "reason": rule.reason} for rule in rules]
        data.file.write(json.dumps(told, ensure_ascii=False) + "\n")
        return
    for rule in rules:
        if data.is_terminal:
            _put(data, f"[cyan]{shown(rule.id):32}[/] {shown(rule.reason)}", 0)
        else:
            data.file.write(f"{rule.id}\t{rule.reason}\n")


def text_diff(changes: Sequence["LineChange"], name: str) -> None:
    """Print what normalizing changes: in colours in a terminal, as a unified diff in a pipe."""
    from pipeline.spelling import unified

    respelled = [change for change in changes if change.edits]
    if data.is_terminal:
        for change in respelled:
            _line_change(change)
    elif changes:
        data.file.writelines(f"{line}\n" for line in unified(changes, name))
    rules = Counter(rule for change in respelled for edit in change.edits for rule in edit.rules)
    counts = ", ".join(f"{rule} {count}" for rule, count in rules.most_common())
    say(
        f"{name}: {len(respelled)} lines change: {counts}"
        if respelled
        else f"{name}: fine as it is"
    )


def _line_change(change: "LineChange") -> None:
    """Print one line with what goes and what comes, and below it which rule did which."""
    from pipeline.spelling import pieces

    line = Text()
    line.append(f"{change.number:>6}  ", style="dim")
    marked = ("[-{}-]", "{{+{}+}}") if data.no_color or not data.color_system else ("{}", "{}")
    for text, edit in pieces(change):
        if edit is None:
            line.append(_shortened(text))
            continue
        for part, form, style in zip(
            (edit.before, edit.after), marked, ("red strike", "green"), strict=True
        ):
            if part:
                line.append(form.format(_printable(part)), style=style)
    data.print(line)
    done = Counter((edit.rules, edit.before, edit.after) for edit in change.edits)
    for (rules, before, after), count in done.items():
        times = f" ×{count}" if count > 1 else ""
        what = f"{_shortened(before)!r} → {_shortened(after)!r}{times}"
        data.print(f"        [cyan]{shown(' '.join(rules))}[/] {shown(what)}")


def _shortened(text: str, beside: int = _BESIDE) -> str:
    """Return `text` fit for a terminal, of a long one only `beside` characters at either end."""
    text = _printable(text)
    return text if len(text) <= 2 * beside else f"{text[:beside]}…{text[-beside:]}"


def table_summary(name: str, table: Table, doubts: Iterable["ToldDoubt"]) -> None:
    """Say on standard error what one rebuilt table holds, and which of its cells are doubtful."""
    said = list(doubts)
    size = f"{len(table.rows)} rows, {len(table.header)} columns"
    many = f", [bold]{len(said)} doubtful cells[/]" if said else ""
    talk.print(f"[bold]{shown(name)}[/] {shown(table.title) or '(no title)'}: {size}{many}")
    _doubts(talk, said)


_RELATIONS = {
    "same": "the same text",
    "near": "the same article, edited or with other chrome",
    "contains": "the second is an excerpt, a part or a digest of the first",
    "contained": "the first is an excerpt, a part or a digest of the second",
    "overlaps": "they share a long passage, neither holds the other",
    "template": "one form, filled in twice",
}


def comparison(
    match: Match | None, names: tuple[str, str], dropped: Sequence[str], added: Sequence[str]
) -> None:
    """Print how two pages are related on standard output, and what only one of them holds."""
    first, second = map(shown, names)
    if match is None:
        _put(data, f"{first} and {second} are not related", 0)
        return
    part, whole = match.containment
    _put(data, f"[bold]{match.relation}[/]: {_RELATIONS[match.relation]}", 0)
    _put(data, f"[red]-[/] {first}, {part:.0%} of it in the second")
    _put(data, f"[green]+[/] {second}, {whole:.0%} of it in the first")
    data.print(f"  Jaccard {match.jaccard:.3f}, {match.figures:.0%} of the figures agree")
    data.print(f"\n[bold]figures that differ[/] ({len(match.disagreements)})")
    for found in match.disagreements:
        pairs = zip(found.figures_a, found.figures_b, strict=True)
        sides = (f"[red]{shown(one)}[/] | [green]{shown(other)}[/]" for one, other in pairs)
        _put(data, ", ".join(sides))
        _side("-", found.sentence_a, found.figures_a, "red")
        _side("+", found.sentence_b, found.figures_b, "green")
    for sign, style, title, passages in (
        ("-", "red", "only in the first", dropped),
        ("+", "green", "only in the second", added),
        ("=", "dim", "shared passages", match.passages),
    ):
        data.print(f"\n[bold]{title}[/] ({len(passages)})")
        for passage in passages:
            _side(sign, passage, (), style)


def version_list(versions: Sequence["Version"]) -> None:
    """Print on standard output which versions of a page are known."""
    for version in versions:
        _put(data, f"[bold]{shown(version.when or 'now')}[/] {shown(version.title)}", 0)
        place = f"{version.raw}: {version.member}" if version.member else version.raw
        gone = ", no longer in raw/" * bool(version.until)
        _put(data, f"{version.id} {shown(place)}{gone}", 4)
    if len(versions) == 1:
        say("only one version is known")


def version_step(
    old: "Version",
    new: "Version",
    match: Match | None,
    dropped: Sequence[str],
    added: Sequence[str],
) -> None:
    """Print on standard output what changed from one version to the next."""
    data.print(f"\n[bold]{shown(old.when or 'before')} → {shown(new.when or 'now')}[/]")
    if old.text == new.text:
        data.print("  the text is the same")
        return
    comparison(match, (old.when or "before", new.when or "now"), dropped, added)


def _side(sign: str, passage: str, figures: Sequence[str], style: str) -> None:
    """Print a passage behind its sign, in one line, with its `figures` marked."""
    line = Text(f"{sign} ", style=style)
    # The sentences with figures are whole: what differs may stand in their middle.
    passage = " ".join(passage.split())
    text = Text(_printable(passage) if figures else _shortened(passage, _PASSAGE))
    text.highlight_words([_printable(figure) for figure in figures], f"bold {style}")
    _put(data, line + text)
