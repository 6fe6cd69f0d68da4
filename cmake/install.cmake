# cmake --install: program, library, header, pkg-config file, CMake package, manual, man pages, shell
# completion, examples. What is laid down may be moved as a whole afterwards.
include(CMakePackageConfigHelpers)
set(CMAKE_FOLDER ${CMAKE_INSTALL_LIBDIR}/cmake/nulldrift)

install(TARGETS nulldrift RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS nulldrift_library EXPORT nulldrift-targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS nulldrift_reader
  RUNTIME DESTINATION ${CMAKE_INSTALL_LIBDIR}/nulldrift-${PROJECT_VERSION})
install(FILES ${PROJECT_SOURCE_DIR}/include/nulldrift.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/nulldrift DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples/ DESTINATION ${CMAKE_INSTALL_DATADIR}/nulldrift/examples)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR}
  PATTERN site EXCLUDE PATTERN conf.py EXCLUDE PATTERN Doxyfile EXCLUDE)
install(FILES README.md CHANGELOG.md CITATION.cff LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The CMake package.
install(EXPORT nulldrift-targets NAMESPACE nulldrift:: DESTINATION ${CMAKE_FOLDER})
list(JOIN ND_MODULES " " ND_MODULES_WORDS)
configure_package_config_file(cmake/nulldrift-config.cmake.in
  ${PROJECT_BINARY_DIR}/nulldrift-config.cmake INSTALL_DESTINATION ${CMAKE_FOLDER}
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/nulldrift-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/nulldrift-config.cmake
  ${PROJECT_BINARY_DIR}/nulldrift-config-version.cmake DESTINATION ${CMAKE_FOLDER})
if(ND_STATIC)
  install(TARGETS nulldrift_archive EXPORT nulldrift-static
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT nulldrift-static NAMESPACE nulldrift:: DESTINATION ${CMAKE_FOLDER})
endif()

# The pkg-config file finds its prefix from where it lies, unless the folder of libraries was given
# as an absolute path, which then stays what it is. Whoever links the shared library needs none of
# its libraries; with the static one they are linked as they are here, shared themselves.
if(IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR})
  set(PC_PREFIX "prefix=(installed)") # which prefix that is shows when it is installed
  install(CODE "set(BUILT \"${PROJECT_BINARY_DIR}\")
    set(CONFIGURED \"${CMAKE_INSTALL_PREFIX}\")
    set(TARGETS \"\$ENV{DESTDIR}${CMAKE_FOLDER}\")")
  install(CODE [[
    file(READ "${BUILT}/nulldrift.pc" text)
    string(REPLACE " " "\\ " prefix "${CMAKE_INSTALL_PREFIX}")
    string(REPLACE "prefix=(installed)" "prefix=${prefix}" text "${text}")
    file(WRITE "${BUILT}/installed/nulldrift.pc" "${text}")
    foreach(file targets static)
      if(EXISTS "${TARGETS}/nulldrift-${file}.cmake")
        file(READ "${TARGETS}/nulldrift-${file}.cmake" text)
        string(REPLACE "set(_IMPORT_PREFIX \"${CONFIGURED}\")" "set(_IMPORT_PREFIX \"${CMAKE_INSTALL_PREFIX}\")"
          text "${text}")
        file(WRITE "${TARGETS}/nulldrift-${file}.cmake" "${text}")
      endif()
    endforeach()
  ]])
  set(PC_FILE ${PROJECT_BINARY_DIR}/installed/nulldrift.pc)
  string(REPLACE " " "\\ " PC_LIBDIR "${CMAKE_INSTALL_LIBDIR}")
else()
  set(PC_FILE ${PROJECT_BINARY_DIR}/nulldrift.pc)
  file(RELATIVE_PATH UP /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(REGEX REPLACE "/$" "" UP ${UP})
  set(PC_PREFIX "prefix=\${pcfiledir}/${UP}")
  set(PC_LIBDIR "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
endif()
if(IS_ABSOLUTE ${CMAKE_INSTALL_INCLUDEDIR})
  set(PC_INCLUDEDIR "${CMAKE_INSTALL_INCLUDEDIR}")
else()
  set(PC_INCLUDEDIR "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
list(JOIN ND_DEPENDENCIES_LDFLAGS " " PC_LIBS_PRIVATE)
string(APPEND PC_LIBS_PRIVATE " ${CMAKE_THREAD_LIBS_INIT} -lm")
configure_file(cmake/nulldrift.pc.in ${PROJECT_BINARY_DIR}/nulldrift.pc @ONLY)
install(FILES ${PC_FILE} DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# What was installed is in install_manifest.txt, by which it is removed again.
add_custom_target(uninstall COMMAND ${CMAKE_COMMAND}
  -DMANIFEST=${PROJECT_BINARY_DIR}/install_manifest.txt -P ${PROJECT_SOURCE_DIR}/cmake/uninstall.cmake
  VERBATIM)

# Man pages and completion come from the program's own command table, so they cannot fall behind it.
set(MAN_FOLDER ${PROJECT_BINARY_DIR}/man)
set(COMPLETION ${PROJECT_BINARY_DIR}/nulldrift.bash)
add_custom_command(OUTPUT ${MAN_FOLDER}/nulldrift.1 ${COMPLETION}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${MAN_FOLDER}
  COMMAND nulldrift help --man-folder ${MAN_FOLDER}
  COMMAND nulldrift help --completion ${COMPLETION}
  DEPENDS nulldrift COMMENT "Writing man pages and shell completion")
add_custom_target(manual ALL DEPENDS ${MAN_FOLDER}/nulldrift.1 ${COMPLETION})
install(DIRECTORY ${MAN_FOLDER}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
install(DIRECTORY ${MAN_FOLDER}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man7 FILES_MATCHING PATTERN "*.7")
install(FILES ${COMPLETION} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME nulldrift)
