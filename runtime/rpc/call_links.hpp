// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace google::protobuf {
template <typename Element>
class RepeatedPtrField;
}
namespace temporal::api::common::v1 {
class Link;
}

namespace troupe::rpc {

/// What ties a request that is served to the calls that are made meanwhile: its own links go along
/// with them, and those of their answers go back with its answer.
class call_links {
public:
  virtual ~call_links() = default;

  /// Adds where the request comes from to a call. Any thread.
  virtual void
  write_to(google::protobuf::RepeatedPtrField<temporal::api::common::v1::Link>& to) const = 0;

  /// Keeps what a call led to. Any thread; what comes after the answer is left out.
  virtual void keep(const temporal::api::common::v1::Link& to) = 0;
};

} // namespace troupe::rpc
