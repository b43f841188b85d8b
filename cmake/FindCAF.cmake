# Finds the C++ Actor Framework. Debian's libcaf-dev (0.17.6) ships no CMake configuration; 0.18 and newer do.

if(TARGET CAF::core)
  set(CAF_FOUND TRUE)
  return()
endif()
find_package(CAF CONFIG QUIET NO_MODULE)
if(NOT TARGET CAF::core)
  find_path(CAF_INCLUDE_DIR caf/actor_system.hpp)
  find_library(CAF_CORE_LIBRARY caf_core)
  include(FindPackageHandleStandardArgs)
  find_package_handle_standard_args(CAF REQUIRED_VARS CAF_CORE_LIBRARY CAF_INCLUDE_DIR)
  if(CAF_FOUND)
    add_library(CAF::core UNKNOWN IMPORTED)
    set_target_properties(CAF::core PROPERTIES
      IMPORTED_LOCATION ${CAF_CORE_LIBRARY}
      INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${CAF_INCLUDE_DIR})
    # The network layer, for programs that connect actor systems; nothing of ours needs it.
    find_library(CAF_IO_LIBRARY caf_io)
    if(CAF_IO_LIBRARY AND NOT TARGET CAF::io)
      add_library(CAF::io UNKNOWN IMPORTED)
      set_target_properties(CAF::io PROPERTIES
        IMPORTED_LOCATION ${CAF_IO_LIBRARY}
        INTERFACE_LINK_LIBRARIES CAF::core)
    endif()
  endif()
endif()
