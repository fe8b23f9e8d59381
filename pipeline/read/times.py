"""When a page was fetched, however it is written → one form whose order is that of time.

In: text or a number. Out: "2024-01-02T03:04:05Z"; without the Z where no zone is told, the day
alone where no hour is. Never: a time that is not there, or one that no crawler can have seen.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_tz

_ISO = re.compile(
    r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})"
    r"(?:[T_ -]*(\d{2})[:-]?(\d{2})(?:[:-]?(\d{2})(?:[.,]\d+)?)?"
    r"\s*(?:(Z|UTC|GMT)|([+-])(\d{2})[:-]?(\d{2}))?)?$",
    re.IGNORECASE,
)
# As Date of JavaScript writes it: Tue Mar 09 2021 10:11:12 GMT+0800 (and the name of the zone).
_SCRIPT = re.compile(r"\w{3} (\w{3}) (\d\d) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})")
_IN_PATH = re.compile(
    r"(?<!\d)((?:19|20)\d\d)([-_.]?)(\d\d)\2(\d\d)"
    r"(?:[T_-]?(\d\d)([-:_]?)(\d\d)\6(\d\d)(?:\d{3})?(Z|[+-]\d\d-?\d\d)?)?(?!\d)"
)
_UNITS = (1, 10**3, 10**6, 10**9)  # of a second: clocks count any of them
_FIRST, _LAST = 1990, 2200


def moment(value: object) -> str:
    """Return a time in one form; "" for what is none.

    >>> moment("2024-01-02 11:04:05+08:00"), moment(1704164645), moment("2024/1/2")
    ('2024-01-02T03:04:05Z', '2024-01-02T03:04:05Z', '2024-01-02')
    """
    if isinstance(value, bool):
        return ""
    if isinstance(value, int | float):
        return _counted(value)
    if isinstance(value, datetime):
        return _written(value, zoned=value.tzinfo is not None)
    if isinstance(value, date):
        return value.isoformat()
    text = value.strip() if isinstance(value, str) else ""
    if re.fullmatch(r"\d{9,10}(?:\d{3}|\d{6}|\d{9})?(?:\.\d+)?", text):
        return _counted(float(text))
    match = _ISO.match(text)
    return _from_iso(match) if match else _from_mail(text)


def in_path(path: str) -> str:
    """Return the last time that a path names, "" where it names none.

    >>> in_path("crawl/news-2024-01-02T03-04-05+00-00.jl"), in_path("20240102/page.html")
    ('2024-01-02T03:04:05Z', '2024-01-02')
    """
    found = ""
    for match in _IN_PATH.finditer(path):
        year, _, month, day, hour, _, minute, second, zone = match.groups()
        text = f"{year}-{month}-{day}"
        if hour:
            text += f"T{hour}:{minute}:{second}{zone or ''}"
        found = moment(text) or found
    return found


def _counted(value: float) -> str:
    """Return the time that many seconds, or parts of them, after 1970 began."""
    for unit in _UNITS:
        if 6e8 < value / unit < 7e9:
            return _written(datetime.fromtimestamp(value // unit, UTC), zoned=True)
    return ""


def _from_iso(match: re.Match[str]) -> str:
    year, _, month, day, hour, minute, second, utc, sign, hours, minutes = match.groups()
    try:
        when = datetime(int(year), int(month), int(day))
        if hour is None:
            return when.date().isoformat() if _FIRST <= when.year < _LAST else ""
        when = when.replace(hour=int(hour), minute=int(minute), second=min(int(second or 0), 59))
        if utc:
            when = when.replace(tzinfo=UTC)
        elif sign:
            ahead = timedelta(hours=int(hours), minutes=int(minutes))
            when = when.replace(tzinfo=timezone(ahead if sign == "+" else -ahead))
    except ValueError:
        return ""
    return _written(when, zoned=when.tzinfo is not None)


def _from_mail(text: str) -> str:
    """Return a time as mail, HTTP and browsers write it."""
    match = _SCRIPT.match(text)
    if match:
        month, day, year, clock, zone = match.groups()
        text = f"{day} {month} {year} {clock} {zone}"
    try:
        parts = parsedate_tz(text)
        if parts is None or len(text) < 16:
            return ""
        when = datetime(*parts[:6])
        zone_offset = parts[9]
        if zone_offset is not None:
            when = when.replace(tzinfo=timezone(timedelta(seconds=zone_offset)))
    except (ValueError, IndexError, TypeError):
        return ""
    return _written(when, zoned=when.tzinfo is not None)


def _written(when: datetime, *, zoned: bool) -> str:
    try:
        when = when.astimezone(UTC) if zoned else when
    except (OverflowError, ValueError):
        return ""
    text = when.strftime("%Y-%m-%dT%H:%M:%S") + ("Z" if zoned else "")
    return text if _FIRST <= when.year < _LAST else ""
