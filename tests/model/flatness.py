"""Flatness (docs/model.md, section 5), in numpy: dense, by the formulas."""
import numpy as np

from network import ACTIVATIONS, target_variance

NOT_ZERO = 1e-10


class Point:
    """A network's first and second order: J, R and what follows, a unit's parameters together
    (W_j, b_j, V_.j)."""

    def __init__(self, p, x, y, activation):
        n, (outputs, hidden) = len(x), p.V.shape
        self.x1 = np.hstack([x, np.ones((n, 1))])
        self.V, width = p.V, self.x1.shape[1] + outputs
        self.h, self.slope, self.curvature = ACTIVATIONS[activation][0](x @ p.W.T + p.b)
        self.e, self.scale = self.h @ p.V.T - y, 2 / y.size
        self.loss = np.mean(self.e ** 2) / target_variance(y)
        self.J = np.zeros((n, outputs, hidden, width))
        side = width - outputs
        self.J[..., :side] = np.einsum("kj,sj,si->skji", p.V, self.slope, self.x1)
        for k in range(outputs):
            self.J[:, k, :, side + k] = self.h
        self.J = self.J.reshape(n * outputs, hidden * width)
        self.R = np.zeros((hidden * width, hidden * width))
        pull = (self.e @ p.V) * self.curvature
        for j in range(hidden):
            block = np.zeros((width, width))
            block[:side, side:] = (self.slope[:, j, None] * self.x1).T @ self.e
            block += block.T
            block[:side, :side] = (pull[:, j, None] * self.x1).T @ self.x1
            self.R[j * width:(j + 1) * width, j * width:(j + 1) * width] = block
        self.awake = ((self.h != 0) | (self.slope != 0) | (self.curvature != 0)).any(0)
        self.side, self.width = side, width

    def hessian(self):
        return self.scale * (self.J.T @ self.J + self.R)

    def gram(self):
        return self.J @ self.J.T

    def of_parameters(self, p):
        """Parameters in the order of J's columns."""
        return np.hstack([p.W, p.b[:, None], p.V.T]).ravel()

    def gauss_newton(self):
        small = self.gram() if len(self.J) <= self.J.shape[1] else self.J.T @ self.J
        return not_zero(self.scale * np.linalg.eigvalsh(small))

    def regularizer(self, which, least=0.0):
        """Its value, and the direction of drift it predicts."""
        value, vector = np.linalg.eigh(self.gram())
        least = max(NOT_ZERO * value[-1], least / self.scale)
        kept = value > least
        if which == "trace":
            G, total = self.scale * np.eye(len(value)), self.scale * value[kept].sum()
        else:
            G = (vector[:, kept] / value[kept]) @ vector[:, kept].T
            total = np.log(self.scale * value[kept]).sum()
        direction = -self.gradient_of_gram(G)
        inside = vector[:, kept] @ ((vector[:, kept].T @ (self.J @ direction)) / value[kept])
        return total, direction - self.J.T @ inside

    def gradient_of_gram(self, G):
        """Gradient of F where dF = sum G o d(J J')."""
        n, outputs = self.e.shape
        hidden = self.V.shape[1]
        back = 2 * (G @ self.J).reshape(n, outputs, hidden, self.width)  # dF = sum back o dJ
        out = np.zeros((hidden, self.width))
        # dJ_sk,(W_j b_j) = (dV_kj phi' + V_kj phi'' da) x~ ; dJ_sk,V_kj = phi' da
        along = np.einsum("skji,si->skj", back[..., :self.side], self.x1)
        out[:, self.side:] = np.einsum("skj,sj->jk", along, self.slope)
        own = np.stack([back[:, k, :, self.side + k] for k in range(outputs)]).sum(0)
        change = own * self.slope + np.einsum("skj,kj,sj->sj", along, self.V, self.curvature)
        out[:, :self.side] = change.T @ self.x1
        return out.ravel()


def not_zero(eigenvalues):
    """Those that are not zero, largest first."""
    largest = np.abs(eigenvalues).max() if eigenvalues.size else 0
    return np.sort(eigenvalues[np.abs(eigenvalues) > NOT_ZERO * largest])[::-1]


def least_loss(x, y):
    total = 0.0
    for row in np.unique(x, axis=0):
        group = y[(x == row).all(1)]
        total += ((group - group.mean(0)) ** 2).sum()
    return total / y.size / target_variance(y)
