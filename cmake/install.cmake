# SPDX-License-Identifier: Apache-2.0
# The installed package: the headers, find_package(inoculum) and pkg-config.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/inoculum) # share, not lib: headers have no architecture
install(DIRECTORY include/inoculum DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
install(TARGETS inoculum EXPORT inoculum)
install(EXPORT inoculum NAMESPACE inoculum:: FILE inoculum-targets.cmake DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/inoculum-config-version.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES cmake/inoculum-config.cmake cmake/inoculum-components.cmake ${CMAKE_CURRENT_BINARY_DIR}/inoculum-config-version.cmake
        DESTINATION ${package_dir})

# inoculum.pc, and one file a component: pkg-config --cflags --libs inoculum-eigen
function(inoculum_pkg_config_file component requires)
  set(name inoculum${component})
  set(requires "${requires}")
  configure_file(cmake/inoculum.pc.in ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)
endfunction()
inoculum_pkg_config_file("" "")
inoculum_pkg_config_file("-eigen" "eigen3 >= 3.4")
inoculum_pkg_config_file("-json" "nlohmann_json >= 3.10")
inoculum_pkg_config_file("-image" "stb")
inoculum_pkg_config_file("-openai" "cpp-httplib openssl nlohmann_json >= 3.10")
inoculum_pkg_config_file("-engine" "xtensor xsimd libutf8proc")
