"""ONNX Runtime, silenced. Its Linux packages since 1.29 report to their maker what they run (names and digests of graphs,
sizes, times) unless they are told not to before they are loaded; this site sends nothing anywhere.
"""

import os
from typing import Any

SILENCE = {"ORT_DISABLE_TELEMETRY": "1"}


def onnx_runtime() -> Any:
    """The module onnxruntime. Whoever needs it gets it here."""
    os.environ.update(SILENCE)
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    return onnxruntime


def session(network: Any, threads: int = 1) -> Any:
    """A session on the processor for a path or the bytes of a file; nothing is logged."""
    runtime = onnx_runtime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 4
    return runtime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
