#!/bin/bash
# docs/figures.md tells of every figure that can be drawn.
. "$2/tests/support/shell.sh"
for name in $(nulldrift figure --list | awk '/^[^ ]/ {print $1}'); do
    check "docs/figures.md tells of $name" grep -q "\`$name\`" "$source/docs/figures.md"
done
