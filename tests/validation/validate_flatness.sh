#!/bin/bash
# Noise moves networks to flatter regions, over seeds: update noise lowers the sum of the logarithms
# of the Hessian's eigenvalues and their number, label noise their sum, with most units active; and
# drift goes where second-order theory says. Random task of the paper's sweep: 20 inputs, 5 outputs,
# 5 samples, 100 units, 10^6 steps.
# validate_flatness.sh PROGRAM SOURCE_FOLDER [SEEDS]
set -eu
program=$1 seeds=${3:-5}
folder=validation/flatness
mkdir -p "$folder"
cat >"$folder/random.yaml" <<'Y'
name: flatness on the random task
world: {task: random, samples: 5, input_dim: 20, output_dim: 5}
network: {hidden: 100, initialisation: rich}
learning: {rule: sgd, learning_rate: 0.1}
run: {steps: 1000000, records: 1000, snapshots: 26}
Y
cat >"$folder/smoothed.yaml" <<'Y'
name: rank on the smoothed task
world: {task: smoothed, samples: 20, input_dim: 10, output_dim: 10}
network: {hidden: 100, initialisation: rich}
learning: {rule: sgd, learning_rate: 0.1, update_noise: 0.03}
run: {steps: 1000000, records: 1000, snapshots: 6}
Y
run() { # run NAME EXPERIMENT SETS...
    local name=$1 experiment=$2
    shift 2
    [ -e "$folder/$name.nc" ] || "$program" run "$folder/$experiment.yaml" -o "$folder/$name.nc" -q "$@"
    "$program" spectrum "$folder/$name.nc" --exact --relax -q
}
for seed in $(seq "$seeds"); do
    run "update$seed" random --set seed="$seed" --set learning.update_noise=0.05
    run "label$seed" random --set seed="$seed" --set learning.label_noise=0.5
    run "smoothed$seed" smoothed --set seed="$seed"
done
# In phase ii of the first seed's run: early, while most units are awake.
"$program" drift-direction "$folder/update1.nc" --snapshot 3 --steps 1000 | tee "$folder/drift-update.txt"
"$program" drift-direction "$folder/label1.nc" --snapshot 1 --steps 1000 | tee "$folder/drift-label.txt"
# The paper's Figure 2, a tenth of its length: phase ii. It cannot be relaxed to zero loss, so that
# branches begin at the snapshot itself.
[ -e "$folder/figure2.nc" ] || "$program" run "$2/examples/figure-2.yaml" -o "$folder/figure2.nc" -q \
    --set run.steps=100000 --set run.snapshots=3
"$program" drift-direction "$folder/figure2.nc" --snapshot last --steps 500 --as-it-is \
    --threads "$(nproc)" | tee "$folder/drift-figure2.txt"
cp "$folder/figure2.nc" "$folder/figure2-label.nc"
"$program" drift-direction "$folder/figure2-label.nc" --snapshot last --steps 500 --as-it-is \
    --update-noise 0 --label-noise 0.3 --threads "$(nproc)" | tee "$folder/drift-figure2-label.txt"
"$program" landscape -o "$folder/landscape.nc" --walkers 2 --steps 10 | tee "$folder/landscape.txt"
/usr/bin/python3 - "$folder" "$seeds" <<'P'
import sys
import netCDF4, numpy
folder, seeds = sys.argv[1], int(sys.argv[2])
failed = 0


def line(what, expected, measured, fine):
    global failed
    failed += not fine
    print(f"{what:58} {expected:>16} {measured:>22}  {'PASS' if fine else 'FAIL'}")


def load(name):
    return netCDF4.Dataset(f"{folder}/{name}.nc")


def values(run, name):
    return numpy.ma.filled(run[name][:], numpy.nan)


print(f"{'':58} {'expected':>16} {'measured':>22}")
update = [load(f"update{s}") for s in range(1, seeds + 1)]
label = [load(f"label{s}") for s in range(1, seeds + 1)]
smoothed = [load(f"smoothed{s}") for s in range(1, seeds + 1)]
# The first snapshot after the fast fall of the loss is the second: 40000 steps.
logs = [values(r, "relaxed_gauss_newton_log_sum") for r in update]
solved = [values(r, "relaxed_hessian_loss") <= 1e-8 for r in update]
# A handful of units may have no solution at all: compare with the last snapshot that relaxed.
last = [numpy.flatnonzero(s)[-1] for s in solved]
change = numpy.array([v[i] - v[1] for v, i in zip(logs, last)])
line("update noise: relaxed sum of logs, last - after phase i", "< 0 in all",
     f"{numpy.median(change):.1f} ({change.max():.1f} most)", bool((change < 0).all()))
steps = [r["snapshot_step"][i] for r, i in zip(update, last)]
print(f"  ({sum(s.sum() for s in solved)} of {sum(len(s) for s in solved)} snapshots relaxed to 1e-8; "
      f"the last of a run that did, at step {min(steps):.3g} or later)")
reached = max(values(r, "relaxed_hessian_loss").max() for r in label)
line("label noise: relaxed loss, the worst of all snapshots", "<= 1e-8", f"{reached:.1e}", reached <= 1e-8)
count = [numpy.isfinite(values(r, "eigenvalues")).sum(1) for r in update]
share = numpy.array([c[-1] / c[0] for c in count])
line("update noise: non-zero eigenvalues, last / first", "< 0.5 in all",
     f"{numpy.median(share):.3f} ({share.max():.3f} most)", bool((share < 0.5).all()))
rank = [values(r, "relaxed_gauss_newton_rank") for r in smoothed]
drop = numpy.array([v[-1] - v[0] for v in rank])
line("update noise, smoothed task: relaxed rank, last - first", "< 0 in all",
     f"{numpy.median(drop):.0f} of {rank[0][0]:.0f}", bool((drop < 0).all()))
worst = max(values(r, "relaxed_hessian_loss").max() for r in smoothed)
print(f"  (relaxed loss there, the worst: {worst:.1e}: few units, and kinks between them and a solution)")
# As in the published table: the mean of the last over the mean of the first; snapshots, not records.
trace = numpy.array([values(r, "hessian_trace")[-1] / values(r, "hessian_trace")[0] for r in label])
line("label noise: sum of eigenvalues, last / first, median", "< 0.5 (0.28)",
     f"{numpy.median(trace):.3f}", bool(numpy.median(trace) < 0.5))
units = numpy.array([values(r, "fraction_active_units")[-1] / values(r, "fraction_active_units")[0]
                     for r in label])
line("label noise: fraction active units, last / first, median", "> 0.7 (0.96)",
     f"{numpy.median(units):.3f}", bool(numpy.median(units) > 0.7))
units = numpy.array([values(r, "fraction_active_units")[-10:].mean() / values(r, "fraction_active_units")[0]
                     for r in update])
line("update noise: fraction active units, last / first, median", "< 0.3 (0.10)",
     f"{numpy.median(units):.3f}", bool(numpy.median(units) < 0.3))
for task, name, run, snapshot in (("random task", "log_sum", update[0], 3), ("random task", "trace", label[0], 1),
                                  ("Figure 2", "log_sum", load("figure2"), -1),
                                  ("Figure 2", "trace", load("figure2-label"), -1)):
    p = float(run[f"drift_{name}_p"][snapshot])
    cosine = float(run[f"drift_{name}_cosine"][snapshot])
    line(f"drift direction, {task}, {name}: mean cosine > 0", "p < 0.001", f"{cosine:.4f}, p {p:.1e}", p < 1e-3 and cosine > 0)
scape = load("landscape")
z = (scape.drift_gradient - scape.drift_theory) / scape.drift_gradient_error
line("landscape: mean drift against theory", "|z| < 3", f"{z:.2f} standard errors", abs(z) < 3)
sys.exit(failed > 0)
P
