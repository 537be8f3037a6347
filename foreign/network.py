"""A foreign network as its callers see it: open a file, run it, close it. Everything of the stranger's happens in a child.

    with Network(path) as network:
        pictures = network.run([latent])          # (n, channels, h, w)

A child that crashes, hangs, or eats memory or time is ended and costs one Refused; the process that asked goes on.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from .checking import MOST_BYTES, MOST_ELEMENTS, TOO_LARGE, Description, Port
from .confining import Limits, refuse_elsewhere
from .format import DTYPES
from .refusal import Refused, _
from .runtime import SILENCE

ROOT = Path(__file__).resolve().parent.parent
MOST_LINE = 1024**2
TIME = _("It took more than %(seconds)s seconds for one answer and was stopped.")
PROCESSOR = _("It used more than %(seconds)s seconds of processor time and was stopped.")
CRASHED = _(
    "It made ONNX Runtime crash (%(how)s), most often for want of memory. The site goes on without it."
)
NONSENSE = _("Its process gave an answer that makes no sense, and was stopped.")
TYPES = {name: np.dtype(name) for name, _size in DTYPES.values()}


DEFAULT = Limits()


class Network:
    """One file in a child that starts when first needed, and again after it died or has used half its processor time.

    `path` may be changed or removed later: the file stays open. Not for several threads at once."""

    def __init__(self, path: Path, limits: Limits = DEFAULT) -> None:
        refuse_elsewhere()
        self.limits = limits
        self._file = path.open("rb")
        size = os.fstat(self._file.fileno()).st_size
        if size > MOST_BYTES:
            self._file.close()
            raise Refused(TOO_LARGE, bytes=f"{size:,}", most=f"{MOST_BYTES:,}")
        self.memory = limits.memory + 4 * size
        self._child: subprocess.Popen | None = None
        self._found: Description | None = None

    def __enter__(self) -> "Network":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._end()
        self._file.close()

    def describe(self) -> Description:
        """What the file says of itself, after it was checked and opened. Raises Refused."""
        if self._found is None or self._child is None:
            with self._answering():
                self._start()
        assert self._found is not None
        return self._found

    def run(self, arrays: Sequence[np.ndarray], output: int = 0) -> np.ndarray:
        """Output number `output` for these inputs, in the file's order. Raises Refused."""
        self.describe()
        given = [np.ascontiguousarray(array) for array in arrays]
        with self._answering():
            self._send(
                {"arrays": [{"shape": a.shape, "dtype": a.dtype.str} for a in given], "output": output}, given
            )
            answer = self._line()
            result = self._array(answer)
        if float(answer["cpu"]) > self.limits.cpu / 2:
            self._end()
        return result

    def _start(self) -> None:
        self._file.seek(0)
        file = self._file.fileno()
        self._child = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", PROGRAM, json.dumps([str(ROOT), *filter(None, sys.path)]), str(file), str(self.memory), str(self.limits.cpu)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, pass_fds=[file], cwd="/", env=ENVIRONMENT,
        )  # fmt: skip
        self._found = _description(self._line()["description"])

    @contextlib.contextmanager
    def _answering(self) -> Iterator[None]:
        """Whatever goes wrong with the child is one Refused, and the child is ended; so it is when it takes too long."""
        late = threading.Event()

        def stop() -> None:
            late.set()
            if self._child is not None:
                self._child.kill()

        timer = threading.Timer(self.limits.seconds, stop)
        timer.start()
        try:
            yield
        except Refused:
            self._end()
            raise
        except (OSError, EOFError) as error:
            code = self._end()
            raise self._death(code, late.is_set()) from error
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            self._end()
            raise Refused(NONSENSE) from error
        except BaseException:
            self._end()  # half an answer may be on its way
            raise
        finally:
            timer.cancel()

    def _death(self, code: int | None, late: bool) -> Refused:
        if late:
            return Refused(TIME, seconds=f"{self.limits.seconds:g}")
        if code == -signal.SIGXCPU:
            return Refused(PROCESSOR, seconds=f"{self.limits.cpu:,}")
        how = f"exit status {code}" if code is None or code >= 0 else f"signal {-code}"
        return Refused(CRASHED, how=how)

    def _end(self) -> int | None:
        child, self._child = self._child, None
        if child is None:
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            if child.stdin:
                with contextlib.suppress(OSError):
                    child.stdin.close()
            child.wait(1)  # a crash needs a moment to be told by its code
        code = child.poll()
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()
        return code if code is not None else child.returncode

    def _pipes(self) -> tuple[Any, Any]:
        if self._child is None:
            raise EOFError
        return self._child.stdin, self._child.stdout

    def _send(self, request: dict[str, Any], arrays: list[np.ndarray]) -> None:
        pipe, _answers = self._pipes()
        pipe.write(json.dumps(request).encode() + b"\n")
        for array in arrays:
            pipe.write(array.data if array.size else b"")
        pipe.flush()

    def _line(self) -> dict[str, Any]:
        """The next line of the child: a refusal is raised. What it says is not trusted."""
        line = self._pipes()[1].readline(MOST_LINE)
        if not line:
            raise EOFError
        answer = json.loads(line)
        if "refused" in answer:
            values = {str(name): str(value)[:400] for name, value in answer["values"].items()}
            raise Refused(str(answer["refused"])[:1000], **values)
        return answer

    def _array(self, answer: dict[str, Any]) -> np.ndarray:
        shape, dtype = tuple(answer["shape"]), np.dtype(str(answer["dtype"]))
        if (
            dtype not in TYPES.values()
            or len(shape) > 8
            or any(type(side) is not int or side < 0 for side in shape)
        ):
            raise ValueError("no array")
        if prod(shape) > MOST_ELEMENTS:
            raise ValueError("too large an array")
        out = np.empty(shape, dtype)
        view, got = memoryview(out.data).cast("B") if out.size else memoryview(b""), 0
        pipe = self._pipes()[1]
        while got < len(view):
            count = pipe.readinto(view[got:])
            if not count:
                raise EOFError
            got += count
        return out


# The child knows nothing of the site: no setting, no secret, no path but those where the programs lie.
ENVIRONMENT = {**SILENCE, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "LANG": "C.UTF-8"}
PROGRAM = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from foreign.child import main; main(*map(int, sys.argv[2:]))"


def _description(facts: dict[str, Any]) -> Description:
    def ports(name: str) -> tuple[Port, ...]:
        return tuple(Port(str(p["name"]), str(p["dtype"]), tuple(p["shape"])) for p in facts[name])

    return Description(
        ports("inputs"), ports("outputs"), int(facts["opset"]), int(facts["nodes"]), int(facts["parameters"])
    )
