# SPDX-License-Identifier: Apache-2.0
# find_package(inoculum [COMPONENTS eigen json image openai engine]). Without components, those whose
# third parties are there get their targets; one asked for with COMPONENTS must be found.
include(${CMAKE_CURRENT_LIST_DIR}/inoculum-targets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/inoculum-components.cmake)
if(inoculum_FIND_COMPONENTS)
  inoculum_find_components("${inoculum_FIND_COMPONENTS}")
else()
  inoculum_find_components("eigen;json;image;openai;engine")
endif()
foreach(component IN LISTS inoculum_FIND_COMPONENTS)
  if(TARGET inoculum::${component})
    set(inoculum_${component}_FOUND TRUE)
  elseif(inoculum_FIND_REQUIRED_${component})
    set(inoculum_FOUND FALSE)
    string(APPEND inoculum_NOT_FOUND_MESSAGE "component ${component}: ${inoculum_${component}_MISSING}. ")
  endif()
endforeach()
