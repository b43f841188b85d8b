// SPDX-License-Identifier: Apache-2.0
#include "bench/kitchen_sink/codecs.hpp"

#include <troupe/payload/codec.hpp>
#include <troupe/payload/codec_chain.hpp>
#include <troupe/payload/payload_bytes.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace kitchen_sink {

namespace {

constexpr std::string_view scrambled = "binary/scrambled";
constexpr std::string_view reversed = "binary/reversed";
constexpr std::string_view no_key = "none";

/// Turns the bits over, and keeps with the payload whose key it was.
class scrambler final : public troupe::payload_codec {
public:
  scrambler(bool is_keyed, std::string key) : is_keyed_(is_keyed), key_(std::move(key)) {}

  troupe::payloads encode(troupe::payloads all) const override {
    for (auto& each : all) {
      troupe::payload made;
      made.set("encoding", scrambled);
      made.set("key", key_);
      made.data = turn(troupe::to_bytes(each));
      each = std::move(made);
    }
    return all;
  }
  troupe::payloads decode(troupe::payloads all) const override {
    for (auto& each : all)
      if (each.encoding() == scrambled) {
        // Operations belong to no workflow, and what a workflow gives may come by one.
        if (const auto key = each.get("key"); key != key_ && key_ != no_key && key != no_key)
          throw std::runtime_error{"this belongs to " + std::string{key} + ", not to " + key_};
        each = troupe::payload_from_bytes(turn(std::move(each.data)));
      }
    return all;
  }
  std::shared_ptr<const troupe::payload_codec>
  with_context(const troupe::serialization_context& of) const override {
    if (!is_keyed_)
      return nullptr;
    auto key = std::string{of.name_space} + "/" + std::string{of.workflow_id};
    if (of.is_activity())
      key.append("/")
          .append(of.workflow_type)
          .append("/")
          .append(of.activity_type)
          .append("/")
          .append(of.task_queue)
          .append(of.is_local ? "/local" : "");
    return std::make_shared<scrambler>(true, std::move(key));
  }

private:
  static std::string turn(std::string bytes) {
    for (auto& each : bytes)
      each = static_cast<char>(~each);
    return bytes;
  }

  bool is_keyed_;
  std::string key_;
};

/// Turns the order over.
class reverser final : public troupe::payload_codec {
public:
  troupe::payloads encode(troupe::payloads all) const override {
    for (auto& each : all) {
      const auto bytes = troupe::to_bytes(each);
      each = {};
      each.set("encoding", reversed);
      each.data.assign(bytes.rbegin(), bytes.rend());
    }
    return all;
  }
  troupe::payloads decode(troupe::payloads all) const override {
    for (auto& each : all)
      if (each.encoding() == reversed)
        each = troupe::payload_from_bytes(std::string{each.data.rbegin(), each.data.rend()});
    return all;
  }
};

} // namespace

troupe::data_converter converter_for(encoding how) {
  if (how == encoding::plain)
    return {};
  const bool is_keyed = how == encoding::keyed;
  return {
      .codec = troupe::codec_chain(
          {std::make_shared<reverser>(),
           std::make_shared<scrambler>(is_keyed, std::string{no_key})}),
      .encode_failure_attributes = is_keyed};
}

} // namespace kitchen_sink
