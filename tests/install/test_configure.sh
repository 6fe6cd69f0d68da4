#!/bin/bash
# scripts/configure: CMake's cache of elsewhere, as a moved or copied clone has it, is made anew; one
# of here stays, and so does another project's. With a cmake that only says what it was asked.
. "$2/tests/support/shell.sh"
mkdir bin "a clone"
printf '#!/bin/sh\necho "cmake $*"\n' >bin/cmake
chmod +x bin/cmake
export PATH=$folder/bin:$PATH
cd "a clone" || exit 1
made_in() { # SOURCE PROJECT: a build folder that was made there
    rm -rf build && mkdir -p build/tests/CMakeFiles build/CMakeFiles
    printf 'CMAKE_PROJECT_NAME:STATIC=%s\nCMAKE_HOME_DIRECTORY:INTERNAL=%s\nCMAKE_CACHEFILE_DIR:INTERNAL=%s\n' \
        "$2" "$1" "$1/build" >build/CMakeCache.txt
    touch build/mine
}
configures() {
    "$source/scripts/configure" build -DND_TESTS=OFF >../out 2>&1
}
made_in "$PWD" nulldrift
check "a folder of here is configured" configures
check "as it is" test -e build/CMakeCache.txt -a -e build/tests/CMakeFiles
matches '^cmake -S \. -B build -DND_TESTS=OFF$' ../out

made_in "$folder/elsewhere" nulldrift
check "a folder of elsewhere is configured" configures
says "build was made elsewhere, in $folder/elsewhere/build" ../out
check "without its cache and objects" test -z "$(find build -name 'CMake*')"
check "what else is in it stays" test -e build/mine

made_in "$folder/elsewhere" other
check "a folder of another project is refused" eval '! configures'
says "build: is the build folder of another project, other" ../out
check "and stays" test -e build/CMakeCache.txt -a -e build/CMakeFiles
