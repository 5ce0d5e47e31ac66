// Reads `netsh firewall show config|portopening|state` of Windows XP and Server 2003, as later versions still print it.
#pragma once

#include <span>
#include <string_view>

#include "importers/netsh/ast.h"
#include "importers/netsh/report.h"

namespace fwproof::importers::netsh {

bool legacy_starts_at(std::span<const std::string_view> lines, size_t at);

class LegacyParser {
 public:
  LegacyParser(Firewall& firewall, Reporter& reporter) : firewall_(firewall), reporter_(reporter) {}

  // Takes the line at lines[at] if it belongs to such a listing.
  bool take(std::span<const Line> lines, size_t at);
  void finish() { part_ = Part::none; }

 private:
  enum class Part : uint8_t { none, profile, services, programs, ports, icmp, logging, status, open_ports };
  bool take_heading(const Line& line);
  bool take_setting(const Line& line);
  bool take_row(const Line& line);
  void add_rule(const Line& line, std::string_view mode);
  FieldValue value(std::string_view text, const Line& line) const;

  Firewall& firewall_;
  Reporter& reporter_;
  Part part_ = Part::none;
  unsigned profiles_ = kAllProfiles;
};

}  // namespace fwproof::importers::netsh
