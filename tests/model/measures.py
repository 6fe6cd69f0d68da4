"""Measures of a run (docs/model.md, section 4), in numpy."""
import math

import numpy as np

BINS, TUNED, MAP_SMOOTHING = 100, 0.01, 6


def smooth(v, sigma, periodic=False):
    """Section 3.2, along the last axis."""
    v = np.asarray(v, float)
    if sigma <= 0:
        return v.copy()
    if np.isnan(v).any():
        there = ~np.isnan(v)
        cover = smooth(there.astype(float), sigma, periodic)
        return np.where(there, smooth(np.where(there, v, 0), sigma, periodic) / cover, np.nan)
    reach, n = int(4 * sigma + 0.5), v.shape[-1]
    m = np.arange(-reach, reach + 1)
    weight = np.exp(-m * m / (2.0 * sigma * sigma))
    weight /= weight.sum()
    at = (np.arange(n)[:, None] + m[None, :]) % (n if periodic else 2 * n)
    at = np.where(at < n, at, 2 * n - 1 - at)
    return (v[..., at] * weight).sum(-1)


def directed_position(position):
    velocity = np.diff(position, prepend=0)
    velocity[0] = velocity[1] if len(position) > 1 else 0
    return (position - position.min()) * np.sign(velocity)


def bins_of(directed, bins=BINS):
    low, high = directed.min(), directed.max()
    share = (directed - low) / (high - low) if high > low else np.zeros_like(directed)
    return np.minimum((share * bins).astype(int), bins - 1)


def bin_centres(directed, bins=BINS):
    low, high = directed.min(), directed.max()
    return low + (np.arange(bins) + 0.5) * (high - low) / bins


def tuning(h, bin_of, bins=BINS):
    """Occupancy (bins) and tuning curves (units x bins; NaN in bins never visited)."""
    visits = np.bincount(bin_of, minlength=bins).astype(float)
    total = np.zeros((bins, h.shape[1]))
    np.add.at(total, bin_of, h)
    with np.errstate(invalid="ignore", divide="ignore"):
        return visits / len(bin_of), (total / visits[:, None]).T


def unit_measures(p, r):
    """Spatial information, spatial sparsity, mean and peak activity of curves (units x bins)."""
    seen = p > 0
    p, r = p[seen], r[:, seen]
    mean, peak = r @ p, r.max(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = r / mean[:, None]
        terms = np.where(ratio > 0, p * ratio * np.log2(np.where(ratio > 0, ratio, 1)), 0)
        information = np.where(mean > 0, terms.sum(1), np.nan)
        return information, mean ** 2 / ((r * r) @ p), mean, peak


def pearson(x, y):
    both = ~(np.isnan(x) | np.isnan(y))
    if not both.any():
        return math.nan
    x, y = x[both], y[both]
    x, y = x - x.mean(), y - y.mean()
    xx, yy = x @ x, y @ y
    return x @ y / (math.sqrt(xx) * math.sqrt(yy)) if xx > 0 and yy > 0 else math.nan


def mean_known(values):
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else math.nan


def map_correlation(maps_a, maps_b, use):
    return mean_known([pearson(a, b) for a, b, used in zip(maps_a, maps_b, use) if used])


def vector_correlation(maps_a, maps_b):
    return mean_known([pearson(a, b) for a, b in zip(maps_a.T, maps_b.T)])


def rate_maps(r, published=False):
    """Section 4.4; with the published convention bins never visited are 0."""
    return smooth(np.nan_to_num(r) if published else r, MAP_SMOOTHING)


def fitted_rate(step, f):
    """The rate of the best plateau and exponential."""
    t = step.astype(float) - step[0]
    if len(t) < 5:
        return math.nan

    def residual(log_rate):
        g = np.exp(-math.exp(log_rate) * t)
        g, y = g - g.mean(), f - f.mean()
        fall = max(g @ y / (g @ g), 0)
        return y @ y - fall * (g @ y), fall

    least, most = math.log(0.1 / t[-1]), -math.log(np.diff(t).min())
    grid = [least + 0.1 * k for k in range(int(max((most - least) / 0.1, 0)) + 1)]
    at = int(np.argmin([residual(x)[0] for x in grid]))
    if at in (0, len(grid) - 1):
        return math.nan
    low, high, golden = grid[at] - 0.1, grid[at] + 0.1, 0.6180339887498949
    while high - low > 1e-9:
        a, b = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, b) if residual(a)[0] < residual(b)[0] else (a, high)
    return math.exp((low + high) / 2) if residual((low + high) / 2)[1] > 0 else math.nan


def sparsification_rate(step, f):
    target = f.max() - 0.9 * (f.max() - f.min())
    cut = int(np.argmin(np.abs(f - target)))
    if cut < 2 or step[cut - 1] <= 0:
        return math.nan
    t, z = step[:cut].astype(float), np.log(f[:cut] - f[:cut].min() + 1e-10)
    weight = t[::-1] / t[-1]
    t_mean, z_mean = np.average(t, weights=weight), np.average(z, weights=weight)
    return -(weight * (t - t_mean) * (z - z_mean)).sum() / (weight * (t - t_mean) ** 2).sum()
