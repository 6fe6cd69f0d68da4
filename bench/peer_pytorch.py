#!/usr/bin/python3
"""The loop that `nulldrift bench` is measured against: PyTorch, written as such scripts are.

    peer_pytorch.py CASE STEPS    prints the microseconds of processor time per step, the median
                                  over ten parts of the run, and which PyTorch it is

float32, one thread, autograd, full batch. Update noise is an in-place randn on every parameter,
label noise is drawn afresh every step, Adam is torch.optim's, SED evaluates the loss twice.
"""
import os
import sys
import time

# One core each side: torch.set_num_threads does not bind the BLAS that torch may use, whose second
# thread would count as processor time.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import torch  # noqa: E402

CASES = {
    "A": dict(n=5, d_in=20, d_out=5, hidden=100, rule="sgd", update_noise=0.03),
    "B": dict(n=10, d_in=15, d_out=10, hidden=100, rule="sgd", update_noise=0.03),
    "C": dict(n=10, d_in=15, d_out=10, hidden=100, rule="sgd", label_noise=1.0),
    "D": dict(n=10, d_in=15, d_out=10, hidden=100, rule="adam"),
    "E": dict(n=10, d_in=15, d_out=10, hidden=100, rule="sed"),
    "F": dict(n=150, d_in=18, d_out=17, hidden=500, rule="sgd", update_noise=0.0138949549),
}


class Network(torch.nn.Module):
    def __init__(self, d_in, hidden, d_out):
        super().__init__()
        self.inner = torch.nn.Linear(d_in, hidden)
        self.outer = torch.nn.Linear(hidden, d_out, bias=False)

    def forward(self, x):
        return self.outer(torch.relu(self.inner(x)))


def sgd_step(network, x, y, rate, update_noise, label_noise):
    target = y + label_noise * (torch.rand_like(y) - 0.5) if label_noise else y
    loss = torch.nn.functional.mse_loss(network(x), target)
    network.zero_grad()
    loss.backward()
    with torch.no_grad():
        for p in network.parameters():
            if update_noise:
                p.grad += update_noise * torch.randn_like(p)
            p -= rate * p.grad


def adam_step(network, x, y, optimizer):
    optimizer.zero_grad()
    torch.nn.functional.mse_loss(network(x), y).backward()
    optimizer.step()


@torch.no_grad()
def sed_step(network, x, y, rate):
    before = torch.nn.functional.mse_loss(network(x), y)
    noise = [0.1 / p.shape[0] ** 0.5 * torch.randn_like(p) for p in network.parameters()]
    for p, xi in zip(network.parameters(), noise):
        p += xi
    change = torch.nn.functional.mse_loss(network(x), y) - before
    for p, xi in zip(network.parameters(), noise):
        p -= xi + rate * change * xi


def main():
    case, steps = CASES[sys.argv[1]], int(sys.argv[2])
    torch.set_num_threads(1)
    torch.manual_seed(1)
    x = 2 * torch.rand(case["n"], case["d_in"]) - 1
    y = 2 * torch.rand(case["n"], case["d_out"]) - 1
    network = Network(case["d_in"], case["hidden"], case["d_out"])
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    parts = []
    for _ in range(10):
        start = time.process_time()
        for _ in range(steps // 10):
            if case["rule"] == "adam":
                adam_step(network, x, y, optimizer)
            elif case["rule"] == "sed":
                sed_step(network, x, y, 0.95)
            else:
                sgd_step(network, x, y, 0.1, case.get("update_noise", 0),
                         case.get("label_noise", 0))
        parts.append((time.process_time() - start) / (steps // 10) * 1e6)
    print("%.1f %s, %s" % (sorted(parts)[len(parts) // 2], torch.__version__,
                           "MKL" if torch.backends.mkl.is_available() else "no MKL"))


main()
