#!/bin/bash
# drift-direction says beforehand how long it takes, and what it does while it does it.
. "$2/tests/support/shell.sh"
succeeds run "$source/examples/random-update-noise.yaml" -o run.nc --quiet --set run.steps=2000 --set run.snapshots=3
succeeds drift-direction run.nc --branches 16 --steps 50
matches "branches from snapshot 1; this takes about ([0-9.]+ (s|min|h)|a second) here" err
says "theory's, per step"
matches "^The two predictions have a cosine of 0\.[0-9]+\."
matches "^  branches for p < 0.05"
succeeds info run.nc
says "drift_predictions_cosine"
says "drift_trace_own_p"
succeeds drift-direction run.nc --branches 16 --steps 50 --quiet
check "nothing where quiet" test ! -s err
