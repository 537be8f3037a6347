"""A tiny configuration of every system of the catalogue, for the tests that each must pass."""

from typing import Any

from generators.catalogue import NETWORKS

TINY: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # network: (options, options of training); 16 pixels where a network can, eight pictures a step
    "dcgan": ({"width": 4, "size": 16, "latent": 8}, {"ada_target": 0.6}),
    "gan": ({"width": 20, "size": 16, "latent": 8}, {}),
    "wgan": ({"width": 4, "size": 16, "latent": 8}, {"warm_critic_steps": 3, "critic_steps": 2}),
    "wgan_gp": ({"width": 4, "size": 16, "latent": 8}, {"critic_steps": 2}),
    "pggan": ({"latent": 8, "size": 16, "base_maps": 32, "most_maps": 8}, {"phase_images": 48}),
    "ddpm": (
        {"width": 8, "levels": 2, "size": 16, "timesteps": 20, "sampling_steps": 2},
        {"images_seen": 192},
    ),
    "transfer": ({"width": 4, "size": 16, "latent": 8, "frozen_generator": 1}, {}),
    "fbgan": ({"width": 4, "size": 16, "latent": 8, "refiner_width": 4, "refiner_blocks": 1}, {}),
    "cyclegan": ({"width": 4, "blocks": 1, "size": 24}, {"pool": 5}),
    "lesion": ({"width": 4, "blocks": 1, "size": 24}, {"pool": 0, "images_seen": 160}),
    "denoising": ({"width": 4, "layers": 3, "size": 24}, {"patch": 16, "critic_width": 4, "critic_steps": 2}),
    "tripartite": ({"width": 8, "blocks": 1, "size": 24}, {}),
    "cigan": ({"width": 4, "levels": 3, "size": 16}, {}),
}


def tiny(network: str, **training: Any) -> tuple[Any, Any]:
    """(options, training options) for a run of a few seconds."""
    options, more = TINY[network]
    entry = NETWORKS[network]
    values = {
        "images_seen": 320,
        "batch": 8,
        "checkpoint_every_images": 64,
        "sample_every_images": 160,
        "watch": 64,
    }
    return entry.options(**options), entry.training(**{**values, **more, **training})  # type: ignore[misc]
