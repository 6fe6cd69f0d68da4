"""The published way to a spectrum: PyTorch's automatic Hessian and its symmetric eigensolver.

    peer_hessian.py NETWORK REPEATS

NETWORK holds doubles: n, d_in, d_out, H, then inputs, targets, W_in, b, W_out. Prints the median
processor seconds of one spectrum, then its largest and smallest eigenvalue and their sum.
"""
import sys
import time

import numpy as np
import torch

torch.set_num_threads(1)
values = np.fromfile(sys.argv[1])
n, d_in, d_out, hidden = (int(v) for v in values[:4])
sizes = [n * d_in, n * d_out, hidden * d_in, hidden, d_out * hidden]
parts = np.split(values[4:], np.cumsum(sizes)[:-1])
inputs = torch.from_numpy(parts[0].reshape(n, d_in))
targets = torch.from_numpy(parts[1].reshape(n, d_out))
theta = torch.from_numpy(np.concatenate(parts[2:]))


def loss(parameters):
    w_in, bias, w_out = torch.split(parameters, sizes[2:])
    activity = torch.relu(inputs @ w_in.reshape(hidden, d_in).T + bias)
    return ((activity @ w_out.reshape(d_out, hidden).T - targets) ** 2).mean()


seconds = []
for _ in range(int(sys.argv[2])):
    begin = time.process_time()
    hessian = torch.autograd.functional.hessian(loss, theta)
    eigenvalues = torch.linalg.eigvalsh(hessian)
    seconds.append(time.process_time() - begin)
print(sorted(seconds)[len(seconds) // 2], float(eigenvalues[-1]), float(eigenvalues[0]),
      float(eigenvalues.sum()))
