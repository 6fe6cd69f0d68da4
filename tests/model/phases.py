"""Trends and phases (docs/model.md, sections 4.7 and 4.8), in numpy."""
import itertools
import math

import numpy as np


def upper_tail(z):
    return 0.5 * math.erfc(z / math.sqrt(2))


def shorten(v, longest=500):
    length = -(-len(v) // longest)
    return np.array([v[at:at + length].mean() for at in range(0, len(v), length)])


def mid_ranks(v):
    order = np.sort(v)
    below, upto = np.searchsorted(order, v, "left"), np.searchsorted(order, v, "right")
    return below + (upto - below - 1) / 2


def exact(y, s):
    """The share of all orders of y with an |S| as large, by adding one value after the other."""
    counts, earlier = {0: 1}, []
    values, numbers = np.unique(y, return_counts=True)
    for value, number in zip(values, numbers):  # where its equals go among the smaller ones
        after, old = {}, len(earlier)
        for places in itertools.combinations(range(old + number), number):
            # each is above the smaller ones before it, below those behind
            before = sum(place - k for k, place in enumerate(places))
            score = before - (number * old - before)
            for have, count in counts.items():
                after[have + score] = after.get(have + score, 0) + count
        counts, earlier = after, earlier + [value] * number
    total = sum(counts.values())
    return sum(c for k, c in counts.items() if abs(k) >= abs(s)) / total


def trend(t, y):
    """Sen's slope and the p of Mann-Kendall's test, corrected after Hamed and Rao."""
    t, y = shorten(t), shorten(y)
    n = len(y)
    i, j = np.triu_indices(n, 1)
    slope = np.median((y[j] - y[i]) / (t[j] - t[i]))
    s = np.sign(y[j] - y[i]).sum()
    _, ties = np.unique(y, return_counts=True)
    variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    if variance <= 0:
        return 0.0, 1.0
    if n <= 10:
        return slope, exact(y, s)
    ranks = mid_ranks(y - slope * (t - t[0])) - (n - 1) / 2
    power, total = ranks @ ranks, 0.0
    for lag in range(1, n - 3):
        if power == 0:
            break
        rho = ranks[:-lag] @ ranks[lag:] / power * n / (n - lag)
        rho += (1 + 4 * rho) / n
        if rho <= 0:
            break
        total += (n - lag) * (n - lag - 1) * (n - lag - 2) * min(rho, 1)
    factor = max(1, 1 + 2 * total / (n * (n - 1) * (n - 2)))
    return slope, min(1, 2 * upper_tail(max(0, abs(s) - 1) / math.sqrt(variance * factor)))


def noise_about(v):
    return 1.4826 * np.median(np.abs(v - np.median(v)))


def first_level(step, fall, below):
    """The first level that the loss keeps, and the noise there; None where the run has none."""
    made, n, k = step - step[0], len(step), 1

    def end_of(start, until):
        end = start
        while end < n and (end < start + 5 or made[end] < until):
            end += 1
        return end

    while k < n:
        middle = end_of(k, 2 * made[k])
        end = end_of(middle, 4 * made[k])
        if end >= n and (end < middle + 5 or made[-1] < 3.9 * made[k]):
            return None
        level, noise = np.median(fall[middle:end]), noise_about(fall[middle:end])
        total = fall[0] - level
        if level < below and total > max(4 * noise, 0.02) \
                and np.median(fall[k:middle]) - level < 0.1 * total:
            return level, noise
        k += 1 + k // 10
    return None


def lowest_level(fall):
    n = len(fall)
    block, level, noise, start = max(n // 20, 10), math.inf, 0.0, 0
    while start < n:
        part = fall[start:] if n - start < 2 * block else fall[start:start + block]
        if np.median(part) < level:
            level = np.median(part)
            noise = 1.4826 * np.median(np.abs(np.diff(part))) / math.sqrt(2)
        start += len(part)
    return level, noise


def familiarity(step, loss):
    """The step at which phase i ends, and whether it was seen."""
    fall = np.log10(np.maximum(loss, 1e-300))
    step, n = step.astype(float), len(fall)
    level, noise = first_level(step, fall, 0) or first_level(step, fall, math.inf) \
        or lowest_level(fall)
    if not fall[0] - level > max(4 * noise, 0.02):
        return step[0], False
    enough = fall[0] - 0.9 * (fall[0] - level)
    for at in range(n - 1):
        if fall[at] <= enough and np.median(fall[at:at + 5]) <= enough:
            return step[at], True
    return step[n - 1], True


def fit_fall(t, y):
    """The best plateau, depth, S, T and q, and the residuals' deviation (section 4.8)."""
    length = -(-len(t) // 160)
    starts = range(0, len(t), length)
    time = np.array([t[at:at + length].mean() for at in starts])
    value = np.array([y[at:at + length].mean() for at in starts])
    weight = np.array([len(t[at:at + length]) for at in starts]) / length
    # Corners beyond the points leave the curve as it is: of equal fits the first tried is kept.
    alike = 1e-12 * (weight * (value - np.average(value, weights=weight)) ** 2).sum()
    best = {"squares": math.inf, "S": t[0], "T": t[-1], "q": 1, "depth": 0.0}

    def search(froms, tos):
        for q in (1, 2, 3):
            for S in froms:
                for T in tos:
                    if T <= S:
                        continue
                    g = np.clip((T - time) / (T - S), 0, 1) ** q
                    g_mean, v_mean = np.average(g, weights=weight), np.average(value, weights=weight)
                    spread = (weight * (g - g_mean) ** 2).sum()
                    depth = 0.0
                    if spread > 1e-12 * weight.sum():
                        depth = (weight * (g - g_mean) * (value - v_mean)).sum() / spread
                    squares = (weight * (value - v_mean - depth * (g - g_mean)) ** 2).sum()
                    if depth >= 0 and squares < best["squares"] - alike:
                        best.update(squares=squares, S=S, T=T, q=q, depth=depth)

    def around(corner):
        at = 0
        while at + 1 < len(time) and time[at] < corner:
            at += 1
        near = []
        for i in range(max(at - 4, 0), min(at + 5, len(time))):
            near.append(time[i])
            if i + 1 < len(time):
                near.append((time[i] + time[i + 1]) / 2)
        return near

    coarse = 4 if len(time) > 16 else 1
    grid = [t[0]] + list(time[1:-1:coarse]) + [t[-1]]
    search(grid, grid)
    froms, tos = around(best["S"]) + [t[0]], around(best["T"]) + [t[-1]]
    search(froms, tos)
    best["deviation"] = math.sqrt(best["squares"] / max(len(time) - 5, 1))
    return best


def regularisation(step, sparsities, after):
    """End of phase ii, S and T, on the first of the sparsities that falls."""
    for y in sparsities:
        late = step >= after
        if late.sum() < 10:
            continue
        best = fit_fall(step[late].astype(float), y[late])
        if best["depth"] > max(3 * best["deviation"], 0.01):
            end = best["T"] - (best["T"] - best["S"]) * 0.1 ** (1 / best["q"])
            return end, best["S"], best["T"]
    return after, after, after
