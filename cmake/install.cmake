# cmake --install: header, library, program, pkg-config file, man pages, shell completion, examples.
configure_file(${CMAKE_SOURCE_DIR}/cmake/nulldrift.pc.in ${CMAKE_BINARY_DIR}/nulldrift.pc @ONLY)
install(TARGETS nulldrift RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS nulldrift_library LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${CMAKE_SOURCE_DIR}/include/nulldrift.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_BINARY_DIR}/nulldrift.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/examples/ DESTINATION ${CMAKE_INSTALL_DATADIR}/nulldrift/examples)

# Man pages and completion come from the program's own command table, so they cannot fall behind it.
set(MAN_FOLDER ${CMAKE_BINARY_DIR}/man)
set(COMPLETION ${CMAKE_BINARY_DIR}/nulldrift.bash)
add_custom_command(OUTPUT ${MAN_FOLDER}/nulldrift.1 ${COMPLETION}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${MAN_FOLDER}
  COMMAND nulldrift help --man-folder ${MAN_FOLDER}
  COMMAND nulldrift help --completion ${COMPLETION}
  DEPENDS nulldrift COMMENT "Writing man pages and shell completion")
add_custom_target(manual ALL DEPENDS ${MAN_FOLDER}/nulldrift.1 ${COMPLETION})
install(DIRECTORY ${MAN_FOLDER}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
install(FILES ${COMPLETION} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME nulldrift)
