"""Sessions compared: correlations, decay, curves, the verdict (docs/model.md, 8.6 to 8.8)."""
import itertools
import math

import numpy as np

import addresses
from measures import mean_known, pearson, vector_correlation


def pair(a, b):
    """Rate-map and population-vector correlation of two sessions, the cells active in both, and the
    bins visited in both."""
    at_a, at_b = ({int(i): k for k, i in enumerate(s.ids)} for s in (a, b))
    found = sorted(set(a.all_ids.tolist()) & set(b.all_ids.tolist()))
    both = [i for i in found if i in at_a and i in at_b]
    by_map = mean_known([pearson(a.smooth_maps[at_a[i]], b.smooth_maps[at_b[i]]) for i in both])
    either = [i for i in found if i in at_a or i in at_b]
    nothing = lambda s: np.where(s.occupancy > 0, 0, np.nan)  # of a cell that was silent, not unseen
    of = lambda s, at: np.array([s.smooth_maps[at[i]] if i in at else nothing(s) for i in either])
    return by_map, vector_correlation(of(a, at_a), of(b, at_b)), len(both), np.sum((a.occupancy > 0) & (b.occupancy > 0))


def decay(correlation, days, seed, group):
    """Correlation of likeness with days apart, and its p by permuting sessions."""
    n = len(days)
    if n < 4:
        return math.nan, math.nan
    pairs = [(a, b) for a in range(n) for b in range(a + 1, n) if not math.isnan(correlation[a, b])]
    alike = np.array([correlation[a, b] for a, b in pairs])

    def of(order):
        return pearson(np.array([abs(days[order[a]] - days[order[b]]) for a, b in pairs]), alike)

    if n <= 7:  # every order there is
        real = of(range(n))
        lower = [of(order) <= real + 1e-12 for order in itertools.permutations(range(n))]
        return real, sum(lower) / len(lower)
    order, lower = list(range(n)), 1
    real, stream = of(order), addresses.Stream(seed, addresses.SHUFFLE, 2 ** 32 - 1, group)
    stream.CHUNK = 4096
    for _ in range(4999):
        for i in range(n - 1, 0, -1):
            j = stream.scaled(i + 1)
            order[i], order[j] = order[j], order[i]
        lower += of(order) <= real + 1e-12
    return real, lower / 5000


def slope_of(series):
    """One animal's line: slope, error, degrees, days less their means, residuals, r. Its series
    share all their days."""
    x = np.array(series[0], float)[:, 0]
    y = np.mean([np.array(s, float)[:, 1] - np.mean([v for _, v in s]) for s in series], axis=0)
    x, degrees = x - x.mean(), len(x) - 2
    slope, r = x @ y / (x @ x), x @ y / math.sqrt((x @ x) * (y @ y))
    residual = y - slope * x
    return slope, math.sqrt(residual @ residual / degrees / (x @ x)), degrees, x, residual, r


def serial_correlation(residual):
    n = len(residual)
    r = residual[:-1] @ residual[1:] / (residual @ residual)
    return min(0.95, max(0.5, r + (1 + 4 * r) / n))


def serial_tail(x, serial, t):
    """The chance of a |t| above t in AR(1) noise, by Imhof's integral."""
    n = len(x)
    covariance = serial ** np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    h = np.outer(x, x) / (x @ x)
    form = h - t * t / (n - 2) * (np.eye(n) - 1 / n - h)
    root = np.linalg.cholesky(covariance)
    value = np.linalg.eigvalsh(root.T @ form @ root)
    value /= np.abs(value).max()
    u = np.exp(np.linspace(-40, 40, 200001))
    inner = np.sin(0.5 * np.arctan(np.outer(u, value)).sum(1))
    inner /= np.exp(0.25 * np.log1p(np.outer(u, value) ** 2).sum(1))
    return max(1e-9, 0.5 + ((inner[1:] + inner[:-1]) / 2 * np.diff(np.log(u))).sum() / math.pi)


def serial_quantile(x, serial, chance):
    low, high = 0.0, 100.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if serial_tail(x, serial, middle) > chance else (low, middle)
    return (low + high) / 2


def student_tail(t, degrees):
    """The chance that Student's t exceeds t > 0, by the incomplete beta function's fraction."""
    if math.isinf(t):
        return 0.0
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


def line(animals, span):
    """Of the animals' series: slope, its error, degrees, t, p, change and its 90 % interval."""
    if len(animals) == 1:
        slope, error, degrees, x, residual, r = slope_of(animals[0])
        serial = serial_correlation(residual)
        p, limit = serial_tail(x, serial, abs(slope / error)), serial_quantile(x, serial, 0.1)
    else:
        slopes = np.array([slope_of(series)[0] for series in animals])
        degrees, slope = len(slopes) - 1, slopes.mean()
        error, r = slopes.std(ddof=1) / math.sqrt(len(slopes)), math.nan
        with np.errstate(divide="ignore"):
            p = 2 * student_tail(abs(slope / error), degrees)
        limit = student_quantile(0.05, degrees)
    reach = limit * error * span
    return {"slope": slope, "slope_error": error, "degrees": degrees, "t": slope / error, "p": p, "r": r,
            "change": slope * span, "change_low": slope * span - reach,
            "change_high": slope * span + reach}, student_quantile(0.05, degrees) * error * span


def direction(of, margin_reach):
    if of["p"] < 0.05:
        return "falls" if of["change"] < 0 else "rises"
    return "steady" if abs(of["change"]) + margin_reach < 0.2 else "unclear"


def goes_on(days, course, sign):
    """Does a parabola through the course still rise (sign 1) or fall (-1) at its end?"""
    if len(days) < 5:
        return False
    x = np.array(days) - days[-1]
    columns = np.stack([np.ones(len(x)), x, x * x], axis=1)
    inverse = np.linalg.inv(columns.T @ columns)
    fit = inverse @ columns.T @ course
    residual = course - columns @ fit
    error = math.sqrt(residual @ residual / (len(x) - 3) * inverse[1, 1])
    return sign * fit[1] / error > student_quantile(0.05, len(x) - 3)


def verdict(activity, information, losses, going_on):
    """0 directed drift, 1 still going on, 2 null drift, 3 stable, 4 cannot tell. `activity` and
    `information` are of line(), `losses` the animals' tuning loss and error."""
    one, other = direction(*activity), direction(*information)
    a, b = activity[0], information[0]
    if a["change"] < 0 < b["change"] and max(a["p"], b["p"]) < 0.15 and a["p"] * b["p"] < 0.05 ** 2:
        return 1 if going_on else 0
    if not one == other == "steady":
        return 4
    loss, n = np.array(losses), len(losses)
    mean, error = loss[:, 0].mean(), math.sqrt((loss[:, 1] ** 2).sum()) / n
    above, below = 1.6448536269514722 * error, 1.959963984540054 * error
    if n > 1:
        between = loss[:, 0].std(ddof=1) / math.sqrt(n)
        above = max(above, student_quantile(0.05, n - 1) * between)
        below = max(below, student_quantile(0.025, n - 1) * between)
    if mean - below > 0.02:
        return 2
    return 3 if mean + above < 0.05 else 4
