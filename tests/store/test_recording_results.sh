#!/bin/bash
# Recording results as a user meets them: from a manifest of numbers to tables, a table of data sets,
# a figure, and a file that xarray opens with texts, units and definitions.
. "$2/tests/support/shell.sh"
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
succeeds record numbers.yaml -o numbers --picture svg
says "numbers: directed drift"
check "a row for each session" test "$(wc -l <numbers.csv)" -eq 13
check "a picture" test -s numbers.svg
matches "^numbers,fraction_active,2,12,-0.08" numbers_statistics.csv
succeeds datasets numbers.nc
matches "verdict  *directed drift"
succeeds datasets numbers.nc -o table.csv
matches '^numbers,Numbers of others,,mouse,"CA1, dorsal",' table.csv
refuses 1 "numbers.csv" datasets numbers.csv

# Units are the data's own, from the manifest to files, words and pictures.
units() { nulldrift info "$1" | grep -E "^ *$2\("; }
sed 's/^name: numbers/name: counted\nactivity_unit: events\nposition_unit: cm/' numbers.yaml >counted.yaml
succeeds record counted.yaml -o counted --picture none
says "SI in bit/event, MI in bit/frame"
check "the file says bit/event" grep -q "bit/event" <(units counted.nc si_bit_spike)
sed 's/^name: numbers/name: spikes\nactivity_unit: spikes/' numbers.yaml >spikes.yaml
succeeds record spikes.yaml -o spikes --picture none
says "SI in bit/spike,"
check "the file says bit/spike" grep -q "bit/spike" <(units spikes.nc place_si_bit_spike_bae)
check "and mutual information is of a frame" grep -q "bit/frame" <(units spikes.nc mi)
/usr/bin/python3 -c 'import xarray' 2>/dev/null || skip "python3-xarray is not here: the file was not opened by others"
check "xarray opens the file with texts, units and definitions" /usr/bin/python3 - <<'P'
import xarray
results = xarray.open_dataset("numbers.nc")
assert list(results.animal.values) == ["one"] * 6 + ["two"] * 6, results.animal
assert results.si_bit_spike.attrs["units"] == "bit/event"
assert results.fraction_active.dims == ("session",)
assert "directed drift" in str(results.verdict_text.values[-1])
for name, variable in results.variables.items():
    assert variable.attrs.get("long_name"), name
P
