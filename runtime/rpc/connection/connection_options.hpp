// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/rpc/transport.hpp"

#include <troupe/connection.hpp>
#include <troupe/version.hpp>

#include <string>
#include <string_view>

namespace troupe::rpc {

using troupe::connection_options;

inline constexpr std::string_view client_name = "troupe-cpp"; ///< header `client-name`
inline constexpr std::string_view client_version =
    version_text; ///< header `client-version`, a semver

/// `pid@host`, as all SDKs call themselves.
[[nodiscard]] std::string default_identity();

/// Fills in what depends on the process and checks what can be checked without a network: the
/// identity, the target's shape, legal header names, certificates and keys (`pem.hpp`), whose paths
/// become PEM text. Throws `connection_error`, which shows no value that may be secret.
[[nodiscard]] connection_options resolve(connection_options options);

/// Makes the name lower-case; gives what is wrong with the header, empty if it can be sent. Shows
/// no value.
[[nodiscard]] std::string settle_header(std::string& name, std::string_view value);

/// True if the connection is to be encrypted: not disabled, and TLS options or an API key are
/// there.
[[nodiscard]] bool uses_tls(const connection_options& options) noexcept;

/// What every call of a connection carries: `client-name`, `client-version`, `temporal-namespace`,
/// `authorization` if the key is always the same, and the user's headers, which win.
[[nodiscard]] metadata connection_metadata(const connection_options& options);

} // namespace troupe::rpc
