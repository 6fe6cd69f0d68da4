# The Hebbian kernels: one source, compiled once per instruction set; the program chooses at run
# time (src/hebbian/kernels.c).
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|amd64")
  set_source_files_properties(${PROJECT_SOURCE_DIR}/src/hebbian/kernels/avx512.c
    PROPERTIES COMPILE_OPTIONS "-march=x86-64-v4;-mprefer-vector-width=512")
  set_source_files_properties(${PROJECT_SOURCE_DIR}/src/hebbian/kernels/avx2.c
    PROPERTIES COMPILE_OPTIONS "-march=x86-64-v3")
endif()
