"""The descent to the solutions (docs/model.md, section 5.3), in numpy."""
import math

import numpy as np

import flatness
from network import ACTIVATIONS, Parameters, target_variance


class Descent:
    def __init__(self, p, x, y, activation):
        self.x, self.y, self.activation, self.p = x, y, activation, p
        phi = ACTIVATIONS[activation][0]
        self.low, self.high = (float(phi(np.array(a))[1]) for a in (-1e-30, 1e-30))
        self.kinked = self.high - self.low > 1e-6
        self.x1 = np.hstack([x, np.ones((len(x), 1))])
        self.held = np.zeros((len(x), len(p.b)), bool)
        self.side = self.x1.shape[1]
        self.move(p)

    def move(self, p):
        self.p, point = p, flatness.Point(p, self.x, self.y, self.activation)
        self.e, self.slope = point.e, np.where(self.held, 0.0, point.slope)
        self.h, self.awake = point.h, point.awake
        self.a = self.x @ p.W.T + p.b
        self.greatest = np.abs(self.a[:, self.awake]).max() if self.awake.any() else 0
        self.loss = np.mean(self.e ** 2)

    def jacobian(self):
        n, outputs = self.e.shape
        J = np.zeros((n, outputs, len(self.p.b), self.side + outputs))
        J[..., :self.side] = np.einsum("kj,sj,si->skji", self.p.V, self.slope, self.x1)
        for k in range(outputs):
            J[:, k, :, self.side + k] = self.h
        J[:, :, ~self.awake] = 0
        return J.reshape(n * outputs, -1)

    def solve(self, mu):
        """The step and its predicted loss; None where the equations cannot be factorised."""
        width = self.side + self.e.shape[1]
        for turn in range(3):
            J, pairs = self.jacobian(), np.argwhere(self.held) if self.kinked else []
            D = np.trace(J @ J.T) / len(J)
            C = np.zeros((len(pairs), J.shape[1]))
            for row, (s, j) in enumerate(pairs):
                C[row, j * width:j * width + self.side] = self.x1[s]
            scale = np.array([math.sqrt(D) / np.linalg.norm(c) for c in C])
            C = scale[:, None] * C if len(pairs) else C
            wanted = scale * np.array([self.a[s, j] for s, j in pairs]) if len(pairs) else []
            system = np.block([[J @ J.T + mu * np.eye(len(J)), J @ C.T],
                               [C @ J.T, C @ C.T + 1e-10 * D * np.eye(len(C))]])
            try:
                np.linalg.cholesky(system)
            except np.linalg.LinAlgError:
                return None
            both = np.linalg.solve(system, np.concatenate([self.e.ravel(), wanted]))
            force, multiplier = both[:len(J)], both[len(J):] * scale if len(pairs) else []
            if turn == 2 or not self.let_go(pairs, force.reshape(self.e.shape), multiplier):
                break
        d = -J.T @ force - C.T @ both[len(J):]
        self.change = self.x1 @ d.reshape(len(self.p.b), width)[:, :self.side].T
        return d, np.mean((self.e.ravel() + self.jacobian() @ d) ** 2), D

    def on_crease(self, s, j):
        return abs(self.a[s, j]) <= 1e-9 * self.greatest

    def let_go(self, pairs, force, multiplier):
        gone = 0
        for (s, j), m in zip(pairs, multiplier):
            push = force[s] @ self.p.V[:, j]
            down = push <= 0 or m < (self.low - 1e-9) * push
            up = push > 0 and m > (self.high + 1e-9) * push
            if down or up:
                above = up if self.on_crease(s, j) else self.a[s, j] > 0
                self.free(s, j, above)
                gone += 1
        return gone

    def free(self, s, j, above):
        self.held[s, j], self.slope[s, j] = False, self.high if above else self.low

    def hold(self):
        """Holds the pairs that the step carries across; how many, and the share up to the first."""
        share, more, middle = 1.0, 0, (self.low + self.high) / 2
        for s, j in np.ndindex(self.a.shape) if self.kinked else ():
            crosses = (self.slope[s, j] > middle) != (self.a[s, j] + self.change[s, j] > 0)
            if self.awake[j] and not self.held[s, j] and crosses and self.e[s] @ self.p.V[:, j] > 0:
                self.held[s, j], self.slope[s, j] = True, 0.0
                share, more = min(share, -self.a[s, j] / self.change[s, j]), more + 1
        return more, share

    def added(self, d, share):
        by_unit = share * d.reshape(len(self.p.b), -1)
        p = Parameters(self.p.W + by_unit[:, :self.side - 1], self.p.b + by_unit[:, self.side - 1],
                       self.p.V + by_unit[:, self.side:].T)
        with np.errstate(over="ignore", invalid="ignore"):
            loss = np.mean((ACTIVATIONS[self.activation][0](self.x @ p.W.T + p.b)[0] @ p.V.T
                            - self.y) ** 2)
        return p, loss if math.isfinite(loss) else math.inf

    def try_step(self, d, predicted, mu):
        before = self.loss
        p, loss = self.added(d, 1)
        kept = (before - loss) / (before - predicted) if loss < math.inf else 0
        more, share = self.hold() if kept <= 0.5 else (0, 1)
        if kept > 0.7:
            mu *= 0.3
        elif not kept > 0.2:
            mu *= 2 if more else 4
        if not kept > 0 and more:
            p, loss = self.added(d, share)
        if loss < before:
            self.move(p)
        return mu

    def run(self):
        """Descends; how it ended: 0 a solution, 1 a minimum, 2 neither."""
        variance = target_variance(self.y)
        target = (flatness.least_loss(self.x, self.y) + 1e-8) * variance
        J = self.jacobian()
        D = np.trace(J @ J.T) / len(J)
        mu, floor, earlier, ended = 1e-3 * D, 1e-13, self.loss, False
        most = int(max(100, min(2e12 / self.y.size ** 3, 1000)))
        for trial in range(most):
            ended = ended or not self.awake.any()
            if self.loss <= target or ended or mu > 1e6 * D:
                break
            if trial % 60 == 59:
                if self.loss > 0.95 * earlier:
                    break
                earlier = self.loss
            mu = max(mu, floor * D)
            solved = self.solve(mu)
            if solved is None:
                mu *= 4
                floor = max(floor, mu / D)
                continue
            d, predicted, D = solved
            gain = 1 - predicted / self.loss
            if gain > 1e-9:
                mu = self.try_step(d, predicted, mu)
            elif gain < -1e-9:
                for s, j in np.argwhere(self.held):
                    if not self.on_crease(s, j):
                        self.free(s, j, self.a[s, j] > 0)
                mu *= 3
            elif mu > max(1e-9, floor) * D:
                mu *= 0.1
            else:
                ended = True
        return 0 if self.loss <= target else 1 if ended else 2
