"""From an uploaded ONNX file to 64 pictures, everything included: a new process, its imports, the check, confinement, opening.

    python -m benchmarks.uploads

The file is our 64 px DCGAN (3,574,656 parameters) exported by torch. The peer is the same network as safetensors in a new process
with torch, which is what an upload of a registered architecture takes. The goal is 0.5 s on an idle machine; the processor time of
the child is printed beside, since a busy neighbour lengthens the first and hardly the second.
"""

from benchmarks.peers import medians, show  # isort: skip  (sets the thread count before numpy is loaded)

import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

from foreign.network import Network
from generators.foreign import draw
from generators.options_foreign import ForeignOptions

PICTURES, RUNS, GOAL = 64, 7, 0.5

TORCH = """
import sys, numpy as np, torch
from safetensors.torch import load_file
from generators.networks.dcgan import Generator
from generators.output import Output
from generators.sampling import sample
network = Generator()
network.load_state_dict(load_file(sys.argv[1]), strict=True)
assert len(list(sample(network, count=64, seed=0, output=Output(0, 255)))) == 64
"""


def export(folder: Path) -> tuple[Path, Path]:
    import torch
    from safetensors.torch import save_file

    from generators.networks.dcgan import Generator

    torch.manual_seed(0)
    network = Generator().eval()
    save_file(network.state_dict(), folder / "dcgan.safetensors")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network, (torch.zeros(1, 100),), str(folder / "dcgan.onnx"), dynamo=False, opset_version=17,
            input_names=["z"], output_names=["image"], dynamic_axes={"z": {0: "n"}, "image": {0: "n"}},
        )  # fmt: skip
    return folder / "dcgan.onnx", folder / "dcgan.safetensors"


def cold(path: Path) -> None:
    with Network(path) as network:
        pictures = [values for values, _label in draw(network, ForeignOptions(), count=PICTURES, seed=0)]
    assert np.shape(pictures) == (PICTURES, 64, 64)


def processor_seconds(path: Path) -> float:
    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = spent()
    cold(path)
    return spent() - before


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        network, weights = export(Path(folder))
        seconds = medians(
            RUNS,
            clock=time.perf_counter,  # the work is done by children
            ours=lambda: cold(network),
            torch=lambda: subprocess.run([sys.executable, "-c", TORCH, str(weights)], check=True),
        )
        show("cold start and 64 pictures of a 64 px DCGAN", seconds, {"torch": 1.0})
        child = float(np.median([processor_seconds(network) for _run in range(RUNS)]))
    print(
        f"  goal {GOAL} s: {'met' if seconds['ours'] <= GOAL else 'MISSED'}; processor time of the child {child:.3f} s"
    )


if __name__ == "__main__":
    main()
