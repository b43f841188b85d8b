// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/payload/failure_chain.hpp"

#include <troupe/error.hpp>

#include <exception>
#include <memory>

namespace troupe {

struct data_converter;

/// Writes an error as it travels, replacing what `to` held; the whole cause chain, codec and
/// encoded attributes applied.
///
/// Never throws: an answer must always be possible. If the codec fails, the details stay out and
/// the text says so.
void to_failure(
    const std::exception_ptr& error,
    const data_converter& converter,
    temporal::api::failure::v1::Failure& to);
void to_failure(
    const failure_error& error,
    const data_converter& converter,
    temporal::api::failure::v1::Failure& to);

/// What travels as the text of an exception. `what()` says more of errors that have causes.
[[nodiscard]] std::string message_of(const std::exception& error);

/// Expected by who threw it (`error_category::benign`): neither counted as a failure nor a warning.
[[nodiscard]] bool is_benign(const failure_error& error) noexcept;
/// The same of what was thrown; false for a null pointer.
[[nodiscard]] bool is_benign(const std::exception_ptr& error);

/// Reads an error, ready to be thrown: one of the `failure_error` family, or a
/// `payload_codec_error` if the codec failed (the caller then retries the task, since a codec may
/// be away for a moment). Never throws itself.
[[nodiscard]] std::exception_ptr
from_failure(const temporal::api::failure::v1::Failure& from, const data_converter& converter);

/// As `from_failure`, as a value for cause chains. Throws `payload_codec_error`.
[[nodiscard]] failure_cause failure_error_from(
    const temporal::api::failure::v1::Failure& from, const data_converter& converter);

} // namespace troupe
