// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/troupe/connection/connection.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "apps/troupe/terminal/text.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cli {

/// Prints everything that a paged call lists: as JSON objects, or for people by what `describe`
/// says of each, with an empty line between. `items` gives the repeated field of an answer; `what`
/// begins the error of a page that could not be had; `json_of` makes the JSON of each.
template <
    class Request,
    class Response,
    class Items,
    class Describe,
    class JsonOf = decltype(&protocol::to_json)>
void print_pages(
    const global_flags& flags,
    const std::string& what,
    std::string_view method,
    Items items,
    Describe describe,
    JsonOf json_of = &protocol::to_json) {
  connection to{flags};
  json_list list{flags};
  Request request;
  bool first = true;
  do {
    Response response;
    to.call(what, method, request, response);
    for (const auto& each : items(response)) {
      if (flags.format() != output_format::text)
        list.add_json(json_of(each, style_of(flags)));
      if (flags.format() == output_format::text)
        print((first ? "" : "\n") + property_list(describe(each)));
      first = false;
    }
    request.set_next_page_token(response.next_page_token());
  } while (!request.next_page_token().empty());
  list.end();
}

/// What a list of executions may be narrowed to.
struct list_flags {
  std::string query;
  std::int64_t limit = 0;     ///< 0 or less: all
  std::int64_t page_size = 0; ///< 0 or less: the service decides
};

/// What a page lists.
template <class Response>
const auto& listed_in(const Response& response) {
  if constexpr (requires { response.executions(); })
    return response.executions();
  else
    return response.operations();
}

/// Prints the executions that a paged call lists: as JSON objects, or for people as a table of what
/// `row_of` says of each. `failed` begins the error of a page that could not be had.
template <class Request, class Response, class RowOf>
void print_executions(
    const global_flags& flags,
    const list_flags& what,
    const std::string& failed,
    std::string_view method,
    const std::vector<std::string>& headings,
    RowOf row_of) {
  connection to{flags};
  json_list out{flags};
  Request request;
  request.set_namespace_(to.name_space());
  request.set_query(what.query);
  const bool one_page = what.limit > 0 && (what.page_size == 0 || what.limit < what.page_size);
  request.set_page_size(static_cast<std::int32_t>(std::clamp<std::int64_t>(
      one_page ? what.limit : what.page_size,
      std::numeric_limits<std::int32_t>::min(),
      std::numeric_limits<std::int32_t>::max())));
  std::int64_t count = 0;
  bool is_first = true;
  do {
    Response response;
    to.call(failed, method, request, response);
    std::vector<std::vector<std::string>> rows;
    for (const auto& each : listed_in(response)) {
      if (what.limit > 0 && count == what.limit)
        break;
      ++count;
      out.add(each);
      rows.push_back(row_of(each));
    }
    if (flags.format() == output_format::text && !rows.empty())
      print(table(flags, headings, rows, {{}, is_first}));
    is_first = false;
    request.set_next_page_token(response.next_page_token());
  } while (!request.next_page_token().empty() && (what.limit <= 0 || count < what.limit));
  out.end();
}

} // namespace troupe::cli
