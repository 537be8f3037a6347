"""Networks of others against strangers."""

import tempfile
import warnings
from pathlib import Path

import numpy as np

from tests.validation import Entry


def _uploaded_dcgan() -> float:
    """Our DCGAN exported as ONNX and run in the confined child, against torch: grey levels of 255."""
    import torch

    from foreign.network import Network
    from generators.foreign import draw
    from generators.networks.dcgan import Generator
    from generators.options_foreign import ForeignOptions
    from generators.sampling import latent_shape

    torch.manual_seed(0)
    network = Generator(width=8, size=32).eval()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "dcgan.onnx"
        torch.onnx.export(network, (torch.zeros(1, *latent_shape(network)),), str(path), dynamo=False, opset_version=17,
                          input_names=["z"], output_names=["image"], dynamic_axes={"z": {0: "n"}, "image": {0: "n"}})  # fmt: skip
        with Network(path) as child:
            theirs = np.stack([values for values, _label in draw(child, ForeignOptions(), count=4, seed=3)])
    z = np.stack(
        [np.random.default_rng([3, i]).standard_normal((1, 100), dtype=np.float32)[0] for i in range(4)]
    )
    with torch.inference_mode():
        ours = network(torch.from_numpy(z))[:, 0].numpy()
    return float(np.abs(ours - theirs).max() * 127.5)


def _resized_for_an_encoder() -> float:
    """Declared preprocessing with the bilinear filter, against torch's antialiased interpolation, on values of 0 to 1."""
    import torch

    from metrics.encoders.base import Intensity
    from metrics.encoders.declaration import Declaration

    picture = np.random.default_rng(0).integers(0, 4096, (300, 220)).astype(np.uint16)
    ready = Declaration(title="d", side=96, channels=1).prepared(picture, Intensity(0, 4095))
    scaled = torch.from_numpy(picture.astype(np.float32) / 4095)[None, None]
    small = torch.nn.functional.interpolate(scaled, (96, 96), mode="bilinear", antialias=True)[0].numpy()
    return float(np.abs(ready - small).max())


ENTRIES: tuple[Entry, ...] = (
    Entry("generators.foreign.draw", "DCGAN as an uploaded ONNX file, grey levels", "torch, the same weights and numbers", 0.01, _uploaded_dcgan),
    Entry("metrics.encoders.declaration.Declaration.prepared", "Preprocessing of an uploaded encoder", "torch interpolate, bilinear, antialiased", 1e-5, _resized_for_an_encoder),
)  # fmt: skip
