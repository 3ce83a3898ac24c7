# SPDX-License-Identifier: Apache-2.0
# Finds what a component needs and makes its target, inoculum::<component>. One file for the build
# tree and for the installed package, so that the two cannot differ. A component whose third party is
# absent gets no target, and inoculum_<component>_MISSING says what was looked for.
#
#   eigen   select/similarity.hpp and its kin       Eigen 3.4 or 5
#   json    io/pool.hpp, io/suite.hpp, records      nlohmann-json
#   image   io/image.hpp                            stb, by pkg-config or where stb_image.h is
#   openai  backend/openai.hpp                      cpp-httplib (a split library, or a CMake package), OpenSSL, nlohmann-json
#   engine  engine/engine.hpp                       xtensor, xsimd, utf8proc, threads

function(inoculum_find_components components)
  set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL TRUE) # a project that adds us with add_subdirectory must see them too
  find_package(PkgConfig QUIET)
  find_package(Threads QUIET)
  foreach(component IN LISTS components)
    if(TARGET inoculum::${component})
      continue()
    endif()
    set(needs "")
    if(component STREQUAL "eigen")
      find_package(Eigen3 3.4 QUIET NO_MODULE)
      if(NOT Eigen3_FOUND)
        find_package(Eigen3 5 QUIET NO_MODULE) # what follows 3.4 counts as another major version
      endif()
      set(needs Eigen3::Eigen)
    elseif(component STREQUAL "json")
      find_package(nlohmann_json 3.10 QUIET)
      set(needs nlohmann_json::nlohmann_json)
    elseif(component STREQUAL "image")
      # No library: stb's implementation is compiled into io/image.hpp's own namespace.
      if(PkgConfig_FOUND)
        pkg_check_modules(inoculum_stb QUIET stb)
      endif()
      find_path(INOCULUM_STB_INCLUDE_DIR stb_image.h HINTS ${inoculum_stb_INCLUDE_DIRS} PATH_SUFFIXES stb)
      if(INOCULUM_STB_INCLUDE_DIR AND NOT TARGET inoculum_stb)
        add_library(inoculum_stb INTERFACE IMPORTED GLOBAL)
        target_include_directories(inoculum_stb INTERFACE ${INOCULUM_STB_INCLUDE_DIR})
      endif()
      set(needs inoculum_stb)
    elseif(component STREQUAL "openai")
      find_package(nlohmann_json 3.10 QUIET)
      find_package(OpenSSL QUIET)
      inoculum_pkg_config_target(httplib cpp-httplib)
      set(httplib PkgConfig::inoculum_httplib)
      if(NOT TARGET ${httplib}) # Debian's has no CMake package, others have no pkg-config file
        find_package(httplib QUIET)
        set(httplib httplib::httplib)
      endif()
      set(needs ${httplib} OpenSSL::SSL OpenSSL::Crypto nlohmann_json::nlohmann_json Threads::Threads)
    elseif(component STREQUAL "engine")
      find_package(xtensor QUIET)
      find_package(xsimd QUIET)
      inoculum_pkg_config_target(utf8proc libutf8proc)
      set(needs xtensor xsimd PkgConfig::inoculum_utf8proc Threads::Threads)
    else()
      set(inoculum_${component}_MISSING "there is no such component" PARENT_SCOPE)
      continue()
    endif()
    set(missing "")
    foreach(need IN LISTS needs)
      if(NOT TARGET ${need})
        list(APPEND missing ${need})
      endif()
    endforeach()
    if(missing)
      list(JOIN missing ", " missing)
      set(inoculum_${component}_MISSING "not found: ${missing}" PARENT_SCOPE)
      continue()
    endif()
    add_library(inoculum::${component} INTERFACE IMPORTED GLOBAL)
    target_link_libraries(inoculum::${component} INTERFACE inoculum::inoculum ${needs})
  endforeach()
endfunction()

# Libraries without a CMake package of their own. Their pkg-config files also carry the macros that
# must match the built library (httplib's class layouts depend on them).
function(inoculum_pkg_config_target name module)
  if(PkgConfig_FOUND AND NOT TARGET PkgConfig::inoculum_${name})
    pkg_check_modules(inoculum_${name} QUIET IMPORTED_TARGET GLOBAL ${module})
  endif()
endfunction()
