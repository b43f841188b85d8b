// SPDX-License-Identifier: Apache-2.0
// What is wrong with certificates and keys is said as such, before a connection is tried.
#include "runtime/rpc/connection/connection_options.hpp"
#include "runtime/rpc/connection/pem.hpp"

#include <boost/test/unit_test.hpp>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace troupe;

namespace {

std::string pem_path(const std::string& name) {
  return std::string{TROUPE_TEST_DATA} + "/runtime/rpc/pem/" + name;
}

std::string material(const std::string& name) {
  std::ifstream file{pem_path(name)};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The client's key behind a passphrase: PKCS 8 and the older form of OpenSSL.
std::string encrypted_key(bool older) {
  const auto plain = material("client.key");
  auto* from = BIO_new_mem_buf(plain.data(), static_cast<int>(plain.size()));
  auto* key = PEM_read_bio_PrivateKey(from, nullptr, nullptr, nullptr);
  auto* to = BIO_new(BIO_s_mem());
  const auto* cipher = EVP_aes_128_cbc();
  if (older)
    PEM_write_bio_PrivateKey_traditional(
        to, key, cipher, reinterpret_cast<const unsigned char*>("pass"), 4, nullptr, nullptr);
  else
    PEM_write_bio_PKCS8PrivateKey(to, key, cipher, "pass", 4, nullptr, nullptr);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(to, &data);
  std::string text{data, static_cast<std::size_t>(size)};
  BIO_free(from);
  BIO_free(to);
  EVP_PKEY_free(key);
  return text;
}

// The third line of its base64 with signs that are none.
std::string corrupt_text(std::string text) {
  auto at = text.find('\n');
  at = text.find('\n', at + 1);
  return text.replace(at + 1, 4, "!*!*");
}

// Base64 that decodes to something else.
std::string corrupt_bytes(std::string text) {
  const auto at = text.find('\n');
  return text.replace(at + 1, 4, "AAAA");
}

std::string error_of(const tls_options& tls) {
  try {
    (void)rpc::resolve({.tls = tls});
  } catch (const connection_error& failed) {
    return failed.what();
  }
  return "";
}

std::string error_of_ca(const std::string& ca) {
  return error_of({.server_ca = ca});
}

std::string error_of_pair(const std::string& certificate, const std::string& key) {
  return error_of({.client_certificate = certificate, .client_key = key});
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct temporary_file {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("troupe-pem-" + std::to_string(getpid()) + ".pem");
  explicit temporary_file(const std::string& text) { std::ofstream{path} << text; }
  ~temporary_file() { std::filesystem::remove(path); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(pem)

BOOST_AUTO_TEST_CASE(takes_what_is_good_as_text_or_file) {
  BOOST_TEST(error_of_ca(material("ca.pem")) == "");
  BOOST_TEST(error_of_ca(pem_path("ca.pem")) == "");
  BOOST_TEST(error_of_pair(material("client.pem"), pem_path("client.key")) == "");
  BOOST_TEST(
      error_of_pair(material("client.pem") + material("ca.pem"), material("client.key")) == "");
  BOOST_TEST(
      error_of_ca("a comment\n" + material("ca.pem") + "\nmore\n" + material("ca.pem")) == "");
  // A key and its certificate in one file.
  const auto both = material("client.key") + material("client.pem");
  BOOST_TEST(error_of_pair(both, both) == "");
}

BOOST_AUTO_TEST_CASE(says_what_cannot_be_read) {
  BOOST_TEST(
      error_of_ca("no/such/file.pem")
      == "cannot read the CA certificate in \"no/such/file.pem\": No such file or directory; give "
         "PEM text or the path of a file that holds it");
  BOOST_TEST(contains(error_of_ca("/"), "Is a directory"));
  BOOST_TEST(contains(error_of_ca(pem_path("README.md")), "README.md\" is not PEM text"));
}

BOOST_AUTO_TEST_CASE(says_what_is_corrupt) {
  const auto ca = error_of_ca(corrupt_text(material("ca.pem")));
  BOOST_TEST(ca == "the CA certificate is corrupt: PEM block 1 cannot be decoded");
  BOOST_TEST(
      error_of_ca(corrupt_bytes(material("ca.pem")))
      == "the CA certificate is corrupt: certificate 1 cannot be decoded");
  BOOST_TEST(
      error_of_ca(material("ca.pem") + corrupt_bytes(material("server.pem")))
      == "the CA certificate is corrupt: certificate 2 cannot be decoded");
  const auto whole = material("ca.pem");
  BOOST_TEST(contains(error_of_ca(whole.substr(0, whole.size() / 2)), "is corrupt"));
  BOOST_TEST(contains(
      error_of_pair(corrupt_text(material("client.pem")), material("client.key")),
      "the client certificate is corrupt"));
  BOOST_TEST(contains(
      error_of_pair(material("client.pem"), corrupt_text(material("client.key"))),
      "the client key is corrupt"));
  BOOST_TEST(contains(
      error_of_pair(material("client.pem"), corrupt_bytes(material("client.key"))),
      "the client key is corrupt"));
  const temporary_file file{corrupt_text(material("ca.pem"))};
  BOOST_TEST(
      error_of_ca(file.path.string())
      == "the CA certificate in \"" + file.path.string()
             + "\" is corrupt: PEM block 1 cannot be decoded");
}

BOOST_AUTO_TEST_CASE(says_what_is_encrypted) {
  for (const bool older : {false, true}) {
    const auto key = encrypted_key(older);
    BOOST_REQUIRE(contains(key, "ENCRYPTED"));
    BOOST_TEST(contains(error_of_pair(material("client.pem"), key), "the client key is encrypted"));
  }
}

BOOST_AUTO_TEST_CASE(says_what_is_of_another_pair) {
  BOOST_TEST(
      error_of_pair(material("client.pem"), material("server.key"))
      == "the client key does not belong to the client certificate");
  BOOST_TEST(
      error_of_pair(pem_path("client.pem"), pem_path("server.key"))
      == "the client key in \"" + pem_path("server.key")
             + "\" does not belong to the client certificate in \"" + pem_path("client.pem") + '"');
  // The certificate of the pair has to be the first.
  BOOST_TEST(contains(
      error_of_pair(material("ca.pem") + material("client.pem"), material("client.key")),
      "does not belong"));
}

BOOST_AUTO_TEST_CASE(says_what_is_something_else) {
  BOOST_TEST(contains(
      error_of_ca(material("client.key")), "the CA certificate holds no certificate but "));
  BOOST_TEST(contains(error_of_ca(material("client.key")), "PRIVATE KEY"));
  BOOST_TEST(
      error_of_pair(material("client.pem"), material("client.pem"))
      == "the client key holds no private key but CERTIFICATE");
  BOOST_TEST(contains(
      error_of_pair(material("client.key"), material("client.key")),
      "the client certificate holds no certificate but "));
  BOOST_TEST(contains(error_of_ca("-----BEGIN "), "holds no certificate but nothing"));
}

BOOST_AUTO_TEST_CASE(shows_a_path_but_nothing_that_may_be_a_key) {
  BOOST_TEST(contains(error_of_pair(pem_path("client.pem"), "key.pem"), "\"key.pem\""));
  BOOST_TEST(
      contains(error_of_pair(pem_path("client.pem"), "/run/secrets/key"), "/run/secrets/key"));
  const auto key = material("client.key");
  const auto inner = key.substr(key.find('\n') + 1, 48); // base64 without its frame
  for (const auto& secret : {inner, "\n" + inner, inner + "/a/" + inner, inner + "\n" + inner})
    BOOST_TEST(!contains(error_of_pair(pem_path("client.pem"), secret), inner));
  for (const auto& bad : {corrupt_text(key), corrupt_bytes(key), key.substr(0, key.size() / 2)}) {
    const auto text = error_of_pair(material("client.pem"), bad);
    BOOST_TEST(text != "");
    for (std::size_t at = 0; at + 16 < bad.size(); at += 16)
      BOOST_TEST(!contains(text, bad.substr(at, 16)));
  }
}

BOOST_AUTO_TEST_SUITE_END()
