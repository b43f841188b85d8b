// SPDX-License-Identifier: Apache-2.0
#include "runtime/rpc/connection/pem.hpp"

#include "runtime/base/file.hpp"
#include "runtime/base/openssl_objects.hpp"
#include "runtime/base/text/printable.hpp"

#include <troupe/connection.hpp>

#include <openssl/pem.h>

#include <algorithm>
#include <vector>

namespace troupe::rpc {

namespace {

constexpr std::size_t largest = 8U
                                << 20U; // a bundle of all public roots has a quarter of a megabyte

struct block {
  std::string type; ///< `CERTIFICATE`
  std::string der;
};

[[noreturn]] void fail(const pem_item& item, const std::string& why) {
  throw connection_error(item.named + ' ' + why);
}

// Key material that someone took for a path has neither an extension nor a short name.
bool may_be_shown(std::string_view path) {
  if (!is_printable(path) || path.size() > 1024)
    return false;
  const auto name = path.substr(path.rfind('/') + 1);
  const auto dot = name.rfind('.');
  const bool has_extension =
      dot != std::string_view::npos && name.size() - dot <= 9 && name.size() <= 128;
  return has_extension || (path.find('/') != std::string_view::npos && path.size() <= 40);
}

std::string named(std::string_view what, const std::string& path) {
  return "the " + std::string{what}
         + (may_be_shown(path) ? " in \"" + path + '"' : " (path not shown)");
}

std::vector<block> blocks_of(const pem_item& item) {
  std::vector<block> all;
  const auto from = reader_of(item.text);
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  while (PEM_read_bio(from.get(), &name, &header, &data, &size) == 1) {
    all.push_back({name, {reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)}});
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
  }
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
    fail(item, "is corrupt: PEM block " + std::to_string(all.size() + 1) + " cannot be decoded");
  return all;
}

std::string types_of(const std::vector<block>& all) {
  std::string types;
  for (const auto& each : all)
    if (types.find(each.type) == std::string::npos)
      types += (types.empty() ? "" : ", ") + printable(each.type.substr(0, 40));
  return types.empty() ? "nothing" : types;
}

certificate_ptr parse(const block& from) {
  const auto* at = reinterpret_cast<const unsigned char*>(from.der.data());
  const auto size = static_cast<long>(from.der.size());
  return certificate_ptr{
      from.type == PEM_STRING_X509_TRUSTED ? d2i_X509_AUX(nullptr, &at, size)
                                           : d2i_X509(nullptr, &at, size)};
}

// The first certificate; all of them are checked.
certificate_ptr first_of(const pem_item& item) {
  certificate_ptr first;
  std::size_t count = 0;
  const auto all = blocks_of(item);
  for (const auto& each : all) {
    if (each.type != PEM_STRING_X509 && each.type != PEM_STRING_X509_OLD
        && each.type != PEM_STRING_X509_TRUSTED)
      continue;
    ++count;
    auto certificate = parse(each);
    if (!certificate)
      fail(item, "is corrupt: certificate " + std::to_string(count) + " cannot be decoded");
    if (!first)
      first = std::move(certificate);
  }
  if (!first)
    fail(item, "holds no certificate but " + types_of(all));
  return first;
}

// OpenSSL would ask the terminal.
int no_passphrase(char*, int, int, void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return -1;
}

key_ptr key_of(const pem_item& item) {
  bool is_encrypted = false;
  key_ptr key{
      PEM_read_bio_PrivateKey(reader_of(item.text).get(), nullptr, no_passphrase, &is_encrypted)};
  if (key)
    return key;
  if (is_encrypted)
    fail(item, "is encrypted; give it without a passphrase (openssl pkey decrypts it)");
  ERR_clear_error();
  const auto all = blocks_of(item);
  if (std::ranges::none_of(
          all, [](const auto& each) { return each.type.ends_with("PRIVATE KEY"); }))
    fail(item, "holds no private key but " + types_of(all));
  fail(item, "is corrupt: the private key cannot be decoded");
}

} // namespace

bool is_pem(std::string_view text) noexcept {
  return text.find("-----BEGIN ") != std::string_view::npos;
}

pem_item load_pem(const std::string& text_or_path, std::string_view what) {
  if (is_pem(text_or_path))
    return {text_or_path, "the " + std::string{what}};
  auto file = read_file(text_or_path, largest);
  const auto name = named(what, text_or_path);
  if (!file.why_not.empty())
    throw connection_error(
        "cannot read " + name + ": " + file.why_not
        + "; give PEM text or the path of a file that holds it");
  if (!is_pem(file.bytes))
    throw connection_error(name + " is not PEM text");
  return {std::move(file.bytes), name};
}

void check_certificates(const pem_item& item) {
  const quiet_errors quiet;
  (void)first_of(item);
}

void check_pair(const pem_item& certificates, const pem_item& key) {
  const quiet_errors quiet;
  const auto certificate = first_of(certificates);
  const auto private_key = key_of(key);
  if (X509_check_private_key(certificate.get(), private_key.get()) != 1)
    fail(key, "does not belong to " + certificates.named);
}

} // namespace troupe::rpc
