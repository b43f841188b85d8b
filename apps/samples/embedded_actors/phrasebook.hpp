// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/samples/embedded_actors/contract.hpp"

#include <troupe/caf.hpp>

#include <map>
#include <string>
#include <vector>

namespace embedded_actors {

/// What the contract's operations are to an actor: the messages of its interface.
using phrasebook = caf::typed_actor<
    caf::replies_to<phrase>::with<std::string>,
    caf::replies_to<troupe::nexus::request_of<phrasebook_service::languages>>::with<
        std::vector<std::string>>>;

/// An actor as any other: it does not know that it serves Nexus operations, but for whom.
class phrasebook_actor final : public phrasebook::base {
public:
  using phrasebook::base::base;

  behavior_type make_behavior() override {
    return {
        [this](const phrase& what) -> caf::result<std::string> {
          const auto found = hello_.find(what.language);
          if (found == hello_.end())
            return troupe::nexus::actor_error(
                troupe::nexus::handler_error_type::bad_request,
                "there are no phrases in " + what.language);
          const auto rest = what.text.find(' ');
          return found->second + (rest == std::string::npos ? "" : what.text.substr(rest));
        },
        [this](const troupe::nexus::request_of<phrasebook_service::languages>&) {
          std::vector<std::string> all;
          for (const auto& [language, word] : hello_)
            all.push_back(language);
          return all;
        }};
  }

private:
  const std::map<std::string, std::string> hello_{
      {"de", "Hallo"}, {"es", "Hola"}, {"fr", "Bonjour"}};
};

} // namespace embedded_actors
