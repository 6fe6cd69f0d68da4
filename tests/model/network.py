"""The network and its learning (docs/model.md, sections 1, 2 and 10), in numpy."""
import math

import numpy as np

import addresses


def _gauss(a):
    density = np.exp(-0.5 * a * a) / math.sqrt(2 * math.pi)
    return density, 0.5 * np.vectorize(math.erfc)(-a / math.sqrt(2))


def _logistic(a):
    s = 1 / (1 + np.exp(-a))
    first = s / (1 + np.exp(a))
    return s, first, first * (1 / (1 + np.exp(a)) - s)


def relu(a):
    on = (a > 0).astype(float)
    return np.maximum(a, 0), on, np.zeros_like(a)


def leaky_relu(a):
    return np.where(a > 0, a, 0.01 * a), np.where(a > 0, 1.0, 0.01), np.zeros_like(a)


def elu(a):
    below = np.minimum(a, 0)
    return (np.where(a > 0, a, np.expm1(below)), np.where(a > 0, 1.0, np.exp(below)),
            np.where(a > 0, 0.0, np.exp(below)))


def gelu(a):
    p, P = _gauss(a)
    return a * P, P + a * p, (2 - a * a) * p


def silu(a):
    s, first, second = _logistic(a)
    return a * s, s + a * first, 2 * first + a * second


def softplus(a):
    s, first, _ = _logistic(a)
    return np.maximum(a, 0) + np.log1p(np.exp(-np.abs(a))), s, first


def tanh(a):
    t = np.tanh(a)
    return t, 1 - t * t, -2 * t * (1 - t * t)


def sigmoid(a):
    return _logistic(a)


# name -> (phi, phi', phi'') of an array, the activity above which a unit is active
ACTIVATIONS = {"relu": (relu, 0.0), "leaky-relu": (leaky_relu, 0.0), "elu": (elu, 0.0),
               "gelu": (gelu, 0.0), "silu": (silu, 0.0), "softplus": (softplus, math.log(2)),
               "tanh": (tanh, 0.0), "sigmoid": (sigmoid, 0.5)}


class Parameters:
    """W (H x d_in), b (H) and V (d_out x H), with arithmetic over all of them at once."""

    def __init__(self, W, b, V):
        self.parts = [np.array(part, dtype=float) for part in (W, b, V)]

    W = property(lambda self: self.parts[0])
    b = property(lambda self: self.parts[1])
    V = property(lambda self: self.parts[2])

    def each(self, function, *others):
        return Parameters(*[function(*arrays)
                            for arrays in zip(self.parts, *(o.parts for o in others))])

    def flat(self):
        return np.concatenate([part.ravel() for part in self.parts])


def initial_parameters(experiment, inputs, outputs):
    seed, hidden = experiment["seed"], experiment["network"]["hidden"]
    lazy = experiment["network"]["initialisation"] == "lazy"
    side = math.sqrt(2 / inputs)
    outer = 2 / hidden if lazy else math.sqrt(2 / hidden)
    draw = lambda purpose, rows, columns: np.array(
        [addresses.gaussians(seed, purpose, row, 0, columns) for row in range(rows)])
    return Parameters(side * draw(addresses.INITIAL_W, hidden, inputs),
                      side * draw(addresses.INITIAL_B, hidden, 1)[:, 0],
                      outer * draw(addresses.INITIAL_V, outputs, hidden))


def forward(p, phi, x, mask=None):
    """Activity, slopes and outputs."""
    h, slope, _ = phi(x @ p.W.T + p.b)
    if mask is not None:
        h, slope = h * mask, slope * mask
    return h, slope, h @ p.V.T


def loss(p, phi, x, y, mask=None):
    return np.mean((forward(p, phi, x, mask)[2] - y) ** 2)


def gradient(p, phi, x, y, mask=None):
    h, slope, o = forward(p, phi, x, mask)
    e = 2 / y.size * (o - y)
    delta = slope * (e @ p.V)
    return Parameters(delta.T @ x, delta.sum(0), e.T @ h)


def target_variance(y):
    return np.var(y, ddof=1) if y.size > 1 and np.ptp(y) > 0 else 1.0


class Learner:
    """A network under training; `noise` of a step is a dictionary of what there is of it."""

    def __init__(self, rule, rate, activation, p, x, y):
        self.rule, self.rate, self.p, self.x, self.y = rule, rate, p, x, y
        self.phi = ACTIVATIONS[activation][0]
        self.m = self.v = p.each(np.zeros_like)
        self.updates = 0

    def step(self, noise):
        x, y, mask = self.x + noise.get("input", 0), self.y + noise.get("label", 0), noise.get("mask")
        xi = noise.get("update", self.p.each(np.zeros_like))
        self.p = getattr(self, self.rule)(x, y, mask, xi, noise)
        if "weight" in noise:
            self.p = self.p.each(np.multiply, noise["weight"])
        self.updates += 1

    def noisy_gradient(self, x, y, mask, xi):
        return gradient(self.p, self.phi, x, y, mask).each(np.add, xi)

    def sgd(self, x, y, mask, xi, noise):
        return self.p.each(lambda theta, g: theta - self.rate * g,
                           self.noisy_gradient(x, y, mask, xi))

    def adam(self, x, y, mask, xi, noise):
        G, t = self.noisy_gradient(x, y, mask, xi), self.updates + 1
        self.m = self.m.each(lambda m, g: 0.9 * m + 0.1 * g, G)
        self.v = self.v.each(lambda v, g: 0.999 * v + 0.001 * g * g, G)
        rate, root = self.rate / (1 - 0.9 ** t), math.sqrt(1 - 0.999 ** t)
        return self.p.each(lambda theta, m, v: theta - rate * m / (np.sqrt(v) / root + 1e-8),
                           self.m, self.v)

    def rmsprop(self, x, y, mask, xi, noise):
        G = self.noisy_gradient(x, y, mask, xi)
        self.v = self.v.each(lambda v, g: 0.99 * v + 0.01 * g * g, G)
        return self.p.each(lambda theta, g, v: theta - self.rate * g / (np.sqrt(v) + 1e-8), G, self.v)

    def sed(self, x, y, mask, xi, noise):
        zeta = noise["perturbation"]
        change = (loss(self.p.each(np.add, zeta), self.phi, x, y, mask) -
                  loss(self.p, self.phi, x, y, mask))
        return self.p.each(lambda theta, z, u: theta - self.rate * (change * z + u), zeta, xi)


def draw_noise(experiment, p, x, y, step):
    """The reference engine's noise of one step."""
    keys, seed, hidden = experiment["learning"], experiment["seed"], len(p.b)
    inputs, outputs, noise = x.shape[1], y.shape[1], {}

    def by_unit(purpose, side, outer):
        rows = np.array([addresses.gaussians(seed, purpose, j, step, inputs + 1 + outputs)
                         for j in range(hidden)])
        return Parameters(side * rows[:, :inputs], side * rows[:, inputs],
                          outer * rows[:, inputs + 1:].T)

    if keys["update_noise"] > 0:
        noise["update"] = by_unit(addresses.UPDATE, keys["update_noise"], keys["update_noise"])
    if keys["weight_noise"] > 0:
        noise["weight"] = by_unit(addresses.WEIGHT, keys["weight_noise"],
                                  keys["weight_noise"]).each(lambda w: 1 + w)
    if keys["rule"] == "sed":
        noise["perturbation"] = by_unit(addresses.PERTURBATION, 0.1 / math.sqrt(hidden),
                                        0.1 / math.sqrt(outputs))
    if keys["label_noise"] > 0:
        if keys["label_noise_distribution"] == "gaussian":
            zeta = addresses.gaussians(seed, addresses.LABEL, 0, step, y.size)
        else:
            zeta = addresses.uniforms(seed, addresses.LABEL, 0, step, y.size) - 0.5
        noise["label"] = keys["label_noise"] * zeta.reshape(y.shape)
    if keys["input_noise"] > 0:
        noise["input"] = keys["input_noise"] * addresses.gaussians(
            seed, addresses.INPUT, 0, step, x.size).reshape(x.shape)
    if keys["dropout"] > 0:
        u = np.array([addresses.uniforms(seed, addresses.DROPOUT, j, step, len(x))
                      for j in range(hidden)])
        noise["mask"] = np.where(u < keys["dropout"], 0.0, 1 / (1 - keys["dropout"])).T
    return noise


def sparsity(h, threshold):
    active = h > threshold
    return active.mean(), active.any(0).mean()


def schedule(steps, count, spacing):
    if spacing == "log":
        made = [0] + [steps if i == count - 1 else round(steps ** ((i - 1) / (count - 2)))
                      for i in range(1, count)]
    else:
        made = [steps * i // (count - 1) for i in range(count)]
    kept = []
    for step in made:
        if not kept or step > kept[-1]:
            kept.append(step)
    return kept


def run(experiment, x, y, p):
    """All records (loss, active fraction, fraction of active units) and snapshots of a run."""
    keys, learning = experiment["run"], experiment["learning"]
    activation = experiment["network"]["activation"]
    threshold = experiment["network"].get("active_threshold", ACTIVATIONS[activation][1])
    learner = Learner(learning["rule"], learning["learning_rate"], activation, p, x, y)
    record_steps = schedule(keys["steps"], keys["records"], keys["spacing"])
    snapshot_steps = schedule(keys["steps"], keys["snapshots"], keys["spacing"])
    records, snapshots = [], []
    for step in range(keys["steps"] + 1):
        if step in record_steps:
            h, _, o = forward(learner.p, learner.phi, x)
            records.append([step, np.mean((o - y) ** 2) / target_variance(y),
                            *sparsity(h, threshold)])
        if step in snapshot_steps:
            snapshots.append((step, learner.p))
        if step < keys["steps"]:
            learner.step(draw_noise(experiment, learner.p, x, y, step))
    return np.array(records), snapshots
