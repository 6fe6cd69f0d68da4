#!/bin/bash
# Another project holds these sources: add_subdirectory gives nulldrift::nulldrift and the static
# library, takes none of the other's names, and installs, tests and decides nothing of its own
# accord. Configured only: what it would compile is what is compiled here.
. "$2/tests/support/shell.sh"
cat >CMakeLists.txt <<EOF
cmake_minimum_required(VERSION 3.22)
project(other LANGUAGES C)
foreach(name objects archive manual uninstall test_support)
  add_custom_target(\${name})
endforeach()
add_subdirectory("$source" nulldrift)
foreach(kind nulldrift nulldrift_static)
  add_executable(drift_\${kind} "$source/examples/library/drift.c")
  target_link_libraries(drift_\${kind} PRIVATE nulldrift::\${kind} m)
endforeach()
install(TARGETS drift_nulldrift)
EOF
check "it configures: $(tail -n 20 log 2>/dev/null)" cmake -S . -B build >log
cmake --build build --target help >out
for name in objects manual drift_nulldrift drift_nulldrift_static nulldrift_library; do
    matches "(^| )$name( |$)"
done
check "no tests or benchmarks of ours" test "$(grep -cE 'bench_|engine_test' out)" = 0
check "no build type chosen for all" grep -q '^CMAKE_BUILD_TYPE:STRING=$' build/CMakeCache.txt
check "nothing of ours installed" test "$(grep -cE 'bin/nulldrift|nulldrift\.h' build/nulldrift/cmake_install.cmake)" = 0
