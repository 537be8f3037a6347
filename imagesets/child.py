"""A decoder in a process of its own: a file that makes native code abort, hang or eat memory costs one refusal.

Run as a program it reads requests, one JSON line each, and answers with one JSON line and the raw arrays after it.
"""

import contextlib
import json
import os
import selectors
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from .reading import Meaning, ReadImage, UnreadableImage, read_image

SECONDS = 60  # for one file
MEMORY = 6 * 1024**3  # bytes of address space, where the system can limit it
TEST_HOOK = "EVALSITE_TEST_DECODER"  # names a way to die, for the tests of this file


class Decoder:
    """One warm child, started when first needed and again after it died. Close it, or use it in a `with`."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._child: subprocess.Popen | None = None

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def read(self, path: Path, name: str) -> ReadImage:
        """read_image() of a file. Raises UnreadableImage, also when the decoder died over it."""
        child = self._alive()
        try:
            _write(child.stdin, {"path": str(path), "name": name})
            return self._answer(child)
        except (OSError, EOFError, ValueError) as error:
            if isinstance(error, UnreadableImage):
                raise
            code = self._bury()
            if isinstance(error, TimeoutError):
                raise UnreadableImage(f"decoding took more than {self.seconds:g} seconds") from error
            raise UnreadableImage(
                f"it made the decoder crash ({_death(code)}); the file is probably damaged"
            ) from error

    def close(self) -> None:
        if self._child:
            self._bury()

    def _alive(self) -> subprocess.Popen:
        if self._child is None or self._child.poll() is not None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "imagesets.child"], cwd=Path(__file__).resolve().parent.parent,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        return self._child

    def _bury(self) -> int | None:
        child, self._child = self._child, None
        if child is None:
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(0.5)  # a crash needs a moment to be told by its code
        died_by = child.poll()
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        return died_by

    def _answer(self, child: subprocess.Popen) -> ReadImage:
        pipe, end = child.stdout, time.monotonic() + self.seconds
        assert pipe is not None
        _wait(pipe, end)
        answer = json.loads(pipe.readline() or _no_more())
        if "refused" in answer:
            raise UnreadableImage(answer["refused"])
        arrays = [_receive(pipe, part, end) for part in answer["arrays"]]
        facts = answer["facts"]
        meaning = Meaning(**{**facts["meaning"], "notes": tuple(facts["meaning"]["notes"])})
        labels = tuple(facts["labels"]) if facts["labels"] is not None else None
        masks = arrays[1] if len(arrays) > 1 else None
        return ReadImage(arrays[0], tuple(facts["data_range"]), facts["frames"], meaning, labels, masks)


def _no_more() -> bytes:
    raise EOFError


def _wait(pipe: BinaryIO, end: float) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        if not selector.select(max(0.0, end - time.monotonic())):
            raise TimeoutError


def _receive(pipe: BinaryIO, part: dict[str, Any], end: float) -> np.ndarray:
    out = np.empty(part["shape"], np.dtype(part["dtype"]))
    view = memoryview(out).cast("B") if out.size else memoryview(b"")
    got = 0
    while got < len(view):
        count = pipe.readinto(view[got:])  # type: ignore[attr-defined]
        got += count or len(_no_more())
    return out


def _write(pipe: Any, request: dict[str, Any]) -> None:
    pipe.write(json.dumps(request).encode() + b"\n")
    pipe.flush()


def _death(code: int | None) -> str:
    if code is None:
        return "it stopped answering"
    return f"signal {-code}" if code < 0 else f"exit status {code}"


def main() -> None:
    """Serve requests until the parent goes. Whatever a library prints must not land among the answers."""
    _limit_memory()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        _die_if_asked(request["name"])
        try:
            _send(answers, read_image(Path(request["path"]).read_bytes(), request["name"]))
        except UnreadableImage as refusal:
            _write(answers, {"refused": str(refusal)})
        except MemoryError:
            _write(answers, {"refused": "it needs more memory than one file may take"})
        except OSError as error:
            _write(answers, {"refused": f"it could not be read from the disk ({error.strerror})"})


def _send(answers: BinaryIO, image: ReadImage) -> None:
    arrays = [np.ascontiguousarray(image.pixels)]
    if image.masks is not None:
        arrays.append(np.ascontiguousarray(image.masks))
    facts = {
        "data_range": image.data_range,
        "frames": image.frames,
        "meaning": asdict(image.meaning),
        "labels": image.labels,
    }
    _write(answers, {"facts": facts, "arrays": [{"shape": a.shape, "dtype": a.dtype.str} for a in arrays]})
    for array in arrays:
        answers.write(array.data)
    answers.flush()


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass  # macOS has no such limit


def _die_if_asked(name: str) -> None:
    way = os.environ.get(TEST_HOOK)
    if way and name.startswith("deadly"):
        if way == "abort":
            os.abort()
        time.sleep(3600)


if __name__ == "__main__":
    main()
