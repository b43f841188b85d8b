// SPDX-License-Identifier: Apache-2.0
#include "apps/troupe/contract/source_files.hpp"

#include "runtime/base/file.hpp"

#include <charconv>
#include <cstddef>
#include <filesystem>
#include <system_error>
#include <utility>

namespace troupe::cli::contract {
namespace {

constexpr std::size_t largest = 16U << 20U;

int digit_of(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

// `%7B` is `{`; what is no such escape stays.
std::string percent_decoded(const std::string& text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : digit_of(text[i + 2]);
    if (low < 0) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

// The escapes of JSON pointers.
std::string pointer_part(const std::string& text) {
  std::string part;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '~' && i + 1 < text.size() && (text[i + 1] == '0' || text[i + 1] == '1'))
      part += text[++i] == '0' ? '~' : '/';
    else
      part += text[i];
  return part;
}

source_ref step(const source_node& from, const std::string& part) {
  if (from.is == source_node::kind::map) {
    const auto* const found = from.find(part);
    return found == nullptr ? nullptr : found->value;
  }
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
  const bool is_index = error == std::errc{} && end == part.data() + part.size();
  return is_index && index < from.items.size() ? from.items[index] : nullptr;
}

} // namespace

source_ref source_files::open(const std::string& path) {
  const auto known = files_.find(path);
  if (known != files_.end())
    return known->second;
  auto file = read_file(path, largest);
  if (!file.why_not.empty())
    throw command_error("failed reading " + path + ": " + file.why_not);
  return files_[path] = parse_source(path, file.bytes);
}

referenced_node
source_files::resolve(const std::string& file, const std::string& reference, const place& at) {
  const auto hash = reference.find('#');
  const auto target = percent_decoded(reference.substr(0, hash));
  const auto pointer = percent_decoded(hash == std::string::npos ? "" : reference.substr(hash + 1));
  if (target.find("://") != std::string::npos)
    throw source_error(
        at,
        "$ref " + reference
            + " leads out of this machine: save that file beside this one and name it here");
  referenced_node found;
  found.file =
      target.empty()
          ? file
          : (std::filesystem::path{file}.parent_path() / target).lexically_normal().string();
  try {
    // A pipe, say, would be waited for.
    if (std::error_code error; !target.empty() && std::filesystem::exists(found.file, error)
                               && !std::filesystem::is_regular_file(found.file, error))
      throw command_error("failed reading " + found.file + ": it is no regular file");
    found.node = open(found.file);
  } catch (const source_error&) {
    throw;
  } catch (const command_error& error) {
    throw source_error(at, error.what());
  }
  found.name = std::filesystem::path{found.file}.filename().string();
  found.name = found.name.substr(0, found.name.find('.'));
  if (!pointer.empty() && pointer.front() != '/')
    throw source_error(at, "$ref " + reference + " does not look like #/types/NAME");
  for (std::size_t begin = 0; begin < pointer.size();) {
    const auto end = std::min(pointer.find('/', begin + 1), pointer.size());
    found.name = pointer_part(pointer.substr(begin + 1, end - begin - 1));
    found.node = step(*found.node, found.name);
    if (found.node == nullptr)
      throw source_error(
          at, "$ref " + reference + " leads nowhere: there is no \"" + found.name + "\"");
    begin = end;
  }
  return found;
}

} // namespace troupe::cli::contract
