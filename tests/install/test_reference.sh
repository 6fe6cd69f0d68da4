#!/bin/bash
# `make reference`: every public function has its place in the pages, and what is not documented is an
# error.
. "$2/tests/support/shell.sh"
needs doxygen

"$source/scripts/reference" "$folder/pages" >log 2>&1
made=$?
check "the reference is made: $(head -n 3 log)" test $made -eq 0
check "without a word" test ! -s log
cat pages/html/*.html >all
functions=$(sed -n 's/^    [^(]*\b\(nd_[a-z0-9_]*\)(.*/\1/p' "$source/tests/install/interface.txt" | grep -v '^typedef' | sort -u)
check "functions are known" test "$(echo "$functions" | wc -l)" -gt 50
for name in $functions; do
    check "$name has its place" grep -q ">$name<" all
done

# Each on its own in a copy.
copy() {
    rm -rf copy && mkdir -p copy/docs && cp -r "$source/include" copy/ && cp "$source/docs/Doxyfile" copy/docs/
}
copy
sed -i 's/^#pragma GCC visibility pop/void nd_nothing(void);\n&/' copy/include/nulldrift/engine.h
check "a function without a word is refused" eval '! "$source/scripts/reference" "$folder/pages" copy >log 2>&1'
matches "nd_nothing.*is not documented" log
copy
sed -i 's|/\*\*< mean squared error.*\*/||' copy/include/nulldrift/engine.h
check "a member without a word is refused" eval '! "$source/scripts/reference" "$folder/pages" copy >log 2>&1'
matches "loss.*is not documented" log
