#!/bin/bash
# scripts/same-runs finds a program the same as itself, and sees another seed, a number that is
# missing, a column and a command that fails; scripts/pair-bench sees a program that is slower.
. "$2/tests/support/shell.sh"
/usr/bin/python3 -c 'import netCDF4, h5py' 2>/dev/null || skip "python3-netcdf4 and python3-h5py are not here"
# other NAME: a program that does as ours but for what standard input, a piece of shell, does before
other() {
    { echo "#!/bin/bash"; cat; echo "exec '$program' \"\$@\""; } >"$1"
    chmod +x "$1"
}
# expect CODE PATTERN COMMAND...: the exit code, and a line that matches
expect() {
    local code=$1 pattern=$2 got
    shift 2
    "$@" >out 2>&1
    got=$?
    check "$*: exit code $got (wanted $code)" test $got = "$code"
    matches "$pattern"
}
same=$source/scripts/same-runs

check "at least 40 experiments" test "$("$same" --list | wc -l)" -ge 40
expect 0 '^3 experiments: 3 same$' "$same" "$program" "$program" -k '^sgd$|^sweep-grid$|^record-tables$'

other seed <<<'[ "$1" = run ] && set -- "$@" --set seed=99'
expect 1 'run.nc: bias: 120 of 120 numbers' "$same" "$program" ./seed -k '^sgd$'
expect 1 'left nothing to compare' "$same" "$program" ./seed -k '^sgd$' --ignore '*'
expect 1 'run.nc: inputs: ' "$same" "$program" ./seed -k '^sgd$' --ignore bias
check "--ignore bias" test -z "$(grep 'run.nc: bias' out)"
other snapshots <<<'[ "$1" = run ] && set -- "$@" --set run.snapshots=5'
expect 1 'run.nc: snapshot_step: ' "$same" "$program" ./snapshots -k '^sgd$'
other column <<<"[ \"\$1 \$2\" = 'sweep table' ] && { '$program' \"\$@\" && sed -i 's/,log10_loss/,log_loss/' table.csv; exit; }"
expect 1 'table.csv: log10_loss: only OLD has it' "$same" "$program" ./column -k '^sweep-grid$'
other broken <<<'[ "$1" = record ] && echo "no more" >&2 && exit 1'
expect 1 '^record-tables +FAILED +NEW: exit code 1: no more$' "$same" "$program" ./broken -k '^record-tables$'
expect 2 "no experiment is called like 'nothing'" "$same" "$program" "$program" -k nothing

# What they print decides, not this machine: the second takes twice as long.
other once <<<'[ "$1" = bench ] && echo "B 100000 98.1 9.0 2.0 38.7 49%" && exit'
other twice <<<'[ "$1" = bench ] && echo "B 100000 98.1 9.0 4.0 38.7 49%" && exit'
expect 0 '^B +2\.000 +4\.000 +2\.000 ' "$source/scripts/pair-bench" ./once ./twice B --pairs 3
expect 1 '^B ' "$source/scripts/pair-bench" ./once ./twice B --pairs 3 --within 3
expect 0 '^B +2\.000 +2\.000 +1\.000 ' "$source/scripts/pair-bench" ./once ./once B --pairs 3 --within 3
