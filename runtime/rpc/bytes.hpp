// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::rpc {

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
    if (!text->empty())
      slices_.emplace_back(*text);
    owner_ = std::move(text);
  }

  /// Slices that live as long as `owner` does.
  bytes(std::shared_ptr<const void> owner, std::vector<std::string_view> slices)
      : owner_(std::move(owner)), slices_(std::move(slices)) {}

  [[nodiscard]] const std::vector<std::string_view>& slices() const noexcept { return slices_; }

  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t total = 0;
    for (auto slice : slices_)
      total += slice.size();
    return total;
  }

  /// The whole message as one piece: no copy for a single slice, else collected in `scratch`.
  [[nodiscard]] std::string_view flatten(std::string& scratch) const {
    if (slices_.size() == 1)
      return slices_.front();
    scratch.clear();
    for (auto slice : slices_)
      scratch.append(slice);
    return scratch;
  }

  [[nodiscard]] std::string str() const {
    std::string all;
    all.reserve(size());
    for (auto slice : slices_)
      all.append(slice);
    return all;
  }

private:
  std::shared_ptr<const void> owner_;
  std::vector<std::string_view> slices_;
};

} // namespace troupe::rpc
