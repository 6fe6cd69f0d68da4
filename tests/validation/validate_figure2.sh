#!/bin/bash
# The paper's Figure 2, three seeds on the published data set, beside what the authors' own training
# code gave (../shared/reference/figure2), and a control without noise, ten times as long: after 10^6
# steps its loss is still falling by a quarter, and what is claimed is that nothing changes once it
# has converged.
# validate_figure2.sh PROGRAM SOURCE_FOLDER [STEPS]
set -eu
program=$1 source_folder=$2 steps=${3:-1000000}
reference=${ND_SHARED:-$source_folder/../shared}/reference/figure2
if [ ! -r "$reference/dataset.nc" ]; then
    echo "skipped: the reference data figure2/dataset.nc are not here"
    exit 77
fi
folder=validation/figure2
mkdir -p "$folder"
cat >"$folder/figure2.yaml" <<Y
name: figure-2 on the published data
world: {task: file, path: $(realpath "$reference")/dataset.nc}
network: {hidden: 500, initialisation: lazy}
learning: {rule: sgd, learning_rate: 0.1, update_noise: 0.0138949549}
run: {steps: $steps, records: 1001, snapshots: 51}
Y
run() { # run NAME SETS...
    local name=$1
    shift
    [ -e "$folder/$name.nc" ] || "$program" run "$folder/figure2.yaml" -o "$folder/$name.nc" --quiet "$@"
    "$program" measure "$folder/$name.nc" >/dev/null
}
for seed in 1 2 3; do
    run "seed$seed" --set seed=$seed &
    [ $((seed % $(nproc))) -eq 0 ] && wait
done
wait
run control --set learning.update_noise=0 --set run.steps=$((10 * steps))
/usr/bin/python3 - "$folder" "$reference" <<'P'
import csv, sys
import netCDF4, numpy
folder, reference = sys.argv[1:]
failed = 0
published = {}
with open(reference + "/records.csv") as f:
    rows = list(csv.DictReader(f))
published["fraction active units, start"] = float(rows[0]["fraction_active_units"])
published["fraction active units, end"] = numpy.mean([float(r["fraction_active_units"]) for r in rows[-10:]])
published["active fraction, end"] = numpy.mean([float(r["active_fraction"]) for r in rows[-10:]])
with open(reference + "/snapshots.csv") as f:
    snapshots = list(csv.DictReader(f))
published["mean SI of tuned units, start"] = float(snapshots[0]["mean_si_tuned"])
published["mean SI of tuned units, end"] = float(snapshots[-1]["mean_si_tuned"])
published["rate-map correlation 10%-100%"] = 0.49
published["rate-map correlation 80%-100%"] = 0.90
bands = {
    "fraction active units, start": (0.65, 0.80),
    "fraction active units, end": (0.22, 0.38),
    "active fraction, end": (0.06, 0.11),
    "mean SI of tuned units, start": (0.9, 1.4),
    "mean SI of tuned units, end": (2.4, 9),
    "rate-map correlation 10%-100%": (0.35, 0.65),
    "rate-map correlation 80%-100%": (0.8, 1.0),
}
def figures(run):
    tuned = run["tuned"][:].astype(bool)
    information = numpy.ma.filled(run["spatial_information"][:], numpy.nan)
    mean = lambda s: float(numpy.mean(information[s][tuned[s]]))
    at = lambda share: int(numpy.argmin(abs(run["snapshot_step"][:] - share * run["snapshot_step"][-1])))
    correlation = run["published_rate_map_correlation"][:]
    return {
        "fraction active units, start": float(run["fraction_active_units"][0]),
        "fraction active units, end": float(numpy.mean(run["fraction_active_units"][-10:])),
        "active fraction, end": float(numpy.mean(run["active_fraction"][-10:])),
        "mean SI of tuned units, start": mean(0),
        "mean SI of tuned units, end": mean(-1),
        "rate-map correlation 10%-100%": float(correlation[at(0.1), at(1)]),
        "rate-map correlation 80%-100%": float(correlation[at(0.8), at(1)]),
    }
runs = [figures(netCDF4.Dataset(f"{folder}/seed{s}.nc")) for s in (1, 2, 3)]
print(f"{'':32s} {'band':>14s} {'published':>9s} {'seed 1':>8s} {'seed 2':>8s} {'seed 3':>8s}")
for name, (low, high) in bands.items():
    values = [r[name] for r in runs]
    fine = all(low <= v <= high for v in values)
    failed += not fine
    print(f"{name:32s} {low:6.2f} - {high:5.2f} {published[name]:9.3f} "
          + " ".join(f"{v:8.3f}" for v in values) + ("   PASS" if fine else "   FAIL"))
control = netCDF4.Dataset(folder + "/control.nc")
half = len(control["record"]) // 2 if "record" in control.variables else control.dimensions["record"].size // 2
units = control["fraction_active_units"][:]
active = control["active_fraction"][:]
correlation = control["rate_map_correlation"][:]
middle = correlation.shape[0] // 2
fine = units[half:].max() - units[half:].min() == 0 and numpy.ptp(active[half:]) <= 0.002 and correlation[middle, -1] > 0.999
failed += not fine
print(f"without noise, second half: fraction active units moves {units[half:].max() - units[half:].min():.3f}, "
      f"active fraction {numpy.ptp(active[half:]):.4f}, rate-map correlation {correlation[middle, -1]:.5f}"
      + ("   PASS" if fine else "   FAIL"))
sys.exit(failed > 0)
P
