#!/bin/bash
# nulldrift tuning: golden values through the program, and one clear line for each bad input.
program=$1 source=$2
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
command -v ncgen >/dev/null || { echo "skipped: ncgen (netcdf-bin) is not here"; exit 77; }
cd "$folder" || exit 1
failed=0
fail() { echo "FAILED: $*"; failed=1; }

# $1: what it is; $2: CDL of the input; $3: a word of the complaint
refused() {
    echo "$2" | ncgen -4 -o in.nc || fail "$1: the test's own input"
    "$program" tuning in.nc -o out.nc >stdout 2>stderr
    [ $? = 1 ] || fail "$1: exit code"
    [ "$(wc -l <stderr)" = 1 ] || fail "$1: not one line"
    grep -q "in.nc: .*$3" stderr || fail "$1: $(cat stderr)"
    [ -z "$(ls | grep -v -e in.nc -e stdout -e stderr)" ] || fail "$1: left $(ls)"
}
refused "no activity" 'netcdf a { dimensions: s = 2; variables: double position(s); data: position = 1, 2; }' activity
refused "no position" 'netcdf a { dimensions: s = 2; u = 1; variables: double activity(s, u); data: activity = 1, 2; }' position
refused "transposed" 'netcdf a { dimensions: s = 2; u = 3; variables: double position(s), activity(u, s); data: position = 1, 2; activity = 1,2,3,4,5,6; }' 'activity(sample, unit)'
refused "NaN" 'netcdf a { dimensions: s = 2; u = 1; variables: double position(s), activity(s, u); data: position = 1, NaN; activity = 1, 2; }' 'not finite'
echo nonsense >in.nc
"$program" tuning in.nc -o out.nc 2>stderr && fail "foreign bytes were taken"
grep -q netCDF stderr || fail "foreign bytes: $(cat stderr)"
"$program" tuning missing.nc -o out.nc 2>/dev/null && fail "a missing file was taken"
"$program" tuning in.nc 2>/dev/null
[ $? = 2 ] || fail "no output given: exit code"

"$program" tuning "$source/tests/data/golden/tuning.nc" -o golden.nc | grep -q "19 units tuned" ||
    fail "golden summary"
[ -s golden.nc ] || fail "no result"
exit $failed
