#!/bin/bash
# A result that could not be put in place at the end is refused at the start, before any work.
. "$2/tests/support/shell.sh"
cat >endless.yaml <<'Y'
name: endless
world: {task: random, samples: 5, input_dim: 4, output_dim: 3}
network: {hidden: 30}
run: {steps: 1000000000000, records: 11, snapshots: 3}
Y
long=$(printf 'n%.0s' $(seq 225)).nc
refuses 1 "-o: the name is empty" run endless.yaml -o "" --quiet
refuses 1 "the name has 228 bytes" run endless.yaml -o "$long" --quiet
refuses 1 "its folder" run endless.yaml -o nowhere/run.nc --quiet
refuses 1 "-o: the name is empty" landscape -o "" --quiet
refuses 1 "the name has 228 bytes" landscape -o "$long" --quiet
# Its memory is asked for: the system would end it without a word.
refuses 1 "its walks would take 3.2e+04 GB of memory" landscape -o l.nc --walkers 10000000 --records 100000 --quiet
refuses 1 "its folder" landscape -o nowhere/l.nc --walkers 1000000 --steps 1000000
refuses 1 "-o: the name is empty" datasets -o "" any.nc
# A picture that cannot be drawn, and two results that are one file, through whatever spelling or link.
long_walks=(landscape --walkers 400 --steps 50000000)
refuses 1 "the ending says no kind of picture" "${long_walks[@]}" -o l.nc --figure l.txt
refuses 1 "the ending says no kind of picture" bench --picture l.txt
refuses 1 "another result of this command goes to the same file" "${long_walks[@]}" -o l.svg --figure ./l.svg
ln -s not-yet.svg link.svg
refuses 1 "another result of this command goes to the same file" "${long_walks[@]}" -o not-yet.svg --figure "$PWD/link.svg"
running_table 200 >day.csv
printf 'range: [0, 1]\nbins: 10\nsessions: [{file: day.csv}]\n' >day.yaml
ln -s out.csv out_cells.csv
refuses 1 "out_cells.csv: another result of this command goes to the same file" record day.yaml -o out --picture none
succeeds record day.yaml -o result --picture none --quiet
rm result_drift.csv
ln result_statistics.csv result_drift.csv
refuses 1 "result_drift.csv: another result of this command goes to the same file" record day.yaml -o result --picture none
# netCDF takes a backslash for a slash: found before the work, also where a link or a folder has it.
refuses 1 "has a backslash in its name" "${long_walks[@]}" -o 'wal\ks.nc'
ln -s 'wal\ks.nc' walks.nc
refuses 1 "has a backslash in its name" "${long_walks[@]}" -o walks.nc
refuses 1 "has a backslash in its name" run endless.yaml -o 'r\un.nc' --quiet
refuses 1 "has a backslash in its name" tuning nothing.nc -o 't\une.nc'
refuses 1 "has a backslash in its name" record day.yaml -o 'o\ut' --picture none
printf 'name: s\nbase: |\n  world: {task: random, samples: 3, input_dim: 4, output_dim: 2}\n  network: {hidden: 3}\n  run: {steps: 20, records: 3}\ngrid: [{key: seed, values: [1, 2]}]\n' >sweep.yaml
refuses 1 "has a backslash in its name" sweep run sweep.yaml -o 'swe\ep' --keep runs --quiet
check "no folder is left of it" test ! -e 'swe\ep'
mkdir 'swe\pt' && ln -s 'swe\pt' swept
refuses 1 "has a backslash in its name" sweep run sweep.yaml -o swept --keep runs --quiet
succeeds sweep run sweep.yaml -o 'swe\ep' --quiet
mkdir closed
chmod a-w closed
if [ "$(id -u)" -ne 0 ]; then # of root, to whom no folder is closed, test_full_disk.sh asks the same
    refuses 1 "its folder cannot be written to" run endless.yaml -o closed/run.nc --quiet
fi
