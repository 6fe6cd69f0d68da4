"""Measures of drift of a network's code (docs/drift-measures.md), in numpy: no noise, no laps."""
import math

import numpy as np

from drift import axes_of

LEAST_SAMPLES, MOST_SAMPLES = 6, 40


def pairs(times, value):
    out = np.full((times, times), np.nan)
    for a in range(times):
        for b in range(times):
            if a != b:
                out[a, b] = value(a, b)
    return out


def rotation(maps):
    """Angle and stretch of the orthogonal matrix nearest to what turns one code into another; and
    how fast they grow with time apart (steps of one)."""
    codes = [m[:, ~np.isnan(m).any(0)].T for m in maps]  # bins x units

    def turn(a, b):
        left, singular, right = np.linalg.svd(codes[a].T @ codes[b])
        keep = singular > 1e-10 * singular[0]
        along = ((codes[a] @ left[:, keep]) * (codes[a] @ right[keep].T)).sum()
        size_a, size_b = (codes[a] ** 2).sum(), (codes[b] ** 2).sum()
        return math.acos(np.clip(along / size_a, -1, 1)), 1 - singular.sum() / math.sqrt(size_a * size_b)

    upper = lambda m: np.triu(m, 1) + np.triu(m, 1).T + np.diag(np.full(len(m), np.nan))
    return (upper(pairs(len(maps), lambda a, b: turn(a, b)[0] if a < b else 0)),
            upper(pairs(len(maps), lambda a, b: turn(a, b)[1] if a < b else 0)))


def mean_vectors(maps):
    """Squared drift of all maps over the squared length of the earlier; and their angle."""
    flat = [np.nan_to_num(m).ravel() for m in maps]
    length = lambda v: math.sqrt(v @ v)
    return (pairs(len(maps), lambda a, b: ((flat[b] - flat[a]) ** 2).sum() / (flat[a] ** 2).sum()),
            pairs(len(maps), lambda a, b: math.degrees(
                math.acos(flat[a] @ flat[b] / length(flat[a]) / length(flat[b])))))


def near(maps):
    """Of neighbouring snapshots together, with the error of leaving out units."""
    drift = sum(np.nansum((b - a) ** 2, 1) for a, b in zip(maps, maps[1:]))
    size = sum(np.nansum(a ** 2, 1) for a in maps[:-1])
    moved = drift != 0
    left = (drift.sum() - drift[moved]) / (size.sum() - size[moved])
    error = math.sqrt(((left - left.mean()) ** 2).sum() * (moved.sum() - 1) / moved.sum())
    return drift.sum() / size.sum(), error


def clouds_at(activity, bins, place):
    """Activity (snapshots of samples x units) of the samples at a place, at most 40 evenly chosen."""
    here = np.flatnonzero(bins == place)
    if len(here) > MOST_SAMPLES:
        here = here[np.arange(MOST_SAMPLES) * len(here) // MOST_SAMPLES]
    return [h[here] for h in activity]


def variation(activity, bins):
    """Drift of the means within the variation from sample to sample, and overlap of variations."""
    n = len(activity)
    sums = {k: np.zeros((n, n)) for k in ("inside", "all", "chance", "along", "mean_along", "shared",
                                          "shared_chance", "spaces")}
    ratios, by_axis = [], {"drift": np.zeros(5), "variance": np.zeros(5), "all drift": 0, "all variance": 0}
    active = [(h[bins >= 0] > 0).any(0) for h in activity]
    for place in range(bins.max() + 1):
        clouds = clouds_at(activity, bins, place)
        for a in range(n):
            for b in range(n):
                use = active[a] | active[b]
                if a == b or len(clouds[a]) < LEAST_SAMPLES:
                    continue
                x, y = clouds[a][:, use], clouds[b][:, use]
                if not (x.var(0) > 0).any():
                    continue
                value, vector, ratio = axes_of(x)
                lead = min(int(math.ceil(ratio - 1e-9)), len(value))
                d = y.mean(0) - x.mean(0)
                square = (vector @ d) ** 2
                add = {"inside": square[:lead].sum(), "all": d @ d, "chance": d @ d * lead / use.sum(),
                       "along": value @ square, "mean_along": d @ d * value.sum() / use.sum()}
                ratios.append(ratio)
                if b == a + 1:
                    by_axis["drift"][:len(square)] += square[:5]
                    by_axis["variance"][:len(square)] += value[:5]
                    by_axis["all drift"] += d @ d
                    by_axis["all variance"] += x.var(0, ddof=1).sum()
                if y.var(0).sum() > 0:
                    add.update(shared=(y @ vector[:lead].T).var(0).sum() / y.var(0).sum(),
                               shared_chance=lead / use.sum(), spaces=1)
                for name, v in add.items():
                    sums[name][a, b] += v
    ratio = lambda p, q: np.where(q > 0, p / np.where(q > 0, q, 1), np.nan)
    both = lambda k: sums[k] + sums[k].T
    return {"drift_in_variation": ratio(sums["inside"], sums["all"]),
            "drift_in_variation_by_chance": ratio(sums["chance"], sums["all"]),
            "variance_along_drift": ratio(sums["along"], sums["mean_along"]),
            "variation_overlap": ratio(both("shared"), both("spaces")),
            "variation_overlap_by_chance": ratio(both("shared_chance"), both("spaces")),
            "variation_dimensions": np.mean(ratios) if ratios else math.nan,
            **{f"{what}_axis_{k + 1}": by_axis[name][k] / (by_axis["all " + name] or math.nan)
               for what, name in (("drift_along", "drift"), ("variance_of", "variance")) for k in range(5)}}


def readouts(activity, bins, count):
    """Linear readouts of the track's halves; the k-th sample of either is one lap."""
    sides = [np.flatnonzero((bins >= 0) & (2 * bins >= count)), np.flatnonzero((bins >= 0) & (2 * bins < count))]
    points = [np.array(list(zip(h[sides[1]], h[sides[0]]))) for h in activity]
    active = [(h[bins >= 0] > 0).any(0) for h in activity]
    n = len(activity)
    accuracy, angle = np.full((n, n), np.nan), np.full((n, n), np.nan)
    for a in range(n):
        for b in range(n):
            use = active[a] | active[b]
            x, y = points[a][..., use], points[b][..., use]
            if len(x) < LEAST_SAMPLES:
                continue
            weight = lambda p, f: p[f::2, 1].mean(0) - p[f::2, 0].mean(0)
            right = []
            for f in (0, 1):
                score = ((y[1 - f::2] if a == b else y) - x[f::2].mean((0, 1))) @ weight(x, f)
                right.append(np.mean([score[:, 0] < 0, score[:, 1] > 0]))
            accuracy[a, b] = np.mean(right)
            w, v = (weight(p, 0) + weight(p, 1) for p in (x, y))
            if a != b:
                angle[a, b] = math.degrees(math.acos(np.clip(w @ v / math.sqrt((w @ w) * (v @ v)), -1, 1)))
    return {"readout_accuracy": accuracy, "readout_angle": angle}
