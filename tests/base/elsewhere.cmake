# src/base/platform.c as other systems compile it, and the same test of it; and the sources that use
# it are compiled with the same names undefined.
add_executable(base_test_platform_elsewhere base/test_platform.c
  ${PROJECT_SOURCE_DIR}/src/base/platform.c)
target_compile_options(base_test_platform_elsewhere PRIVATE -U__linux__ -U__linux -Ulinux)
target_link_libraries(base_test_platform_elsewhere PRIVATE test_support)
add_test(NAME base/test_platform_elsewhere COMMAND base_test_platform_elsewhere)
set_tests_properties(base/test_platform_elsewhere PROPERTIES TIMEOUT ${TIME_LIMIT})
