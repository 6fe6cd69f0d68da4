#!/usr/bin/env python3
"""What Python costs beside the program: bench/python_layer.py PROGRAM EXPERIMENT [--steps N] [--pairs N]

Runs of EXPERIMENT by nulldrift.run and by the program, interleaved pairs, median of the ratios; engine.steps with
every=1 beside one call for all steps; tuning curves of 500 cells and 20 000 frames beside a scipy.sparse product and,
where it is installed, pynapple. The package is the one that `import nulldrift` finds.
"""
import argparse
import os
import statistics
import subprocess
import tempfile
import time

import numpy as np

import nulldrift as nd


def timed(call):
    before = time.perf_counter()
    call()
    return time.perf_counter() - before


def runs(program, experiment, steps, pairs):
    ratios = []
    for _ in range(pairs):
        with tempfile.TemporaryDirectory() as folder:
            one, other = (os.path.join(folder, name) for name in ("program.nc", "python.nc"))
            words = [program, "run", experiment, "--set", f"run.steps={steps}", "-o", one]
            by_program = timed(lambda: subprocess.run(words, check=True, capture_output=True))
            ratios.append(timed(lambda: nd.run(experiment, other, run__steps=steps)) / by_program)
    print(f"a run of {steps} steps, nulldrift.run over the program: {statistics.median(ratios):.3f} "
          f"(median of {pairs} pairs; {min(ratios):.3f} to {max(ratios):.3f})")


def steps(count=20000):
    numbers = np.random.default_rng(1)
    data = nd.Dataset(numbers.normal(size=(4, 2)), numbers.normal(size=(4, 1)))

    def engine():
        return nd.Engine(dataset=data, hidden=2, learning_rate=1e-3)

    lib, ffi = nd._library.lib, nd._library.ffi
    rows = []
    for _ in range(7):
        plain = engine()
        cdata, error, record = plain._held(), ffi.new("nd_error *"), ffi.new("nd_record *")

        def by_hand():
            for step in range(1, count + 1):
                lib.nd_engine_advance(cdata, step, error)
                lib.nd_engine_record(cdata, record)

        def empty(one):
            for _ in one.steps(count):
                pass

        rows.append((timed(lambda: empty(engine())), timed(by_hand)))
    whole, calls = (min(times) / count * 1e6 for times in zip(*rows))
    print(f"engine.steps(every=1) of a tiny network: {whole:.2f} us a step; the two calls of C alone {calls:.2f}; "
          f"the layer's own {whole - calls:.2f}")


def curves(cells=500, frames=20000, bins=40):
    import scipy.sparse

    numbers = np.random.default_rng(1)
    activity, position = numbers.poisson(0.05, (frames, cells)).astype(float), numbers.uniform(0, 1, frames)
    sparse = scipy.sparse.csr_matrix(activity)

    def product():
        at = np.minimum((position * bins).astype(int), bins - 1)
        choose = scipy.sparse.csr_matrix((np.ones(frames), (at, np.arange(frames))), (bins, frames))
        return (choose @ sparse).toarray() / np.bincount(at, minlength=bins)[:, None]

    print(f"tuning curves of {cells} x {frames}: nulldrift {1e3 * min(timed(lambda: nd.tuning_curves(activity, position)) for _ in range(5)):.1f} ms, "
          f"scipy.sparse {1e3 * min(timed(product) for _ in range(5)):.1f} ms (made sparse before)")
    try:
        import pynapple
    except ImportError:
        print("pynapple is not installed")
        return
    time_ = np.arange(frames) / 30
    frame = pynapple.TsdFrame(t=time_, d=activity)
    place = pynapple.Tsd(t=time_, d=position)
    if hasattr(pynapple, "compute_tuning_curves"):
        def theirs():
            return pynapple.compute_tuning_curves(frame, place, bins=bins)
    else:
        def theirs():
            return pynapple.compute_1d_tuning_curves_continuous(frame, place, bins)
    print(f"pynapple {1e3 * min(timed(theirs) for _ in range(3)):.1f} ms")


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("program")
    words.add_argument("experiment")
    words.add_argument("--steps", type=int, default=10**6)
    words.add_argument("--pairs", type=int, default=5)
    given = words.parse_args()
    steps()
    curves()
    runs(given.program, given.experiment, given.steps, given.pairs)
