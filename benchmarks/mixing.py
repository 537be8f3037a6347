"""Speed of the mixing methods, one thread, 64 float32 pictures of 256 x 256, labels included.

    python -m benchmarks.mixing

Ours, plain numpy (written here as one would in a notebook) and the packages of benchmarks.mixing_peers take turns in the
same run; medians are printed. All draw their chance too. Perlin noise is compared with the sum over cell corners,
vectorised, and with the package `noise`."""

import math
import statistics
import time

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.mixing_peers import peers
from generators.mixing import augmix, cutmix, cutout, mixup, perlin, ricap

N, SIDE, ROUNDS = 64, 256, 15
BOUND = "a copy of the batch"  # which every way of pasting makes at least once
rng = np.random.default_rng(0)
IMAGES = rng.random((N, SIDE, SIDE), dtype=np.float32)
LABELS = np.eye(2)[rng.integers(0, 2, N)]


def ours(method, **options):
    return lambda: method.apply(IMAGES, LABELS, None, method.draw(rng, IMAGES, **options))


def plain_cutout():
    out = IMAGES.copy()
    for i in range(N):
        y, x = rng.integers(0, SIDE), rng.integers(0, SIDE)
        out[i, max(y - 32, 0) : y + 32, max(x - 32, 0) : x + 32] = 0
    return out, LABELS.copy()


def plain_mixup():
    lam = rng.beta(1, 1, N)
    order = rng.permutation(N)
    weight = lam.astype(np.float32)[:, None, None]
    labels = lam[:, None] * LABELS + (1 - lam[:, None]) * LABELS[order]
    return weight * IMAGES + (1 - weight) * IMAGES[order], labels


def plain_cutmix():
    lam = rng.beta(1, 1, N)
    order = rng.permutation(N)
    out = IMAGES.copy()
    for i in range(N):
        half = int(SIDE * np.sqrt(1 - lam[i])) // 2
        y, x = rng.integers(0, SIDE), rng.integers(0, SIDE)
        y0, y1, x0, x1 = max(y - half, 0), min(y + half, SIDE), max(x - half, 0), min(x + half, SIDE)
        out[i, y0:y1, x0:x1] = IMAGES[order[i], y0:y1, x0:x1]
        lam[i] = 1 - (y1 - y0) * (x1 - x0) / SIDE**2
    return out, lam[:, None] * LABELS + (1 - lam[:, None]) * LABELS[order]


def plain_ricap():
    x, y = (int(round(SIDE * share)) for share in rng.beta(0.3, 0.3, 2))
    out = np.empty_like(IMAGES)
    labels = np.zeros_like(LABELS)
    for top, left, h, w in [
        (0, 0, y, x),
        (0, x, y, SIDE - x),
        (y, 0, SIDE - y, x),
        (y, x, SIDE - y, SIDE - x),
    ]:
        order = rng.permutation(N)
        r, c = rng.integers(0, SIDE - h + 1), rng.integers(0, SIDE - w + 1)
        out[:, top : top + h, left : left + w] = IMAGES[order][:, r : r + h, c : c + w]
        labels += h * w / SIDE**2 * LABELS[order]
    return out, labels


def plain_perlin(cells=4):
    angles = rng.random((cells + 1, cells + 1)) * 2 * math.pi
    gx, gy = np.cos(angles), np.sin(angles)
    y, x = np.mgrid[:SIDE, :SIDE] * cells / SIDE
    r, c = y.astype(int), x.astype(int)
    v, u = y - r, x - c
    ramps = [[gx[r + i, c + j] * (u - j) + gy[r + i, c + j] * (v - i) for j in (0, 1)] for i in (0, 1)]
    fu, fv = (t**3 * (t * (6 * t - 15) + 10) for t in (u, v))
    top = ramps[0][0] + fu * (ramps[0][1] - ramps[0][0])
    bottom = ramps[1][0] + fu * (ramps[1][1] - ramps[1][0])
    return top + fv * (bottom - top)


def hundred_fields():
    for _ in range(100):
        perlin.noise((SIDE, SIDE), 4, rng)


def medians(*functions, rounds=ROUNDS):
    """Seconds of the processor for each function; they take turns, in an order that turns round too, so that a busy machine and a warm
    cache are shared out evenly."""
    times = [[] for _ in functions]
    turns = list(zip(functions, times))
    for number in range(rounds + 2):
        for function, kept in turns[:: 1 if number % 2 else -1]:
            began = time.process_time()
            function()
            if number > 1:
                kept.append(time.process_time() - began)
    return [statistics.median(kept) for kept in times]


def main():
    others = peers(IMAGES, LABELS)
    noises = others.pop("perlin")
    print(
        f"{N} float32 pictures of {SIDE} x {SIDE}, one thread, medians of the processor's time; ratio: their time / ours"
    )
    rows = {
        "cutout": (ours(cutout, size=64), {"plain numpy": plain_cutout}, ROUNDS),
        "mixup": (ours(mixup), {"plain numpy": plain_mixup}, ROUNDS),
        "cutmix": (ours(cutmix), {"plain numpy": plain_cutmix}, ROUNDS),
        "ricap": (ours(ricap), {"plain numpy": plain_ricap, BOUND: IMAGES.copy}, ROUNDS),
        "augmix": (ours(augmix), {}, 7),
    }
    for method, (our, plain, rounds) in rows.items():
        beside = plain | others.get(method, {})
        for function in beside.values():
            function()
        own, *theirs = medians(our, *beside.values(), rounds=rounds)
        print(f"{method:<10} {1e3 * own:8.2f} ms {N / own:9,.0f} pictures/s")
        for peer, seconds in zip(beside, theirs):
            print(
                f"    {peer:<24} {1e3 * seconds:8.2f} ms {seconds / own:8.2f} x, {verdict(method, peer, seconds / own)}"
            )
    fields(noises)
    (own,) = medians(ours(perlin), rounds=7)
    print(f"perlin mix {1e3 * own:8.2f} ms {N / own:9,.0f} pictures/s")


def verdict(method, peer, ratio):
    """AugMix is to be twice as quick as the quickest peer; the plain versions are to be reached, packages outrun."""
    if peer == BOUND:
        return "the bound"
    goal = 2.0 if method == "augmix" else 1.0
    return f"goal {goal:g} x, {'met' if ratio >= goal else 'MISSED'}"


def fields(noises):
    beside = {"vectorised corners": plain_perlin} | noises
    own, *theirs = medians(hundred_fields, *beside.values(), rounds=11)
    print(f"Perlin field {SIDE} x {SIDE}, 4 x 4 cells: {100 / own:,.0f}/s, goal 20,000/s")
    for peer, seconds in zip(beside, theirs):
        print(f"    {peer:<24} {1 / seconds:8,.0f}/s {100 * seconds / own:8.0f} x")


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
