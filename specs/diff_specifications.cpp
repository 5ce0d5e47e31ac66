#include "specs/diff_specifications.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

namespace fwproof::specs {
namespace {

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

std::string sorted(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  return joined(texts);
}

std::string ports_text(const model::IntervalSet& ports) {
  std::vector<std::string> texts;
  for (const model::Interval& part : ports.intervals()) {
    const auto lo = static_cast<unsigned>(part.lo), hi = static_cast<unsigned>(part.hi);
    texts.push_back(lo == hi ? std::to_string(lo) : fmt::format("{}-{}", lo, hi));
  }
  return joined(texts);
}

std::string strictness_text(model::Strictness strictness) {
  switch (strictness) {
    case model::Strictness::violation: return "violation";
    case model::Strictness::warning: return "warning";
    case model::Strictness::ignore: return "ignore";
  }
  return "";
}

// What is compared, in words: two things are the same where all of them are.
template <class Thing>
struct Field {
  const char* name;
  std::string (*text)(const Thing&);
};

constexpr Field<Row> kRowFields[] = {
    {"id", [](const Row& row) { return row.id; }},
    {"from", [](const Row& row) { return sorted(row.from); }},
    {"to", [](const Row& row) { return sorted(row.to); }},
    {"protocol", [](const Row& row) { return row.protocol; }},
    {"ports", [](const Row& row) { return ports_text(row.ports); }},
    {"src_ports", [](const Row& row) { return ports_text(row.src_ports); }},
    {"optional", [](const Row& row) { return std::string(row.optional ? "optional" : "required"); }},
    {"program", [](const Row& row) { return row.program; }},
    {"service", [](const Row& row) { return row.service; }},
    {"dynamic", [](const Row& row) { return std::string(row.dynamic_rpc ? "rpc" : ""); }},
    {"description", [](const Row& row) { return row.description; }},
    {"reading", [](const Row& row) { return to_text(row.readings); }},
};

constexpr Field<Constraint> kConstraintFields[] = {
    {"from", [](const Constraint& constraint) { return sorted(constraint.from); }},
    {"to", [](const Constraint& constraint) { return sorted(constraint.to); }},
    {"alternatives", [](const Constraint& constraint) { return sorted(constraint.alternatives); }},
};

std::string role_names(const Specification& spec) {
  std::vector<std::string> names;
  for (const auto& [name, role] : spec.roles) names.push_back(name);
  return joined(names);
}

constexpr Field<Specification> kSpecificationFields[] = {
    {"unlisted tcp", [](const Specification& spec) { return strictness_text(spec.unlisted_tcp); }},
    {"unlisted other", [](const Specification& spec) { return strictness_text(spec.unlisted_other); }},
    {"roles", role_names},
};

template <class Thing, size_t N>
std::vector<FieldChange> changes_of(const Field<Thing> (&fields)[N], const Thing& before, const Thing& after) {
  std::vector<FieldChange> changes;
  for (const Field<Thing>& field : fields)
    if (const std::string was = field.text(before), is = field.text(after); was != is) changes.push_back({field.name, was, is});
  return changes;
}

// ---- which rows belong together -----------------------------------------------------------------------------------

std::string id_of(const Row& row) { return row.id; }
std::string content_of(const Row& row) {
  return sorted(row.from) + " > " + sorted(row.to) + ' ' + std::to_string(row.protocol_number) + ' ' + ports_text(row.ports) + ' ' + ports_text(row.src_ports);
}
std::string purpose_of(const Row& row) {
  if (row.description.empty()) return "";
  return sorted(row.from) + " > " + sorted(row.to) + ' ' + std::to_string(row.protocol_number) + ' ' + row.description;
}

class Matching {
 public:
  Matching(const std::vector<Row>& before, const std::vector<Row>& after) : before_(before), after_(after), of_after_(after.size()), of_before_(before.size()) {
    for (const auto key : {id_of, content_of, purpose_of}) by(key);
  }
  const Row* before_of(size_t after) const { return of_after_[after]; }
  bool is_gone(size_t before) const { return of_before_[before] == nullptr; }

 private:
  // Only where one row on each side is left with that key; an empty key is none.
  void by(std::string (*key)(const Row&)) {
    struct Candidates {
      std::vector<size_t> before, after;
    };
    std::map<std::string, Candidates> found;
    for (size_t i = 0; i < before_.size(); ++i)
      if (is_gone(i)) found[key(before_[i])].before.push_back(i);
    for (size_t i = 0; i < after_.size(); ++i)
      if (of_after_[i] == nullptr) found[key(after_[i])].after.push_back(i);
    for (const auto& [text, candidates] : found) {
      if (text.empty() || candidates.before.size() != 1 || candidates.after.size() != 1) continue;
      of_after_[candidates.after[0]] = &before_[candidates.before[0]];
      of_before_[candidates.before[0]] = &after_[candidates.after[0]];
    }
  }

  const std::vector<Row>& before_;
  const std::vector<Row>& after_;
  std::vector<const Row*> of_after_;
  std::vector<const Row*> of_before_;
};

void diff_rows(SpecificationDiff& diff) {
  const std::vector<Row>& before = diff.before->rows;
  const std::vector<Row>& after = diff.after->rows;
  const Matching matching(before, after);
  for (size_t i = 0; i < after.size(); ++i) {
    const Row* was = matching.before_of(i);
    std::vector<FieldChange> changes = was == nullptr ? std::vector<FieldChange>{} : changes_of(kRowFields, *was, after[i]);
    if (was != nullptr && changes.empty()) ++diff.same_rows;
    else diff.rows.push_back({was, &after[i], std::move(changes)});
  }
  for (size_t i = 0; i < before.size(); ++i)
    if (matching.is_gone(i)) diff.rows.push_back({&before[i], nullptr, {}});
}

const Constraint* find(const Specification& spec, model::Constraint::Kind kind) {
  const auto found = std::find_if(spec.constraints.begin(), spec.constraints.end(), [&](const Constraint& one) { return one.kind == kind; });
  return found == spec.constraints.end() ? nullptr : &*found;
}

// A specification has one of each kind.
void diff_constraints(SpecificationDiff& diff) {
  for (const model::Constraint::Kind kind : model::kConstraintKinds) {
    const Constraint* was = find(*diff.before, kind);
    const Constraint* is = find(*diff.after, kind);
    if (was == nullptr && is == nullptr) continue;
    std::vector<FieldChange> changes;
    if (was != nullptr && is != nullptr) changes = changes_of(kConstraintFields, *was, *is);
    if (was == nullptr || is == nullptr || !changes.empty()) diff.constraints.push_back({was, is, std::move(changes)});
  }
}

}  // namespace

SpecificationDiff diff_specifications(const Specification& before, const Specification& after) {
  SpecificationDiff diff{.before = &before, .after = &after};
  diff.changes = changes_of(kSpecificationFields, before, after);
  diff_rows(diff);
  diff_constraints(diff);
  return diff;
}

std::vector<SpecificationDiff> diff_specifications(const std::vector<Specification>& before, const std::vector<Specification>& after) {
  if (before.size() == 1 && after.size() == 1) return {diff_specifications(before[0], after[0])};
  const auto find_in = [](const std::vector<Specification>& list, const std::string& id) {
    return std::find_if(list.begin(), list.end(), [&](const Specification& spec) { return spec.id == id; });
  };
  std::vector<SpecificationDiff> all;
  for (const Specification& spec : after) {
    const auto was = find_in(before, spec.id);
    all.push_back(was == before.end() ? SpecificationDiff{.after = &spec} : diff_specifications(*was, spec));
  }
  for (const Specification& spec : before)
    if (find_in(after, spec.id) == after.end()) all.push_back({.before = &spec});
  return all;
}

}  // namespace fwproof::specs
