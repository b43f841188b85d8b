// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::rpc {

/// Below so many bytes a copy is cheaper than a slice of its own, which takes two allocations.
inline constexpr std::size_t copy_below = 1024;

/// An immutable message as it lies in memory: one or more slices and whoever keeps them alive.
///
/// A received message keeps the transport's own buffers (no copy); a request that is sent again is
/// the same object. Copying shares the memory. Thread-safe to read from several threads, as any
/// const value.
class bytes {
public:
  bytes() = default;

  bytes(std::string owned) {
    auto text = std::make_shared<const std::string>(std::move(owned));
    whole_ = *text;
    owner_ = std::move(text);
  }

  /// One slice that lives as long as `owner` does.
  bytes(std::shared_ptr<const void> owner, std::string_view whole)
      : owner_(std::move(owner)), whole_(whole) {}

  /// Slices that live as long as `owner` does.
  bytes(std::shared_ptr<const void> owner, std::vector<std::string_view> slices)
      : owner_(std::move(owner)) {
    if (slices.size() == 1)
      whole_ = slices.front();
    else if (!slices.empty())
      pieces_ = std::make_shared<const std::vector<std::string_view>>(std::move(slices));
  }

  /// Valid as long as this object, and neither moved nor assigned to.
  [[nodiscard]] std::span<const std::string_view> slices() const noexcept {
    if (pieces_)
      return *pieces_;
    return {&whole_, whole_.empty() ? std::size_t{0} : std::size_t{1}};
  }

  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t total = 0;
    for (auto slice : slices())
      total += slice.size();
    return total;
  }

  /// The whole message as one piece: no copy for a single slice, else collected in `scratch`.
  [[nodiscard]] std::string_view flatten(std::string& scratch) const {
    if (!pieces_)
      return whole_;
    scratch.clear();
    for (auto slice : *pieces_)
      scratch.append(slice);
    return scratch;
  }

  [[nodiscard]] std::string str() const {
    std::string all;
    all.reserve(size());
    for (auto slice : slices())
      all.append(slice);
    return all;
  }

private:
  std::shared_ptr<const void> owner_;
  std::string_view whole_; ///< of a message in one piece, as nearly all are
  std::shared_ptr<const std::vector<std::string_view>> pieces_; ///< of any other
};

} // namespace troupe::rpc
