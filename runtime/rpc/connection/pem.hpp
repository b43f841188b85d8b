// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

/// Certificates and keys as people have them: gRPC refuses all that is wrong with them in one way,
/// a connection that does not come about. Here it gets its name. No error shows any of the
/// material.
namespace troupe::rpc {

/// True for text that holds a PEM block; everything else is the path of a file.
[[nodiscard]] bool is_pem(std::string_view text) noexcept;

/// One certificate, key or bundle, with the words for it.
struct pem_item {
  std::string text;  ///< PEM
  std::string named; ///< `the client key in "key.pem"`
};

/// PEM text as it is, or out of the file that `text_or_path` names. Throws `connection_error` for a
/// file that cannot be read or holds no PEM. The path is shown if it can be no key itself.
[[nodiscard]] pem_item load_pem(const std::string& text_or_path, std::string_view what);

/// Throws `connection_error` unless the item holds at least one certificate and all of them can be
/// read.
void check_certificates(const pem_item& item);

/// Throws `connection_error` unless the key can be read without a passphrase and is that of the
/// first certificate.
void check_pair(const pem_item& certificates, const pem_item& key);

} // namespace troupe::rpc
