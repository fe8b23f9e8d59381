"""config.toml → Config; refuses unknown keys. The only reader of settings.

In: a TOML file, or none for the defaults. Out: a frozen `Config`. Never: a value whose type, range
or name was not checked before any work begins.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from pipeline.errors import ConfigError
from pipeline.reading import How, Reading
from pipeline.style import Style
from pipeline.toml import check_keys, read_toml

Host = Annotated[str, msgspec.Meta(pattern=r"^\.?[a-z0-9-]+(\.[a-z0-9-]+)+$")]
Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Count = Annotated[int, msgspec.Meta(ge=1, le=2**40)]
ArticleFormat = Literal["jsonl", "parquet", "text", "sqlite", "bulk"]
Seconds = Annotated[float, msgspec.Meta(gt=0.0, le=86400.0)]
Scheduler = Annotated[str, msgspec.Meta(pattern=r"^([^\s/:]+:\d{1,5})?$")]
Url = Annotated[str, msgspec.Meta(pattern=r"^(https?://\S+)?$")]
EngineName = Literal["local", "spark"]
Master = Annotated[
    str,
    msgspec.Meta(pattern=r"^(local(-cluster)?(\[[\d*, ]+\])?|yarn|(spark|k8s)://\S+)$"),
]
Address = Annotated[str, msgspec.Meta(pattern=r"^([a-z][a-z0-9+.-]*:/\S+)?$")]
Command = tuple[Annotated[str, msgspec.Meta(pattern=r"^[^\x00]*$")], ...]


class RulesConfig(msgspec.Struct, frozen=True):
    """`folder`: the user's own rule files, relative to config.toml; "" for none."""

    folder: str = ""


class RunConfig(msgspec.Struct, frozen=True):
    """`workers`: processes, 0 for one a core. `page_timeout`: seconds a page may take.

    `scheduler`: host:port of a luigid that shows the graph, "" for Luigi's own inside the run.
    """

    workers: Annotated[int, msgspec.Meta(ge=0, le=1024)] = 0
    page_timeout: Seconds = 60.0
    scheduler: Scheduler = ""


class LimitsConfig(msgspec.Struct, frozen=True):
    """Bytes of one page, ratio of packed data, shares of all pages (0.0 to 1.0), free disk."""

    max_page_bytes: Count = 16 * 1024 * 1024
    max_unpack_ratio: Annotated[float, msgspec.Meta(ge=1.0, le=1e6)] = 200.0
    max_aside_share: Share = 0.2
    max_vanished_share: Share = 0.1
    min_free_bytes: Annotated[int, msgspec.Meta(ge=0, le=2**60)] = 1024 * 1024


class DedupConfig(msgspec.Struct, frozen=True):
    """`preferred_hosts`: whose copy of an article is kept, the most wanted first.

    Names in lower case: no address of a page, for a host stands for all of its pages.
    """

    preferred_hosts: tuple[Host, ...] = ()


class TablesConfig(msgspec.Struct, frozen=True):
    """`strict`: doubtful cells are left empty. `excel`: CSV files begin with a byte order mark."""

    strict: bool = False
    excel: bool = False


class OutputsConfig(msgspec.Struct, frozen=True):
    """`articles`: the formats they are written in. `front_matter`: above the text of each file."""

    articles: tuple[ArticleFormat, ...] = ("jsonl", "parquet", "text")
    front_matter: bool = False


class MonitorConfig(msgspec.Struct, frozen=True):
    """Who is told of a run: a Prometheus file, commands (never a shell), addresses; seconds."""

    prometheus: str = ""
    on_success: Command = ()
    on_failure: Command = ()
    success_url: Url = ""
    failure_url: Url = ""
    hook_timeout: Seconds = 30.0


class EngineConfig(msgspec.Struct, frozen=True):
    """`name`: where the work runs. `master` and `conf`: of Spark, as its documentation has them.

    `source`: an address that Spark reads and raw/ follows, "" for none.
    """

    name: EngineName = "local"
    master: Master = "local[*]"
    conf: dict[Annotated[str, msgspec.Meta(pattern=r"^spark\.\S+$")], str] = {}
    source: Address = ""


class Config(msgspec.Struct, frozen=True):
    """Every choice a user has; config.toml explains each key."""

    parser: Literal["lexbor", "beautifulsoup"] = "lexbor"
    rules: RulesConfig = RulesConfig()
    run: RunConfig = RunConfig()
    read: Reading = Reading()
    limits: LimitsConfig = LimitsConfig()
    normalize: Style = Style()
    dedup: DedupConfig = DedupConfig()
    tables: TablesConfig = TablesConfig()
    outputs: OutputsConfig = OutputsConfig()
    engine: EngineConfig = EngineConfig()
    monitor: MonitorConfig = MonitorConfig()

    @property
    def how(self) -> How:
        """Return how raw/ is read."""
        return How(self.read, self.limits.max_page_bytes, self.limits.max_unpack_ratio)


def read_config(file: Path | None) -> Config:
    """Return the settings of `file`, the defaults where it says nothing or is None.

    `ConfigError` names the file, the key and the mend. `rules.folder` and
    `monitor.prometheus` come back absolute.
    """
    if file is None:
        return Config()
    table = read_toml(file)
    _check_tables(table, Config, f"{file}: ")
    try:
        config = msgspec.convert(table, Config)
    except msgspec.ValidationError as error:
        message = f"{file}: {_where(str(error))}. Mend the value"
        raise ConfigError(message) from error
    return _absolute(config, file)


def checked_run(config: Config, said: Mapping[str, Any]) -> Config:
    """Return the settings with those of `[run]` that the command line says; each is checked."""
    try:
        run = msgspec.convert({**msgspec.to_builtins(config.run), **said}, RunConfig)
    except msgspec.ValidationError as error:
        message = f"--{_where(str(error))}. Mend the value"
        raise ConfigError(message) from error
    return msgspec.structs.replace(config, run=run)


def checked_engine(config: Config, name: str) -> Config:
    """Return the settings with the engine that the command line names."""
    try:
        engine = msgspec.convert({**msgspec.to_builtins(config.engine), "name": name}, EngineConfig)
    except msgspec.ValidationError as error:
        choices = ", ".join(get_args(EngineName))
        message = f"--engine: {name} is no engine. Use one of: {choices}"
        raise ConfigError(message) from error
    return msgspec.structs.replace(config, engine=engine)


def _absolute(config: Config, file: Path) -> Config:
    """Return the settings with the paths in them, which are relative to `file`, made absolute."""
    here, monitor = file.parent.resolve(), config.monitor
    if monitor.prometheus:
        monitor = msgspec.structs.replace(monitor, prometheus=str(here / monitor.prometheus))
        config = msgspec.structs.replace(config, monitor=monitor)
    if not config.rules.folder:
        return config
    folder = here / config.rules.folder
    if not folder.is_dir():
        message = f"{file}: rules.folder: {folder} is no folder. Make it, or empty the key"
        raise ConfigError(message)
    return msgspec.structs.replace(config, rules=RulesConfig(str(folder)))


def _check_tables(table: dict[str, Any], struct: type[msgspec.Struct], where: str) -> None:
    """Refuse keys that no field of `struct` has, and values that are no choice, at any depth."""
    fields = {field.name: field.type for field in msgspec.structs.fields(struct)}
    check_keys(table, fields, where)
    for name, value in table.items():
        inner = fields[name]
        if get_origin(inner) is tuple and isinstance(value, list):
            for one in value:
                _check_choice(one, get_args(inner)[0], f"{where}{name}")
        _check_choice(value, inner, f"{where}{name}")
        if (
            isinstance(inner, type)
            and issubclass(inner, msgspec.Struct)
            and isinstance(value, dict)
        ):
            _check_tables(value, inner, f"{where}{name}.")


def _check_choice(value: object, kind: object, where: str) -> None:
    """Refuse a value of a key that names its choices, where it is none of them."""
    if get_origin(kind) is Literal and value not in get_args(kind):
        choices = ", ".join(f'"{choice}"' for choice in get_args(kind))
        message = f"{where}: {value!r} is no choice. Use one of: {choices}"
        raise ConfigError(message)


def _where(message: str) -> str:
    """Turn msgspec's `… - at `$.run.workers`` into `run.workers: …`."""
    what, _, place = message.partition(" - at `$.")
    return f"{place.rstrip('`')}: {what}" if place else what
