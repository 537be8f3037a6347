"""The spread over trainings of one method: which sets belong together, mean and standard deviation, the table on the page."""

import statistics

import pytest

from generators.models import Generator, Run
from generators.production import _method
from metrics.comparison_page import comparison_context
from metrics.seeds import Method, method_of, over_seeds
from metrics.side_by_side import SideBySide
from tests.factories import image_set
from tests.metrics.examples import example_side_by_side


def test_sets_of_one_method_give_mean_and_standard_deviation():
    methods = [
        Method("a", "DCGAN", 1),
        None,
        Method("a", "DCGAN", 2),
        Method("b", "DDPM", 1),
        Method("a", "DCGAN", 7),
    ]
    (found,) = over_seeds(methods, [[1.0, 9.0, 2.0, 9.0, 6.0], [0.5, 0.0, 0.5, 0.0, 0.5]])
    assert (found.name, found.sets, found.is_enough) == ("DCGAN", (0, 2, 4), True)
    assert found.means == pytest.approx((3.0, 0.5))
    assert found.deviations == pytest.approx((statistics.stdev([1, 2, 6]), 0.0))


def test_two_sets_of_one_training_are_one_training():
    assert over_seeds([Method("a", "DCGAN", 1), Method("a", "DCGAN", 1)], [[1.0, 2.0]]) == []


def test_the_page_shows_the_spread_and_says_where_it_is_too_little():
    from dataclasses import replace

    found = example_side_by_side(apart=True)
    assert comparison_context(found, ())["seeds"] == []
    found = replace(found, methods=(Method("a", "DCGAN", 1), Method("a", "DCGAN", 2)))
    assert SideBySide.from_data(found.to_data()) == found
    (row,) = comparison_context(found, ())["seeds"]
    assert (row["name"], row["count"], row["is_enough"]) == ("DCGAN", 2, False)
    assert row["cells"][0]["value"] == "0.20"
    assert "0.14" in row["cells"][0]["interval"]


@pytest.mark.django_db
def test_a_set_knows_its_method_from_the_training(researcher):
    def made(seed: int, rate: float):
        generator = Generator.objects.create(
            name="g", owner=researcher, kind=Generator.Kind.NETWORK, network="dcgan", config={}
        )
        Run.objects.create(
            name="r",
            owner=researcher,
            network="dcgan",
            options={"width": 8},
            training={"seed": seed, "learning_rate": rate},
            image_set=real,
            generator=generator,
        )
        return method_of(_method(generator, changes={}, label="", images_seen=None, source=None))

    real = image_set(researcher)
    first, second, other = made(1, 2e-4), made(2, 2e-4), made(1, 1e-3)
    assert first.name == "DCGAN"
    assert first.key == second.key != other.key
    assert (first.seed, second.seed) == (1, 2)
    assert method_of({"maker": "generator"}) is None
