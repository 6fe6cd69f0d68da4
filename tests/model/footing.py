"""Sessions on an equal footing, and what cells lose of their tuning (docs/model.md, 8.6)."""
import math

import numpy as np

import addresses
from recordings import curves_of, smooth

FOOTING, LEAST = 32, 10


def swap(items, i, stream):
    j = i + stream.scaled(len(items) - i)
    items[i], items[j] = items[j], items[i]


def common_frames(sessions, bins):
    """Frames of every bin that all sessions have, or of all bins together ([n])."""
    least = np.min([np.bincount(s.bin_of, minlength=bins) for s in sessions], axis=0)
    shortest = min(len(s.bin_of) for s in sessions)
    return least if least.sum() >= 0.25 * shortest else np.array([shortest])


def stretches(stratum, longest):
    """First frame and length of stretches of one stratum, of at most `longest` frames."""
    made = []
    for f, k in enumerate(stratum):
        if made and stratum[made[-1][0]] == k and made[-1][1] < longest:
            made[-1][1] += 1
        else:
            made.append([f, 1])
    return made


def chance(occupied, k):
    """Mean plug-in information of k events that know nothing of the bin."""
    p, sum_of = occupied / occupied.sum(), 0.0
    for q in p[p > 0]:
        for n in range(1, k + 1):
            sum_of += math.comb(k, n) * q ** n * (1 - q) ** (k - n) * n / k * math.log2(n / k / q)
    return sum_of


def expected_frames(sessions, frames, bins):
    """Active frames of every registered cell (sessions x ids) on these frames, in expectation."""
    ids = sorted(set(np.concatenate([s.all_ids for s in sessions]).tolist()))
    table = np.full((len(sessions), len(ids)), np.nan)
    for row, s in zip(table, sessions):
        stratum = s.bin_of if len(frames) == bins else np.zeros(len(s.bin_of), int)
        visits = np.bincount(stratum, minlength=len(frames))
        weight = np.where(visits > 0, frames / np.maximum(visits, 1), 0)[stratum]
        for c, i in enumerate(s.all_ids):
            row[ids.index(i)] = weight[s.amounts[:, c] > 0].sum()
    return ids, table


def on_equal_frames(session, frames, bins, dt, longest, fewest):
    """Cells active on frames that all sessions have, and their information from the fewest active
    frames that each has in a session: means over draws."""
    by_bin, n = len(frames) == bins, frames.sum()
    stratum = session.bin_of if by_bin else np.zeros(len(session.bin_of), int)
    active, informed = 0, []
    for r in range(10):
        stream = addresses.Stream(session.seed, FOOTING, 0, r)
        left, counts = frames.copy(), np.zeros(len(stratum), bool)
        cut = stretches(stratum, len(stratum) if by_bin else max(1, int(5 / dt)))
        for i in range(len(cut)):
            swap(cut, i, stream)
            first, length = cut[i]
            use = min(length, left[stratum[first]])
            left[stratum[first]] -= use
            counts[first:first + use] = True
        occupied = np.bincount(session.bin_of[counts], minlength=bins)
        for c in range(session.amounts.shape[1]):
            events = np.flatnonzero((session.amounts[:, c] > 0) & counts).tolist()
            active += len(events) >= max(3, LEAST * n / longest)
            if len(events) < LEAST:
                continue
            thinned = addresses.Stream(session.seed, FOOTING, 1 + c, r)
            use = min(fewest[session.all_ids[c]], len(events))
            for i in range(use):
                swap(events, i, thinned)
            k = np.bincount(session.bin_of[events[:use]], minlength=bins) / use
            p, held = occupied / occupied.sum(), k > 0
            informed.append((k[held] * np.log2(k[held] / p[held])).sum() - chance(occupied, use))
    return active / 10, np.mean(informed) if informed else math.nan


def metrics(sessions, bins, dt, registered):
    """By name, a value for each session of a group."""
    frames = common_frames(sessions, bins)
    longest = max(len(s.bin_of) for s in sessions)
    ids, table = expected_frames(sessions, frames, bins)
    enough = np.where(table >= LEAST, table, np.inf).min(0)
    fewest = {i: int(f) if np.isfinite(f) else LEAST for i, f in zip(ids, enough)}
    found = [on_equal_frames(s, frames, bins, dt, longest, fewest) for s in sessions]
    active = np.array([f[0] for f in found])
    return {"equal_frames": [frames.sum()] * len(sessions), "equal_fraction_active": active / registered,
            "equal_fraction_active_of_found": active / [s.amounts.shape[1] for s in sessions],
            "equal_information": [f[1] for f in found],
            "equal_rate": equal_rate(table, max(3, LEAST * frames.sum() / longest))}


def equal_rate(table, least):
    there = np.nan_to_num(table, nan=-1) >= 0.5 * least
    mean = np.where(there, table, 0).sum(0) / np.maximum(there.sum(0), 1)
    use = there & (mean >= 2 * least)
    return [float(np.median(t[u] / mean[u])) if u.sum() >= 10 else math.nan
            for t, u in zip(table, use)]


def halves(session, cell, bins, dt, smoothing):
    """The cell's maps in both halves, smoothed amounts over smoothed frames; bins visited in both."""
    frames = len(session.bin_of)
    stretch = max(1, int(30 / dt))
    stretch = frames // 2 + 1 if 2 * stretch > frames else stretch
    odd = (np.arange(frames) // stretch) % 2 == 1
    maps, visits = [], []
    for half in (~odd, odd):
        visit = np.bincount(session.bin_of[half], minlength=bins).astype(float)
        amount = np.bincount(session.bin_of[half], weights=session.amounts[half, cell], minlength=bins)
        below = smooth(visit, smoothing)
        maps.append(np.divide(smooth(amount, smoothing), below, out=np.zeros(bins), where=below > 0))
        visits.append(visit > 0)
    return maps, visits[0] & visits[1]


def tuning_loss(sessions, bins, dt, smoothing):
    """Loss of similarity over the sessions, and its error."""
    n, days = len(sessions), [s.day for s in sessions]
    ids = sorted(set(np.concatenate([s.all_ids for s in sessions]).tolist()))
    sums = np.zeros((len(ids), n, n, 3))
    for k, i in enumerate(ids):
        at = [np.flatnonzero(s.all_ids == i) for s in sessions]
        here = [s for s in range(n) if len(at[s])]
        rate = (sum(sessions[s].amounts[:, at[s][0]].sum() for s in here)
                / sum(len(sessions[s].bin_of) for s in here))
        active = [s for s in here if at[s][0] in sessions[s].index]
        of = {s: halves(sessions[s], at[s][0], bins, dt, smoothing) for s in active}
        for a in active:
            for b in active:
                if a >= b:
                    continue
                both = of[a][1] & of[b][1]
                cov = lambda x, y: (np.mean(x[both] * y[both]) - x[both].mean() * y[both].mean()) / rate
                x, y = of[a][0], of[b][0]
                sums[k, a, b] = [np.mean([cov(p, q) for p in x for q in y]), cov(*x), cov(*y)]

    def loss(total):
        products = squares = 0.0
        for a in range(n):
            for b in range(a + 1, n):
                across, first, second = total[a, b]
                if first > 0 and second > 0:
                    apart = abs(days[b] - days[a])
                    products += apart * (1 - across / math.sqrt(first * second))
                    squares += apart ** 2
        return products / squares * abs(days[-1] - days[0])

    total = sums.sum(0)
    whole = loss(total)
    left = [loss(total - own) for own in sums]
    left = np.array([v for v, own in zip(left, sums) if own.any()])
    used = len(left)
    error = math.sqrt(((left - left.mean()) ** 2).sum() * (used - 1) / used) if used >= 10 else math.nan
    return whole, error
