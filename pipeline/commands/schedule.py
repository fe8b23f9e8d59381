"""What starts runs without a person → text that systemd or cron takes as it is.

In: the command of a run, its folder, how often. Out: units, or a line. Never: a path that systemd,
cron or a shell would read as anything but that path.
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.errors import ConfigError

_MINUTE, _HOUR, _DAY = 60, 3600, 86400

_SERVICE = """\
[Unit]
Description=clean-corpus: {raw} into {cleaned}
After=network.target local-fs.target
RequiresMountsFor={mounts}

[Service]
Type={kind}
WorkingDirectory={folder}
ExecStart={command}
{more}Nice=10
"""

_TIMER = """\
[Unit]
Description=clean-corpus: {raw} into {cleaned}, every {every}

[Timer]
OnActiveSec=1min
OnUnitInactiveSec={seconds}s
AccuracySec=1s

[Install]
WantedBy=timers.target
"""

# A run that met another is no failure: the other does the work.
_ONCE = "SuccessExitStatus=3\nTimeoutStartSec=infinity\n"
# 143 is how a watch ends when systemd stops it.
_ALWAYS = (
    "SuccessExitStatus=143\nRestart=on-failure\nRestartSec=60\nTimeoutStopSec=300\nKillMode=mixed\n"
)
_INSTALL = "\n[Install]\nWantedBy=multi-user.target\n"


def units(
    command: Sequence[str], places: Mapping[str, Path], name: str, every: float
) -> dict[str, str]:
    """Return the files `name`.service and `name`.timer, which start `command` again and again.

    `places` has the folders `raw`, `cleaned` and `folder`, where the command is run.
    """
    service = _service(command, places, "oneshot", _ONCE)
    words = {key: _described(place) for key, place in places.items()}
    timer = _TIMER.format(**words, every=_said(every), seconds=f"{every:g}")
    return {f"{name}.service": service, f"{name}.timer": timer}


def watching_unit(command: Sequence[str], places: Mapping[str, Path], name: str) -> dict[str, str]:
    """Return the file `name`.service, which keeps a `watch` at work."""
    return {f"{name}.service": _service(command, places, "exec", _ALWAYS) + _INSTALL}


def _service(command: Sequence[str], places: Mapping[str, Path], kind: str, more: str) -> str:
    mounts = " ".join(_unit_word(str(places[key])) for key in ("raw", "cleaned"))
    return _SERVICE.format(
        raw=_described(places["raw"]),
        cleaned=_described(places["cleaned"]),
        mounts=mounts,
        kind=kind,
        folder=_one_line(str(places["folder"])).replace("%", "%%"),
        command=" ".join(_command_word(word) for word in command),
        more=more,
    )


def _one_line(text: str) -> str:
    """Return `text`; `ConfigError` where it has a line break or bytes that are no text."""
    if not text.isprintable():
        message = f"{text!r}: has characters that no unit and no crontab can hold. Rename it"
        raise ConfigError(message)
    return text


def _described(place: Path) -> str:
    return _one_line(str(place)).replace("%", "%%")


def _unit_word(word: str) -> str:
    """Return a word of a unit's value: quoted where it must be, its % no specifier."""
    escaped = _one_line(word).replace("%", "%%").replace("\\", "\\\\").replace('"', '\\"')
    return escaped if re.fullmatch(r"[\w./:=,@%+-]+", escaped, re.ASCII) else f'"{escaped}"'


def _command_word(word: str) -> str:
    """Return a word of a command in a unit, where $ would name a variable."""
    return _unit_word(word.replace("$", "$$"))


def cron_line(command: Sequence[str], folder: Path, every: float) -> str:
    """Return a line of a crontab that runs `command` in `folder`.

    `ConfigError` where cron cannot say `every`.
    """
    words = ["cd", str(folder), "&&", *command]
    quoted = " ".join(word if word == "&&" else shlex.quote(_one_line(word)) for word in words)
    # cron ends the command at a bare %, quoted or not.
    return f"{_when(every)} {quoted.replace('%', chr(92) + '%')}"


def _when(every: float) -> str:
    """Return the five fields of a crontab that come every `every` seconds."""
    minutes, hours = every / _MINUTE, every / _HOUR
    if minutes in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30):
        return f"*/{minutes:g} * * * *"
    if hours in (1, 2, 3, 4, 6, 8, 12):
        return f"7 */{hours:g} * * *"
    if every == _DAY:
        return "7 3 * * *"
    message = (
        f"--every: cron cannot say every {_said(every)}. Use 1m, 2m, 3m, 4m, 5m, 6m, 10m, 12m, "
        "15m, 20m, 30m, 1h, 2h, 3h, 4h, 6h, 8h, 12h or 1d, or --systemd, which can say any"
    )
    raise ConfigError(message)


def _said(every: float) -> str:
    """Return a span of time as a person writes it."""
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if every % size == 0:
            return f"{every / size:g} {unit}"
    return f"{every:g} s"
