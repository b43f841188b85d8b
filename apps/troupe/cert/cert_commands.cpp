// SPDX-License-Identifier: Apache-2.0
// `troupe cert ...`.

#include "apps/troupe/cli.hpp"
#include "apps/troupe/line/flags.hpp"
#include "apps/troupe/terminal/output.hpp"
#include "runtime/access/certificate_maker.hpp"
#include "runtime/base/file.hpp"
#include "runtime/base/time/duration_text.hpp"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <memory>
#include <system_error>
#include <utility>

namespace troupe::cli {
namespace {

constexpr mode_t everybody_reads = 0644;
constexpr mode_t owner_only = 0600;
constexpr std::size_t largest_file = std::size_t{1} << 20;

struct cert_flags {
  std::string organisation, common_name, validity, ca_certificate, ca_key, certificate, key;
  std::vector<std::string> hosts;
};

/// Also in years of 365 days, as the cloud's tool has it: `1y`.
std::chrono::seconds read_validity(const std::string& text) {
  std::int64_t years = 0;
  if (const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), years);
      problem == std::errc{} && std::string_view{end} == "y" && years >= 0 && years <= 100)
    return std::chrono::days{365} * years;
  if (const auto span = parse_go_duration(text, true))
    return std::chrono::duration_cast<std::chrono::seconds>(*span);
  throw command_error(
      "invalid duration \"" + text
      + "\" for --validity-period: write it like 12h, 30d or 1y, 100y at most");
}

/// A file that was not there before, gone again unless it is kept. Never over something: what
/// stands there may be the only key there is.
class new_file {
public:
  new_file(std::string path, mode_t mode)
      : path_(std::move(path)),
        file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)) {
    if (file_ < 0)
      fail(errno);
  }
  ~new_file() {
    if (file_ >= 0)
      ::close(file_);
    if (!is_kept_)
      ::unlink(path_.c_str());
  }
  new_file(const new_file&) = delete;
  new_file& operator=(const new_file&) = delete;

  void write(std::string_view text) {
    while (!text.empty()) {
      const auto written = ::write(file_, text.data(), text.size());
      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        fail(errno);
      text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::close(std::exchange(file_, -1)) != 0)
      fail(errno);
  }
  void keep() { is_kept_ = true; }

private:
  [[noreturn]] void fail(int why) const {
    throw command_error(
        "cannot write \"" + path_ + "\": " + std::generic_category().message(why)
        + (why == EEXIST ? "; move it away first" : ""));
  }

  std::string path_;
  int file_;
  bool is_kept_ = false;
};

/// Both or none: a key without its certificate is of no use, and in the way of the next attempt.
void write_pair(
    const std::string& certificate, const std::string& key, const access::made_certificate& made) {
  new_file of_key{key, owner_only};
  new_file of_certificate{certificate, everybody_reads};
  of_key.write(made.key);
  of_certificate.write(made.certificate);
  of_key.keep();
  of_certificate.keep();
}

std::string read_text(const std::string& path) {
  auto text = read_file(path, largest_file);
  if (!text.why_not.empty())
    throw command_error("cannot read \"" + path + "\": " + text.why_not);
  return std::move(text.bytes);
}

access::certificate_request request_of(const cert_flags& with) {
  return {
      .organisation = with.organisation,
      .common_name = with.common_name,
      .hosts = with.hosts,
      .validity = read_validity(with.validity)};
}

time_point now() {
  return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
}

void make_ca(const global_flags& flags, const cert_flags& with) {
  const auto made = access::make_authority(request_of(with), now());
  write_pair(with.ca_certificate, with.ca_key, made);
  say_done("CA certificate: " + with.ca_certificate, flags);
  say_done("CA key: " + with.ca_key, flags);
}

void make_leaf(const global_flags& flags, const cert_flags& with) {
  const auto made = access::make_leaf(
      request_of(with), {read_text(with.ca_certificate), read_text(with.ca_key)}, now());
  write_pair(with.certificate, with.key, made);
  say_done("Certificate: " + with.certificate, flags);
  say_done("Key: " + with.key, flags);
}

} // namespace

void add_cert_commands(CLI::App& app, const global_flags& flags) {
  auto* group = app.add_subcommand("cert", "Make certificates for mTLS")->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, const char* validity) {
    auto* command = group->add_subcommand(name, help);
    auto given = std::make_shared<cert_flags>();
    given->validity = validity;
    add_text(*command, "--org", given->organisation, "Organisation in the certificate")->required();
    add_text(
        *command,
        "--common-name",
        given->common_name,
        "Common name in the certificate; by default the organisation");
    add_text(
        *command,
        "--validity-period",
        given->validity,
        "How long it is valid: 1y, 30d, 12h (default 1y for a CA, 30d for others)");
    add_text(*command, "--ca-cert", given->ca_certificate, "File of the CA's certificate")
        ->required();
    add_text(*command, "--ca-key", given->ca_key, "File of the CA's private key")->required();
    return std::pair{command, given};
  };
  const auto [ca, of_ca] = add("ca", "Make a CA: the certificate and key that sign others", "1y");
  ca->callback([&flags, given = of_ca] { make_ca(flags, *given); });
  const auto [leaf, of_leaf] = add("leaf", "Make a certificate that a CA signs", "30d");
  add_text(*leaf, "--cert", of_leaf->certificate, "File for the certificate")->required();
  add_text(*leaf, "--key", of_leaf->key, "File for its private key")->required();
  add_list(
      *leaf,
      "--host",
      of_leaf->hosts,
      "Host name or IP address of a server that shows it; may be given several times. Without one "
      "it is for clients only");
  leaf->callback([&flags, given = of_leaf] { make_leaf(flags, *given); });
}

} // namespace troupe::cli
