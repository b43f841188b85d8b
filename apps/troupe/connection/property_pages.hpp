// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"

#include <string>
#include <string_view>

namespace troupe::cli {

/// Prints everything that a paged call lists: as JSON objects, or for people by what `describe`
/// says of each, with an empty line between. `items` gives the repeated field of an answer; `what`
/// begins the error of a page that could not be had.
template <class Request, class Response, class Items, class Describe>
void print_pages(
    const global_flags& flags,
    const std::string& what,
    std::string_view method,
    Items items,
    Describe describe) {
  connection to{flags};
  json_list list{flags};
  Request request;
  bool first = true;
  do {
    Response response;
    to.call(what, method, request, response);
    for (const auto& each : items(response)) {
      list.add(each);
      if (flags.format() == output_format::text)
        print((first ? "" : "\n") + property_list(describe(each)));
      first = false;
    }
    request.set_next_page_token(response.next_page_token());
  } while (!request.next_page_token().empty());
  list.end();
}

} // namespace troupe::cli
