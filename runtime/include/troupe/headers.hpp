// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/convert.hpp>
#include <troupe/payload/payload.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace troupe {

/// What travels beside the arguments of a workflow, an activity or a message: names and values for
/// interceptors (`temporal.api.common.v1.Header`).
///
/// Values are written as arguments are, but never pass through a codec: whoever must read them on
/// the way can. What is secret has to be encrypted before it is put here. Names have case and stand
/// in the order of their bytes. A plain value.
class headers {
public:
  /// A name and its value.
  using entry = std::pair<std::string, payload>;

  /// The value as it travels; null if there is none of that name.
  [[nodiscard]] const payload* find(std::string_view name) const noexcept {
    const auto at = place(name);
    return at != all_.end() && at->first == name ? &at->second : nullptr;
  }
  /// The value; nothing if there is none of that name. Throws `payload_error` for one that is no
  /// `T`.
  template <class T>
  [[nodiscard]] std::optional<T> get(std::string_view name) const {
    const auto* found = find(name);
    return found == nullptr ? std::nullopt : std::optional<T>{decode_value<T>(*found)};
  }

  /// Adds an entry, or replaces it. A `payload` is taken as it is. Throws `payload_error` for what
  /// has no form.
  template <class T>
  void set(std::string_view name, const T& value) {
    if constexpr (std::is_convertible_v<const T&, std::string_view>)
      put(name, encode_value(std::string{std::string_view{value}}));
    else
      put(name, encode_value(value));
  }
  /// False if there was none of that name.
  bool erase(std::string_view name) {
    const auto at = place(name);
    if (at == all_.end() || at->first != name)
      return false;
    all_.erase(at);
    return true;
  }

  [[nodiscard]] bool empty() const noexcept { return all_.empty(); }      ///< nothing travels
  [[nodiscard]] std::size_t size() const noexcept { return all_.size(); } ///< entries
  [[nodiscard]] auto begin() const noexcept { return all_.begin(); }      ///< the first by its name
  [[nodiscard]] auto end() const noexcept { return all_.end(); }          ///< behind the last

  friend bool operator==(const headers&, const headers&) = default;

private:
  [[nodiscard]] std::vector<entry>::const_iterator place(std::string_view name) const noexcept {
    auto at = all_.begin(); // few: a search by halves would need a heavier header
    while (at != all_.end() && at->first < name)
      ++at;
    return at;
  }
  void put(std::string_view name, payload value) {
    const auto at = all_.begin() + (place(name) - all_.begin());
    if (at != all_.end() && at->first == name)
      at->second = std::move(value);
    else
      all_.emplace(at, std::string{name}, std::move(value));
  }

  std::vector<entry> all_; ///< by name; few
};

} // namespace troupe
