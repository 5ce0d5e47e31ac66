// Reads the listings of `netsh advfirewall`: rules (plain and verbose), profiles, `monitor show firewall`.
#pragma once

#include <span>
#include <string_view>

#include "importers/netsh/ast.h"
#include "importers/netsh/report.h"
#include "importers/netsh/words.h"

namespace fwproof::importers::netsh {

// Does a listing start at lines[at]?
bool listing_starts_at(std::span<const std::string_view> lines, size_t at);
// The same shape, in a language that no table knows: the label that was met, or empty.
std::string_view foreign_listing_at(std::span<const std::string_view> lines, size_t at);

class ListingParser {
 public:
  ListingParser(Firewall& firewall, Reporter& reporter) : firewall_(firewall), reporter_(reporter) {}

  // Takes the line at lines[at] if it belongs to a listing. False: it is something else, and an open rule is over.
  bool take(std::span<const Line> lines, size_t at);
  // Inside a rule whose last line has not come yet: what looks like a command there is a description.
  bool inside_rule() const { return rule_ && !(*rule_)[Key::action].present; }
  bool in_description() const { return rule_ && last_key_ == Key::description; }
  // Ends what is open. `truncated`: the file ends here.
  void finish(bool at_end_of_file);

 private:
  bool take_heading(std::span<const Line> lines, size_t at);
  bool take_rule_start(const Line& line, Key key, std::string_view value);
  void take_field(const Line& line, Key key, std::string_view label, std::string_view value);
  bool take_unlabelled(std::span<const Line> lines, size_t at);
  bool take_icmp_row(const Line& line);
  bool take_setting(const Line& line);
  bool take_unknown_setting(const Line& line, const LabelLine& parts);
  void ignore_local_rules(const Line& line, std::string_view label);
  void set_state(const Line& line, std::string_view value);
  void set_policy(const Line& line, std::string_view value);
  void take_unknown_label(const Line& line, std::string_view label, std::string_view value);

  Firewall& firewall_;
  Reporter& reporter_;
  FirewallRule* rule_ = nullptr;  // the open rule: the last of firewall_.rules
  Key last_key_ = Key::name;
  bool in_icmp_table_ = false;
  int profile_ = -1;              // the open profile block
  bool in_logging_ = false;       // behind the heading of its last part
  bool in_settings_ = false;      // inside a block of settings
  model::Origin last_origin_;
};

// Turns a printed word into the English one; marks it unknown and reports it when no table has it.
void translate(Key key, FieldValue& field, Reporter& reporter);

}  // namespace fwproof::importers::netsh
