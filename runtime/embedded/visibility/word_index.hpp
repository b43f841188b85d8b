// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace troupe::embedded {

/// Where each word of one row's attribute stands, so that thousands of phrases can be looked for in
/// it. Keeps views of the words it was made of.
class word_index {
public:
  /// `work` grows by what it costs, here and below: as with `visibility_query::matches`.
  word_index(const std::vector<std::string>& words, std::size_t& work);

  /// True if the words of `phrase` stand one behind the other. An empty phrase is nowhere.
  [[nodiscard]] bool has(const std::vector<std::string>& phrase, std::size_t& work) const;

private:
  struct word {
    std::uint32_t number = 0;
    std::vector<std::uint32_t> places;
  };

  std::unordered_map<std::string_view, word> known_;
  std::vector<std::uint32_t> numbers_; ///< of the words, in their order
};

} // namespace troupe::embedded
