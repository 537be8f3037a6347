"""Every encoder, written down once. Light: an encoder's own module is imported when it is asked for."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from .base import Encoder


def _(text: str) -> str:
    """Marks a title for makemessages; whoever shows it translates it."""
    return text


@dataclass(frozen=True)
class Entry:
    name: str
    title: str
    path: str  # module:class, built with `folder=` where the operator's weights lie


ENCODERS: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry("radiomics", _("385 radiomic features"), "metrics.encoders.radiomics:Radiomics"),
        Entry("inception", _("Inception network of the FID"), "metrics.encoders.inception:Inception"),
        Entry("random", _("Fixed random network"), "metrics.encoders.random:RandomNetwork"),
    )
}


def get_encoder(name: str, *, folder: Path | None = None) -> Encoder:
    """Raises ValueError, naming the known ones, for an unknown name."""
    if name not in ENCODERS:
        raise ValueError(f"There is no encoder {name!r}. Known: {', '.join(ENCODERS)}.")
    module, attribute = ENCODERS[name].path.split(":")
    return getattr(import_module(module), attribute)(folder=folder)
