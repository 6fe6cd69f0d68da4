#!/bin/bash
# Every command that prints a table or a verdict prints JSON when asked: each line an object that a
# JSON parser takes, with the names that are promised; nothing else on standard output. And what it
# prints without has no blanks at the ends of its lines.
. "$2/tests/support/shell.sh"
needs python3
# json COUNT "NAMES" ARGUMENTS...: so many lines (or +: at least one), each with these members
json() {
    local count=$1 names=$2
    shift 2
    succeeds "$@"
    check "nulldrift $*: blanks at the end of a line: $(grep -m 1 " $" out err)" test -z "$(grep -m 1 " $" out err)"
    local quiet=()
    "$program" "$1" --help | grep -q -- --quiet && quiet=(--quiet) # which JSON is not silenced by
    succeeds "$@" --json "${quiet[@]}"
    check "nulldrift $*: $count objects with $names" python3 - "$count" "$names" out <<'E'
import json, sys
count, names, path = sys.argv[1], sys.argv[2].split(), sys.argv[3]
lines = open(path).read().splitlines()
assert lines if count == "+" else len(lines) == int(count), len(lines)
for line in lines:
    one = json.loads(line, parse_constant=lambda word: sys.exit(word))
    assert not set(names) - set(one), set(names) - set(one)
E
}
small=(--set run.steps=200 --set run.records=41 --set run.snapshots=3 --set network.hidden=20 --set world.samples=30)
json 1 "run status records step first_loss loss fraction_active_units active_fraction snapshots silent" \
    run "$source/examples/figure-2.yaml" -o run.nc "${small[@]}"
json 1 "run snapshots tuned spatial_information fraction_active_units" measure run.nc
json 3 "run snapshot snapshot_step hessian_trace gauss_newton_rank" spectrum run.nc --snapshots 0-2
json 3 "phase from_step to_step claimed words metrics" phases run.nc
json 2 "regularizer cosine p speed speed_predicted" drift-direction run.nc --branches 8 --steps 5
json 1 "file dimensions attributes variables" info run.nc
json + "figure inputs summary" figure --list
json 1 "output drift_theory drift_gradient" landscape -o land.nc --steps 50 --walkers 4 --drift-walkers 10
cat >numbers.yaml <<'Y'
name: numbers
sessions:
  - {animal: one, day: 0, metrics: {cells: 200, fraction_active: 0.6, information: 1.0}}
  - {animal: one, day: 1, metrics: {cells: 200, fraction_active: 0.5, information: 1.2}}
  - {animal: one, day: 2, metrics: {cells: 200, fraction_active: 0.4, information: 1.4}}
Y
json + "curve verdict activity_change activity_low activity_high activity_p information_change maps_p warnings words" \
    record numbers.yaml -o numbers --picture none
json + "warnings" record numbers.yaml -o numbers --picture none
printf 'x,t,a,b\n' >one.csv
for i in $(seq 200); do echo "$((i % 20)).5,$((i / 10)).$((i % 10)),$((i % 3)),$((i % 7 == 0))" >>one.csv; done
echo "nan,21.0,1,1" >>one.csv
cat >table.yaml <<'Y'
name: table
sessions:
  - animal: one
    day: 0
    position: {file: one.csv, column: x, times: {file: one.csv, column: t}}
    activity: {file: one.csv, columns: [a, b], times: {file: one.csv, column: t}}
Y
json 1 "session cells frames frames_read left_out warnings" record table.yaml --check --picture none
says '"position_missing": 1'
json 1 "dataset species sessions verdict" datasets numbers.nc
cat >sweep.yaml <<'Y'
name: some
base: |
  world: {task: random, samples: 3, input_dim: 4, output_dim: 2}
  network: {hidden: 10}
  run: {steps: 200, records: 20}
grid:
  - {key: learning.update_noise, values: [0, 0.1]}
Y
succeeds sweep run sweep.yaml -o sweep --quiet
json 1 "sweep waiting running done diverged failed steps_done" sweep status sweep
json 1 "sweep runs done steps_per_core_second seconds_left processes" info sweep
json 2 "id label state reason log10_loss active_units_ratio learning.update_noise" sweep table sweep
json 1 "sweep done steps" sweep run sweep.yaml -o sweep
printf 'rule,update_noise,label_noise,active_units_ratio,active_fraction_ratio\nsgd,0.1,0,0.01,0.01\nsgd,0.1,0,1,1\nsgd,0.1,0,100,100\n' >paper.csv
json + "rule noise active_units_ratio active_fraction_ratio diverged silent" sweep compare sweep paper.csv
ring=("$source/examples/hebbian-ring.yaml" --set run.steps=50 --set run.settle=10 --set network.neurons=10)
json 1 "run status loss diffusion_constant fixed_points" hebbian "${ring[@]}" --set run.records=5 --set run.snapshots=2 -o ring.nc
json 1 "experiment fixed_points residual apart verdict" hebbian "${ring[@]}" --check 5
json 2 "" bench --cases C
check "bench tells floors, then cases" python3 -c '
import json
floors, case = (json.loads(line) for line in open("out"))
assert floors["kernels"] and case["case"] == "C" and case["microseconds_per_step"] > 0'
# seeds keep all 64 bits, truths are truths, what is missing is null
sed 's/learning.update_noise, values: .*}/seed, values: [18446744073709551615]}/' sweep.yaml >seed.yaml
succeeds sweep run seed.yaml -o seed --quiet
succeeds sweep table seed --all-keys --json
says '"seed": 18446744073709551615'
says '"world.published_quirks": false'
says '"reason": null'
