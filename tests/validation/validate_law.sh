#!/bin/bash
# The fast engine against the reference, cases A to E: more seeds and longer runs than `make test`
# takes. usage: validate_law.sh PROGRAM SOURCE_FOLDER
set -u
program=$1
test=$(dirname "$program")/tests/engine_test_law
[ -x "$test" ] || { echo "engine_test_law is not built (ND_TESTS=ON)"; exit 77; }
if ND_LAW_FACTOR=${ND_LAW_FACTOR:-3} "$test"; then echo PASS; else echo FAIL; exit 1; fi
