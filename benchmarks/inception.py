"""Inception features a second: one ONNX file through onnxruntime against the plain torch graph, same random weights.

    python -m benchmarks.inception [THREADS]

The torch graph is what torch-fidelity and pytorch-fid run; the pictures are prepared before the clock starts.
"""

from benchmarks.peers import medians, show  # isort: skip  (sets the thread count before numpy is loaded)

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from metrics.encoders.inception import BATCH, FILE, SIDE
from metrics.encoders.inception_graph import FidInception, write_onnx

BATCHES = 3
GFLOP = 11.4  # of one picture: 5.7 billion multiplications and additions


def peak(threads: int) -> float:
    """GFLOP/s of a large float32 matrix product: what this machine can do at best."""
    torch.set_num_threads(threads)
    a = torch.ones(2048, 2048)
    seconds = medians(5, ours=lambda: a @ a)["ours"]
    return 2 * 2048**3 / seconds / 1e9


def main() -> None:
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    network = FidInception().eval()
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
            torch.nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    images = np.random.default_rng(0).uniform(-1, 1, (BATCH, 3, SIDE, SIDE)).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE
        write_onnx(network, path)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

        def ours() -> np.ndarray:
            return session.run(["features"], {"images": images})[0]

        def plain() -> np.ndarray:
            with torch.inference_mode():
                return network(torch.from_numpy(images))[0].numpy()

        error = np.abs(ours() - plain()).max() / np.abs(plain()).max()
        seconds = medians(
            BATCHES,
            time.process_time if threads == 1 else time.perf_counter,
            ours=lambda: [ours() for _ in range(2)],
            torch=lambda: [plain() for _ in range(2)],
        )
    rate = 2 * BATCH / seconds["ours"]
    show(
        f"{2 * BATCH} pictures, {threads} thread(s), {rate:.1f} images/s, largest relative difference {error:.0e}",
        seconds,
        {"torch": 2.2},
    )
    print(f"  {rate * GFLOP:.0f} GFLOP/s; a matrix product on the same threads reaches {peak(threads):.0f}")


if __name__ == "__main__":
    main()
