# What every folder's CMakeLists.txt uses: one library per folder, one test program per folder.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ${PROJECT_IS_TOP_LEVEL})

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR "GCC ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines; use GCC 13 or Clang 16 and newer "
                      "(on Debian 12: -DCMAKE_CXX_COMPILER=clang++-19).")
endif()

if(PROJECT_IS_TOP_LEVEL)
  include(ccache)
endif()

find_program(LLD NAMES ld.lld-19 ld.lld)
if(LLD AND PROJECT_IS_TOP_LEVEL AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(-fuse-ld=lld)
  set(troupe_links_by_lld ON)
endif()

# What our own targets are compiled with, and never those of who links us: warnings, and the root of the tree, which
# quoted includes start from.
add_library(troupe_flags INTERFACE)
target_include_directories(troupe_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(troupe_flags INTERFACE -pthread)
# Errors name the lines of coroutines: not where this machine keeps them. (Dev builds share their objects with those of other
# folders, which a flag that names the folder would end.)
target_compile_options(troupe_flags INTERFACE $<$<NOT:$<CONFIG:Dev>>:-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=>)
if(TROUPE_WARNINGS)
  target_compile_options(troupe_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                         -Woverloaded-virtual $<$<BOOL:${TROUPE_WERROR}>:-Werror>)
endif()
if(TROUPE_SANITIZE)
  # protobuf and gRPC come without instrumentation, so container annotations would report their vectors.
  target_compile_options(troupe_flags INTERFACE -fsanitize=${TROUPE_SANITIZE} -fno-sanitize-recover=all
                         -fno-omit-frame-pointer)
  target_link_options(troupe_flags INTERFACE -fsanitize=${TROUPE_SANITIZE})
  # A program of these is hundreds of megabytes, a fifth of it relocations and a quarter names and lines, and there are dozens.
  target_compile_options(troupe_flags INTERFACE -gz=zlib)
  target_link_options(troupe_flags INTERFACE -gz=zlib)
  if(troupe_links_by_lld)
    target_link_options(troupe_flags INTERFACE -Wl,-z,pack-relative-relocs)
  endif()
endif()
if(TROUPE_FUZZ)
  # Coverage in every library, so that a fuzzer sees where it gets.
  target_compile_options(troupe_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# For what has no need to be fast under sanitizers either (whose libraries are optimised, while the Dev preset optimises nothing),
# and is compiled in half of the time: tests, samples, the command line and what speaks HTTP.
add_library(troupe_unoptimised INTERFACE)
target_compile_options(troupe_unoptimised INTERFACE $<$<CONFIG:Dev>:-O0>)

# Adds the sub-folders that hold a CMakeLists.txt.
function(troupe_add_folders)
  foreach(folder IN LISTS ARGN)
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt)
      add_subdirectory(${folder})
    endif()
  endforeach()
endfunction()

# The proto library may be imported from a folder of its own (build/proto), so it is no target that could be exported:
# an installed library names troupe::temporal_api instead, which the package defines.
function(troupe_links result)
  list(TRANSFORM ARGN REPLACE "^troupe::proto$" "$<BUILD_INTERFACE:troupe::proto>;$<INSTALL_INTERFACE:troupe::temporal_api>")
  set(${result} ${ARGN} PARENT_SCOPE)
endfunction()

# What is installed: see install.cmake.
function(troupe_install_library name)
  set_target_properties(troupe_${name} PROPERTIES EXPORT_NAME ${name})
  set_property(GLOBAL APPEND PROPERTY TROUPE_INSTALLED_TARGETS troupe_${name})
endfunction()

# troupe_library(<folder name> SOURCES ... [PUBLIC libs...] [PRIVATE libs...] [PRECOMPILED headers] [UNOPTIMISED]
# [NOT_INSTALLED]): target troupe_<name>, alias troupe::<name>. Public headers lie under an include/ folder; they are all that who links
# us sees. PRECOMPILED: one of precompiled.cmake.
function(troupe_library name)
  cmake_parse_arguments(ARG "NOT_INSTALLED;UNOPTIMISED" "PRECOMPILED" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(troupe_${name} STATIC ${ARG_SOURCES})
  add_library(troupe::${name} ALIAS troupe_${name})
  target_compile_features(troupe_${name} PUBLIC cxx_std_20)
  target_include_directories(troupe_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/runtime/include>
                             $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/actors/include>)
  troupe_links(public ${ARG_PUBLIC})
  troupe_links(private ${ARG_PRIVATE})
  target_link_libraries(troupe_${name} PUBLIC ${public} PRIVATE ${private} $<BUILD_INTERFACE:troupe_flags>)
  if(ARG_PRECOMPILED)
    troupe_precompile(troupe_${name} ${ARG_PRECOMPILED})
  endif()
  if(ARG_UNOPTIMISED)
    get_target_property(options troupe_unoptimised INTERFACE_COMPILE_OPTIONS)
    target_compile_options(troupe_${name} PRIVATE ${options})
  endif()
  if(NOT ARG_NOT_INSTALLED)
    troupe_install_library(${name})
  endif()
endfunction()

# troupe_program(<name> SOURCES ... LIBS ... [FOLDER samples|bench]): an executable in build/bin[/FOLDER].
function(troupe_program name)
  cmake_parse_arguments(ARG "" "FOLDER;OUTPUT" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LIBS} troupe_flags $<$<STREQUAL:${ARG_FOLDER},samples>:troupe_unoptimised>)
  if(ARG_OUTPUT)
    set_target_properties(${name} PROPERTIES OUTPUT_NAME ${ARG_OUTPUT})
  endif()
  if(ARG_FOLDER)
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${ARG_FOLDER})
  endif()
endfunction()

# Links mimalloc into programs, where it is installed: the allocator is a program's choice, not a library's. A
# sanitizer brings one of its own. What it buys stands in bench/FINDINGS.md.
function(troupe_use_mimalloc)
  find_library(TROUPE_MIMALLOC_LIBRARY mimalloc)
  if(TROUPE_MIMALLOC_LIBRARY AND NOT TROUPE_SANITIZE)
    foreach(target IN LISTS ARGN)
      target_link_libraries(${target} PRIVATE ${TROUPE_MIMALLOC_LIBRARY})
    endforeach()
  endif()
endfunction()

# What runs under ThreadSanitizer: see THREADS below.
add_custom_target(tsan_programs)
# Suppressions are compared with names, so it needs a symbolizer of the compiler's version.
find_program(TROUPE_SYMBOLIZER NAMES llvm-symbolizer-19 llvm-symbolizer)
set(troupe_sanitizer_options
    ASAN_OPTIONS=detect_container_overflow=0:strict_string_checks=1
    UBSAN_OPTIONS=print_stacktrace=1
    "TSAN_OPTIONS=ignore_noninstrumented_modules=1:external_symbolizer_path=${TROUPE_SYMBOLIZER}:suppressions=${PROJECT_SOURCE_DIR}/test/support/tsan_suppressions.txt")

# troupe_test(<folder name> LABEL unit [THREADS] SOURCES foo_test.cpp ... [SUPPORT helper.cpp ...] LIBS ...
#   [FIXTURE header ...])
# One program; each foo_test.cpp holds the suite `foo` and is one ctest entry, so a suite that is missing fails.
# FIXTURE: what nearly all of its sources include; read once.
# THREADS: it runs several threads and links no CAF, which is not instrumented; so `make tsan` runs it too.
function(troupe_test name)
  cmake_parse_arguments(ARG "THREADS" "LABEL;TIMEOUT" "SOURCES;SUPPORT;LIBS;FIXTURE" ${ARGN})
  string(REPLACE "." "_" target test_${name})
  add_executable(${target} ${ARG_SOURCES} ${ARG_SUPPORT})
  target_compile_definitions(${target} PRIVATE BOOST_TEST_DYN_LINK
                             TROUPE_TEST_DATA="${PROJECT_SOURCE_DIR}/test")
  target_link_libraries(${target} PRIVATE ${ARG_LIBS} troupe_test_main Boost::unit_test_framework troupe_flags
                        troupe_unoptimised)
  if(ARG_FIXTURE AND TARGET troupe_precompiled_tests)
    list(TRANSFORM ARG_FIXTURE REPLACE "(.+)" "<\\1>")
    troupe_precompiled_headers(${target} PROGRAMS ON tests HEADERS ${ARG_FIXTURE}
      LIBS ${ARG_LIBS} troupe_test_main Boost::unit_test_framework troupe_unoptimised)
    target_compile_definitions(troupe_precompiled_${target} PRIVATE BOOST_TEST_DYN_LINK)
    troupe_precompile(${target} ${target})
  else()
    troupe_precompile(${target} tests)
  endif()
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/test)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 180)
  endif()
  if(ARG_THREADS)
    list(APPEND ARG_LABEL threads)
    add_dependencies(tsan_programs ${target})
  endif()
  foreach(source IN LISTS ARG_SOURCES)
    get_filename_component(stem ${source} NAME_WE)
    string(REGEX REPLACE "_test$" "" suite ${stem})
    add_test(NAME ${name}.${suite} COMMAND ${target} --run_test=${suite} --log_level=test_suite)
    set_tests_properties(${name}.${suite} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT}
      ENVIRONMENT "${troupe_sanitizer_options}")
  endforeach()
endfunction()
