#!/bin/bash
# Every command that prints a table or a verdict prints JSON when asked: each line an object that a
# JSON parser takes, with the names that are promised; nothing else on standard output.
. "$2/tests/support/shell.sh"
needs python3
# json COUNT "NAMES" ARGUMENTS...: so many lines (or +: at least one), each with these members
json() {
    local count=$1 names=$2
    shift 2
    succeeds "$@" --json
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
succeeds run "$source/examples/figure-2.yaml" -o run.nc --quiet --set run.steps=200 \
    --set run.records=41 --set run.snapshots=3 --set network.hidden=20 --set world.samples=30
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
