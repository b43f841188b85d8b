# SPDX-License-Identifier: Apache-2.0
#
# Runs protoc once over all files and mends its C++ output. Called with cmake -P and
#   PROTOC    the protoc program
#   ROOT      the folder that the .proto files are named from
#   INCLUDE   the folder of google/protobuf/*.proto
#   OUT       where the .pb.h and .pb.cc files go
#   FILES     a file that lists the .proto files, one a line
#
# Mending: protoc 3.21 writes the packages temporal.api.namespace and temporal.api.export as C++
# namespaces of the same name, which are keywords. They become namespace_ and export_, the way
# protoc treats keywords elsewhere. Descriptors are untouched, so full names, Any URLs and JSON stay
# as they are. The deprecation marks go too: a server has to fill old fields for old peers.

cmake_minimum_required(VERSION 3.25)

file(STRINGS "${FILES}" protos)
set(raw "${OUT}.raw")
file(REMOVE_RECURSE "${raw}")
file(MAKE_DIRECTORY "${raw}")
execute_process(
  COMMAND "${PROTOC}" "--proto_path=${ROOT}" "--proto_path=${INCLUDE}" "--cpp_out=${raw}" ${protos}
  WORKING_DIRECTORY "${ROOT}"
  COMMAND_ERROR_IS_FATAL ANY)

# One pass of sed over all files; a CMake loop would trip over the brackets and semicolons of C++.
file(GLOB_RECURSE made "${raw}/*.pb.h" "${raw}/*.pb.cc")
execute_process(
  COMMAND sed -E -i
          -e "s/namespace (namespace|export)( \\{|$)/namespace \\1_\\2/"
          -e "s/::(namespace|export)::/::\\1_::/g"
          -e "s/PROTOBUF_DEPRECATED(_ENUM)? ?//g"
          ${made}
  COMMAND_ERROR_IS_FATAL ANY)

# Only what changed is written, so that a new comment in a .proto recompiles nothing.
foreach(file IN LISTS made)
  file(RELATIVE_PATH name "${raw}" "${file}")
  get_filename_component(folder "${OUT}/${name}" DIRECTORY)
  file(MAKE_DIRECTORY "${folder}")
  file(COPY_FILE "${file}" "${OUT}/${name}" ONLY_IF_DIFFERENT)
endforeach()
file(REMOVE_RECURSE "${raw}")
