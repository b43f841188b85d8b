// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/codec.hpp>

#include <memory>
#include <vector>

namespace troupe {

/// Several codecs as one: `codec_chain({compression, encryption})` compresses, then encrypts what
/// travels, and undoes both in the reverse order. Throws `std::invalid_argument` for a null one.
[[nodiscard]] std::shared_ptr<const payload_codec>
codec_chain(std::vector<std::shared_ptr<const payload_codec>> of);

} // namespace troupe
