"""Sessions compared: correlations, decay, curves, the verdict (docs/model.md, 8.6 to 8.8)."""
import math

import numpy as np

import addresses
from measures import mean_known, pearson, vector_correlation


def pair(a, b):
    """Rate-map and population-vector correlation of two sessions, and the cells active in both."""
    at_a, at_b = ({int(i): k for k, i in enumerate(s.ids)} for s in (a, b))
    found = sorted(set(a.all_ids.tolist()) & set(b.all_ids.tolist()))
    both = [i for i in found if i in at_a and i in at_b]
    by_map = mean_known([pearson(a.smooth_maps[at_a[i]], b.smooth_maps[at_b[i]]) for i in both])
    either = [i for i in found if i in at_a or i in at_b]
    nothing = np.zeros(a.maps.shape[1])
    of = lambda s, at: np.array([s.smooth_maps[at[i]] if i in at else nothing for i in either])
    return by_map, vector_correlation(of(a, at_a), of(b, at_b)), len(both)


def decay(correlation, days, seed, group):
    """Correlation of likeness with days apart, and its p by permuting sessions."""
    n = len(days)
    if n < 4:
        return math.nan, math.nan
    pairs = [(a, b) for a in range(n) for b in range(a + 1, n) if not math.isnan(correlation[a, b])]
    alike = np.array([correlation[a, b] for a, b in pairs])

    def of(order):
        return pearson(np.array([abs(days[order[a]] - days[order[b]]) for a, b in pairs]), alike)

    order, lower = list(range(n)), 1
    real, stream = of(order), addresses.Stream(seed, addresses.SHUFFLE, 2 ** 32 - 1, group)
    stream.CHUNK = 4096
    for _ in range(4999):
        for i in range(n - 1, 0, -1):
            j = stream.scaled(i + 1)
            order[i], order[j] = order[j], order[i]
        lower += of(order) <= real + 1e-12
    return real, lower / 5000


def regression(series):
    """One slope over series of (time, value), an intercept each: slope, error, degrees, t, r."""
    series = [np.array(s, float) for s in series]
    x = np.concatenate([s[:, 0] - s[:, 0].mean() for s in series])
    y = np.concatenate([s[:, 1] - s[:, 1].mean() for s in series])
    degrees = len(x) - len(series) - 1
    slope, r = x @ y / (x @ x), x @ y / math.sqrt((x @ x) * (y @ y))
    error = math.sqrt(((y - slope * x) ** 2).sum() / degrees / (x @ x))
    return slope, error, degrees, slope / error, r


def student_tail(t, degrees):
    """The chance that Student's t exceeds t > 0, by the incomplete beta function's fraction."""
    a, b, x = degrees / 2, 0.5, degrees / (degrees + t * t)
    if x > (a + 1) / (a + b + 2):
        return 0.5 - 0.5 * incomplete_beta(b, a, 1 - x)
    return 0.5 * incomplete_beta(a, b, x)


def incomplete_beta(a, b, x):
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
                     + a * math.log(x) + b * math.log(1 - x)) / a
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1))
    total = d
    for m in range(1, 100):
        for numerator in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                          -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d, c = 1 / (1 + numerator * d), 1 + numerator / c
            total *= d * c
    return front * total


def student_quantile(tail, degrees):
    low, high = 0.0, 100.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if student_tail(middle, degrees) > tail else (low, middle)
    return (low + high) / 2


def line(series, span):
    """Slope, its error, degrees, t, p, r, change and its 90 % interval."""
    slope, error, degrees, t, r = regression(series)
    reach = student_quantile(0.05, degrees) * error * span
    return {"slope": slope, "slope_error": error, "degrees": degrees, "t": t,
            "p": 2 * student_tail(abs(t), degrees), "r": r, "change": slope * span,
            "change_low": slope * span - reach, "change_high": slope * span + reach}


def direction(of):
    if of["change_low"] > -0.2 and of["change_high"] < 0.2:
        return "steady"
    if not of["p"] < 0.05:
        return "unclear"
    return "falls" if of["change"] < 0 else "rises"


def fisher(values):
    """Fisher's combination of p values."""
    known = [p for p in values if not math.isnan(p)]
    if not known:
        return math.nan
    half = -sum(math.log(p) for p in known)
    return math.exp(-half) * sum(half ** i / math.factorial(i) for i in range(len(known)))


def verdict(activity, information, decays):
    """0 directed drift, 1 null drift, 2 cannot tell."""
    one, other = direction(activity), direction(information)
    if one == "falls" and other == "rises":
        return 0
    return 1 if one == other == "steady" and fisher(decays) < 0.05 else 2
