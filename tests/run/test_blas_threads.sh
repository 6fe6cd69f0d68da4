#!/bin/bash
# A run is the same bit for bit whatever number of threads OpenBLAS would take on the machine at hand,
# and whether a spectrum was computed before it in the same process; so is what a recording says.
. "$2/tests/support/shell.sh"
cat >base.yaml <<'END'
world: {task: predictive-track, samples: 60, input_dim: 9}
network: {hidden: 20}
learning: {update_noise: 0.05}
run: {steps: 600, records: 13, snapshots: 3}
END
# what the store keeps of every run: the traces and the metrics of the records, to the last bit
kept() {
    "${PYTHON:-/usr/bin/python3}" -c '
import sqlite3, sys
for row in sqlite3.connect(sys.argv[1] + "/sweep.sqlite").execute(
        "SELECT id, log10_loss, active_fraction_ratio, first_active_fraction FROM run ORDER BY id"):
    print(row[0], *(float(value).hex() for value in row[1:]))' "$1"
}
printf 'experiment: base.yaml\nrepeats: 6\n' >plain.yaml
printf 'experiment: base.yaml\nrepeats: 6\nspectrum: true\n' >spectra.yaml
for threads in 1 2 4; do
    OPENBLAS_NUM_THREADS=$threads succeeds sweep run plain.yaml -o plain-$threads --jobs 1 --quiet
    kept plain-$threads >plain-$threads.txt
    check "$threads threads" cmp plain-1.txt plain-$threads.txt
done
check "six runs are compared" test "$(wc -l <plain-1.txt)" = 6
OPENBLAS_NUM_THREADS=4 succeeds sweep run spectra.yaml -o spectra --jobs 1 --quiet
kept spectra >spectra.txt
check "after spectra, too" cmp plain-1.txt spectra.txt

needs ncdump
for session in 0 3 6; do running_table 1200 0.0$session >$session.csv; done
cat >made.yaml <<'END'
bins: 20
significance: {shuffles: 20}
corrections: {repetitions: 2}
defaults: {animal: M1, environment: track, registered: true}
sessions: [{day: 1, file: 0.csv}, {day: 2, file: 3.csv}, {day: 4, file: 6.csv}]
END
for threads in 1 2 4; do
    OPENBLAS_NUM_THREADS=$threads succeeds record made.yaml -o recorded --picture none --quiet --force
    ncdump -p 17,17 recorded.nc | sed -n '/^data:/,$p' >recorded-$threads.txt
    check "a recording, $threads threads" cmp recorded-1.txt recorded-$threads.txt
done
check "all of it is compared" test "$(grep -c ' = ' recorded-1.txt)" -gt 300
