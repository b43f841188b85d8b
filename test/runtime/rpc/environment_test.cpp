// SPDX-License-Identifier: Apache-2.0
#include <troupe/connection.hpp>

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>

using namespace troupe;

namespace {

struct fixture {
  std::map<std::string, std::string> variables;
  std::filesystem::path file = std::filesystem::temp_directory_path()
                               / ("troupe-environment-" + std::to_string(getpid()) + ".toml");
  environment_options options;

  fixture() {
    options.variable = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      return found == variables.end() ? std::nullopt : std::optional{found->second};
    };
    options.variables = [this] {
      return std::vector<std::pair<std::string, std::string>>{variables.begin(), variables.end()};
    };
  }
  ~fixture() { std::filesystem::remove(file); }

  void write(const std::string& text) {
    std::ofstream{file} << text;
    options.config_file = file.string();
  }
  connection_options load() const { return connection_options_from_environment(options); }
  std::string error() const {
    try {
      (void)load();
    } catch (const connection_error& failed) {
      return failed.what();
    }
    return "";
  }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(environment, fixture)

BOOST_AUTO_TEST_CASE(has_the_defaults_of_every_temporal_tool) {
  const auto found = load();
  BOOST_TEST(found.target == "localhost:7233");
  BOOST_TEST(found.name_space == "default");
  BOOST_TEST(!found.tls.has_value());
}

BOOST_AUTO_TEST_CASE(the_environment_wins_over_the_file) {
  write(R"(
[profile.default]
address = "file:1"
namespace = "from-file"
api_key = "key"
[profile.default.grpc_meta]
some_header = "file"
other-header = "file"
)");
  variables = {
      {"TEMPORAL_ADDRESS", "environment:2"},
      {"TEMPORAL_GRPC_META_SOME_HEADER", "environment"},
      {"TEMPORAL_GRPC_META_OTHER_HEADER", ""}};
  const auto found = load();
  BOOST_TEST(found.target == "environment:2");
  BOOST_TEST(found.name_space == "from-file");
  BOOST_TEST(found.api_key == "key");
  BOOST_REQUIRE(found.headers.size() == 1);
  BOOST_TEST(found.headers[0].first == "some-header");
  BOOST_TEST(found.headers[0].second == "environment");
}

BOOST_AUTO_TEST_CASE(reads_the_profile_that_is_asked_for) {
  write("[profile.default]\naddress = \"a:1\"\n[profile.other]\naddress = \"b:2\"\n");
  BOOST_TEST(load().target == "a:1");
  variables["TEMPORAL_PROFILE"] = "other";
  BOOST_TEST(load().target == "b:2");
  options.profile = "default";
  BOOST_TEST(load().target == "a:1");
  options.profile = "absent";
  BOOST_TEST(contains(error(), "there is no profile \"absent\""));
}

// As other SDKs read them: only the name of a profile is taken as it is written.
BOOST_AUTO_TEST_CASE(reads_keys_in_any_case) {
  write("[Profile.default]\nAddress = \"a:1\"\n[Profile.default.TLS]\nServer_Name = \"s\"\n");
  options.strict = true;
  const auto found = load();
  BOOST_TEST(found.target == "a:1");
  BOOST_REQUIRE(found.tls.has_value());
  BOOST_TEST(found.tls->server_name == "s");
  options.profile = "Default";
  BOOST_TEST(contains(error(), "there is no profile \"Default\""));
}

BOOST_AUTO_TEST_CASE(reads_tls_settings) {
  write(R"(
[profile.default.tls]
client_cert_path = "cert.pem"
client_key_data = "-----BEGIN PRIVATE KEY-----"
server_name = "name"
disable_host_verification = true
)");
  const auto found = load();
  BOOST_REQUIRE(found.tls.has_value());
  BOOST_TEST(found.tls->client_certificate == "cert.pem");
  BOOST_TEST(found.tls->client_key == "-----BEGIN PRIVATE KEY-----");
  BOOST_TEST(found.tls->server_name == "name");
  BOOST_TEST(found.tls->disable_host_verification);
  variables["TEMPORAL_TLS"] = "false";
  BOOST_TEST(load().disable_tls);
  variables["TEMPORAL_TLS"] = "maybe";
  BOOST_TEST(error() == "TEMPORAL_TLS is neither true, 1, false nor 0");
}

BOOST_AUTO_TEST_CASE(refuses_a_certificate_given_twice) {
  write("[profile.default.tls]\nclient_cert_path = \"a\"\n");
  variables["TEMPORAL_TLS_CLIENT_CERT_DATA"] = "b";
  BOOST_TEST(contains(error(), "as a path and as data"));
}

BOOST_AUTO_TEST_CASE(empty_settings_of_a_file_are_not_given) {
  write("[profile.default]\naddress = \"\"\nnamespace = \"\"\n");
  BOOST_TEST(load().target == "localhost:7233");
  BOOST_TEST(load().name_space == "default");
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_says_why) {
  options.config_file = std::filesystem::temp_directory_path().string();
  BOOST_TEST(contains(error(), "Is a directory"));
  options.config_file = file.string();
  BOOST_TEST(error() == ""); // there is none
}

BOOST_AUTO_TEST_CASE(no_error_shows_what_is_secret) {
  const std::string secret = "hunter2hunter2";
  for (const auto* text :
       {"[profile.default]\napi_key = SECRET\n",
        "[profile.default]\napi_key = \"SECRET\n",
        "[profile.default]\napi_key = \"SECRET\" SECRET\n",
        "[profile.default]\napi_key = [\"SECRET\"]\n",
        "[profile.default]\napi_key = \"SECRET\"\napi_key = \"SECRET\"\n",
        "[profile.default.tls]\nclient_key_data = \"SECRET\"\n",
        "[profile.default.tls]\nclient_key_data = \"\"\"\nSECRET\n\"\"\"\n",
        "[profile.default.tls]\nclient_key_path = \"a\"\nclient_key_data = \"SECRET\"\n",
        "[profile.default.tls]\ndisabled = \"SECRET\"\n",
        "[profile.default]\napi_key = \"SECRET\xFF\"\n",
        "profile = \"SECRET\"\n",
        "SECRET"}) {
    std::string planted = text;
    for (auto at = planted.find("SECRET"); at != std::string::npos; at = planted.find("SECRET"))
      planted.replace(at, 6, secret);
    write(planted);
    const auto said = error();
    BOOST_TEST(said != "", text);
    BOOST_TEST(!contains(said, secret), said);
  }
  options.config_file.clear();
  options.disable_file = true;
  for (const auto* name :
       {"TEMPORAL_TLS",
        "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION",
        "TEMPORAL_TLS_CLIENT_KEY_DATA",
        "TEMPORAL_TLS_CLIENT_CERT_DATA",
        "TEMPORAL_TLS_SERVER_CA_CERT_DATA"}) {
    variables = {{name, secret}};
    BOOST_TEST(error() != "", name);
    BOOST_TEST(!contains(error(), secret), error());
  }
}

BOOST_AUTO_TEST_CASE(unknown_keys_are_errors_only_if_strict) {
  write("[profile.default]\nadress = \"a:1\"\n");
  BOOST_TEST(error() == "");
  options.strict = true;
  BOOST_TEST(contains(error(), "unknown key profile.default.adress"));
}

BOOST_AUTO_TEST_CASE(says_where_the_file_is_wrong) {
  write("[profile.default\n");
  BOOST_TEST(contains(error(), file.string()));
  write("[profile.default]\naddress = 7\n");
  BOOST_TEST(contains(error(), "profile.default.address is not a string"));
  write("profile = 3\n");
  BOOST_TEST(contains(error(), "profile is not a table"));
}

BOOST_AUTO_TEST_CASE(each_source_can_be_switched_off_but_not_both) {
  write("[profile.default]\naddress = \"file:1\"\n");
  variables["TEMPORAL_ADDRESS"] = "environment:2";
  options.disable_environment = true;
  BOOST_TEST(load().target == "file:1");
  options.disable_file = true;
  BOOST_TEST(contains(error(), "cannot both be disabled"));
  options.disable_environment = false;
  BOOST_TEST(load().target == "environment:2");
}

BOOST_AUTO_TEST_SUITE_END()
