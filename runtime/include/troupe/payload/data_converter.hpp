// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/codec.hpp>
#include <troupe/payload/convert.hpp>
#include <troupe/payload/payload.hpp>
#include <troupe/payload/payload_error.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

namespace troupe {

/// Turns C++ values into payloads and back, as every Temporal SDK does by default, then applies the
/// codec if there is one.
///
/// Which encoding a type gets is told in `<troupe/payload/convert.hpp>`. A cheap value (one
/// pointer); thread-safe as far as the codec is. What does not fit throws `payload_error`, what the
/// codec throws becomes `payload_codec_error`.
struct data_converter {
  /// Applied to every payload; null: none.
  std::shared_ptr<const payload_codec> codec = nullptr;
  /// True: messages and stack traces of failures travel as a payload (so the codec covers them),
  /// not as plain text.
  bool encode_failure_attributes = false;
  /// How members are called where their type does not say so itself, e.g. in a program whose
  /// contracts come from .NET: `{.naming = naming::pascal_case}`. For arguments and results;
  /// details of errors, and memos made with `encode_value`, are written as they were made.
  json_options json = {};

  /// Its codec waits for others: nothing of it may run on a shard.
  [[nodiscard]] bool may_block() const noexcept { return codec && codec->may_block(); }

  /// The converter for what belongs there: another one if the codec tells contexts apart. What the
  /// codec throws becomes `payload_codec_error`.
  [[nodiscard]] data_converter with_context(const serialization_context& of) const {
    return codec ? narrowed(of) : *this;
  }

  /// One value, through the codecs.
  template <class T>
  [[nodiscard]] payload to_payload(const T& value) const {
    return codec ? encode(encode_value(value, json)) : encode_value(value, json);
  }

  /// Reads one value. `T` may be `void`, which ignores the payload.
  template <class T>
  [[nodiscard]] T from_payload(const payload& from) const {
    return codec ? decode_value<T>(decode(from), json) : decode_value<T>(from, json);
  }
  /// Reads without copying first. A view has not all the metadata that a codec may need: where
  /// `codec` is set, pass the payload itself, or a view of one that was decoded.
  template <class T>
  [[nodiscard]] T from_payload(const payload_view& from) const {
    return decode_value<T>(from, json);
  }

  /// One payload an argument, in order.
  template <class... Args>
  [[nodiscard]] payloads to_payloads(const Args&... args) const {
    payloads all;
    all.reserve(sizeof...(Args));
    (all.push_back(encode_value(args, json)), ...);
    return encode(std::move(all));
  }

  /// Reads arguments into a `std::tuple`. Values beyond the tuple are ignored; `std::optional`
  /// elements that are missing at the end become empty, and anything else is an error that names
  /// the argument.
  template <class Tuple>
  [[nodiscard]] Tuple from_payloads(const payloads& from) const {
    return codec ? decode_values<Tuple>(decode(from), json) : decode_values<Tuple>(from, json);
  }

  /// Reads a result: the first payload, or null where there is none. `T` may be `void`.
  template <class T>
  [[nodiscard]] T from_result(const payloads& from) const {
    return codec ? decode_result<T>(decode(from), json) : decode_result<T>(from, json);
  }

  // -- the codec alone, for payloads that are made already
  // ---------------------------------------------

  /// Through the codecs.
  [[nodiscard]] payload encode(payload plain) const;
  /// Back through the codecs; throws what they throw.
  [[nodiscard]] payload decode(payload encoded) const;
  /// All of them through the codecs.
  [[nodiscard]] payloads encode(payloads plain) const;
  /// All of them back through the codecs.
  [[nodiscard]] payloads decode(payloads encoded) const;

private:
  [[nodiscard]] data_converter narrowed(const serialization_context& of) const;
};

} // namespace troupe
