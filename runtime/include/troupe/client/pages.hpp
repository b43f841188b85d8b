// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/client/call.hpp>
#include <troupe/client/page_range.hpp>

#include <functional>
#include <string>
#include <utility>

namespace troupe {

/// A list that the service hands out page by page, for who awaits:
///
///     auto list = client.async().list_workflows("WorkflowType = 'Order'");
///     for (std::string token; ;) {
///       auto page = co_await list.page(token);
///       ...
///       if (page.next_token.empty())
///         break;
///       token = std::move(page.next_token);
///     }
///
/// A page may be empty without being the last. A cheap value; thread-safe.
template <class T>
class async_pages {
public:
  /// The call for the page that the token names, the first one for an empty one.
  using fetch_function = std::function<call<result_page<T>>(const std::string& token)>;

  /// Calls nobody yet.
  explicit async_pages(fetch_function fetch) : fetch_(std::move(fetch)) {}

  /// The page that `token` names, the first one if it is empty.
  [[nodiscard]] call<result_page<T>> page(const std::string& token = {}) const {
    return fetch_(token);
  }

private:
  fetch_function fetch_;
};

} // namespace troupe
