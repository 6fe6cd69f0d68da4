#!/bin/bash
# Recording results as a user meets them: from a manifest of numbers to tables, a table of data sets,
# a figure, and a file that xarray opens with texts, units and definitions.
# test_recording_results.sh PROGRAM SOURCE_FOLDER
set -eu
program=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >numbers.yaml <<Y
name: numbers
about: {title: Numbers of others, species: mouse, region: "CA1, dorsal"}
sessions:
Y
for animal in one two; do
    for day in 0 1 2 3 4 5; do
        echo "  - {animal: $animal, day: $day, metrics: {cells: 200, fraction_active: 0.$((60 - 5 * day)), information: $((10 + 2 * day))e-1}}" >>numbers.yaml
    done
done
"$program" record numbers.yaml -o numbers --picture svg >said
grep -q "numbers: directed drift" said || { cat said numbers.csv; exit 1; }
[ "$(wc -l <numbers.csv)" -eq 13 ]
[ -s numbers.svg ]
grep -q "^numbers,fraction_active,2,12,-0.08" numbers_statistics.csv
"$program" datasets numbers.nc | grep -q "verdict  *directed drift"
"$program" datasets numbers.nc -o table.csv
grep -q '^numbers,Numbers of others,,mouse,"CA1, dorsal",' table.csv
"$program" datasets numbers.csv 2>said && exit 1
grep -q "numbers.csv" said
/usr/bin/python3 -c 'import xarray' 2>/dev/null || exit 0
/usr/bin/python3 - <<'P'
import xarray
results = xarray.open_dataset("numbers.nc")
assert list(results.animal.values) == ["one"] * 6 + ["two"] * 6, results.animal
assert results.si_bit_spike.attrs["units"] == "bit/spike"
assert results.fraction_active.dims == ("session",)
assert "directed drift" in str(results.verdict_text.values[-1])
for name, variable in results.variables.items():
    assert variable.attrs.get("long_name"), name
P
