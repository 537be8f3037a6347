"""The order in which a reader sees the cases: drawn once from a stored seed, so that it can be drawn again. Pure.

Without a bound every permutation is equally likely (Fisher-Yates). With a bound on runs of one truth, the sequence of
truths is drawn uniformly from all sequences that keep the bound, by counting the ways to cut the cases of either truth into
runs (exact integers, no rejection), and the cases of each truth are then shuffled into their places: uniform over the allowed
permutations too, since each truth sequence has the same number of fillings.
"""

from collections.abc import Hashable, Sequence

import numpy as np

GAP = 20  # cases between the two showings of one, so that it is not simply remembered


class ImpossibleOrder(ValueError):
    """No order keeps the bound; the message says which bound would be kept."""


def reader_seed(study_seed: int, reader_number: int) -> int:
    """A 63-bit seed for one reader (numbered from 1), independent of the other readers' seeds."""
    state = np.random.SeedSequence(study_seed, spawn_key=(reader_number,)).generate_state(1, np.uint64)[0]
    return int(state) >> 1


def reading_order(seed: int, truths: Sequence[Hashable], *, max_run: int | None = None) -> list[int]:
    """Positions into `truths`, each once; with `max_run`, never more than that many of one truth in a row.

    Raises ImpossibleOrder when there are too many of one truth for the bound, ValueError for a bound below 1.
    """
    rng = np.random.default_rng(seed)
    if max_run is None:
        return [int(position) for position in rng.permutation(len(truths))]
    if max_run < 1:
        raise ValueError(f"max_run is {max_run}; a run has at least one case, or leave it out.")
    kinds = sorted(set(truths), key=str)
    if len(kinds) > 2:
        raise ValueError(
            f"Runs are bounded for two truths; these cases have {len(kinds)}: {', '.join(map(str, kinds))}."
        )
    shuffled = [
        list(rng.permutation([p for p, truth in enumerate(truths) if truth == kind])) for kind in kinds
    ]
    counts = [len(shuffled[kind]) if kind < len(kinds) else 0 for kind in (0, 1)]
    refuse_impossible(counts, max_run)
    return [int(shuffled[kind].pop()) for kind in _bounded_sequence(rng, counts, max_run)]


def with_repeats(
    rng: np.random.Generator, order: Sequence[int], repeated: Sequence[int]
) -> list[tuple[int, int]]:
    """(position, showing) in the order of reading: each position of `order` once with showing 0, those of `repeated` once
    more with showing 1, at least `GAP` first showings later where the order is long enough, each such place being equally likely."""
    place_of = {position: place for place, position in enumerate(order)}
    after: dict[int, list[int]] = {}
    for position in repeated:
        gap = min(GAP, len(order) // 2)
        earliest = min(place_of[position] + gap, len(order) - 1)
        after.setdefault(int(rng.integers(earliest, len(order))), []).append(position)
    out = []
    for place, position in enumerate(order):
        out.append((position, 0))
        out += [(again, 1) for again in after.get(place, ())]
    return out


def _bounded_sequence(rng: np.random.Generator, counts: list[int], max_run: int) -> list[int]:
    """Zeros and ones, each as often as `counts` says, uniform over the sequences that keep the bound.

    A sequence is its first truth and two compositions: the lengths of the runs of either truth, in order."""
    tables = [_compositions(count, max_run) for count in counts]
    shapes = [
        (first, runs, other)
        for first in (0, 1)
        for runs in range(counts[first] + 1)
        for other in {runs, max(runs - 1, 0)}
        if other <= counts[1 - first] and (runs or not any(counts))
    ]
    weights = [tables[f][runs][counts[f]] * tables[1 - f][other][counts[1 - f]] for f, runs, other in shapes]
    first, runs, other = shapes[_drawn(rng, weights)]
    lengths = [_composition(rng, tables[first], runs, counts[first], max_run),
               _composition(rng, tables[1 - first], other, counts[1 - first], max_run)]  # fmt: skip
    out: list[int] = []
    for turn in range(runs + other):
        out += [first if turn % 2 == 0 else 1 - first] * lengths[turn % 2].pop()
    return out


def _compositions(total: int, largest: int) -> list[list[int]]:
    """[parts][sum]: ways to write a sum as that many ordered parts of 1 to `largest`, as exact integers."""
    rows = [[1] + [0] * total]
    for _part in range(total):
        before, window, row = rows[-1], 0, [0]
        for sum_ in range(1, total + 1):
            window += before[sum_ - 1] - (before[sum_ - 1 - largest] if sum_ > largest else 0)
            row.append(window)
        rows.append(row)
    return rows


def _composition(
    rng: np.random.Generator, table: list[list[int]], parts: int, total: int, largest: int
) -> list[int]:
    out = []
    for left in range(parts, 0, -1):
        weights = [table[left - 1][total - size] for size in range(1, min(largest, total) + 1)]
        out.append(1 + _drawn(rng, weights))
        total -= out[-1]
    return out


def refuse_impossible(counts: list[int], max_run: int) -> None:
    most, others = max(counts, default=0), sum(counts) - max(counts, default=0)
    if most > max_run * (others + 1):
        least = -(-most // (others + 1))
        raise ImpossibleOrder(
            f"{most} cases of one truth among {most + others} cannot be kept in runs of at most {max_run}. "
            f"The smallest bound that can be kept is {least}; or balance the truths."
        )


def _drawn(rng: np.random.Generator, weights: list[int]) -> int:
    """An index with probability in proportion to integer weights of any size."""
    total = sum(weights)
    bits = total.bit_length() + 64
    target = (
        int.from_bytes(rng.bytes(-(-bits // 8)), "big") % total
    )  # the bias of the remainder is below 2^-64
    for index, weight in enumerate(weights):
        if target < weight:
            return index
        target -= weight
    raise AssertionError("weights do not sum to their total")
