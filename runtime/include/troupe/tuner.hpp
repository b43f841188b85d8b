// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <variant>

/// Where a worker's slots come from (`worker_options::tuner`): how many tasks of each kind it polls
/// for and runs at a time. A fixed number, as many as CPU and memory allow, or what the program
/// says.
///
///     // Up to 80 % of the memory and 90 % of the CPU that this container may use.
///     options.tuner = troupe::resource_based_tuner(
///         {.target_memory_usage = 0.8, .target_cpu_usage = 0.9});
///
///     // Each kind in its own way.
///     auto machine = troupe::make_resource_controller({.target_memory_usage = 0.8});
///     options.tuner = troupe::make_tuner({
///         .workflow = troupe::fixed_size_slots{20},
///         .activity = troupe::resource_based_slots{machine, {.maximum = 200}},
///         .nexus = std::make_shared<my_supplier>()});
namespace troupe {

/// What a slot is for.
enum class slot_kind : std::uint8_t { workflow, activity, local_activity, nexus };

/// How the name of a kind is written: `local_activity`.
[[nodiscard]] const char* to_string(slot_kind kind) noexcept;

/// Always so many.
struct fixed_size_slots {
  std::size_t slots = 100; ///< at least 1
};

/// One PID controller: from how far a usage is from its target to how much more is welcome.
struct pid_options {
  double p_gain = 5;           ///< of the distance to the target
  double i_gain = 0;           ///< of its sum over time
  double d_gain = 1;           ///< of how much it changed since it was measured last
  double output_threshold = 0; ///< no new slot unless the output is above this
};

/// How much of the machine may be used, as fractions between 0 and 1.
struct resource_controller_options {
  double target_memory_usage = 0.8;                ///< no new slot while more is in use
  double target_cpu_usage = 0.9;                   ///< of all CPUs that the process may use
  pid_options memory = {.output_threshold = 0.25}; ///< how the memory's target is approached
  pid_options cpu = {.output_threshold = 0.05};    ///< how the CPU's target is approached
};

/// Measures CPU and memory every 100 ms, while somebody asks, and says whether there is room for
/// one more task. What the control group of the process may use counts if that is less than what
/// the machine has (cgroup v1 and v2), with all that runs in there; else the machine's. Shared by
/// all suppliers, also of several workers, that are to keep within the same targets. Thread-safe.
class resource_controller;

/// Throws `std::invalid_argument` for targets that are not above 0 and at most 1, and
/// `std::runtime_error` where neither `/proc` nor a control group says what is in use.
[[nodiscard]] std::shared_ptr<resource_controller>
make_resource_controller(const resource_controller_options& options);

/// Between which bounds a resource-based supplier moves. Absent: as in Temporal's SDKs, by kind.
struct resource_based_slot_options {
  /// So many are given out whatever is in use, and one for each sort of poll on each shard.
  /// Workflows 2, others 1.
  std::optional<std::size_t> minimum = {};
  std::optional<std::size_t> maximum = {}; ///< at a time. 10,000
  /// Between two new slots above the minimum, so that the first of them shows in what is measured.
  /// Activities and local activities 50 ms, others none.
  std::optional<std::chrono::nanoseconds> ramp_throttle = {};
};

/// As many as `controller` has room for.
struct resource_based_slots {
  std::shared_ptr<resource_controller> controller; ///< `make_resource_controller`; must be given
  resource_based_slot_options options = {};        ///< their bounds
};

/// For what a slot is asked.
struct slot_reserve_context {
  slot_kind kind = slot_kind::workflow; ///< of the task
  std::string task_queue = {};          ///< of the worker
  std::string worker_identity = {};     ///< of the worker
  /// For tasks of runs that the worker has in its cache (workflows only). A supplier that gives the
  /// last of its slots to one sort of poll keeps the other waiting.
  bool is_sticky = false;
};

/// What a slot is used for.
struct slot_info {
  slot_kind kind = slot_kind::workflow; ///< of the task
  bool is_sticky = false;               ///< of a run in the worker's cache
  std::string type = {};                ///< of the workflow or activity; empty for Nexus
  std::string service = {};             ///< of a Nexus request, else empty
  std::string operation = {};           ///< of a Nexus request, else empty
};

/// A slot of a program's own supplier, with whatever that wants to know again later.
struct granted_slot {
  std::shared_ptr<void> data = {}; ///< the supplier's; may be null
};

/// A task has come for the slot.
struct slot_mark_used_context {
  const slot_info& info;    ///< what it is
  const granted_slot& slot; ///< as it was granted
};

/// The slot is over.
struct slot_release_context {
  const slot_info* info;    ///< null: no task came for it
  const granted_slot& slot; ///< as it was granted
};

namespace detail {

/// Who asked for a slot.
class slot_asker {
public:
  virtual ~slot_asker() = default;
  [[nodiscard]] virtual const slot_reserve_context& context() const noexcept = 0;
  [[nodiscard]] virtual bool is_wanted() const noexcept = 0;
  virtual void granted(granted_slot slot) = 0;
  virtual void failed(std::exception_ptr error) noexcept = 0;
  virtual void asks_again(std::chrono::nanoseconds after) = 0;
};

} // namespace detail

/// The wish for one slot, to be answered once: now, or later from any thread. Left unanswered it is
/// a failure when it is destroyed. Movable; one thread at a time.
class slot_reservation {
public:
  /// For workers.
  explicit slot_reservation(std::shared_ptr<detail::slot_asker> asker) noexcept
      : asker_(std::move(asker)) {}
  /// Takes the wish over; the other one has none to answer then.
  slot_reservation(slot_reservation&&) noexcept = default;
  /// What was there, unanswered, fails.
  slot_reservation& operator=(slot_reservation&& other) noexcept;
  ~slot_reservation();

  /// Who asks. Not after the answer.
  [[nodiscard]] const slot_reserve_context& context() const;
  /// False once it is answered, and when nobody waits any more, since the worker stops; a slot that
  /// is granted then is released at once.
  [[nodiscard]] bool is_wanted() const noexcept { return asker_ && asker_->is_wanted(); }

  /// Here it is. Throws `std::logic_error` if there was an answer before; so do the others.
  void grant(granted_slot slot = {});
  /// There is none: logged, and asked for again after a second.
  void fail(std::exception_ptr error);
  /// There is none now; `reserve` is called again after that time, or when a slot of this supplier
  /// is released.
  void ask_again(std::chrono::nanoseconds after);

private:
  std::shared_ptr<detail::slot_asker> take();
  std::shared_ptr<detail::slot_asker> asker_;
};

/// A program's own rule for the slots of one kind of task: derive from it and give it to a tuner.
///
/// A slot is reserved before the worker polls for its task, marked as used when a task has come,
/// and released once, used or not, when the task is answered. Called on the worker's shards and on
/// threads of clients, several at a time, with no lock held: members must be thread-safe and must
/// not block. What they throw is logged; a slot that could not be reserved for that reason is asked
/// for again after a second.
class custom_slot_supplier {
public:
  virtual ~custom_slot_supplier() = default;

  /// A slot, or nothing if there is none right now. Also asked for tasks that come without a poll
  /// (eager activities and workflow starts), which go the usual way if there is none.
  [[nodiscard]] virtual std::optional<granted_slot>
  try_reserve(const slot_reserve_context& context) = 0;

  /// The slot for a poll, or for a local activity: answer `request` as soon as there is one. At
  /// most one of each sort of poll on each shard is asked for at a time. Unless it is overridden,
  /// `try_reserve` is asked every 10 ms and after each release.
  virtual void reserve(slot_reservation request);

  /// A task has come for the slot.
  virtual void mark_used(const slot_mark_used_context&) {}
  /// The slot is over.
  virtual void release(const slot_release_context&) {}

  /// How many there can be at a time, for metrics; absent: that cannot be said.
  [[nodiscard]] virtual std::optional<std::size_t> maximum() const { return std::nullopt; }
};

/// Where the slots of one kind come from; nothing: `max_concurrent_...` of the worker's options.
using slot_source = std::variant<
    std::monostate,
    fixed_size_slots,
    resource_based_slots,
    std::shared_ptr<custom_slot_supplier>>;

/// Where a worker's slots come from, by kind of task.
struct worker_tuner {
  slot_source workflow = {};       ///< of workflow tasks
  slot_source activity = {};       ///< of activity tasks
  slot_source local_activity = {}; ///< of local activities
  slot_source nexus = {};          ///< of Nexus tasks
};

/// A tuner for `worker_options::tuner`; several workers may have the same one. Throws
/// `std::invalid_argument` for a source that makes no sense, and says which and why.
[[nodiscard]] std::shared_ptr<const worker_tuner> make_tuner(worker_tuner sources);

/// What a resource-based tuner is told.
struct resource_based_tuner_options {
  double target_memory_usage = 0.8;                ///< as in `resource_controller_options`
  double target_cpu_usage = 0.9;                   ///< as in `resource_controller_options`
  pid_options memory = {.output_threshold = 0.25}; ///< how the memory's target is approached
  pid_options cpu = {.output_threshold = 0.05};    ///< how the CPU's target is approached
  resource_based_slot_options workflow = {};       ///< bounds of workflow tasks
  resource_based_slot_options activity = {};       ///< bounds of activities
  resource_based_slot_options local_activity = {}; ///< bounds of local activities
  resource_based_slot_options nexus = {};          ///< bounds of Nexus tasks
};

/// All kinds share one controller. Throws as `make_resource_controller` and `make_tuner` do.
[[nodiscard]] std::shared_ptr<const worker_tuner>
resource_based_tuner(const resource_based_tuner_options& options);

} // namespace troupe
