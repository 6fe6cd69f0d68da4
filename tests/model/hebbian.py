"""The Hebbian / anti-Hebbian network (docs/model.md, section 7), in numpy."""
import math

import numpy as np

import addresses


def ring(count):
    angle = 2 * math.pi * np.arange(count) / count
    return np.stack([np.cos(angle), np.sin(angle)], 1), angle


def place(count):
    t = np.arange(1, count + 1) / count
    r = np.stack([t, t * math.tan(math.pi / 10)], 1)
    fields = []
    for i in range(5):
        spacing = 0.2 * 1.42 ** i
        for o in range(6):
            for px in range(4):
                for py in range(4):
                    shifted = r - spacing / 4 * np.array([px, py])
                    total = np.zeros(count)
                    for k in (1, 2, 3):
                        angle = 2 * math.pi * k / 3 + math.pi / 3 * o / 6
                        along = shifted @ np.array([math.cos(angle), math.sin(angle)])
                        total += np.cos(4 * math.pi / (math.sqrt(3) * spacing) * along) / 3
                    fields.append(2 / 3 * (0.5 + total))
    return np.array(fields).T, t


class Network:
    def __init__(self, experiment):
        self.keys, self.seed = experiment["network"], experiment["seed"]
        self.eta = experiment["learning"]["learning_rate"]
        make = ring if self.keys["inputs"] == "ring" else place
        self.x, self.position = make(self.keys["input_count"])
        self.circular = self.keys["inputs"] == "ring"
        N, d = self.keys["neurons"], self.x.shape[1]
        self.W = self.keys["initial_weight_scale"] * np.array(
            [addresses.gaussians(self.seed, addresses.HEBBIAN_W, k, 0, N) for k in range(d)]).T
        self.M, self.b, self.updates = np.eye(N), np.zeros(N), 0
        self.root_alpha = math.sqrt(self.keys["threshold_alpha"])

    def euler(self, x, tolerance):
        """Euler steps of the dynamics from rest, to the tolerance."""
        drive, diagonal = self.W @ x - self.root_alpha * self.b, np.diag(self.M)
        u, y = np.zeros_like(self.b), np.zeros_like(self.b)
        for _ in range(10 ** 6):
            change = drive - u - self.M @ y + diagonal * y
            u, before = u + 0.05 * change, y
            y = np.maximum((u - self.keys["regularisation_l1"])
                           / (self.keys["regularisation_l2"] + diagonal), 0)
            speed = np.maximum(np.abs(change), np.abs(y - before) / 0.05)
            if math.sqrt(speed @ speed) <= tolerance:
                return y
        raise RuntimeError("the dynamics do not settle")

    def fixed_point(self, x):
        """The dynamics' fixed point, polished by solving for its active set."""
        q = self.W @ x - self.root_alpha * self.b - self.keys["regularisation_l1"]
        if (q <= 0).all():
            return np.zeros_like(q)
        system = self.M + self.keys["regularisation_l2"] * np.eye(len(q))
        for tolerance in (1e-3, 1e-5, 1e-8, 1e-10):
            active = self.euler(x, tolerance) > 0
            y = np.zeros_like(q)
            y[active] = np.linalg.solve(system[np.ix_(active, active)], q[active])
            if np.abs(np.minimum(y, system @ y - q)).max() < 1e-10:
                return y
        raise RuntimeError("no active set solves the problem")

    def step(self):
        shown = addresses.Stream(self.seed, addresses.HEBBIAN_INPUT, 0, self.updates).below(len(self.x))
        x, keep = self.x[shown], 1 - self.eta
        y = self.fixed_point(x)
        self.W = keep * self.W + self.eta * np.outer(y, x)
        self.M = np.maximum(keep * self.M + self.eta * np.outer(y, y), 0)
        self.b = keep * self.b + self.eta * self.root_alpha * y
        self.updates += 1

    def responses(self):
        return np.array([self.fixed_point(x) for x in self.x])

    def record(self, Y):
        """Similarity-matching error, active fraction, fraction of active units."""
        difference = self.x @ self.x.T - Y @ Y.T
        return ((difference ** 2).sum() / len(Y) ** 2, (Y > 0).mean(),
                (Y.max(0) > self.keys["peak_threshold"]).mean())

    def centroids(self, Y):
        return np.array([self.centroid(Y[:, i]) for i in range(Y.shape[1])])

    def centroid(self, y):
        peak, count = int(np.argmax(y)), len(y)
        if not y[peak] > self.keys["peak_threshold"]:
            return math.nan
        mass, moment = y[peak], 0.0
        for side in (1, -1):
            for k in range(1, (count - 1) // 2 + 1 if self.circular else count):
                at = peak + side * k
                if not self.circular and not 0 <= at < count:
                    break
                at %= count
                if not y[at] > 0:
                    break
                offset = self.position[at] - self.position[peak]
                if self.circular:
                    offset = math.remainder(offset, 2 * math.pi)
                mass, moment = mass + y[at], moment + y[at] * offset
        centre = self.position[peak] + moment / mass
        return centre % (2 * math.pi) if self.circular else centre


def squared_displacement(centroid, lags, circular):
    """Mean squared displacement at lags 1 .. lags of centroids (times x units)."""
    times, units = centroid.shape
    way = centroid.copy()
    if circular:
        for k in range(1, times):
            turn = np.mod(centroid[k] - centroid[k - 1] + math.pi, 2 * math.pi) - math.pi
            known = ~np.isnan(way[k - 1])
            way[k, known] = way[k - 1, known] + turn[known]
    total, pairs = np.zeros(lags), np.zeros(lags)
    for unit in range(units):
        for start in range(times):
            for lag in range(1, min(lags, times - 1 - start) + 1):
                gone = way[start + lag, unit] - way[start, unit]
                if math.isnan(gone):
                    if circular:
                        break
                    continue
                total[lag - 1] += gone ** 2
                pairs[lag - 1] += 1
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where((pairs > 0) & (pairs >= pairs[0] / 10), total / pairs, np.nan)


def line(t, y):
    """Intercept, slope and the slope's standard error."""
    t0, spread = t - t.mean(), ((t - t.mean()) ** 2).sum()
    slope = (t0 * y).sum() / spread
    left = y - y.mean() - slope * t0
    return y.mean() - slope * t.mean(), slope, math.sqrt((left @ left) / (len(t) - 2) / spread)


def diffusion(squared, interval, ceiling):
    """D and its error, D of the logarithms, exponent and its error."""
    fitted = 0
    while fitted < len(squared) and squared[fitted] <= ceiling:
        fitted += 1
    t, y = interval * np.arange(1, fitted + 1), squared[:fitted]
    t, y = t[y > 0], y[y > 0]
    if len(t) < 3:
        return [math.nan] * 5
    _, slope, error = line(t, y)
    intercept, exponent, exponent_error = line(np.log(t), np.log(y))
    return [slope / 2, error / 2, math.exp(intercept) / 2, exponent, exponent_error]
