#!/bin/bash
# nulldrift tuning: golden values through the program, and one clear line for each bad input.
. "$2/tests/support/shell.sh"
needs ncgen
# bad CDL WORDS: a file of that content is refused with these words
bad() {
    check "the test's own input" ncgen -4 -o in.nc <<<"netcdf a { dimensions: $1 }"
    refuses 1 "in.nc: " tuning in.nc -o out.nc
    says "$2" err
}
bad 's = 2; variables: double position(s); data: position = 1, 2;' activity
bad 's = 2; u = 1; variables: double activity(s, u); data: activity = 1, 2;' position
bad 's = 2; u = 3; variables: double position(s), activity(u, s); data: position = 1, 2; activity = 1,2,3,4,5,6;' 'activity(sample, unit)'
bad 's = 2; u = 1; variables: double position(s), activity(s, u); data: position = 1, NaN; activity = 1, 2;' 'not finite'
echo nonsense >in.nc
refuses 1 "netCDF" tuning in.nc -o out.nc
refuses 1 "missing.nc" tuning missing.nc -o out.nc
refuses 2 "-o OUT.nc" tuning in.nc

succeeds tuning "$source/tests/data/golden/tuning.nc" -o golden.nc
says "19 units tuned"
check "a result" test -s golden.nc
