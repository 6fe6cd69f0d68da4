#!/bin/bash
# `nulldrift record` as a user meets it: scan, check, analyse, and one clear line when it cannot.
# Scans and example manifests run on the reference data where it is there.
set -u
program=$1 source=$2
reference=${ND_SHARED:-$source/../shared}/reference/recordings
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
failed=0
fail() {
    echo "FAIL: $*"
    failed=1
}
# A table of an animal running up and down, whose cells like places of their own.
table() {
    awk -v shift="$1" 'BEGIN {
        print "time,position,velocity,cell_1,cell_2,cell_3"
        for (f = 0; f < 1200; f++) {
            p = (f % 200 + 0.5) / 100; x = p < 1 ? p : 2 - p
            printf "%.3f,%.4f,%g", f * 0.05, x, p < 1 ? 0.2 : -0.2
            for (c = 0; c < 3; c++) {
                d = x - (c + 0.5 + shift) / 3
                printf ",%d", (d * d < 0.01 && (f * 7919 + c * 31) % 5 < 3)
            }
            print ""
        }
    }'
}
table 0 >day1.csv
table 0.1 >day2.csv

"$program" record --scan day1.csv day2.csv -o first.yaml || fail "scan"
grep -q 'file: "day2.csv"' first.yaml || fail "scan names the files"
"$program" record first.yaml --check >said || fail "the scanned manifest is read"
[ "$(grep -c '3 cells, 1200 of 1200 frames' said)" = 2 ] || fail "check says what was found"

cp "$source/examples/recordings/tables.yaml" .
"$program" record tables.yaml -o out --quiet >said 2>&1 || fail "analysis: $(cat said)"
for file in out.nc out.csv out_cells.csv out_statistics.csv; do
    [ -s $file ] || fail "no $file"
done
[ "$(tail -n +2 out.csv | wc -l)" = 4 ] || fail "two days in two directions make four rows"
"$program" record tables.yaml -o again --quiet --threads 1 --picture none >/dev/null || fail "again"
cmp -s out.csv again.csv || fail "one thread gives other numbers"
[ -e again.png ] && fail "a picture nobody asked for"

# One clear line, exit 1, nothing written.
line() {
    "$program" record "$@" >said 2>error
    code=$?
    [ $code = 1 ] || fail "record $*: exit $code"
    [ "$(wc -l <error)" = 1 ] || fail "record $*: $(wc -l <error) lines"
}
head -c 3000 day1.csv | sed '5s/.*/1,2/' >cut.csv
printf 'sessions:\n  - {file: cut.csv}\n' >bad.yaml
line bad.yaml -o nothing
grep -q 'line 5 has fewer columns' error || fail "$(cat error)"
[ -z "$(ls nothing* 2>/dev/null)" ] || fail "something was written"
line missing.yaml -o nothing
printf 'bins: 20\nsessions:\n  - {file: gone.nwb}\n' >bad.yaml
line bad.yaml -o nothing
grep -q 'bad.yaml, line 3, sessions.0.file' error || fail "$(cat error)"
line tables.yaml -o no/such/folder/out
"$program" record tables.yaml 2>/dev/null
[ $? = 2 ] || fail "without -o: exit 2"

"$program" record "$source/examples/recordings/metrics.yaml" -o metrics --quiet >/dev/null ||
    fail "metrics.yaml"

if [ -d "$reference" ]; then
    ln -s "$reference"/longitudinal/*.nwb "$reference"/ca1/*.mat "$reference"/sample/*.mat .
    for example in linear-track-nwb cell-arrays two-matrices; do
        cp "$source/examples/recordings/$example.yaml" .
        "$program" record $example.yaml --check >said 2>&1 || fail "$example: $(cat said)"
    done
    "$program" record --scan C5M1_*.mat C6M3_*.mat -o ca1.yaml || fail "scan of cell arrays"
    [ "$(grep -c 'label:' ca1.yaml)" = 32 ] || fail "32 sessions in two mice"
    grep -q '^position_is_bin: true' ca1.yaml || fail "bins are bins"
    sed -i 's/^  # frame_seconds/  frame_seconds/' ca1.yaml
    "$program" record ca1.yaml --check >/dev/null || fail "scanned cell arrays are read"
else
    echo "no reference data: example manifests not tried on it"
fi
exit $failed
