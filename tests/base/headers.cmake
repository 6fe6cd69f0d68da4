# Any two headers can be included together, in C and in C++: one program of each language that includes
# all of them, in both orders. The headers of kernels, and of vector, are bodies of one kernel, and no
# interfaces.
file(GLOB HEADERS RELATIVE ${PROJECT_SOURCE_DIR}/src CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*/*.h)
list(FILTER HEADERS EXCLUDE REGEX "^vector/")
file(GLOB PUBLIC_HEADERS RELATIVE ${PROJECT_SOURCE_DIR}/include CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/include/*.h ${PROJECT_SOURCE_DIR}/include/nulldrift/*.h)
list(APPEND HEADERS ${PUBLIC_HEADERS})
foreach(order forward backward)
  set(TEXT "")
  foreach(header ${HEADERS})
    string(APPEND TEXT "#include \"${header}\"\n")
  endforeach()
  string(APPEND TEXT "int main(void) {\n    return 0;\n}\n")
  foreach(language c cpp)
    file(GENERATE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/headers_${order}.${language} CONTENT "${TEXT}")
    set(program base_headers_${order}_${language})
    add_executable(${program} ${CMAKE_CURRENT_BINARY_DIR}/headers_${order}.${language})
    target_link_libraries(${program} PRIVATE nulldrift_archive)
    add_test(NAME base/headers_${order}_${language} COMMAND ${program})
  endforeach()
  list(REVERSE HEADERS)
endforeach()

# Something of every public part, called from C++; of the installed library it is install/test_install.
add_executable(base_public_cpp install/drift.cpp)
target_link_libraries(base_public_cpp PRIVATE nulldrift_archive)
add_test(NAME base/public_cpp COMMAND base_public_cpp)
