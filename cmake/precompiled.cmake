# Precompiled headers: six tenths of a build from nothing went into reading the messages of the API, CAF, CLI11 and
# Boost.Test again and again. Only what is not ours is in them, so a change of ours never rebuilds them.
#
#   messages  libraries of runtime/
#   actors    libraries of actors/
#   cli       apps/troupe
#   tests     test programs (which are compiled as PIE, so they cannot take another's)
#
# Sources still include all that they use: the release preset builds without precompiled headers.

option(TROUPE_PRECOMPILED "Precompile the headers of others (Clang)" OFF)

set(troupe_messages
  <algorithm> <any> <array> <atomic> <charconv> <chrono> <cmath> <concepts> <condition_variable> <coroutine> <cstdint> <deque>
  <exception> <functional> <limits> <map> <memory> <mutex> <optional> <random> <semaphore> <set> <shared_mutex>
  <source_location> <span> <sstream> <stdexcept> <stop_token> <string> <string_view> <thread> <tuple> <type_traits>
  <unordered_map> <utility> <variant> <vector>
  <absl/container/btree_set.h> <absl/strings/str_cat.h> <absl/time/time.h> <boost/describe.hpp> <boost/mp11/algorithm.hpp>
  <temporal/api/operatorservice/v1/request_response.pb.h> <temporal/api/workflowservice/v1/request_response.pb.h>)
set(troupe_caf <caf/actor_system.hpp> <caf/actor_system_config.hpp> <caf/event_based_actor.hpp>
  <caf/typed_event_based_actor.hpp>)

# troupe_precompiled_headers(<name> [PROGRAMS] [ON other] LIBS ... HEADERS ...): what targets take by troupe_precompile; ON
# puts it on top of others, which have the same flags. The object
# of the library's one source is the precompiled header; it gets the name <name>.pch, by which ccache knows that it has to
# compare the sum that precompile.sh wrote. (target_precompile_headers would make it compare the path of the build folder.)
function(troupe_precompiled_headers name)
  cmake_parse_arguments(ARG "PROGRAMS" "ON" "LIBS;HEADERS" ${ARGN})
  set(source ${PROJECT_BINARY_DIR}/precompiled/${name}.cpp)
  list(TRANSFORM ARG_HEADERS PREPEND "#include ")
  list(JOIN ARG_HEADERS "\n" lines)
  file(CONFIGURE OUTPUT ${source} CONTENT "${lines}\n" @ONLY)
  add_library(troupe_precompiled_${name} OBJECT ${source})
  target_link_libraries(troupe_precompiled_${name} PRIVATE ${ARG_LIBS} troupe_flags)
  target_compile_options(troupe_precompiled_${name} PRIVATE "SHELL:-x c++-header" -fpch-instantiate-templates
                         "SHELL:-Xclang -fno-pch-timestamp")
  set_target_properties(troupe_precompiled_${name} PROPERTIES UNITY_BUILD OFF)
  if(ARG_ON)
    troupe_precompile(troupe_precompiled_${name} ${ARG_ON})
  endif()
  if(ARG_PROGRAMS)
    set_target_properties(troupe_precompiled_${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(troupe_precompiled_${name} PRIVATE ${CMAKE_CXX_COMPILE_OPTIONS_PIE})
  endif()
  set(object $<TARGET_OBJECTS:troupe_precompiled_${name}>)
  set(pch ${PROJECT_BINARY_DIR}/precompiled/${name}.pch)
  add_custom_command(OUTPUT ${pch} DEPENDS ${object} VERBATIM
    COMMAND ln -f ${object} ${pch} COMMAND sh -c "[ ! -e \"$1.sum\" ] || ln -f \"$1.sum\" \"$2.sum\"" sh ${object} ${pch})
  # A dependency on the library would let objects be compiled before its own object is there.
  add_custom_target(troupe_precompiled_${name}_ready DEPENDS ${pch})
  if(CMAKE_CXX_COMPILER_LAUNCHER)
    set_target_properties(troupe_precompiled_${name} PROPERTIES
      CXX_COMPILER_LAUNCHER ${PROJECT_SOURCE_DIR}/cmake/precompile.sh)
  endif()
endfunction()

# Lets a target take the precompiled headers of that name. The compiler lists them among what an object depends on.
function(troupe_precompile target name)
  if(TARGET troupe_precompiled_${name})
    target_compile_options(${target} PRIVATE "SHELL:-include-pch ${PROJECT_BINARY_DIR}/precompiled/${name}.pch")
    add_dependencies(${target} troupe_precompiled_${name}_ready)
  endif()
endfunction()

if(TROUPE_PRECOMPILED AND PROJECT_IS_TOP_LEVEL AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  troupe_precompiled_headers(messages LIBS troupe::proto HEADERS ${troupe_messages})
  troupe_precompiled_headers(actors LIBS troupe::proto CAF::core HEADERS ${troupe_messages} ${troupe_caf})
  if(TROUPE_CLI)
    troupe_precompiled_headers(cli LIBS troupe::proto CLI11::CLI11 troupe_unoptimised
                               HEADERS ${troupe_messages} <CLI/CLI.hpp>)
  endif()
  if(TROUPE_TESTS)
    troupe_precompiled_headers(tests PROGRAMS LIBS troupe::proto CAF::core Boost::unit_test_framework troupe_unoptimised
                               HEADERS ${troupe_messages} ${troupe_caf} <boost/test/unit_test.hpp>)
    target_compile_definitions(troupe_precompiled_tests PRIVATE BOOST_TEST_DYN_LINK)
  endif()
endif()
