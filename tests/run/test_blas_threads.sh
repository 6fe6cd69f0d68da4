#!/bin/bash
# A run is the same bit for bit whatever number of threads OpenBLAS would take on the machine at hand,
# and whether a spectrum was computed before it in the same process.
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
