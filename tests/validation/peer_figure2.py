#!/usr/bin/env python3
"""The Figure 2 run as a plain PyTorch loop, on the published data set: what another implementation
gives for the figures that validate_figure2.sh prints. A quarter of an hour for each seed.

usage: peer_figure2.py DATASET.nc SEED...   (needs python3-torch, python3-netcdf4, python3-scipy)
"""
import sys

import netCDF4
import numpy
import torch
from scipy.ndimage import gaussian_filter1d

UNITS, RATE, NOISE, STEPS, BINS = 500, 0.1, 0.0138949549, 1_000_000, 100
LOOKS = [STEPS // 10, STEPS // 5, 2 * STEPS // 5, 4 * STEPS // 5, STEPS]


def directed_bins(position):
    """Bin of every sample and occupancy of every bin (directed position, as nulldrift measures)."""
    velocity = numpy.diff(position)
    velocity = numpy.append(velocity[:1], velocity)
    directed = (position - position.min()) * numpy.sign(velocity)
    edges = numpy.linspace(directed.min(), directed.max(), BINS + 1)
    bins = numpy.clip(numpy.searchsorted(edges, directed, side="right") - 1, 0, BINS - 1)
    return bins, numpy.bincount(bins, minlength=BINS) / len(bins)


def rate_maps(activity, bins, occupancy):
    """Smoothed rate maps (units x bins) and which units are tuned; activity is samples x units."""
    rates = numpy.zeros((activity.shape[1], BINS))
    for b in numpy.unique(bins):
        rates[:, b] = activity[bins == b].mean(0)
    mean = rates @ occupancy
    with numpy.errstate(divide="ignore", invalid="ignore"):
        ratio = rates / mean[:, None]
        terms = numpy.where(ratio > 0, occupancy * ratio * numpy.log2(ratio), 0)
    tuned = (mean > 0) & (terms.sum(1) > 0.01)
    return gaussian_filter1d(rates, 6, axis=1, mode="reflect"), tuned


def correlation(first, second):
    """Mean over the units tuned at both times of the correlation of their rate maps."""
    both = numpy.flatnonzero(first[1] & second[1])
    return numpy.mean([numpy.corrcoef(first[0][i], second[0][i])[0, 1] for i in both])


def run(data, seed):
    torch.manual_seed(seed)
    inputs, targets = (torch.tensor(data[name][:].filled(), dtype=torch.float32)
                       for name in ("inputs", "targets"))
    bins, occupancy = directed_bins(data["position"][:].filled())
    samples, d_in = inputs.shape
    d_out = targets.shape[1]
    weights = torch.randn(UNITS, d_in) * (2 / d_in) ** 0.5
    bias = torch.randn(UNITS) * (2 / d_in) ** 0.5
    output_weights = torch.randn(d_out, UNITS) * 2 / UNITS  # lazy
    seen = {}
    for step in range(STEPS + 1):
        drive = inputs @ weights.T + bias
        activity = torch.relu(drive)
        if step in LOOKS:
            seen[step] = rate_maps(activity.double().numpy(), bins, occupancy)
            share = (activity > 0).double()
            print(f"seed {seed} step {step}: active units {share.amax(0).mean():.3f}, "
                  f"active fraction {share.mean():.3f}", flush=True)
        error = (activity @ output_weights.T - targets) * (2 / (samples * d_out))
        back = (error @ output_weights) * (drive > 0)
        gradients = (error.T @ activity, back.T @ inputs, back.sum(0))
        for parameter, gradient in zip((output_weights, weights, bias), gradients):
            parameter -= RATE * (gradient + NOISE * torch.randn_like(parameter))
    pairs = [(LOOKS[0], late) for late in LOOKS[1:3] + LOOKS[4:]] + [(LOOKS[3], LOOKS[4])]
    for early, late in pairs:
        print(f"seed {seed}: rate-map correlation {early // (STEPS // 100)}%-"
              f"{late // (STEPS // 100)}%: {correlation(seen[early], seen[late]):.3f}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    with netCDF4.Dataset(sys.argv[1]) as dataset:
        for number in sys.argv[2:]:
            run(dataset, int(number))
