"""Weights from outside, checked without trusting them: safetensors only, the header first, the values last.

The cheap half (`check_file`) reads no more than the header and imports no torch, so a web request may run it. The
strict half (`load_network`) builds the network and demands exactly its names and shapes.
"""

import json
import struct
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foreign.arriving import refuse_pickles
from foreign.refusal import Refused

from .catalogue import NETWORKS
from .options import InvalidOptions, make_options

MOST_BYTES = 2 * 1024**3
MOST_HEADER = 4 * 1024**2
MOST_TENSORS = 10_000
REFUSED = 3  # exit status of this file run as a program
DTYPES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "U8": 1}


class RefusedWeights(Refused):
    """Weights that are not taken; the message says why and what to do."""


@dataclass(frozen=True)
class Tensor:
    dtype: str
    shape: tuple[int, ...]


def check_file(path: Path, name: str) -> dict[str, Tensor]:
    """Names, dtypes and shapes in a safetensors file. `name` is what the user called it.

    Raises Refused for pickles (whatever they are called), files that are too large, and headers that do not add up.
    """
    refuse_pickles(path, name)
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise RefusedWeights(f"{name} has {size:,} bytes; at most {MOST_BYTES:,} are taken.")
    return _tensors(_header(path, name, size), name, size)


def _header(path: Path, name: str, size: int) -> dict[str, Any]:
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= min(MOST_HEADER, size - 8):
            raise RefusedWeights(
                f"{name} is not a safetensors file: its first 8 bytes do not give the length of a header."
            )
        try:
            header = json.loads(file.read(length))
        except (ValueError, RecursionError):
            header = None
    if not isinstance(header, dict):
        raise RefusedWeights(f"{name} is not a safetensors file: its header is not JSON.")
    header.pop("__metadata__", None)
    if not 1 <= len(header) <= MOST_TENSORS:
        raise RefusedWeights(f"{name} holds {len(header):,} tensors; 1 to {MOST_TENSORS:,} are taken.")
    return header


def _tensors(header: dict[str, Any], name: str, size: int) -> dict[str, Tensor]:
    tensors, spans = {}, []
    for key, entry in header.items():
        try:
            dtype, shape, (begin, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
            count = 1
            for side in shape:
                count *= side
            fits = (
                all(type(n) is int and n >= 0 for n in (*shape, begin, end))
                and end - begin == count * DTYPES[dtype]
            )
        except (KeyError, TypeError, ValueError):
            fits = False
        if not fits:
            raise RefusedWeights(f"{name}: the header's entry for {key[:60]!r} does not add up.")
        tensors[key] = Tensor(dtype, shape)
        spans.append((begin, end))
    spans.sort()
    starts = [0, *(end for _begin, end in spans)]
    if any(begin != start for (begin, _end), start in zip(spans, starts)) or 8 + starts[-1] > size:
        raise RefusedWeights(f"{name} is damaged: its tensors overlap, leave gaps or reach beyond its end.")
    return tensors


def check_config(network: str, config: Any) -> Any:
    """The frozen options of an uploaded configuration. Raises RefusedWeights in words."""
    if network not in NETWORKS:
        raise RefusedWeights(f"There is no architecture {network!r}. Registered: {', '.join(NETWORKS)}.")
    if not isinstance(config, dict):
        raise RefusedWeights("The configuration must be a JSON object with the options of the architecture.")
    try:
        return make_options(NETWORKS[network].options, config)
    except InvalidOptions as error:
        raise RefusedWeights(f"Configuration: {error}") from error


def load_network(path: Path, name: str, network: str, options: Any) -> Any:
    """The generator with these weights, in eval mode. Imports torch: tasks only.

    Raises RefusedWeights when names or shapes differ from what the architecture expects, listing them, and for weights
    that are not finite.
    """
    from dataclasses import asdict

    import torch
    from safetensors.torch import load_file

    given = check_file(path, name)
    module = NETWORKS[network].load()
    try:
        with torch.device("meta"):
            expected = {
                key: tuple(value.shape)
                for key, value in module.Generator(**asdict(options)).state_dict().items()
            }
    except ValueError as error:
        raise RefusedWeights(f"Configuration: {error}") from error
    _compare(given, expected, name)
    generator = module.Generator(**asdict(options))
    state = load_file(path)
    generator.load_state_dict(state, strict=True)
    bad = [
        key for key, value in state.items() if value.is_floating_point() and not torch.isfinite(value).all()
    ]
    if bad:
        raise RefusedWeights(
            f"{name}: {bad[0]} holds values that are no numbers. The training diverged; use another checkpoint."
        )
    return generator.eval()


def _compare(given: dict[str, Tensor], expected: dict[str, tuple[int, ...]], name: str) -> None:
    missing = sorted(set(expected) - set(given))
    extra = sorted(set(given) - set(expected))
    other = [
        f"{key} is {given[key].shape}, not {expected[key]}"
        for key in expected
        if key in given and given[key].shape != expected[key]
    ]
    for rows, words in ((missing, "lacks"), (extra, "has unexpected"), (other, "has other shapes:")):
        if rows:
            more = f" and {len(rows) - 3} more" if len(rows) > 3 else ""
            raise RefusedWeights(
                f"{name} does not fit the architecture and its configuration: it {words} {', '.join(rows[:3])}{more}."
            )


def main(path: str, name: str, network: str, config: str) -> int:
    """Run as a program: a process of its own for the strict half. Prints the refusal and returns REFUSED."""
    try:
        load_network(Path(path), name, network, check_config(network, json.loads(config)))
    except Refused as refusal:
        print(refusal)
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
