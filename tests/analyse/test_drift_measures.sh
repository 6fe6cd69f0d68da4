#!/bin/bash
# Measures of drift of a run and of a recording: in their files, on the terminal, drawn; and what
# they say where there are none.
. "$2/tests/support/shell.sh"
succeeds run "$source/examples/figure-2.yaml" -o run.nc --quiet --set run.steps=400 \
    --set run.records=11 --set run.snapshots=6 --set network.hidden=30 --set world.environments=2 \
    --set learning.update_noise=0.1
refuses 1 "\`nulldrift measure\` with --drift" figure drift-measures run.nc -o early.svg
succeeds measure run.nc
check "measure alone prints no drift" test -z "$(grep '^Drift' out)"
succeeds measure --drift run.nc
says "Drift of environment 1"
check "the few that matter are printed" test -z "$(grep 'code_stretch' out)"
succeeds measure --all run.nc
says "code_stretch"
matches "stable_field_fraction .*no halves"
succeeds info run.nc
says "session 12"
says "code_rotation_rate(group) [rad^2/step]"
succeeds measure --drift --json --quiet run.nc
check "a line of JSON for each environment" test "$(grep -c '^{"drift"' out)" -eq 2
draws drift-measures run.nc -o drift.svg
draws decoding run.nc -o decoding.svg
refuses 1 "cannot be told apart" figure time-experience run.nc -o time.svg

# Evenly spread snapshots fall on whole steps, 57 and 58 apart: they are one time apart.
succeeds run "$source/examples/figure-2.yaml" -o even.nc --quiet --set run.steps=400 \
    --set run.records=11 --set run.snapshots=8 --set network.hidden=30 --set learning.update_noise=0.1
succeeds measure --drift even.nc
succeeds figure drift-measures even.nc -o even.svg --keep-script
check "a mean for each of seven times apart" test "$(grep -vc -i nan even.svg.gnuplot/rates-A-mean-1)" -eq 7
says "by chance" even.svg

# A mouse on uneven days: the table, the file and the pictures.
printf 'name: mouse\nbins: 10\ndefaults: {environment: maze, registered: true, ids: {kind: order}}\n' >m.yaml
printf 'significance: {shuffles: 20}\ncorrections: {methods: []}\nsessions:\n' >>m.yaml
for day in 1 2 3 7 8 20; do
    running_table 900 "$(awk "BEGIN { print $day * 0.03 }")" >"day$day.csv"
    echo "  - {day: $day, label: d$day, file: day$day.csv}" >>m.yaml
done
succeeds record m.yaml -o mouse --picture none
says "Drift of maze"
matches "^maze,decoding_error_within,.*,,0" mouse_drift.csv
matches "^maze,code_rotation,.*networks alone" mouse_drift.csv
check "the few alone" test -z "$(grep 'code_rotation' out)"
succeeds record m.yaml -o mouse --picture none --all
says "code_rotation"
draws drift-measures mouse.nc -o mouse.svg
draws beside run.nc mouse.nc drift-measures -o beside.svg
draws beside run.nc mouse.nc decoding -o both.svg
refuses 1 "is no figure that takes" figure beside run.nc mouse.nc fig2 -o no.svg
draws time-experience mouse.nc -o time.svg
# Beside a network, whose steps are both; and two that tell nothing are refused.
draws beside run.nc mouse.nc time-experience --force -o both.svg
check "the network's panels say why they are empty" test "$(grep -o 'cannot be told apart' both.svg | wc -l)" -eq 2
refuses 1 "cannot be told apart" figure beside run.nc even.nc time-experience -o neither.svg
printf 'name: d\nsessions:\n  - {file: day1.csv}\n  - {file: day2.csv}\n' >loose.yaml
succeeds record loose.yaml -o loose --picture none
matches "not registered" loose_drift.csv
refuses 1 "holds no measures of drift" figure decoding loose.nc -o none.svg
succeeds record loose.yaml -o loose --picture none --all --force
says "Drift of d: missing, its cells are not registered"

# An open field without trials has no laps; one environment and two sessions permit no test.
printf 'name: f\nbins: 4\nbins_y: 4\nminimum_speed: 0\nsignificance: {shuffles: 20}\ncorrections: {methods: []}\n' >f.yaml
printf 'defaults: {environment: box, registered: true, ids: {kind: order}}\nsessions:\n' >>f.yaml
for day in 1 2; do
    LC_ALL=C awk -v day=$day 'BEGIN {
        print "time,position,position_y,cell_1,cell_2,cell_3"
        for (f = 0; f < 1200; f++) {
            x = 0.5 + 0.5 * sin(0.031 * f); y = 0.5 + 0.5 * sin(0.047 * f + day)
            printf "%.3f,%.4f,%.4f", f * 0.05, x, y
            for (c = 0; c < 3; c++)
                printf ",%d", (x - c / 2) ^ 2 + (y - 0.5) ^ 2 < 0.1 && (f * 7919 + c * 31) % 5 < 3
            print ""
        }
    }' >field$day.csv
    echo "  - {day: $day, label: d$day, file: field$day.csv}" >>f.yaml
done
succeeds record f.yaml -o field --picture none --all
matches "drift_in_variation .*no laps are known"
matches "readout_accuracy .*no laps are known"
matches "mean_vector_drift_near .*no laps are known"
check "the number is missing" eval "$(printf 'grep -q "^box,mean_vector_drift_near,1,no laps are known,,,"') field_drift.csv"
matches "rates_on_time_given_minutes .*too few pairs"
matches "tuning_correlation .*too few pairs"
check "no p without a test" test -z "$(awk -F, '$10 != "" && $10 != "p_of_r"' field_drift.csv)"
