#!/bin/bash
# What `cmake --install` lays down works: program, manual, man pages, completion; a C program by the
# line the example prints and by find_package, a C++ program; all of it after it was moved; and
# uninstalling leaves nothing.
. "$2/tests/support/shell.sh"
build=$(dirname "$program")

# Installed elsewhere than it was configured for, and copied once more, to a folder with a blank.
check "it installs" cmake --install "$build" --prefix "$folder/first" >log
cp "$build/install_manifest.txt" manifest
cp -a first "moved here"
check "the installed program runs" test "$(first/bin/nulldrift --version | grep -c '^nulldrift [0-9]')" = 1
for file in man/man1/nulldrift.1 man/man1/nulldrift-run.1 man/man7/nulldrift-experiment-file.7 doc/nulldrift/LICENSE doc/nulldrift/README.md \
    doc/nulldrift/docs/getting-started.md nulldrift/examples/figure-2.yaml; do
    check "share/$file" test -s "first/share/$file"
done
check "the completion is bash" bash -n first/share/bash-completion/completions/nulldrift

printed=$(sed -n 's/.*Build: *\(cc .* -o drift\).*/\1/p' "$source/examples/library/drift.c")
check "the example prints the line to build it by" test -n "$printed"
for prefix in "$folder/first" "$folder/moved here"; do
    pc=$(dirname "$(find "$prefix" -name nulldrift.pc)")
    export PKG_CONFIG_PATH=$pc LD_LIBRARY_PATH=${pc%/pkgconfig}
    check "nulldrift.pc does not name where it was built" test "$(grep -cF "$build" "$pc/nulldrift.pc")" = 0
    rm -rf work
    cp -r "$prefix/share/nulldrift/examples/library" work
    # As printed; a path with a blank comes out of pkg-config escaped, for which a shell needs eval.
    line=$printed
    [ "$prefix" = "$folder/first" ] || line="eval \"$printed\""
    check "'$printed' builds the example from '$prefix'" bash -c "cd work && $line"
    work/drift >out
    check "the example's six steps" test "$(grep -c '^step' out)" = 6

    check "the reader lies beside the library" test -x "$LD_LIBRARY_PATH/nulldrift-$("$program" --version | cut -d' ' -f2)/nulldrift-reader"

    check "a C++ program is built from '$prefix'" bash -c "eval \"c++ -std=c++17 -Wall -Wextra -Werror \
        '$source/tests/install/drift.cpp' \$(pkg-config --cflags --libs nulldrift) -o work/drift-c++\""
    work/drift-c++ >out
    matches '^version [0-9].* loss [0-9]'

    check "CMake finds the package in '$prefix'" cmake -S work -B work/build -DCMAKE_PREFIX_PATH="$prefix" >log
    check "and builds the example" cmake --build work/build >log
    LD_LIBRARY_PATH="" work/build/drift >out
    check "whose six steps are there" test "$(grep -c '^step' out)" = 6
done

# The static library, where it was asked for, by the line in docs/install.md and by CMake.
if grep -q '^ND_STATIC:BOOL=ON' "$build/CMakeCache.txt"; then
    printed=$(sed -n '/^    cc drift.c .*cflags nulldrift.*\\$/,/-o drift$/p' "$source/docs/install.md")
    check "docs/install.md prints the line of a static link" test -n "$printed"
    pc=$(dirname "$(find "$folder/first" -name nulldrift.pc)")
    check "'$printed' builds the example" env PKG_CONFIG_PATH="$pc" bash -c "cd work && $printed"
    LD_LIBRARY_PATH="" work/drift >out
    check "the static example's six steps" test "$(grep -c '^step' out)" = 6
    check "no shared nulldrift in it" test "$(ldd work/drift | grep -c libnulldrift)" = 0
    sed -i 's/nulldrift::nulldrift /nulldrift::nulldrift_static /' work/CMakeLists.txt
    check "CMake finds the static library" cmake -S work -B work/static -DCMAKE_PREFIX_PATH="$folder/first" >log
    check "and links it" cmake --build work/static >log
    check "which runs" work/static/drift >out
    check "without the shared one" test "$(ldd work/static/drift | grep -c libnulldrift)" = 0
fi

# The library offers what the header declares, and nothing else.
nm -D --defined-only "$LD_LIBRARY_PATH/libnulldrift.so" | awk '{print $3}' | sort >offered
grep -oE '\bnd_[a-z0-9_]+ *\(' -h -r first/include | tr -d ' (' | sort -u >declared
check "all that is offered is declared: $(comm -23 offered declared | head -n 3)" test -z "$(comm -23 offered declared)"
check "all that is declared is offered: $(comm -13 offered declared | head -n 3)" test -z "$(comm -13 offered declared)"

# What others put there stays; of its own nothing is left, and a copy is not its own.
uninstall() {
    cmake -DMANIFEST="$folder/manifest" -P "$source/cmake/uninstall.cmake" >log 2>&1
}
echo mine >first/share/mine
check "it uninstalls: $(cat log)" uninstall
check "it leaves what is not its own, and only that" test "$(find first ! -type d)" = first/share/mine
check "no folder called nulldrift is left" test -z "$(find first -name 'nulldrift*')"
check "the copy is as it was" test -x "moved here/bin/nulldrift"
check "a second time is refused" eval '! uninstall'
says "is not there" log
