# cmake -D DIST=apps/web/dist -D OUT=web_files.cpp -P embed.cmake: what lies in dist, as a source of C++.
set(files "")
set(arrays "")
# Types and headers have semicolons, which end an element of a list: so lines are cut off one by one.
file(READ ${DIST}/manifest.txt lines)
set(number 0)
while(lines MATCHES "^([^\t\n]+)\t([^\n]*)\n(.*)$")
  set(path "${CMAKE_MATCH_1}")
  set(type "${CMAKE_MATCH_2}")
  set(lines "${CMAKE_MATCH_3}")
  file(READ ${DIST}/${path} bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "const unsigned char bytes_${number}[] = {${bytes}0};\n")
  string(APPEND files "  site.files[\"${path}\"] = {\"${type}\", {reinterpret_cast<const char*>(bytes_${number}), sizeof bytes_${number} - 1}};\n")
  math(EXPR number "${number} + 1")
endwhile()
file(READ ${DIST}/headers.txt lines)
while(lines MATCHES "^([^:\n]+): ([^\n]*)\n(.*)$")
  string(APPEND files "  site.headers.emplace_back(\"${CMAKE_MATCH_1}\", R\"(${CMAKE_MATCH_2})\");\n")
  set(lines "${CMAKE_MATCH_3}")
endwhile()
file(CONFIGURE OUTPUT ${OUT} CONTENT [=[
// Made of apps/web/dist by apps/web/embed.cmake.
#include "apps/web/web_files.hpp"

namespace troupe::web {

namespace {

@arrays@
} // namespace

gateway::site_files web_files() {
  gateway::site_files site;
@files@  return site;
}

} // namespace troupe::web
]=] @ONLY)
