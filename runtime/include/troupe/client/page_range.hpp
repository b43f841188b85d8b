// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// What the service hands out at once of a long list.
template <class T>
struct result_page {
  std::vector<T> items;   ///< in the service's order
  std::string next_token; ///< empty: the last page
};

/// A sequence that the service hands out page by page, for one pass with a range-for.
///
/// The next page is fetched when the iterator reaches it, on the calling thread, which blocks and
/// may get an `rpc_error`. Not thread-safe.
template <class T>
class page_range {
  struct state;

public:
  /// What is asked for at a time.
  using page = result_page<T>;
  /// Gets the page that the token names, the first one for an empty one; blocks.
  using fetch_function = std::function<page(const std::string& token)>;

  /// Asks for nothing yet.
  explicit page_range(fetch_function fetch) : state_(std::make_shared<state>()) {
    state_->fetch = std::move(fetch);
  }

  /// Gets the next page when the one before is used up; what that throws comes out of it.
  class iterator {
  public:
    /// What it stands at.
    using value_type = T;
    /// As iterators have it.
    using difference_type = std::ptrdiff_t;
    /// It goes over the list once.
    using iterator_category = std::input_iterator_tag;

    iterator() = default;

    /// Until it moves on.
    const T& operator*() const { return state_->current.items[state_->position]; }
    /// Until it moves on.
    const T* operator->() const { return &**this; }
    /// May wait for the next page.
    iterator& operator++() {
      ++state_->position;
      settle();
      return *this;
    }
    /// The same.
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& it, std::default_sentinel_t) { return !it.state_; }

  private:
    friend page_range;
    explicit iterator(std::shared_ptr<state> from) : state_(std::move(from)) { settle(); }
    void settle() {
      if (!state_->settle())
        state_ = nullptr;
    }
    std::shared_ptr<state> state_;
  };

  /// Once: all iterators share where they are.
  [[nodiscard]] iterator begin() { return iterator{state_}; }
  /// What an iterator at the end of the last page equals.
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }

  /// All that is left, at most `limit` items.
  [[nodiscard]] std::vector<T> collect(std::size_t limit = static_cast<std::size_t>(-1)) {
    std::vector<T> all;
    if (limit == 0)
      return all;
    for (const T& item : *this) {
      all.push_back(item);
      if (all.size() >= limit)
        break;
    }
    return all;
  }

private:
  struct state {
    fetch_function fetch;
    page current;
    std::size_t position = 0;
    bool started = false;

    bool settle() {
      while (position >= current.items.size()) {
        if (started && current.next_token.empty())
          return false;
        current = fetch(std::exchange(current.next_token, {}));
        position = 0;
        started = true;
      }
      return true;
    }
  };

  std::shared_ptr<state> state_;
};

} // namespace troupe
