#!/bin/bash
# The example manifests, and scans, on the recordings they were written for.
. "$2/tests/support/shell.sh"
needs_reference recordings
ln -s "$reference"/longitudinal/*.nwb "$reference"/ca1/*.mat "$reference"/sample/*.mat .
for example in linear-track-nwb cell-arrays two-matrices; do
    cp "$source/examples/recordings/$example.yaml" .
    succeeds record $example.yaml --check
done
succeeds record --scan C5M1_*.mat C6M3_*.mat -o ca1.yaml
check "32 sessions in two mice" test "$(grep -c 'label:' ca1.yaml)" = 32
matches '^position_is_bin: true' ca1.yaml # bins are bins
sed -i 's/^  # frame_seconds/  frame_seconds/' ca1.yaml
succeeds record ca1.yaml --check
