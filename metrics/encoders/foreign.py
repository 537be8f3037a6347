"""Encoders that an administrator brings as an ONNX file with declared preprocessing: RadImageNet, DINOv2, SwAV, TorchXRayVision, CLIP.

One folder each below the encoders' folder: `<name>/network.onnx` and `<name>/encoder.json`. The network runs in a confined
child (`foreign`), here in the process that asked only pictures are prepared. The digest of the file and the declaration stand beside
every number and are part of the key under which features are kept.
"""

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from foreign.checking import Description, Port
from foreign.confining import Limits, why_not
from foreign.network import Network
from foreign.refusal import Refused

from .base import Intensity
from .declaration import Declaration

NETWORK, FACTS = "network.onnx", "encoder.json"
NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")
BATCH, LARGEST_BATCH, LARGEST_DIMENSION = 8, 64, 65_536
TRIAL = Limits(seconds=20)  # on a page, whose server waits 30 s


def _(text: str) -> str:
    """Marks a sentence for makemessages; whoever shows it translates it."""
    return text


NAMED = _(
    "The name %(given)s is not taken: 2 to 31 small letters, digits and hyphens, a letter first, and none of %(used)s."
)
INPUTS = _("The file takes %(given)s inputs; an encoder takes one, the pictures.")
PIXELS = _("The input %(name)s takes %(dtype)s; pictures go in as float32 or float16.")
SIDES = _("The input %(name)s has the shape %(shape)s; declared are %(channels)s × %(side)s × %(side)s.")
OUTPUTS = _("The file has %(given)s outputs; number %(declared)s was declared, counted from 0.")
DIMENSION = _("It gives %(given)s features a picture; 1 to %(most)s are taken.")
SAME = _(
    "It gives the same features for different pictures. Compare the declaration with what the network expects."
)
BROKEN = _("It gives features that are no numbers. Compare the declaration with what the network expects.")


class ForeignEncoder:
    """One encoder of the folder. Reads its declaration when made; opens the network when it encodes."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self.folder = folder
        facts = json.loads((folder / FACTS).read_text())
        self.declaration = Declaration.from_data(facts["declaration"])
        self.dimension = int(facts["dimension"])  # counted by the trial that let the file in
        self.title = self.declaration.title

    @cached_property
    def weights_digest(self) -> str:
        with (self.folder / NETWORK).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def available(self) -> str | None:
        return why_not()

    def protocol(self) -> dict[str, Any]:
        facts = {
            "name": self.name, "version": "1", "weights": self.weights_digest, "preprocessing": self.declaration.preprocessing,
        }  # fmt: skip
        return facts | ({"family": self.declaration.family} if self.declaration.family else {})

    def encode(
        self, images: Iterable[np.ndarray], *, intensity: Intensity, threads: int = 1
    ) -> Iterator[np.ndarray]:
        """(dimension,) float32 of each picture. One thread, whatever `threads` says. Raises Refused."""
        with Network(self.folder / NETWORK) as network:
            yield from encoded(network, self.declaration, images, intensity)


@dataclass(frozen=True)
class Input:
    """How pictures go in: at a time, and with the colours first or last."""

    batch: int | None  # None: any number
    last: bool
    dtype: str

    def array(self, prepared: list[np.ndarray]) -> np.ndarray:
        """A batch of the file's own size is filled up with its last picture."""
        rows = prepared + prepared[-1:] * ((self.batch or 0) - len(prepared))
        stacked = np.stack(rows).astype(self.dtype)
        return stacked.transpose(0, 2, 3, 1) if self.last else stacked


def input_of(found: Description, declaration: Declaration) -> Input:
    """Raises Refused where the file does not fit its declaration."""
    if len(found.inputs) != 1:
        raise Refused(INPUTS, given=len(found.inputs))
    if not declaration.output < len(found.outputs):
        raise Refused(OUTPUTS, given=len(found.outputs), declared=declaration.output)
    (port,) = found.inputs
    if port.dtype not in ("float32", "float16"):
        raise Refused(PIXELS, name=port.name, dtype=port.dtype)
    last = _last(port, declaration)
    batch = port.shape[0]
    return Input(
        batch if batch is None or batch <= LARGEST_BATCH else _too_many(port, declaration), last, port.dtype
    )


def _last(port: Port, declaration: Declaration) -> bool:
    side, channels = declaration.side, declaration.channels
    for last, wanted in ((False, (channels, side, side)), (True, (side, side, channels))):
        if len(port.shape) == 4 and all(a in (None, b) for a, b in zip(port.shape[1:], wanted)):
            return last
    return _too_many(port, declaration)


def _too_many(port: Port, declaration: Declaration) -> Any:
    shape = " × ".join("n" if side is None else str(side) for side in port.shape) or "?"
    raise Refused(SIDES, name=port.name, shape=shape, channels=declaration.channels, side=declaration.side)


def encoded(
    network: Network, declaration: Declaration, images: Iterable[np.ndarray], intensity: Intensity
) -> Iterator[np.ndarray]:
    entry = input_of(network.describe(), declaration)
    source = iter(images)
    while batch := [declaration.prepared(image, intensity) for image in islice(source, entry.batch or BATCH)]:
        array = entry.array(batch)
        rows = declaration.features(network.run([array], declaration.output), len(array))
        yield from rows[: len(batch)]


def try_out(path: Path, declaration: Declaration) -> int:
    """Features a picture, after three made pictures went through. Raises Refused."""
    ramp = np.add.outer(np.arange(64.0), np.arange(64.0)) * 2
    noise = np.random.default_rng(0).uniform(0, 255, (64, 64))
    with Network(path, TRIAL) as network:
        rows = np.stack(list(encoded(network, declaration, [ramp, 255 - ramp, noise], Intensity(0, 255))))
    if not np.isfinite(rows).all():
        raise Refused(BROKEN)
    if not 1 <= rows.shape[1] <= LARGEST_DIMENSION:
        raise Refused(DIMENSION, given=f"{rows.shape[1]:,}", most=f"{LARGEST_DIMENSION:,}")
    if np.allclose(rows[0], rows[1]) and np.allclose(rows[0], rows[2]):
        raise Refused(SAME)
    return rows.shape[1]


def install(
    source: Path, name: str, declaration: Declaration, folder: Path, taken: Iterable[str]
) -> ForeignEncoder:
    """Try a file and keep it as `folder/name`: all of it or nothing. Raises Refused."""
    used = sorted({*taken, *(known.name for known in installed(folder))})
    if not NAME.fullmatch(name) or name in used:
        raise Refused(NAMED, given=name[:40], used=", ".join(used))
    dimension = try_out(source, declaration)
    folder.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder, prefix=".part-"))
    try:
        shutil.copyfile(source, made / NETWORK)
        facts = {"declaration": asdict(declaration), "dimension": dimension}
        (made / FACTS).write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
        made.chmod(0o755)
        made.rename(folder / name)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return ForeignEncoder(folder / name)


def remove(name: str, folder: Path) -> None:
    """Raises Refused for a name that is not there. Numbers made with it keep its digest."""
    if name not in {known.name for known in installed(folder)}:
        raise Refused(NONE, name=name[:40])
    shutil.rmtree(folder / name)


NONE = _("There is no uploaded encoder %(name)s.")


def installed(folder: Path | None) -> list[ForeignEncoder]:
    """Every whole encoder of the folder, by name."""
    found = []
    for place in sorted(folder.glob(f"*/{FACTS}")) if folder else ():
        if NAME.fullmatch(place.parent.name) and (place.parent / NETWORK).is_file():
            try:
                found.append(ForeignEncoder(place.parent))
            except (OSError, ValueError, KeyError, TypeError):
                continue  # not written by install(): left alone
    return found
