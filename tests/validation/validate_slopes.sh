#!/bin/bash
# How often a nominal 5 % finds a trend where there is none (docs/verdict.md), 2000 replicates a row:
# validate_slopes.sh PROGRAM SOURCE_FOLDER [REPLICATES [FIRST_SEED]]. About a minute.
set -u
rates=$(dirname "$1")/tests/slope_rates
[ -x "$rates" ] || rates=$2/build-test/tests/slope_rates
[ -x "$rates" ] || {
    echo "skipped: $rates is not built (make test builds it)"
    exit 77
}
exec "$rates" --replicates="${3:-2000}" --first-seed="${4:-500001}"
