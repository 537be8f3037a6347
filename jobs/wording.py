"""Numbers as a journal writes them, in the reader's language. In the lowest app, because every other writes numbers."""

from decimal import Decimal

from django.utils.formats import number_format

MINUS, NARROW = "\u2212", "\u202f"


def decimals(value: float | None, places: int = 2) -> str:
    """Fixed decimals, grouped thousands, a true minus; empty for None. Rounded here: number_format alone cuts digits off."""
    if value is None:
        return ""
    rounded = Decimal(f"{value:.{places}f}")
    return number_format(rounded or abs(rounded), places, force_grouping=True).replace("-", MINUS)


def percent(share: float | None, places: int = 1) -> str:
    return "" if share is None else f"{decimals(100 * share, places)}{NARROW}%"
