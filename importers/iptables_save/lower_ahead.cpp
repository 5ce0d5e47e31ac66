#include "importers/iptables_save/lower_ahead.h"

#include <algorithm>

#include "importers/iptables_save/parse.h"
#include "model/in_parts.h"

namespace fwproof::importers::iptables_save {
namespace {

constexpr size_t kWorthAThread = 8'000;   // lines: some milliseconds of work
constexpr size_t kBatch = 65'536;         // lines that are held lowered

// What lowering reads of the builder; what it would write stays here.
Builder reader_of(const Builder& shared) {
  Builder own;
  own.family = shared.family;
  own.facts = shared.facts;
  own.modified_sets = shared.modified_sets;
  own.asks_translated = shared.asks_translated;
  own.interface_atoms = shared.interface_atoms;
  return own;
}

bool wrote_nothing(const Builder& own) {
  const model::Policy& policy = own.policy;
  return policy.unknowns.empty() && policy.rewrites.empty() && policy.assumptions.empty() && policy.general_assumptions.empty() &&
         own.header_unknowns.empty() && own.pure_unknowns.empty() && !own.changes_header && own.set_budget == kSetBudget;
}

void forget_writes(Builder& own) {
  own.policy.unknowns.clear();
  own.policy.rewrites.clear();
  own.policy.assumptions.clear();
  own.policy.general_assumptions.clear();
  own.header_unknowns.clear();
  own.pure_unknowns.clear();
  own.changes_header = false;
  own.set_budget = kSetBudget;
}

bool is_plain(const LineResult& line) { return line.line_class == model::LineClass::modelled && line.construct.empty() && line.notes.empty(); }

}  // namespace

LoweringAhead::LoweringAhead(const Builder& builder, const TableScope& scope, const ChainIndex& chains, std::span<const Section> sections,
                             std::span<const LineRef> rules)
    : shared_(builder), scope_(scope), chains_(chains), sections_(sections), rules_(rules) {}

std::optional<LoweredAhead> LoweringAhead::take(size_t i) {
  if (rules_.size() < 2 * kWorthAThread) return std::nullopt;
  if (i >= batch_begin_ + batch_.size()) lower_batch();
  return std::move(batch_[i - batch_begin_]);
}

void LoweringAhead::lower_batch() {
  batch_begin_ += batch_.size();
  batch_.clear();
  batch_.resize(std::min(kBatch, rules_.size() - batch_begin_));
  model::in_parts(batch_.size(), kWorthAThread, [this](size_t begin, size_t end) { lower_range(begin, end); });
}

void LoweringAhead::lower_range(size_t begin, size_t end) {
  Builder own = reader_of(shared_);
  TableScope scope = scope_;
  RuleAst ast;
  LineResult line;
  std::vector<model::Rule> before;
  for (size_t i = begin; i < end; ++i) {
    const LineRef ref = rules_[batch_begin_ + i];
    parse_line(text_of(sections_, ref), ast);
    const auto chain = chains_.find(ast.chain);
    if (ast.verb != Verb::append || chain == chains_.end() || !ast.problems.empty()) continue;
    scope.chain = chain->first;
    LoweredAhead lowered{chain->second, {}};
    lower_rule(own, scope, ast, origin_of(sections_, ref), lowered.rule, line, before);
    const bool changes_header = ast.target_spec != nullptr && ast.target_spec->effect == Effect::changes_header;
    if (is_plain(line) && before.empty() && !changes_header && wrote_nothing(own)) {
      batch_[i] = std::move(lowered);
      continue;
    }
    forget_writes(own);
    line = {};
    before.clear();
  }
}

}  // namespace fwproof::importers::iptables_save
