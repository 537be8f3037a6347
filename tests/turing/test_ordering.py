import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from turing.ordering import ImpossibleOrder, reader_seed, reading_order


def longest_run(values) -> int:
    return max((len(list(run)) for _value, run in itertools.groupby(values)), default=0)


@given(st.lists(st.sampled_from([0, 1]), max_size=40), st.integers(0, 2**62), st.integers(1, 6))
@settings(max_examples=150, deadline=None)
def test_an_order_is_a_permutation_that_keeps_its_bound_or_says_why_not(truths, seed, bound):
    most = max(truths.count(0), truths.count(1))
    possible = most <= bound * (len(truths) - most + 1)
    if not possible:
        with pytest.raises(ImpossibleOrder, match="smallest bound"):
            reading_order(seed, truths, max_run=bound)
        return
    order = reading_order(seed, truths, max_run=bound)
    assert sorted(order) == list(range(len(truths)))
    assert longest_run(truths[i] for i in order) <= bound
    assert order == reading_order(seed, truths, max_run=bound), "the same seed draws the same order"


def test_bounded_orders_are_uniform_over_the_allowed_permutations():
    truths = [0, 0, 0, 1, 1]
    allowed = [p for p in itertools.permutations(range(5)) if longest_run(truths[i] for i in p) <= 2]
    drawn = Counter(tuple(reading_order(seed, truths, max_run=2)) for seed in range(100 * len(allowed)))
    assert set(drawn) == set(allowed)
    assert chisquare([drawn[p] for p in allowed]).pvalue > 0.001


def test_free_orders_are_uniform():
    drawn = Counter(tuple(reading_order(seed, [0, 1, 1])) for seed in range(3000))
    assert len(drawn) == 6
    assert chisquare(list(drawn.values())).pvalue > 0.001


def test_readers_have_seeds_of_their_own():
    seeds = {reader_seed(study, number) for study in range(20) for number in range(1, 51)}
    assert len(seeds) == 1000
    assert max(seeds) < 2**63


def test_a_large_study_is_ordered_at_once():
    order = reading_order(3, [0] * 500 + [1] * 500, max_run=5)
    assert longest_run(int(i >= 500) for i in order) <= 5


def test_bounds_are_refused_in_words():
    with pytest.raises(ValueError, match="at least one case"):
        reading_order(1, [0, 1], max_run=0)
    with pytest.raises(ImpossibleOrder, match="The smallest bound that can be kept is 3"):
        reading_order(1, [0, 0, 0, 0, 0, 1], max_run=2)
