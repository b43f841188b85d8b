// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/cli.hpp"
#include "apps/troupe/config/config_file.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace troupe::cli;

namespace {

// The suite has the name of the class.
using subject = troupe::cli::config_file;

struct fixture {
  std::filesystem::path path = std::filesystem::temp_directory_path()
                               / ("troupe-config-file-" + std::to_string(getpid()) + ".toml");
  ~fixture() {
    std::filesystem::remove(path);
    std::filesystem::remove(path.string() + ".lock");
  }

  config_file written(const std::string& text) {
    std::ofstream{path, std::ios::binary} << text;
    return config_file{path.string()};
  }

  [[nodiscard]] std::string text() const {
    std::ostringstream all;
    all << std::ifstream{path, std::ios::binary}.rdbuf();
    return all.str();
  }
};

auto says(const std::string& words) {
  return [words](const command_error& error) { return error.what() == words; };
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(config_file, fixture)

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_has_no_profiles) {
  BOOST_TEST(subject{path.string()}.profiles().empty());
}

BOOST_AUTO_TEST_CASE(what_is_set_is_saved_and_read_again) {
  subject::properties set;
  subject::change(path.string(), [&](subject& file) {
    file.set("prod", "address", "host:1");
    file.set("prod", "tls", "true");
    file.set("prod", "tls.disabled", "true");
    file.set("prod", "tls.server_name", "a \"name\"\n\x1b");
    file.set("prod", "grpc_meta.a.b", "c");
    file.set("a b", "namespace", "n");
    set = file.of("prod");
  });
  BOOST_TEST(
      text()
      == "[profile.\"a b\"]\nnamespace = \"n\"\n\n[profile.prod]\naddress = \"host:1\"\n\n"
         "[profile.prod.grpc_meta]\n\"a.b\" = \"c\"\n\n[profile.prod.tls]\ndisabled = true\n"
         "server_name = \"a \\\"name\\\"\\n\\u001b\"\n");
  const subject again{path.string()};
  BOOST_TEST((again.of("prod") == set));
  BOOST_TEST(again.of("prod").size() == 5U);
  BOOST_TEST(std::get<bool>(again.get("prod", "tls")));
  BOOST_TEST(!std::get<bool>(again.get("a b", "tls")));
  BOOST_TEST(std::get<std::string>(again.get("prod", "grpc_meta.a.b")) == "c");
  BOOST_TEST(again.json("a b") == R"({"namespace":"n"})");
}

BOOST_AUTO_TEST_CASE(what_it_does_not_know_stays) {
  (void)written("top = 1\n[profile.p]\nfuture = [1, \"x\"]\nwhen = 2026-01-31T12:00:00Z\n");
  subject::change(path.string(), [](subject& file) { file.set("p", "address", "a:1"); });
  BOOST_TEST(text().find("top = 1\n") == 0U);
  BOOST_TEST(text().find("future = [1,\"x\"]\n") != std::string::npos, text());
  BOOST_TEST(text().find("when = 2026-01-31T12:00:00Z\n") != std::string::npos, text());
}

BOOST_AUTO_TEST_CASE(takes_properties_and_profiles_away) {
  auto file = written("[profile.p]\naddress = \"a:1\"\n[profile.p.tls]\nserver_name = \"x\"\n"
                      "[profile.p.grpc_meta]\nk = \"v\"\n[profile.q]\n");
  file.remove("p", "tls.server_name");
  BOOST_TEST(std::get<bool>(file.get("p", "tls"))); // the section stays
  file.remove("p", "grpc_meta.k");
  file.remove("p", "address");
  BOOST_TEST(file.of("p").size() == 1U);
  BOOST_CHECK_EXCEPTION(
      file.remove("p", "grpc_meta.k"), command_error, says("gRPC meta key \"k\" not found"));
  BOOST_CHECK_EXCEPTION(
      file.remove("q", "tls.disabled"), command_error, says("no TLS options found"));
  BOOST_CHECK_EXCEPTION(
      file.remove("q", "codec.auth"), command_error, says("no codec options found"));
  file.remove_profile("p");
  BOOST_TEST(file.profiles() == std::vector<std::string>{"q"});
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_property_or_no_truth) {
  subject file{path.string()};
  BOOST_CHECK_EXCEPTION(
      file.set("p", "tls.nope", "x"), command_error, says("unknown property \"tls.nope\""));
  BOOST_CHECK_EXCEPTION(
      file.set("p", "tls.disabled", "yes"),
      command_error,
      says("must be 'true' or 'false' to set this property"));
  BOOST_TEST(file.profiles().empty());
}

BOOST_AUTO_TEST_CASE(a_change_that_fails_leaves_the_file_and_its_lock_alone) {
  (void)written("[profile.p]\naddress = \"a:1\"\n");
  const auto before = text();
  const auto fail = [](subject& file) {
    file.set("p", "address", "b:2");
    file.set("p", "nope", "x");
  };
  BOOST_CHECK_THROW(subject::change(path.string(), fail), command_error);
  BOOST_TEST(text() == before);
  subject::change(path.string(), [](subject& file) { file.set("p", "address", "c:3"); });
  BOOST_TEST(std::get<std::string>(subject{path.string()}.get("p", "address")) == "c:3");
}

BOOST_AUTO_TEST_CASE(a_file_of_another_shape_is_refused_and_left_alone) {
  for (const auto* bad : {"profile = 1\n", "[profile.p\n", "\xff"})
    BOOST_CHECK_THROW((void)written(bad), command_error);
  auto file = written("[profile]\np = 1\n");
  BOOST_TEST(!file.has("p"));
}

BOOST_AUTO_TEST_SUITE_END()
