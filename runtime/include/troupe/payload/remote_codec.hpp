// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/codec.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

/// How a codec server is asked.
struct remote_codec_options {
  std::string name_space = {}; ///< sent as `X-Namespace`, and for `{namespace}` in the URL
  /// Gives the value of the `Authorization` header, asked for each request; empty: none is sent.
  std::function<std::string()> authorization = {};
  std::vector<std::pair<std::string, std::string>> headers = {}; ///< of each request
  std::chrono::milliseconds timeout{5'000};                      ///< of one request, in all
  std::size_t max_answer_bytes = std::size_t{32} << 20;          ///< a longer answer is an error
  std::string ca_file =
      {}; ///< PEM of who may have signed for `https`; empty: whom the system trusts
};

/// A codec that lies behind HTTP, as the codec servers of all SDKs do: `POST url/encode` and
/// `url/decode` with a list of payloads in JSON.
///
/// Each call is one request and blocks until it is answered, which it says (`may_block`): a worker
/// runs its workflows on the pool of plain functions then, and takes no coroutines as activities or
/// operation handlers. Use the codec itself there where you can.
/// Thread-safe. Throws `std::invalid_argument` for a URL that is none; what goes wrong later is a
/// `payload_codec_error` that says what to look at.
[[nodiscard]] std::shared_ptr<const payload_codec>
remote_codec(const std::string& url, remote_codec_options options = {});

} // namespace troupe
