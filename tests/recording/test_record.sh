#!/bin/bash
# `nulldrift record` as a user meets it: scan, check, analyse, and one clear line when it cannot.
. "$2/tests/support/shell.sh"
running_table 1200 0 >day1.csv
running_table 1200 0.1 >day2.csv

succeeds record --scan day1.csv day2.csv -o first.yaml
says 'file: "day2.csv"' first.yaml
succeeds record first.yaml --check
check "check says what was found" test "$(grep -c '3 cells, 1200 of 1200 frames' out)" = 2

cp "$source/examples/recordings/tables.yaml" .
succeeds record tables.yaml -o out --quiet
for file in out.nc out.csv out_cells.csv out_statistics.csv; do
    check "$file is written" test -s $file
done
check "two days in two directions make four rows" test "$(tail -n +2 out.csv | wc -l)" = 4
succeeds record tables.yaml -o again --quiet --threads 1 --picture none
check "one thread gives the same numbers" cmp -s out.csv again.csv
check "no picture nobody asked for" test ! -e again.png
for unit in spikes events; do
    sed -e "s/^name:.*/&\nactivity_unit: $unit\nsignificance: {shuffles: 20, threshold: 1}/" \
        -e 's/^directions:.*/directions: pooled/' tables.yaml >unit.yaml
    succeeds record unit.yaml -o unit --quiet --picture none
    draws information unit.nc --keep-script -o unit.svg
    says "corrected SI (bit/${unit%s})" unit.svg.gnuplot/plot.gp
    says "MI (bit/frame)" unit.svg.gnuplot/plot.gp
done

# A mouse seen on one day: nothing over days to be drawn, and nothing that gnuplot complains of.
sed '/day2/d' tables.yaml >one.yaml
succeeds record tables.yaml -o lines --quiet --picture svg
succeeds record one.yaml -o one --quiet --picture svg
check "a picture of one session" test -s one.svg
check "of which gnuplot has nothing to say" test ! -s err
matches '4 sessions; bars: s.e.m. over series; dashed: least squares<' lines.svg
matches '2 sessions; bars: s.e.m. over series<' one.svg

# --check draws a page, and draws it again; a file that is none stays.
# Random shuffles take single frames for independent: that is said, of cyclic ones it is not.
sed "s/^name:.*/&\nsignificance: {shuffles: 20, kind: random}/" tables.yaml >random.yaml
succeeds record random.yaml --check -o random --picture none
says "significance: random takes single frames for independent" err
succeeds record tables.yaml --check -o random --picture none
check "cyclic shuffles are no reason for a word" test -z "$(grep significance err)"
succeeds record tables.yaml --check -o looked
check "a page of what was read" test -s looked_check.png
matches 'Drawn: looked_check.png .4 of 4 sessions' out
succeeds record tables.yaml --check -o looked
echo mine >mine_check.svg
refuses 1 'no earlier result' record tables.yaml --check -o mine --picture svg
succeeds record tables.yaml --check -o mine --picture svg --force
matches 'nulldrift record --check' mine_check.svg
succeeds record tables.yaml --check
check "by the manifest's name" test -s tables_check.png
succeeds record tables.yaml --check --picture none -o unseen
check "no page nobody asked for" test ! -e unseen_check.png

# One clear line, exit 1, nothing written.
head -c 3000 day1.csv | sed '5s/.*/1,2/' >cut.csv
printf 'sessions:\n  - {file: cut.csv}\n' >bad.yaml
refuses 1 'line 5 has fewer columns' record bad.yaml -o nothing
refuses 1 'missing.yaml' record missing.yaml -o nothing
printf 'bins: 20\nsessions:\n  - {file: gone.nwb}\n' >bad.yaml
refuses 1 'bad.yaml, line 3, sessions.0.file' record bad.yaml -o nothing
refuses 1 'no/such/folder' record tables.yaml -o no/such/folder/out
refuses 2 '-o' record tables.yaml

succeeds record "$source/examples/recordings/metrics.yaml" -o metrics --quiet

# Two sessions of one animal, environment and day are no two points of a curve unless it is said.
two_sessions() {
    printf 'day_name: day\nbins: 10\nsessions:\n'
    printf '  - {label: %s, animal: m, day: 3, file: day%d.csv, activity: {columns: [cell_*]}%s}\n' \
        morning 1 "$1" evening 2 "$2"
}
two_sessions "" "" >twice.yaml
refuses 1 "sessions 'evening' and 'morning' are of one animal m, environment and day 3" record twice.yaml -o twice
refuses 1 "repeat: 1, 2" record twice.yaml --check
two_sessions ", repeat: 1" ", repeat: 1" >twice.yaml
refuses 1 "repeat: 1, 2" record twice.yaml --check
two_sessions ", repeat: 2" ", repeat: 1" >twice.yaml
succeeds record twice.yaml --check --picture none
check "in the order of their repeats" test "$(sed -n '/^[^ ]/s/ .*//p' out | paste -sd' ')" = "evening morning"
two_sessions ", environment: a" ", environment: b" >twice.yaml
succeeds record twice.yaml --check --picture none

# File names that tell environments apart: the first manifest asks.
for name in m1_A_day1 m1_B_day1 m1_A_day2 m1_B_day2; do cp day1.csv $name.csv; done
succeeds record --scan m1_?_day?.csv -o asked.yaml
check "a guess at the environment of each, and a question" \
    test "$(grep -c 'environment: "[AB]"  # a guess: .*Is it the environment?' asked.yaml)" = 4
succeeds record asked.yaml --check
succeeds record --scan m1_A_day?.csv -o asked.yaml --force
check "none where the names differ in numbers alone" test -z "$(grep environment: asked.yaml)"
