# Installs the libraries, the public headers, the command and the package files for find_package(tjit).
include(CMakePackageConfigHelpers)

install(TARGETS tjit EXPORT tjit-targets)
install(TARGETS tjit-llvm LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS tjit-command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY frontend/tjit ir/tjit DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(EXPORT tjit-targets NAMESPACE tjit:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/tjit)
configure_package_config_file(${CMAKE_SOURCE_DIR}/cmake/tjit-config.cmake.in ${CMAKE_BINARY_DIR}/tjit-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/tjit)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/tjit-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/tjit-config.cmake ${CMAKE_BINARY_DIR}/tjit-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/tjit)
