#include "specs/derive/collect.h"

#include <algorithm>

#include "specs/derive/rows_from_table.h"

namespace fwproof::specs::derive {
namespace {

model::Diagnostic diagnostic(model::DiagnosticId id, std::string message) {
  model::Diagnostic result;
  result.id = id;
  result.message = std::move(message);
  return result;
}

std::string id_for(const std::string& title, const DeriveOptions& options, bool only_one) {
  const std::string own = lower_case(slug(title));
  const std::string id = options.id.empty() ? own : only_one ? options.id : options.id + "-" + own;
  return id.empty() ? "document" : id;
}

}  // namespace

std::vector<unsigned> KnownPorts::missing(const Range& ports, const std::vector<unsigned>& protocols) const {
  const auto known = known_.find(ports);
  if (known == known_.end()) return protocols;
  std::vector<unsigned> missing = protocols;
  std::erase_if(missing, [&](unsigned protocol) { return known->second.contains(protocol); });
  return missing;
}

void Collector::add(std::vector<Draft> drafts, Section& section, const Setting& setting, const Place& place) {
  if (!drafts.empty()) add_to(std::move(drafts), group_for(section, setting, place), place.table);
}

void Collector::add_sentence(std::vector<Draft> drafts, const Section& section) {
  if (drafts.empty()) return;
  const uint32_t line = drafts[0].line;
  const size_t group = section.group ? *section.group : groups_.empty() ? new_group(title_, line) : group_at(line);
  add_to(std::move(drafts), group, false);
}

void Collector::add_to(std::vector<Draft> drafts, size_t group, bool table) {
  last_group_ = group;
  for (Draft& draft : drafts) {
    if (rows_++ >= kMaxRows) continue;
    for (const auto& ports : draft.ports) {
      known_.add(ports, draft.protocol);
      if (table) in_tables_.add(ports, draft.protocol);
    }
    groups_[group].drafts.push_back(std::move(draft));
  }
}

void Collector::add_doubt(uint32_t first_line, const Standing& standing) {
  if (groups_.empty() || (!standing.doubt && !standing.need)) return;
  std::vector<Draft>& drafts = groups_[last_group_].drafts;
  for (size_t i = drafts.size(); i > 0 && drafts[i - 1].line >= first_line; --i) {
    if (standing.doubt) drafts[i - 1].readings.push_back(*standing.doubt);
    else if (!drafts[i - 1].optional) drafts[i - 1].readings.push_back(*standing.need);
  }
}

size_t Collector::group_for(Section& section, const Setting& setting, const Place& place) {
  if (setting.scene.names_roles() || !setting.scene.host.empty()) {
    if (!shared_) shared_ = new_group(title_, place.line);
    return *shared_;
  }
  if (place.own_title) {
    const auto same = std::find_if(groups_.begin(), groups_.end(), [&](const Group& group) { return group.title == place.title; });
    return same == groups_.end() ? new_group(place.title, place.line) : static_cast<size_t>(same - groups_.begin());
  }
  if (!section.group) section.group = new_group(place.title.empty() ? title_ : place.title, place.line);
  return *section.group;
}

size_t Collector::new_group(const std::string& title, uint32_t line) {
  if (groups_.size() >= kMaxSpecifications) {
    too_many_groups_ = true;
    return groups_.size() - 1;
  }
  groups_.push_back({});
  groups_.back().title = title;
  groups_.back().line = line;
  return groups_.size() - 1;
}

// The last one that begins at or above the line, else the first.
size_t Collector::group_at(uint32_t line) const {
  size_t best = 0;
  for (size_t i = 0; i < groups_.size(); ++i)
    if (groups_[i].line <= line && (groups_[best].line > line || groups_[i].line >= groups_[best].line)) best = i;
  return best;
}

// ---- claims, constraints, commands --------------------------------------------------------------------------------

void Collector::add_commands(std::vector<PrintedCommand> commands) {
  for (PrintedCommand& command : commands)
    if (commands_.size() < kMaxCommands) commands_.push_back(std::move(command));
}

void Collector::add_claim(const Claim& claim, uint32_t line, size_t section) {
  if (claims_.size() < kMaxClaims) claims_.push_back({claim, line, section});
}

void Collector::read_demand(const std::string& lower_sentence, uint32_t line, size_t section) {
  if (const auto kind = constraint_in(lower_sentence)) demand(*kind, line, section);
  else if (loopback_open_ && !undemanded_constraint_in(lower_sentence)) add_alternative(lower_sentence);
  if (const auto kind = undemanded_constraint_in(lower_sentence); kind && undemanded_.size() < kMaxClaims) undemanded_.push_back({*kind, line});
}

// The first sentence of a kind between two tables is the one that is cited.
void Collector::demand(model::Constraint::Kind kind, uint32_t line, size_t section) {
  const auto same = std::find_if(demands_.begin(), demands_.end(), [&](const Demand& other) { return other.constraint.kind == kind && other.groups == groups_.size(); });
  if (same != demands_.end()) return;
  loopback_open_ = kind == model::Constraint::Kind::nat_loopback;
  demands_.push_back({{}, line, section, groups_.size()});
  demands_.back().constraint.kind = kind;
}

void Collector::add_alternative(const std::string& lower_sentence) {
  const auto alternative = alternative_in(lower_sentence);
  if (!alternative) return;
  for (Demand& demand : demands_) {
    std::vector<std::string>& known = demand.constraint.alternatives;
    if (demand.constraint.kind == model::Constraint::Kind::nat_loopback && std::find(known.begin(), known.end(), *alternative) == known.end()) known.push_back(*alternative);
  }
}

// ---- the end ------------------------------------------------------------------------------------------------------

// A claim is about the table of its section, else about the first one below it, else about the one above it.
void Collector::settle_claims(Outline& outline) {
  for (const auto& [claim, line, section] : claims_) {
    const std::optional<size_t> own = outline.at(section).group;
    size_t group = own ? *own : group_at(line);
    for (size_t i = 0; !own && i < groups_.size(); ++i)
      if (groups_[i].line > line && (groups_[group].line < line || groups_[i].line < groups_[group].line)) group = i;
    Group& of = groups_[group];
    of.tcp_complete = of.tcp_complete || claim.tcp;
    of.other_complete = of.other_complete || claim.other;
    if (of.complete_line == 0) of.complete_line = line;
  }
}

// What stands before all rows is about all of them.
void Collector::settle_demands(Outline& outline) {
  for (const Demand& demand : demands_) {
    const std::optional<size_t> own = outline.at(demand.section).group;
    for (size_t i = 0; i < groups_.size(); ++i) {
      if (demand.groups > 0 && i != (own ? *own : group_at(demand.line))) continue;
      auto& constraints = groups_[i].constraints;
      const bool there = std::any_of(constraints.begin(), constraints.end(), [&](const auto& other) { return other.first.kind == demand.constraint.kind; });
      if (!there) constraints.push_back({demand.constraint, demand.line});
    }
  }
}

// Left-over numbers and commands go to the specification above them.
void Collector::spread() {
  for (LeftOver& left : left_over.entries) groups_[group_at(left.citation.line)].left_over.push_back(std::move(left));
  for (PrintedCommand& command : commands_) command.specification = group_at(command.first_line);
}

void Collector::report_limits(Derived& derived, const Outline& outline, const RoleBook& book) const {
  const auto say = [&](bool reached, std::string message) {
    if (reached) derived.diagnostics.push_back(diagnostic(model::DiagnosticId::input_too_large, std::move(message)));
  };
  for (const auto& [kind, line] : undemanded_) {
    derived.diagnostics.push_back(diagnostic(model::DiagnosticId::value_unknown, "line " + std::to_string(line) + " speaks of " + std::string(model::to_text(kind)) + ", but does not clearly demand it: read as no constraint"));
    derived.diagnostics.back().severity = model::Severity::note;
  }
  say(full(), "more than " + std::to_string(kMaxRows) + " rows: what is behind them is left over");
  say(too_many_groups_, "more than " + std::to_string(kMaxSpecifications) + " tables with titles of their own: the rest is in the last specification");
  say(left_over.count > kMaxLeftOver, std::to_string(left_over.count) + " numbers in no row: only the first " + std::to_string(kMaxLeftOver) + " are listed");
  say(outline.full(), "more than " + std::to_string(kMaxSections) + " headings: those behind them begin no section, so what they say of the rows below them is not read");
  say(claims_.size() >= kMaxClaims, "more than " + std::to_string(kMaxClaims) + " sentences that say what is complete: the rest is not read");
  say(book.is_full(), "more than " + std::to_string(kMostMeanings) + " explanations of names: the rest is not kept");
  say(book.long_cells() > 0, std::to_string(book.long_cells()) + " cells with more than " + std::to_string(kMostNames) + " names: each is read as one name");
  say(left_over.wide_tables > 0, std::to_string(left_over.wide_tables) + " tables with more than " + std::to_string(kMaxReadColumns) + " columns: what stands in the columns behind them is in no row");
  say(commands_.size() >= kMaxCommands, "more than " + std::to_string(kMaxCommands) + " commands: the rest is not kept");
}

Derived Collector::finish(const DeriveOptions& options, Outline& outline, RoleBook& book, Citations& citations) {
  Derived derived;
  if (groups_.empty()) {
    new_group(title_, 1);
    derived.diagnostics.push_back(diagnostic(model::DiagnosticId::input_empty, "no row of ports is found in this document"));
  }
  settle_claims(outline);
  settle_demands(outline);
  report_limits(derived, outline, book);
  spread();
  if (groups_.size() == 1 && !title_.empty()) groups_[0].title = title_;
  UniqueNames ids;
  const bool only_one = groups_.size() == 1;
  for (Group& group : groups_) {
    std::string id = ids.take(id_for(group.title, options, only_one));
    derived.specifications.push_back(derive::finish(std::move(group), std::move(id), book, citations));
  }
  derived.commands = std::move(commands_);
  return derived;
}

}  // namespace fwproof::specs::derive
