"""From a 256 px PNG on disk to a float array of 299 px: ours against clean-fid's path, written from its description.

    python -m benchmarks.reading [FOLDER of 256 px grey PNG]

Parmar, Zhang & Zhu (CVPR 2022) make three 8-bit channels of every picture and resize each as float by Pillow's bicubic filter.
Here a grey picture is read in its own depth, resized once and copied to three channels after. The end result is the same to
rounding for 8-bit pictures, which is checked first; 16-bit ones lose nothing.
"""

from benchmarks.peers import medians, show  # isort: skip  (sets the thread count before numpy is loaded)

import io
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from imagesets.reading import read_image
from metrics.encoders.base import Intensity
from metrics.encoders.inception import SIDE, prepared
from metrics.features import keep_freed_memory

PICTURES = 200


def files() -> list[bytes]:
    if len(sys.argv) > 1:
        return [path.read_bytes() for path in sorted(Path(sys.argv[1]).rglob("*.png"))[:PICTURES]]
    rng, made = np.random.default_rng(0), []
    for _picture in range(PICTURES):
        texture = gaussian_filter(rng.normal(size=(256, 256)), 2) * 200 + 128
        out = io.BytesIO()
        Image.fromarray(np.clip(texture, 0, 255).astype(np.uint8)).save(out, "PNG")
        made.append(out.getvalue())
    return made


def ours(data: bytes) -> np.ndarray:
    """(3, 299, 299) in -1..1, as the Inception encoder takes it."""
    return prepared(read_image(data, "picture.png").pixels, Intensity(0, 255))


def clean_fid(data: bytes) -> np.ndarray:
    """(299, 299, 3) in 0..255."""
    picture = np.array(Image.open(io.BytesIO(data)).convert("RGB"))
    channels = [
        np.asarray(
            Image.fromarray(picture[:, :, c].astype(np.float32)).resize(
                (SIDE, SIDE), Image.Resampling.BICUBIC
            )
        ).clip(0, 255)
        for c in range(3)
    ]
    return np.stack(channels, axis=2).astype(np.float32)


def decoding(data: bytes) -> None:
    Image.open(io.BytesIO(data)).load()


def one_by_one(function: Callable[[bytes], object], data: list[bytes]) -> Callable[[], None]:
    """As encoders take them: what was made of a picture is not kept, so that no memory is asked for but that of a picture."""

    def each() -> None:
        for picture in data:
            function(picture)

    return each


def main() -> None:
    keep_freed_memory()  # as an evaluation does before it reads; theirs is as much quicker by it
    data = files()
    apart = np.abs((np.clip(ours(data[0]), -1, 1) + 1) * 127.5 - clean_fid(data[0]).transpose(2, 0, 1)).max()
    print(f"largest difference of a pixel: {apart:.1e} grey levels")
    seconds = medians(
        9,
        ours=one_by_one(ours, data),
        clean_fid=one_by_one(clean_fid, data),
        decoding=one_by_one(decoding, data),
    )
    show(f"{len(data)} PNG of 256 px to {SIDE} px", seconds, {"clean_fid": 3.0})
    print(f"  {len(data) / seconds['ours']:.0f} images/s")
    share = seconds["decoding"] / seconds["ours"]
    limit = seconds["clean_fid"] / seconds["decoding"]
    print(
        f"  the PNG decoder, which both call, takes {share:.0%} of ours: it limits the ratio to {limit:.1f} x"
    )


if __name__ == "__main__":
    main()
