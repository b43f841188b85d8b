// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/checks/message_parts.hpp"
#include "test/runtime/embedded/service_fixture.hpp"

#include <boost/test/unit_test.hpp>

namespace troupe::test {
namespace {

bool few(const google::protobuf::Message& message) {
  return embedded::has_few_parts(message.SerializeAsString(), *message.GetDescriptor());
}

BOOST_AUTO_TEST_SUITE(message_parts)

BOOST_AUTO_TEST_CASE(a_large_text_is_few_parts_and_a_million_empty_messages_are_many) {
  wire::StartWorkflowExecutionRequest request;
  request.mutable_input()->add_payloads()->set_data(std::string(3'000'000, '\x0a'));
  BOOST_TEST(few(request));
  auto& callback = *request.add_completion_callbacks();
  for (int i = 0; i < 36'000; ++i)
    callback.add_links();
  BOOST_TEST(few(request));
  for (int i = 0; i < 2'000; ++i)
    callback.add_links();
  BOOST_TEST(!few(request));
}

BOOST_AUTO_TEST_CASE(texts_and_numbers_of_lists_count_as_they_cost) {
  wire::StartWorkflowExecutionRequest request;
  const auto fill_to = [&](int texts) {
    auto& types = *request.mutable_retry_policy()->mutable_non_retryable_error_types();
    while (types.size() < texts)
      *types.Add() = "t";
    return few(request);
  };
  BOOST_TEST(fill_to(39'000));
  BOOST_TEST(!fill_to(41'000));
  wire::DescribeTaskQueueRequest about;
  const auto fill_types_to = [&](int types) {
    while (about.task_queue_types_size() < types)
      about.add_task_queue_types(temporal::api::enums::v1::TASK_QUEUE_TYPE_WORKFLOW);
    return few(about);
  };
  BOOST_TEST(fill_types_to(1'580'000));
  BOOST_TEST(!fill_types_to(1'620'000));
}

BOOST_AUTO_TEST_CASE(maps_count_as_they_cost) {
  const auto with_entries = [](int payloads, int entries) {
    wire::StartWorkflowExecutionRequest request;
    for (int k = 0; k < payloads; ++k) {
      auto& metadata = *request.mutable_input()->add_payloads()->mutable_metadata();
      for (int i = 0; i < entries; ++i)
        metadata[std::to_string(i)];
    }
    return request;
  };
  BOOST_TEST(few(with_entries(1, 16'000)));
  BOOST_TEST(!few(with_entries(1, 16'001))); // in one message
  BOOST_TEST(few(with_entries(15, 1'500)));
  BOOST_TEST(!few(with_entries(25, 1'500))); // in all
  BOOST_TEST(few(with_entries(36'000, 0)));
  BOOST_TEST(!few(with_entries(38'000, 0)));
}

BOOST_AUTO_TEST_CASE(a_memo_as_large_as_it_may_be_in_entries_of_a_line_is_few_parts) {
  wire::StartWorkflowExecutionRequest request;
  auto& memo = *request.mutable_memo()->mutable_fields();
  for (int i = 0; i < 16'000; ++i)
    memo["key" + std::to_string(i)].set_data(std::string(105, 'x'));
  BOOST_TEST(request.memo().ByteSizeLong() > 1'900'000U);
  BOOST_TEST(few(request));
}

BOOST_AUTO_TEST_CASE(a_completion_with_thousands_of_commands_is_few_parts) {
  wire::RespondWorkflowTaskCompletedRequest request;
  for (int i = 0; i < 4'000; ++i) {
    auto& command = *request.add_commands();
    command.set_command_type(temporal::api::enums::v1::COMMAND_TYPE_RECORD_MARKER);
    auto& marker = *command.mutable_record_marker_command_attributes();
    marker.set_marker_name("core_local_activity");
    auto& payload = *(*marker.mutable_details())["data"].add_payloads();
    payload.set_data("{}");
    (*payload.mutable_metadata())["encoding"] = "json/plain";
  }
  BOOST_TEST(few(request));
}

BOOST_AUTO_TEST_CASE(any_bytes_are_looked_at_without_harm) {
  const auto& type = *wire::StartWorkflowExecutionRequest::descriptor();
  BOOST_TEST(embedded::has_few_parts("", type));
  BOOST_TEST(embedded::has_few_parts("\xff\xff\xff", type));
  std::string nested;
  // A failure whose cause has a cause, and so on, deeper than any parser goes.
  for (int i = 0; i < 2'000; ++i) {
    std::string outer = "\x22";
    for (auto size = nested.size();; size >>= 7) {
      outer += static_cast<char>(size < 128 ? size : (size & 127) | 128);
      if (size < 128)
        break;
    }
    nested = outer + nested;
  }
  BOOST_TEST(embedded::has_few_parts(nested, *temporal::api::failure::v1::Failure::descriptor()));
}

BOOST_AUTO_TEST_CASE(groups_hide_nothing) {
  // What no message has, before what is too much.
  wire::StartWorkflowExecutionRequest request;
  auto& callback = *request.add_completion_callbacks();
  for (int i = 0; i < 38'000; ++i)
    callback.add_links();
  const auto& type = *request.GetDescriptor();
  const std::string group = "\xfb\x7c\xfc\x7c";
  BOOST_TEST(!embedded::has_few_parts(group + request.SerializeAsString(), type));
  // Each field in one is kept.
  const auto full = [](int fields) {
    std::string made = "\xfb\x7c";
    for (int i = 0; i < fields; ++i)
      made += "\x08\x01";
    return made + "\xfc\x7c";
  };
  BOOST_TEST(embedded::has_few_parts(full(390'000), type));
  BOOST_TEST(!embedded::has_few_parts(full(410'000), type));
}

BOOST_AUTO_TEST_CASE(links_of_callbacks_count_like_those_of_the_request) {
  service_fixture service;
  auto request = service.start_request();
  auto& callback = *request.add_completion_callbacks();
  callback.mutable_nexus()->set_url("temporal://system");
  for (int i = 0; i < 11; ++i)
    callback.add_links();
  const auto refused = service.decide(embedded::start_execution{request});
  BOOST_TEST(
      refused.answer.status.message == "cannot attach more than 10 links per request, got 11");
}

BOOST_AUTO_TEST_CASE(values_of_json_are_counted_and_texts_are_not_looked_into) {
  for (const std::string json :
       {"", "1", "[1,2]", R"({"a":1,"b":"x,[{,"})", R"(["\",\\",1])", R"("never closed, [)"}) {
    BOOST_TEST(embedded::has_few_values(json, 3), json);
  }
  BOOST_TEST(!embedded::has_few_values("[1,2]", 2));
  BOOST_TEST(!embedded::has_few_values("[[[]]]", 3));
  std::string many{'['};
  for (int i = 0; i < 300'000; ++i)
    many += "{},";
  many.back() = ']';
  BOOST_TEST(!embedded::has_few_values(many));
  BOOST_TEST(embedded::has_few_values('"' + std::string(3'000'000, ',') + '"'));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace
} // namespace troupe::test
