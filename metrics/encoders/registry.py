"""Every encoder: those of ours written down once, and those that an administrator brought as ONNX files below the encoders' folder.

Light: an encoder's own module is imported when it is asked for."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from foreign.refusal import Refused

from .base import Encoder


def _(text: str) -> str:
    """Marks a title for makemessages; whoever shows it translates it."""
    return text


@dataclass(frozen=True)
class Entry:
    name: str
    title: str
    path: str  # module:class, built with `folder=` where the operator's weights lie


UNKNOWN = _("There is no encoder “%(name)s” any more. Known: %(known)s.")

ENCODERS: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry("radiomics", _("385 radiomic features"), "metrics.encoders.radiomics:Radiomics"),
        Entry("inception", _("Inception network of the FID"), "metrics.encoders.inception:Inception"),
        Entry("random", _("Fixed random network"), "metrics.encoders.random:RandomNetwork"),
    )
}


def known_encoders(folder: Path | None) -> dict[str, str]:
    """{name: title} of ours, then of those in the folder."""
    from .foreign import installed

    return {entry.name: entry.title for entry in ENCODERS.values()} | {
        encoder.name: encoder.title for encoder in installed(folder)
    }


def get_encoder(name: str, *, folder: Path | None = None) -> Encoder:
    """Raises Refused, naming the known ones, for an unknown name."""
    if name in ENCODERS:
        module, attribute = ENCODERS[name].path.split(":")
        return getattr(import_module(module), attribute)(folder=folder)
    from .foreign import installed

    found = {encoder.name: encoder for encoder in installed(folder)}
    if name not in found:
        raise Refused(UNKNOWN, name=name, known=", ".join([*ENCODERS, *found]))
    return found[name]
