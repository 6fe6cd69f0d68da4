#!/bin/bash
# What `phases` says of runs cut short (docs/phases.md): the published rows of Figure 4B, 10^7 steps
# each, cut at 5, 10, 20 and 40 % of their steps, and ten runs without noise. About 20 core minutes.
# Usage: validate_phases.sh PROGRAM SOURCE_FOLDER. $ND_VALIDATION_FOLDER keeps the runs between calls
# (an interrupted validation goes on); $ND_VALIDATION_ROWS takes that many rows only,
# $ND_VALIDATION_STEPS makes the rows shorter.
set -eu
program=$1
published=${ND_SHARED:-$2/../shared}/reference/paper/update_noise_sweep.csv
[ -e "$published" ] || { echo "skipped: $published is not here"; exit 77; }
cut_runs=$(dirname "$1")/tests/cut_runs
[ -x "$cut_runs" ] || cut_runs=$2/build-test/tests/cut_runs
[ -x "$cut_runs" ] || { echo "skipped: $cut_runs is not built (make test builds it)"; exit 77; }
folder=${ND_VALIDATION_FOLDER:-validation}/phases
mkdir -p "$folder"

# make NAME WORLD NOISE STEPS SEED [INITIALISATION]
make() {
    [ ! -e "$folder/$1.nc" ] || return 0
    cat >"$folder/$1.yaml" <<Y
name: $1
seed: $5
world: {$2}
network: {hidden: 100, initialisation: ${6:-rich}}
learning: {rule: sgd, learning_rate: 0.1, update_noise: $3}
run: {steps: $4, records: 4001, snapshots: 41}
Y
    "$program" run "$folder/$1.yaml" -o "$folder/$1.nc" -q
    # of worlds without positions the tuning stays unknown
    "$program" measure "$folder/$1.nc" -q 2>/dev/null || true
}
seed=0
# every row, in an order that spreads the noise evenly over any part of them
awk -F, -v most="${ND_VALIDATION_ROWS:-118}" 'NR == 1 { next } { row[NR - 2] = $2 " " $9; n = NR - 1 }
    END { for (i = 0; i < n && i < most; i++) print row[(i * 55) % n] }' "$published" >"$folder/rows.txt"
while read -r task noise; do
    seed=$((seed + 1))
    world="task: $task, samples: 5, input_dim: 20, published_quirks: true"
    [ "$task" = predictive ] || world="$world, output_dim: 5"
    make "row-$seed" "$world" "$noise" "${ND_VALIDATION_STEPS:-10000000}" $seed
done <"$folder/rows.txt"
for task in random smoothed random-autoencoder smoothed-autoencoder predictive; do
    for initialisation in rich lazy; do
        seed=$((seed + 1))
        world="task: $task, samples: 5, input_dim: 20"
        case $task in random | smoothed) world="$world, output_dim: 5" ;; esac
        make "calm-$task-$initialisation" "$world" 0 200000 $seed $initialisation
    done
done
echo "== the published rows"
"$cut_runs" "$folder"/row-*.nc | tee "$folder/rows.log"
echo "== without noise"
"$cut_runs" "$folder"/calm-*.nc | tee "$folder/calm.log"
awk '/bounded while more than a tenth/ { sub(/^.* of [0-9]+ */, ""); exit !($1 > 5) }' "$folder/rows.log" &&
    { echo "FAILED: a further fall is bounded wrongly in more than 5 %"; exit 1; }
awk '/cut at 100 %/ { whole = 1 } whole && /at rest/ && / of 10 / { found = $(NF - 7) } END { exit !(found == 10) }' \
    "$folder/calm.log" || { echo "FAILED: not all runs without noise are at rest"; exit 1; }
