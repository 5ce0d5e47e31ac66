#include "importers/iptables_save/lower_ahead.h"

#include <algorithm>
#include <thread>

#include "importers/iptables_save/parse.h"
#include "model/in_parts.h"

namespace fwproof::importers::iptables_save {
namespace {

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

// What is not kept beside a rule: of large sets there is one budget for all lines.
bool wrote_else(const Builder& own) {
  return !own.policy.assumptions.empty() || !own.policy.general_assumptions.empty() || own.changes_header || own.set_budget != kSetBudget;
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

std::unique_ptr<LineTraces> traces_of(Builder& own, const RuleAst& ast, LineResult& line, std::vector<model::Rule>& before) {
  const bool changes_header = ast.target_spec != nullptr && ast.target_spec->effect == Effect::changes_header;
  if (is_plain(line) && before.empty() && own.policy.unknowns.empty() && own.policy.rewrites.empty() && !changes_header) return nullptr;
  auto traces = std::make_unique<LineTraces>();
  for (const LineResult::Note& note : line.notes) {
    const Word word = note.word < ast.words.size() ? ast.words[note.word] : Word{};
    traces->places.push_back({word.column, static_cast<uint32_t>(word.text.size())});
  }
  traces->line = std::exchange(line, {});
  traces->before = std::exchange(before, {});
  for (model::UnknownCondition& unknown : own.policy.unknowns) traces->unknowns.push_back({std::move(unknown)});
  for (const auto& [text, index] : own.pure_unknowns) traces->unknowns[index].by_text = true;
  for (const uint32_t index : own.header_unknowns) traces->unknowns[index].reads_header = true;
  traces->rewrites = std::exchange(own.policy.rewrites, {});
  traces->changes_header = changes_header;
  return traces;
}

void renumber(std::vector<model::Term>& terms, const std::vector<uint32_t>& unknowns) {
  for (model::Term& term : terms) {
    if (auto* unknown = std::get_if<model::Unknown>(&term.what)) unknown->index = unknowns[unknown->index];
    if (auto* any = std::get_if<model::AnyOf>(&term.what))
      for (auto& alternative : any->alternatives) renumber(alternative, unknowns);
  }
}

void renumber(model::Rule& rule, const std::vector<uint32_t>& unknowns, uint32_t first_rewrite) {
  using model::ActionKind;
  renumber(rule.terms, unknowns);
  if (rule.action.kind == ActionKind::rewrite) rule.action.index += first_rewrite;
  if (rule.action.kind == ActionKind::unknown || rule.action.kind == ActionKind::unknown_rewriting) rule.action.index = unknowns[rule.action.index];
}

}  // namespace

void leave_traces(Builder& builder, LoweredAhead& lowered) {
  if (lowered.traces == nullptr) return;
  LineTraces& traces = *lowered.traces;
  model::Policy& policy = builder.policy;
  std::vector<uint32_t> unknowns;
  for (LineTraces::Unknown& unknown : traces.unknowns) {
    model::UnknownCondition& condition = unknown.condition;
    if (unknown.by_text) {
      unknowns.push_back(builder.unknown(condition.kind, condition.text, condition.sharing, condition.origin));
    } else {
      unknowns.push_back(static_cast<uint32_t>(policy.unknowns.size()));
      policy.unknowns.push_back(std::move(condition));
    }
    if (unknown.reads_header) builder.header_unknowns.insert(unknowns.back());
  }
  const auto first_rewrite = static_cast<uint32_t>(policy.rewrites.size());
  std::move(traces.rewrites.begin(), traces.rewrites.end(), std::back_inserter(policy.rewrites));
  for (model::Rule& rule : traces.before) renumber(rule, unknowns, first_rewrite);
  renumber(lowered.rule, unknowns, first_rewrite);
  builder.changes_header = builder.changes_header || traces.changes_header;
}

LoweringAhead::LoweringAhead(const Builder& builder, const TableScope& scope, const ChainIndex& chains, std::span<const Section> sections,
                             std::span<const LineRef> rules, size_t worth_a_thread)
    : shared_(builder), scope_(scope), chains_(chains), sections_(sections), rules_(rules), worth_a_thread_(worth_a_thread) {}

std::optional<LoweredAhead> LoweringAhead::take(size_t i) {
  if (rules_.size() < 2 * worth_a_thread_) return std::nullopt;
  if (i >= batch_begin_ + batch_.size()) lower_batch();
  return std::move(batch_[i - batch_begin_]);
}

void LoweringAhead::lower_batch() {
  batch_begin_ += batch_.size();
  batch_.clear();
  // Enough for all cores, few enough that the memory of one batch serves the next.
  const size_t threads = std::clamp<size_t>(std::thread::hardware_concurrency(), 2, 8);
  batch_.resize(std::min(threads * worth_a_thread_, rules_.size() - batch_begin_));
  model::in_parts(batch_.size(), worth_a_thread_, [this](size_t begin, size_t end) { lower_range(begin, end); });
}

void LoweringAhead::lower_range(size_t begin, size_t end) {
  Builder own = reader_of(shared_);
  TableScope scope = scope_;
  RuleAst ast;
  LineResult line;
  std::vector<model::Rule> before;
  auto chain = chains_.end();   // of the line before: a chain's rules mostly stand together
  for (size_t i = begin; i < end; ++i) {
    const LineRef ref = rules_[batch_begin_ + i];
    parse_line(text_of(sections_, ref), ast);
    if (chain == chains_.end() || chain->first != ast.chain) chain = chains_.find(ast.chain);
    if (ast.verb != Verb::append || chain == chains_.end() || !ast.problems.empty()) continue;
    scope.chain = chain->first;
    LoweredAhead lowered{chain->second, {}, nullptr};
    lower_rule(own, scope, ast, origin_of(sections_, ref), lowered.rule, line, before);
    if (!wrote_else(own)) {
      lowered.traces = traces_of(own, ast, line, before);
      batch_[i] = std::move(lowered);
    }
    forget_writes(own);
    line = {};
    before.clear();
  }
}

}  // namespace fwproof::importers::iptables_save
