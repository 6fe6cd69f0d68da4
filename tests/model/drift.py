"""Measures of drift (docs/drift-measures.md), in numpy."""
import itertools
import math

import numpy as np

import addresses
from measures import pearson, smooth

LEAST_SESSIONS = 5


class Followed:
    """Sessions of the same cells. `sessions`: dicts of day, amounts (frames x cells), position, bin,
    ids, tuned (of the active cells), trial or None."""

    def __init__(self, sessions, bins, width, dt, smoothing, circular, counts, seed):
        self.n, self.bins, self.width, self.dt, self.seed = len(sessions), bins, width, dt, seed
        self.circular, self.counts, self.sessions, self.smoothing = circular, counts, sessions, smoothing
        self.days = [s["day"] for s in sessions]
        self.ids = sorted(set(np.concatenate([s["ids"] for s in sessions]).tolist()))
        shape = (self.n, len(self.ids))
        self.found, self.active, self.tuned = (np.zeros(shape, bool) for _ in range(3))
        self.rate = np.full(shape, np.nan)
        self.map = np.full(shape + (bins,), np.nan)
        self.half = np.full((self.n, 2, len(self.ids), bins), np.nan)
        self.occupancy = np.zeros((self.n, bins))
        self.speed = np.full((self.n, bins), np.nan)
        for s, session in enumerate(sessions):
            self.add(s, session, smoothing)

    def add(self, s, session, smoothing):
        amounts, where, frames = session["amounts"], session["bin"], len(session["bin"])
        stretch = max(1, int(30 / self.dt))
        stretch = frames // 2 + 1 if 2 * stretch > frames else stretch
        session["half"] = (np.arange(frames) // stretch) % 2
        columns = [self.ids.index(i) for i in session["ids"]]
        session["columns"] = np.array(columns)
        smoothed = lambda v: smooth(v, smoothing, self.circular)
        visit = [np.bincount(where[session["half"] == h], minlength=self.bins).astype(float) for h in (0, 1)]
        self.occupancy[s] = (visit[0] + visit[1]) / frames
        for c, cell in enumerate(columns):
            a = amounts[:, c]
            self.found[s, cell], self.active[s, cell] = True, (a > 0).sum() >= 10 and a.sum() > 0
            self.rate[s, cell] = a.sum() / (frames * self.dt)
            amount = [np.bincount(where[session["half"] == h], weights=a[session["half"] == h],
                                  minlength=self.bins) for h in (0, 1)]
            self.map[s, cell] = np.where(visit[0] + visit[1] > 0, smoothed(amount[0] + amount[1])
                                         / smoothed(visit[0] + visit[1]) / self.dt, np.nan)
            for h in (0, 1):
                self.half[s, h, cell] = np.where(visit[h] > 0, smoothed(amount[h]) / smoothed(visit[h])
                                                 / self.dt, np.nan)
        active = [cell for cell in columns if self.active[s, cell]]
        self.tuned[s, active] = session["tuned"]
        step = np.abs(np.diff(session["position"]))
        if self.circular:
            step = np.minimum(step, self.width * self.bins - step)
        way = np.bincount(where[1:], weights=step, minlength=self.bins)
        time = np.bincount(where[1:], minlength=self.bins) * self.dt
        self.speed[s] = np.divide(way, time, out=np.full(self.bins, np.nan), where=time > 0)

    def pairs(self):
        return [(a, b) for a in range(self.n) for b in range(self.n) if a != b]


def matrix(of, value):
    out = np.full((of.n, of.n), np.nan)
    for a, b in of.pairs():
        out[a, b] = value(a, b)
    return out


def regress(of, response, first, second=None, stream=0):
    """Coefficients and p of one or two things apart, by double semi-partialling; and r with the
    first alone."""
    n = len(first)
    known = [(a, b) for a in range(n) for b in range(a + 1, n) if not math.isnan(response[a, b])]
    apart = lambda of_what: np.abs(np.subtract.outer(of_what, of_what))
    at = tuple(np.array(known).T) if known else (np.zeros(0, int), np.zeros(0, int))
    y, x = response[at], [apart(v) for v in (first, second) if v is not None]
    columns = [m[at] for m in x]
    r = pearson(columns[0], y) if len(known) >= 3 else math.nan
    p = []
    for which, mine in enumerate(x):
        others = [np.ones(len(known))] + [columns[k] for k in range(len(x)) if k != which]
        beta = np.linalg.lstsq(np.array(others).T, columns[which], rcond=None)[0]
        residue = mine - sum(b * m for b, m in zip(beta[1:], [x[k] for k in range(len(x)) if k != which]))

        def t_of(order):
            permuted = residue[np.ix_(order, order)][at]
            design = np.array(others + [permuted]).T
            solved = np.linalg.lstsq(design, y, rcond=None)[0]
            error = y - design @ solved
            variance = (error @ error) / (len(y) - design.shape[1])
            inverse = np.linalg.inv(design.T @ design)
            return abs(solved[-1]) / math.sqrt(variance * inverse[-1, -1])

        real = t_of(list(range(n)))
        if n <= 7:
            values = [t_of(list(order)) for order in itertools.permutations(range(n))]
        else:
            draw = addresses.Stream(of.seed, addresses.SHUFFLE, 2 ** 32 - 2, 2 * stream + which)
            draw.CHUNK, order, values = 4096, list(range(n)), [real]
            for _ in range(4999):
                for i in range(n - 1, 0, -1):
                    j = draw.below(i + 1)
                    order[i], order[j] = order[j], order[i]
                values.append(t_of(order))
        p.append(np.mean(np.array(values) >= real * (1 - 1e-9)))
    return r, p


def both_ways(m):
    return np.where(np.isnan(m), m.T, np.where(np.isnan(m.T), m, (m + m.T) / 2))


# --- rates and tuning ---

def ensemble_rates(of, a, b):
    cells = of.found[a] & of.found[b] & (of.active[a] | of.active[b])
    bins = ~np.isnan(of.map[a][of.found[a]][0]) & ~np.isnan(of.map[b][of.found[b]][0])
    return pearson(of.map[a][cells][:, bins].mean(1), of.map[b][cells][:, bins].mean(1))


def tuning(of, a, b):
    r = [pearson(of.map[a, c][k], of.map[b, c][k]) for c in np.flatnonzero(of.active[a] & of.active[b])
         for k in [~np.isnan(of.map[a, c] + of.map[b, c])]]
    return np.array([v for v in r if not math.isnan(v)])


# --- turnover ---

def turnover(of, a, b):
    """Retention and overlap, and both by chance."""
    found = of.found[a] & of.found[b]
    x, y = of.active[a][found], of.active[b][found]
    p, q = x.mean(), y.mean()
    return (x & y).sum() / x.sum(), q, (x & y).sum() / (x | y).sum(), p * q / (p + q - p * q)


def recurrence(of, a, b):
    if b < a + 2:
        return math.nan
    fell = of.active[a] & of.found[b] & (of.found & ~of.active)[a + 1:b].any(0)
    return of.active[b][fell].mean() if fell.any() else math.nan


# --- fields, on a track or loop ---

def field(of, curve):
    """Centroid and width of the region of at least half the peak that holds it; how many regions."""
    n, peak = of.bins, int(np.nanargmax(curve))
    if not curve[peak] > 0:
        return None
    above = curve >= curve[peak] / 2
    held, total = [peak], int(above.sum())
    for step in (1, -1):
        at = peak + step
        while len(held) < total and (of.circular or 0 <= at < n) and above[at % n]:
            held.append(at)
            at += step
    held = np.array(held)
    weight = curve[held % n]
    x = (weight * (held + 0.5)).sum() / weight.sum()
    edges = above & ~(np.roll(above, 1) if of.circular else np.concatenate([[False], above[:-1]]))
    return (x % n if of.circular else x) * of.width, len(held) * of.width, max(int(edges.sum()), 1)


def distance(of, x, y):
    d = abs(x - y)
    return min(d, of.bins * of.width - d) if of.circular else d


def compare(of, one, other):
    """Distances and shares within the mean width: own, and of every two different cells."""
    own, others = [], []
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            if a is not None and b is not None:
                d = distance(of, a[0], b[0])
                (own if i == j else others).append((d, d <= (a[1] + b[1]) / 2))
    return np.array(own, float), np.array(others, float)


def fields(of):
    pair = {name: np.full((of.n, of.n), np.nan) for name in (
        "field_shift", "field_within_width", "field_within_width_by_chance", "field_squared_displacement",
        "field_squared_displacement_by_chance", "stable_field_fraction")}
    whole = [[field(of, of.map[s, c]) if of.tuned[s, c] else None for c in range(len(of.ids))]
             for s in range(of.n)]
    half = [[[field(of, of.half[s, h, c]) if of.tuned[s, c] else None for c in range(len(of.ids))]
             for h in (0, 1)] for s in range(of.n)]
    squares = {}
    for a, b in of.pairs():
        both = [c for c in range(len(of.ids)) if whole[a][c] and whole[b][c]]
        if not both:
            continue
        of_both = lambda fs: [fs[c] for c in both]
        own, others = compare(of, of_both(whole[a]), of_both(whole[b]))
        squares[a, b] = dict(zip(both, own[:, 0] ** 2))
        pair["field_shift"][a, b] = np.median(own[:, 0])
        pair["field_within_width"][a, b] = own[:, 1].mean()
        pair["field_squared_displacement"][a, b] = (own[:, 0] ** 2).mean()
        if len(others):
            pair["field_within_width_by_chance"][a, b] = others[:, 1].mean()
            pair["field_squared_displacement_by_chance"][a, b] = (others[:, 0] ** 2).mean()
            across = [compare(of, of_both(half[a][h]), of_both(half[b][k])) for h in (0, 1) for k in (0, 1)]
            inside = [compare(of, of_both(half[s][0]), of_both(half[s][1]))[0] for s in (a, b)]
            share = lambda parts: np.concatenate([p.reshape(-1, 2) for p in parts])[:, 1].mean()
            chance, most = share([x[1] for x in across]), share(inside)
            if most > chance:
                pair["stable_field_fraction"][a, b] = (share([x[0] for x in across]) - chance) / (most - chance)
    found = [f for s in whole for f in s if f]
    number = {"fields_per_cell": np.mean([f[2] for f in found]), "field_width": np.mean([f[1] for f in found])}
    apart = lambda a, b: abs(of.days[a] - of.days[b])
    mean_at = lambda name, lag: np.nanmean([pair[name][a, b] for a, b in squares if apart(a, b) == lag])
    limit = min([lag for lag in {apart(a, b) for a, b in squares} if mean_at("field_squared_displacement", lag)
                 > mean_at("field_squared_displacement_by_chance", lag) / 2], default=math.inf)
    points = [(c, apart(a, b), y) for (a, b), of_cells in squares.items() if a < b and apart(a, b) < limit
              for c, y in of_cells.items()]
    slope = lambda p: np.polyfit([q[1] for q in p], [q[2] for q in p], 1)[0] / 2
    if len({q[1] for q in points}) > 1:
        cells = sorted({q[0] for q in points})
        left = np.array([slope([q for q in points if q[0] != c]) for c in cells])
        number["field_diffusion_constant"] = slope(points)
        if len(cells) >= 10:
            number["field_diffusion_constant_error"] = math.sqrt(
                ((left - left.mean()) ** 2).sum() * (len(cells) - 1) / len(cells))
    return pair, number


# --- decoding ---

def windows(of, session):
    """Windows of a quarter second: bins, halves, amounts (windows x cells)."""
    length = int(math.floor(0.25 / of.dt + 0.5)) if 0.25 / of.dt > 1.5 else 1
    half, trial, frames, kept = session["half"], session["trial"], len(session["bin"]), []
    first = 0
    while first < frames:
        end = first + 1
        while end < min(frames, first + length) and half[end] == half[first] and trial[end] == trial[end - 1]:
            end += 1
        if end - first == length:
            kept.append(first)
        first = end
    amounts = np.zeros((len(kept), len(of.ids)))
    amounts[:, session["columns"]] = [session["amounts"][f:f + length].sum(0) for f in kept]
    return session["bin"][[f + length // 2 for f in kept]], half[kept], amounts, length * of.dt


def decode(of, a, b):
    """Median distance of decoded from true bins, and the same by chance."""
    real, half, amounts, seconds = windows(of, of.sessions[b])
    use = of.active[a] & of.found[b]
    least = 1 / (len(of.sessions[a]["bin"]) * of.dt)
    decoded = np.full(len(real), -1)
    for w, n in enumerate(amounts):
        maps = of.half[a, 1 - half[w]][use]
        there = ~np.isnan(of.half[a, 1 - half[w]][of.found[a]]).all(0)
        if not there[real[w]]:
            continue
        if of.counts:
            with np.errstate(divide="ignore"):
                score = (np.log(of.occupancy[a]) + n[use] @ np.log(np.maximum(maps, least))
                         - seconds * np.maximum(maps, least).sum(0))
        else:
            if not n[use].sum() > 0:
                continue
            score = np.array([pearson(n[use], m) if t else np.nan for m, t in zip(maps.T, there)])
        score = np.where(there & np.isfinite(score), score, -np.inf)
        decoded[w] = score.argmax()
    known = decoded >= 0
    real, decoded, n = real[known], decoded[known], known.sum()
    if n < 20:
        return np.full(2, np.nan)

    def median(shift):
        d = np.abs(decoded - np.roll(real, -shift))
        return np.median(np.minimum(d, of.bins - d) if of.circular else d) * of.width

    return median(0), np.mean([median(int(math.floor((0.1 + 0.8 * k / 19) * n + 0.5))) for k in range(20)])


def decoding(of):
    both = np.array([[decode(of, a, b) for b in range(of.n)] for a in range(of.n)])
    share = both[..., 0] / both[..., 1]
    return ({"decoding_error": both[..., 0], "decoding_error_by_chance": both[..., 1],
             "decoding_share_of_chance": share},
            {"decoding_error_within": np.diag(both[..., 0]).mean(),
             "decoding_share_of_chance_within": np.diag(share).mean()})


# --- time and experience ---

def experience(of, rates, tuned):
    number, minutes, metres = {}, np.zeros(of.n), np.zeros(of.n)
    for s, session in enumerate(of.sessions):
        step = np.abs(np.diff(session["position"]))
        step = np.minimum(step, np.ptp(session["position"]) - step) if of.circular else step
        here, way = len(session["bin"]) * of.dt / 60, step.sum()
        minutes[s:] += here / 2
        minutes[s + 1:] += here / 2
        metres[s:] += way / 2
        metres[s + 1:] += way / 2
    at = np.triu_indices(of.n, 1)
    apart = lambda v: np.abs(np.subtract.outer(v, v))[at]
    z = lambda v: (v - v.mean()) / v.std()
    for e, (name, values) in enumerate((("visits", np.arange(1, of.n + 1)), ("minutes", minutes),
                                        ("distance", metres))):
        number[f"time_shares_with_{name}"] = pearson(apart(np.array(of.days)), apart(values)) ** 2
        for k, (likeness, matrix_of) in enumerate((("rates", rates), ("tuning", tuned))):
            keys = [f"{likeness}_on_time_given_{name}", f"{likeness}_on_{name}_given_time"]
            if number[f"time_shares_with_{name}"] > 0.9:
                number.update({key + end: np.nan for key in keys for end in ("", "_p")})
                continue
            design = np.array([np.ones(len(at[0])), z(apart(np.array(of.days))), z(apart(values))]).T
            beta = np.linalg.lstsq(design, matrix_of[at], rcond=None)[0]
            p = regress(of, matrix_of, of.days, values)[1]
            for key, b, value in zip(keys, beta[1:], p):
                number[key], number[key + "_p"] = b, value
    return number


# --- excitability ---

def ranks(v):
    order = np.sort(v)
    return (np.searchsorted(order, v, "left") + np.searchsorted(order, v, "right") - 1) / 2


def excitability(of, smoothing):
    events = np.zeros(of.found.shape, int)
    for s, session in enumerate(of.sessions):
        events[s, session["columns"]] = (session["amounts"] > 0).sum(0)
    every = np.sort(events[of.active])
    kept = max(10, int(every[len(every) // 4]))
    enough = of.active & (events >= kept)

    def of_pair(a, b, alike, use):
        cells = np.flatnonzero(use[a] & use[b])
        r = np.array([alike(a, b, c) for c in cells])
        cells, r = cells[~np.isnan(r)], r[~np.isnan(r)]
        return pearson(ranks(of.rate[a, cells]), ranks(r)) if len(cells) >= 10 else np.nan

    def by_maps(maps):
        def alike(a, b, c):
            k = ~np.isnan(maps[a, c] + maps[b, c])
            return pearson(maps[a, c][k], maps[b, c][k])
        return alike

    thinned = 0
    for repeat in range(10):
        maps = np.full(of.map.shape, np.nan)
        for s, session in enumerate(of.sessions):
            visit = np.bincount(session["bin"], minlength=of.bins).astype(float)
            for c in np.flatnonzero(enough[s]):
                column = list(session["columns"]).index(c)
                frames = np.flatnonzero(session["amounts"][:, column] > 0).tolist()
                draw = addresses.Stream(of.seed, addresses.THINNING, c, s * 10 + repeat)
                for i in range(kept):
                    j = i + draw.below(len(frames) - i)
                    frames[i], frames[j] = frames[j], frames[i]
                count = np.bincount(session["bin"][frames[:kept]], minlength=of.bins).astype(float)
                maps[s, c] = np.where(visit > 0, smooth(count, smoothing, of.circular)
                                      / smooth(visit, smoothing, of.circular), np.nan)
        thinned = thinned + matrix(of, lambda a, b: of_pair(a, b, by_maps(maps), enough)) / 10
    pair = {"excitability_correlation": matrix(of, lambda a, b: of_pair(a, b, by_maps(of.map), of.active)),
            "excitability_correlation_thinned": thinned}
    return pair, {"mean_" + name: np.nanmean(values) if not np.isnan(values).all() else np.nan
                  for name, values in pair.items()}


# --- geometry and readouts ---

def laps_at(of, session, where):
    """Rates (laps x cells) at the places `where` on every trial that passed them; numbered anew."""
    out, numbers = [], []
    trial = np.cumsum(np.diff(session["trial"], prepend=session["trial"][0]) != 0)
    for lap in range(trial.max() + 1):
        here = where & (trial == lap)
        if here.any():
            rate = np.zeros(len(of.ids))
            rate[session["columns"]] = session["amounts"][here].sum(0) / (here.sum() * of.dt)
            out.append(rate)
            numbers.append(lap)
    return np.array(out).reshape(-1, len(of.ids)), numbers


def axes_of(cloud):
    """Variances and principal axes (rows) of a cloud, and its participation ratio."""
    value, vector = np.linalg.eigh(np.cov(cloud.T))
    keep = value > 1e-9 * value[-1]
    value, vector = value[keep][::-1][:len(cloud) - 1], vector[:, keep].T[::-1][:len(cloud) - 1]
    return value, vector, value.sum() ** 2 / (value ** 2).sum()


def geometry(of):
    names = ("drift", "length_a", "length_b", "product", "inside", "of_drift", "chance", "along",
             "mean_along", "shared", "shared_chance", "spaces")
    sums = {n: np.zeros((of.n, of.n)) for n in names}
    near, size, ratios = np.zeros(len(of.ids)), np.zeros(len(of.ids)), []
    by_axis = {"drift": np.zeros(5), "variance": np.zeros(5), "all drift": 0, "all variance": 0}
    for place in range(of.bins):
        clouds = [laps_at(of, s, s["bin"] == place)[0] for s in of.sessions]
        for a, b in of.pairs():
            use = of.found[a] & of.found[b] & (of.active[a] | of.active[b])
            if min(len(clouds[a]), len(clouds[b])) < 6 or use.sum() < 2:
                continue
            x, y = clouds[a][:, use], clouds[b][:, use]
            noise = lambda c: c.var(0, ddof=1) / len(c)
            drift = (y.mean(0) - x.mean(0)) ** 2 - noise(x) - noise(y)
            length = x.mean(0) ** 2 - noise(x)
            if b == a + 1:
                near[use] += drift
                size[use] += length
            add = {"drift": drift.sum(), "length_a": length.sum(),
                   "length_b": (y.mean(0) ** 2 - noise(y)).sum(), "product": x.mean(0) @ y.mean(0)}
            for fold in (0, 1):
                value, vector, ratio = axes_of(x[fold::2])
                lead, rest = int(math.ceil(ratio - 1e-9)), x[1 - fold::2]
                d = y.mean(0) - rest.mean(0)
                square = (vector @ d) ** 2 - ((rest @ vector.T).var(0, ddof=1) / len(rest)
                                              + (y @ vector.T).var(0, ddof=1) / len(y))
                whole = d @ d - noise(rest).sum() - noise(y).sum()
                if b == a + 1:
                    by_axis["drift"][:len(square)] += square[:5]
                    by_axis["variance"][:len(square)] += (rest @ vector.T).var(0, ddof=1)[:5]
                    by_axis["all drift"] += whole
                    by_axis["all variance"] += rest.var(0, ddof=1).sum()
                for name, v in (("inside", square[:lead].sum()), ("of_drift", whole),
                                ("chance", whole * min(lead, len(value)) / use.sum()),
                                ("along", value @ square), ("mean_along", whole * value.sum() / use.sum())):
                    add[name] = add.get(name, 0) + v
            value, vector, ratio = axes_of(x)
            lead = min(int(math.ceil(ratio - 1e-9)), len(value))
            ratios.append(ratio)
            add.update(shared=(y @ vector[:lead].T).var(0, ddof=1).sum() / y.var(0, ddof=1).sum(),
                       shared_chance=lead / use.sum(), spaces=1)
            for name, v in add.items():
                sums[name][a, b] += v
    known = sums["spaces"] > 0
    ratio = lambda p, q: np.where(known & (q > 0), p / np.where(q > 0, q, 1), np.nan)
    both = lambda n: sums[n] + sums[n].T
    cosine = ratio(sums["product"], np.sqrt(np.maximum(sums["length_a"] * sums["length_b"], 0)))
    pair = {"mean_vector_drift": ratio(sums["drift"], sums["length_a"]),
            "mean_vector_angle": np.degrees(np.arccos(np.clip(cosine, -1, 1))),
            "drift_in_variation": ratio(sums["inside"], sums["of_drift"]),
            "drift_in_variation_by_chance": ratio(sums["chance"], sums["of_drift"]),
            "variance_along_drift": ratio(sums["along"], sums["mean_along"]),
            "variation_overlap": ratio(both("shared"), both("spaces")),
            "variation_overlap_by_chance": ratio(both("shared_chance"), both("spaces"))}
    here = near != 0
    left = (near.sum() - near[here]) / (size.sum() - size[here])
    return pair, {"mean_vector_drift_near": near.sum() / size.sum(),
                  "mean_vector_drift_near_error": math.sqrt(
                      ((left - left.mean()) ** 2).sum() * (here.sum() - 1) / here.sum()),
                  "variation_dimensions": np.mean(ratios),
                  **{f"drift_along_axis_{k + 1}": by_axis["drift"][k] / by_axis["all drift"] for k in range(5)},
                  **{f"variance_of_axis_{k + 1}": by_axis["variance"][k] / by_axis["all variance"]
                     for k in range(5)}}


def readout(of):
    points = []
    for session in of.sessions:
        side = [laps_at(of, session, (2 * session["bin"] >= of.bins) == bool(k)) for k in (0, 1)]
        both = sorted(set(side[0][1]) & set(side[1][1]))
        points.append(np.array([[side[k][0][side[k][1].index(lap)] for k in (0, 1)] for lap in both]))
    accuracy, angle = np.full((of.n, of.n), np.nan), np.full((of.n, of.n), np.nan)
    for a in range(of.n):
        for b in range(of.n):
            use = of.found[a] & of.found[b] & (of.active[a] | of.active[b])
            x, y = points[a][..., use], points[b][..., use]
            if min(len(x), len(y)) < 6:
                continue
            weight = lambda p, f: p[f::2, 1].mean(0) - p[f::2, 0].mean(0)
            right = []
            for f in (0, 1):
                w, tested = weight(x, f), y[1 - f::2] if a == b else y
                score = (tested - x[f::2].mean((0, 1))) @ w
                right.append(np.mean([score[:, 0] < 0, score[:, 1] > 0]))
            accuracy[a, b] = np.mean(right)
            inside = [weight(p, 0) @ weight(p, 1) for p in (x, y)]
            if a != b and min(inside) > 0:
                across = np.mean([weight(x, f) @ weight(y, g) for f in (0, 1) for g in (0, 1)])
                angle[a, b] = np.degrees(np.arccos(np.clip(across / math.sqrt(inside[0] * inside[1]), -1, 1)))
    return {"readout_accuracy": accuracy, "readout_angle": angle}


def all_numbers(of):
    rates = matrix(of, lambda a, b: ensemble_rates(of, a, b))
    tuned = matrix(of, lambda a, b: tuning(of, a, b).mean())
    return {**fields(of)[1], **decoding(of)[1], **experience(of, rates, tuned),
            **excitability(of, of.smoothing)[1], **geometry(of)[1]}


def all_measures(of):
    """By name: matrices."""
    out = {"ensemble_rate_correlation": matrix(of, lambda a, b: ensemble_rates(of, a, b)),
           "tuning_correlation": matrix(of, lambda a, b: tuning(of, a, b).mean()),
           "tuning_correlation_median": matrix(of, lambda a, b: np.median(tuning(of, a, b))),
           "recurrence": matrix(of, lambda a, b: recurrence(of, a, b)),
           "occupancy_overlap_of_pairs": matrix(
               of, lambda a, b: np.minimum(of.occupancy[a], of.occupancy[b]).sum()),
           "speed_profile_correlation": matrix(
               of, lambda a, b: pearson(*(of.speed[:, ~np.isnan(of.speed[a] + of.speed[b])][[a, b]])))}
    for k, name in enumerate(("retention", "retention_by_chance", "active_overlap",
                              "active_overlap_by_chance")):
        out[name] = matrix(of, lambda a, b: turnover(of, a, b)[k])
    return {**out, **fields(of)[0], **decoding(of)[0], **excitability(of, of.smoothing)[0],
            **geometry(of)[0], **readout(of)}
