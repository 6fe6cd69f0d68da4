"""Recordings: one session (docs/model.md, sections 8.1 to 8.5), in numpy."""
import math

import numpy as np

import addresses
import tuned_course
from measures import pearson, mean_known, smooth

KINDS = ("si_bit_spike", "si_bit_second", "mi")
CORRECTIONS = ("SR", "SSR", "AE", "BAE")


def session_seed(seed, *texts):
    """FNV-1a of what a session is, so that other sessions do not change its random numbers."""
    value = 0xcbf29ce484222325 ^ (seed * 0x9e3779b97f4a7c15 % 2 ** 64)
    for text in texts:
        for byte in text.encode() + b"\0":
            value = (value ^ byte) * 0x100000001b3 % 2 ** 64
    return value


def bin_positions(position, low, high, bins):
    return np.clip(np.floor((position - low) / (high - low) * bins), 0, bins - 1).astype(int)


def levels_of(amounts):
    """Response levels of the sufficiently active cells' amounts (frames x cells), 0 for silence."""
    above = amounts[amounts > 0]
    if (amounts == np.floor(amounts)).all():
        return np.searchsorted(np.unique(np.concatenate([[0.0], above])), amounts)
    if 5 < above.max() < 20:
        return np.floor(amounts + 0.5).astype(int)
    edges = 10 ** np.linspace(math.log10(above.min()), math.log10(above.max()), 11)
    centres = (edges[:-1] + edges[1:]) / 2
    nearest = 1 + np.abs(amounts[..., None] - centres).argmin(-1)
    return np.where(amounts > 0, nearest, 0)


def spatial_information(amount, bin_of, bins):
    """Bit per unit of amount; NaN where there is none."""
    p = np.bincount(bin_of, minlength=bins) / len(bin_of)
    total = np.bincount(bin_of, weights=amount, minlength=bins)
    if not total.sum() > 0:
        return math.nan
    share, seen = total / total.sum(), total > 0
    return (share[seen] * np.log2(share[seen] / p[seen])).sum()


def mutual_information(level, bin_of, bins):
    joint = np.zeros((level.max() + 1, bins))
    np.add.at(joint, (level, bin_of), 1 / len(level))
    product, seen = np.outer(joint.sum(1), joint.sum(0)), joint > 0
    return (joint[seen] * np.log2(joint[seen] / product[seen])).sum()


def three(amount, level, bin_of, bins, dt):
    """SI in bit/spike and bit/s, and MI; of silence NaN, 0 and 0."""
    si, rate = spatial_information(amount, bin_of, bins), amount.sum() / (len(amount) * dt)
    return si, si * rate if rate > 0 else 0.0, mutual_information(level, bin_of, bins)


def shuffle_p(amount, bin_of, bins, seed, cell, shuffles, cyclic):
    real = spatial_information(amount, bin_of, bins)
    frames, events, below = len(amount), np.flatnonzero(amount), 0
    for k in range(shuffles):
        stream = addresses.Stream(seed, addresses.SHUFFLE, cell, k)
        stream.CHUNK = 1 if cyclic else 64
        moved = np.zeros(frames)
        if cyclic:
            moved[(events + stream.scaled(frames)) % frames] = amount[events]
        else:
            taken = set()
            for event in events:
                frame = stream.scaled(frames)
                while frame in taken:
                    frame = stream.scaled(frames)
                taken.add(frame)
                moved[frame] = amount[event]
        below += spatial_information(moved, bin_of, bins) < real - 1e-12 * (1 + abs(real))
    return 1 - below / shuffles


def draw_to_front(values, chosen, stream):
    """`chosen` of the values, drawn without replacement."""
    bits = stream.bits
    for i in range(chosen):
        j = i + (bits() * (len(values) - i) >> 64)
        values[i], values[j] = values[j], values[i]
    return values[:chosen]


def burst_length(amounts, bin_of, bins, dt):
    """Active frames of a cell that come together, beyond what its tuning makes."""
    active = amounts > 0
    frames, further = len(bin_of), 0.0
    visits = np.bincount(bin_of, minlength=bins).astype(float)
    counts = np.array([np.bincount(bin_of[cell], minlength=bins) for cell in active.T]).T
    rate = counts / np.where(visits > 0, visits, 1)[:, None]
    alone = visits[:, None] > 1
    without = np.where(alone, (counts - 1) / np.where(alone, visits[:, None] - 1, 1), rate)
    for lag in range(1, min(int(min(5 / dt, 1000)), frames - 1) + 1):
        now, then = bin_of[:-lag], bin_of[lag:]
        others = np.where((now == then)[:, None], without[then], rate[then])
        pairs = (active[lag:] - others)[active[:-lag]].sum()
        if pairs <= 0:
            break
        further += 2 * pairs / active.sum()
    return 1 + further


def block_for(length, frames, fractions):
    most = frames // (fractions * 10)
    return 1 if length < 1.5 or most < 2 else min(int(length * 3), most)


def sample_curves(amounts, levels, bin_of, bins, dt, seed, fractions, repetitions, block):
    """Naive and shuffled information: kind -> cells x fractions, twice."""
    frames, cells = amounts.shape
    blocks = np.array_split(np.arange(frames), range(block, frames, block))
    naive, shuffled = np.zeros((2, 3, cells, fractions))
    for f in range(fractions):
        chosen = (f + 1) * len(blocks) // fractions
        count = -(-repetitions * fractions // (f + 1))
        found = np.zeros((2, 3, cells, count))
        for r in range(count):
            stream = addresses.Stream(seed, addresses.SUBSAMPLE, f, r)
            stream.CHUNK = 1024
            drawn = draw_to_front(list(range(len(blocks))), chosen, stream)[:chosen]
            others = draw_to_front(list(drawn), chosen, stream)
            kept = np.concatenate([blocks[b] for b in drawn])
            here = bin_of[kept]
            mixed = np.concatenate([bin_of[np.resize(blocks[o], len(blocks[b]))]
                                    for b, o in zip(drawn, others)])
            for c in range(cells):
                for which, of in enumerate((here, mixed)):
                    found[which, :, c, r] = three(amounts[kept, c], levels[kept, c], of, bins, dt)
        for which, out in enumerate((naive, shuffled)):
            out[:, :, f] = np.apply_along_axis(mean_known, 2, found[which])
    return naive, shuffled


def shuffle_reduction(size, naive, shuffled):
    return naive[-1] - shuffled[-1]


def scaled_shuffle_reduction(size, naive, shuffled):
    known = np.flatnonzero(~np.isnan(naive) & ~np.isnan(shuffled))
    first, last = known[0], len(naive) - 1
    fall = shuffled[first] - shuffled[last]
    return naive[last] - shuffled[last] * (naive[first] - naive[last]) / fall if fall else math.nan


def nonnegative(columns, y):
    """Least squares with weights >= 0 by trying every subset: weights and residual."""
    best = (np.zeros(len(columns)), y @ y)
    for subset in range(1, 1 << len(columns)):
        chosen = [c for c in range(len(columns)) if subset >> c & 1]
        A = np.array([columns[c] for c in chosen]).T
        x, _, rank, _ = np.linalg.lstsq(A, y, rcond=1e-12)
        residual = ((y - A @ x) ** 2).sum()
        if rank == len(chosen) and (x >= 0).all() and residual < best[1]:
            weights = np.zeros(len(columns))
            weights[chosen] = x
            best = (weights, residual)
    return best


def known_points(size, naive):
    known = ~np.isnan(naive)
    return size[known], naive[known]


def asymptotic_extrapolation(size, naive, shuffled):
    t, y = known_points(size, naive)
    return nonnegative([np.ones_like(t), 1 / t, 1 / t ** 2], y)[0][0] if len(t) >= 3 else math.nan


def level_and_fall(u, y):
    """Least squares of a + b u with a, b >= 0: a, and the residual."""
    u0, y0 = u.mean(), y.mean()
    b = (u - u0) @ y / ((u - u0) @ (u - u0))
    fits = [(y0 - b * u0, b), (max(y0, 0), 0.0), (0.0, max(u @ y / (u @ u), 0))]
    fits = fits[:1] if min(fits[0]) >= 0 else fits[1:]
    return min(((a, ((y - a - b * u) ** 2).sum()) for a, b in fits), key=lambda fit: fit[1])


def bounded_extrapolation(size, naive, shuffled):
    t, y = known_points(size, naive)
    if len(t) < 3:
        return math.nan

    def fit(log_c):
        c = math.exp(log_c)
        return level_and_fall((1 + c) / (1 + c * t), y)

    grid = [math.log(0.1) + 0.25 * g for g in range(54)]
    residuals = [fit(log_c)[1] for log_c in grid]
    at = residuals.index(min(residuals))
    low, high = grid[max(at - 1, 0)], math.log(0.1) + 0.25 * (at + 1)
    golden = (math.sqrt(5) - 1) / 2
    x1, x2 = high - golden * (high - low), low + golden * (high - low)
    f1, f2 = fit(x1)[1], fit(x2)[1]
    while high - low > 1e-9:
        if f1 < f2:
            high, x2, f2 = x2, x1, f1
            x1 = high - golden * (high - low)
            f1 = fit(x1)[1]
        else:
            low, x1, f1 = x1, x2, f2
            x2 = low + golden * (high - low)
            f2 = fit(x2)[1]
    return fit((low + high) / 2)[0]


CORRECT = dict(zip(CORRECTIONS, (shuffle_reduction, scaled_shuffle_reduction,
                                 asymptotic_extrapolation, bounded_extrapolation)))


def curves_of(amounts, bin_of, bins):
    """Occupancy and mean amount a frame (cells x bins; NaN where never visited)."""
    visits = np.bincount(bin_of, minlength=bins).astype(float)
    total = np.array([np.bincount(bin_of, weights=a, minlength=bins) for a in amounts.T])
    return visits / len(bin_of), total / np.where(visits > 0, visits, np.nan)


def reliability(amounts, bin_of, bins, dt, smoothing):
    """Mean correlation of the maps of odd and even stretches of half a minute."""
    frames = len(bin_of)
    stretch = max(1, int(30 / dt))
    stretch = frames // 2 + 1 if 2 * stretch > frames else stretch
    odd = (np.arange(frames) // stretch) % 2 == 1
    maps = [smooth(curves_of(amounts[half], bin_of[half], bins)[1], smoothing) for half in (odd, ~odd)]
    return mean_known([pearson(a, b) for a, b in zip(*maps)])


class Session:
    """All that one session gives; `amounts` is frames x cells."""

    def __init__(self, settings, label, animal, environment, day, amounts, position, ids, low, high):
        self.label, self.animal, self.environment, self.day = label, animal, environment, day
        bins, dt = settings["bins"], settings["dt"]
        seed = session_seed(settings["seed"], animal, environment, "", label)
        bin_of = bin_positions(position, low, high, bins)
        self.cells, self.all_ids = amounts.shape[1], ids
        self.amounts, self.bin_of, self.seed = amounts, bin_of, seed
        self.index = np.flatnonzero(((amounts > 0).sum(0) >= 10) & (amounts.sum(0) > 0))
        self.ids, kept = ids[self.index], amounts[:, self.index]
        self.active_frames, self.rate = (kept > 0).sum(0), kept.sum(0) / (len(kept) * dt)
        levels = levels_of(kept)
        self.information = np.array([three(kept[:, c], levels[:, c], bin_of, bins, dt)
                                     for c in range(kept.shape[1])])
        self.p_value = np.array([shuffle_p(kept[:, c], bin_of, bins, seed, int(self.index[c]),
                                           settings["shuffles"], settings["cyclic"])
                                 for c in range(kept.shape[1])])
        self.place = self.p_value < 0.05
        self.occupancy, curves = curves_of(kept, bin_of, bins)
        self.maps = curves / dt
        self.smooth_maps = smooth(self.maps, settings["smoothing"])
        self.reliability = reliability(kept, bin_of, bins, dt, settings["smoothing"])
        fractions = settings["fractions"]
        self.size = np.arange(1, fractions + 1) / fractions
        self.bursts = burst_length(kept, bin_of, bins, dt)
        self.block = block_for(self.bursts, len(bin_of), fractions)
        self.enough = (self.active_frames >= 10 * self.bursts) | (self.block == 1)
        self.naive, self.shuffled = sample_curves(kept, levels, bin_of, bins, dt, seed, fractions,
                                                  settings["repetitions"], self.block)

    def metrics(self, registered):
        """Metrics and their standard errors, by the names of the files."""
        active, place = len(self.index), int(self.place.sum())
        out = {"cells": (self.cells, math.nan), "active_cells": (active, math.nan),
               "place_cells": (place, math.nan), "place_cell_share": share(place, active),
               "fraction_active": share(active, registered or self.cells),
               "fraction_place_cells": share(place, registered or self.cells),
               "mean_rate": mean_error(self.rate), "map_reliability": (self.reliability, math.nan),
               "burst_length": (self.bursts, math.nan),
               "correction_block": (self.block, math.nan)}
        for k, kind in enumerate(KINDS):
            out[kind] = mean_error(self.information[:, k])
            out["place_" + kind] = mean_error(self.information[self.place, k])
            for prefix, use in (("place_", self.place & self.enough), ("", self.enough)):
                naive, shuffled = [np.apply_along_axis(mean_known, 0, of[k][use])
                                   for of in (self.naive, self.shuffled)]
                for name, correct in CORRECT.items():
                    out[f"{prefix}{kind}_{name.lower()}"] = (correct(self.size, naive, shuffled),
                                                             out[prefix + kind][1])
        naive, shuffled = [[np.apply_along_axis(mean_known, 0, of[k][self.enough]) for k in (0, 1)]
                           for of in (self.naive, self.shuffled)]
        for (kind, name), answer in tuned_course.corrections(self, naive, shuffled,
                                                               bounded_extrapolation).items():
            out[f"{kind}_{name.lower()}"] = (answer, out[kind][1])
        return out


def share(part, whole):
    return part / whole, math.sqrt(part / whole * (1 - part / whole) / whole)


def mean_error(values):
    return values.mean(), values.std(ddof=1) / math.sqrt(len(values)) if len(values) > 1 else math.nan
