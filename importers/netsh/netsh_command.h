// Applies one netsh command line (advfirewall, the older firewall context, portproxy) to a firewall.
#pragma once

#include <string>
#include <vector>

#include "importers/netsh/change.h"
#include "importers/netsh/command.h"
#include "importers/netsh/report.h"

namespace fwproof::importers::netsh {

class NetshCommands {
 public:
  NetshCommands(Firewall& firewall, Reporter& reporter) : firewall_(firewall), changes_(firewall), reporter_(reporter) {}

  // `arguments`: behind the word netsh. Remembers the context that `netsh -f` scripts and interactive sessions change into.
  Effect apply(std::vector<Argument> arguments, const CommandContext& context);
  // A line of such a script, without the word netsh: not_ours unless it reads as one.
  Effect apply_in_context(std::vector<Argument> arguments, const CommandContext& context);
  // Lines without the word netsh may be its commands.
  bool in_session() const { return !session_.empty(); }

 private:
  Effect advfirewall(std::vector<Argument> arguments, const CommandContext& context);
  Effect set_profile(std::string_view which, std::vector<Argument> arguments, const CommandContext& context);
  Effect rule_command(std::string_view verb, std::vector<Argument> arguments, const CommandContext& context);
  Effect legacy(std::vector<Argument> arguments, const CommandContext& context);
  Effect legacy_rule(std::string_view what, std::vector<Argument> arguments, const CommandContext& context);
  Effect legacy_opmode(std::vector<Argument> arguments, const CommandContext& context);
  bool read_fields(const std::vector<Argument>& arguments, size_t from, Fields& fields, const CommandContext& context);

  Firewall& firewall_;
  Changes changes_;
  Reporter& reporter_;
  std::vector<std::string> session_;  // context words
};

}  // namespace fwproof::importers::netsh
