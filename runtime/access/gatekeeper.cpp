// SPDX-License-Identifier: Apache-2.0
#include "runtime/access/gatekeeper.hpp"

#include "runtime/access/api_keys.hpp"
#include "runtime/access/client_authorities.hpp"
#include "runtime/access/watched_file.hpp"
#include "runtime/access/web_tokens.hpp"
#include "runtime/base/log/log.hpp"
#include "runtime/http/post.hpp"

#include <algorithm>
#include <cctype>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace troupe::access {

namespace {

/// How often a key set behind a URL is fetched.
constexpr std::chrono::minutes between_fetches{1};
/// Of tokens and certificates that were checked: a signature costs more than a call.
constexpr std::size_t most_remembered = 1000;
constexpr std::string_view end_of_certificate = "-----END CERTIFICATE-----";
constexpr std::size_t longest_credential = 16 * 1024;
constexpr std::size_t largest_key_set = std::size_t{1} << 20;

/// What stands behind `Bearer `, in any case; nothing if the header is of another kind.
std::optional<std::string_view> bearer_of(std::string_view header) {
  constexpr std::string_view kind = "bearer ";
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  if (header.size() <= kind.size() || header.size() > longest_credential
      || !std::ranges::equal(header.substr(0, kind.size()), kind, same))
    return std::nullopt;
  return header.substr(kind.size());
}

bool is_url(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

} // namespace

struct gatekeeper::implementation {
  explicit implementation(gate_options given) : options(std::move(given)) {
    if (!options.api_key_file.empty())
      key_file.emplace(options.api_key_file);
    if (!options.token_key_set.empty() && !is_url(options.token_key_set))
      set_file.emplace(options.token_key_set);
    for (const auto& each : options.client_authorities)
      authority_files.emplace_back(each.path);
    if (is_url(options.token_key_set) && !http::parse_http_url(options.token_key_set))
      throw access_error{"\"" + options.token_key_set + "\" is no URL of a key set"};
  }

  /// What is wrong with a file, as it is told at the start and later.
  struct problem {
    std::string path;
    std::string why;
  };

  std::optional<problem> read_keys(bool is_first) {
    if (!key_file)
      return std::nullopt;
    const auto text = key_file->read_if_changed();
    if (!text)
      return std::nullopt;
    if (!text->why_not.empty() && (is_first || !text->is_missing))
      return problem{key_file->path(), text->why_not};
    auto read = api_keys::parse(text->bytes);
    if (!read)
      return problem{key_file->path(), read.error()};
    if (key_file->is_open_to_others() && !text->is_missing)
      log::warn(
          "the file of API keys can be read by others than its owner: chmod 600",
          {{"path", key_file->path()}});
    if (!is_first)
      log::info("API keys were read", {{"path", key_file->path()}, {"keys", read->all().size()}});
    const std::lock_guard guard{mutex};
    keys = std::move(*read);
    return std::nullopt;
  }

  std::optional<problem> take_key_set(std::string_view text, const std::string& from) {
    auto read = key_set::parse(text);
    if (!read)
      return problem{from, read.error()};
    if (read->size() == 0)
      log::warn("a key set has no key for RS256 or ES256", {{"from", from}});
    const std::lock_guard guard{mutex};
    set = std::move(*read);
    remembered.clear();
    return std::nullopt;
  }

  std::optional<problem> read_key_set(bool is_first) {
    if (!set_file)
      return std::nullopt;
    const auto text = set_file->read_if_changed();
    if (!text)
      return std::nullopt;
    if (text->is_missing && !is_first)
      return take_key_set("{\"keys\":[]}", set_file->path());
    if (!text->why_not.empty())
      return problem{set_file->path(), text->why_not};
    return take_key_set(text->bytes, set_file->path());
  }

  void fetch_key_set() {
    if (!is_url(options.token_key_set))
      return;
    const auto now = std::chrono::steady_clock::now();
    if (next_fetch > now)
      return;
    next_fetch = now + between_fetches;
    const auto got = http::get_json(
        *http::parse_http_url(options.token_key_set), {.answer_bytes = largest_key_set});
    auto why = got.problem;
    if (why.empty())
      if (const auto wrong = take_key_set(got.body, options.token_key_set))
        why = wrong->why;
    if (!why.empty())
      log::error(
          "a key set cannot be had: tokens are checked by the one before",
          {{"url", options.token_key_set}, {"error", why}});
  }

  std::optional<problem> read_authorities(bool is_first) {
    std::vector<std::optional<file_text>> texts;
    bool has_changed = false;
    for (auto& file : authority_files) {
      texts.push_back(file.read_if_changed());
      has_changed = has_changed || texts.back();
    }
    if (!has_changed)
      return std::nullopt;
    authority_texts.resize(authority_files.size());
    std::optional<problem> wrong;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (!texts[i])
        continue;
      const bool is_gone = texts[i]->is_missing && !is_first;
      if (!is_gone && (!texts[i]->why_not.empty() || certificates_in(texts[i]->bytes).empty()))
        wrong = problem{
            authority_files[i].path(),
            texts[i]->why_not.empty() ? "it holds no certificate" : texts[i]->why_not};
      else
        authority_texts[i] = std::move(texts[i]->bytes);
    }
    client_authorities made;
    for (std::size_t i = 0; i < authority_texts.size(); ++i)
      made.trust(authority_texts[i], options.client_authorities[i].name_space);
    const std::lock_guard guard{mutex};
    authorities = std::move(made);
    remembered.clear();
    return wrong;
  }

  /// With the mutex held.
  std::optional<grants> find_token(std::string_view token, time_point now) {
    if (set.size() == 0)
      return std::nullopt;
    return remember("t", token, now, [&]() -> std::optional<grants> {
      auto read = token_reader{set, options.token_audience}.read(token, now);
      if (!read) {
        log::info("a token was refused", {{"reason", read.error()}});
        return std::nullopt;
      }
      return std::move(*read);
    });
  }

  /// With the mutex held. A TLS session that is resumed tells of the first certificate only: those
  /// between it and the authority are the ones that it came with.
  std::optional<grants> find_certificate(const std::string& pem, time_point now) {
    const auto end = pem.find(end_of_certificate);
    const auto first = sha256(std::string_view{pem}.substr(0, end));
    const bool is_alone =
        end == std::string::npos || pem.find(end_of_certificate, end + 1) == std::string::npos;
    if (auto granted = authorities.find(pem, now)) {
      if (!is_alone) {
        if (chains.size() >= most_remembered)
          chains.clear();
        chains.insert_or_assign(first, pem);
      }
      return granted;
    }
    const auto known = chains.find(first);
    return is_alone && known != chains.end() ? authorities.find(known->second, now) : std::nullopt;
  }

  /// Only what is good is remembered: there is no end to what is not.
  template <class Check>
  std::optional<grants>
  remember(const char* kind, std::string_view credential, time_point now, Check check) {
    const auto key = kind + sha256(credential);
    if (const auto found = remembered.find(key); found != remembered.end()) {
      if (found->second.expires > now)
        return found->second;
      remembered.erase(found);
      return std::nullopt;
    }
    auto granted = check();
    if (!granted)
      return std::nullopt;
    if (remembered.size() >= most_remembered)
      remembered.clear();
    remembered.emplace(key, *granted);
    return granted;
  }

  const gate_options options;
  // Those who read them: one thread at a time.
  std::optional<watched_file> key_file;
  std::optional<watched_file> set_file;
  std::vector<watched_file> authority_files;
  std::vector<std::string> authority_texts;
  std::chrono::steady_clock::time_point next_fetch;
  std::mutex mutex; ///< guards what follows
  api_keys keys;
  key_set set;
  client_authorities authorities;
  std::unordered_map<std::string, grants> remembered;
  std::unordered_map<std::string, std::string> chains; ///< as they were shown, by the first's sum
};

gatekeeper::gatekeeper(gate_options options)
    : impl_(std::make_unique<implementation>(std::move(options))) {
  for (const auto& wrong :
       {impl_->read_keys(true), impl_->read_key_set(true), impl_->read_authorities(true)})
    if (wrong)
      throw access_error{"cannot use \"" + wrong->path + "\": " + wrong->why};
  impl_->fetch_key_set();
}

gatekeeper::~gatekeeper() = default;

std::optional<grants> gatekeeper::find(
    std::string_view authorization,
    const std::function<std::string()>& certificate,
    time_point now) {
  auto& self = *impl_;
  if (!authorization.empty()) {
    const auto credential = bearer_of(authorization);
    if (!credential)
      return std::nullopt;
    const std::lock_guard guard{self.mutex};
    return is_api_key(*credential) ? self.keys.find(*credential, now)
                                   : self.find_token(*credential, now);
  }
  if (self.options.client_authorities.empty())
    return std::nullopt;
  const auto pem = certificate();
  if (pem.empty())
    return std::nullopt;
  const std::lock_guard guard{self.mutex};
  return self.remember("c", pem, now, [&] { return self.find_certificate(pem, now); });
}

void gatekeeper::refresh() {
  for (const auto& wrong :
       {impl_->read_keys(false), impl_->read_key_set(false), impl_->read_authorities(false)})
    if (wrong)
      log::error(
          "a file of who may call cannot be used: what was read before stays",
          {{"path", wrong->path}, {"error", wrong->why}});
  impl_->fetch_key_set();
}

} // namespace troupe::access
