// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/base/slices/slice.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace troupe::embedded {

/// A map that remembers what each of its entries was before a decision changed it: that undoes the
/// decision, keeps the deadlines in step, and says which rows a store has to write.
///
/// Entries are read in place and changed only by `edit`, `put`, `erase` and `clear`.
template <class Key, class Value>
class tracked_map {
public:
  using entries = std::map<Key, Value, std::less<>>;
  using const_iterator = typename entries::const_iterator;

  /// What became of one entry; an entry that was changed twice may be noted twice, oldest first.
  struct edit_note {
    Key key;
    std::optional<Value> before; ///< nothing: there was no such entry
  };
  using edit_notes = std::vector<edit_note>;

  [[nodiscard]] const_iterator begin() const { return entries_.begin(); }
  [[nodiscard]] const_iterator end() const { return entries_.end(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  template <class Like>
  [[nodiscard]] const_iterator find(const Like& key) const {
    return entries_.find(key);
  }
  template <class Like>
  [[nodiscard]] bool contains(const Like& key) const {
    return entries_.contains(key);
  }
  [[nodiscard]] const Value& at(const Key& key) const { return entries_.at(key); }

  /// The entry, to be changed.
  Value& edit(const_iterator at) {
    if (notes_.empty() || notes_.back().key != at->first)
      notes_.push_back({at->first, at->second});
    return entries_.erase(at, at)->second; // erases nothing: it makes the iterator a mutable one
  }
  Value& edit(const Key& key) { return edit(entries_.find(key)); }

  /// Adds the entry, or replaces it.
  void put(Key key, Value value) {
    const auto at = entries_.lower_bound(key);
    if (at != entries_.end() && at->first == key) {
      notes_.push_back({std::move(key), std::exchange(at->second, std::move(value))});
      return;
    }
    notes_.push_back({key, std::nullopt});
    entries_.emplace_hint(at, std::move(key), std::move(value));
  }

  void erase(const_iterator at) {
    notes_.push_back({at->first, std::nullopt});
    auto node = entries_.extract(at);
    notes_.back().before.emplace(std::move(node.mapped()));
  }
  template <class Like>
  void erase(const Like& key)
    requires(!std::is_convertible_v<const Like&, const_iterator>)
  {
    if (const auto at = entries_.find(key); at != entries_.end())
      erase(at);
  }

  void clear() {
    notes_.reserve(notes_.size() + entries_.size());
    for (; !entries_.empty(); erase(entries_.cbegin()))
      spend();
  }

  // --- for who leads the decision ---------------------------------------------------------------

  /// Since the last decision.
  [[nodiscard]] const edit_notes& notes() const { return notes_; }
  /// The notes go to a map that has nothing else; then the decision is over.
  void give_notes_to(tracked_map& patch) noexcept { patch.notes_ = std::exchange(notes_, {}); }
  void forget_notes() noexcept { notes_ = {}; }

  /// Puts everything back.
  void undo() {
    for (; !notes_.empty(); notes_.pop_back()) {
      spend();
      auto& last = notes_.back();
      if (last.before)
        entries_.insert_or_assign(std::move(last.key), std::move(*last.before));
      else
        entries_.erase(last.key);
    }
  }

  friend bool operator==(const tracked_map& left, const tracked_map& right) {
    return left.entries_ == right.entries_;
  }

private:
  entries entries_;
  edit_notes notes_;
};

} // namespace troupe::embedded
