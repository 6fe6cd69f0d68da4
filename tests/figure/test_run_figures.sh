#!/bin/bash
# The figures of a run: drawn in every format, from measured and bare runs, the input left as it is.
program=$1 source=$2
command -v gnuplot >/dev/null || { echo "skipped: gnuplot is not here"; exit 77; }
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
failed=0
fail() { echo "FAILED: $*"; failed=1; }
small() { # OUTPUT KEY=VALUE...
    local output=$1 sets=()
    shift
    for set in "$@"; do sets+=(--set "$set"); done
    "$program" run "$source/examples/figure-2.yaml" -o "$folder/$output" --quiet --set run.steps=20 \
        --set run.records=5 --set run.snapshots=5 --set network.hidden=30 "${sets[@]}" || exit 1
}
draws() { # NAME INPUT ENDING
    "$program" figure "$1" "$folder/$2" -o "$folder/$1.$3" || fail "$1 of $2 as $3"
    [ -s "$folder/$1.$3" ] || fail "$1.$3 is empty"
    rm -f "$folder/$1.$3"
}
small run.nc
small two.nc world.environments=2
small log.nc run.spacing=log
small random.nc world.task=random world.output_dim=5
sum=$(sha256sum <"$folder/run.nc")
for ending in pdf svg png; do draws fig2 run.nc $ending; done
[ "$sum" = "$(sha256sum <"$folder/run.nc")" ] || fail "drawing changed the run file"
"$program" measure "$folder/run.nc" --quiet || fail measure
draws fig2 run.nc svg
draws fig2 two.nc svg
draws fig2 log.nc svg
for figure in $("$program" figure --list | awk '$1 == "fig6" || $1 == "environments" {print $1}'); do
    draws "$figure" two.nc svg
    [ "$figure" = fig6 ] && draws fig6 random.nc png
done
# A world of the user's own, without walls: its positions and inputs are shown.
reference=${ND_SHARED:-$source/../shared}/reference/figure2/dataset.nc
if [ -r "$reference" ]; then
    small file.nc world.task=file "world.path=$reference"
    draws fig2 file.nc svg
fi
"$program" figure fig2 "$folder/random.nc" -o "$folder/x.pdf" 2>"$folder/stderr" &&
    fail "a world without positions was drawn"
grep -q "no positions" "$folder/stderr" || fail "$(cat "$folder/stderr")"
"$program" figure environments "$folder/run.nc" -o "$folder/x.pdf" 2>/dev/null &&
    fail "one environment was drawn as several"
"$program" figure no-such-figure "$folder/run.nc" -o "$folder/x.pdf" 2>/dev/null
[ $? = 2 ] || fail "unknown figure: exit code"
"$program" figure fig2 "$folder/run.nc" 2>/dev/null
[ $? = 2 ] || fail "no output: exit code"
[ -z "$(ls "$folder" | grep -v -e '\.nc$' -e stderr)" ] || fail "left $(ls "$folder")"
exit $failed
