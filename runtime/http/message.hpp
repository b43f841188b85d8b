// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
  std::string content_type = "text/plain; charset=utf-8"; ///< empty: the header is left out
  /// More headers. With a `Content-Encoding` among them the body leaves as it is.
  std::vector<std::pair<std::string, std::string>> headers = {};
};

} // namespace troupe::http
