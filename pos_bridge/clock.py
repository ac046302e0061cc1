"""The till's wall clock with its zone: for hours, days and the time on a receipt, never for what money depends on."""

from datetime import date, datetime


def now() -> datetime:
    return datetime.now().astimezone()


def today() -> date:
    return now().date()
