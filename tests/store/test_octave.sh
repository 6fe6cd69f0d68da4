#!/bin/bash
# GNU Octave reads run files and recordings' results: numbers, texts and attributes.
. "$2/tests/support/shell.sh"
needs octave-cli
octave-cli --norc --eval 'pkg load netcdf' >/dev/null 2>&1 || skip "there is no octave-netcdf"
small=(--quiet --set run.steps=40 --set run.records=21 --set run.snapshots=3 --set network.hidden=20)
succeeds run "$source/examples/figure-2.yaml" -o run.nc "${small[@]}"
succeeds measure run.nc --quiet
cat >numbers.yaml <<'Y'
name: numbers
activity_unit: events
sessions:
  - {animal: one, label: first day, day: 0, metrics: {cells: 200, fraction_active: 0.5, information: 1.0}}
  - {animal: one, label: second, day: 1, metrics: {cells: 200, fraction_active: 0.4, information: 1.25}}
Y
succeeds record numbers.yaml -o numbers --quiet --picture none
cat >read.m <<'M'
pkg load netcdf
step = ncread("run.nc", "step");
assert(numel(step) == 21 && double(step(end)) == 40)
assert(all(isfinite(ncread("run.nc", "loss"))))
assert(size(ncread("run.nc", "tuning_curves")), [100 20 3])        % dimensions in reverse order
assert(size(ncread("run.nc", "rate_map_correlation")), [3 3])
assert(strcmp(ncreadatt("run.nc", "loss", "coordinates"), "step"))
assert(! isempty(strfind(ncreadatt("run.nc", "/", "experiment"), "network:")))
label = ncread("numbers.nc", "session_label")';                    % a row a session
assert(strcmp(deblank(strrep(label(1, :), "\0", " ")), "first day"))
assert(strcmp(deblank(strrep(label(2, :), "\0", " ")), "second"))
assert(ncread("numbers.nc", "si_bit_spike"), [1; 1.25])
assert(strcmp(ncreadatt("numbers.nc", "si_bit_spike", "units"), "bit/event"))
disp("read")
M
check "Octave reads both" octave-cli --norc --quiet read.m
