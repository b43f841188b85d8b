// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/data_converter.hpp>

#include <string_view>

namespace kitchen_sink {

/// How what programs say travels.
enum class encoding {
  plain,   ///< as it is
  chained, ///< through two codecs, one behind the other
  keyed,   ///< the same, with keys of workflows and activities, and the texts of failures, too
};

/// A codec of a `keyed` one refuses what was encoded with the key of another workflow or activity.
troupe::data_converter converter_for(encoding how);

/// What no history says in plain words that went through a codec.
inline constexpr std::string_view hidden_word = "runs_after";

} // namespace kitchen_sink
