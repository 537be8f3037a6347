"""Why a foreign network is not taken, in words that can be translated and can cross from one process to another."""

from collections.abc import Mapping


def _(text: str) -> str:
    """Marks a sentence for makemessages; whoever shows it translates it."""
    return text


class Refused(ValueError):
    """A file, or what it computes, that is not taken. `words` is a sentence with %(name)s places, `values` fill them."""

    def __init__(self, words: str, **values: str | int | float) -> None:
        self.words, self.values = words, values
        super().__init__(filled(words, values))


def filled(words: str, values: Mapping[str, object]) -> str:
    """The sentence with its values; as it stands where they do not fit, since it may come from a process that went bad."""
    try:
        return words % values if values else words
    except (KeyError, TypeError, ValueError):
        return words
