#!/bin/bash
# A data file's unit of position goes with it: into the run file, its tuning curves and the figure.
. "$2/tests/support/shell.sh"
needs ncgen
track() { # a CDL of an animal running up and down; $1: attributes of position
    awk -v about="$1" 'BEGIN {
        n = 60
        print "netcdf data {\ndimensions:\n sample = " n ";\n input = 3;\n output = 3;\nvariables:"
        print " double inputs(sample, input);\n double targets(sample, output);"
        print " double position(sample);\n" about "\ndata:"
        for (v = 0; v < 3; v++) {
            line = ""
            for (s = 0; s < n; s++) {
                p = (s % 30) / 15; p = p < 1 ? p : 2 - p
                if (v == 2)
                    line = line (s ? ", " : "") 100 * p
                else
                    for (c = 0; c < 3; c++)
                        line = line (s + c ? ", " : "") sprintf("%.5f", cos(3 * p + c + v))
            }
            print (v == 0 ? "inputs" : v == 1 ? "targets" : "position") " = " line ";"
        }
        print "}"
    }'
}
units() { nulldrift info "$1" | sed -n "s/^ *$2([^)]*) \[\(.*\)\].*/\1/p"; }
cat >file.yaml <<'Y'
name: file
world: {task: file, path: data.nc}
network: {hidden: 20, initialisation: lazy}
learning: {rule: sgd, learning_rate: 0.1, update_noise: 0.01}
run: {steps: 200, records: 21, snapshots: 11}
Y
track ' position:units = "cm";' | ncgen -4 -o data.nc
succeeds run file.yaml -o run.nc --quiet
succeeds measure run.nc --quiet
check "positions are in cm" test "$(units run.nc position)" = cm
check "so are the bins" test "$(units run.nc bin_position)" = cm
draws fig2 run.nc --keep-script -o run.svg
says "directed position (cm)" run.svg.gnuplot/plot.gp
says "set ylabel 'position (cm)'" run.svg.gnuplot/plot.gp

track '' | ncgen -4 -o data.nc
succeeds run file.yaml -o none.nc --quiet
succeeds measure none.nc --quiet
check "where the data have no unit there is none" test "$(units none.nc bin_position)" = 1
draws fig2 none.nc --keep-script -o none.svg
says "'directed position'" none.svg.gnuplot/plot.gp

# Of anyone's activity, too.
sed -e 's/double inputs(sample, input)/double activity(sample, unit)/' -e 's/input = 3/unit = 3/' \
    -e 's/^inputs =/activity =/' <(track ' position:units = "m"; activity:units = "dF/F";') | ncgen -4 -o any.nc
succeeds tuning any.nc -o tuned.nc
check "bins in m" test "$(units tuned.nc bin_position)" = m
check "curves in dF/F" test "$(units tuned.nc tuning_curves)" = dF/F
check "information of it" test "$(units tuned.nc spatial_information)" = "bit per dF/F"
