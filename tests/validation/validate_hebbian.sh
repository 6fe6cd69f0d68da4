#!/bin/bash
# The Hebbian network: the ring over ten seeds beside the published code's figures, the null drift
# that those scripts never reached, exact fixed points against the Euler dynamics on thousands of
# problems, and place cells under three sources of noise. validate_hebbian.sh PROGRAM SOURCE_FOLDER
set -eu
program=$1 source_folder=$2
folder=validation/hebbian
mkdir -p "$folder"
run() { # run NAME EXPERIMENT SETS...
    local name=$1 experiment=$2
    shift 2
    [ -e "$folder/$name.nc" ] ||
        "$program" hebbian "$source_folder/examples/$experiment.yaml" -o "$folder/$name.nc" --quiet "$@"
}
failed=0
for check in "hebbian-ring --set run.steps=4000 --check 2000" \
             "hebbian-place --set run.steps=1000 --check 2000"; do
    # shellcheck disable=SC2086
    set -- $check
    experiment=$1
    shift
    "$program" hebbian "$source_folder/examples/$experiment.yaml" --quiet "$@" || failed=1
done
for seed in 1 2 3 4 5 6 7 8 9 10; do
    run "ring$seed" hebbian-ring --set seed="$seed" --set run.steps=4000 --set run.records=81 \
        --set run.snapshots=2
done
for seed in 1 2 3; do
    run "long$seed" hebbian-ring --set seed="$seed"
done
for seed in 1 2 3 4; do
    run "both$seed" hebbian-three-noises --set seed="$seed"
    run "forward$seed" hebbian-three-noises --set seed="$seed" --set learning.noise_lateral=0
    run "lateral$seed" hebbian-three-noises --set seed="$seed" --set learning.noise_forward=0
done
/usr/bin/python3 - "$folder" <<'P' || failed=1
import sys
import netCDF4, numpy
folder = sys.argv[1]
failed = 0
print("%-52s %-16s %-34s" % ("", "expected", "measured"))
def show(what, expected, measured, fine):
    global failed
    failed += not fine
    print("%-52s %-16s %-34s %s" % (what, expected, measured, "PASS" if fine else "FAIL"))
def span(values):
    return "%.3g .. %.3g, mean %.3g" % (min(values), max(values), numpy.mean(values))
def inside(what, low, high, values):
    show(what, "%g .. %g" % (low, high), span(values), all(low <= v <= high for v in values))

rings = [netCDF4.Dataset("%s/ring%d.nc" % (folder, seed)) for seed in range(1, 11)]
def at(name, step):
    return [float(r[name][:][list(r["step"][:]).index(step)]) for r in rings]
# the error at step 300: its distance from the later mean, over the whole fall
gone = []
for r in rings:
    step, loss = r["step"][:], r["loss"][:]
    plateau = loss[step > 300].mean()
    gone.append(abs(loss[step == 300][0] - plateau) / (loss[0] - plateau))
inside("ring: error at step 300, off its plateau / fall", 0, 0.03, gone)
inside("ring: units with a peak above 0.05, step 100", 0.85, 0.95, at("fraction_active_units", 100))
inside("ring: units, step 1000 (published 0.61)", 0.52, 0.70, at("fraction_active_units", 1000))
inside("ring: units, step 2500 (published 0.55)", 0.45, 0.62, at("fraction_active_units", 2500))
inside("ring: units, step 4000 (published 0.49)", 0.40, 0.58, at("fraction_active_units", 4000))
inside("ring: active fraction, step 1000 (published 0.20)", 0, 0.25, at("active_fraction", 1000))

early, late, apart, constants = [], [], [], []
for seed in (1, 2, 3):
    r = netCDF4.Dataset("%s/long%d.nc" % (folder, seed))
    step, units = r["step"][:], r["fraction_active_units"][:]
    early.append(units[(step >= 10000) & (step < 40000)].mean())
    late.append(units[step >= 70000].mean())
    r.set_auto_mask(False)
    correlation, n = r["population_vector_correlation"][:], len(r["snapshot_step"][:])
    apart.append(numpy.mean([correlation[k, k + 20] for k in range(n // 5, n - 20)]))
    constants.append(r.diffusion_constant)
inside("ring to 10^5: units late over early (stationary)", 0.97, 1.03, [b / a for a, b in zip(early, late)])
inside("ring to 10^5: PV correlation 20 000 steps apart", -0.1, 0.1, apart)
print("%-52s %-16s %s" % ("ring to 10^5: D, rad^2 a step", "", span(constants)))

place = {}
for noise in ("both", "forward", "lateral"):
    place[noise] = [netCDF4.Dataset("%s/%s%d.nc" % (folder, noise, seed)) for seed in (1, 2, 3, 4)]
one, width = [], []
for r in place["both"]:
    response = r["responses"][-1].filled()
    with_field = response[:, response.max(0) > r["responses"][:].max() / 20]
    on = with_field > 0
    starts = (on[1:] & ~on[:-1]).sum(0) + on[0]
    one.append((starts == 1).mean())
    width.append(numpy.mean(on.sum(0) / len(on)))
inside("place: share of active units with a single field", 0.8, 1, one)
inside("place: width of fields, share of the slice", 0, 0.2, width)
constant = {noise: [r.diffusion_constant for r in runs] for noise, runs in place.items()}
for noise, values in constant.items():
    show("place: D with noise in %s" % {"both": "W and M", "forward": "W only", "lateral": "M only"}[noise],
         "> 0", span(values), min(values) > 0)
def half_life(r):
    r.set_auto_mask(False)
    c, step = r["population_vector_correlation"][:], r["snapshot_step"][:]
    curve = [numpy.nanmean(numpy.diagonal(c, k)) for k in range(len(step))]
    below = [k for k in range(len(step)) if curve[k] < 0.5]
    if not below:
        return float("inf")
    k = below[0] # between k - 1 and k
    return float(step[1] * (k - 1 + (curve[k - 1] - 0.5) / (curve[k - 1] - curve[k])))
lives = {noise: [half_life(r) for r in runs] for noise, runs in place.items()}
for noise, values in lives.items():
    print("%-52s %-16s %s" % ("place: steps to PV correlation 0.5, %s" % noise, "", span(values)))
ratio = numpy.mean(constant["lateral"]) / numpy.mean(constant["both"])
show("place: D, M only over both", "< 1", "%.3g" % ratio, ratio < 1)
# Not a pass or a fail of ours: the exact network does not do what was expected; docs/hebbian.md.
ratio = numpy.mean(constant["forward"]) / numpy.mean(constant["both"])
print("%-52s %-16s %-34s %s" % ("place: D, W only over both", "< 1", "%.3g" % ratio,
                                "PASS" if ratio < 1 else "DIFFERS"))
sys.exit(failed > 0)
P
exit $failed
