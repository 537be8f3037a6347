"""Which pictures outputs are made from, so that classes become as frequent as wanted (recipes.BALANCES)."""

import numpy as np

from generators.parameters import PipelineError


def rng_of(seed: int, *key: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def wanted(sizes: list[int], balance: str) -> list[int]:
    """Outputs of each class, from how many pictures it has; under "as_is" as many as there are."""
    most, least = max(sizes), min(sizes)
    return {
        "as_is": sizes,
        "under": [least] * len(sizes),
        "over": [most] * len(sizes),
        "equal": [most - size for size in sizes],
    }[balance]


def schedule(n: int, classes: np.ndarray | None, balance: str, count: int | None, seed: int) -> np.ndarray:
    """The source picture of each output, (count,): random orders of the pool, one after another, so that no picture is
    used twice before all of the pool was. A longer count begins with the shorter one."""
    if seed < 0 or (count is not None and count < 0):
        raise PipelineError(f"seed is {seed} and count {count}; neither may be below 0.")
    pool = _pool(n, classes, balance, seed)
    count = len(pool) if count is None else count
    if len(pool) == 0 and count:
        raise PipelineError("All classes already have the same number of pictures; choose the balance as_is.")
    orders = [rng_of(seed, number, 1).permutation(pool) for number in range(-(-count // max(len(pool), 1)))]
    return np.concatenate([*orders, np.empty(0, np.int64)])[:count].astype(np.int64)


def _pool(n: int, classes: np.ndarray | None, balance: str, seed: int) -> np.ndarray:
    if balance == "as_is":
        return np.arange(n)
    if classes is None:
        raise PipelineError(f"The balance {balance!r} needs labels, but the set has none; choose as_is.")
    members = [np.flatnonzero(classes == label) for label in np.unique(classes)]
    rng = rng_of(seed, 0, 2)
    numbers = wanted([len(rows) for rows in members], balance)
    return np.concatenate([repeated(rng, rows, number) for rows, number in zip(members, numbers)])


def repeated(rng: np.random.Generator, rows: np.ndarray, number: int) -> np.ndarray:
    """That many of the rows: whole copies, then a random part without repeats."""
    copies, rest = divmod(number, len(rows))
    return np.concatenate([np.tile(rows, copies), rng.permutation(rows)[:rest]])
