#!/bin/bash
# nulldrift phases, as a user types it: run files, tables of traces, what it refuses.
set -u
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failures=0
fail() {
    echo "FAIL: $*"
    failures=$((failures + 1))
}
refuses() { # what the one line must hold, then the command
    local needle=$1
    shift
    local said
    said=$("$program" "$@" 2>&1 >/dev/null) && fail "$* succeeded"
    [ "$(printf '%s\n' "$said" | wc -l)" -eq 1 ] || fail "$* said more than one line"
    [[ "$said" == *"$needle"* ]] || fail "$* said: $said"
}

# A table: loss falls to step 50, units until step 400 of 999.
awk 'BEGIN { print "step,log10_loss,fraction_active_units,spatial_information,other"
    for (i = 0; i < 1000; i++) {
        loss = -2 + (i < 50 ? 2 * (1 - i / 50) : 0) + 0.02 * sin(i * i)
        units = 0.3 + (i < 400 ? 0.4 * (1 - i / 400) : 0) + 0.005 * cos(i * i)
        printf "%d,%g,%g,%s,text\n", 1000 * i, loss, units, i % 100 ? "" : 1 + i / 999
    } }' >traces.csv
"$program" phases traces.csv -o table.txt >said.txt || fail "phases of a table"
grep -q "ii regularisation" table.txt || fail "the table was not written"
end=$(sed -n 's/.*nine tenths are made by step \([0-9.e+]*\)\..*/\1/p' said.txt)
awk -v end="$end" 'BEGIN { exit !(end > 350000 && end < 370000) }' || fail "phase ii ends at $end"
grep "^fraction active units" said.txt | grep -q "changes" || fail "sparsity does not change"

# A run file keeps the boundaries.
cat >run.yaml <<'Y'
name: phases
seed: 1
world: {task: random, samples: 4, input_dim: 5, output_dim: 3}
network: {hidden: 20, initialisation: rich}
learning: {rule: sgd, learning_rate: 0.1, update_noise: 0.05}
run: {steps: 4000, records: 200, snapshots: 5}
Y
"$program" run run.yaml -o run.nc -q || fail "the run"
"$program" phases run.nc >said.txt || fail "phases of a run"
for name in phase_1_end_step phase_2_end_step phase_table phase_method; do
    grep -q "$name" run.nc || fail "run.nc holds no $name"
done
"$program" phases run.nc -q || fail "phases of a run, again"

printf 'a,b\n1,2\n' >names.csv
refuses "line 1: there is no column step" phases names.csv
printf 'step,loss,fraction_active_units\n0,1,1\n1,x,1\n' >number.csv
refuses "line 3: loss is not a number" phases number.csv
head -5 traces.csv >short.csv
refuses "too few" phases short.csv
refuses "nothing.nc" phases nothing.nc
printf 'not netCDF' >foreign.nc
refuses "foreign.nc" phases foreign.nc
[ "$(cat foreign.nc)" = "not netCDF" ] || fail "a foreign file was touched"
[ -z "$(ls | grep -E 'tmp|part')" ] || fail "something was left: $(ls)"
[ $failures -eq 0 ] && echo "phases: fine"
exit $((failures > 0))
