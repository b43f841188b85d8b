// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/executor.hpp"

#include <troupe/client/call.hpp>
#include <troupe/tracing.hpp>

#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace temporal::api::common::v1 {
class Header;
}

namespace troupe::detail {

/// The span of one call: within that of the handler that makes it, or the first of its trace.
class call_span {
public:
  call_span(std::shared_ptr<tracer> to, trace_span what)
      : to_(std::move(to)), what_(std::move(what)) {}

  void begin(time_point now) { what_.start = now; }
  void fail(const std::exception_ptr& error);
  /// Records it, once.
  void end(time_point now);

  void write(temporal::api::common::v1::Header& to) const;

private:
  std::shared_ptr<tracer> to_; ///< null once it has ended
  trace_span what_;
};

/// The span of a call that is about to be made up; null where nobody traces.
[[nodiscard]] std::unique_ptr<call_span>
make_span(const call_origin& from, std::string_view does, std::string_view to, std::string id);

/// The same, written into the headers of the messages that the call carries.
template <class... Message>
  requires(sizeof...(Message) > 0)
[[nodiscard]] std::unique_ptr<call_span> make_span(
    const call_origin& from,
    std::string_view does,
    std::string_view to,
    std::string id,
    Message&... carried) {
  auto span = make_span(from, does, to, std::move(id));
  if (span)
    (span->write(*carried.mutable_header()), ...);
  return span;
}

} // namespace troupe::detail
