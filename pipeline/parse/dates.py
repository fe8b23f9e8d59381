"""Text → a day, in the spellings that pages date themselves in.

In: a short text. Out: a `date`, or None. Never a guess: a day that does not exist, a year out of
bounds, or 06/02/2022, which is two days, is none.
"""

import re
from datetime import date

from pipeline import kept
from pipeline.rules.metadata import DATE, NUMERALS

_DATE = kept.pattern(DATE, re.IGNORECASE)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMERALS = kept.pattern(NUMERALS)
#: The digits of a year, and what day and month are spelled with; 十 is written out before.
_DIGITS = str.maketrans("〇○Ｏ零O一二三四五六七八九", "00000123456789")
_EARLIEST, _LATEST = 1949, 2100


def read_date(text: str) -> date | None:
    """Return the first day written in `text`.

    >>> read_date("2023年1月6日 10:00")
    datetime.date(2023, 1, 6)
    >>> read_date("二〇二三年十二月三十一日")
    datetime.date(2023, 12, 31)
    >>> read_date("06/02/2022") is None
    True
    """
    match = _DATE.search(text)
    if match is None:
        spelled = _NUMERALS.search(text)
        return _day(*_numbers(spelled.group())) if spelled else None
    found = match.group().lower()
    numbers = [int(number) for number in re.findall(r"\d+", found)]
    if len(numbers) == 1:
        numbers = [numbers[0] // 10_000, numbers[0] // 100 % 100, numbers[0] % 100]
    elif len(numbers) == 2:
        month = next(i for i, name in enumerate(_MONTHS, 1) if name in found)
        numbers = [numbers[1], month, numbers[0]]
    elif numbers[0] < 100:
        numbers = _year_last(numbers)
    return _day(*numbers)


def _numbers(numerals: str) -> list[int]:
    """Return year, month, day of 二〇二一年十二月三十一日: 二十 is 2 and 0, 十二 is 1 and 2."""
    tens = re.sub("(?<=[一二三])十(?=[一二三四五六七八九])", "", numerals)
    tens = re.sub("(?<=[一二三])十", "0", tens)
    tens = re.sub("十(?=[一二三四五六七八九])", "1", tens).replace("十", "10")
    return [int(number) for number in re.findall(r"\d+", tens.translate(_DIGITS))]


def _year_last(numbers: list[int]) -> list[int]:
    """Return year, month, day of 9/17/2004 and 17/9/2004; month 0 where both could be a month."""
    first, second, year = numbers
    if first > 12:
        return [year, second, first]
    return [year, first, second] if second > 12 or first == second else [year, 0, 0]


def _day(year: int, month: int, day: int) -> date | None:
    """Return the day if the calendar has it, and pages can be of it."""
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if _EARLIEST <= year <= _LATEST else None
