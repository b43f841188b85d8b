// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/record/held.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

namespace troupe::embedded {
namespace {

std::string bytes_of(const google::protobuf::Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream{&bytes};
  google::protobuf::io::CodedOutputStream to{&stream};
  to.SetSerializationDeterministic(true);
  message.SerializePartialToCodedStream(&to);
  to.Trim();
  return bytes;
}

} // namespace

bool same_message(const google::protobuf::Message& left, const google::protobuf::Message& right) {
  return bytes_of(left) == bytes_of(right);
}

} // namespace troupe::embedded
