// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace troupe::http {

/// A request as a handler sees it; valid during the call.
struct request {
  std::string_view method; ///< `GET`
  std::string_view path;   ///< without the query, as it came
  std::string_view query;  ///< behind the `?`
  std::string_view body;
};

struct response {
  unsigned status = 200;
  std::string body = {};
  std::string content_type = "text/plain; charset=utf-8";
};

} // namespace troupe::http
