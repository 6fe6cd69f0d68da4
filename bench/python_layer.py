#!/usr/bin/env python3
"""What Python costs beside the program: bench/python_layer.py PROGRAM [--experiment FILE] [--steps N] [--pairs N]

Runs of case A of `nulldrift bench` (or of FILE) by nulldrift.run and by the program, interleaved pairs; engine.steps with
every=1 beside the calls of C that it makes; tuning curves of 500 cells and 20 000 frames beside a scipy.sparse product
and, where it is installed, pynapple; peak memory beside an array of 1 GB. The package is the one that `import nulldrift`
finds. On a machine that others share, the medians of interleaved pairs are what to look at.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import nulldrift as nd

CASE_A = """name: case-a
seed: 2
world: {task: random, samples: 5, input_dim: 20, output_dim: 5}
network: {hidden: 100, initialisation: rich}
learning: {rule: sgd, learning_rate: 0.1, update_noise: 0.03}
run: {steps: 10000000, records: 2, snapshots: 2}
"""


def timed(call, clock=time.perf_counter):
    before = clock()
    call()
    return clock() - before


def processor():
    """Processor time of this process and of the children that it waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def quartiles(values):
    low, median, high = statistics.quantiles(values, n=4) if len(values) > 1 else values * 3
    return f"{median:.3f} (quartiles {low:.3f} to {high:.3f})"


def runs(program, experiment, steps, pairs):
    """The program in a process of its own, nulldrift.run in this one."""
    words = ["--set", f"run.steps={steps}"] if steps else []
    keys = {"run__steps": steps} if steps else {}
    took = {"program": [], "call": []}
    ratios = {"wall": [], "processor": []}
    for pair in range(pairs):
        with tempfile.TemporaryDirectory() as folder:
            def by_program():
                subprocess.run([program, "run", experiment, *words, "-o", os.path.join(folder, "program.nc")], check=True,
                               capture_output=True)

            def by_python():
                nd.run(experiment, os.path.join(folder, "python.nc"), **keys)

            found = {}
            for name, call in (("program", by_program), ("call", by_python))[::1 if pair % 2 else -1]:
                spent = processor()
                found[name] = timed(call), processor() - spent
                took[name].append(found[name][0])
            for index, clock in enumerate(ratios):
                ratios[clock].append(found["call"][index] / found["program"][index])
    print(f"a run of case A, {pairs} interleaved pairs: the program {statistics.median(took['program']):.2f} s, nulldrift.run "
          f"{statistics.median(took['call']):.2f} s; ratio {quartiles(ratios['wall'])}, of processor time "
          f"{quartiles(ratios['processor'])}; asked: 1.03")


def steps(count=20000, rounds=9):
    """A tiny network, so that the calls are what counts; processor time of this process."""
    numbers = np.random.default_rng(1)
    data = nd.Dataset(numbers.normal(size=(4, 2)), numbers.normal(size=(4, 1)))

    def engine():
        return nd.Engine(dataset=data, hidden=2, learning_rate=1e-3)

    lib, ffi = nd._library.lib, nd._library.ffi
    rows = []
    for _ in range(rounds):
        plain = engine()
        cdata, error, record = plain._held(), ffi.new("nd_error *"), ffi.new("nd_record *")

        def by_hand():
            for step in range(1, count + 1):
                lib.nd_engine_advance(cdata, step, error)
                lib.nd_engine_record(cdata, record)

        def empty(one):
            for _ in one.steps(count):
                pass

        rows.append((timed(lambda: empty(engine()), time.process_time), timed(by_hand, time.process_time)))
    own = [1e6 * (whole - calls) / count for whole, calls in rows]
    whole, calls = (statistics.median(times) / count * 1e6 for times in zip(*rows))
    print(f"engine.steps(every=1) of a tiny network: {whole:.2f} us a step; the two calls of C alone {calls:.2f}; the layer's "
          f"own {statistics.median(own):.2f} ({min(own):.2f} to {max(own):.2f} in {rounds} rounds); asked: 3")


def curves(cells=500, frames=20000, bins=40, rounds=7):
    """Beside what others do; each round one of each, one after the other."""
    numbers = np.random.default_rng(1)
    activity, position = numbers.poisson(0.05, (frames, cells)).astype(float), numbers.uniform(0, 1, frames)
    calls = {"nulldrift": lambda: nd.tuning_curves(activity, position, bins=bins)}
    at = np.minimum((position * bins).astype(int), bins - 1)
    try:
        import scipy.sparse
        sparse = scipy.sparse.csr_matrix(activity)

        def product(rows=None):
            rows = scipy.sparse.csr_matrix(activity) if rows is None else rows
            choose = scipy.sparse.csr_matrix((np.ones(frames), (at, np.arange(frames))), (bins, frames))
            return (choose @ rows).toarray() / np.bincount(at, minlength=bins)[:, None]

        calls["scipy.sparse"] = product
        calls["scipy.sparse, made sparse before"] = lambda: product(sparse)
    except ImportError:
        print("scipy is not installed")
    try:
        import pynapple
        frame = pynapple.TsdFrame(t=np.arange(frames) / 30, d=activity)
        place = pynapple.Tsd(t=np.arange(frames) / 30, d=position)
        if hasattr(pynapple, "compute_tuning_curves"):
            calls["pynapple"] = lambda: pynapple.compute_tuning_curves(frame, place, bins=bins)
        else:
            calls["pynapple"] = lambda: pynapple.compute_1d_tuning_curves_continuous(frame, place, bins)
    except ImportError:
        print("pynapple is not installed")
    took = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            took[name].append(timed(call, time.process_time))
    print(f"tuning curves of {cells} x {frames}, {bins} bins, processor time: " + "; ".join(
        f"{name} {1e3 * statistics.median(times):.1f} ms" for name, times in took.items()))


def memory():
    """The highest memory of a process that measures an array of 1 GB, beside what it had with the array alone."""
    script = ("import resource, sys, numpy as np, nulldrift as nd\n"
              "a = np.ones((125_000, 1_000_000_000 // 125_000 // np.dtype(sys.argv[1]).itemsize), sys.argv[1])\n"
              "x = np.arange(len(a)) % 97.0\n"
              "nd.tuning_curves(a[:1000], x[:1000])\n"
              "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
              "nd.tuning_curves(a, x)\n"
              "print(a.nbytes, 1024 * before, 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n")
    for dtype in ("float64", "float32"):
        done = subprocess.run([sys.executable, "-c", script, dtype], capture_output=True, text=True, check=False,
                              env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
        if done.returncode:
            print(f"{dtype}: an array of 1 GB finds no room here")
            continue
        size, before, after = map(int, done.stdout.split())
        print(f"tuning curves of {size / 1e9:.2f} GB of {dtype}: peak memory {before / 1e9:.3f} GB before, {after / 1e9:.3f} GB "
              f"after; grown by {(after - before) / 1e6:.0f} MB")


if __name__ == "__main__":
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("program")
    words.add_argument("--experiment", help="in place of case A")
    words.add_argument("--steps", type=int)
    words.add_argument("--pairs", type=int, default=20)
    given = words.parse_args()
    steps()
    curves()
    memory()
    with tempfile.TemporaryDirectory() as kept:
        path = given.experiment or os.path.join(kept, "case-a.yaml")
        if not given.experiment:
            with open(path, "w", encoding="utf-8") as file:
                file.write(CASE_A)
        runs(given.program, path, given.steps, given.pairs)
