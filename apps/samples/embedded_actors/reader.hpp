// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/samples/embedded_actors/contract.hpp"

#include <troupe/caf.hpp>

#include <caf/event_based_actor.hpp>

#include <ostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace embedded_actors {

/// An actor that calls operations: answers come to it as messages.
///
/// Dies when: it has what it wanted, or was refused.
class reader_actor final : public caf::event_based_actor {
public:
  reader_actor(
      caf::actor_config& cfg, troupe::client client, std::string language, std::ostream& out)
      : caf::event_based_actor(cfg), client_(std::move(client)), language_(std::move(language)),
        out_(out) {}

  caf::behavior make_behavior() override {
    troupe::nexus::ask<phrasebook_service::languages>(this, client_, endpoint)
        .then(
            [this](const std::vector<std::string>& known) {
              out_ << "Languages:";
              for (const auto& each : known)
                out_ << ' ' << each;
              out_ << std::endl;
              translate();
            },
            [this](const caf::error& why) { refused(why); });
    return {}; // it lives as long as it waits for an answer
  }

private:
  void translate() {
    troupe::nexus::ask<phrasebook_service::translate>(
        this, client_, endpoint, {.text = "Hello World", .language = language_})
        .then(
            [this](const std::string& text) { out_ << text << std::endl; },
            [this](const caf::error& why) { refused(why); });
  }
  void refused(const caf::error& why) {
    std::visit(
        [this](const auto& error) { out_ << "Refused: " << error.what() << std::endl; },
        troupe::nexus::meaning_of(system(), why));
  }

  troupe::client client_;
  std::string language_;
  std::ostream& out_;
};

} // namespace embedded_actors
