#!/bin/bash
# docs/figures.md tells of every figure that can be drawn.
program=$1 source=$2
missing=0
for name in $("$program" figure --list | awk '/^[^ ]/ {print $1}'); do
    grep -q "\`$name\`" "$source/docs/figures.md" || { echo "not told of: $name"; missing=1; }
done
exit $missing
