// Changes that commands make to a firewall: adding, setting and deleting rules, switching profiles. Shared by netsh and PowerShell.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>

#include "importers/netsh/ast.h"
#include "importers/netsh/command.h"

namespace fwproof::importers::netsh {

// What became of a command.
enum class Effect : uint8_t {
  modelled,
  irrelevant,    // does not touch what packets may pass
  approximated,  // noted, but not part of the firewall
  opaque,        // what it does to the firewall cannot be told
  not_ours,      // no firewall command at all
};

struct CommandContext {
  model::Origin origin;
  std::string text;      // the command, for messages
  bool guarded = false;  // behind a condition or in a loop
  std::string guard;
};

using Fields = std::array<FieldValue, kKeys>;

// Rules that certainly match, that certainly do not, or it cannot be told.
enum class Match : uint8_t { yes, no, unknown };
Match matches(const FirewallRule& rule, const Fields& wanted);

class Changes {
 public:
  explicit Changes(Firewall& firewall) : firewall_(firewall) {}

  Effect add(const Fields& fields, const CommandContext& context);
  Effect remove(const Fields& wanted, const CommandContext& context);
  // All rules that match, as netsh does. Where none of the known ones does, one of Windows' own may: opaque when that could open it.
  Effect set(const Fields& wanted, const Fields& changes, const CommandContext& context);
  Effect set_profiles(unsigned profiles, const std::function<void(ProfileSettings&)>& change, const CommandContext& context);
  Effect reset(const CommandContext& context);
  // until_reset: nothing but rules and settings of the local store may have changed, so a reset makes the firewall known again.
  Effect opaque(const CommandContext& context, bool until_reset = false);

 private:
  Firewall& firewall_;
};

}  // namespace fwproof::importers::netsh
