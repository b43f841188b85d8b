// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/cli.hpp"
#include "apps/troupe/config/env_file.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace troupe::cli;

namespace {

struct fixture {
  std::filesystem::path path = std::filesystem::temp_directory_path()
                               / ("troupe-env-file-" + std::to_string(getpid()) + ".yaml");
  ~fixture() {
    std::filesystem::remove(path);
    std::filesystem::remove(path.string() + ".lock");
  }

  environments read(const std::string& text) {
    std::ofstream{path, std::ios::binary} << text;
    return read_env_file(path.string());
  }

  std::string error(const std::string& text) {
    try {
      (void)read(text);
    } catch (const command_error& failed) {
      return failed.what();
    }
    return "";
  }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(env_file, fixture)

BOOST_AUTO_TEST_CASE(reads_flags_by_environment) {
  const auto all =
      read("other:\n  a:\n    b: c\nenv:\n  mine:\n    address: localhost:1\n    tls: \"true\"\n"
           "  yours: {namespace: n, api-key: }\n  empty: {}\n");
  BOOST_TEST(all.size() == 3);
  BOOST_TEST(all.at("mine").at("address") == "localhost:1");
  BOOST_TEST(all.at("mine").at("tls") == "true");
  BOOST_TEST(all.at("yours").at("namespace") == "n");
  BOOST_TEST(all.at("yours").at("api-key") == "");
  BOOST_TEST(all.at("empty").empty());
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_there_or_empty_says_nothing) {
  BOOST_TEST(read("").empty());
  BOOST_TEST(read("# only this\n").empty());
  BOOST_TEST(read_env_file((path.string() + ".absent")).empty());
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_again) {
  const environments all{
      {"empty", {}},
      {"odd: #name",
       {{"a", "null"}, {"b", "~"}, {"c", ""}, {"d", "1e3"}, {"e", "- x: \"y\"\n\tz"}}},
      {"prod", {{"address", "127.0.0.1:1"}, {"tls", "false"}, {"who", "\u00e4 \u4e2d"}}}};
  change_env_file(path.string(), [&](environments& file) { file = all; });
  BOOST_TEST((read_env_file(path.string()) == all));
  change_env_file(path.string(), [](environments& file) { file.clear(); });
  BOOST_TEST(read_env_file(path.string()).empty());
}

BOOST_AUTO_TEST_CASE(only_the_owner_can_read_what_is_written) {
  namespace fs = std::filesystem;
  const auto folder = path.string() + ".d";
  change_env_file(
      folder + "/more/env.yaml", [](environments& file) { file["a"]["api-key"] = "secret"; });
  BOOST_TEST((fs::status(folder + "/more").permissions() == fs::perms::owner_all));
  BOOST_TEST(
      (fs::status(folder + "/more/env.yaml").permissions()
       == (fs::perms::owner_read | fs::perms::owner_write)));
  // Nothing else is left there but the lock.
  BOOST_TEST(std::distance(fs::directory_iterator{folder + "/more"}, {}) == 2);
  BOOST_TEST(fs::file_size(folder + "/more/env.yaml.lock") == 0U);
  fs::remove_all(folder);
}

BOOST_AUTO_TEST_CASE(a_place_that_cannot_be_written_is_named_and_left_alone) {
  std::ofstream{path} << "kept";
  BOOST_CHECK_EXCEPTION(
      change_env_file(path.string() + "/below", [](environments&) {}),
      command_error,
      [](const command_error& failed) {
        return contains(failed.what(), "failed writing env file: Not a directory");
      });
}

BOOST_AUTO_TEST_CASE(a_folder_is_named_as_one) {
  BOOST_CHECK_EXCEPTION(read_env_file("/"), command_error, [](const command_error& error) {
    return contains(error.what(), "Is a directory");
  });
}

BOOST_AUTO_TEST_CASE(refuses_other_shapes_with_their_place_and_without_their_text) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i)
    deep += '[';
  for (const auto& bad :
       {std::string{"env: secret\n"},
        std::string{"env:\n  a: secret\n"},
        std::string{"env:\n  a:\n    b: [secret]\n"},
        std::string{"env:\n  a:\n    b:\n      c: secret\n"},
        std::string{"secret\n"},
        std::string{"env: &a\n  b: *a\n"},
        std::string{"env: {secret"},
        std::string{"env:\n  a:\n    \"secret\n"},
        std::string{"\xFF\xFE\x01secret"},
        "env: " + deep}) {
    const auto text = error(bad);
    BOOST_TEST(contains(text, path.string() + ", line "), bad.substr(0, 40));
    BOOST_TEST(!contains(text, "secret"), text);
  }
  BOOST_TEST(contains(error("env:\n  a: secret\n"), "line 2, column 6"));
}

BOOST_AUTO_TEST_SUITE_END()
