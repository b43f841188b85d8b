// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/unique_function.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::embedded {

/// What a row is about. The numbers are part of the format of a store: never use one twice.
enum class table : std::uint8_t {
  cluster = 1,
  name_space = 2,
  endpoint = 3,

  record = 16, ///< the head of a (namespace, workflow id)
  run = 17,    ///< what a run begins with
  event = 18,
  timer = 19,
  nexus_operation = 20,
  callback = 21,
  run_state = 22,
  request_id = 23,
  signal_request_id = 24,
  buffered_event = 25,
  activity = 26,
  peer = 27,

  visibility = 32,
  batch = 33,
  queue_config = 34,
};

/// Where a row is. Keys are made of parts (`add_key_part`), so that the rows of one owner are one
/// range of each table.
struct row_key {
  table where{};
  std::string key;

  auto operator<=>(const row_key&) const = default;
};

struct row {
  row_key key;
  std::string value;
};

/// One row as it is to be: with no value it is gone.
struct row_change {
  row_key key;
  std::optional<std::string> value;
};

/// What becomes durable together, or not at all.
struct commit_batch {
  std::vector<row_change> rows;
};

/// All rows of one table whose key begins like this.
struct row_range {
  table where{};
  std::string prefix;
};

/// The rows of all ranges that were asked for, in the order of their keys in each; nothing if they
/// could not be read.
using loaded_rows = std::optional<std::vector<row>>;

/// Appends one part of a key: whatever bytes it holds, no other part begins like it and ends
/// elsewhere, and keys sort by their parts.
void add_key_part(std::string& key, std::string_view part);
/// The same for numbers, which sort by value.
void add_key_part(std::string& key, std::uint64_t part);

/// The texts that a key is made of: the inverse for keys that hold no numbers.
std::vector<std::string> key_parts(std::string_view key);

/// What is durable: rows, written in batches.
///
/// Called from one thread, the shard's; what a call was given runs on that thread too, within the
/// call or later. After `close` nothing of it runs any more.
class store {
public:
  virtual ~store() = default;

  /// False if what is in memory is all there is: then nothing needs to be written as rows, commits
  /// need no store, and nothing is ever loaded from it.
  [[nodiscard]] virtual bool keeps_rows() const noexcept { return true; }

  /// How many batches it takes before the first of them is durable. They may become durable in any
  /// order; what depends on a batch is written after it.
  [[nodiscard]] virtual std::size_t writes_at_once() const noexcept { return 1; }

  /// Runs `done(true)` once the batch can no longer be lost, `done(false)` if it was refused or
  /// failed: then nothing of it is there.
  virtual void commit(commit_batch what, unique_function<void(bool)> done) = 0;

  /// The rows of the ranges as they were at one moment, and not older than the last batch that was
  /// said to be durable.
  virtual void load(std::vector<row_range> what, unique_function<void(loaded_rows)> done) = 0;
};

/// Keeps nothing: what is in memory is all there is.
class memory_store final : public store {
public:
  [[nodiscard]] bool keeps_rows() const noexcept override { return false; }
  void commit(commit_batch, unique_function<void(bool)> done) override { done(true); }
  void load(std::vector<row_range>, unique_function<void(loaded_rows)> done) override {
    done(loaded_rows{std::in_place});
  }
};

} // namespace troupe::embedded
