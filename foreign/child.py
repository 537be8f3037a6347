"""The program of the child: give everything up, check the file, open it, answer requests until the parent goes.

It has what was open when it began: requests on 0, answers on 1, the file on the descriptor in its arguments. An answer is one
JSON line, and the raw array after it where there is one.
"""

import json
import os
import time
from dataclasses import asdict
from math import prod
from typing import Any, BinaryIO

from .checking import MOST_BYTES, MOST_ELEMENTS, TOO_LARGE, Description, check
from .confining import be_first_to_go, confine, die_with_parent
from .refusal import Refused, _
from .runtime import session

MEMORY = _("It needs more memory than the %(megabytes)s MB that a foreign network may use.")
RUNTIME = _("ONNX Runtime could not run it: %(cause)s")
OUTPUT = _("It gives an output of a kind that is not taken (%(kind)s).")
_OUT_OF_MEMORY = (
    "bad_alloc",
    "allocate memory",
    "bad allocation",
    "out of memory",
    "vector::_M_default_append",
    "length_error",
)


def main(file: int, memory: int, cpu: int) -> None:
    die_with_parent()
    be_first_to_go()
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not land among the answers
    network = Opened(memory)
    network.prepare()
    try:
        data = read_whole(file)
        confine(memory, cpu)
        say(answers, description=asdict(network.open(data)))
        for line in requests:
            serve(network, json.loads(line), requests, answers)
    except Refused as refusal:
        say(answers, refused=refusal.words, values=refusal.values)


def serve(network: "Opened", request: dict[str, Any], requests: BinaryIO, answers: BinaryIO) -> None:
    import numpy as np

    arrays = []
    for part in request["arrays"]:
        data = requests.read(prod(part["shape"]) * np.dtype(part["dtype"]).itemsize)
        arrays.append(np.frombuffer(data, part["dtype"]).reshape(part["shape"]))
    result = network.run(arrays, request["output"])
    say(answers, shape=result.shape, dtype=result.dtype.str, cpu=time.process_time())
    answers.write(result.data if result.size else b"")
    answers.flush()


def say(answers: BinaryIO, **facts: Any) -> None:
    answers.write(json.dumps(facts).encode() + b"\n")
    answers.flush()


class Opened:
    """A network in ONNX Runtime, one thread, on the processor."""

    def __init__(self, memory: int) -> None:
        self.memory = memory

    def prepare(self) -> None:
        """Import and start everything that needs to open files, while files can be opened."""
        import numpy as np

        session(_IDENTITY).run(None, {"x": np.zeros(1, np.float32)})

    def open(self, data: bytes) -> Description:
        try:
            found = check(data)
            self.session = session(data)
        except MemoryError:
            raise self._too_much() from None
        except Refused:
            raise
        except Exception as error:
            raise self._said(error) from error
        return found

    def run(self, arrays: list[Any], output: int) -> Any:
        import numpy as np

        names = [port.name for port in self.session.get_inputs()]
        outputs = [port.name for port in self.session.get_outputs()]
        try:
            (result,) = self.session.run([outputs[output]], dict(zip(names, arrays)))
            if (
                not isinstance(result, np.ndarray)
                or result.dtype.kind not in "fiub"
                or result.size > MOST_ELEMENTS
            ):
                raise Refused(OUTPUT, kind=type(result).__name__)
            return np.ascontiguousarray(result)
        except MemoryError:
            raise self._too_much() from None
        except Refused:
            raise
        except Exception as error:
            raise self._said(error) from error

    def _said(self, error: Exception) -> Refused:
        cause = " ".join(str(error).split())
        if any(sign in cause for sign in _OUT_OF_MEMORY):
            return self._too_much()
        return Refused(RUNTIME, cause=cause[:300])

    def _too_much(self) -> Refused:
        return Refused(MEMORY, megabytes=f"{self.memory // 1024**2:,}")


def read_whole(file: int) -> bytes:
    size = os.fstat(file).st_size
    if size > MOST_BYTES:
        raise Refused(TOO_LARGE, bytes=f"{size:,}", most=f"{MOST_BYTES:,}")
    with os.fdopen(file, "rb") as whole:
        return whole.read()


# y = Identity(x) of one float, so that the runtime has been used once before it is confined.
_IDENTITY = bytes.fromhex(
    "08083a370a100a017812017922084964656e746974791201675a0f0a0178120a0a08080112040a020801620f0a0179120a0a08080112040a02080142040a00100d"
)
