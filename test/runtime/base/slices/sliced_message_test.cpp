// SPDX-License-Identifier: Apache-2.0
#include "runtime/base/slices/long_text.hpp"
#include "runtime/base/slices/sliced_message.hpp"
#include "runtime/base/slices/sliced_work.hpp"

#include <boost/test/unit_test.hpp>
#include <google/protobuf/stubs/logging.h>
#include <temporal/api/workflowservice/v1/request_response.pb.h>

#include <string>
#include <vector>

namespace {

namespace wire = temporal::api::workflowservice::v1;
using request = wire::StartWorkflowExecutionRequest;

std::string text_of(std::size_t bytes, std::string_view letter) {
  std::string made;
  while (made.size() < bytes)
    made += letter;
  return made;
}

/// Requests that hold much, of whatever kind.
std::vector<request> large_requests() {
  std::vector<request> all(7);
  all[0].mutable_input()->add_payloads()->set_data(std::string(3'000'000, '\xff'));
  for (int n = 0; n < 20'000; ++n)
    all[1].mutable_input()->add_payloads()->set_data("x");
  all[2].set_identity(text_of(3'000'000, "\xce\xb1")); // Greek
  all[3].set_identity(text_of(3'000'000, "x"));
  auto& failure = *all[4].mutable_continued_failure();
  failure.mutable_cause()->mutable_cause()->set_message(text_of(1'200'000, "\xce\xb1"));
  failure.mutable_cause()->set_stack_trace(text_of(1'300'000, "\xe2\x82\xac"));
  (*all[5].mutable_input()->add_payloads()->mutable_metadata())["k"] =
      std::string(2'000'000, '\xff');
  auto& header = *all[5].mutable_header()->mutable_fields();
  header[text_of(1'100'000, "\xce\xb1")].set_data("a long key");
  auto& nexus = *all[6].add_completion_callbacks()->mutable_nexus();
  nexus.set_url("u");
  (*nexus.mutable_header())["k"] = text_of(1'100'000, "\xce\xb1");
  (*nexus.mutable_header())["l"] = text_of(1'100'000, "\xce\xb2");
  return all;
}

BOOST_AUTO_TEST_SUITE(sliced_message)

BOOST_AUTO_TEST_CASE(read_in_slices_it_is_the_same_message) {
  for (const auto& each : large_requests()) {
    std::string bytes = each.SerializeAsString();
    request read;
    bool is_read = false;
    int slices = 1;
    troupe::sliced_work work{[&] { is_read = troupe::read_in_slices(bytes, read); }};
    while (!work.step(200))
      ++slices;
    BOOST_TEST(is_read);
    BOOST_TEST(slices > 3);
    // Maps have no order, so compare what was read in one piece.
    request whole;
    BOOST_TEST(whole.ParseFromString(bytes));
    BOOST_TEST(read.ShortDebugString().size() == whole.ShortDebugString().size());
    BOOST_TEST(read.identity() == whole.identity());
    BOOST_TEST(
        read.continued_failure().SerializeAsString()
        == whole.continued_failure().SerializeAsString());
    BOOST_TEST(read.input().payloads_size() == whole.input().payloads_size());
    BOOST_TEST(read.completion_callbacks_size() == whole.completion_callbacks_size());
    for (int n = 0; n < whole.completion_callbacks_size(); ++n)
      for (const auto& [name, value] : whole.completion_callbacks(n).nexus().header())
        BOOST_TEST(read.completion_callbacks(n).nexus().header().at(name) == value);
    for (const auto& [name, value] : whole.header().fields())
      BOOST_TEST(read.header().fields().at(name).data() == value.data());
  }
}

BOOST_AUTO_TEST_CASE(written_in_slices_it_is_the_same_bytes) {
  for (const auto& each : large_requests()) {
    std::optional<std::string> written;
    int slices = 1;
    troupe::sliced_work work{[&] { written = troupe::write_in_slices(each); }};
    while (!work.step(20))
      ++slices;
    BOOST_REQUIRE(written.has_value());
    BOOST_TEST(slices > 3);
    request read;
    BOOST_TEST(read.ParseFromString(*written));
    BOOST_TEST(read.ByteSizeLong() == each.ByteSizeLong());
  }
}

BOOST_AUTO_TEST_CASE(copied_in_slices_it_is_the_same_message) {
  for (const auto& each : large_requests()) {
    request copy;
    copy.set_request_id("goes away");
    int slices = 1;
    troupe::sliced_work work{[&] { troupe::copy_in_slices(each, copy); }};
    while (!work.step(1'000))
      ++slices;
    // Long texts are copied at once, many small things and what may be that in slices.
    const bool is_many = each.input().payloads_size() > 10'000 || each.has_header();
    BOOST_TEST((slices > 10) == is_many);
    BOOST_TEST(copy.ByteSizeLong() == each.ByteSizeLong());
    BOOST_TEST(copy.request_id().empty());
    // Where nothing runs in slices, the same in one go.
    request whole;
    troupe::copy_in_slices(each, whole);
    BOOST_TEST(whole.ByteSizeLong() == each.ByteSizeLong());
  }
}

BOOST_AUTO_TEST_CASE(text_that_is_no_text_is_refused_wherever_it_is) {
  auto* const logged = google::protobuf::SetLogHandler(nullptr); // goes to stderr otherwise
  request with;
  with.set_identity(text_of(2'000'000, "\xce\xb1"));
  const auto good = with.SerializeAsString();
  for (const std::size_t at : {std::size_t{100}, good.size() / 2, good.size() - 1}) {
    auto bad = good;
    bad[at] = '\xff';
    request read;
    BOOST_TEST(!troupe::read_in_slices(bad, read));
    BOOST_TEST(!read.ParseFromString(bad));
  }
  request read;
  BOOST_TEST(!troupe::read_in_slices(std::string_view{good}.substr(0, good.size() - 1), read));
  google::protobuf::SetLogHandler(logged);
}

BOOST_AUTO_TEST_CASE(only_long_texts_beyond_ascii_are_hidden) {
  request with;
  with.set_identity(text_of(2'000'000, "x"));
  with.set_workflow_id(text_of(1000, "\xce\xb1"));
  const auto bytes = with.SerializeAsString();
  BOOST_TEST((troupe::long_texts{bytes, *request::descriptor()}.empty()));
  with.set_identity(text_of(2'000'000, "\xce\xb1"));
  const auto long_one = with.SerializeAsString();
  const troupe::long_texts found{long_one, *request::descriptor()};
  BOOST_TEST(!found.empty());
  BOOST_TEST(found.masked().size() == long_one.size());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
