#!/bin/bash
# The figures of the Hebbian network: drawn from small runs and a small sweep, and one clear line
# for inputs that are not theirs.
program=$1
command -v gnuplot >/dev/null || { echo "skipped: gnuplot is not installed"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
fail() { echo "FAIL: $*"; exit 1; }
drawn() { # NAME INPUT...: a picture of some size
    local name=$1
    shift
    "$program" figure "$name" "$@" -o "$name.png" 2>err || fail "$name: $(cat err)"
    test "$(stat -c %s "$name.png")" -gt 5000 || fail "$name: nearly empty"
}
refused() { # WORD NAME INPUT...: exit 1, one line with the word, no picture
    local word=$1 name=$2
    shift 2
    "$program" figure "$name" "$@" -o none.png 2>err
    test $? -eq 1 || fail "$name $*: exit code"
    test "$(wc -l <err)" -eq 1 && grep -q -- "$word" err || fail "$name: no '$word' in: $(cat err)"
    test -e none.png && fail "$name: left a picture"
}
cat >ring.yaml <<'END'
network: {model: hebbian, inputs: ring, neurons: 30, input_count: 60}
run: {steps: 600, records: 61, snapshots: 31}
END
cat >sweep.yaml <<'END'
name: diffusion
base: |
  network: {model: hebbian, inputs: ring, neurons: 30, input_count: 60}
  run: {steps: 600, records: 61, snapshots: 2}
grid:
  - {key: network.neurons, values: [20, 30]}
  - {key: learning.learning_rate, values: [0.01, 0.02]}
END
cat >other.yaml <<'END'
world: {task: random, samples: 3, input_dim: 4, output_dim: 2}
network: {hidden: 10}
run: {steps: 20, records: 5}
END
"$program" hebbian ring.yaml -q || fail "no run"
"$program" hebbian ring.yaml -q --set learning.noise_lateral=0 -o forward.nc || fail "no second run"
"$program" run other.yaml -q || fail "no other run"
"$program" sweep run sweep.yaml -o sweep -q || fail "no sweep"
drawn fig4c ring.nc
drawn hebbian-drift ring.nc
drawn hebbian-drift ring.nc forward.nc
drawn hebbian-diffusion sweep
refused "feed-forward" fig4c other.nc
refused "feed-forward" hebbian-drift other.nc
refused "nowhere" hebbian-diffusion nowhere
echo fine
