// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/payload/proto_payload.hpp"
#include "runtime/workflow/machines/local_machine.hpp"
#include "test/support/run_of.hpp"

#include <troupe/workflow/future.hpp>

#include <temporal/api/command/v1/message.pb.h>
#include <temporal/api/history/v1/message.pb.h>

#include <functional>
#include <string>
#include <utility>

namespace troupe::test {

/// The least that keeps a value in a marker: a side effect, which the code computes, or a local
/// activity, which the worker runs. What the marker says goes before both.
class marker_machine final : public workflow::detail::payload_pending,
                             public workflow::local_machine {
public:
  marker_machine(workflow::engine& run, std::string name)
      : payload_pending(run), host_(run), name_(std::move(name)) {}

  void compute(const std::function<int()>& value) {
    for (const auto* event : host_.ahead())
      if (on_ahead(*event))
        return;
    finish(encode_value(value()), nullptr);
  }
  void run_locally() { host_.run_locally(*this, {.type = name_, .input = {}, .options = {}}); }

  void retain() const noexcept override { payload_pending::retain(); }
  void release() const noexcept override { payload_pending::release(); }
  void cancel(const std::string& reason) override {
    (void)reason;
    host_.cancel_locally(*this);
  }

  [[nodiscard]] workflow::machine_kind kind() const noexcept override {
    return workflow::machine_kind::marker;
  }
  [[nodiscard]] bool wants(int) const noexcept override { return true; }
  void write(int, workflow::wire_command& to) override {
    auto& marker = *to.mutable_record_marker_command_attributes();
    marker.set_marker_name(name_);
    to_proto(value, *(*marker.mutable_details())["data"].add_payloads());
  }
  [[nodiscard]] std::string describe(int) const override { return name_; }
  void recorded(const workflow::event_row&, const workflow::history_event& event) override {
    const auto& name = event.marker_recorded_event_attributes().marker_name();
    if (name != name_)
      workflow::throw_mismatch(event, "marker name", name, name_);
  }
  void on_event(const workflow::event_row&, const workflow::history_event& event) override {
    workflow::throw_unexpected(event, name_);
  }
  [[nodiscard]] std::string waits_for() const override { return settled() ? "" : name_; }
  [[nodiscard]] std::size_t memory_bytes() const noexcept override { return sizeof(*this); }

  void on_local_result(workflow::local_result&& result) override {
    finish(std::move(result.value), std::move(result.failure));
  }
  bool on_ahead(const workflow::history_event& event) override {
    const auto& marker = event.marker_recorded_event_attributes();
    if (marker.marker_name() != name_)
      return false;
    finish(from_proto(marker.details().at("data").payloads(0)), nullptr);
    return true;
  }

private:
  void finish(payload&& result, std::exception_ptr failure) {
    value = std::move(result);
    host_.issue(*this, temporal::api::enums::v1::COMMAND_TYPE_RECORD_MARKER);
    failure != nullptr ? fail(std::move(failure)) : settle();
  }

  workflow::machine_host& host_;
  std::string name_;
};

inline workflow::future<int>
side_effect(workflow::context ctx, const std::string& name, const std::function<int()>& value) {
  auto machine = workflow::detail::make_ref<marker_machine>(run_of(ctx), name);
  machine->compute(value);
  return {machine, &workflow::detail::take_payload<int>};
}

inline workflow::future<int> local_step(workflow::context ctx, const std::string& name) {
  auto machine = workflow::detail::make_ref<marker_machine>(run_of(ctx), name);
  machine->run_locally();
  return {machine, &workflow::detail::take_payload<int>};
}

} // namespace troupe::test
