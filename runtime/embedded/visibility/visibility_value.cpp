// SPDX-License-Identifier: Apache-2.0
#include "runtime/embedded/visibility/visibility_value.hpp"

#include "runtime/base/time/time.hpp"
#include "runtime/base/time/time_text.hpp"
#include "runtime/protocol/json_value.hpp"

#include <temporal/api/workflow/v1/message.pb.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace troupe::embedded {

namespace {

using row_info = temporal::api::workflow::v1::WorkflowExecutionInfo;
using google::protobuf::Timestamp;

/// Of JSON, read and made into words.
constexpr std::size_t bytes_per_unit = 16;

constexpr std::string_view end_of_time = "9999-12-31 23:59:59+00:00";

/// `2026-01-31T12:00:00.5Z` in the store's form.
std::string in_stores_form(std::string text) {
  text[text.find('T')] = ' ';
  text.pop_back();
  return text + "+00:00";
}

/// A custom attribute's time is kept in milliseconds, rounded, all three digits of them.
std::string custom_time(instant time) {
  auto millis = (time.nanos + 500'000) / 1'000'000;
  time.seconds += millis / 1000;
  time.nanos = millis % 1000 * 1'000'000;
  auto text = rfc3339(time, fraction_digits::thousands);
  if (time.nanos == 0)
    text.insert(text.size() - 1, ".000");
  return in_stores_form(std::move(text));
}

attribute_value time_value(const Timestamp& time) {
  return stored_time(time.seconds(), time.nanos());
}

attribute_value text_or_absent(const std::string& text) {
  return text.empty() ? attribute_value{} : attribute_value{text};
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number value{};
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && at == end ? std::optional{value} : std::nullopt;
}

/// The largest double is far beyond the largest integer, and casting what does not fit is
/// undefined.
bool fits_integer(double value) {
  return value >= -9223372036854775808.0 && value < 9223372036854775808.0;
}

/// The store keeps a whole number as an integer.
attribute_value stored_number(double value) {
  if (fits_integer(value) && value == std::trunc(value))
    return static_cast<std::int64_t>(value);
  return value;
}

/// What Go reads a `null` in a list as.
attribute_value of_null(attribute_type type) {
  switch (type) {
  case attribute_type::text: return words_of_text("");
  case attribute_type::keyword: return std::string{};
  case attribute_type::datetime: return custom_time(*parse_rfc3339("0001-01-01T00:00:00Z"));
  case attribute_type::boolean:
  case attribute_type::integer:
  case attribute_type::real: return std::int64_t{0};
  default: return {};
  }
}

attribute_value from_json(const protocol::json_value& json, attribute_type type) {
  using is = protocol::json_value::type;
  if (type == attribute_type::keyword_list) {
    std::vector<std::string> words;
    if (json.is == is::string)
      add_words_of_keyword(json.text, words);
    else if (json.is != is::array || json.items.empty())
      return {};
    for (const auto& item : json.items)
      add_words_of_keyword(item.text, words);
    return words;
  }
  // A list of one stands for its element.
  if (json.is == is::array) {
    if (json.items.size() != 1 || json.items[0].is == is::array)
      return {};
    return json.items[0].is == is::null ? of_null(type) : from_json(json.items[0], type);
  }
  switch (type) {
  case attribute_type::text:
    return json.is == is::string ? attribute_value{words_of_text(json.text)} : attribute_value{};
  case attribute_type::keyword:
    return json.is == is::string ? attribute_value{json.text} : attribute_value{};
  case attribute_type::boolean:
    return json.is == is::boolean ? attribute_value{std::int64_t{json.text == "true"}}
                                  : attribute_value{};
  case attribute_type::datetime: {
    const auto time = json.is == is::string ? parse_rfc3339(json.text) : std::nullopt;
    return time ? attribute_value{custom_time(*time)} : attribute_value{};
  }
  case attribute_type::integer:
  case attribute_type::real: {
    if (json.is != is::number)
      return {};
    if (const auto whole = number_of<std::int64_t>(json.text))
      return *whole;
    const auto number = number_of<double>(json.text);
    return number ? stored_number(*number) : attribute_value{};
  }
  default: return {};
  }
}

attribute_value
read_attribute(const row_info& row, const visibility_column& column, std::size_t& work) {
  const auto& fields = row.search_attributes().indexed_fields();
  const auto found = fields.find(column.name);
  if (found == fields.end())
    return {};
  work += found->second.data().size() / bytes_per_unit;
  const auto json = protocol::parse_json(found->second.data());
  return json ? from_json(*json, column.type) : attribute_value{};
}

struct system_column {
  std::string_view name;
  attribute_value (*read)(const row_info&);
};

/// What a row has besides its attributes. The last four are known of closed runs only.
constexpr system_column system_columns[] = {
    {"WorkflowId",
     [](const row_info& row) { return attribute_value{row.execution().workflow_id()}; }},
    {"RunId", [](const row_info& row) { return attribute_value{row.execution().run_id()}; }},
    {"WorkflowType", [](const row_info& row) { return attribute_value{row.type().name()}; }},
    {"ExecutionStatus",
     [](const row_info& row) { return attribute_value{std::int64_t{row.status()}}; }},
    {"TaskQueue", [](const row_info& row) { return attribute_value{row.task_queue()}; }},
    {"StartTime", [](const row_info& row) { return time_value(row.start_time()); }},
    {"ExecutionTime", [](const row_info& row) { return time_value(row.execution_time()); }},
    {"CloseTime",
     [](const row_info& row) {
       return row.has_close_time() ? time_value(row.close_time()) : attribute_value{};
     }},
    {"ParentWorkflowId",
     [](const row_info& row) { return text_or_absent(row.parent_execution().workflow_id()); }},
    {"ParentRunId",
     [](const row_info& row) { return text_or_absent(row.parent_execution().run_id()); }},
    {"RootWorkflowId",
     [](const row_info& row) { return attribute_value{row.root_execution().workflow_id()}; }},
    {"RootRunId",
     [](const row_info& row) { return attribute_value{row.root_execution().run_id()}; }},
    {"ExecutionDuration",
     [](const row_info& row) {
       return row.has_close_time()
                  ? attribute_value{std::int64_t{from_proto(row.execution_duration()).count()}}
                  : attribute_value{};
     }},
    {"HistoryLength",
     [](const row_info& row) {
       return row.has_close_time() ? attribute_value{std::int64_t{row.history_length()}}
                                   : attribute_value{};
     }},
    {"HistorySizeBytes",
     [](const row_info& row) {
       return row.has_close_time() ? attribute_value{std::int64_t{row.history_size_bytes()}}
                                   : attribute_value{};
     }},
    {"StateTransitionCount",
     [](const row_info& row) {
       return row.has_close_time() ? attribute_value{std::int64_t{row.state_transition_count()}}
                                   : attribute_value{};
     }},
};

int sign(bool less, bool more) {
  return less ? -1 : more ? 1 : 0;
}

int compare_mixed(std::int64_t left, double right) {
  if (!fits_integer(right))
    return right > 0 ? -1 : 1;
  // Exact where a double could not tell two integers apart.
  const auto whole = static_cast<std::int64_t>(right);
  if (left != whole)
    return sign(left<whole, left> whole);
  const auto rest = right - static_cast<double>(whole);
  return sign(rest > 0, rest < 0);
}

/// A text that is a number and nothing else but blanks around it.
std::optional<attribute_value> as_number(const std::string& text) {
  constexpr std::string_view blanks = " \t\n\v\f\r";
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string::npos)
    return std::nullopt;
  std::string_view digits{text};
  digits = digits.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
  if (digits.front() == '+')
    digits.remove_prefix(1);
  // Neither `inf`, `nan` nor hexadecimal digits are numbers to the store.
  if (digits.empty() || digits.find_first_not_of("0123456789+-.eE") != std::string_view::npos)
    return std::nullopt;
  if (const auto whole = number_of<std::int64_t>(digits))
    return *whole;
  double value = 0;
  const auto* end = digits.data() + digits.size();
  const auto [at, error] = std::from_chars(digits.data(), end, value);
  if (at != end || error == std::errc::invalid_argument)
    return std::nullopt;
  if (error == std::errc::result_out_of_range)
    value = std::strtod(std::string{digits}.c_str(), nullptr);
  return stored_number(value);
}

} // namespace

attribute_value
read_column(const row_info& row, const visibility_column& column, std::size_t& work) {
  ++work;
  attribute_value value;
  const auto* found =
      std::find_if(std::begin(system_columns), std::end(system_columns), [&](const auto& each) {
        return !column.is_custom && each.name == column.name;
      });
  value = found == std::end(system_columns) ? read_attribute(row, column, work) : found->read(row);
  if (column.kept == visibility_column::store::open_end
      && std::holds_alternative<std::monostate>(value))
    value = std::string{end_of_time};
  return value;
}

int compare_values(const attribute_value& left, const attribute_value& right) {
  const auto* left_text = std::get_if<std::string>(&left);
  const auto* right_text = std::get_if<std::string>(&right);
  if (left_text != nullptr && right_text != nullptr)
    return sign(*left_text<*right_text, *left_text> * right_text);
  if (left_text != nullptr || right_text != nullptr)
    return right_text != nullptr ? -1 : 1;
  const auto* a = std::get_if<std::int64_t>(&left);
  const auto* b = std::get_if<std::int64_t>(&right);
  if (a != nullptr && b != nullptr)
    return sign(*a<*b, *a> * b);
  if (a != nullptr)
    return compare_mixed(*a, std::get<double>(right));
  if (b != nullptr)
    return -compare_mixed(*b, std::get<double>(left));
  const auto x = std::get<double>(left);
  const auto y = std::get<double>(right);
  return sign(x<y, x> y);
}

std::string value_as_text(const attribute_value& value) {
  if (const auto* text = std::get_if<std::string>(&value))
    return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return std::to_string(*number);
  if (!std::holds_alternative<double>(value))
    return {};
  char digits[40];
  std::snprintf(digits, sizeof digits, "%.15g", std::get<double>(value));
  std::string text{digits};
  if (text.find_first_of(".n") == std::string::npos) // neither a point nor `inf`
    text.insert(std::min(text.find('e'), text.size()), ".0");
  return text;
}

attribute_value fit_literal(attribute_value literal, visibility_column::store kept) {
  if (kept == visibility_column::store::text)
    return value_as_text(literal);
  if (const auto* text = std::get_if<std::string>(&literal);
      text != nullptr && kept == visibility_column::store::number)
    if (const auto number = as_number(*text))
      return *number;
  return literal;
}

bool has_prefix(std::string_view text, std::string_view prefix) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return text.size() >= prefix.size()
         && std::equal(prefix.begin(), prefix.end(), text.begin(), [&](char a, char b) {
              return lower(a) == lower(b);
            });
}

std::string stored_time(std::int64_t seconds, std::int32_t nanos) {
  return in_stores_form(rfc3339(instant{seconds, nanos / 1000 * 1000}));
}

} // namespace troupe::embedded
