"""The catalogue is the one list of generators: every entry must load, build its options and refuse wrong ones."""

import dataclasses
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators import catalogue
from generators.catalogue import (
    CLASSICAL,
    MIXING,
    NETWORKS,
    STEPS,
    InvalidOptions,
    make_options,
    option_fields,
)
from tests.paths import ROOT

ALL = [*STEPS.values(), *NETWORKS.values()]
OPTION_CLASSES = list(
    dict.fromkeys([e.options for e in ALL] + [e.training for e in NETWORKS.values() if e.training])
)


def test_the_methods_of_the_review_are_all_here():
    assert list(MIXING) == ["cutout", "mixup", "cutmix", "augmix", "ricap", "perlin"]
    corruptions = {
        "gaussian_noise",
        "shot_noise",
        "impulse_noise",
        "pixelate",
    }  # of CIFAR-10-C, beside the review's 18
    assert corruptions <= set(CLASSICAL)
    assert len(set(CLASSICAL) - corruptions) == 18
    assert "dcgan" in NETWORKS
    assert [e.partners for e in MIXING.values()] == [1, 2, 2, 1, 4, 2]
    assert all(key == entry.name for key, entry in (STEPS | NETWORKS).items())


@pytest.mark.parametrize("entry", STEPS.values(), ids=lambda e: e.name)
def test_every_step_loads_and_has_draw_and_apply(entry):
    loaded = entry.load()
    assert callable(loaded.draw)
    assert callable(loaded.apply)


def test_the_catalogue_imports_no_heavy_library():
    code = "import sys, generators.catalogue; print([m for m in ('torch', 'numpy', 'scipy', 'django') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize("options", OPTION_CLASSES, ids=lambda c: c.__name__)
def test_defaults_pass_their_own_limits_and_survive_json(options):
    made = options()
    assert make_options(options, json.loads(json.dumps(dataclasses.asdict(made)))) == made
    with pytest.raises(InvalidOptions, match="Unknown option 'colour'"):
        make_options(options, {"colour": 1})
    for field in option_fields(options):
        assert field.kind in (int, float, bool, str)
        assert field.label


LIMITED = [(c, f) for c in OPTION_CLASSES for f in option_fields(c) if f.minimum is not None]


@pytest.mark.parametrize(
    ("options", "field"), LIMITED, ids=lambda x: getattr(x, "name", getattr(x, "__name__", ""))
)
def test_limits_are_kept(options, field):
    step = 1 if field.kind is int else 1e-6
    for wrong in (field.minimum - step, field.maximum + step):
        with pytest.raises(InvalidOptions, match=field.name):
            make_options(options, {field.name: field.kind(wrong)})
    for wrong in ("3", None, True, [1]):
        with pytest.raises(InvalidOptions, match="must be"):
            make_options(options, {field.name: wrong})


@given(st.sampled_from([float("nan"), float("inf"), -float("inf")]))
def test_a_number_that_is_not_finite_is_refused(value):
    with pytest.raises(InvalidOptions, match="finite"):
        make_options(catalogue.MixupOptions, {"alpha": value})


def test_choices_and_reversed_limits_are_refused_in_words():
    with pytest.raises(InvalidOptions, match="must be one of constant, nearest, reflect"):
        make_options(CLASSICAL["rotation"].options, {"border": "wrap"})
    with pytest.raises(InvalidOptions, match="low must not be above high"):
        make_options(CLASSICAL["zoom"].options, {"low": 1.5, "high": 1.2})
