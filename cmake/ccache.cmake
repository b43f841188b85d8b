# The compiler launcher, where ccache is installed and nobody asked for another.
#
#   depend mode             takes the headers of an object from what the compiler lists. Without it ccache preprocesses each
#                           source before it compiles it, which is a fifth of a build from nothing.
#   base and no hash dir    the objects of one source are the same whatever folder asks for them
#   sums, sloppiness        see precompiled.cmake
find_program(TROUPE_CCACHE ccache)
if(TROUPE_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  get_filename_component(troupe_root ${CMAKE_CURRENT_LIST_DIR} DIRECTORY)
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_DEPEND=1 CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${troupe_root} CCACHE_PCH_EXTSUM=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${TROUPE_CCACHE})
endif()
