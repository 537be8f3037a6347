"""Foreign networks in a real child: what honest files give, and that hostile ones are stopped with a sentence."""

import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from onnx import helper

from foreign import network as module
from foreign.confining import Limits
from foreign.network import ENVIRONMENT, ROOT, Network
from foreign.refusal import Refused

from . import files


@pytest.fixture
def kept(tmp_path):
    def keep(data: bytes) -> Path:
        path = tmp_path / "network.onnx"
        path.write_bytes(data)
        return path

    return keep


def test_it_gives_what_numpy_gives(kept):
    z = np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32)
    with Network(kept(files.affine())) as network:
        port = network.describe().inputs[0]
        assert (port.name, port.dtype, port.shape) == ("z", "float32", (None, 3))
        assert network.describe().parameters == 3 * 16 + 4
        given = network.run([z])
    weights = np.random.default_rng(0).normal(size=(3, 16)).astype(np.float32)
    np.testing.assert_allclose(given, np.tanh(z @ weights).reshape(5, 1, 4, 4), rtol=1e-5)


def test_the_file_of_66_bytes_that_asks_for_160_gigabytes(kept):
    data = files.asks(200_000, 200_000)
    assert len(data) <= 66
    with (
        Network(kept(data)) as network,
        pytest.raises(Refused, match=r"40,000,000,000 numbers \(160,000,000,000 bytes\)"),
    ):
        network.describe()


def test_the_same_hidden_in_a_computation_meets_the_limit_on_memory(kept):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with Network(kept(files.asks_when_it_runs())) as network:
        for _again in range(2):  # the second time a new child says the same
            with pytest.raises(Refused, match=r"more memory than the 1,536 MB"):
                network.run([np.zeros((1, 3), np.float32)])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000, "kilobytes, in this process"


def test_memory_that_is_really_touched_is_limited_too(kept):
    """Half a gigabyte at a time, filled by the kernel of an operator, until the limit."""
    with (
        Network(kept(files.asks_when_it_runs(22_000)), Limits(memory=1024**3)) as network,
        pytest.raises(Refused, match="memory"),
    ):
        network.run([np.zeros((1, 3), np.float32)])


def test_an_endless_computation_is_stopped_by_the_clock(kept):
    began = time.monotonic()
    with (
        Network(kept(files.endless(products=4000)), Limits(seconds=4)) as network,
        pytest.raises(Refused, match="more than 4 seconds"),
    ):
        network.run([np.zeros((1, 3), np.float32)])
    assert time.monotonic() - began < 15


def test_an_endless_computation_is_stopped_by_its_processor_time(kept):
    with (
        Network(kept(files.endless(products=4000)), Limits(cpu=2)) as network,
        pytest.raises(Refused, match="2 seconds of processor"),
    ):
        network.run([np.zeros((1, 3), np.float32)])


def test_a_child_that_used_half_its_processor_time_is_followed_by_another(kept):
    z = np.ones((1, 3), np.float32)
    with Network(kept(files.affine()), Limits(cpu=1)) as network:
        first = network.run([z])
        network._end()
        np.testing.assert_array_equal(network.run([z]), first)


def test_bad_inputs_get_a_sentence_and_the_next_ones_an_answer(kept):
    with Network(kept(files.affine())) as network:
        with pytest.raises(Refused, match="could not run it: .*dimension"):
            network.run([np.zeros((1, 7), np.float32)])
        assert network.run([np.zeros((2, 3), np.float32)]).shape == (2, 1, 4, 4)


X, Y = files.value("x", ["n", 3]), files.value("y", ["n", 3])
BROKEN = {
    "a cycle": [helper.make_node("Add", ["x", "y"], ["y"])],
    "an input from nowhere": [helper.make_node("Add", ["x", "ghost"], ["y"])],
    "an attribute of another type": [helper.make_node("Flatten", ["x"], ["y"], axis="one")],
    "an attribute unknown": [helper.make_node("Relu", ["x"], ["y"], colour=3)],
    "too few inputs": [helper.make_node("Conv", ["x"], ["y"])],
    "no such shape": [helper.make_node("Constant", [], ["s"], value_ints=[-1, -1]), helper.make_node("Reshape", ["x", "s"], ["y"])],
    "a range without end": [
        helper.make_node("Constant", [], ["a"], value_float=0.0),
        helper.make_node("Constant", [], ["b"], value_float=1e30),
        helper.make_node("Constant", [], ["c"], value_float=1e-30),
        helper.make_node("Range", ["a", "b", "c"], ["r"]),
        helper.make_node("ReduceMax", ["r"], ["m"]),
        helper.make_node("Add", ["x", "m"], ["y"]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_what_the_check_lets_pass_and_the_runtime_does_not_is_refused_too(kept, name):
    with Network(kept(files.model(BROKEN[name], [X], [Y]))) as network, pytest.raises(Refused):
        network.run([np.zeros((1, 3), np.float32)])


def test_it_is_refused_where_memory_cannot_be_limited(kept, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(Refused, match="only on Linux"):
        Network(kept(files.affine()))


PROBE = """
import json, os, socket, subprocess, sys
sys.path.insert(0, sys.argv[1])
from foreign.child import Opened
from foreign.confining import confine
Opened(2**30).prepare()
environment = sorted(os.environ)
confine(2**30, 60)
def prlimit(process):
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(302 if os.uname().machine == "x86_64" else 261, process, 9, 0, 0):
        raise OSError(ctypes.get_errno(), "prlimit")
def refused(act):
    try:
        act()
    except OSError as error:
        return error.errno
    return None
tries = {
    "open": lambda: os.open("/etc/hostname", os.O_RDONLY),
    "create": lambda: os.open("/tmp/evalsite-probe", os.O_CREAT | os.O_WRONLY),
    "socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "unix socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
    "fork": os.fork,
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "kill": lambda: os.kill(os.getppid(), 0),
    "list": lambda: os.listdir("/"),
    "stat": lambda: os.stat("/etc/passwd"),
    "pipe": os.pipe,
    "more memory": lambda: prlimit(os.getppid()),
    "own memory": lambda: prlimit(0),
}
answers = {name: refused(act) for name, act in tries.items()}
answers["environment"] = environment
sys.stdout.write(json.dumps(answers))
"""


def test_what_a_confined_process_cannot_do():
    """The same confinement, with the attacker's code inside: file, socket, program, process, signal, more memory."""
    import errno
    import json

    done = subprocess.run(
        [sys.executable, "-I", "-c", PROBE, str(ROOT)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    answers = json.loads(done.stdout)
    assert set(answers.pop("environment")) <= {*ENVIRONMENT, "LC_CTYPE"}
    assert {
        name for name, code in answers.items() if code not in (errno.EPERM, errno.EMFILE, errno.EAGAIN)
    } == set(), answers


# Root becomes the user nobody once everything is imported, since nobody may not be able to read the programs.
NOBODY = """
import os, resource
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
assert os.getuid() != 0
"""


def test_a_user_without_rights_is_confined_and_served(kept, monkeypatch):
    prepared = module.PROGRAM.replace(
        "; main(", "; from foreign.child import Opened; Opened(0).prepare(); exec(sys.argv.pop()); main("
    )
    started = subprocess.Popen

    def as_nobody(command, **more):
        return started([*command, NOBODY], **more)

    z = np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32)
    with Network(kept(files.affine())) as network:
        usual = network.run([z])
    monkeypatch.setattr(module, "PROGRAM", prepared)
    monkeypatch.setattr(module.subprocess, "Popen", as_nobody)
    with Network(kept(files.affine())) as network:
        np.testing.assert_array_equal(network.run([z]), usual)
        status = Path(f"/proc/{network._child.pid}/status").read_text().split("\n")
    facts = dict(line.split(":\t") for line in status if ":\t" in line)
    assert "0" not in facts["Uid"].split()
    assert (facts["Seccomp"], facts["NoNewPrivs"]) == ("2", "1")


def test_a_user_without_rights_can_do_no_more(tmp_path):
    import errno
    import json

    done = subprocess.run(
        [sys.executable, "-I", "-c", PROBE.replace("confine(", f"exec({NOBODY!r}); confine(", 1), str(ROOT)],
        env=ENVIRONMENT, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    answers = json.loads(done.stdout)
    answers.pop("environment")
    refused = (errno.EPERM, errno.EMFILE, errno.EAGAIN)
    assert answers
    assert {name: code for name, code in answers.items() if code not in refused} == {}


def test_onnx_runtime_reports_to_nobody(tmp_path):
    """Its Linux packages keep what they would report in a database below the home folder; with us there is none."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); from foreign.child import _IDENTITY; from foreign.runtime import session; "
        "import numpy as np; session(_IDENTITY).run(None, {'x': np.zeros(1, np.float32)}); import threading, os; "
        "print(len(os.listdir('/proc/self/task')))"
    )
    environment = {"HOME": str(tmp_path), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, str(ROOT)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "1", "and no thread that would send it"
    assert list(tmp_path.rglob("*")) == []


def test_nothing_of_the_site_is_open_in_the_child(kept, monkeypatch):
    monkeypatch.setenv("EVALSITE_SECRET_KEY", "secret")
    with Network(kept(files.affine())) as network, open(os.devnull) as _site_file:
        network.describe()
        folder = Path(f"/proc/{network._child.pid}")
        assert "secret" not in (folder / "environ").read_text()
        opened = {os.readlink(entry) for entry in (folder / "fd").iterdir()}
        assert {name for name in opened if not name.startswith("pipe:") and name != os.devnull} <= {
            str(network._file.name)
        }
        limits = (folder / "limits").read_text()
    assert "Max open files            0" in limits
    assert "Max file size             0" in limits


def test_the_child_goes_when_it_is_closed(kept):
    network = Network(kept(files.affine()))
    network.describe()
    child = network._child
    network.close()
    assert child.returncode == 0


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ("print('{}', flush=True)", "makes no sense"),
        ("print('[' * 100000, flush=True)", "makes no sense"),
        ("print('x' * 3_000_000, flush=True)", "makes no sense"),
        ("import os; os.abort()", "signal 6"),
        ("import time; time.sleep(60)", "more than 2 seconds"),
        ('print(\'{"refused": "%(no)s <b>", "values": {}}\', flush=True)', "<b>"),
    ],
)
def test_a_child_that_went_bad_cannot_hurt_its_parent(kept, monkeypatch, says, words):
    monkeypatch.setattr(module, "PROGRAM", says)
    with Network(kept(files.affine()), Limits(seconds=2)) as network, pytest.raises(Refused, match=words):
        network.describe()


@pytest.mark.parametrize("shape", ["[1000000, 1000000]", "[-1]", '["a"]', "[1.5]", "[100, 1000]"])
def test_an_array_that_is_not_what_it_says_is_refused(kept, monkeypatch, shape):
    says = (
        "import json, sys; print(json.dumps({'description': {'inputs': [], 'outputs': [], 'opset': 1, 'nodes': 1, 'parameters': 1}}), flush=True); "
        f'sys.stdin.readline(); print(\'{{"shape": {shape}, "dtype": "<f4", "cpu": 0}}\', flush=True)'
    )
    monkeypatch.setattr(module, "PROGRAM", says)
    with Network(kept(files.affine()), Limits(seconds=5)) as network, pytest.raises(Refused):
        network.run([])


def test_no_thread_is_left_behind(kept):
    before = threading.active_count()
    with Network(kept(files.affine())) as network:
        network.run([np.zeros((1, 3), np.float32)])
    time.sleep(0.05)
    assert threading.active_count() == before
