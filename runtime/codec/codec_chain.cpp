// SPDX-License-Identifier: Apache-2.0
#include <troupe/payload/codec_chain.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace troupe {

namespace {

class chained_codec final : public payload_codec {
public:
  explicit chained_codec(std::vector<std::shared_ptr<const payload_codec>> of)
      : of_(std::move(of)) {}

  payloads encode(payloads plain) const override {
    for (const auto& each : of_)
      plain = each->encode(std::move(plain));
    return plain;
  }
  payloads decode(payloads encoded) const override {
    for (auto at = of_.rbegin(); at != of_.rend(); ++at)
      encoded = (*at)->decode(std::move(encoded));
    return encoded;
  }

  bool may_block() const noexcept override {
    return std::ranges::any_of(of_, [](const auto& each) { return each->may_block(); });
  }
  std::shared_ptr<const payload_codec>
  with_context(const serialization_context& of) const override {
    auto narrowed = of_;
    bool is_other = false;
    for (auto& each : narrowed)
      if (auto other = each->with_context(of)) {
        each = std::move(other);
        is_other = true;
      }
    return is_other ? std::make_shared<chained_codec>(std::move(narrowed)) : nullptr;
  }

private:
  std::vector<std::shared_ptr<const payload_codec>> of_; ///< in the order of encoding
};

} // namespace

std::shared_ptr<const payload_codec>
codec_chain(std::vector<std::shared_ptr<const payload_codec>> of) {
  if (std::ranges::find(of, nullptr) != of.end())
    throw std::invalid_argument("codec_chain was given a codec that is null");
  return std::make_shared<chained_codec>(std::move(of));
}

} // namespace troupe
