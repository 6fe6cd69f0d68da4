# The engine's kernels: one source, compiled once per instruction set and precision; the program
# chooses at run time (src/engine/kernels.c).
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|amd64")
  foreach(precision double single)
    set_source_files_properties(${PROJECT_SOURCE_DIR}/src/engine/kernels/avx512_${precision}.c
      PROPERTIES COMPILE_OPTIONS "-march=x86-64-v4;-mprefer-vector-width=512")
    set_source_files_properties(${PROJECT_SOURCE_DIR}/src/engine/kernels/avx2_${precision}.c
      PROPERTIES COMPILE_OPTIONS "-march=x86-64-v3")
  endforeach()
endif()

# No fuzzer runs a kernel, and with sanitizers they take clang as long as all the rest.
if(ND_FUZZ)
  file(GLOB KERNELS ${PROJECT_SOURCE_DIR}/src/engine/kernels/*.c)
  set_property(SOURCE ${KERNELS} APPEND PROPERTY COMPILE_OPTIONS "-O0;-fno-sanitize=all")
endif()

# Watched by a sanitizer a kernel takes minutes to compile and a hundred times as long to run. All sets
# are one source: the baseline's are watched, the others only with ND_SANITIZE_KERNELS
# (scripts/thorough kernels).
option(ND_SANITIZE_KERNELS "With ND_SANITIZE: in the kernels of every instruction set" OFF)
if(ND_SANITIZE AND NOT ND_SANITIZE_KERNELS)
  file(GLOB KERNELS ${PROJECT_SOURCE_DIR}/src/engine/kernels/avx*.c)
  set_property(SOURCE ${KERNELS} APPEND PROPERTY COMPILE_OPTIONS "-O2;-fno-sanitize=all")
endif()
