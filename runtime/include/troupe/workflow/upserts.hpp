// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/convert.hpp>
#include <troupe/search_attribute.hpp>
#include <troupe/workflow/detail/run.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::workflow {

/// What a workflow can do with the values that describe it to others: its search attributes and its
/// memo; the base of `workflow::context`.
///
/// What is set is seen by the code at once, and taken over by continue-as-new. The service checks
/// search attributes: one that the namespace does not have fails the task until it does.
template <class Context>
class upsert_calls {
public:
  /// Names and encoded values.
  using values = std::vector<std::pair<std::string, payload>>;

  /// Sets search attributes, or takes their values away; those that are not named stay.
  /// `ctx.upsert_search_attributes({customer.set("Ann"), priority.unset()})`. Throws
  /// `std::invalid_argument` for `TemporalChangeVersion`, which patches and versions write.
  void upsert_search_attributes(values changes) const {
    self().owner()->upsert_search_attributes(std::move(changes));
  }
  /// What a search attribute of the run is; nothing if it has no value, or one of another type.
  template <search_attribute_type Type>
  [[nodiscard]] std::optional<typename search_attribute<Type>::value_type>
  search_attribute_of(const search_attribute<Type>& which) const {
    using value = typename search_attribute<Type>::value_type;
    const auto found = self().owner()->search_attribute_of(which.name);
    if (!found)
      return std::nullopt;
    try {
      return decode_value<std::optional<value>>(*found);
    } catch (const payload_error&) {
      return std::nullopt;
    }
  }

  /// Sets values of the memo, made with `troupe::encode_value(x)`, or takes them away
  /// (`encode_value(nullptr)`); those that are not named stay.
  void upsert_memo(values changes) const { self().owner()->upsert_memo(std::move(changes)); }
  /// A value of the memo; nothing if there is none of that name. Throws `payload_error` if it is of
  /// another type.
  template <class T>
  [[nodiscard]] std::optional<T> memo_of(std::string_view name) const {
    const auto found = self().owner()->memo_of(name);
    if (!found)
      return std::nullopt;
    return self().converter().template from_payload<std::optional<T>>(*found);
  }

  /// What the workflow is about at present, for people (Markdown); shown with its metadata, and in
  /// no history.
  void set_current_details(std::string details) const {
    self().owner()->set_current_details(std::move(details));
  }
  /// As they were set last; empty before.
  [[nodiscard]] std::string current_details() const { return self().owner()->current_details(); }

private:
  [[nodiscard]] const Context& self() const noexcept { return static_cast<const Context&>(*this); }
};

} // namespace troupe::workflow
