#!/bin/bash
# nulldrift phases, as a user types it: run files, tables of traces, what it refuses.
. "$2/tests/support/shell.sh"

# A table: loss falls to step 50, units until step 400 of 999.
awk 'BEGIN { print "step,log10_loss,fraction_active_units,spatial_information,other"
    for (i = 0; i < 1000; i++) {
        loss = -2 + (i < 50 ? 2 * (1 - i / 50) : 0) + 0.02 * sin(i * i)
        units = 0.3 + (i < 400 ? 0.4 * (1 - i / 400) : 0) + 0.005 * cos(i * i)
        printf "%d,%g,%g,%s,text\n", 1000 * i, loss, units, i % 100 ? "" : 1 + i / 999
    } }' >traces.csv
succeeds phases traces.csv -o table.txt
says "ii regularisation" table.txt
end=$(sed -n 's/.*nine tenths are made by step \([0-9.e+]*\)\..*/\1/p' out)
check "phase ii ends where nine tenths are made, not at $end" \
    awk -v end="$end" 'BEGIN { exit !(end > 350000 && end < 370000) }'
matches "^fraction active units.*changes"

says "whether tuning changes is not known"
succeeds phases traces.csv -o table.csv -q
check "a line a phase and metric" test "$(wc -l <table.csv)" = 16
matches "^iii,3[56]" table.csv
succeeds phases traces.csv --json
says '"claimed": false, "words": "fraction active units falls by at most'
says '"further_share": 0.0'
# The first 250 records of it: the fall is not over, and nothing is claimed of its end.
head -251 traces.csv >cut.csv
succeeds phases cut.csv
says "was still falling when the run ended"
# Without noise.
awk 'BEGIN { print "step,log10_loss,fraction_active_units"
    for (i = 0; i < 100; i++) printf "%d,%g,%g\n", i, -0.1 * i, i < 20 ? 0.9 : 0.85 }' >calm.csv
succeeds phases calm.csv --json
says '"words": "at rest'

# A run file keeps the boundaries.
cat >run.yaml <<'Y'
name: phases
seed: 1
world: {task: random, samples: 4, input_dim: 5, output_dim: 3}
network: {hidden: 20, initialisation: rich}
learning: {rule: sgd, learning_rate: 0.1, update_noise: 0.05}
run: {steps: 4000, records: 200, snapshots: 5}
Y
succeeds run run.yaml -o run.nc -q
succeeds phases run.nc
succeeds info run.nc
for name in phase_1_end_step phase_2_end_step phase_3_claimed phase_3_words phase_table phase_method; do
    says "$name"
done
succeeds phases run.nc -q

# A table with the loss alone tells phase i; fields may be parted by semicolons or tabs.
cut -d, -f1,2 traces.csv >loss.csv
succeeds phases loss.csv
matches "^log10 loss.*changes"
cp out loss.txt
matches "^fraction active units +- "
tr , ';' <loss.csv >semicolons.csv
tr , '\t' <loss.csv >tabs.tsv
for table in semicolons.csv tabs.tsv; do
    succeeds phases $table
    check "$table says the same" cmp -s out loss.txt
done
awk 'BEGIN { print "step,loss"; for (i = 0; i < 20; i++) print i "," (i == 7 ? -0.5 : 1) }' >negative.csv
refuses 1 "the loss of record 7 is negative, -0.5" phases negative.csv

printf 'a,b\n1,2\n' >names.csv
refuses 1 "line 1: there is no column step" phases names.csv
printf 'step,loss,fraction_active_units\n0,1,1\n1,x,1\n' >number.csv
refuses 1 "line 3: loss is not a number" phases number.csv
head -5 traces.csv >short.csv
refuses 1 "too few" phases short.csv
refuses 1 "nothing.nc" phases nothing.nc
printf 'not netCDF' >foreign.nc
refuses 1 "foreign.nc" phases foreign.nc
check "a foreign file is not touched" test "$(cat foreign.nc)" = "not netCDF"

# A run whose loss stays beyond any use has no phases: SED at a rate of the published range.
cat >astray.yaml <<'Y'
world: {task: smoothed, samples: 15, input_dim: 29, output_dim: 2}
learning: {rule: sed, learning_rate: 0.95}
run: {steps: 100000, records: 101, snapshots: 6}
Y
"$program" run astray.yaml -o astray.nc -q 2>err
check "a run that diverges ends with exit code 1" test $? = 1
says "diverged at step" err
check "in one line" test "$(wc -l <err)" = 1
succeeds info astray.nc --attribute status
says "diverged at step"
refuses 1 "no phases" phases astray.nc
succeeds run astray.yaml -o kept.nc -q --set learning.divergence=0
succeeds info kept.nc --attribute status
says "complete"
succeeds phases kept.nc # its user said that no loss is too high
awk 'BEGIN { print "step,loss,fraction_active_units"
    for (i = 0; i < 40; i++) printf "%d,%g,0.5\n", i, i < 20 ? 1 : 1e6 }' >astray.csv
refuses 1 "diverged" phases astray.csv
