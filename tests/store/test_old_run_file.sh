#!/bin/bash
# A run file of version 0.1.0 (tests/data/version-0.1.0/run.nc, measured, two environments) is read by
# every command that takes run files, and measured again.
. "$2/tests/support/shell.sh"
cp "$source/tests/data/version-0.1.0/run.nc" run.nc
succeeds info run.nc
says "position(sample) [world units]"
says "nulldrift 0.1.0"
succeeds info run.nc --experiment
cp out experiment.yaml
succeeds phases run.nc -q
draws environments run.nc -o environments.png
draws fig2 run.nc --keep-script -o fig2.svg
says "'directed position'" fig2.svg.gnuplot/plot.gp # a number without a unit
succeeds measure run.nc
says "tuning"
succeeds spectrum run.nc --quiet
succeeds info run.nc
says "rate_map_correlation(snapshot,snapshot)" # netCDF cannot change it
# The same experiment today has the same measures in the new dimensions.
succeeds run experiment.yaml -o new.nc --quiet
succeeds measure new.nc --quiet
succeeds info new.nc
says "rate_map_correlation(snapshot,other_snapshot)"
says "environment_correlation(snapshot,environment,other_environment)"
