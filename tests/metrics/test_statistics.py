"""Statistics of two sites merge to those of all images in one place; bad files get a sentence."""

import io

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from metrics import statistics
from metrics.functional.frechet import Moments, frechet_distance
from metrics.images import EvaluationRefused
from metrics.measuring import common_scale
from metrics.statistics import Statistics, distance, merged
from tests.factories import blobs

RANDOM = {"encoder": {"name": "random"}, "low": 0.0, "high": 255.0}
HANDMADE = {"encoder": {"name": "radiomics"}, "low": 0.0, "high": 255.0}


def of(rows, protocol=RANDOM):
    return Statistics(Moments.of(rows), protocol)


@pytest.mark.parametrize("protocol", [RANDOM, HANDMADE])
def test_merged_sites_give_the_distance_of_all_images_in_one_place(protocol):
    """To 1e-12 relative, for unequal sites far from zero and from each other, three on one side."""
    rng = np.random.default_rng(0)
    mix = rng.normal(size=(24, 24)) / 5 + np.eye(24)
    sites = [rng.normal(size=(n, 24)) @ mix + shift for n, shift in ((400, 3.0), (57, 3.5), (130, 2.0))]
    made = [rng.normal(size=(n, 24)) @ mix * 1.1 + 3.2 for n in (211, 95)]
    pooled = np.concatenate(sites), np.concatenate(made)
    if protocol is HANDMADE:
        pooled = common_scale(*pooled, name="x")
    expected = frechet_distance(*pooled)
    found = distance(
        merged([of(one, protocol) for one in sites]), merged([of(one, protocol) for one in made])
    )
    assert found == pytest.approx(expected, rel=1e-12)


def test_the_order_of_sites_does_not_matter():
    rng = np.random.default_rng(1)
    parts = [of(rng.normal(size=(n, 5)) + n) for n in (10, 30, 20)]
    one, other = merged(parts).moments, merged(parts[::-1]).moments
    assert one.n == other.n == 60
    assert one.mean == pytest.approx(other.mean, rel=1e-13)
    assert one.m2 == pytest.approx(other.m2, rel=1e-12)


def test_a_file_holds_all_and_nothing_of_an_image(tmp_path):
    found = of(np.random.default_rng(2).normal(size=(40, 3)))
    statistics.write(found, tmp_path / "deep" / "a.npz")
    with np.load(tmp_path / "deep" / "a.npz") as file:
        assert sorted(file.files) == ["m2", "mean", "n", "protocol"]
    again = statistics.read(tmp_path / "deep" / "a.npz")
    assert again.protocol == found.protocol
    assert (again.moments.mean == found.moments.mean).all()
    assert (again.moments.m2 == found.moments.m2).all()


def test_files_made_otherwise_are_refused_in_words():
    rows = np.random.default_rng(3).normal(size=(20, 3))
    for protocol, word in (
        ({**RANDOM, "high": 1.0}, "high"),
        ({**RANDOM, "encoder": {"name": "random", "version": "2"}}, "version"),
    ):
        with pytest.raises(EvaluationRefused, match=f"differ in {word}"):
            merged([of(rows), of(rows, protocol)])


@pytest.mark.parametrize("data", [b"", b"nothing", "truncated", "no numbers", "other shape", "other format"])
def test_what_is_no_such_file_is_refused_in_words(tmp_path, data):
    path, found = tmp_path / "x.npz", of(np.random.default_rng(4).normal(size=(40, 3)))
    if isinstance(data, str):
        statistics.write(found, path)
        whole, arrays = path.read_bytes(), dict(np.load(path))
        changed = {"no numbers": {"m2": arrays["m2"] * np.nan}, "other shape": {"mean": np.zeros(5)}, "other format": {"protocol": np.array("{}")}}  # fmt: skip
        out = io.BytesIO()
        np.savez(out, **{**arrays, **changed.get(data, {})})
        data = whole[: len(whole) // 2] if data == "truncated" else out.getvalue()
    path.write_bytes(data)
    with pytest.raises(EvaluationRefused, match="no file of feature statistics"):
        statistics.read(path)


def folder(path, pictures):
    path.mkdir()
    for index, pixels in enumerate(pictures):
        Image.fromarray(pixels).save(path / f"{index:03d}.png")
    return path


def test_two_hospitals_by_the_command(tmp_path, thumbnails, capsys):
    pictures, made = blobs(150, seed=1), blobs(160, seed=2)
    parts = {"a": pictures[:90], "b": pictures[90:], "all": pictures, "made": made}
    for name, some in parts.items():
        call_command(
            "features",
            "export",
            "--images",
            folder(tmp_path / name, some),
            "--output",
            tmp_path / f"{name}.npz",
        )
    call_command(
        "features", "merge", tmp_path / "a.npz", tmp_path / "b.npz", "--output", tmp_path / "both.npz"
    )
    capsys.readouterr()
    for name in ("both", "all"):
        call_command("features", "distance", tmp_path / f"{name}.npz", tmp_path / "made.npz")
    first, second = capsys.readouterr().out.splitlines()
    assert first == second
    assert "150 against 160 images" in first


def test_wrong_use_gets_a_sentence(tmp_path, thumbnails):
    few = folder(tmp_path / "few", blobs(4))
    with pytest.raises(CommandError, match="give single images away"):
        call_command("features", "export", "--images", few, "--output", tmp_path / "x.npz")
    with pytest.raises(CommandError, match="no folder"):
        call_command("features", "export", "--images", tmp_path / "gone", "--output", tmp_path / "x.npz")
    with pytest.raises(CommandError, match="no file of feature statistics"):
        call_command("features", "distance", tmp_path / "gone.npz", tmp_path / "gone.npz")
    with pytest.raises(CommandError, match="both --low and --high"):
        call_command("features", "export", "--images", few, "--output", tmp_path / "x.npz", "--low", "0")
