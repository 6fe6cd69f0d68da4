#!/bin/bash
# Numbers have points for decimals whatever the user's locale: experiments, options, run files, tables,
# recordings, pictures and their scripts are read and written under decimal commas as under C.
. "$2/tests/support/shell.sh"
needs localedef
needs ncdump
needs gnuplot
mkdir locales
localedef -i de_DE -f UTF-8 locales/de_DE.UTF-8 2>/dev/null || skip "the sources of de_DE (package locales) are not here"
export LOCPATH=$folder/locales
# The C library keeps what it takes from LOCPATH, which a sanitizer calls a leak.
echo 'leak:__argz_add_sep' >suppressions
export LSAN_OPTIONS=suppressions=$folder/suppressions:print_suppressions=0
check "commas are in force" test "$(LC_ALL=de_DE.UTF-8 bash -c 'printf %.1f 1,5')" = 1,5

cat >noisy.yaml <<'Y'
world: {task: predictive-track, samples: 30, input_dim: 5}
network: {hidden: 20}
learning: {update_noise: 0.0125}
run: {steps: 60, records: 13, snapshots: 3}
Y
cat >few.yaml <<'Y'
name: few
base: |
  world: {task: random, samples: 3, input_dim: 4, output_dim: 2}
  network: {hidden: 10}
  run: {steps: 40, records: 5}
samples: 3
draw:
  - {key: learning.update_noise, log-uniform: [0.001, 0.1]}
Y
printf 'time,position,cell_1,cell_2\n' >day.csv
awk 'BEGIN { for (f = 0; f < 600; f++) {
    x = f % 20 / 20; printf "%.2f,%.3f,%.1f,%d\n", f * 0.05, x, (f % 20 < 4) * 1.5, (f % 20 > 12) } }' >>day.csv
printf 'range: [0, 0.975]\nbins: 10\nsessions:\n  - {file: day.csv}\n' >day.yaml

under() { # LOCALE: everything, in a folder of that name
    mkdir "$1" && cp noisy.yaml day.yaml day.csv few.yaml "$1" && cd "$1" || exit 1
    export LC_ALL=$1
    succeeds run noisy.yaml -o run.nc --set learning.learning_rate=0.05 --quiet
    succeeds measure run.nc --quiet
    succeeds spectrum run.nc --quiet
    LC_ALL=C ncdump -p 17 run.nc | grep -v -e ':history' -e ':wall_time' >run.txt
    succeeds info run.nc --experiment
    cp out experiment.txt
    succeeds phases run.nc -o phases.csv --quiet
    succeeds run --continue run.nc --set run.steps=120 -o longer.nc --quiet
    LC_ALL=C ncdump -p 17 longer.nc | grep -v -e ':history' -e ':wall_time' >longer.txt
    succeeds sweep run few.yaml -o sweep --jobs 2 --quiet
    succeeds sweep table sweep --all-keys
    cut -d, -f1-4,6- out >sweep.csv # without the run's seconds
    succeeds figure fig2 run.nc -o fig2.svg --keep-script
    cat fig2.svg.gnuplot/* >script.txt
    (cd fig2.svg.gnuplot && gnuplot plot.gp 2>/dev/null)
    check "$1: a kept script draws the picture again" cmp fig2.svg fig2.svg.gnuplot/fig2.svg
    succeeds record --scan day.csv -o draft.yaml
    succeeds record day.yaml -o result --picture none
    cp out said.txt
    LC_ALL=C ncdump -p 17 result.nc | grep -v -e ':history' >result.txt
    refuses 1 "0,05" run noisy.yaml -o comma.nc --set learning.learning_rate=0,05
    cp err refused.txt
    export LC_ALL=C.UTF-8
    cd ..
}
under C.UTF-8
under de_DE.UTF-8
for file in run.txt longer.txt experiment.txt phases.csv sweep.csv result.txt fig2.svg script.txt draft.yaml result.csv result_cells.csv \
    result_statistics.csv result_drift.csv said.txt refused.txt; do
    check "$file is the same under commas" cmp C.UTF-8/$file de_DE.UTF-8/$file
done
