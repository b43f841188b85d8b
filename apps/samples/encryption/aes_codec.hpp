// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/payload/codec.hpp>
#include <troupe/payload/payload_bytes.hpp>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

// AES-256-GCM as the encryption samples of the other SDKs do it, so that their workers read ours
// and ours theirs: the whole payload becomes `nonce + ciphertext + tag`, the metadata names the
// key.
namespace encryption_sample {

inline constexpr std::string_view encoding = "binary/encrypted";

class aes_codec final : public troupe::payload_codec {
public:
  /// The key is 32 bytes and comes from wherever keys are kept; these are those of the samples.
  explicit aes_codec(
      std::string key_id = "test-key-id", std::string key = "test-key-test-key-test-key-test!")
      : key_id_(std::move(key_id)), key_(std::move(key)) {
    if (key_.size() != 32)
      throw std::invalid_argument("the key must have 32 bytes");
  }

  troupe::payloads encode(troupe::payloads plain) const override {
    troupe::payloads all;
    for (const auto& each : plain) {
      troupe::payload made;
      made.set("encoding", encoding);
      made.set("encryption-key-id", key_id_);
      made.data = encrypt(troupe::to_bytes(each));
      all.push_back(std::move(made));
    }
    return all;
  }

  troupe::payloads decode(troupe::payloads encoded) const override {
    troupe::payloads all;
    for (auto& each : encoded) {
      if (each.encoding() != encoding) { // nobody has encrypted it
        all.push_back(std::move(each));
        continue;
      }
      if (const auto id = each.get("encryption-key-id"); id != key_id_)
        throw std::runtime_error("unknown key '" + std::string{id} + "'");
      all.push_back(troupe::payload_from_bytes(decrypt(each.data)));
    }
    return all;
  }

private:
  static constexpr std::size_t nonce_size = 12;
  static constexpr std::size_t tag_size = 16;
  using cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

  static void check(bool went_well, const char* what) {
    if (!went_well)
      throw std::runtime_error(what);
  }
  static const unsigned char* bytes(std::string_view of) {
    return reinterpret_cast<const unsigned char*>(of.data());
  }
  static unsigned char* bytes(std::string& of, std::size_t from) {
    return reinterpret_cast<unsigned char*>(of.data()) + from;
  }

  [[nodiscard]] std::string encrypt(std::string_view plain) const {
    std::string out(nonce_size + plain.size() + tag_size, '\0');
    check(RAND_bytes(bytes(out, 0), nonce_size) == 1, "no randomness");
    const cipher with{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
    int written = 0;
    check(
        EVP_EncryptInit_ex(
            with.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(std::string_view{out}))
                == 1
            && EVP_EncryptUpdate(
                   with.get(),
                   bytes(out, nonce_size),
                   &written,
                   bytes(plain),
                   static_cast<int>(plain.size()))
                   == 1
            && EVP_EncryptFinal_ex(with.get(), bytes(out, nonce_size + plain.size()), &written) == 1
            && EVP_CIPHER_CTX_ctrl(
                   with.get(),
                   EVP_CTRL_GCM_GET_TAG,
                   tag_size,
                   bytes(out, nonce_size + plain.size()))
                   == 1,
        "cannot encrypt");
    return out;
  }

  [[nodiscard]] std::string decrypt(std::string in) const {
    check(in.size() >= nonce_size + tag_size, "what is encrypted is too short");
    const auto size = in.size() - nonce_size - tag_size;
    std::string plain(size + tag_size, '\0'); // never empty
    const cipher with{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
    int written = 0;
    check(
        EVP_DecryptInit_ex(
            with.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(std::string_view{in}))
                == 1
            && EVP_DecryptUpdate(
                   with.get(),
                   bytes(plain, 0),
                   &written,
                   bytes(in, nonce_size),
                   static_cast<int>(size))
                   == 1
            && EVP_CIPHER_CTX_ctrl(
                   with.get(), EVP_CTRL_GCM_SET_TAG, tag_size, bytes(in, nonce_size + size))
                   == 1
            && EVP_DecryptFinal_ex(with.get(), bytes(plain, size), &written) == 1,
        "it was encrypted with another key, or changed since");
    plain.resize(size);
    return plain;
  }

  std::string key_id_;
  std::string key_;
};

} // namespace encryption_sample
