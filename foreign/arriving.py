"""A file as it arrives from outside: copied aside, within a size, and refused where opening it could run a program."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .refusal import Refused, _

PICKLED = (".pt", ".pth", ".pkl", ".pickle", ".pt2", ".ckpt", ".bin", ".joblib")
_PROTOCOLS = tuple(b"\x80" + bytes([number]) for number in (2, 3, 4, 5))
_ZIP = b"PK\x03\x04"

PICKLE = _(
    "%(name)s is a pickled file, and opening one can run any code on this server. "
    "Turn it into safetensors on your own machine with: manage.py convert_checkpoint FILE.pth FILE.safetensors"
)
TOO_LARGE = _("The file is larger than %(most)s bytes.")


@contextmanager
def staged(file: Any, folder: Path, most: int) -> Iterator[Path]:
    """A copy of an open file in `folder` that is gone afterwards. Raises Refused where it is longer than `most` bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part") as copy:
        left = most
        while part := file.read(1024**2):
            left -= len(part)
            if left < 0:
                raise Refused(TOO_LARGE, most=f"{most:,}")
            copy.write(part)
        copy.flush()
        yield Path(copy.name)


def refuse_pickles(path: Path, name: str) -> None:
    """By what it is called (`name`, the user's word) and by how it begins; a ZIP is how torch.save writes. Raises Refused."""
    with path.open("rb") as file:
        head = file.read(4)
    if name.lower().endswith(PICKLED) or head == _ZIP or head[:2] in _PROTOCOLS:
        raise Refused(PICKLE, name=name[:100])
