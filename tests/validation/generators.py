"""Ways of making images against strangers."""

from tests.validation import Entry

ENTRIES: tuple[Entry, ...] = ()
