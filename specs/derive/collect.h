// Where everything that interpretation finds is gathered: rows by the specification that they belong to, left-over numbers, commands, claims and
// constraints; and how specifications come out of it.
#pragma once

#include <optional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "specs/derive/demands.h"
#include "specs/derive/left_over.h"
#include "specs/derive/outline.h"
#include "specs/derive/rows.h"

namespace fwproof::specs::derive {

constexpr size_t kMaxSpecifications = 256;   // tables with titles of their own beyond join the last one, and a diagnostic says so
constexpr size_t kMaxCommands = 10'000;
constexpr size_t kMaxClaims = 10'000;

// Ports (lowest, highest) that rows have already, by protocol.
class KnownPorts {
 public:
  using Range = std::pair<uint32_t, uint32_t>;
  void add(const Range& ports, unsigned protocol) { known_[ports].insert(protocol); }
  bool empty() const { return known_.empty(); }
  bool contains(const Range& ports) const { return known_.contains(ports); }
  // Of these protocols, those of which no row has the ports; none where the text names no protocol and a row has them.
  std::vector<unsigned> missing(const Range& ports, const std::vector<unsigned>& protocols) const;
  // A row has them, of every protocol that the text names.
  bool has(const Range& ports, const std::vector<unsigned>& protocols) const { return contains(ports) && missing(ports, protocols).empty(); }

 private:
  std::map<Range, std::set<unsigned>> known_;
};

// Of a table, list or sentence: under which title its rows stand.
struct Place {
  std::string title;
  uint32_t line = 0;
  bool own_title = false;     // a caption
  bool table = false;
};

class Collector {
 public:
  explicit Collector(std::string document_title) : title_(std::move(document_title)) {}

  // Rows under headings that say who talks to whom are parts of one specification; a heading of another kind begins one of its own.
  void add(std::vector<Draft> drafts, Section& section, const Setting& setting, const Place& place);
  // Of a sentence: its section's specification, else the one before it, else the first.
  void add_sentence(std::vector<Draft> drafts, const Section& section);
  // Of the rows from this line on, a text below them says this.
  void add_doubt(uint32_t first_line, const Standing& standing);
  bool full() const { return rows_ >= kMaxRows; }
  const KnownPorts& known() const { return known_; }
  bool is_in_table(const KnownPorts::Range& ports, const std::vector<unsigned>& protocols) const { return in_tables_.has(ports, protocols); }

  void add_commands(std::vector<PrintedCommand> commands);
  void add_claim(const Claim& claim, uint32_t line, size_t section);
  // A sentence that demands something, or offers an alternative to what one above it demands.
  void read_demand(const std::string& lower_sentence, uint32_t line, size_t section);

  Derived finish(const DeriveOptions& options, Outline& outline, RoleBook& book, Citations& citations);

  LeftOverList left_over;

 private:
  struct Claimed {
    Claim claim;
    uint32_t line;
    size_t section;
  };
  struct Demand {
    Constraint constraint;
    uint32_t line;
    size_t section;
    size_t groups;   // that stood before it
  };

  size_t new_group(const std::string& title, uint32_t line);
  size_t group_for(Section& section, const Setting& setting, const Place& place);
  size_t group_at(uint32_t line) const;
  void add_to(std::vector<Draft> drafts, size_t group, bool table);
  void demand(model::Constraint::Kind kind, uint32_t line, size_t section);
  void add_alternative(const std::string& lower_sentence);
  void settle_claims(Outline& outline);
  void settle_demands(Outline& outline);
  void spread();
  void report_limits(Derived& derived, const Outline& outline, const RoleBook& book) const;

  std::string title_;
  std::vector<Group> groups_;
  std::optional<size_t> shared_;
  std::vector<PrintedCommand> commands_;
  std::vector<Claimed> claims_;
  std::vector<Demand> demands_;
  std::vector<std::pair<model::Constraint::Kind, uint32_t>> undemanded_;   // spoken of, with their lines
  KnownPorts known_;
  KnownPorts in_tables_;
  size_t last_group_ = 0;
  size_t rows_ = 0;
  bool too_many_groups_ = false;
  bool loopback_open_ = false;   // sentences offer alternatives to NAT loopback
};

}  // namespace fwproof::specs::derive
